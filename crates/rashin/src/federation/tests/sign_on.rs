//! Single sign-on against a provider that is honest, and against one that lies.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request, header};
use openidconnect::url::Url;
use serde_json::json;

use super::provider::{Asked, CLIENT, Provider, SECRET};
use crate::access;
use crate::federation::providers::{add_provider, end_provider, list_providers, map_group, unmap_group};
use crate::federation::{self, NewProvider};
use crate::testing::{
    AUDITOR, DAY_MS, HANAKO, KEEPER, MINUTE_MS, NOBODY, OUTSIDER, Person, Reply, START_MS, TARO, TestApp, faults,
    forbidden, not_found, on_both,
};

fn wish(provider: &Provider) -> NewProvider {
    NewProvider {
        name: "社内アカウント".to_owned(),
        issuer: provider.base(),
        client_id: CLIENT.to_owned(),
        client_secret: SECRET.to_owned(),
        domains: "example.jp, example.com".to_owned(),
        groups_claim: "groups".to_owned(),
        brings_people: false,
    }
}

async fn set_up(app: &TestApp, person: Person, wish: &NewProvider) -> String {
    add_provider(&app.ctx(person), &app.app.sign_on, wish).await.unwrap().id
}

/// A sign-in on its way: where it was begun, in which browser, with what.
struct Way {
    id: String,
    browser: String,
    state: String,
    asked: Asked,
}

fn cookie_of(reply: &Reply, name: &str) -> Option<String> {
    let cookies = reply.headers.get_all(header::SET_COOKIE).iter();
    let found = cookies.filter_map(|cookie| cookie.to_str().unwrap().strip_prefix(&format!("{name}="))).next_back()?;
    Some(found.split(';').next().unwrap().to_owned())
}

async fn visit(app: &TestApp, path: &str, browser: &str) -> Reply {
    let request = Request::get(path).header(header::COOKIE, format!("rashin_sso={browser}; rashin_language=ja"));
    app.send(request.body(Body::empty()).unwrap()).await
}

async fn begin(app: &TestApp, id: &str) -> Way {
    let reply = visit(app, &format!("/sign-in/sso/{id}?next=/units"), "").await.is(303);
    let browser = cookie_of(&reply, "rashin_sso").unwrap();
    let address = Url::parse(reply.header("location")).unwrap();
    let asked: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
    assert_eq!(asked["redirect_uri"], format!("http://localhost:8650/sign-in/sso/{id}/callback"));
    assert_eq!((asked["response_type"].as_str(), asked["code_challenge_method"].as_str()), ("code", "S256"));
    let state = asked["state"].clone();
    let asked = Asked {
        nonce: asked["nonce"].clone(),
        challenge: asked["code_challenge"].clone(),
        redirect: asked["redirect_uri"].clone(),
    };
    Way { id: id.to_owned(), browser, state, asked }
}

fn back(app_issuer: &str, way: &Way) -> String {
    format!(
        "/sign-in/sso/{}/callback?code=the-code&state={}&iss={}",
        way.id,
        way.state,
        crate::face::page::encode(app_issuer)
    )
}

/// Signs in with the provider's word; gives the answer of the last step.
async fn sign_in(app: &TestApp, provider: &Provider, id: &str, subject: &str, email: &str, groups: &[&str]) -> Reply {
    let way = begin(app, id).await;
    provider.vouch(way.asked.clone(), subject, email, groups);
    visit(app, &back(&provider.base(), &way), &way.browser).await
}

async fn sessions(app: &TestApp) -> i64 {
    app.count("SELECT COUNT(*) AS n FROM sessions", &[]).await
}

/// Causes of refusals in the tenant's log, in their order.
async fn causes(app: &TestApp) -> Vec<String> {
    let sql = "SELECT v.facts FROM audit_entries e JOIN audit_values v ON v.entry_id = e.id \
        WHERE e.act = 'federation.sign-on' AND e.tenant_id = $1 ORDER BY e.arrival";
    let rows = app.rows(sql, &[app.group.as_str().into()]).await;
    let told =
        rows.iter().map(|row| serde_json::from_str::<platform::log::Facts>(&row.text("facts").unwrap()).unwrap().0);
    let refused = told.filter(|told| told.get("outcome").is_some_and(|fact| fact.value == "refused"));
    refused.map(|told| told["cause"].value.as_str().unwrap().to_owned()).collect()
}

