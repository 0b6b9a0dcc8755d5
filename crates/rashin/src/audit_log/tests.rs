//! Reading the log, on both databases.

mod asking;
mod commands;
mod forwarding;
mod mending;
mod proving;
mod seeing;
mod tampering;
mod witnessing;

use axum::http::Method;
use platform::Error;
use serde_json::json;

use super::{Entry, Filter, entries, erase, sign_due};
use crate::access;
use crate::organisation::{self, UnitKind};
use crate::testing::{AUDITOR, HANAKO, JIRO, KEEPER, OUTSIDER, PRESIDENT, Person, TARO, TestApp, conflict, on_both};

async fn read(app: &TestApp, person: Person, filter: Filter) -> Vec<Entry> {
    entries(&app.ctx(person), &filter).await.unwrap()
}

/// The other administrator agrees to what was asked last.
async fn agree(app: &TestApp) {
    let asked = access::list_consents(&app.ctx(KEEPER)).await.unwrap();
    let asked = asked.iter().find(|consent| consent.agreed.is_none()).unwrap();
    access::decide(&app.ctx(KEEPER), &asked.id, true, "").await.unwrap();
}

/// Erases, after the other administrator agreed.
async fn erase_by_two(app: &TestApp, id: &str, name: Option<&str>, reason: &str) {
    assert_eq!(conflict(erase(&app.ctx(HANAKO), id, name, reason).await), "error-needs-consent");
    agree(app).await;
    erase(&app.ctx(HANAKO), id, name, reason).await.unwrap();
}

async fn sign(app: &TestApp) -> usize {
    sign_due(&app.app.system(), &app.app.log_key).await.unwrap()
}

async fn add_units_elsewhere(app: &TestApp) {
    for name in ["東", "西"] {
        organisation::add_unit(&app.ctx(OUTSIDER), &app.elsewhere, UnitKind::Department, name).await.unwrap();
    }
}

async fn add_units(app: &TestApp, person: Person, count: usize) {
    for number in 0..count {
        let name = format!("部{number}");
        organisation::add_unit(&app.ctx(person), &app.company, UnitKind::Department, &name).await.unwrap();
    }
}

on_both! {
    async fn administrator_ciso_and_auditor_read_it_and_nobody_else(app: TestApp) {
        for person in [HANAKO, KEEPER, AUDITOR] {
            assert!(!read(&app, person, Filter::default()).await.is_empty());
        }
        for person in [TARO, JIRO, PRESIDENT] {
            assert!(matches!(entries(&app.ctx(person), &Filter::default()).await, Err(Error::Forbidden(_))));
            app.get("/audit-log", person).await.is(403);
            app.api(Method::GET, "/audit-entries", person, json!(null)).await.is(403);
        }
    }

    async fn each_tenant_reads_its_own(app: TestApp) {
        let theirs = read(&app, OUTSIDER, Filter::default()).await;
        assert!(theirs.iter().all(|entry| entry.actor_name == OUTSIDER.name || entry.actor_name == "system"), "{theirs:?}");
        let company = Filter { object_id: app.company.clone(), ..Filter::default() };
        assert!(read(&app, OUTSIDER, company.clone()).await.is_empty());
        assert!(!read(&app, HANAKO, company).await.is_empty());
    }

    async fn pages_of_fifty_follow_each_other_without_gap_or_overlap(app: TestApp) {
        add_units(&app, HANAKO, 60).await;
        let mut seen = Vec::new();
        let mut before = None;
        loop {
            let page = read(&app, HANAKO, Filter { before, ..Filter::default() }).await;
            assert!(page.len() <= 50);
            let Some(last) = page.last() else { break };
            before = last.seq;
            seen.extend(page.iter().map(|entry| entry.seq));
        }
        let newest = seen[0].unwrap();
        assert!(newest > 60);
        assert_eq!(seen, (1..=newest).rev().map(Some).collect::<Vec<_>>());
        let first = app.get("/audit-log?act=organisation.", HANAKO).await.is(200).text();
        let older = first.split("href=\"/audit-log?before=").nth(1).unwrap().split('"').next().unwrap();
        let second = app.get(&format!("/audit-log?before={}", older.replace("&#38;", "&")), HANAKO).await.is(200).text();
        assert!(!second.contains("rel=\"next\""));
    }

    async fn filters_narrow_by_act_object_and_person(app: TestApp) {
        add_units(&app, KEEPER, 2).await;
        let acts = read(&app, HANAKO, Filter { act: "organisation.".into(), ..Filter::default() }).await;
        assert!(!acts.is_empty() && acts.iter().all(|entry| entry.act.starts_with("organisation.")));
        let object = read(&app, HANAKO, Filter { object_id: app.company.clone(), ..Filter::default() }).await;
        assert!(!object.is_empty() && object.iter().all(|entry| entry.object_id == app.company));
        let person = read(&app, HANAKO, Filter { actor: "三郎".into(), act: "organisation.".into(), ..Filter::default() }).await;
        assert_eq!(person.len(), 2);
    }

    async fn a_filter_is_taken_literally_and_letters_in_either_case(app: TestApp) {
        app.damage("UPDATE accounts SET name = 'Smith_100%' WHERE email = $1", &[KEEPER.email.into()]).await;
        add_units(&app, Person { name: "Smith_100%", ..KEEPER }, 1).await;
        let by = |actor: &str| Filter { actor: actor.to_owned(), ..Filter::default() };
        assert_eq!(read(&app, HANAKO, by("smith_100%")).await.len(), 1);
        for nobody in ["%", "_", "!", "sm%th", "羅_花子", "\\"] {
            let found = read(&app, HANAKO, by(nobody)).await;
            assert!(found.iter().all(|entry| entry.actor_name.contains(nobody)), "{nobody}");
        }
        for long in [100, 101, 60_000] {
            assert!(read(&app, HANAKO, by(&"羅".repeat(long))).await.is_empty());
        }
        for act in ["%".to_owned(), "x".repeat(60_000)] {
            assert!(read(&app, HANAKO, Filter { act, ..Filter::default() }).await.is_empty());
        }
        // The longest name is found by all of it.
        let longest = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";
        add_units(&app, Person { name: longest, ..KEEPER }, 1).await;
        assert_eq!(read(&app, HANAKO, by(longest)).await.len(), 1);
    }

    async fn the_page_names_every_act_in_both_languages(app: TestApp) {
        add_units(&app, HANAKO, 1).await;
        for language in ["ja", "en"] {
            app.speak(language);
            let page = app.get("/audit-log", HANAKO).await.is(200).text();
            assert!(!page.contains('⟦'), "{page}");
        }
    }
}
