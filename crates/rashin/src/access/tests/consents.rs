//! Acts that need two people.

use axum::http::Method;
use serde_json::json;

use crate::access::{add_grant, decide, end_grant, grants_of_tenant, list_consents};
use crate::audit_log::{Filter, entries, erase};
use crate::federation::{NewToken, make_token};
use crate::identity::{suspend, unsuspend};
use crate::organisation::{self, Edit, close_unit, roles};
use crate::testing::{
    AUDITOR, DAY_MS, HANAKO, JIRO, KEEPER, OUTSIDER, Person, TARO, TestApp, conflict, forbidden, not_found, on_both,
};

/// Asks to close the company, which has no open departments; gives the consent's id.
async fn asked(app: &TestApp) -> String {
    if !app.unit(&app.department).await.closed {
        close_unit(&app.ctx(HANAKO), &app.department, true, "").await.unwrap();
    }
    assert_eq!(conflict(close_unit(&app.ctx(HANAKO), &app.company, true, "統合").await), "error-needs-consent");
    list_consents(&app.ctx(KEEPER)).await.unwrap().remove(0).id
}

async fn close(app: &TestApp, person: Person) -> platform::Result<()> {
    close_unit(&app.ctx(person), &app.company, true, "統合").await
}

/// The grant by which the other administrator is one.
async fn keepers(app: &TestApp) -> String {
    let grants = grants_of_tenant(&app.ctx(HANAKO), &app.group).await.unwrap();
    grants.into_iter().find(|grant| grant.account_id == app.account(KEEPER)).unwrap().id
}

