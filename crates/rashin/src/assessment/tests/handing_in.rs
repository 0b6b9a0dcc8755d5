//! From handing in to approval, and back.

use platform::Error;
use sha2::{Digest, Sha256};

use super::*;
use crate::assessment::{State, approve, approve_exclusion, assign, earlier, evidence, give_back, submissions, submit};
use crate::testing::{AUDITOR, DAY_MS, HANAKO, JIRO, OUTSIDER, PRESIDENT, START_MS, on_both};

async fn ready(app: &TestApp) -> String {
    let id = begin(app).await;
    fill(&app.ctx(JIRO), &id).await;
    id
}

async fn submitted(app: &TestApp) -> String {
    let id = ready(app).await;
    submit(&app.ctx(TARO), &id).await.unwrap();
    id
}

/// What is closed while answers may not change, each with what it answers.
async fn closed_doors(app: &TestApp, id: &str) -> Vec<&'static str> {
    let (hanako, folder) = (app.ctx(HANAKO), &app.app.evidence);
    vec![
        conflict(answer_items(&hanako, id, &[level("1-1", 5, 1)]).await),
        conflict(answer_profile(&hanako, id, &whole_profile()).await),
        conflict(approve_exclusion(&hanako, id, "1-1", None).await),
        conflict(assign(&hanako, id, "1", Some(app.account(JIRO))).await),
        conflict(evidence::add(&hanako, folder, id, "1-1", "a.txt", b"a").await),
        conflict(evidence::remove(&hanako, id, "none", true).await),
        conflict(submit(&hanako, id).await),
    ]
}

/// The frozen content of an approval.
async fn frozen(app: &TestApp, id: &str) -> (String, String) {
    let rows = app.rows("SELECT content, content_hash FROM approvals WHERE assessment_id = $1", &[id.into()]).await;
    (rows[0].text("content").unwrap(), rows[0].text("content_hash").unwrap())
}

