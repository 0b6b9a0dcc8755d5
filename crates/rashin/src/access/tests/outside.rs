//! Nobody inside belongs to a place outside, nor the other way round, by whichever way a role is given.

use axum::http::Method;
use serde_json::json;

use super::add_grant;
use crate::access::{self, end_grant, enter_party};
use crate::federation::{NewToken, make_token, providers::map_group};
use crate::identity::{accept_invitation, invite};
use crate::organisation::{self, Edit, UnitKind, roles};
use crate::testing::{HANAKO, JIRO, NOBODY, OUTSIDER, PASSWORD, START_MS, TestApp, conflict, faults, on_both};

async fn supplier(app: &TestApp) -> String {
    let hanako = app.ctx(HANAKO);
    let id = organisation::add_unit(&hanako, &app.group, UnitKind::Company, "委託先").await.unwrap().id;
    enter_party(&hanako, &id, "supplier").await.unwrap();
    id
}

fn token(role: &str, unit_id: &str) -> NewToken {
    let (name, purpose) = ("集計".to_owned(), "api".to_owned());
    NewToken { name, purpose, role: role.to_owned(), unit_id: unit_id.to_owned(), acts: Vec::new(), days: 30 }
}

on_both! {
    async fn groups_and_tokens_keep_the_rule_too(app: TestApp) {
        let (hanako, supplier) = (app.ctx(HANAKO), supplier(&app).await);
        assert_eq!(faults(map_group(&hanako, "g", roles::STAFF, &supplier).await), [("role".into(), "error-role-outside")]);
        assert_eq!(faults(map_group(&hanako, "g", roles::RESPONDENT, &app.company).await), [("role".into(), "error-role-inside")]);
        map_group(&hanako, "g", roles::RESPONDENT, &supplier).await.unwrap();
        assert_eq!(faults(make_token(&hanako, &token(roles::STAFF, &supplier)).await), [("role".into(), "error-role-outside")]);
        assert_eq!(faults(make_token(&hanako, &token(roles::RESPONDENT, &app.company)).await), [("role".into(), "error-role-inside")]);
        make_token(&hanako, &token(roles::RESPONDENT, &supplier)).await.unwrap();
        let body = json!({ "name": "x", "role": "staff", "unit_id": supplier, "days": 30 });
        app.api(Method::POST, "/tokens", HANAKO, body).await.is(422);
        let body = json!({ "group": "x", "role": "staff", "unit_id": supplier });
        app.api(Method::POST, "/group-roles", HANAKO, body).await.is(422);
        // Nothing of what was refused is left.
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM accounts WHERE kind = 'machine'", &[]).await, 1);
    }

    async fn a_group_that_no_longer_fits_gives_nothing_and_stops_nobody(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        let place = organisation::add_unit(&hanako, &app.group, UnitKind::Company, "委託先").await.unwrap().id;
        map_group(&hanako, "g", roles::AUDITOR, &place).await.unwrap();
        map_group(&hanako, "g", roles::AUDITOR, &app.company).await.unwrap();
        enter_party(&hanako, &place, "supplier").await.unwrap();
        let wish = NewToken { name: "Entra".into(), purpose: "scim".into(), days: 30, ..NewToken::default() };
        let secret = make_token(&hanako, &wish).await.unwrap().1;
        let body = json!({ "displayName": "g", "members": [{ "value": app.account(JIRO) }] });
        let request = axum::http::Request::post("/scim/v2/Groups").header("authorization", format!("Bearer {secret}"));
        let request = request.header("content-type", "application/scim+json");
        let made = app.send(request.body(body.to_string().into()).unwrap()).await.is(201).json();
        let held = access::own_grants(&app.ctx(JIRO)).await.unwrap();
        assert_eq!(held.iter().map(|grant| (grant.role.as_str(), grant.unit_id == place)).collect::<Vec<_>>(), [("staff", false), ("auditor", false)]);
        let told = app.told(made["id"].as_str().unwrap(), "federation.provision").await;
        let missed = json!([{ "account": app.account(JIRO), "group": "g", "role": "auditor", "unit": place }]);
        assert_eq!(told[0]["grants_not_given"], missed, "{told:?}");
    }

    async fn an_invitation_from_before_gives_nothing_where_it_no_longer_fits(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        let place = organisation::add_unit(&hanako, &app.group, UnitKind::Company, "委託先").await.unwrap().id;
        let link = invite(&hanako, "neu@example.jp", roles::STAFF, &place).await.unwrap();
        enter_party(&hanako, &place, "supplier").await.unwrap();
        assert_eq!(conflict(accept_invitation(&app.ctx(NOBODY), &link, "新人", PASSWORD).await), "error-offer-outdated");
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM accounts WHERE email = 'neu@example.jp'", &[]).await, 0);
    }

    async fn no_unit_is_moved_across_the_border_with_its_people(app: TestApp) {
        let (hanako, supplier) = (app.ctx(HANAKO), supplier(&app).await);
        let below = organisation::add_unit(&hanako, &supplier, UnitKind::Department, "窓口").await.unwrap().id;
        let held = access::own_grants(&app.ctx(JIRO)).await.unwrap().remove(0);
        let moved = async |id: &str, to: &str| {
            let unit = app.unit(id).await;
            let edit = Edit { name: unit.name, kind: unit.kind, parent_id: Some(to.to_owned()), version: unit.version };
            organisation::edit_unit(&app.ctx(HANAKO), id, edit).await
        };
        // Staff on the department itself; the respondent below the party.
        let staff = add_grant(&hanako, app.account(JIRO), roles::STAFF, &app.department, "").await.unwrap();
        assert_eq!(faults(moved(&app.department, &supplier).await), [("parent".into(), "error-unit-mixes")]);
        for id in [&held.id, &staff.id] {
            end_grant(&hanako, app.account(JIRO), id, "").await.unwrap();
        }
        add_grant(&hanako, app.account(JIRO), roles::RESPONDENT, &below, "").await.unwrap();
        assert_eq!(faults(moved(&below, &app.company).await), [("parent".into(), "error-unit-mixes")]);
        // A party takes its place along, and an empty department goes anywhere.
        moved(&supplier, &app.company).await.unwrap();
        moved(&app.department, &supplier).await.unwrap();
    }

    async fn two_roles_given_at_once_make_nobody_both_inside_and_outside(app: TestApp) {
        let (hanako, supplier) = (app.ctx(HANAKO), supplier(&app).await);
        let held = access::own_grants(&app.ctx(JIRO)).await.unwrap().remove(0);
        end_grant(&hanako, app.account(JIRO), &held.id, "").await.unwrap();
        let tries = [(roles::STAFF, app.company.clone()), (roles::RESPONDENT, supplier)].map(|(role, unit)| {
            let app = app.clone();
            tokio::spawn(async move { add_grant(&app.ctx(HANAKO), app.account(JIRO), role, &unit, "").await.is_ok() })
        });
        let mut given = 0;
        for outcome in tries {
            given += i32::from(outcome.await.unwrap());
        }
        assert_eq!(given, 1);
        assert_eq!(access::own_grants(&app.ctx(JIRO)).await.unwrap().len(), 1);
    }

    async fn an_end_beyond_all_dates_is_a_fault_of_the_field(app: TestApp) {
        let path = format!("/accounts/{}/grants", app.account(JIRO));
        for until_ms in [9_007_199_254_740_992_i64, i64::MAX, 253_402_207_201_000, START_MS, 0, -1, i64::MIN] {
            let body = json!({ "role": "auditor", "unit_id": app.company, "until_ms": until_ms });
            let said = app.api(Method::POST, &path, HANAKO, body).await.is(422).json();
            assert_eq!((said["faults"][0]["field"].as_str(), said["faults"][0]["value"].as_str()), (Some("until_ms"), Some(until_ms.to_string().as_str())));
        }
        let body = json!({ "role": "auditor", "unit_id": app.company, "until_ms": 253_402_207_200_999_i64 });
        app.api(Method::POST, &path, HANAKO, body).await.is(201);
        app.get("/accounts", HANAKO).await.is(200);
    }

    async fn parties_are_listed_for_those_who_see_the_units(app: TestApp) {
        let supplier = supplier(&app).await;
        let list = app.api(Method::GET, "/parties", HANAKO, json!(null)).await.is(200).json();
        assert_eq!(list, json!([{ "unit_id": supplier, "unit_name": "委託先", "party": "supplier" }]));
        for person in [JIRO, OUTSIDER] {
            assert_eq!(app.api(Method::GET, "/parties", person, json!(null)).await.is(200).json(), json!([]), "{}", person.name);
        }
        assert_eq!(access::parties(&app.ctx(HANAKO)).await.unwrap().len(), 1);
    }
}
