//! What an entry tells is for those who may see what it is about.

use axum::http::Method;
use serde_json::{Value as Json, json};

use super::{add_units, agree, sign};
use crate::audit_log::{Entry, Filter, entries, entry, verify};
use crate::catalog;
use crate::domains;
use crate::testing::{AUDITOR, HANAKO, KEEPER, OUTSIDER, Person, TARO, TestApp, on_both};

const SET: &str = "benchmark-25";
const NOT_FOR_YOU: &str = "表示する権限がありません";

fn items() -> Vec<&'static str> {
    catalog::builtin().item_set(SET).unwrap().items.iter().map(|item| item.ref_id.as_str()).collect()
}

/// A self-check of the company in which TARO answered the first item with level 4, the profile's first question, and left
/// the second item out.
async fn answered(app: &TestApp) -> String {
    let wish = json!({ "unit_id": app.company, "item_set_id": SET, "period": "FY2026" });
    let made = app.api(Method::POST, "/assessments", TARO, wish).await.is(201).json();
    let id = made["id"].as_str().unwrap().to_owned();
    let level = json!({ "item_id": items()[0], "level": 4, "note": "", "version": 0 });
    let out = json!({ "item_id": items()[1], "not_applicable_reason": "工場がないため", "note": "", "version": 0 });
    app.api(Method::PUT, &format!("/assessments/{id}/items"), TARO, json!([level, out])).await.is(200);
    let set = catalog::builtin().item_set(SET).unwrap();
    let question = &catalog::builtin().profile(&set.profile).unwrap().questions[0];
    let profile = json!({ question.ref_id.as_str(): { "option_id": question.options[0].ref_id, "version": 0 } });
    app.api(Method::PUT, &format!("/assessments/{id}/profile"), TARO, profile).await.is(200);
    id
}

async fn listed(app: &TestApp, person: Person) -> Vec<Json> {
    let answer = app.api(Method::GET, "/audit-entries?act=assessment.", person, json!(null)).await.is(200).json();
    answer.as_array().unwrap().clone()
}

fn facts(entries: &[Json]) -> Vec<&Json> {
    entries.iter().flat_map(|entry| entry["facts"].as_array().unwrap()).collect()
}

async fn of_assessments(app: &TestApp, person: Person) -> Vec<Entry> {
    entries(&app.ctx(person), &Filter { act: "assessment.".into(), ..Filter::default() }).await.unwrap()
}

