//! Machine tokens.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};

use crate::assessment;
use crate::federation::tokens::limits;
use crate::federation::{NewToken, find_machine, make_token, revoke_token};
use crate::testing::{
    AUDITOR, DAY_MS, HANAKO, JIRO, KEEPER, NOBODY, OUTSIDER, PRESIDENT, Person, Reply, TARO, TestApp, faults,
    forbidden, not_found, on_both,
};

fn wish(role: &str, unit_id: &str, acts: &[&str]) -> NewToken {
    NewToken {
        name: "集計".to_owned(),
        purpose: "api".to_owned(),
        role: role.to_owned(),
        unit_id: unit_id.to_owned(),
        acts: acts.iter().map(|act| (*act).to_owned()).collect(),
        days: 30,
    }
}

async fn made(app: &TestApp, person: Person, wish: &NewToken) -> (String, String) {
    let (token, secret) = make_token(&app.ctx(person), wish).await.unwrap();
    (token.id, secret)
}

async fn ask(app: &TestApp, method: Method, path: &str, secret: &str, json: Value) -> Reply {
    let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {secret}"));
    if json.is_null() {
        return app.send(request.body(Body::empty()).unwrap()).await;
    }
    let request = request.header(header::CONTENT_TYPE, "application/json");
    app.send(request.body(Body::from(json.to_string())).unwrap()).await
}

async fn reads(app: &TestApp, secret: &str) -> u16 {
    ask(app, Method::GET, "/api/v1/units", secret, json!(null)).await.status.as_u16()
}

async fn refusals(app: &TestApp) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM audit_entries e JOIN audit_values v ON v.entry_id = e.id \
        WHERE e.act = 'access.refused' OR e.act = 'federation.use-token' AND v.facts LIKE '%refused%'";
    app.count(sql, &[]).await
}

/// Faults that others shipped: what is stored of a secret tells nothing by how long a comparison takes.
#[test]
fn nothing_secret_is_compared_letter_by_letter() {
    let secret = ["secret_hash(", "browser_hash", "nonce", "metrics_token"];
    for (path, text) in crate::tests::sources::product() {
        for line in text.lines().filter(|line| line.contains(" == ") || line.contains(" != ")) {
            assert!(!secret.iter().any(|word| line.contains(word)), "{path}: {line}");
        }
    }
}

#[test]
fn a_token_is_limited_to_acts_that_roles_hold_and_to_reading() {
    let limits: Vec<&str> = limits().collect();
    for offered in ["assessment.create", "assessment.read", "organisation.read", "population.read", "audit-log.read"] {
        assert!(limits.contains(&offered), "{offered}");
    }
    // A fresh proof, nobody's role, everybody's own, the installation's.
    for not in ["access.grant", "audit-log.erase", "identity.sign-in", "access.refused", "population.freeze-release"] {
        assert!(!limits.contains(&not), "{not}");
    }
}