on_both! {
    async fn handing_in_tells_every_open_point_at_once(app: TestApp) {
        let id = begin(&app).await;
        let found = faults(submit(&app.ctx(TARO), &id).await);
        assert_eq!(found.iter().filter(|(field, key)| field.starts_with("profile.") && *key == "error-unanswered").count(), 15);
        assert_eq!(found.iter().filter(|(field, key)| field.starts_with("items.") && *key == "error-unanswered").count(), 25);
        fill(&app.ctx(JIRO), &id).await;
        let changes = [excluded("3-6", "開発をしていない", 1), ItemChange { level: None, ..level("1-1", 1, 1) }];
        answer_items(&app.ctx(JIRO), &id, &changes).await.unwrap();
        let found = faults(submit(&app.ctx(TARO), &id).await);
        assert_eq!(found, [("items.1-1".to_owned(), "error-unanswered"), ("items.3-6".to_owned(), "error-exclusion-open")]);
        assert_eq!(see(&app, TARO, &id).await.state, State::Open);
    }

    async fn staff_and_readers_do_not_hand_in(app: TestApp) {
        let id = ready(&app).await;
        for person in [JIRO, AUDITOR, PRESIDENT] {
            forbidden(submit(&app.ctx(person), &id).await);
        }
        not_found(submit(&app.ctx(OUTSIDER), &id).await);
    }

    async fn what_is_handed_in_is_closed_to_writing(app: TestApp) {
        let id = submitted(&app).await;
        let before = see(&app, AUDITOR, &id).await;
        assert_eq!(before.state, State::Submitted);
        assert!(closed_doors(&app, &id).await.iter().all(|key| *key == "error-assessment-submitted"));
        assert_eq!(see(&app, AUDITOR, &id).await, before);
    }

    async fn what_is_approved_is_closed_to_everything(app: TestApp) {
        let id = submitted(&app).await;
        approve(&app.ctx(HANAKO), &id, "").await.unwrap();
        assert!(closed_doors(&app, &id).await.iter().all(|key| *key == "error-assessment-approved"));
        assert_eq!(conflict(give_back(&app.ctx(HANAKO), &id, "やり直し").await), "error-not-submitted");
        assert_eq!(conflict(approve(&app.ctx(PRESIDENT), &id, "").await), "error-not-submitted");
    }

    async fn a_second_person_approves_and_the_frozen_content_is_what_was_handed_in(app: TestApp) {
        let id = ready(&app).await;
        evidence::add(&app.ctx(JIRO), &app.app.evidence, &id, "1-1", "方針.txt", "方針".as_bytes()).await.unwrap();
        answer_items(&app.ctx(JIRO), &id, &[excluded("3-6", "開発をしていない", 1)]).await.unwrap();
        approve_exclusion(&app.ctx(HANAKO), &id, "3-6", None).await.unwrap();
        submit(&app.ctx(TARO), &id).await.unwrap();
        let handed_in = see(&app, TARO, &id).await;
        app.clock.advance(DAY_MS);
        approve(&app.ctx(HANAKO), &id, " 了承 ").await.unwrap();
        let approved = see(&app, TARO, &id).await;
        let approval = approved.approval.clone().unwrap();
        assert_eq!((approved.state, approval.approved_by_name.as_str(), approval.comment.as_str()), (State::Approved, HANAKO.name, "了承"));
        assert_eq!((approval.self_approved, approval.approved_at_ms), (false, START_MS + DAY_MS));
        let (content, hash) = frozen(&app, &id).await;
        assert_eq!(content, handed_in.content());
        assert_eq!(hash, hex::encode(Sha256::digest(content.as_bytes())));
        assert_eq!((hash.clone(), hash), (handed_in.submission.unwrap().content_hash, approval.content_hash));
        let told: serde_json::Value = serde_json::from_str(&content).unwrap();
        assert_eq!((&told["items"]["3-6"]["exclusion_approved_by"], &told["evidence"][0][2]), (&HANAKO.name.into(), &"方針.txt".into()));
    }

    async fn the_one_who_handed_in_does_not_approve(app: TestApp) {
        let id = ready(&app).await;
        submit(&app.ctx(HANAKO), &id).await.unwrap();
        assert_eq!(forbidden(approve(&app.ctx(HANAKO), &id, "").await), "error-second-person");
        assert_eq!(app.told(&id, "access.refused").await, [serde_json::json!({ "act": "assessment.approve" })]);
        for person in [TARO, JIRO, AUDITOR] {
            assert_eq!(forbidden(approve(&app.ctx(person), &id, "").await), "error-not-allowed");
        }
        approve(&app.ctx(PRESIDENT), &id, "").await.unwrap();
        assert!(!see(&app, TARO, &id).await.approval.unwrap().self_approved);
    }

    async fn somebody_alone_in_the_tenant_approves_and_it_is_marked(app: TestApp) {
        let outsider = app.ctx(OUTSIDER);
        let id = create(&outsider, &app.elsewhere, SET, "2026").await.unwrap();
        fill(&outsider, &id).await;
        submit(&outsider, &id).await.unwrap();
        approve(&outsider, &id, "").await.unwrap();
        assert!(see(&app, OUTSIDER, &id).await.approval.unwrap().self_approved);
        assert_eq!(app.told(&id, "assessment.approve").await[0]["self_approved"], true);
    }

    async fn what_is_given_back_can_be_changed_and_handed_in_again(app: TestApp) {
        let id = submitted(&app).await;
        let first = see(&app, TARO, &id).await.submission.unwrap();
        for person in [TARO, JIRO, AUDITOR] {
            forbidden(give_back(&app.ctx(person), &id, "理由").await);
        }
        assert_eq!(faults(give_back(&app.ctx(PRESIDENT), &id, " ").await), [("reason".to_owned(), "error-reason")]);
        give_back(&app.ctx(PRESIDENT), &id, " 1-1を見直してください ").await.unwrap();
        let open = see(&app, TARO, &id).await;
        assert_eq!((open.state, open.submission.unwrap().returned_reason.as_deref()), (State::Open, Some("1-1を見直してください")));
        assert_eq!(conflict(approve(&app.ctx(HANAKO), &id, "").await), "error-not-submitted");
        answer_items(&app.ctx(JIRO), &id, &[level("1-1", 5, 1)]).await.unwrap();
        app.clock.advance(1);
        submit(&app.ctx(TARO), &id).await.unwrap();
        let second = see(&app, TARO, &id).await.submission.unwrap();
        assert_ne!(second.content_hash, first.content_hash);
        let all = submissions(&app.ctx(AUDITOR), &id).await.unwrap();
        assert_eq!(all.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [second.id.as_str(), first.id.as_str()]);
        assert_eq!((all[1].returned_by_name.as_deref(), all[1].returned_at_ms), (Some(PRESIDENT.name), Some(START_MS)));
        approve(&app.ctx(HANAKO), &id, "").await.unwrap();
    }

    async fn a_clock_put_back_does_not_open_what_was_handed_in(app: TestApp) {
        let id = submitted(&app).await;
        give_back(&app.ctx(HANAKO), &id, "やり直し").await.unwrap();
        app.clock.advance(-10 * DAY_MS);
        submit(&app.ctx(TARO), &id).await.unwrap();
        assert_eq!(see(&app, TARO, &id).await.state, State::Submitted);
        assert_eq!(conflict(answer_items(&app.ctx(JIRO), &id, &[level("1-1", 5, 1)]).await), "error-assessment-submitted");
        approve(&app.ctx(HANAKO), &id, "").await.unwrap();
    }

    async fn of_two_who_hand_in_or_approve_at_once_one_does(app: TestApp) {
        let id = ready(&app).await;
        let tries = [TARO, HANAKO].map(|person| {
            let (app, id) = (app.clone(), id.clone());
            tokio::spawn(async move { submit(&app.ctx(person), &id).await.is_ok() })
        });
        let mut done = 0;
        for outcome in tries {
            done += i32::from(outcome.await.unwrap());
        }
        assert_eq!(done, 1);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM submissions", &[]).await, 1);
        let tries = [0, 1, 2, 3].map(|number| {
            let (app, id) = (app.clone(), id.clone());
            tokio::spawn(async move {
                if number % 2 == 0 {
                    approve(&app.ctx(PRESIDENT), &id, "").await.is_ok()
                } else {
                    give_back(&app.ctx(PRESIDENT), &id, "やり直し").await.is_ok()
                }
            })
        });
        let mut done = 0;
        for outcome in tries {
            done += i32::from(outcome.await.unwrap());
        }
        assert_eq!(done, 1);
        let after = see(&app, TARO, &id).await;
        assert_eq!(after.approval.is_some(), after.submission.unwrap().returned_reason.is_none());
    }

    async fn an_answer_saved_while_somebody_hands_in_is_in_or_is_refused(app: TestApp) {
        let id = ready(&app).await;
        let (one, two, ids) = (app.clone(), app.clone(), (id.clone(), id.clone()));
        let saving = tokio::spawn(async move {
            let mut version = 1;
            while answer_items(&one.ctx(JIRO), &ids.0, &[level("1-1", u8::try_from(version % 5 + 1).unwrap(), version)]).await.is_ok() {
                version += 1;
            }
            version
        });
        let handing_in = tokio::spawn(async move {
            tokio::task::yield_now().await;
            submit(&two.ctx(TARO), &ids.1).await
        });
        handing_in.await.unwrap().unwrap();
        let saved = saving.await.unwrap();
        let now = see(&app, TARO, &id).await;
        assert_eq!(now.items["1-1"].version, saved);
        assert_eq!(now.submission.as_ref().unwrap().content_hash, now.content_hash());
        approve(&app.ctx(HANAKO), &id, "").await.unwrap();
    }

    async fn what_was_changed_behind_its_back_is_not_approved(app: TestApp) {
        let id = submitted(&app).await;
        app.damage("UPDATE item_answers SET level = 5 WHERE assessment_id = $1 AND item_id = '1-1'", &[id.as_str().into()]).await;
        assert!(matches!(approve(&app.ctx(HANAKO), &id, "").await, Err(Error::Internal(_))));
        assert_eq!(see(&app, TARO, &id).await.state, State::Submitted);
        give_back(&app.ctx(HANAKO), &id, "確かめてください").await.unwrap();
    }

    async fn earlier_approved_ones_of_the_same_unit_are_offered_for_comparison(app: TestApp) {
        let taro = app.ctx(TARO);
        let mut ids = Vec::new();
        for (unit, set, period, approved) in [
            (&app.company, SET, "FY2024", true),
            (&app.company, SET, "FY2025", true),
            (&app.company, "benchmark-27", "FY2025", false),
            (&app.department, SET, "FY2025", true),
            (&app.company, SET, "FY2026", true),
        ] {
            let id = create(&taro, unit, set, period).await.unwrap();
            if approved {
                fill(&taro, &id).await;
                submit(&taro, &id).await.unwrap();
                approve(&app.ctx(HANAKO), &id, "").await.unwrap();
            }
            ids.push(id);
        }
        let now = see(&app, TARO, &ids[4]).await;
        let found = earlier(&taro, &now).await.unwrap();
        assert_eq!(found.iter().map(|one| one.period.as_str()).collect::<Vec<_>>(), ["FY2025", "FY2024"]);
        assert!(earlier(&app.ctx(OUTSIDER), &now).await.unwrap().is_empty());
    }
}