on_both! {
    async fn a_company_is_closed_by_two(app: TestApp) {
        let id = asked(&app).await;
        // Asking twice asks once, and a consent that is only asked for is none.
        assert_eq!(conflict(close(&app, HANAKO).await), "error-needs-consent");
        assert_eq!(list_consents(&app.ctx(HANAKO)).await.unwrap().len(), 1);
        assert_eq!(conflict(decide(&app.ctx(HANAKO), &id, true, "").await), "error-consent-own");
        decide(&app.ctx(KEEPER), &id, true, "確認した").await.unwrap();
        assert_eq!(conflict(decide(&app.ctx(KEEPER), &id, false, "").await), "error-consent-over");
        close(&app, HANAKO).await.unwrap();
        assert!(app.unit(&app.company).await.closed);
        let told = app.told(&app.company, "organisation.close-company").await;
        assert!(told[0].to_string().contains(KEEPER.name), "{told:?}");
    }

    async fn a_consent_counts_once(app: TestApp) {
        let id = asked(&app).await;
        decide(&app.ctx(KEEPER), &id, true, "").await.unwrap();
        close(&app, HANAKO).await.unwrap();
        close_unit(&app.ctx(HANAKO), &app.company, false, "").await.unwrap();
        assert_eq!(conflict(close(&app, HANAKO).await), "error-needs-consent");
        assert!(list_consents(&app.ctx(HANAKO)).await.unwrap().iter().any(|consent| consent.used));
    }

    async fn a_consent_counts_for_exactly_what_was_asked(app: TestApp) {
        let id = asked(&app).await;
        decide(&app.ctx(KEEPER), &id, true, "").await.unwrap();
        let unit = app.unit(&app.company).await;
        let edit = Edit { name: "別の名前".to_owned(), kind: unit.kind, parent_id: unit.parent_id.clone(), version: unit.version };
        organisation::edit_unit(&app.ctx(HANAKO), &unit.id, edit).await.unwrap();
        assert_eq!(conflict(close(&app, HANAKO).await), "error-needs-consent");
    }

    async fn a_consent_ends_and_a_refusal_is_none(app: TestApp) {
        let id = asked(&app).await;
        decide(&app.ctx(KEEPER), &id, false, "まだ早い").await.unwrap();
        assert_eq!(conflict(close(&app, HANAKO).await), "error-needs-consent");
        let again = list_consents(&app.ctx(KEEPER)).await.unwrap().into_iter().find(|consent| consent.agreed.is_none()).unwrap();
        decide(&app.ctx(KEEPER), &again.id, true, "").await.unwrap();
        app.clock.advance(7 * DAY_MS);
        assert_eq!(conflict(close(&app, HANAKO).await), "error-needs-consent");
        let late = list_consents(&app.ctx(KEEPER)).await.unwrap().remove(0);
        app.clock.advance(7 * DAY_MS);
        assert_eq!(conflict(decide(&app.ctx(KEEPER), &late.id, true, "").await), "error-consent-over");
    }

    async fn who_agreed_does_not_act_and_who_is_suspended_did_not_agree(app: TestApp) {
        let id = asked(&app).await;
        decide(&app.ctx(KEEPER), &id, true, "").await.unwrap();
        // The one who agreed would act on their own consent.
        assert_eq!(conflict(close(&app, KEEPER).await), "error-needs-consent");
        suspend(&app.ctx(HANAKO), app.account(KEEPER), "").await.unwrap();
        add_grant(&app.ctx(HANAKO), app.account(TARO), roles::ADMINISTRATOR, &app.group, "").await.unwrap();
        assert_eq!(conflict(close(&app, HANAKO).await), "error-needs-consent");
        unsuspend(&app.ctx(HANAKO), app.account(KEEPER), "").await.unwrap();
        close(&app, HANAKO).await.unwrap();
    }

    async fn only_who_may_do_it_is_asked(app: TestApp) {
        let id = asked(&app).await;
        for person in [TARO, JIRO, AUDITOR, OUTSIDER] {
            assert!(list_consents(&app.ctx(person)).await.unwrap().is_empty());
            not_found(decide(&app.ctx(person), &id, true, "").await);
            assert!(close(&app, person).await.is_err());
        }
        forbidden(close(&app, TARO).await);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM consents", &[]).await, 1);
    }

    async fn who_has_been_alone_for_a_week_needs_nobody(app: TestApp) {
        close_unit(&app.ctx(HANAKO), &app.department, true, "").await.unwrap();
        end_grant(&app.ctx(HANAKO), app.account(KEEPER), &keepers(&app).await, "").await.unwrap();
        assert_eq!(conflict(close(&app, HANAKO).await), "error-alone-too-soon");
        app.clock.advance(7 * DAY_MS - 1);
        assert_eq!(conflict(close(&app, HANAKO).await), "error-alone-too-soon");
        app.clock.advance(1);
        close(&app, HANAKO).await.unwrap();
        let told = app.told(&app.company, "organisation.close-company").await;
        assert_eq!((&told[0]["alone"], &told[0]["agreed_by"]), (&json!(true), &json!(null)), "{told:?}");
    }

    async fn nobody_becomes_alone_by_suspending_the_other(app: TestApp) {
        let path = format!("/units/{}/closure", app.company);
        close_unit(&app.ctx(HANAKO), &app.department, true, "").await.unwrap();
        app.post(&format!("/accounts/{}/suspension", app.account(KEEPER)), HANAKO, &[("suspended", "yes")]).await.leads_to("/accounts?done=suspended");
        let page = app.post(&path, HANAKO, &[("closed", "yes")]).await.is(409).text();
        assert!(page.contains("この7日の間に"), "{page}");
        assert!(!app.unit(&app.company).await.closed);
        // The other one is back and decides.
        unsuspend(&app.ctx(HANAKO), app.account(KEEPER), "").await.unwrap();
        let id = list_consents(&app.ctx(KEEPER)).await.unwrap().remove(0).id;
        decide(&app.ctx(KEEPER), &id, true, "").await.unwrap();
        close(&app, HANAKO).await.unwrap();
    }

    async fn whose_role_ran_out_this_week_still_counts(app: TestApp) {
        close_unit(&app.ctx(HANAKO), &app.department, true, "").await.unwrap();
        let until = app.app.system().now_ms() + DAY_MS;
        app.damage("UPDATE grants SET until_ms = $2 WHERE id = $1", &[keepers(&app).await.into(), until.into()]).await;
        app.clock.advance(2 * DAY_MS);
        assert_eq!(conflict(close(&app, HANAKO).await), "error-alone-too-soon");
        app.clock.advance(6 * DAY_MS);
        close(&app, HANAKO).await.unwrap();
    }

    async fn a_machine_is_no_second_person(app: TestApp) {
        close_unit(&app.ctx(HANAKO), &app.department, true, "").await.unwrap();
        let wish = NewToken { name: "集計".into(), purpose: "api".into(), role: "administrator".into(), unit_id: app.group.clone(), acts: Vec::new(), days: 30 };
        make_token(&app.ctx(HANAKO), &wish).await.unwrap();
        // Nor is it named as somebody who can give rights.
        let page = app.get("/accounts", JIRO).await.is(403).text();
        assert!(page.contains(KEEPER.name) && !page.contains("集計"), "{page}");
        end_grant(&app.ctx(HANAKO), app.account(KEEPER), &keepers(&app).await, "").await.unwrap();
        app.clock.advance(7 * DAY_MS);
        close(&app, HANAKO).await.unwrap();
    }

    async fn a_consent_counts_no_longer_than_the_right_it_was_given_by(app: TestApp) {
        let id = asked(&app).await;
        decide(&app.ctx(KEEPER), &id, true, "").await.unwrap();
        end_grant(&app.ctx(HANAKO), app.account(KEEPER), &keepers(&app).await, "").await.unwrap();
        add_grant(&app.ctx(HANAKO), app.account(TARO), roles::ADMINISTRATOR, &app.group, "").await.unwrap();
        assert_eq!(conflict(close(&app, HANAKO).await), "error-needs-consent");
        add_grant(&app.ctx(HANAKO), app.account(KEEPER), roles::ADMINISTRATOR, &app.company, "").await.unwrap();
        close(&app, HANAKO).await.unwrap();
    }

    async fn what_is_asked_is_said_in_words_with_a_way_to_it(app: TestApp) {
        asked(&app).await;
        let entry = entries(&app.ctx(HANAKO), &Filter { act: "organisation.close-unit".into(), ..Filter::default() }).await.unwrap().remove(0);
        assert_eq!(conflict(erase(&app.ctx(HANAKO), &entry.id, Some("closed"), "不要").await), "error-needs-consent");
        assert_eq!(conflict(erase(&app.ctx(HANAKO), &entry.id, None, "不要").await), "error-needs-consent");
        let page = app.get("/access/consents", KEEPER).await.is(200).text();
        for words in ["「羅針電機」を閉じる", "の値「終了・閉鎖」を消去する", "の値をすべて消去する"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        for way in [format!("/units?edit={}", app.company), format!("/audit-entries/{}", entry.id)] {
            assert!(page.contains(&format!("href=\"{way}\"")), "{way}");
            app.get(&way, KEEPER).await.is(200);
        }
        assert!(!page.contains("&#34;") && !page.contains("&quot;"), "{page}");
        app.speak("en");
        assert!(app.get("/access/consents", KEEPER).await.is(200).text().contains("Close "));
    }

    async fn pages_and_api_ask_and_agree(app: TestApp) {
        close_unit(&app.ctx(HANAKO), &app.department, true, "").await.unwrap();
        let path = format!("/units/{}/closure", app.company);
        assert!(app.post(&path, HANAKO, &[("closed", "yes"), ("reason", "統合")]).await.is(409).text().contains("もう一人の同意"));
        assert!(app.get("/access/consents", HANAKO).await.is(200).text().contains("ほかの人の同意を待っています"));
        let page = app.get("/access/consents", KEEPER).await.is(200).text();
        assert!(page.contains("同意する") && page.contains("統合"));
        let id = list_consents(&app.ctx(KEEPER)).await.unwrap().remove(0).id;
        let to = format!("/access/consents/{id}/decision");
        app.post(&to, KEEPER, &[("agreed", "yes")]).await.leads_to("/access/consents?done=consent-decided");
        app.post(&path, HANAKO, &[("closed", "yes")]).await.leads_to("/units?done=unit-closed");
        app.api(Method::DELETE, &path, HANAKO, json!(null)).await.is(204);
        app.api(Method::PUT, &path, HANAKO, json!(null)).await.is(409);
        let open = app.api(Method::GET, "/consents", KEEPER, json!(null)).await.is(200).json();
        let id = open.as_array().unwrap().iter().find(|consent| consent["agreed"].is_null()).unwrap()["id"].as_str().unwrap().to_owned();
        app.api(Method::POST, &format!("/consents/{id}/decision"), KEEPER, json!({ "agreed": true })).await.is(204);
        app.api(Method::PUT, &path, HANAKO, json!(null)).await.is(204);
    }

    async fn two_who_use_a_consent_at_once_use_it_once(app: TestApp) {
        let id = asked(&app).await;
        decide(&app.ctx(KEEPER), &id, true, "").await.unwrap();
        let tries = [HANAKO, HANAKO].map(|person| {
            let app = app.clone();
            tokio::spawn(async move { close(&app, person).await.is_ok() })
        });
        let mut done = 0;
        for outcome in tries {
            done += i32::from(outcome.await.unwrap());
        }
        assert_eq!(done, 1);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM consent_uses", &[]).await, 1);
    }
}
