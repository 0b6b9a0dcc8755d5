//! Who gets which answer from which route: every persona, every page and API route, every method. What is expected
//! stands in `matrix.txt`, a row for each route and a column for each persona; a route without a row fails.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Value as Json, json};

use super::coverage::operations;
use super::sources::page_routes;
use super::testing::{HANAKO, JIRO, Kind, NOBODY, OUTSIDER, PASSWORD, Person, Stage, TARO, TestApp, play};
use crate::organisation::{self, UnitKind};
use crate::{access, assessment, catalog};

/// The columns, in order: roles of the product held in the company, and five others.
const PERSONAS: [&str; 15] = [
    "executive",
    "ciso",
    "manager",
    "staff",
    "auditor",
    "internal-auditor",
    "disclosure-officer",
    "incident-commander",
    "administrator",
    "whole-administrator",
    "respondent",
    "own-role",
    "nobody",
    "suspended",
    "other-tenant",
];

/// Objects of the company that requests name.
pub(super) struct Things {
    pub(super) check: String,
    pub(super) unit: String,
    pub(super) account: String,
    pub(super) grant: String,
    pub(super) role: String,
}

impl Things {
    pub(super) async fn of(app: &TestApp) -> Self {
        let hanako = app.ctx(HANAKO);
        let role = access::make_role(&hanako, "閲覧者", &["assessment.read".to_owned()]).await.unwrap().id;
        let account = app.account(TARO).to_owned();
        let grant = access::grants_of_tenant(&hanako, &app.group).await.unwrap();
        Self {
            check: assessment::create(&app.ctx(TARO), &app.company, "benchmark-25", "FY2026").await.unwrap(),
            unit: app.department.clone(),
            grant: grant.into_iter().find(|grant| grant.account_id == account).unwrap().id,
            account,
            role,
        }
    }

    /// A path with its holes filled: the first by the thing that its routes are about.
    pub(super) fn fill(&self, path: &str) -> String {
        let set = catalog::builtin().item_set("benchmark-25").unwrap();
        if path.ends_with("/access/explain") || path.ends_with("/access/explanation") {
            return format!("{path}?person=taro@example.jp&act=assessment.read&object={}", self.unit);
        }
        let mut parts = path.trim_start_matches("/api/v1").trim_start_matches('/').split('/');
        let id = match (parts.next().unwrap_or(""), parts.next().unwrap_or("")) {
            ("item-sets", _) => "benchmark-25",
            ("profiles", _) => set.profile.as_str(),
            ("index-models", _) => "index-model-1",
            ("releases", _) => "synthetic-2005-25",
            ("units", _) => &self.unit,
            ("accounts", _) => &self.account,
            ("assessments", _) => &self.check,
            ("roles", _) | ("access", "roles") => &self.role,
            _ => "0",
        };
        let filled = path.replace("{id}", id).replace("{grant}", &self.grant).replace("{item}", "1-1");
        let filled = filled.replace("{area}", "1").replace("{file}", "f").replace("{question}", &first_question().0);
        let filled = filled.replace("{token}", "t").replace("/history", "/history?with=f");
        filled.replace("/audit-log/consistency", "/audit-log/consistency?old=1&size=1")
    }
}

/// The first question of the profile and its first answer.
fn first_question() -> (String, String) {
    let catalog = catalog::builtin();
    let profile = catalog.profile(&catalog.item_set("benchmark-25").unwrap().profile).unwrap();
    let question = &profile.questions[0];
    (question.ref_id.clone(), question.options[0].ref_id.clone())
}

/// A form that fits all pages.
fn form(app: &TestApp, path: &str) -> Vec<(String, String)> {
    // A unit that becomes an outside party would take its people's roles from the rest.
    let unit = if path == "/access/parties" { &app.company } else { &app.department }.clone();
    let rest = [
        ("role", "staff"),
        ("email", "neu@example.jp"),
        ("unit_name", "x"),
        ("kind", "department"),
        ("version", "1"),
        ("closed", "yes"),
        ("suspended", "yes"),
        ("party", "supplier"),
        ("role_name", "x"),
        ("acts", "assessment.read"),
        ("level.1-1", "3"),
        ("version.1-1", "0"),
        ("area", "1"),
        ("account", ""),
        ("reason", "x"),
        ("comment", ""),
        ("removed", "yes"),
        ("item_set", "benchmark-25"),
        ("period", "FY2027"),
        ("old_password", "wrong"),
        ("new_password", "another password"),
        ("theme", "dark"),
        ("demanded_of", "everybody"),
    ];
    let (question, option) = first_question();
    let more = [
        ("unit".to_owned(), unit),
        ("parent".to_owned(), app.company.clone()),
        ("part.1".to_owned(), app.account(TARO).to_owned()),
        (format!("version.{question}"), "0".to_owned()),
        (format!("option.{question}"), option),
    ];
    more.into_iter().chain(rest.map(|(name, value)| (name.to_owned(), value.to_owned()))).collect()
}

