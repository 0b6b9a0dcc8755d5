//! A second factor that is demanded: whom it holds, what they reach, and how they get on.

use axum::http::Method;
use clap::Parser;
use platform::Language;
use serde_json::json;

use super::{faults, forbidden, try_password};
use crate::access::{self, add_grant};
use crate::domains;
use crate::face::commands::Desk;
use crate::identity::cli::{Command, run};
use crate::identity::{
    Entry, begin_totp, begun_totp, confirm_totp, demand_factors, factor_demand, own_factors, take_factors, totp,
};
use crate::organisation::roles;
use crate::testing::{
    AUDITOR, HANAKO, JIRO, KEEPER, MINUTE_MS, OUTSIDER, PASSWORD, PRESIDENT, Person, SECOND_MS, TARO, TestApp, on_both,
};

const PASSKEY: &str = "INSERT INTO passkeys (id, account_id, name, content, made_at_ms, used_at_ms) VALUES ('key of ' || $1, $1, 'PC', '{}', 1, NULL)";
const CODES: &str =
    "INSERT INTO recovery_codes (account_id, code_hash, made_at_ms, used_at_ms) VALUES ($1, 'c1', 1, NULL)";

async fn give_passkey(app: &TestApp, person: Person) {
    app.damage(PASSKEY, &[app.account(person).into()]).await;
}

fn code(app: &TestApp, secret: &str) -> String {
    totp::code_at(secret, app.app.system().now_ms())
}

async fn give_totp(app: &TestApp, person: Person) {
    let secret = begin_totp(&app.ctx(person)).await.unwrap().secret;
    confirm_totp(&app.ctx(person), &code(app, &secret), &app.token(person)).await.unwrap();
}

/// Hanako, who has a factor herself, demands one.
async fn demand(app: &TestApp, of: &str) {
    if !own_factors(&app.ctx(HANAKO)).await.unwrap().any() {
        give_passkey(app, HANAKO).await;
    }
    demand_factors(&app.ctx(HANAKO), of).await.unwrap();
}

/// Whether the person is held, in pages and API alike.
async fn is_held(app: &TestApp, person: Person) -> bool {
    let page = app.get("/units", person).await;
    let api = app.api(Method::GET, "/units", person, json!(null)).await;
    let held = page.status.as_u16() == 303;
    if held {
        page.leads_to("/me");
        let told = api.is(403).json();
        assert_eq!(told["kind"], "factor");
        assert!(told["message"].as_str().unwrap().contains("羅針グループでは"), "{told}");
    } else {
        page.is(200);
        api.is(200);
    }
    held
}

/// A command line as the program reads it.
#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[test]
fn whoever_can_give_rights_is_an_administrator_and_nobody_else_manages_access() {
    let managing = domains::ALL.iter().filter(|domain| ["access", "identity", "federation"].contains(&domain.name));
    let by_role = managing.flat_map(|domain| domain.acts).filter(|act| act.fresh && !act.roles.is_empty());
    let mut seen = 0;
    for act in by_role {
        assert_eq!(act.roles, [roles::ADMINISTRATOR], "{}", act.id);
        seen += 1;
    }
    assert!(seen >= 10, "{seen}");
    assert_eq!(access::managing_powers(), "|administrator|access.grant|");
}

