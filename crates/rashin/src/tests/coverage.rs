//! Laws over the whole product: every act is used, every route is in the document, every write can be
//! done by page, API and command.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args as _;

use super::sources::{page_routes, product};
use crate::domains;
use crate::face::commands::DeskArgs;

/// Excused: commands act in the name of `--as`, nobody signs in or out there.
const EXCUSED: &str = "–";

/// Every write: by which page, API operation and command.
const WRITES: &[(&str, &str, &str)] = &[
    ("POST /setup", "POST /setup", "account set-up"),
    ("POST /sign-in", "POST /sessions", EXCUSED),
    ("POST /sign-out", "DELETE /sessions/current", EXCUSED),
    ("POST /me/password", "PUT /sessions/current/password", "account password"),
    ("POST /sign-in/second-step", "POST /sessions", EXCUSED),
    ("POST /me/sessions/end", "DELETE /sessions", "account end-sessions"),
    ("POST /me/sessions/{id}/end", "DELETE /sessions/{id}", "account end-sessions"),
    ("POST /me/proof", "POST /sessions/current/proof", EXCUSED),
    ("POST /me/totp", "POST /factors/totp", "account begin-totp"),
    ("POST /me/totp/confirmation", "PUT /factors/totp", "account confirm-totp"),
    ("POST /me/totp/removal", "DELETE /factors/totp", "account remove-totp"),
    ("POST /me/recovery-codes", "POST /factors/recovery-codes", "account recovery-codes"),
    ("POST /me/passkeys/{id}/removal", "DELETE /passkeys/{id}", "account remove-passkey"),
    ("POST /accounts/{id}/password-reset", "POST /accounts/{id}/password-reset", "account reset"),
    ("POST /password-reset", "POST /password-resets", "account take-reset"),
    ("POST /accounts/{id}/factors/removal", "POST /accounts/{id}/factors/removal", "account take-factors"),
    ("POST /accounts/factor-demand", "PUT /factor-demand", "account demand-factors"),
    ("POST /accounts", "POST /invitations", "account invite"),
    ("POST /accounts/links/{id}/withdrawal", "DELETE /links/{id}", "account withdraw"),
    ("POST /invitation", "POST /invitations/acceptance", "account accept"),
    ("POST /accounts/{id}/grants", "POST /accounts/{id}/grants", "account grant"),
    ("POST /accounts/{id}/grants/{grant}/end", "DELETE /accounts/{id}/grants/{grant}", "account end-grant"),
    ("POST /accounts/{id}/suspension", "PUT /accounts/{id}/suspension", "account suspend"),
    ("POST /accounts/{id}/suspension", "DELETE /accounts/{id}/suspension", "account unsuspend"),
    ("POST /access/roles", "POST /roles", "access add-role"),
    ("POST /access/roles/{id}", "PUT /roles/{id}", "access edit-role"),
    ("POST /access/roles/{id}/closure", "PUT /roles/{id}/closure", "access close-role"),
    ("POST /access/consents/{id}/decision", "POST /consents/{id}/decision", "access decide"),
    ("POST /access/parties", "PUT /units/{id}/party", "access party"),
    ("POST /audit-entries/{id}/erasure", "POST /audit-entries/{id}/erasure", "log erase"),
    ("POST /tokens", "POST /tokens", "token make"),
    ("POST /tokens/{id}/revocation", "DELETE /tokens/{id}", "token revoke"),
    ("POST /sign-on/providers", "POST /sign-on-providers", "sign-on add"),
    ("POST /sign-on/providers/{id}/end", "DELETE /sign-on-providers/{id}", "sign-on end"),
    ("POST /sign-on/groups", "POST /group-roles", "sign-on map"),
    ("POST /sign-on/groups/{id}/end", "DELETE /group-roles/{id}", "sign-on unmap"),
    ("POST /units", "POST /units", "unit add"),
    ("POST /units/{id}", "PUT /units/{id}", "unit edit"),
    ("POST /units/{id}/closure", "PUT /units/{id}/closure", "unit close"),
    ("POST /units/{id}/closure", "DELETE /units/{id}/closure", "unit reopen"),
    ("POST /assessments", "POST /assessments", "assessment create"),
    ("POST /assessments/{id}/answers/{item}", "PUT /assessments/{id}/items/{item}", "assessment answer"),
    ("POST /assessments/{id}/areas/{area}", "PUT /assessments/{id}/items", "assessment answer"),
    ("POST /assessments/{id}/profile", "PUT /assessments/{id}/profile", "assessment profile"),
    ("POST /assessments/{id}/profile/{question}", "PUT /assessments/{id}/profile", "assessment profile"),
    (
        "POST /assessments/{id}/answers/{item}/evidence",
        "POST /assessments/{id}/items/{item}/evidence",
        "assessment evidence add",
    ),
    (
        "POST /assessments/{id}/evidence/{file}/removal",
        "DELETE /assessments/{id}/evidence/{file}",
        "assessment evidence remove",
    ),
    (
        "POST /assessments/{id}/evidence/{file}/removal",
        "PUT /assessments/{id}/evidence/{file}",
        "assessment evidence restore",
    ),
    ("POST /assessments/{id}/parts", "PUT /assessments/{id}/parts/{area}", "assessment assign"),
    ("POST /assessments/{id}/parts", "DELETE /assessments/{id}/parts/{area}", "assessment assign"),
    (
        "POST /assessments/{id}/exclusions/{item}/approval",
        "PUT /assessments/{id}/exclusions/{item}/approval",
        "assessment exclude",
    ),
    ("POST /assessments/{id}/submission", "POST /assessments/{id}/submission", "assessment submit"),
    ("POST /assessments/{id}/return", "DELETE /assessments/{id}/submission", "assessment return"),
    ("POST /assessments/{id}/approval", "POST /assessments/{id}/approval", "assessment approve"),
    // By the command `export-all`, in the name of whoever keeps the installation.
    ("POST /export", "POST /export", EXCUSED),
    ("POST /assessments/{id}/import/confirmation", "POST /assessments/{id}/import", "assessment import"),
];