fn provider() -> Json {
    json!({ "name": "x", "issuer": "https://login.example.jp", "client_id": "x", "client_secret": "x", "domains": ["example.jp"] })
}

fn installation() -> Json {
    let person = ("x", "neu@example.jp", "another password");
    json!({ "token": "t", "organisation": "x", "kind": "company", "name": person.0, "email": person.1, "password": person.2 })
}

/// A body that fits an API operation.
fn body(app: &TestApp, method: &str, path: &str) -> Json {
    let has_body = ["POST", "PUT"].contains(&method) || (method, path) == ("DELETE", "/assessments/{id}/submission");
    let (question, option) = first_question();
    let bodies = [
        ("/profile", json!({ question: { "option_id": option, "version": 0 } })),
        ("/items", json!([{ "item_id": "1-1", "level": 3, "version": 0 }])),
        ("/items/{item}", json!({ "level": 3 })),
        ("/parts/{area}", json!({ "account_id": app.account(TARO) })),
        ("/submission", json!({ "reason": "x" })),
        ("/approval", json!({ "comment": "" })),
        ("/what-if", json!({ "levels": {} })),
        ("/units", json!({ "parent_id": app.company, "kind": "department", "name": "x" })),
        ("/units/{id}", json!({ "parent_id": app.company, "kind": "department", "name": "x", "version": 1 })),
        ("/units/{id}/party", json!({ "party": "supplier" })),
        ("/grants", json!({ "role": "staff", "unit_id": app.department })),
        ("/invitations", json!({ "email": "alt@example.jp", "role": "staff", "unit_id": app.department })),
        ("/roles", json!({ "name": "x", "acts": ["assessment.read"] })),
        ("/roles/{id}", json!({ "name": "x", "acts": ["assessment.read"], "version": 1 })),
        ("/factors/removal", json!({ "reason": "x" })),
        ("/factor-demand", json!({ "demanded_of": "everybody" })),
        ("/decision", json!({ "agreed": true })),
        ("/password", json!({ "old_password": "wrong", "new_password": "another password" })),
        ("/assessments", json!({ "unit_id": app.department, "item_set_id": "benchmark-25", "period": "FY2028" })),
        ("/erasure", json!({ "reason": "x" })),
        ("/group-roles", json!({ "group": "x", "role": "staff", "unit_id": app.department })),
        ("/tokens", json!({ "name": "x", "role": "staff", "unit_id": app.department, "days": 30 })),
        ("/sign-on-providers", provider()),
        ("/invitations/acceptance", json!({ "token": "t", "name": "x", "password": "another password" })),
        ("/password-resets", json!({ "token": "t", "password": "another password" })),
        ("/setup", installation()),
        ("/sessions", json!({ "email": "neu@example.jp", "password": "another password" })),
        ("/sessions/current/proof", json!({ "secret": PASSWORD })),
        ("/factors/totp", json!({ "code": "000000" })),
    ];
    let found = bodies.into_iter().rfind(|(end, _)| has_body && path.ends_with(end));
    found.map_or(json!(null), |(_, body)| body)
}

/// Every route as `METHOD path`, pages as they are and the API below `/api/v1`. What ends a session comes last.
pub(super) fn all_routes() -> Vec<(String, String)> {
    let pages = page_routes().into_iter().filter(|(path, _)| !path.starts_with("/static/"));
    let pages =
        pages.flat_map(|(path, methods)| methods.into_iter().map(move |method| (method.to_owned(), path.clone())));
    let api = operations().into_keys().map(|name| {
        let (method, path) = name.split_once(' ').unwrap();
        (method.to_owned(), format!("/api/v1{path}"))
    });
    let mut all: Vec<(String, String)> = pages.chain(api).collect();
    all.sort_by_key(|(method, path)| {
        (path == "/sign-out", path.ends_with("/sessions/current") && method == "DELETE", path.clone(), method.clone())
    });
    all.dedup();
    all
}

pub(super) async fn ask(
    app: &TestApp,
    person: Person,
    method: &str,
    path: &str,
    filled: &str,
) -> super::testing::Reply {
    let method_of = Method::from_bytes(method.as_bytes()).unwrap();
    match (path.strip_prefix("/api/v1"), method) {
        (Some(own), _) => {
            app.api(method_of, filled.strip_prefix("/api/v1").unwrap(), person, body(app, method, own)).await
        }
        (None, "GET") => app.get(filled, person).await,
        (None, _) => {
            let form = form(app, path);
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            app.post(filled, person, &form).await
        }
    }
}