/// Lies of the provider while the sign-in is on its way, each with the cause that the log is to name.
const LIES: &[(&str, &str)] = &[
    ("issuer of another", "issuer"),
    ("issuer with a slash", "issuer"),
    ("issuer missing", "issuer"),
    ("audience of another", "audience"),
    ("audience of two", "audience"),
    ("audience empty", "audience"),
    ("audience missing", "audience"),
    ("party of another", "authorized-party"),
    ("party no text", "authorized-party"),
    ("nonce of another", "nonce"),
    ("nonce empty", "nonce"),
    ("nonce missing", "no-nonce"),
    ("expired", "expired"),
    ("expiry missing", "no-time"),
    ("expiry as text", "no-time"),
    ("issued tomorrow", "not-yet-valid"),
    ("issued long ago", "too-old"),
    ("issue missing", "no-time"),
    ("not before tomorrow", "not-yet-valid"),
    ("not before as text", "not-yet-valid"),
    ("subject missing", "subject"),
    ("subject empty", "subject"),
    ("subject endless", "subject"),
    ("address missing", "no-email"),
    ("userinfo unsigned", "no-email"),
    ("address not verified", "email-not-verified"),
    ("address not said to be verified", "email-not-verified"),
    ("address verified as text", "email-not-verified"),
    ("address of another domain", "email-of-another-domain"),
    ("address of another tenant", "other-tenant"),
    ("address of nobody", "unknown-person"),
    ("groups as text", "groups"),
    ("unsigned", "algorithm"),
    ("unsigned with a signature", "algorithm"),
    ("signed by the public key as secret", "algorithm"),
    ("signed by the client secret", "algorithm"),
    ("signed by another key", "signature"),
    ("signed by a key it brings", "signature"),
    ("another algorithm named", "signature"),
    ("no key named", "no-key-named"),
    ("unknown key named", "no-such-key"),
    ("something critical", "malformed"),
    ("a token of another kind", "malformed"),
    ("changed after signing", "signature"),
    ("signature cut off", "malformed"),
    ("signature empty", "signature"),
    ("no token at all", "malformed"),
    ("token endless", "too-large"),
    ("keys huge", "too-large"),
    ("keys that are none", "keys-malformed"),
    ("keys of one name", "no-such-key"),
    ("no keys", "no-such-key"),
    ("exchange refused", "answered-with-error"),
    ("exchange leads on", "redirected"),
    ("exchange huge", "too-large"),
    ("exchange slow", "too-slow"),
    ("exchange without token", "no-id-token"),
    ("exchange that is no JSON", "no-id-token"),
    ("discovery of another issuer", "discovery-issuer"),
    ("discovery without https", "address-not-https"),
    ("discovery that leads inside", "address-inside"),
    ("discovery without PKCE", "no-pkce"),
    ("discovery that is no JSON", "discovery-malformed"),
    ("discovery huge", "too-large"),
    ("discovery leads on", "redirected"),
];