/// Sent with a body, but nothing is written.
const NOT_WRITTEN: &[&str] = &[
    // Shown again until the person has proved to be there.
    "POST /me/proof/form",
    // Kept in the browser.
    "POST /preferences/theme",
    // Says what a file would change.
    "POST /assessments/{id}/import",
    // Computes.
    "POST /assessments/{id}/diagnosis/what-if",
    "POST /diagnoses",
];

/// Written by pages alone: a passkey's ceremony is held by the browser.
const BROWSER_ONLY: &[&str] = &[
    "POST /sign-in/passkey/ceremony",
    "POST /sign-in/passkey",
    "POST /me/passkeys/ceremony",
    "POST /me/passkeys",
    "POST /me/proof/passkey/ceremony",
    "POST /me/proof/passkey",
    // What a provider vouched for is held there too.
    "POST /sign-in/sso/{id}/link",
];

/// API operations for those who are not signed in.
const OPEN: &[&str] = &["POST /setup", "POST /sessions", "POST /invitations/acceptance", "POST /password-resets"];

/// Commands that read.
const READING: &[&str] = &[
    "unit list",
    "token list",
    "sign-on list",
    "sign-on groups",
    "account list",
    "account links",
    "access roles",
    "access parties",
    "access consents",
    "access explain",
    "account sessions",
    "account factors",
    "account passkeys",
    "log list",
    "log prove",
    "log consistency",
    "log checkpoint",
    "log verify",
    "log witnesses",
    "log export",
    "log forward",
    "assessment list",
    "assessment show",
    "assessment export",
    "assessment compare",
    "assessment evidence get",
];

#[test]
fn every_act_is_listed_and_used() {
    let sources = product();
    let mut known = BTreeSet::new();
    for domain in domains::ALL {
        let Some(text) = sources.get(&format!("{}/acts.rs", domain.name)) else {
            assert!(domain.acts.is_empty(), "{} has acts but no acts.rs", domain.name);
            continue;
        };
        let names: Vec<&str> = text
            .split("pub const ")
            .skip(1)
            .filter_map(|rest| rest.split_once(": Act ="))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names.len(), domain.acts.len(), "{}: `ALL` does not list every act", domain.name);
        for name in names {
            let used = sources
                .iter()
                .any(|(path, text)| !path.ends_with("/acts.rs") && text.contains(&format!("acts::{name}")));
            assert!(used, "{}: nobody asks for {name}", domain.name);
        }
        for act in domain.acts {
            assert!(known.insert(act.id), "{} stands twice", act.id);
            let own = act.id.split('.').next().unwrap().replace('-', "_");
            assert_eq!(own, domain.name, "{}", act.id);
        }
    }
}

