//! Invitations, grants and suspensions.

use axum::http::Method;
use serde_json::json;

use super::{conflict, faults, forbidden, not_found};
use crate::access::{add_grant, end_grant};
use crate::identity::{accept_invitation, actor_by_email, invite, link, list_accounts, suspend, unsuspend};
use crate::organisation::{self, UnitKind, roles};
use crate::testing::{
    AUDITOR, DAY_MS, HANAKO, JIRO, KEEPER, NOBODY, OUTSIDER, PASSWORD, Person, TARO, TestApp, on_both,
};

/// The id of a person's grant of a role.
async fn grant_id(app: &TestApp, person: Person, role: &str) -> String {
    let accounts = list_accounts(&app.ctx(HANAKO)).await.unwrap();
    let account = accounts.into_iter().find(|account| account.email == person.email).unwrap();
    account.grants.into_iter().find(|grant| grant.role == role).unwrap().id
}

on_both! {
    async fn an_invitation_brings_a_person_into_a_unit_with_a_role(app: TestApp) {
        let form = [("email", "Shin@Example.jp"), ("role", "staff"), ("unit", &app.department)];
        let page = app.post("/accounts", HANAKO, &form).await.is(200).text();
        let token = page.split("http://localhost:8650/invitations/").nth(1).unwrap().split(['"', '<']).next().unwrap().to_owned();
        let path = format!("/invitations/{token}");
        let reply = app.get(&path, NOBODY).await;
        let cookie = reply.header("set-cookie").to_owned();
        assert_eq!(cookie, format!("rashin_link={token}; Path=/invitation; HttpOnly; SameSite=Lax; Max-Age=1800"));
        // The token leaves the address at once.
        reply.leads_to("/invitation");
        let page = app.get("/invitation", NOBODY).await.is(200).text();
        assert!(page.contains("shin@example.jp") && !page.contains(&token));
        let reply = app.post("/invitation", NOBODY, &[("name", "新人 五郎"), ("password", PASSWORD)]).await;
        assert!(reply.header("set-cookie").starts_with("rashin_session="));
        reply.leads_to("/");
        let actor = actor_by_email(&app.app.system(), "shin@example.jp").await.unwrap();
        let ctx = app.ctx(HANAKO).as_actor(actor);
        organisation::unit(&ctx, &app.department).await.unwrap();
        not_found(organisation::unit(&ctx, &app.company).await);
        // The link works once.
        app.get(&path, NOBODY).await.is(404);
        app.get("/invitation", NOBODY).await.is(404);
        app.post("/invitation", NOBODY, &[("name", "別人"), ("password", PASSWORD)]).await.is(404);
    }

    async fn an_invitation_ends_after_seven_days_and_is_no_set_up_link(app: TestApp) {
        let token = invite(&app.ctx(HANAKO), "a@example.jp", roles::STAFF, &app.company).await.unwrap();
        app.get(&format!("/setup/{token}"), NOBODY).await.is(404);
        app.clock.advance(7 * DAY_MS - 1);
        link(&app.ctx(NOBODY), &token, "invitation").await.unwrap();
        app.clock.advance(1);
        not_found(accept_invitation(&app.ctx(NOBODY), &token, "x", PASSWORD).await);
    }

    async fn a_faulty_acceptance_leaves_the_invitation_good(app: TestApp) {
        let token = invite(&app.ctx(HANAKO), "a@example.jp", roles::STAFF, &app.company).await.unwrap();
        let found = faults(accept_invitation(&app.ctx(NOBODY), &token, "", "short").await);
        assert_eq!(found, [("name".into(), "error-name"), ("password".into(), "error-password")]);
        accept_invitation(&app.ctx(NOBODY), &token, "新人", PASSWORD).await.unwrap();
    }

    async fn the_same_address_is_taken_once(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        assert_eq!(faults(invite(&hanako, TARO.email, roles::STAFF, &app.company).await), [("email".into(), "error-email-taken")]);
        let one = invite(&hanako, "a@example.jp", roles::STAFF, &app.company).await.unwrap();
        let two = invite(&hanako, "A@example.jp", roles::AUDITOR, &app.company).await.unwrap();
        accept_invitation(&app.ctx(NOBODY), &one, "一人目", PASSWORD).await.unwrap();
        conflict(accept_invitation(&app.ctx(NOBODY), &two, "二人目", PASSWORD).await);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM accounts WHERE email = 'a@example.jp'", &[]).await, 1);
    }

    async fn only_administrators_of_the_unit_invite_and_grant(app: TestApp) {
        for person in [TARO, JIRO, AUDITOR] {
            forbidden(invite(&app.ctx(person), "a@example.jp", roles::STAFF, &app.company).await);
            forbidden(add_grant(&app.ctx(person), app.account(person), roles::CISO, &app.company, "").await);
            forbidden(suspend(&app.ctx(person), app.account(HANAKO), "").await);
        }
        not_found(invite(&app.ctx(OUTSIDER), "a@example.jp", roles::STAFF, &app.company).await);
        not_found(add_grant(&app.ctx(OUTSIDER), app.account(TARO), roles::CISO, &app.elsewhere, "").await);
        not_found(add_grant(&app.ctx(HANAKO), app.account(TARO), roles::CISO, &app.elsewhere, "").await);
        not_found(suspend(&app.ctx(OUTSIDER), app.account(TARO), "").await);
        not_found(unsuspend(&app.ctx(OUTSIDER), app.account(TARO), "").await);
        assert_eq!(faults(invite(&app.ctx(HANAKO), "x", "king", &app.company).await), [("email".into(), "error-email"), ("role".into(), "error-choice")]);
        assert_eq!(faults(add_grant(&app.ctx(HANAKO), app.account(TARO), "king", &app.company, "").await), [("role".into(), "error-choice")]);
    }

    async fn a_grant_counts_at_once_and_ends_at_once(app: TestApp) {
        let taro = app.ctx(TARO);
        forbidden(organisation::add_unit(&taro, &app.company, UnitKind::Department, "一").await);
        let grant = add_grant(&app.ctx(HANAKO), app.account(TARO), roles::ADMINISTRATOR, &app.company, "代理").await.unwrap();
        organisation::add_unit(&taro, &app.company, UnitKind::Department, "一").await.unwrap();
        end_grant(&app.ctx(HANAKO), app.account(TARO), &grant.id, "終了").await.unwrap();
        forbidden(organisation::add_unit(&taro, &app.company, UnitKind::Department, "二").await);
        not_found(end_grant(&app.ctx(HANAKO), app.account(TARO), &grant.id, "").await);
        not_found(end_grant(&app.ctx(HANAKO), app.account(JIRO), &grant.id, "").await);
    }

    async fn a_grant_that_runs_out_no_longer_counts(app: TestApp) {
        let grant = add_grant(&app.ctx(HANAKO), app.account(TARO), roles::ADMINISTRATOR, &app.company, "").await.unwrap();
        let until = app.app.system().now_ms() + DAY_MS;
        app.damage("UPDATE grants SET until_ms = $2 WHERE id = $1", &[grant.id.as_str().into(), until.into()]).await;
        app.clock.advance(DAY_MS - 1);
        organisation::add_unit(&app.ctx(TARO), &app.company, UnitKind::Department, "一").await.unwrap();
        app.clock.advance(1);
        forbidden(organisation::add_unit(&app.ctx(TARO), &app.company, UnitKind::Department, "二").await);
        assert!(list_accounts(&app.ctx(HANAKO)).await.unwrap().iter().flat_map(|account| &account.grants).all(|held| held.id != grant.id));
    }

    async fn the_last_administrator_stays(app: TestApp) {
        suspend(&app.ctx(HANAKO), app.account(KEEPER), "休職").await.unwrap();
        let own = grant_id(&app, HANAKO, roles::ADMINISTRATOR).await;
        assert_eq!(conflict(end_grant(&app.ctx(HANAKO), app.account(HANAKO), &own, "").await), "error-last-administrator");
        assert_eq!(conflict(suspend(&app.ctx(HANAKO), app.account(HANAKO), "").await), "error-last-administrator");
        // An administrator of a part does not count.
        add_grant(&app.ctx(HANAKO), app.account(TARO), roles::ADMINISTRATOR, &app.company, "").await.unwrap();
        assert_eq!(conflict(suspend(&app.ctx(HANAKO), app.account(HANAKO), "").await), "error-last-administrator");
        unsuspend(&app.ctx(HANAKO), app.account(KEEPER), "復職").await.unwrap();
        end_grant(&app.ctx(HANAKO), app.account(HANAKO), &own, "").await.unwrap();
    }

    async fn two_administrators_who_suspend_each_other_at_once_do_not_both_go(app: TestApp) {
        let pairs = [(HANAKO, KEEPER), (KEEPER, HANAKO)].map(|(who, whom)| {
            let app = app.clone();
            tokio::spawn(async move { suspend(&app.ctx(who), app.account(whom), "").await.is_ok() })
        });
        let mut done = 0;
        for outcome in pairs {
            done += i32::from(outcome.await.unwrap());
        }
        assert_eq!(done, 1);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM account_suspensions", &[]).await, 1);
    }

    async fn people_are_listed_for_those_who_may_see_them(app: TestApp) {
        for person in [HANAKO, KEEPER, AUDITOR] {
            assert_eq!(list_accounts(&app.ctx(person)).await.unwrap().len(), 6);
        }
        for person in [TARO, JIRO] {
            forbidden(list_accounts(&app.ctx(person)).await);
            app.get("/accounts", person).await.is(403);
        }
        let outside = list_accounts(&app.ctx(OUTSIDER)).await.unwrap();
        assert_eq!(outside.iter().map(|account| account.email.as_str()).collect::<Vec<_>>(), [OUTSIDER.email]);
    }

    async fn pages_and_api_do_the_same(app: TestApp) {
        let (taro, unit) = (app.account(TARO), app.company.as_str());
        let form = [("role", "auditor"), ("unit", unit), ("reason", "兼務")];
        app.post(&format!("/accounts/{taro}/grants"), HANAKO, &form).await.leads_to("/accounts?done=granted");
        let grant = grant_id(&app, TARO, roles::AUDITOR).await;
        app.post(&format!("/accounts/{taro}/grants/{grant}/end"), HANAKO, &[("reason", "")]).await.leads_to("/accounts?done=grant-ended");
        app.post(&format!("/accounts/{taro}/suspension"), HANAKO, &[("suspended", "yes")]).await.leads_to("/accounts?done=suspended");
        app.post(&format!("/accounts/{taro}/suspension"), HANAKO, &[("suspended", "no")]).await.leads_to("/accounts?done=unsuspended");
        let body = json!({ "role": "auditor", "unit_id": unit });
        let made = app.api(Method::POST, &format!("/accounts/{taro}/grants"), HANAKO, body).await.is(201).json();
        let path = format!("/accounts/{taro}/grants/{}", made["id"].as_str().unwrap());
        app.api(Method::DELETE, &path, HANAKO, json!(null)).await.is(204);
        app.api(Method::DELETE, &path, HANAKO, json!(null)).await.is(404);
        app.api(Method::PUT, &format!("/accounts/{taro}/suspension"), HANAKO, json!(null)).await.is(204);
        app.api(Method::PUT, &format!("/accounts/{taro}/suspension"), HANAKO, json!(null)).await.is(409);
        app.api(Method::DELETE, &format!("/accounts/{taro}/suspension"), HANAKO, json!({ "reason": "復職" })).await.is(204);
        app.api(Method::PUT, &format!("/accounts/{taro}/suspension"), HANAKO, json!({ "reason": "退職" })).await.is(204);
        let reasons = "SELECT reason FROM audit_entries WHERE act = 'identity.suspend' AND reason <> '' ORDER BY arrival";
        let reasons = app.rows(reasons, &[]).await;
        assert_eq!(reasons.iter().map(|row| row.text("reason").unwrap()).collect::<Vec<_>>(), ["復職", "退職"]);
        let body = json!({ "email": "b@example.jp", "role": "staff", "unit_id": unit });
        let invitation = app.api(Method::POST, "/invitations", HANAKO, body).await.is(201).json();
        let token = invitation["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let body = json!({ "token": token, "name": "新人", "password": PASSWORD });
        app.api(Method::POST, "/invitations/acceptance", NOBODY, body.clone()).await.is(201);
        app.api(Method::POST, "/invitations/acceptance", NOBODY, body).await.is(404);
    }
}