on_both! {
    async fn an_honest_provider_lets_a_known_person_in(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        assert!(app.get("/sign-in", NOBODY).await.text().contains("社内アカウントでサインイン"));
        let before = sessions(&app).await;
        let reply = sign_in(&app, &provider, &id, "s-1", "Taro@example.jp", &[]).await;
        let token = cookie_of(&reply, "rashin_session").unwrap();
        assert_eq!(cookie_of(&reply, "rashin_sso").unwrap(), "");
        reply.leads_to("/units");
        assert_eq!(sessions(&app).await, before + 1);
        app.hold_token(TARO, &token);
        let me = app.api(Method::GET, "/sessions/current", TARO, json!(null)).await.is(200).json();
        assert_eq!(me["account_id"], app.account(TARO));
        // From now on the subject counts, not the address.
        sign_in(&app, &provider, &id, "s-1", "someone-else@example.jp", &[]).await.leads_to("/units");
        assert_eq!(causes(&app).await, Vec::<String>::new());
    }

    async fn every_lie_is_refused_and_told_in_the_log(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let (before, people) = (sessions(&app).await, app.count("SELECT COUNT(*) AS n FROM accounts", &[]).await);
        assert!(LIES.len() >= 40);
        let mut expected = Vec::new();
        for (lie, cause) in LIES {
            provider.lie("");
            let way = begin(&app, &id).await;
            provider.vouch(way.asked.clone(), "s-1", TARO.email, &["staff"]);
            provider.lie(lie);
            let reply = visit(&app, &back(&provider.base(), &way), &way.browser).await.is(403);
            assert_eq!(cookie_of(&reply, "rashin_session"), None, "{lie}");
            assert!(reply.text().contains(cause) && !reply.text().contains(SECRET), "{lie}");
            expected.push((*cause).to_owned());
            assert_eq!(causes(&app).await, expected, "{lie}");
            // The state is burnt, however honest the provider is now.
            provider.lie("");
            visit(&app, &back(&provider.base(), &way), &way.browser).await.is(403);
            expected.push("state".to_owned());
        }
        assert_eq!(sessions(&app).await, before);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM accounts", &[]).await, people);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM sign_on_identities", &[]).await, 0);
        sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.leads_to("/units");
    }

    async fn answers_that_do_not_belong_to_the_browser_are_refused(app: TestApp) {
        let (provider, other) = (Provider::start(START_MS).await, Provider::start(START_MS).await);
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let second = set_up(&app, HANAKO, &wish(&other)).await;
        let before = sessions(&app).await;
        let way = begin(&app, &id).await;
        provider.vouch(way.asked.clone(), "s-1", TARO.email, &[]);
        let good = back(&provider.base(), &way);
        let of_another = begin(&app, &id).await.browser;
        for (path, browser, cause) in [
            (good.clone(), of_another.as_str(), "other-browser"),
            (good.clone(), "", "other-browser"),
            (good.replace(&way.state, "nonsense"), way.browser.as_str(), "state"),
            (good.replace(&way.state, ""), way.browser.as_str(), "state"),
            (good.replace(&id, &second), of_another.as_str(), "other-provider"),
        ] {
            visit(&app, &path, browser).await.is(403);
            assert_eq!(causes(&app).await.last().unwrap(), cause, "{path}");
        }
        for (change, cause) in [
            ("&iss=https://evil.example", "answer-of-another"),
            ("", "answer-of-another"),
            ("&error=access_denied", "no-code"),
        ] {
            let way = begin(&app, &id).await;
            provider.vouch(way.asked.clone(), "s-1", TARO.email, &[]);
            let path = format!("/sign-in/sso/{id}/callback?code=the-code&state={}{change}", way.state);
            visit(&app, &path, &way.browser).await.is(403);
            assert_eq!(causes(&app).await.last().unwrap(), cause);
        }
        // A code that was made for another sign-in.
        let late = begin(&app, &id).await;
        visit(&app, &back(&provider.base(), &late), &late.browser).await.is(403);
        assert_eq!(causes(&app).await.last().unwrap(), "answered-with-error");
        // The browser that was not to blame still gets in, once.
        provider.vouch(way.asked.clone(), "s-1", TARO.email, &[]);
        assert_eq!(sessions(&app).await, before);
        visit(&app, &good, &way.browser).await.leads_to("/units");
        visit(&app, &good, &way.browser).await.is(403);
        let way = begin(&app, &id).await;
        provider.vouch(way.asked.clone(), "s-1", TARO.email, &[]);
        app.clock.advance(10 * MINUTE_MS);
        visit(&app, &back(&provider.base(), &way), &way.browser).await.is(403);
        app.clock.advance(-DAY_MS);
        visit(&app, &back(&provider.base(), &way), &way.browser).await.is(403);
        assert_eq!(sessions(&app).await, before + 1);
    }

    async fn nobody_is_bound_twice_or_let_in_while_suspended(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.leads_to("/units");
        sign_in(&app, &provider, &id, "s-2", TARO.email, &[]).await.is(403);
        crate::identity::suspend(&app.ctx(HANAKO), app.account(TARO), "").await.unwrap();
        sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.is(403);
        crate::identity::suspend(&app.ctx(HANAKO), app.account(AUDITOR), "").await.unwrap();
        sign_in(&app, &provider, &id, "s-3", AUDITOR.email, &[]).await.is(403);
        assert_eq!(causes(&app).await, ["bound-to-another-subject", "suspended", "suspended"]);
    }

    async fn a_provider_brings_people_only_where_it_may_and_groups_give_roles(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &NewProvider { brings_people: true, ..wish(&provider) }).await;
        let hanako = app.ctx(HANAKO);
        map_group(&hanako, "rashin-staff", "staff", &app.company).await.unwrap();
        let manager = map_group(&hanako, "rashin-head", "manager", &app.company).await.unwrap();
        let new = "shinjin@example.jp";
        sign_in(&app, &provider, &id, "s-9", new, &["rashin-staff", "rashin-head", "else"]).await.leads_to("/units");
        let account = app.rows("SELECT id, name FROM accounts WHERE email = $1", &[new.into()]).await;
        let account = account[0].text("id").unwrap();
        let roles = async || {
            let sql = "SELECT role FROM grants WHERE account_id = $1 AND ended_at_ms IS NULL ORDER BY role";
            app.rows(sql, &[account.as_str().into()]).await.iter().map(|row| row.text("role").unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(roles().await, ["manager", "staff"]);
        let reasons = "SELECT COUNT(*) AS n FROM grants WHERE account_id = $1 AND reason LIKE 'sso:%: rashin-%'";
        assert_eq!(app.count(reasons, &[account.as_str().into()]).await, 2);
        sign_in(&app, &provider, &id, "s-9", new, &["rashin-head"]).await.leads_to("/units");
        assert_eq!(roles().await, ["manager"]);
        unmap_group(&hanako, &manager.id).await.unwrap();
        access::add_grant(&hanako, &account, "auditor", &app.company, "by hand").await.unwrap();
        sign_in(&app, &provider, &id, "s-9", new, &["rashin-head"]).await.leads_to("/units");
        assert_eq!(roles().await, ["auditor"]);
        sign_in(&app, &provider, &id, "s-8", "x@evil.example", &[]).await.is(403);
        let password = json!({ "email": new, "password": "" });
        app.api(Method::POST, "/sessions", NOBODY, password).await.is(422);
    }

    async fn only_administrators_of_the_tenant_set_it_up(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let means = &app.app.sign_on;
        for person in [TARO, AUDITOR] {
            assert_eq!(forbidden(add_provider(&app.ctx(person), means, &wish(&provider)).await), "error-not-allowed");
        }
        let id = set_up(&app, KEEPER, &wish(&provider)).await;
        not_found(end_provider(&app.ctx(OUTSIDER), means, &id).await);
        assert_eq!(list_providers(&app.ctx(OUTSIDER)).await.unwrap(), []);
        assert_eq!(forbidden(list_providers(&app.ctx(TARO)).await), "error-not-allowed");
        assert_eq!(forbidden(map_group(&app.ctx(TARO), "g", "staff", &app.company).await), "error-not-allowed");
        app.get("/sign-on", AUDITOR).await.is(200);
        end_provider(&app.ctx(HANAKO), means, &id).await.unwrap();
        visit(&app, &format!("/sign-in/sso/{id}"), "").await.is(404);
        assert_eq!(std::fs::read_dir(app.app.data.join("secrets")).unwrap().count(), 0);
    }

    async fn the_secret_is_in_a_file_and_nowhere_else(app: TestApp) {
        use std::os::unix::fs::PermissionsExt;
        let provider = Provider::start(START_MS).await;
        let form = [("provider_name", "社内"), ("issuer", &provider.base()), ("client_id", CLIENT), ("client_secret", SECRET), ("domains", "example.jp"), ("groups_claim", ""), ("brings_people", "")];
        app.post("/sign-on/providers", HANAKO, &form).await.leads_to("/sign-on?done=provider-added");
        for (path, person) in [("/sign-on", HANAKO), ("/api/v1/sign-on-providers", HANAKO), ("/audit-log", HANAKO)] {
            assert!(!app.get(path, person).await.is(200).text().contains(SECRET), "{path}");
        }
        let file = std::fs::read_dir(app.app.data.join("secrets")).unwrap().next().unwrap().unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(file.path()).unwrap(), SECRET);
    }

    async fn what_is_wrong_with_a_provider_is_told(app: TestApp) {
        let (provider, means) = (Provider::start(START_MS).await, &app.app.sign_on);
        let none = NewProvider { name: " ".into(), issuer: "ftp://x".into(), client_id: String::new(), client_secret: String::new(), domains: "nodots".into(), ..wish(&provider) };
        let told: Vec<String> = faults(add_provider(&app.ctx(HANAKO), means, &none).await).into_iter().map(|(field, _)| field).collect();
        assert_eq!(told, ["provider_name", "issuer", "client_id", "client_secret", "domains"]);
        for lie in ["discovery of another issuer", "discovery huge", "discovery leads on"] {
            provider.lie(lie);
            assert_eq!(faults(add_provider(&app.ctx(HANAKO), means, &wish(&provider)).await), [("issuer".to_owned(), "error-issuer")]);
        }
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM sign_on_providers", &[]).await, 0);
    }

    async fn where_several_tenants_have_providers_the_address_says_which(app: TestApp) {
        let (provider, other) = (Provider::start(START_MS).await, Provider::start(START_MS).await);
        let id = set_up(&app, HANAKO, &NewProvider { domains: "example.jp".into(), ..wish(&provider) }).await;
        set_up(&app, OUTSIDER, &NewProvider { name: "外部商事の口".into(), domains: "example.com".into(), ..wish(&other) }).await;
        let page = app.get("/sign-in", NOBODY).await.text();
        assert!(!page.contains("外部商事の口") && page.contains("action=\"/sign-in/sso\""));
        let door = visit(&app, "/sign-in/sso?email=taro@EXAMPLE.jp&next=/units", "").await.is(200).text();
        assert!(door.contains(&format!("href=\"/sign-in/sso/{id}?next=/units\"")), "{door}");
        visit(&app, "/sign-in/sso?email=x@elsewhere.example", "").await.is(422);
        assert_eq!(federation::providers::offered(&app.ctx(NOBODY)).await.unwrap().0.len(), 0);
    }
}