/// Puts somebody on stage as this persona.
async fn become_persona(app: &TestApp, persona: &str, things: &Things) -> Person {
    let hanako = app.ctx(HANAKO);
    let jiro = app.account(JIRO).to_owned();
    let end = "UPDATE grants SET ended_at_ms = 1 WHERE account_id = $1";
    match persona {
        "nobody" => return NOBODY,
        "other-tenant" => return OUTSIDER,
        "suspended" => {
            let sql = "INSERT INTO account_suspensions (account_id, suspended_by, suspended_at_ms, reason) VALUES ($1, '', 1, '')";
            app.damage(sql, &[jiro.as_str().into()]).await;
        }
        "respondent" => {
            let supplier = organisation::add_unit(&hanako, &app.group, UnitKind::Company, "委託先").await.unwrap();
            access::enter_party(&hanako, &supplier.id, "supplier").await.unwrap();
            app.damage(end, &[jiro.as_str().into()]).await;
            access::add_grant(&hanako, &jiro, "respondent", &supplier.id, "").await.unwrap();
        }
        "whole-administrator" => {
            app.damage(end, &[jiro.as_str().into()]).await;
            access::add_grant(&hanako, &jiro, "administrator", &app.group, "").await.unwrap();
        }
        role => {
            app.damage(end, &[jiro.as_str().into()]).await;
            let role = if role == "own-role" { &things.role } else { role };
            access::add_grant(&hanako, &jiro, role, &app.company, "").await.unwrap();
        }
    }
    JIRO
}

/// The expected answers: `METHOD path` to a status for each persona.
fn expected() -> BTreeMap<String, Vec<u16>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/matrix.txt");
    let text = std::fs::read_to_string(file).unwrap();
    let rows = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|line| {
        let (name, cells) = line.split_once('|').unwrap();
        let cells: Vec<u16> = cells.split_whitespace().map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(cells.len(), PERSONAS.len(), "{name}");
        (name.trim().to_owned(), cells)
    })
    .collect()
}

/// One column of the table, from a fresh installation.
async fn column(app: TestApp, number: usize) {
    let things = Things::of(&app).await;
    let person = become_persona(&app, PERSONAS[number], &things).await;
    let expected = expected();
    let mut wrong = Vec::new();
    for (method, path) in all_routes() {
        // What one route was told wrongly is no reason to wait at the next.
        app.damage("DELETE FROM sign_in_failures", &[]).await;
        let before = app.count("SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'access.refused'", &[]).await;
        let status = ask(&app, person, &method, &path, &things.fill(&path)).await.status.as_u16();
        let after = app.count("SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'access.refused'", &[]).await;
        let name = format!("{method} {path}");
        let wanted = expected.get(&name).map(|row| row[number]);
        if wanted != Some(status) {
            wrong.push(format!("{name} | {status}"));
        }
        assert!(status < 500, "{name}");
        assert!(after - before <= 1, "{name} leaves {} traces", after - before);
        assert!(status != 403 || after - before == 1, "{name}: a refusal without a trace");
    }
    assert!(wrong.is_empty(), "{} as {}:\n{}", wrong.len(), PERSONAS[number], wrong.join("\n"));
}

macro_rules! columns {
    ($($name:ident = $number:literal),* $(,)?) => {
        $(mod $name {
            #[test]
            fn sqlite() {
                super::play(super::Kind::Sqlite, super::Stage::People, |app| super::column(app, $number));
            }
        })*
    };
}

columns! {
    executive = 0, ciso = 1, manager = 2, staff = 3, auditor = 4, internal_auditor = 5, disclosure_officer = 6,
    incident_commander = 7, administrator = 8, whole_administrator = 9, respondent = 10, own_role = 11, nobody = 12,
    suspended = 13, other_tenant = 14,
}

#[test]
fn a_manager_and_the_other_tenant_get_the_same_answers_from_postgres() {
    play(Kind::Postgres, Stage::People, |app| column(app, 2));
    play(Kind::Postgres, Stage::People, |app| column(app, 14));
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let mut routes: Vec<String> = all_routes().into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    routes.sort();
    assert_eq!(routes, expected().into_keys().collect::<Vec<_>>());
}

/// What the table must say, whatever else it says.
#[test]
fn the_table_keeps_the_laws_of_access() {
    let place = |persona: &str| PERSONAS.iter().position(|known| *known == persona).unwrap();
    for (name, row) in expected() {
        assert_eq!(row[place("nobody")], row[place("suspended")], "{name}");
        let (method, path) = name.split_once(' ').unwrap();
        let of_object = ["/units/{id}", "/accounts/{id}", "/assessments/{id}", "/roles/{id}"]
            .iter()
            .any(|part| path.contains(part));
        let allowed = |persona: &str| row[place(persona)] < 400 || [409, 422].contains(&row[place(persona)]);
        if of_object
            && method != "GET"
            && !path.contains("/import")
            && !path.ends_with("/evidence")
            && !path.ends_with("/what-if")
        {
            for persona in [
                "auditor",
                "internal-auditor",
                "disclosure-officer",
                "incident-commander",
                "other-tenant",
                "respondent",
            ] {
                assert!(!allowed(persona), "{name} for {persona}: {}", row[place(persona)]);
            }
        }
        if path.contains("/assessments/{id}")
            && !path.contains("/import")
            && !path.ends_with("/evidence")
            && !path.ends_with("/what-if")
        {
            for persona in ["administrator", "whole-administrator", "other-tenant", "respondent"] {
                assert_eq!(row[place(persona)], 404, "{name} for {persona}");
            }
        }
    }
}
