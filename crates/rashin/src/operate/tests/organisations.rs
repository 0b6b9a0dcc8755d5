//! A second organisation in an installation that has some.

use axum::http::Method;
use serde_json::json;

use crate::identity;
use crate::operate::site::Site;
use crate::testing::{DAY_MS, HANAKO, NOBODY, PASSWORD, TestApp, faults, on_both};

on_both! {
    async fn one_more_organisation_is_set_up_by_its_own_first_person(app: TestApp) {
        let site = Site::of(&app.app);
        assert_eq!(faults(identity::offer_organisation(&site.system(), " ").await)[0].0, "NAME");
        let token = identity::offer_organisation(&site.system(), "第三商会").await.unwrap();
        let unused = identity::offer_organisation(&site.system(), "第四商会").await.unwrap();
        let set_up = |token: &str| json!({
            "token": token, "organisation": "第三商会", "kind": "company",
            "name": "三田 五月", "email": "satsuki@example.com", "password": PASSWORD,
        });
        let session = app.api(Method::POST, "/setup", NOBODY, set_up(&token)).await.is(201).json();
        app.api(Method::POST, "/setup", NOBODY, set_up(&token)).await.is(404);
        // Its person sees it and nothing else, and the others do not see it.
        app.hold_token(NOBODY, session["token"].as_str().unwrap());
        let units = app.api(Method::GET, "/units", NOBODY, json!(null)).await.is(200).text();
        assert!(units.contains("第三商会") && !units.contains("羅針"), "{units}");
        let units = app.api(Method::GET, "/units", HANAKO, json!(null)).await.is(200).text();
        assert!(!units.contains("第三商会"), "{units}");
        // The installation's log tells of the offer, the new organisation's own of the set-up.
        let told = app.rows(
            "SELECT e.act, e.tenant_id FROM audit_entries e JOIN audit_values v ON v.entry_id = e.id \
            WHERE e.act IN ('identity.offer-set-up', 'identity.set-up') AND v.facts LIKE '%第三商会%' ORDER BY e.act",
            &[],
        ).await;
        let texts = |column: &str| told.iter().map(|row| row.text(column).unwrap()).collect::<Vec<_>>();
        assert_eq!(texts("act"), ["identity.offer-set-up", "identity.set-up"]);
        let of = texts("tenant_id");
        assert!(of[0].is_empty() && ![&app.group, &app.elsewhere].contains(&&of[1]) && !of[1].is_empty(), "{of:?}");
        app.clock.advance(DAY_MS);
        app.hold_token(NOBODY, "");
        app.api(Method::POST, "/setup", NOBODY, set_up(&unused)).await.is(404);
    }
}
