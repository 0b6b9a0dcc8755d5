//! One record is found however many there are beside it; lists have bounds and say so.

use axum::http::Method;
use serde_json::json;

use super::add_grant;
use crate::access::{change_role, decide, grants_of_tenant, list_roles, make_role};
use crate::organisation::roles;
use crate::testing::{HANAKO, JIRO, KEEPER, TARO, TestApp, conflict, faults, on_both};

/// Grants of somebody, the first of which is the oldest of all.
async fn many_grants(app: &TestApp, account_id: &str, role: &str) {
    let sql = "INSERT INTO grants (id, tenant_id, account_id, role, unit_id, granted_by, granted_at_ms, reason) \
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5200) \
        SELECT 'g' || CAST(i AS TEXT), $1, $2, $3, $4, '', i, '' FROM n";
    app.damage(sql, &[app.group.as_str().into(), account_id.into(), role.into(), app.company.as_str().into()]).await;
}

on_both! {
    async fn the_last_of_very_many_grants_is_ended(app: TestApp) {
        many_grants(&app, app.account(JIRO), roles::STAFF).await;
        let path = |grant: &str| format!("/accounts/{}/grants/{grant}", app.account(JIRO));
        app.api(Method::DELETE, &path("g5200"), HANAKO, json!(null)).await.is(204);
        app.api(Method::DELETE, &path("g5200"), HANAKO, json!(null)).await.is(404);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM grants WHERE id = 'g5200' AND ended_at_ms IS NOT NULL", &[]).await, 1);
        // The list of a tenant holds them all, and those of the people after.
        let all = grants_of_tenant(&app.ctx(HANAKO), &app.group).await.unwrap();
        assert_eq!(all.iter().filter(|grant| grant.account_id == app.account(JIRO)).count(), 5200);
        assert!(all.iter().any(|grant| grant.account_id == app.account(TARO)));
        let keys: Vec<_> = all.iter().map(|grant| (&grant.account_id, grant.granted_at_ms, &grant.id)).collect();
        assert!(keys.is_sorted());
    }

    async fn nobody_is_both_inside_and_outside_however_many_grants_they_hold(app: TestApp) {
        many_grants(&app, app.account(JIRO), roles::RESPONDENT).await;
        let mixed = add_grant(&app.ctx(HANAKO), app.account(JIRO), roles::STAFF, &app.company, "").await;
        assert_eq!(faults(mixed), [("role".into(), "error-role-mixed")]);
    }

    async fn one_of_very_many_own_roles_is_changed_and_the_list_goes_on(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        let read = ["assessment.read".to_owned()];
        let role = make_role(&hanako, "んんん", &read).await.unwrap();
        let sql = "INSERT INTO custom_roles (id, tenant_id, name, made_by, made_at_ms, version) \
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250) \
            SELECT 'r' || CAST(i AS TEXT), $1, 'a', '', 1, 1 FROM n";
        app.damage(sql, &[app.group.as_str().into()]).await;
        let changed = change_role(&hanako, &role.id, "んんんん", &read, 1).await.unwrap();
        add_grant(&hanako, app.account(JIRO), &role.id, &app.company, "").await.unwrap();
        assert_eq!(conflict(change_role(&hanako, &role.id, "x", &read, i64::MAX).await), "error-changed-meanwhile");
        let (first, rest) = (list_roles(&hanako, 0).await.unwrap(), list_roles(&hanako, 200).await.unwrap());
        assert_eq!((first.len(), rest.len()), (200, 51));
        assert_eq!(rest.last(), Some(&changed));
        assert!(app.get("/access/roles", HANAKO).await.is(200).text().contains("/access/roles?skip=200"));
        assert!(!app.get("/access/roles?skip=200", HANAKO).await.is(200).text().contains("?skip="));
        let rest = app.api(Method::GET, "/roles?skip=200", HANAKO, json!(null)).await.is(200).json();
        assert_eq!(rest.as_array().unwrap().len(), 51);
        // A list to choose from shows all that can be chosen; so there are no more than it holds.
        assert_eq!(conflict(make_role(&hanako, "x", &read).await), "error-roles-full");
        app.damage("INSERT INTO custom_role_closures (role_id, closed_by, closed_at_ms, reason) SELECT id, '', 1, '' FROM custom_roles WHERE name = 'a'", &[]).await;
        make_role(&hanako, "x", &read).await.unwrap();
        assert_eq!(list_roles(&hanako, 0).await.unwrap().iter().take_while(|role| !role.closed).count(), 2);
    }

    async fn an_old_request_for_consent_waits_first_and_is_decided(app: TestApp) {
        let path = format!("/units/{}/closure", app.department);
        app.api(Method::PUT, &path, HANAKO, json!(null)).await.is(204);
        app.api(Method::PUT, &format!("/units/{}/closure", app.company), HANAKO, json!(null)).await.is(409);
        let id = crate::access::list_consents(&app.ctx(KEEPER)).await.unwrap().remove(0).id;
        let sql = "INSERT INTO consents (id, tenant_id, act, object_kind, object_id, unit_id, content_hash, content, asked_by, asked_at_ms, reason, until_ms) \
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450) \
            SELECT 'c' || CAST(i AS TEXT), c.tenant_id, c.act, c.object_kind, c.object_id, c.unit_id, 'x', c.content, c.asked_by, c.asked_at_ms + i, '', c.until_ms + i \
            FROM n CROSS JOIN consents c WHERE c.id = $1";
        app.damage(sql, &[id.as_str().into()]).await;
        let declined = "INSERT INTO consent_decisions (consent_id, decided_by, decided_at_ms, agreed, reason) SELECT id, asked_by, 1, 0, '' FROM consents WHERE id <> $1";
        app.damage(declined, &[id.as_str().into()]).await;
        let list = |skip: u32| { let app = app.clone(); async move { app.api(Method::GET, &format!("/consents?skip={skip}"), KEEPER, json!(null)).await.is(200).json().as_array().unwrap().clone() } };
        let pieces = [list(0).await, list(200).await, list(400).await];
        assert_eq!(pieces.each_ref().map(Vec::len), [200, 200, 51]);
        assert_eq!((pieces[0][0]["id"].as_str(), pieces[0][1]["id"].as_str()), (Some(id.as_str()), Some("c450")));
        assert!(app.get("/access/consents", KEEPER).await.is(200).text().contains("/access/consents?skip=200"));
        // Undecided ones that are newer hide it no more.
        app.damage("DELETE FROM consent_decisions", &[]).await;
        decide(&app.ctx(KEEPER), &id, true, "").await.unwrap();
    }
}
