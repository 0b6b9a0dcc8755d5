//! Objects of another tenant put into every route: never a hit, and the answer is byte for byte that for a missing one.
//!
//! `RASHIN_SWAPS` sets how many at least (1,000 otherwise; the long form is 10,000).

use super::matrix::{Things, all_routes, ask};
use super::testing::{HANAKO, OUTSIDER, Reply, TestApp, on_both};
use crate::assessment;
use crate::organisation::{self, UnitKind};

/// Identifiers of everything the group has, and of so many units more.
async fn their_ids(app: &TestApp, things: &Things, more: usize) -> Vec<String> {
    for number in 0..more {
        let name = format!("組織{number}");
        organisation::add_unit(&app.ctx(HANAKO), &app.company, UnitKind::Department, &name).await.unwrap();
    }
    let sql = "SELECT id FROM units WHERE tenant_id = $1 UNION ALL SELECT id FROM accounts WHERE tenant_id = $1 \
        UNION ALL SELECT id FROM grants WHERE tenant_id = $1 UNION ALL SELECT id FROM assessments WHERE tenant_id = $1 \
        UNION ALL SELECT id FROM custom_roles WHERE tenant_id = $1 ORDER BY id";
    let ids: Vec<String> =
        app.rows(sql, &[app.group.as_str().into()]).await.iter().map(|row| row.text("id").unwrap()).collect();
    assert!(
        [&things.check, &things.unit, &things.account, &things.grant, &things.role].iter().all(|id| ids.contains(id))
    );
    ids
}

/// Every route with the place in it where an identifier stands.
fn holes() -> Vec<(String, String, &'static str)> {
    let holes = |(method, path): (String, String)| {
        let found = ["{id}", "{grant}", "{file}"].into_iter().filter(|hole| path.contains(hole));
        found.map(|hole| (method.clone(), path.clone(), hole)).collect::<Vec<_>>()
    };
    all_routes().into_iter().flat_map(holes).collect()
}

/// The answer with the identifier replaced by the missing one, which alone may differ.
fn told(reply: &Reply, id: &str, missing: &str) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<(String, String)> = reply
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).replace(id, missing)))
        .collect();
    headers.sort();
    (reply.status.as_u16(), headers, String::from_utf8_lossy(&reply.body).replace(id, missing))
}

on_both! {
    async fn things_of_another_tenant_are_never_a_hit(app: TestApp) {
        let things = Things::of(&app).await;
        let missing = "0".repeat(32);
        let wanted = std::env::var("RASHIN_SWAPS").ok().and_then(|text| text.parse().ok()).unwrap_or(1000_usize);
        let ids = their_ids(&app, &things, wanted.div_ceil(holes().len())).await;
        // What is not swapped is the asker's own.
        let own = Things {
            check: assessment::create(&app.ctx(OUTSIDER), &app.elsewhere, "benchmark-25", "FY2026").await.unwrap(),
            unit: app.elsewhere.clone(),
            account: app.account(OUTSIDER).to_owned(),
            grant: "1".repeat(32),
            role: "2".repeat(32),
        };
        let state = "SELECT COUNT(*) AS n FROM audit_entries WHERE tenant_id = $1";
        let before = app.count(state, &[app.group.as_str().into()]).await;
        let mut swaps = 0;
        for (method, path, hole) in holes() {
            let swapped = |id: &str| own.fill(&path.replace(hole, id));
            let one = ask(&app, OUTSIDER, &method, &path, &swapped(&missing)).await;
            let expected = told(&one, &missing, &missing);
            for id in &ids {
                let reply = ask(&app, OUTSIDER, &method, &path, &swapped(id)).await;
                assert_eq!(told(&reply, id, &missing), expected, "{method} {path} {hole}");
                swaps += 1;
            }
        }
        println!("{swaps} swaps of {} identifiers in {} places: no hit", ids.len(), holes().len());
        assert!(swaps >= wanted, "{swaps}");
        assert_eq!(app.count(state, &[app.group.as_str().into()]).await, before, "the group's own log tells of nothing");
    }
}
