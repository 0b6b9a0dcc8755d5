//! Saving answers, alone and with others at the same time.

use serde_json::json;

use super::*;
use crate::assessment::answering::TEXT_LIMIT;
use crate::assessment::{Outcome, approve_exclusion};
use crate::testing::{AUDITOR, HANAKO, HOUR_MS, JIRO, KEEPER, OUTSIDER, PRESIDENT, START_MS, on_both};

async fn answer(app: &TestApp, person: Person, id: &str, changes: &[ItemChange]) -> Outcome {
    answer_items(&app.ctx(person), id, changes).await.unwrap()
}

fn noted(change: ItemChange, note: &str) -> ItemChange {
    ItemChange { note: note.to_owned(), ..change }
}

/// The details of the newest entry about a self-check.
async fn last_details(app: &TestApp, id: &str) -> serde_json::Value {
    app.told(id, "").await.remove(0)
}

on_both! {
    async fn an_answer_is_kept_with_who_when_and_its_version(app: TestApp) {
        let id = begin(&app).await;
        app.clock.advance(HOUR_MS);
        let outcome = answer(&app, JIRO, &id, &[noted(level("1-1", 4, 0), "  毎年見直し\n")]).await;
        assert_eq!((outcome.saved, outcome.conflicts), (vec!["1-1".to_owned()], vec![]));
        let kept = &see(&app, AUDITOR, &id).await.items["1-1"];
        assert_eq!((kept.level, kept.note.as_str(), kept.version), (Some(4), "毎年見直し", 1));
        assert_eq!((kept.answered_by.as_str(), kept.answered_at_ms), (JIRO.name, START_MS + HOUR_MS));
        assert_eq!(outcome.after.unwrap().items["1-1"], *kept);
        answer(&app, TARO, &id, &[level("1-1", 2, 1)]).await;
        assert_eq!(see(&app, JIRO, &id).await.items["1-1"].version, 2);
        assert_eq!(last_details(&app, &id).await, json!({ "1-1 from": 4, "1-1 to": 2 }));
    }

    async fn the_second_of_two_savers_is_told_and_nothing_is_lost(app: TestApp) {
        let id = begin(&app).await;
        answer(&app, TARO, &id, &[noted(level("1-1", 4, 0), "太郎の答え")]).await;
        let before = entries(&app, &id).await;
        let outcome = answer(&app, JIRO, &id, &[noted(level("1-1", 2, 0), "次郎の答え")]).await;
        assert_eq!((outcome.saved, outcome.conflicts), (vec![], vec!["1-1".to_owned()]));
        let shown = &outcome.after.unwrap().items["1-1"];
        assert_eq!((shown.level, shown.note.as_str(), shown.answered_by.as_str()), (Some(4), "太郎の答え", TARO.name));
        assert_eq!(see(&app, JIRO, &id).await.items["1-1"], *shown);
        assert_eq!(entries(&app, &id).await, before);
        // Having seen it, one may replace it.
        assert_eq!(answer(&app, JIRO, &id, &[level("1-1", 2, shown.version)]).await.saved, ["1-1"]);
        // A version that was overtaken, or that never was, saves nothing.
        for version in [1, 0, 3, -1] {
            assert_eq!(answer(&app, TARO, &id, &[level("1-1", 5, version)]).await.conflicts, ["1-1"], "{version}");
        }
    }

    async fn of_many_who_save_the_same_item_at_once_exactly_one_does(app: TestApp) {
        let id = begin(&app).await;
        let savers: Vec<_> = (1..=8)
            .map(|saver| {
                let (app, id) = (app.clone(), id.clone());
                let person = if saver % 2 == 0 { TARO } else { JIRO };
                tokio::spawn(async move { answer(&app, person, &id, &[noted(level("1-1", 3, 0), &saver.to_string())]).await })
            })
            .collect();
        let mut saved = Vec::new();
        for (saver, task) in (1..=8).zip(savers) {
            if task.await.unwrap().conflicts.is_empty() {
                saved.push(saver.to_string());
            }
        }
        let kept = see(&app, TARO, &id).await.items["1-1"].clone();
        assert_eq!((saved, kept.version), (vec![kept.note], 1));
    }

    async fn one_conflict_does_not_keep_the_others_from_being_saved(app: TestApp) {
        let id = begin(&app).await;
        answer(&app, TARO, &id, &[level("1-2", 5, 0)]).await;
        let outcome = answer(&app, JIRO, &id, &[level("1-1", 1, 0), level("1-2", 2, 0), level("1-3", 3, 0)]).await;
        assert_eq!((outcome.saved, outcome.conflicts), (vec!["1-1".to_owned(), "1-3".into()], vec!["1-2".to_owned()]));
        let kept = see(&app, JIRO, &id).await.items;
        assert_eq!(["1-1", "1-2", "1-3"].map(|item| kept[item].level), [Some(1), Some(5), Some(3)]);
        // The log tells of what was saved only.
        assert_eq!(last_details(&app, &id).await, json!({ "1-1 to": 1, "1-3 to": 3 }));
    }

    async fn wrong_input_saves_nothing_and_tells_every_fault(app: TestApp) {
        let id = begin(&app).await;
        let before = entries(&app, &id).await;
        let both = ItemChange { level: Some(3), ..excluded("1-5", "開発をしていない", 0) };
        let changes = [
            level("1-1", 3, 0),
            level("9-9", 3, 0),
            level("1-2", 0, 0),
            level("1-3", 6, 0),
            excluded("1-4", " \u{3000}", 0),
            both,
            noted(level("1-6", 3, 0), &"長".repeat(TEXT_LIMIT + 1)),
            excluded("1-7", &"長".repeat(TEXT_LIMIT + 1), 0),
        ];
        let found = faults(answer_items(&app.ctx(JIRO), &id, &changes).await);
        let wanted = [
            ("items.9-9", "error-unknown-item"),
            ("items.1-2", "error-level"),
            ("items.1-3", "error-level"),
            ("items.1-4", "error-reason"),
            ("items.1-5", "error-level-and-reason"),
            ("items.1-6", "error-too-long"),
            ("items.1-7", "error-too-long"),
        ];
        assert_eq!(found, wanted.map(|(field, key)| (field.to_owned(), key)));
        let character = faults(answer_items(&app.ctx(JIRO), &id, &[noted(level("1-1", 3, 0), "a\0b")]).await);
        assert_eq!(character[0].1, "error-character");
        assert!(see(&app, JIRO, &id).await.items.is_empty());
        assert_eq!(entries(&app, &id).await, before);
    }

    async fn the_longest_note_and_every_letter_are_kept(app: TestApp) {
        let id = begin(&app).await;
        let note = "𠮷".repeat(TEXT_LIMIT);
        answer(&app, JIRO, &id, &[noted(level("1-1", 3, 0), &note)]).await;
        assert_eq!(see(&app, JIRO, &id).await.items["1-1"].note, note);
    }

    async fn saving_what_stands_there_already_writes_nothing(app: TestApp) {
        let id = begin(&app).await;
        answer(&app, TARO, &id, &[noted(level("1-1", 3, 0), "同じ")]).await;
        let before = entries(&app, &id).await;
        for change in [noted(level("1-1", 3, 1), " 同じ "), noted(level("1-1", 3, 0), "同じ"), ItemChange { item_id: "1-2".into(), ..level("1-2", 1, 0) }]
        {
            let change = if change.item_id == "1-2" { ItemChange { level: None, ..change } } else { change };
            let outcome = answer(&app, JIRO, &id, &[change]).await;
            assert_eq!((outcome.saved.len(), outcome.conflicts.len()), (0, 0));
        }
        let kept = see(&app, JIRO, &id).await.items;
        assert_eq!((kept["1-1"].version, kept["1-1"].answered_by.as_str(), kept.len()), (1, TARO.name, 1));
        assert_eq!(entries(&app, &id).await, before);
    }

    async fn an_answer_can_be_taken_back(app: TestApp) {
        let id = begin(&app).await;
        answer(&app, JIRO, &id, &[level("1-1", 3, 0)]).await;
        answer(&app, JIRO, &id, &[ItemChange { level: None, ..level("1-1", 3, 1) }]).await;
        let kept = &see(&app, JIRO, &id).await.items["1-1"];
        assert!(!kept.is_answered() && kept.version == 2);
    }

    async fn an_exclusion_needs_the_cisos_agreement_to_this_very_answer(app: TestApp) {
        let id = begin(&app).await;
        answer(&app, JIRO, &id, &[excluded("3-6", " 開発をしていない ", 0)]).await;
        let kept = see(&app, JIRO, &id).await.items["3-6"].clone();
        assert_eq!(kept.not_applicable_reason.as_deref(), Some("開発をしていない"));
        assert!(kept.awaits_exclusion());
        for person in [JIRO, TARO, AUDITOR, PRESIDENT] {
            forbidden(approve_exclusion(&app.ctx(person), &id, "3-6", None).await);
        }
        not_found(approve_exclusion(&app.ctx(KEEPER), &id, "3-6", None).await);
        not_found(approve_exclusion(&app.ctx(HANAKO), &id, "1-1", None).await);
        approve_exclusion(&app.ctx(HANAKO), &id, "3-6", None).await.unwrap();
        let agreed = see(&app, JIRO, &id).await.items["3-6"].clone();
        assert_eq!((agreed.exclusion_approved_by.as_deref(), agreed.awaits_exclusion()), (Some(HANAKO.name), false));
        // A changed answer voids the agreement.
        answer(&app, JIRO, &id, &[excluded("3-6", "別の理由", 1)]).await;
        assert!(see(&app, JIRO, &id).await.items["3-6"].awaits_exclusion());
        let of_the_old_reason = approve_exclusion(&app.ctx(HANAKO), &id, "3-6", Some(1)).await;
        assert_eq!(conflict(of_the_old_reason), "error-changed-meanwhile");
        approve_exclusion(&app.ctx(HANAKO), &id, "3-6", None).await.unwrap();
        assert!(!see(&app, JIRO, &id).await.items["3-6"].awaits_exclusion());
        answer(&app, JIRO, &id, &[level("3-6", 2, 2)]).await;
        assert_eq!(conflict(approve_exclusion(&app.ctx(HANAKO), &id, "3-6", None).await), "error-changed-meanwhile");
    }

    async fn who_may_answer_and_who_may_look(app: TestApp) {
        let id = begin(&app).await;
        for person in [HANAKO, TARO, JIRO] {
            let item = ["1-1", "1-2", "1-3"][[HANAKO, TARO, JIRO].iter().position(|known| *known == person).unwrap()];
            answer(&app, person, &id, &[level(item, 3, 0)]).await;
        }
        for person in [AUDITOR, PRESIDENT] {
            see(&app, person, &id).await;
            assert_eq!(forbidden(answer_items(&app.ctx(person), &id, &[level("1-4", 3, 0)]).await), "error-not-allowed");
            forbidden(answer_profile(&app.ctx(person), &id, &whole_profile()).await);
        }
        // An administrator without another role, and another tenant's CISO, do not even see it.
        for person in [KEEPER, OUTSIDER] {
            not_found(open(&app.ctx(person), &id).await);
            not_found(answer_items(&app.ctx(person), &id, &[level("1-4", 3, 0)]).await);
            not_found(answer_profile(&app.ctx(person), &id, &whole_profile()).await);
        }
        assert_eq!(see(&app, AUDITOR, &id).await.items.len(), 3);
    }

    async fn profile_answers_are_kept_and_conflicts_told(app: TestApp) {
        let id = begin(&app).await;
        let whole = whole_profile();
        assert_eq!(answer_profile(&app.ctx(JIRO), &id, &whole).await.unwrap().saved.len(), 15);
        let set = catalog::builtin().item_set(SET).unwrap();
        let question = &catalog::builtin().profile(&set.profile).unwrap().questions[0];
        let (id_of, second, third) = (&question.ref_id, &question.options[1].ref_id, &question.options[2].ref_id);
        let wish = |option: &str, version: i64| BTreeMap::from([(id_of.clone(), (option.to_owned(), version))]);
        assert_eq!(answer_profile(&app.ctx(TARO), &id, &wish(second, 1)).await.unwrap().saved, std::slice::from_ref(id_of));
        let late = answer_profile(&app.ctx(JIRO), &id, &wish(third, 1)).await.unwrap();
        assert_eq!((late.saved.len(), late.conflicts), (0, vec![id_of.clone()]));
        let kept = &see(&app, JIRO, &id).await.profile[id_of];
        assert_eq!((&kept.option_id, kept.answered_by.as_str(), kept.version), (second, TARO.name, 2));
        // What stands there already needs no version.
        let same = answer_profile(&app.ctx(JIRO), &id, &wish(second, 0)).await.unwrap();
        assert_eq!((same.saved.len(), same.conflicts.len()), (0, 0));
    }

    async fn a_wrong_profile_saves_nothing_and_tells_every_fault(app: TestApp) {
        let id = begin(&app).await;
        let mut wish = whole_profile();
        let known = wish.keys().next().unwrap().clone();
        wish.insert(known.clone(), ("none-such".to_owned(), 0));
        wish.insert("zodiac".to_owned(), ("leo".to_owned(), 0));
        let found = faults(answer_profile(&app.ctx(JIRO), &id, &wish).await);
        assert_eq!(found, [(format!("profile.{known}"), "error-choice"), ("profile.zodiac".to_owned(), "error-unknown-question")]);
        assert!(see(&app, JIRO, &id).await.profile.is_empty());
    }
}