on_both! {
    async fn an_administrator_reads_no_answer_through_the_log(app: TestApp) {
        answered(&app).await;
        let theirs = listed(&app, KEEPER).await;
        assert!(!facts(&theirs).is_empty());
        for fact in facts(&theirs) {
            assert_eq!((&fact["value"], &fact["salt"], &fact["withheld"]), (&json!(null), &json!(null), &json!(true)), "{fact}");
        }
        let page = app.get("/audit-log?act=assessment.", KEEPER).await.is(200).text();
        assert!(page.contains(NOT_FOR_YOU) && page.contains(items()[0]), "{page}");
        for entry in &theirs {
            let id = entry["id"].as_str().unwrap();
            let one = app.api(Method::GET, &format!("/audit-entries/{id}"), KEEPER, json!(null)).await.is(200).json();
            assert_eq!(one["facts"], entry["facts"]);
            let page = app.get(&format!("/audit-entries/{id}"), KEEPER).await.is(200).text();
            assert_eq!(page.contains(NOT_FOR_YOU), !facts(std::slice::from_ref(entry)).is_empty(), "{page}");
            assert!(!page.contains("工場がないため"));
        }
        // The file has commitments alone, for everybody.
        sign(&app).await;
        let file = app.get("/audit-log/tiles", KEEPER).await.is(200);
        let text = String::from_utf8_lossy(&file.body).into_owned();
        assert!(text.contains("assessment.answer") && !text.contains("工場がないため") && !text.contains("\"salt\""));
        // Other areas are as they were.
        add_units(&app, HANAKO, 1).await;
        let page = app.get("/audit-log?act=organisation.", KEEPER).await.is(200).text();
        assert!(page.contains("部0") && !page.contains(NOT_FOR_YOU));
    }

    async fn who_may_see_the_self_check_sees_what_was_answered(app: TestApp) {
        answered(&app).await;
        for person in [HANAKO, AUDITOR] {
            let all = listed(&app, person).await;
            let facts = facts(&all);
            assert!(facts.iter().all(|fact| fact["withheld"] == false && fact["salt"].is_string()));
            assert!(facts.iter().any(|fact| fact["name"] == format!("{} to", items()[0]) && fact["value"] == "4"), "{facts:?}");
            assert!(!app.get("/audit-log?act=assessment.", person).await.is(200).text().contains(NOT_FOR_YOU));
        }
        assert!(listed(&app, OUTSIDER).await.is_empty());
    }

    async fn the_power_counts_where_it_was_given_and_as_long_as_it_lasts(app: TestApp) {
        answered(&app).await;
        let seen = async |app: &TestApp| {
            let all = of_assessments(app, KEEPER).await;
            all.iter().flat_map(|entry| &entry.facts).filter(|fact| fact.value.is_some()).count()
        };
        let give = async |unit: &str| {
            let wish = json!({ "role": "auditor", "unit_id": unit, "reason": "x" });
            let path = format!("/accounts/{}/grants", app.account(KEEPER));
            app.api(Method::POST, &path, HANAKO, wish).await.is(201).json()["id"].as_str().unwrap().to_owned()
        };
        // Of the department below: what is about the company stays closed.
        give(&app.department.clone()).await;
        assert_eq!(seen(&app).await, 0);
        let grant = give(&app.company.clone()).await;
        assert!(seen(&app).await > 0);
        app.api(Method::DELETE, &format!("/accounts/{}/grants/{grant}", app.account(KEEPER)), HANAKO, json!(null)).await.is(204);
        assert_eq!(seen(&app).await, 0);
    }

    async fn a_machine_with_the_log_alone_sees_no_answer(app: TestApp) {
        answered(&app).await;
        let ctx = app.ctx(HANAKO).within(platform::Limit::to(vec!["audit-log.read".to_owned()]));
        let all = entries(&ctx, &Filter { act: "assessment.".into(), ..Filter::default() }).await.unwrap();
        assert!(all.iter().flat_map(|entry| &entry.facts).all(|fact| fact.withheld && fact.value.is_none()));
    }

    async fn reasons_of_self_checks_are_facts_too(app: TestApp) {
        let id = answered(&app).await;
        let changes: Vec<Json> = items().iter().enumerate().map(|(place, item)| {
            json!({ "item_id": item, "level": 3, "note": "", "version": i64::from(place < 2) })
        }).collect();
        app.api(Method::PUT, &format!("/assessments/{id}/items"), TARO, json!(changes)).await.is(200);
        let set = catalog::builtin().item_set(SET).unwrap();
        let questions = &catalog::builtin().profile(&set.profile).unwrap().questions;
        let first = |place: usize| json!({ "option_id": questions[place].options[0].ref_id, "version": i64::from(place == 0) });
        let profile: serde_json::Map<String, Json> =
            (0..questions.len()).map(|place| (questions[place].ref_id.clone(), first(place))).collect();
        app.api(Method::PUT, &format!("/assessments/{id}/profile"), TARO, json!(profile)).await.is(200);
        app.api(Method::POST, &format!("/assessments/{id}/submission"), TARO, json!(null)).await.is(201);
        app.post(&format!("/assessments/{id}/return"), HANAKO, &[("reason", "2番の根拠が足りません")]).await.is(303);
        let newest = of_assessments(&app, KEEPER).await.remove(0);
        assert_eq!(newest.act, "assessment.return");
        assert!(!serde_json::to_string(&newest).unwrap().contains("根拠"), "{newest:?}");
        let page = app.get(&format!("/audit-entries/{}", newest.id), AUDITOR).await.is(200).text();
        assert!(page.contains("2番の根拠が足りません"), "{page}");
    }

    async fn values_one_may_not_see_can_be_erased_by_two(app: TestApp) {
        answered(&app).await;
        let all = of_assessments(&app, KEEPER).await;
        let one = all.iter().find(|entry| entry.facts.iter().any(|fact| fact.name.ends_with(" to"))).unwrap();
        let name = one.facts.iter().find(|fact| fact.name.ends_with(" to")).unwrap().name.clone();
        let form = [("name", name.as_str()), ("reason", "本人の求め")];
        let path = format!("/audit-entries/{}", one.id);
        assert!(app.get(&path, HANAKO).await.is(200).text().contains(&format!("{path}/erasure")));
        app.post(&format!("{path}/erasure"), HANAKO, &form).await.is(409);
        agree(&app).await;
        app.post(&format!("{path}/erasure"), HANAKO, &form).await.is(303);
        let left = entry(&app.ctx(AUDITOR), &one.id).await.unwrap();
        assert!(left.facts.iter().all(|fact| fact.value.is_none() == (fact.name == name)));
        assert_eq!(verify::whole(&app.app.system(), &app.app.log_key).await.unwrap().count, 0);
    }

    async fn roles_acts_and_people_are_told_by_their_names(app: TestApp) {
        answered(&app).await;
        let area = &catalog::builtin().item_set(SET).unwrap().areas[0].ref_id;
        let id = listed(&app, HANAKO).await[0]["object_id"].as_str().unwrap().to_owned();
        let to = json!({ "account_id": app.account(TARO) });
        app.api(Method::PUT, &format!("/assessments/{id}/parts/{area}"), TARO, to).await.is(204);
        let wish = json!({ "role": "auditor", "unit_id": app.company, "reason": "x" });
        app.api(Method::POST, &format!("/accounts/{}/grants", app.account(TARO)), HANAKO, wish).await.is(201);
        let page = app.get("/audit-log", HANAKO).await.is(200).text();
        let main = page.split("<main").nth(1).unwrap();
        assert!(main.contains("役割: 監査") && !main.contains("役割: auditor"), "{main}");
        assert!(main.contains(&format!("変更後: {}", TARO.name)), "{main}");
    }
}

#[test]
fn every_area_says_whose_its_values_are() {
    for act in domains::ALL.iter().flat_map(|domain| domain.acts) {
        let area = format!("{}.", act.id.split('.').next().unwrap());
        assert!(domains::VALUES_OF.iter().any(|(known, _)| *known == area), "{area}");
        // The last word is taken off by its letters.
        let word = act.id.split('.').nth(1).unwrap();
        assert!(word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{word}");
    }
}
