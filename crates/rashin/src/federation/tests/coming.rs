//! How people come by a provider in these stories: setting one up, going there and back, and what the log then tells.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, header};
use openidconnect::url::Url;
use platform::Clock as _;

use super::provider::{Asked, CLIENT, Provider, SECRET};
use crate::federation::NewProvider;
use crate::federation::providers::add_provider;
use crate::testing::{AUDITOR, HANAKO, JIRO, KEEPER, MINUTE_MS, Person, Reply, START_MS, TARO, TestApp};

pub(super) fn wish(provider: &Provider) -> NewProvider {
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

pub(super) async fn set_up(app: &TestApp, person: Person, wish: &NewProvider) -> String {
    add_provider(&app.ctx(person), &app.app.sign_on, wish).await.unwrap().id
}

/// A sign-in on its way: where it was begun, in which browser, with what.
pub(super) struct Way {
    pub(super) id: String,
    pub(super) browser: String,
    pub(super) state: String,
    pub(super) asked: Asked,
}

pub(super) fn cookie_of(reply: &Reply, name: &str) -> Option<String> {
    let cookies = reply.headers.get_all(header::SET_COOKIE).iter();
    let found = cookies.filter_map(|cookie| cookie.to_str().unwrap().strip_prefix(&format!("{name}="))).next_back()?;
    Some(found.split(';').next().unwrap().to_owned())
}

pub(super) async fn visit(app: &TestApp, path: &str, browser: &str) -> Reply {
    let request = Request::get(path).header(header::COOKIE, format!("rashin_sso={browser}; rashin_language=ja"));
    app.send(request.body(Body::empty()).unwrap()).await
}

pub(super) async fn begin(app: &TestApp, id: &str) -> Way {
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

pub(super) fn back(app_issuer: &str, way: &Way) -> String {
    format!(
        "/sign-in/sso/{}/callback?code=the-code&state={}&iss={}",
        way.id,
        way.state,
        crate::face::page::encode(app_issuer)
    )
}

/// Signs in with the provider's word; gives the answer of the last step as the provider led there.
pub(super) async fn come(
    app: &TestApp,
    provider: &Provider,
    id: &str,
    subject: &str,
    email: &str,
    groups: &[&str],
) -> Reply {
    let way = begin(app, id).await;
    provider.vouch(way.asked.clone(), subject, email, groups);
    visit(app, &back(&provider.base(), &way), &way.browser).await
}

/// The person of an account that was there before says in a session of their own that it is theirs.
pub(super) async fn say_so(app: &TestApp, person: Person, asked: &Reply) -> Reply {
    if app.clock.now_ms() - START_MS > 4 * MINUTE_MS {
        app.new_session(person).await;
    }
    app.hold_cookie(person, "rashin_sso_link", &cookie_of(asked, "rashin_sso_link").unwrap());
    app.post(asked.header("location"), person, &[]).await
}

/// As [`come`]; where the account was there before, its person links it first. That one is told of it for a month is a
/// story of its own.
pub(super) async fn sign_in(
    app: &TestApp,
    provider: &Provider,
    id: &str,
    subject: &str,
    email: &str,
    groups: &[&str],
) -> Reply {
    let mut reply = come(app, provider, id, subject, email, groups).await;
    if reply.header("location").ends_with("/link") {
        let known = [HANAKO, TARO, JIRO, AUDITOR, KEEPER];
        let person = known.into_iter().find(|person| person.email.eq_ignore_ascii_case(email)).unwrap();
        say_so(app, person, &reply).await.leads_to("/units?done=sign-on-linked");
        reply = come(app, provider, id, subject, email, groups).await;
    }
    if reply.header("location") == "/units?done=sign-on-linked" {
        reply.headers.insert(header::LOCATION, "/units".parse().unwrap());
    }
    reply
}

pub(super) async fn sessions(app: &TestApp) -> i64 {
    app.count("SELECT COUNT(*) AS n FROM sessions", &[]).await
}

/// Causes of refusals in the tenant's log, in their order.
pub(super) async fn causes(app: &TestApp) -> Vec<String> {
    let sql = "SELECT v.facts FROM audit_entries e JOIN audit_values v ON v.entry_id = e.id \
        WHERE e.act = 'federation.sign-on' AND e.tenant_id = $1 ORDER BY e.arrival";
    let rows = app.rows(sql, &[app.group.as_str().into()]).await;
    let told =
        rows.iter().map(|row| serde_json::from_str::<platform::log::Facts>(&row.text("facts").unwrap()).unwrap().0);
    let refused = told.filter(|told| told.get("outcome").is_some_and(|fact| fact.value == "refused"));
    refused.map(|told| told["cause"].value.as_str().unwrap().to_owned()).collect()
}