on_both! {
    async fn each_demand_holds_whom_it_names_until_they_have_a_factor(app: TestApp) {
        add_grant(&app.ctx(HANAKO), app.account(JIRO), roles::ADMINISTRATOR, &app.company, "").await.unwrap();
        let all = [HANAKO, KEEPER, JIRO, TARO, AUDITOR, PRESIDENT];
        for (of, held) in [
            ("nobody", vec![]),
            ("administrators", vec![KEEPER, JIRO]),
            ("everybody", vec![KEEPER, JIRO, TARO, AUDITOR, PRESIDENT]),
        ] {
            demand(&app, of).await;
            for person in all {
                assert_eq!(is_held(&app, person).await, held.contains(&person), "{of}: {}", person.name);
            }
            // Another tenant decides for itself.
            assert!(!is_held(&app, OUTSIDER).await);
        }
        give_passkey(&app, KEEPER).await;
        give_totp(&app, JIRO).await;
        // Neither recovery codes alone nor an app that was only begun are a factor.
        app.damage(CODES, &[app.account(TARO).into()]).await;
        begin_totp(&app.ctx(TARO)).await.unwrap();
        for person in all {
            assert_eq!(is_held(&app, person).await, [TARO, AUDITOR, PRESIDENT].contains(&person), "{}", person.name);
        }
    }

    async fn a_demand_counts_from_the_next_request_on_every_server(app: TestApp) {
        let second = app.beside().await;
        assert!(!is_held(&second, TARO).await);
        demand(&app, "everybody").await;
        assert!(is_held(&second, TARO).await && is_held(&app, TARO).await);
        demand(&app, "administrators").await;
        assert!(!is_held(&second, TARO).await);
        // So does a role that comes or goes.
        let grant = add_grant(&app.ctx(HANAKO), app.account(TARO), roles::ADMINISTRATOR, &app.company, "").await.unwrap();
        assert!(is_held(&second, TARO).await);
        access::end_grant(&app.ctx(HANAKO), app.account(TARO), &grant.id, "").await.unwrap();
        assert!(!is_held(&second, TARO).await);
        second.app.ground.db.close().await.unwrap();
    }

    async fn somebody_held_registers_an_app_and_goes_on_in_the_same_session(app: TestApp) {
        demand(&app, "everybody").await;
        let form = [("email", TARO.email), ("password", PASSWORD), ("next", "/units")];
        app.post("/sign-in", TARO, &form).await.leads_to("/units");
        let token = app.token(TARO);
        app.get("/units", TARO).await.leads_to("/me");
        let page = app.get("/me", TARO).await.is(200).text();
        assert!(page.contains("羅針グループでは、二つ目の確認の登録が必要です") && page.contains(HANAKO.name), "{page}");
        // What would only lead back here is not offered.
        for there in ["href=\"/units\"", "/me/password", "href=\"/tokens\"", "/me/sessions/end"] {
            assert!(!page.contains(there), "{there}");
        }
        // Too late for the proof that registering wants, one proves first.
        app.clock.advance(5 * MINUTE_MS + SECOND_MS);
        app.get("/me", TARO).await.is(200);
        let reply = app.post("/me/totp", TARO, &[]).await.is(307);
        assert!(reply.header("location").starts_with("/me/proof/form"), "{}", reply.header("location"));
        app.post("/me/proof", TARO, &[("secret", PASSWORD), ("next", "/me")]).await.leads_to("/me?done=proved");
        app.post("/me/totp", TARO, &[]).await.leads_to("/me/totp");
        let secret = begun_totp(&app.ctx(TARO)).await.unwrap().secret;
        assert!(is_held(&app, TARO).await);
        let codes = app.post("/me/totp/confirmation", TARO, &[("code", &code(&app, &secret))]).await.is(200).text();
        assert!(codes.contains("復旧コード"));
        assert!(!is_held(&app, TARO).await);
        let page = app.get("/me", TARO).await.is(200).text();
        assert!(page.contains("あなたに二つ目の確認を求めています") && page.contains("/me/password"), "{page}");
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM sessions WHERE account_id = $1", &[app.account(TARO).into()]).await, 1);
        assert_ne!(token, "");
    }

    async fn the_api_lets_somebody_held_register_an_app_too(app: TestApp) {
        demand(&app, "everybody").await;
        let body = json!({ "email": TARO.email, "password": PASSWORD });
        let token = app.api(Method::POST, "/sessions", TARO, body).await.is(201).json();
        app.hold_token(TARO, token["token"].as_str().unwrap());
        assert!(is_held(&app, TARO).await);
        app.api(Method::GET, "/sessions/current", TARO, json!(null)).await.is(200);
        app.api(Method::POST, "/tokens", TARO, json!({ "name": "x", "role": "staff", "unit_id": app.company, "days": 1 })).await.is(403);
        app.api(Method::POST, "/sessions/current/proof", TARO, json!({ "secret": PASSWORD })).await.is(204);
        let begun = app.api(Method::POST, "/factors/totp", TARO, json!(null)).await.is(201).json();
        let body = json!({ "code": code(&app, begun["secret"].as_str().unwrap()) });
        app.api(Method::PUT, "/factors/totp", TARO, body).await.is(200);
        assert!(!is_held(&app, TARO).await);
    }

    async fn who_removes_the_last_factor_or_loses_it_registers_anew(app: TestApp) {
        demand(&app, "everybody").await;
        give_totp(&app, TARO).await;
        app.post("/me/totp/removal", TARO, &[]).await.leads_to("/me?done=totp-removed");
        assert!(is_held(&app, TARO).await);
        app.clock.advance(MINUTE_MS);
        give_totp(&app, TARO).await;
        assert!(!is_held(&app, TARO).await);
        take_factors(&app.ctx(HANAKO), app.account(TARO), "紛失").await.unwrap();
        let Ok(Entry::In(admission)) = try_password(&app, TARO.email, PASSWORD).await else { panic!("no password alone") };
        app.hold_token(TARO, &admission.token);
        assert!(is_held(&app, TARO).await);
        app.clock.advance(MINUTE_MS);
        give_totp(&app, TARO).await;
        assert!(!is_held(&app, TARO).await);
        // Even who demands it is not shut out for good.
        app.damage("DELETE FROM passkeys", &[]).await;
        assert!(is_held(&app, HANAKO).await);
        give_totp(&app, HANAKO).await;
        assert!(!is_held(&app, HANAKO).await);
    }

    async fn only_an_administrator_of_the_whole_who_has_a_factor_demands_one(app: TestApp) {
        add_grant(&app.ctx(HANAKO), app.account(JIRO), roles::ADMINISTRATOR, &app.company, "").await.unwrap();
        for person in [TARO, AUDITOR, PRESIDENT, JIRO] {
            give_passkey(&app, person).await;
            assert_eq!(forbidden(demand_factors(&app.ctx(person), "everybody").await), "error-not-allowed", "{}", person.name);
        }
        let own_first = || vec![("demanded_of".to_owned(), "error-demand-own-first")];
        assert_eq!(faults(demand_factors(&app.ctx(HANAKO), "everybody").await), own_first());
        begin_totp(&app.ctx(HANAKO)).await.unwrap();
        assert_eq!(faults(demand_factors(&app.ctx(HANAKO), "administrators").await), own_first());
        let page = app.post("/accounts/factor-demand", HANAKO, &[("demanded_of", "everybody")]).await.is(200).text();
        assert!(page.contains("id=\"demanded_of-error\"") && page.contains("先に、自分の認証アプリかパスキー"), "{page}");
        // Taking a demand back shuts nobody out.
        demand_factors(&app.ctx(HANAKO), "nobody").await.unwrap();
        give_passkey(&app, HANAKO).await;
        assert_eq!(faults(demand_factors(&app.ctx(HANAKO), "machines").await), [("demanded_of".to_owned(), "error-choice")]);
        app.clock.advance(5 * MINUTE_MS + SECOND_MS);
        let body = json!({ "demanded_of": "everybody" });
        assert_eq!(app.api(Method::PUT, "/factor-demand", HANAKO, body).await.is(403).json()["kind"], "proof");
        assert!(!is_held(&app, TARO).await);
    }

    async fn page_api_and_command_show_and_change_it_and_the_log_tells(app: TestApp) {
        give_passkey(&app, HANAKO).await;
        let page = app.get("/accounts", HANAKO).await.is(200).text();
        assert!(page.contains("2人のうち1人が、まだ登録していません") && page.contains("6人のうち5人が"), "{page}");
        assert!(page.contains(&format!("<a href=\"/accounts/{}/factors\">{}</a>", app.account(TARO), TARO.name)));
        assert!(page.contains("value=\"nobody\" checked"));
        app.post("/accounts/factor-demand", HANAKO, &[("demanded_of", "administrators")]).await.leads_to("/accounts?done=factors-demanded");
        assert!(app.get("/accounts", HANAKO).await.is(200).text().contains("value=\"administrators\" checked"));
        // Who may only read sees it, without the form.
        give_passkey(&app, AUDITOR).await;
        let page = app.get("/accounts", AUDITOR).await.is(200).text();
        assert!(page.contains("管理者（役割を付けられる人）") && !page.contains("action=\"/accounts/factor-demand\""), "{page}");
        app.api(Method::PUT, "/factor-demand", HANAKO, json!({ "demanded_of": "everybody" })).await.is(204);
        let shown = app.api(Method::GET, "/factor-demand", HANAKO, json!(null)).await.is(200).json();
        assert_eq!(shown["demanded_of"], "everybody");
        assert_eq!(shown["administrators"], json!({ "people": 2, "without": 1 }));
        assert_eq!(shown["everybody"], json!({ "people": 6, "without": 4 }));
        assert_eq!((&shown["without"][0]["email"], &shown["without"][0]["administrator"]), (&json!(KEEPER.email), &json!(true)));
        app.api(Method::GET, "/factor-demand", TARO, json!(null)).await.is(403);
        let desk = Desk { app: app.app.clone(), ctx: app.ctx(HANAKO), json: false, language: Language::Ja };
        for line in [&["account", "demand-factors"][..], &["account", "demand-factors", "nobody"]] {
            run(Line::parse_from(line).command, &desk).await.unwrap();
        }
        assert!(!is_held(&app, TARO).await);
        let told = app.told(&app.group, "identity.demand-factors").await;
        let steps: Vec<_> = told.iter().rev().map(|facts| (facts["from"].as_str().unwrap(), facts["to"].as_str().unwrap())).collect();
        assert_eq!(steps, [("nobody", "administrators"), ("administrators", "everybody"), ("everybody", "nobody")]);
    }

    async fn suspended_people_are_not_counted(app: TestApp) {
        crate::identity::suspend(&app.ctx(HANAKO), app.account(KEEPER), "").await.unwrap();
        let shown = factor_demand(&app.ctx(HANAKO)).await.unwrap();
        assert_eq!((shown.administrators.people, shown.everybody.people, shown.without.len()), (1, 5, 5));
        assert!(shown.without.iter().all(|one| one.email != KEEPER.email));
    }
}
