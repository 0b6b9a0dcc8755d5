//! Sensitive acts want a fresh proof.

use axum::http::Method;
use serde_json::json;

use super::forbidden;
use crate::identity::{begin_totp, change_password, invite, prove};
use crate::organisation::roles;
use crate::testing::{HANAKO, MINUTE_MS, PASSWORD, Person, SECOND_MS, TARO, TestApp, on_both};

/// Sends a form that wants a proof; gives the page that keeps it, after the browser has sent it on there.
async fn leads_to_the_proof(app: &TestApp, path: &str, person: Person, form: &[(&str, &str)]) -> String {
    let reply = app.post(path, person, form).await;
    let on = format!("/me/proof/form?to={}", crate::face::page::encode(path));
    assert_eq!((reply.status.as_u16(), reply.header("location")), (307, on.as_str()), "{}", reply.text());
    app.post(&on, person, form).await.is(200).text()
}

/// The hidden fields of a form on a page.
fn fields_of(page: &str, action: &str) -> Vec<(String, String)> {
    let form = page.split(&format!("action=\"{action}\"")).nth(1).unwrap().split("</form>").next().unwrap();
    let plain =
        |text: &str| text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#38;", "&");
    let value =
        |piece: &str, name: &str| plain(piece.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap());
    form.split("<input type=\"hidden\"").skip(1).map(|piece| (value(piece, "name"), value(piece, "value"))).collect()
}