/// Documented operations of the API.
pub(super) fn operations() -> BTreeMap<String, serde_json::Value> {
    let (_, document) = crate::face::api::routes_and_document();
    let document = serde_json::to_value(&document).unwrap();
    let mut found = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            found.insert(format!("{} {path}", method.to_uppercase()), operation.clone());
        }
    }
    found
}

#[test]
fn every_api_route_is_in_the_document() {
    let operations = operations();
    assert!(operations.len() > 40);
    let mut ids = BTreeSet::new();
    for (name, operation) in &operations {
        assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 5), "{name} has no summary");
        assert!(operation["tags"].as_array().is_some_and(|tags| tags.len() == 1), "{name} has not one tag");
        assert!(
            operation["responses"].as_object().is_some_and(|responses| !responses.is_empty()),
            "{name} names no answer"
        );
        let tag = operation["tags"][0].as_str().unwrap();
        assert!(
            ids.insert((tag.to_owned(), operation["operationId"].as_str().unwrap().to_owned())),
            "{name} has the id of another"
        );
    }
    for (path, text) in product() {
        let of_api = path.ends_with("/api.rs") || path.contains("/api/");
        assert!(
            !of_api || path.starts_with("face/") || !text.contains(".route("),
            "{path} has a route outside the document"
        );
    }
}

/// Commands of the domains with a store, as `unit add`.
fn commands() -> BTreeSet<String> {
    leaves().into_keys().collect()
}

/// The same with what they understand.
fn leaves() -> BTreeMap<String, clap::Command> {
    fn collect(command: &clap::Command, name: &str, found: &mut BTreeMap<String, clap::Command>) {
        if command.get_subcommands().next().is_none() {
            found.insert(name.to_owned(), command.clone());
        }
        for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
            collect(inner, &format!("{name} {}", inner.get_name()), found);
        }
    }
    fn of<C: clap::Subcommand>(name: &'static str, found: &mut BTreeMap<String, clap::Command>) {
        let mut command = DeskArgs::augment_args(C::augment_subcommands(clap::Command::new(name)));
        command.build();
        collect(&command, name, found);
    }
    let mut found = BTreeMap::new();
    of::<crate::organisation::cli::Command>("unit", &mut found);
    of::<crate::identity::cli::Command>("account", &mut found);
    of::<crate::access::cli::Command>("access", &mut found);
    of::<crate::federation::cli::SignOnCommand>("sign-on", &mut found);
    of::<crate::federation::cli::TokenCommand>("token", &mut found);
    of::<crate::audit_log::cli::Command>("log", &mut found);
    of::<crate::assessment::cli::Command>("assessment", &mut found);
    found
}

#[test]
fn every_command_can_be_told_where_the_data_is_and_who_acts() {
    for (name, command) in leaves() {
        let understood: BTreeSet<&str> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
        for option in ["data", "database", "as", "json"] {
            assert!(understood.contains(option), "{name} does not understand --{option}");
        }
    }
}