on_both! {
    async fn a_demand_of_second_factors_does_not_touch_machines(app: TestApp) {
        let (_, secret) = made(&app, HANAKO, &wish("staff", &app.company, &[])).await;
        let (_, own) = made(&app, TARO, &NewToken { role: "manager".to_owned(), ..wish("manager", &app.company, &[]) }).await;
        let key = "INSERT INTO passkeys (id, account_id, name, content, made_at_ms, used_at_ms) VALUES ('key', $1, 'PC', '{}', 1, NULL)";
        app.damage(key, &[app.account(HANAKO).into()]).await;
        crate::identity::demand_factors(&app.ctx(HANAKO), "everybody").await.unwrap();
        assert_eq!((reads(&app, &secret).await, reads(&app, &own).await), (200, 200));
        // Whoever makes a token has the factor.
        app.get("/tokens", TARO).await.leads_to("/me");
        let demand = json!({ "demanded_of": "nobody" });
        ask(&app, Method::PUT, "/api/v1/factor-demand", &secret, demand).await.is(403);
    }

    async fn a_token_does_what_its_role_may_in_its_unit(app: TestApp) {
        let check = assessment::create(&app.ctx(HANAKO), &app.company, "benchmark-25", "FY2026").await.unwrap();
        let above = assessment::create(&app.ctx(HANAKO), &app.group, "benchmark-25", "FY2026").await.unwrap();
        let (_, secret) = made(&app, HANAKO, &wish("staff", &app.company, &[])).await;
        let list = ask(&app, Method::GET, "/api/v1/assessments", &secret, json!(null)).await.is(200).text();
        assert!(list.contains(&check) && !list.contains(&above));
        let answer = json!({ "level": 3 });
        let path = format!("/api/v1/assessments/{check}/items/1-1");
        ask(&app, Method::PUT, &path, &secret, answer.clone()).await.is(200);
        let path = format!("/api/v1/assessments/{above}/items/1-1");
        ask(&app, Method::PUT, &path, &secret, answer).await.is(404);
        let path = format!("/api/v1/assessments/{check}/approval");
        // That there is something above is not told to the machine, but to the log.
        assert_eq!(refusals(&app).await, 1);
        ask(&app, Method::POST, &path, &secret, json!({ "comment": "" })).await.is(403);
        assert_eq!(refusals(&app).await, 2);
    }

    async fn acts_outside_the_scope_are_refused_and_logged_with_token_and_owner(app: TestApp) {
        let (id, secret) = made(&app, HANAKO, &wish("administrator", &app.group, &["organisation.read"])).await;
        let unit = json!({ "parent_id": app.company, "kind": "department", "name": "x" });
        ask(&app, Method::GET, "/api/v1/units", &secret, json!(null)).await.is(200);
        ask(&app, Method::POST, "/api/v1/units", &secret, unit.clone()).await.is(403);
        ask(&app, Method::GET, "/api/v1/accounts", &secret, json!(null)).await.is(403);
        ask(&app, Method::GET, "/api/v1/audit-log", &secret, json!(null)).await.is(403);
        ask(&app, Method::GET, "/api/v1/assessments", &secret, json!(null)).await.is(403);
        assert_eq!(refusals(&app).await, 4);
        let sql = "SELECT actor_id, actor_name, tenant_id FROM audit_entries WHERE act IN ('federation.use-token', 'access.refused')";
        for row in app.rows(sql, &[]).await {
            assert_eq!(row.text("actor_id").unwrap(), id);
            assert_eq!(row.text("actor_name").unwrap(), format!("集計 ({})", HANAKO.name));
            assert_eq!(row.text("tenant_id").unwrap(), app.group);
        }
        let (_, wide) = made(&app, HANAKO, &wish("administrator", &app.group, &["organisation.read", "organisation.add-unit"])).await;
        ask(&app, Method::POST, "/api/v1/units", &wide, unit).await.is(201);
    }

    async fn a_machine_does_nothing_that_people_do_for_themselves(app: TestApp) {
        let (_, secret) = made(&app, HANAKO, &wish("administrator", &app.group, &[])).await;
        let password = json!({ "old_password": "correct horse battery", "new_password": "another one here" });
        let reply = ask(&app, Method::PUT, "/api/v1/sessions/current/password", &secret, password).await;
        assert!([403, 404].contains(&reply.status.as_u16()), "{}", reply.status);
        ask(&app, Method::DELETE, "/api/v1/sessions/current", &secret, json!(null)).await.is(403);
        let more = json!({ "name": "x", "role": "staff", "unit_id": app.group, "days": 365 });
        ask(&app, Method::POST, "/api/v1/tokens", &secret, more).await.is(403);
    }

    async fn a_token_opens_no_page(app: TestApp) {
        let (_, secret) = made(&app, HANAKO, &wish("administrator", &app.group, &[])).await;
        ask(&app, Method::GET, "/units", &secret, json!(null)).await.leads_to("/sign-in?next=/units");
        let request = Request::get("/units").header(header::COOKIE, format!("rashin_session={secret}"));
        app.send(request.body(Body::empty()).unwrap()).await.leads_to("/sign-in?next=/units");
        let request = Request::get("/api/v1/units").header(header::COOKIE, format!("rashin_session={secret}"));
        app.send(request.body(Body::empty()).unwrap()).await.is(401);
        assert_eq!(reads(&app, &secret).await, 200);
    }

    async fn a_token_ends_with_its_day_its_owner_and_by_revocation(app: TestApp) {
        let (first, secret) = made(&app, HANAKO, &wish("staff", &app.company, &[])).await;
        assert_eq!(reads(&app, &secret).await, 200);
        revoke_token(&app.ctx(HANAKO), &first).await.unwrap();
        assert_eq!(reads(&app, &secret).await, 401);
        let (_, secret) = made(&app, TARO, &wish("manager", &app.company, &[])).await;
        assert_eq!(reads(&app, &secret).await, 200);
        let taro = app.account(TARO).to_owned();
        crate::identity::suspend(&app.ctx(HANAKO), &taro, "").await.unwrap();
        assert_eq!(reads(&app, &secret).await, 401);
        crate::identity::unsuspend(&app.ctx(HANAKO), &taro, "").await.unwrap();
        assert_eq!(reads(&app, &secret).await, 200);
        let grants = crate::access::own_grants(&app.ctx(TARO)).await.unwrap();
        crate::access::end_grant(&app.ctx(HANAKO), &taro, &grants[0].id, "").await.unwrap();
        assert_eq!(reads(&app, &secret).await, 401);
        let (_, secret) = made(&app, KEEPER, &wish("staff", &app.company, &[])).await;
        app.clock.advance(30 * DAY_MS - 1);
        assert_eq!(reads(&app, &secret).await, 200);
        app.clock.advance(1);
        assert_eq!(reads(&app, &secret).await, 401);
        // A clock put back before the token was made.
        app.clock.advance(-60 * DAY_MS);
        assert_eq!(reads(&app, &secret).await, 401);
    }

    async fn what_happens_at_one_instance_counts_at_the_next_request_of_another(app: TestApp) {
        let other = app.beside().await;
        let (first, secret) = made(&app, HANAKO, &wish("staff", &app.company, &[])).await;
        assert_eq!((reads(&app, &secret).await, reads(&other, &secret).await), (200, 200));
        revoke_token(&app.ctx(HANAKO), &first).await.unwrap();
        assert_eq!(reads(&other, &secret).await, 401);
        let (_, secret) = made(&other, TARO, &wish("manager", &app.company, &[])).await;
        let taro = app.account(TARO).to_owned();
        assert_eq!(reads(&app, &secret).await, 200);
        crate::identity::suspend(&other.ctx(HANAKO), &taro, "").await.unwrap();
        assert_eq!(reads(&app, &secret).await, 401);
        crate::identity::unsuspend(&app.ctx(HANAKO), &taro, "").await.unwrap();
        assert_eq!(reads(&other, &secret).await, 200);
        let grants = crate::access::own_grants(&app.ctx(TARO)).await.unwrap();
        crate::access::end_grant(&app.ctx(HANAKO), &taro, &grants[0].id, "").await.unwrap();
        assert_eq!((reads(&app, &secret).await, reads(&other, &secret).await), (401, 401));
        // One who is suspended by provisioning is no owner either.
        let (_, secret) = made(&app, JIRO, &wish("staff", &app.company, &[])).await;
        let scim = NewToken { purpose: "scim".to_owned(), ..wish("", "", &[]) };
        let (_, provisioner) = made(&app, HANAKO, &scim).await;
        assert_eq!(reads(&other, &secret).await, 200);
        let off = json!({ "Operations": [{ "op": "replace", "path": "active", "value": false }] });
        let path = format!("{}/{}", "/scim/v2/Users", app.account(JIRO));
        ask(&app, Method::PATCH, &path, &provisioner, off).await.is(200);
        assert_eq!(reads(&other, &secret).await, 401);
    }

    async fn nobody_gives_a_token_more_than_they_may(app: TestApp) {
        for (person, role, unit) in [(JIRO, "ciso", &app.company), (JIRO, "staff", &app.group), (TARO, "administrator", &app.company), (AUDITOR, "manager", &app.group)] {
            let refused = make_token(&app.ctx(person), &wish(role, unit, &[])).await;
            assert!(refused.is_err(), "{} {role}", person.name);
        }
        made(&app, JIRO, &wish("staff", &app.company, &[])).await;
        made(&app, JIRO, &wish("staff", &app.department, &[])).await;
        not_found(make_token(&app.ctx(OUTSIDER), &wish("staff", &app.company, &[])).await);
        let scim = NewToken { purpose: "scim".to_owned(), ..wish("", "", &[]) };
        not_found(make_token(&app.ctx(TARO), &scim).await);
        assert_eq!(forbidden(make_token(&app.ctx(PRESIDENT), &scim).await), "error-not-allowed");
        let (_, secret) = made(&app, KEEPER, &scim).await;
        assert_eq!(reads(&app, &secret).await, 401);
    }

    async fn what_is_wrong_with_a_wish_is_told_at_once(app: TestApp) {
        let wrong = NewToken { name: " ".into(), days: 366, ..wish("king", &app.group, &["nothing.at-all", "identity.sign-in"]) };
        let told: Vec<String> = faults(make_token(&app.ctx(HANAKO), &wrong).await).into_iter().map(|(field, _)| field).collect();
        assert_eq!(told, ["token_name", "role", "acts", "acts", "days"]);
    }

    async fn the_secret_is_shown_once_and_kept_as_a_hash(app: TestApp) {
        let form = [("token_name", "月次の集計"), ("purpose", "api"), ("role", "staff"), ("unit", app.company.as_str()), ("days", "30"), ("act.assessment.read", "yes")];
        let page = app.post("/tokens", HANAKO, &form).await.is(200).text();
        let secret = page.split("value=\"rashin.").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(secret.len(), 43);
        let again = app.get("/tokens", HANAKO).await.is(200).text();
        assert!(again.contains("月次の集計") && !again.contains(&secret));
        for table in ["SELECT token_hash AS n FROM machine_tokens", "SELECT facts AS n FROM audit_values", "SELECT email AS n FROM accounts"] {
            assert!(app.rows(table, &[]).await.iter().all(|row| !row.text("n").unwrap().contains(&secret)), "{table}");
        }
        let machine = find_machine(&app.ctx(NOBODY), &format!("rashin.{secret}"), crate::federation::Purpose::Api).await.unwrap().unwrap();
        app.post(&format!("/tokens/{}/revocation", machine.account_id), HANAKO, &[]).await.leads_to("/tokens?done=token-revoked");
        assert!(find_machine(&app.ctx(NOBODY), &format!("rashin.{secret}"), crate::federation::Purpose::Api).await.unwrap().is_none());
    }

    async fn the_day_of_the_last_use_is_kept(app: TestApp) {
        let (_, secret) = made(&app, HANAKO, &wish("staff", &app.company, &[])).await;
        let used = "SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'federation.use-token'";
        for _ in 0..3 {
            assert_eq!(reads(&app, &secret).await, 200);
        }
        assert_eq!(app.count(used, &[]).await, 1);
        app.clock.advance(DAY_MS);
        assert_eq!(reads(&app, &secret).await, 200);
        assert_eq!(app.count(used, &[]).await, 2);
    }

    async fn others_see_and_revoke_only_their_own(app: TestApp) {
        let (of_hanako, _) = made(&app, HANAKO, &wish("staff", &app.company, &[])).await;
        let (of_jiro, _) = made(&app, JIRO, &wish("staff", &app.company, &[])).await;
        let list = async |person| app.api(Method::GET, "/tokens", person, json!(null)).await.is(200).text();
        assert!(list(JIRO).await.contains(&of_jiro) && !list(JIRO).await.contains(&of_hanako));
        assert!(list(AUDITOR).await.contains(&of_jiro) && list(AUDITOR).await.contains(&of_hanako));
        assert!(!list(OUTSIDER).await.contains(&of_jiro) && !list(PRESIDENT).await.contains(&of_jiro));
        for person in [OUTSIDER, JIRO, PRESIDENT] {
            app.api(Method::DELETE, &format!("/tokens/{of_hanako}"), person, json!(null)).await.is(404);
        }
        app.api(Method::DELETE, &format!("/tokens/{of_hanako}"), AUDITOR, json!(null)).await.is(403);
        app.api(Method::DELETE, &format!("/tokens/{of_jiro}"), KEEPER, json!(null)).await.is(204);
        app.api(Method::DELETE, &format!("/tokens/{of_jiro}"), KEEPER, json!(null)).await.is(409);
    }

    async fn a_machine_is_in_no_list_of_people_and_no_last_administrator(app: TestApp) {
        let (id, _) = made(&app, HANAKO, &wish("administrator", &app.group, &[])).await;
        assert!(!app.api(Method::GET, "/accounts", HANAKO, json!(null)).await.is(200).text().contains(&id));
        let grant = json!({ "role": "staff", "unit_id": app.group });
        app.api(Method::POST, &format!("/accounts/{id}/grants"), HANAKO, grant).await.is(404);
        app.api(Method::PUT, &format!("/accounts/{id}/suspension"), HANAKO, json!(null)).await.is(404);
        let sign_in = json!({ "email": format!("machine:{id}"), "password": "" });
        app.api(Method::POST, "/sessions", NOBODY, sign_in).await.is(422);
        crate::identity::suspend(&app.ctx(HANAKO), app.account(KEEPER), "").await.unwrap();
        let last = crate::identity::suspend(&app.ctx(HANAKO), app.account(HANAKO), "").await;
        assert_eq!(crate::testing::conflict(last), "error-last-administrator");
    }
}