on_both! {
    async fn after_five_minutes_sensitive_acts_lead_to_the_proof_and_back(app: TestApp) {
        let suspension = format!("/accounts/{}/suspension", app.account(TARO));
        app.clock.advance(5 * MINUTE_MS + 1);
        app.get("/accounts", HANAKO).await.is(200);
        let kept = leads_to_the_proof(&app, &suspension, HANAKO, &[("suspended", "yes")]).await;
        assert!(kept.contains("name=\"kept.suspended\" value=\"yes\""), "{kept}");
        app.get("/me/proof?next=/accounts", HANAKO).await.is(200);
        app.post("/me/proof", HANAKO, &[("secret", "wrong"), ("next", "/accounts")]).await.is(200);
        app.clock.advance(SECOND_MS);
        app.post("/me/proof", HANAKO, &[("secret", PASSWORD), ("next", "/accounts")]).await.leads_to("/accounts?done=proved");
        app.post(&suspension, HANAKO, &[("suspended", "yes")]).await.leads_to("/accounts?done=suspended");
        app.clock.advance(5 * MINUTE_MS + 1);
        leads_to_the_proof(&app, &suspension, HANAKO, &[("suspended", "no")]).await;
    }

    async fn nothing_that_was_typed_is_lost_on_the_way(app: TestApp) {
        app.clock.advance(5 * MINUTE_MS + 1);
        let typed = [("role_name", "閲覧 & <確認>"), ("acts", "assessment.read"), ("acts", "organisation.read")];
        let kept = leads_to_the_proof(&app, "/access/roles", HANAKO, &typed).await;
        let form = fields_of(&kept, "/me/proof");
        let with_secret = |secret: &'static str| {
            let mut form = form.clone();
            form.push(("secret".to_owned(), secret.to_owned()));
            form
        };
        let send = async |path: &str, form: &[(String, String)]| {
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            app.post(path, HANAKO, &form).await
        };
        // A wrong proof keeps it too.
        let again = send("/me/proof", &with_secret("wrong")).await.is(200).text();
        assert_eq!(fields_of(&again, "/me/proof"), form);
        app.clock.advance(SECOND_MS);
        let proved = send("/me/proof", &with_secret(PASSWORD)).await.is(200).text();
        let again = fields_of(&proved, "/access/roles");
        let same: Vec<(&str, &str)> = again.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(same, typed);
        assert!(!proved.contains(PASSWORD));
        send("/access/roles", &again).await.leads_to("/access/roles?done=role-made");
    }

    async fn whoever_has_no_password_proves_by_signing_in_at_the_provider_again(app: TestApp) {
        app.damage("UPDATE accounts SET password_hash = $1 WHERE email = $2", &[crate::identity::password::NOBODY.into(), HANAKO.email.into()]).await;
        app.clock.advance(5 * MINUTE_MS + 1);
        // Without a provider that answers for the address: how to go about it.
        let page = app.get("/me/proof?next=/units", HANAKO).await.is(200).text();
        assert!(!page.contains("name=\"secret\"") && page.contains("一度サインアウトし"), "{page}");
        let provider = "INSERT INTO sign_on_providers (id, tenant_id, name, issuer, client_id, secret_id, domains, groups_claim, brings_people, made_by, made_at_ms) \
            VALUES ('p1', $1, '社内アカウント', 'https://id.example.jp', 'x', 'x', 'example.jp', '', 0, $2, 0)";
        app.damage(provider, &[app.group.as_str().into(), app.account(HANAKO).into()]).await;
        let page = app.get("/me/proof?next=/units", HANAKO).await.is(200).text();
        assert!(!page.contains("name=\"secret\"") && page.contains("社内アカウントでサインインする"), "{page}");
        assert!(page.contains("href=\"/sign-in/sso/p1?next=/units%3Fdone%3Dproved\""), "{page}");
        // The form waits on the page, which goes on with it once the session of this browser is a fresh one.
        let typed = [("role_name", "閲覧 & <確認>"), ("acts", "assessment.read")];
        let kept = leads_to_the_proof(&app, "/access/roles", HANAKO, &typed).await;
        assert!(kept.contains("target=\"_blank\""), "{kept}");
        let again = fields_of(&kept, "/access/roles");
        let again: Vec<(&str, &str)> = again.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(again, typed);
        leads_to_the_proof(&app, "/access/roles", HANAKO, &again).await;
        app.new_session(HANAKO).await;
        app.post("/access/roles", HANAKO, &again).await.leads_to("/access/roles?done=role-made");
        // Whoever has a password is asked for it.
        assert!(app.get("/me/proof", TARO).await.is(200).text().contains("name=\"secret\""));
    }

    async fn a_form_waits_for_a_place_of_this_server_only(app: TestApp) {
        for to in ["https://evil.example/", "//evil.example", "/\\evil.example", "/me/proof", "javascript:alert(1)", ""] {
            let path = format!("/me/proof/form?to={}", crate::face::page::encode(to));
            let page = app.post(&path, TARO, &[("typed", "x")]).await.is(200).text();
            assert!(!page.contains("kept.") && !page.contains("name=\"to\""), "{to}");
            let form = [("secret", PASSWORD), ("to", to), ("next", "/units"), ("kept.typed", "x")];
            app.post("/me/proof", TARO, &form).await.leads_to("/units?done=proved");
        }
    }

    async fn every_deed_that_gives_power_or_takes_data_away_wants_a_proof(app: TestApp) {
        let wanted = [
            "access.grant", "access.end-grant", "access.manage-roles", "access.decide-consent", "identity.invite", "identity.suspend",
            "identity.offer-reset", "identity.take-factors", "federation.make-token", "federation.make-own-token",
            "federation.manage-sign-on", "federation.map-group", "organisation.close-company", "operate.export-all", "audit-log.erase",
        ];
        for id in wanted {
            assert!(crate::domains::act(id).unwrap().fresh, "{id}");
            assert!(crate::federation::tokens::limits().all(|offered| offered != id), "{id} is offered to machines");
        }
        app.clock.advance(5 * MINUTE_MS + 1);
        leads_to_the_proof(&app, "/export", HANAKO, &[]).await;
        let body = json!({ "name": "x", "acts": ["assessment.read"] });
        assert_eq!(app.api(Method::POST, "/roles", HANAKO, body).await.is(403).json()["kind"], "proof");
    }

    async fn the_api_tells_how_to_prove(app: TestApp) {
        let body = json!({ "role": "auditor", "unit_id": app.department });
        let path = format!("/accounts/{}/grants", app.account(TARO));
        app.clock.advance(6 * MINUTE_MS);
        let refused = app.api(Method::POST, &path, HANAKO, body.clone()).await.is(403).json();
        assert_eq!(refused["kind"], "proof");
        assert!(refused["message"].as_str().unwrap().contains("POST /sessions/current/proof"));
        app.api(Method::POST, "/sessions/current/proof", HANAKO, json!({ "secret": PASSWORD })).await.is(204);
        app.api(Method::POST, &path, HANAKO, body).await.is(201);
        // One session's proof is not another's.
        app.api(Method::POST, &path, TARO, json!({ "role": "auditor", "unit_id": app.department })).await.is(403);
    }

    async fn who_may_not_do_it_is_not_asked_to_prove(app: TestApp) {
        app.clock.advance(6 * MINUTE_MS);
        let body = json!({ "role": "auditor", "unit_id": app.company });
        let refused = app.api(Method::POST, &format!("/accounts/{}/grants", app.account(TARO)), TARO, body).await.is(403).json();
        assert_eq!(refused["kind"], "forbidden");
    }

    async fn a_proof_from_the_future_or_of_long_ago_counts_for_nothing(app: TestApp) {
        let now_ms = app.app.system().now_ms();
        for at_ms in [now_ms + 1, now_ms - 5 * MINUTE_MS - 1, 0] {
            let ctx = app.ctx(HANAKO).proved_at(at_ms);
            assert_eq!(forbidden(begin_totp(&ctx).await.map(|_| ())), "error-proof-needed");
            assert_eq!(forbidden(invite(&ctx, "a@example.jp", roles::STAFF, &app.company).await), "error-proof-needed");
        }
        begin_totp(&app.ctx(HANAKO).proved_at(now_ms - 5 * MINUTE_MS)).await.unwrap();
    }

    async fn wrong_proofs_wait_as_wrong_passwords_do(app: TestApp) {
        let ctx = app.ctx(TARO);
        prove(&ctx, "no", &app.token(TARO)).await.unwrap_err();
        assert!(matches!(prove(&ctx, PASSWORD, &app.token(TARO)).await, Err(platform::Error::TooMany(_))));
        app.clock.advance(SECOND_MS);
        prove(&ctx, PASSWORD, &app.token(TARO)).await.unwrap();
    }

    async fn a_password_that_looks_like_a_recovery_code_is_a_password(app: TestApp) {
        let password = "abcd efgh jkmn pqrs tuvw xyz2";
        change_password(&app.ctx(TARO), PASSWORD, password, &app.token(TARO)).await.unwrap();
        prove(&app.ctx(TARO), password, &app.token(TARO)).await.unwrap();
    }

    async fn one_is_never_led_elsewhere_by_the_proof(app: TestApp) {
        for next in ["https://evil.example/", "//evil.example", "/me/proof?next=/me/proof"] {
            let reply = app.post("/me/proof", TARO, &[("secret", PASSWORD), ("next", next)]).await;
            let to = reply.header("location").to_owned();
            assert!(to == "/?done=proved" || to == "/me?done=proved", "{to}");
        }
    }
}