#[test]
fn every_write_exists_as_page_api_operation_and_command() {
    let pages: BTreeSet<String> = page_routes()
        .iter()
        .flat_map(|(path, methods)| methods.iter().map(move |method| format!("{method} {path}")))
        .collect();
    let operations: BTreeSet<String> = operations().into_keys().collect();
    let commands = commands();
    let mut missing = Vec::new();
    for (page, operation, command) in WRITES {
        missing.extend((!pages.contains(*page)).then(|| format!("page {page}")));
        missing.extend((!operations.contains(*operation)).then(|| format!("API {operation}")));
        missing.extend((*command != EXCUSED && !commands.contains(*command)).then(|| format!("command {command}")));
    }
    assert_eq!(missing, Vec::<String>::new());
    let writes = |name: &&String| {
        !name.starts_with("GET ") && !NOT_WRITTEN.contains(&name.as_str()) && !BROWSER_ONLY.contains(&name.as_str())
    };
    let listed = |which: fn(&(&'static str, &'static str, &'static str)) -> &'static str| {
        WRITES.iter().map(which).collect::<BTreeSet<_>>()
    };
    let (by_page, by_api, by_command) = (listed(|row| row.0), listed(|row| row.1), listed(|row| row.2));
    let strange: Vec<&String> = pages
        .iter()
        .filter(writes)
        .filter(|page| !by_page.contains(page.as_str()))
        .chain(operations.iter().filter(writes).filter(|operation| !by_api.contains(operation.as_str())))
        .chain(
            commands
                .iter()
                .filter(|command| !by_command.contains(command.as_str()) && !READING.contains(&command.as_str())),
        )
        .collect();
    assert_eq!(strange, Vec::<&String>::new(), "writes that stand in no row");
}

mod asked_through_the_front_door {
    use axum::http::Method;
    use serde_json::json;

    use super::*;
    use crate::testing::{HANAKO, NOBODY, TARO, TestApp, on_both};
    use crate::{assessment, catalog, identity};

    fn fill(path: &str, check: &str) -> String {
        let set = catalog::builtin().item_set("benchmark-25").unwrap();
        let own = |path: &str| match path.split('/').nth(1) {
            Some("item-sets") => "benchmark-25".to_owned(),
            Some("profiles") => set.profile.clone(),
            Some("index-models") => "index-model-1".to_owned(),
            Some("releases") => "synthetic-2005-25".to_owned(),
            _ => check.to_owned(),
        };
        path.replace("{id}", &own(path)).replace("{area}", "1").replace("{item}", "1-1")
    }

    on_both! {
        async fn every_api_operation_wants_a_session_unless_it_is_open(app: TestApp) {
            for (name, operation) in operations() {
                let (method, path) = name.split_once(' ').unwrap();
                let (method, path) = (Method::from_bytes(method.as_bytes()).unwrap(), fill(path, "0").replace(['{', '}'], ""));
                let status = app.api(method, &path, NOBODY, json!(null)).await.status.as_u16();
                if OPEN.contains(&name.as_str()) {
                    assert!([400, 404, 415, 422].contains(&status), "{name}: {status}");
                    assert_eq!(operation["security"], json!([{}]), "{name}");
                } else {
                    assert_eq!(status, 401, "{name}");
                    assert!(operation["security"].is_null(), "{name}");
                }
            }
        }

        async fn every_page_renders_in_both_languages(app: TestApp) {
            let check = assessment::create(&app.ctx(HANAKO), &app.company, "benchmark-25", "FY2026").await.unwrap();
            let entry = crate::audit_log::entries(&app.ctx(HANAKO), &crate::audit_log::Filter::default()).await.unwrap().remove(0).id;
            identity::begin_totp(&app.ctx(HANAKO)).await.unwrap();
            let invitation = identity::invite(&app.ctx(HANAKO), "new@example.jp", "staff", &app.company).await.unwrap();
            let reset = identity::offer_reset(&app.ctx(HANAKO), app.account(TARO)).await.unwrap();
            let mut seen = 0;
            for (path, methods) in page_routes() {
                let id = match path.split('/').nth(1) {
                    Some("audit-entries") => entry.as_str(),
                    Some("accounts") => app.account(TARO),
                    _ => check.as_str(),
                };
                let path = fill(&path, id);
                match path.as_str() {
                    // Without anybody in the house only.
                    "/setup" => continue,
                    "/invitation" => app.hold_cookie(HANAKO, "rashin_link", &invitation),
                    "/password-reset" => app.hold_cookie(HANAKO, "rashin_link", &reset),
                    _ => {}
                }
                // Ways to another system and figures for machines are no pages.
                let no_page = ["/preferences/language", "/metrics"].contains(&path.as_str()) || path.starts_with("/sign-in/sso/");
                if !methods.contains(&"GET") || path.contains('{') || no_page {
                    continue;
                }
                for language in ["ja", "en"] {
                    app.speak(language);
                    let reply = app.get(&path, HANAKO).await;
                    let status = reply.status.as_u16();
                    // The diagnosis needs answers first; signed in, one is led away from the sign-in page.
                    assert!([200, 303, 409, 422].contains(&status), "{path}: {status}");
                    let text = String::from_utf8_lossy(&reply.body);
                    if let Some(at) = text.find('⟦') {
                        panic!("{path} in {language}: {}", text[at..].chars().take(60).collect::<String>());
                    }
                    if status == 200 && reply.header("content-type").starts_with("text/html") {
                        seen += 1;
                        assert!(text.contains(&format!("<html lang=\"{language}\"")), "{path}");
                        assert_eq!(text.matches("<h1").count(), 1, "{path}");
                    }
                }
            }
            assert!(seen >= 30, "{seen}");
        }
    }
}
