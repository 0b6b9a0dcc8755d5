//! The last administrator keeps the role, and nobody else keeps it by that rule.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};

use super::add_grant;
use crate::access::{Terms, end_grant, grant, grants_of_tenant};
use crate::federation::{NewToken, make_token, providers::map_group};
use crate::identity::{suspend, unsuspend};
use crate::organisation::roles;
use crate::testing::{DAY_MS, HANAKO, KEEPER, Person, Reply, START_MS, TARO, TestApp, conflict, on_both};

/// The grant by which a person administers the whole tenant.
async fn own(app: &TestApp, person: Person) -> String {
    let all = grants_of_tenant(&app.ctx(HANAKO), &app.group).await.unwrap();
    let own = |grant: &crate::access::Grant| {
        grant.account_id == app.account(person) && grant.role == roles::ADMINISTRATOR && grant.unit_id == app.group
    };
    all.into_iter().find(own).unwrap().id
}

async fn end(app: &TestApp, by: Person, person: Person, grant_id: &str) -> platform::Result<()> {
    end_grant(&app.ctx(by), app.account(person), grant_id, "").await
}

async fn scim(app: &TestApp, secret: &str, method: Method, path: &str, body: &Value) -> Reply {
    let request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
    let request = request.header(header::AUTHORIZATION, format!("Bearer {secret}"));
    let request = request.header(header::CONTENT_TYPE, "application/scim+json");
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

fn patch(operations: &Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}

async fn standing(app: &TestApp, account_id: &str) -> i64 {
    let sql =
        "SELECT COUNT(*) AS n FROM grants WHERE account_id = $1 AND role = 'administrator' AND ended_at_ms IS NULL";
    app.count(sql, &[account_id.into()]).await
}

/// Makes Taro administrator by a provisioned group; gives the token's secret, his id and the group's path.
async fn administrator_by_a_group(app: &TestApp) -> (String, String, String) {
    let wish = NewToken { name: "Entra".into(), purpose: "scim".into(), days: 30, ..NewToken::default() };
    let secret = make_token(&app.ctx(HANAKO), &wish).await.unwrap().1;
    map_group(&app.ctx(HANAKO), "admins", roles::ADMINISTRATOR, &app.group).await.unwrap();
    let taro = app.account(TARO).to_owned();
    let body = json!({ "displayName": "admins", "members": [{ "value": taro }] });
    let made = scim(app, &secret, Method::POST, "/Groups", &body).await.is(201).json();
    let group = format!("/Groups/{}", made["id"].as_str().unwrap());
    (secret, taro, group)
}

on_both! {
    async fn provisioning_ends_the_role_of_somebody_it_suspended_before(app: TestApp) {
        let (secret, taro, group) = administrator_by_a_group(&app).await;
        assert_eq!(standing(&app, &taro).await, 1);
        // Of the administrators only one is left who can sign in, and it is not the one who leaves.
        suspend(&app.ctx(HANAKO), app.account(KEEPER), "").await.unwrap();
        let off = patch(&json!([{ "op": "replace", "path": "active", "value": false }]));
        scim(&app, &secret, Method::PATCH, &["/Users", taro.as_str()].join("/"), &off).await.is(200);
        let leave = patch(&json!([{ "op": "remove", "path": format!("members[value eq \"{taro}\"]") }]));
        scim(&app, &secret, Method::PATCH, &group, &leave).await.is(200);
        assert_eq!(standing(&app, &taro).await, 0);
    }

    async fn provisioning_leaves_the_last_administrator(app: TestApp) {
        let (secret, taro, group) = administrator_by_a_group(&app).await;
        // The tenant's own grants are gone, as after an accident; the owner of the token keeps what it leans on.
        let sql = "UPDATE grants SET until_ms = $3 WHERE role = 'administrator' AND tenant_id = $1 AND account_id <> $2";
        app.damage(sql, &[app.group.as_str().into(), taro.as_str().into(), (START_MS + DAY_MS).into()]).await;
        let leave = patch(&json!([{ "op": "remove", "path": format!("members[value eq \"{taro}\"]") }]));
        scim(&app, &secret, Method::PATCH, &group, &leave).await.is(200);
        assert_eq!(standing(&app, &taro).await, 1);
    }

    async fn an_administrator_until_a_day_does_not_stand_in_for_one_without_end(app: TestApp) {
        let kept = own(&app, KEEPER).await;
        let terms = Terms { role: roles::ADMINISTRATOR, unit_id: &app.group, reason: "", until_ms: Some(START_MS + DAY_MS) };
        grant(&app.ctx(HANAKO), app.account(KEEPER), &terms).await.unwrap();
        end(&app, HANAKO, KEEPER, &kept).await.unwrap();
        let hanako = own(&app, HANAKO).await;
        assert_eq!(conflict(end(&app, KEEPER, HANAKO, &hanako).await), "error-last-administrator");
        assert_eq!(conflict(suspend(&app.ctx(KEEPER), app.account(HANAKO), "").await), "error-last-administrator");
        let path = format!("/accounts/{}/grants/{hanako}", app.account(HANAKO));
        let said = app.api(Method::DELETE, &path, KEEPER, json!(null)).await.is(409).text();
        assert!(said.contains("期限なし"), "{said}");
        // The one until a day may go at any time.
        suspend(&app.ctx(HANAKO), app.account(KEEPER), "").await.unwrap();
        unsuspend(&app.ctx(HANAKO), app.account(KEEPER), "").await.unwrap();
        add_grant(&app.ctx(HANAKO), app.account(KEEPER), roles::ADMINISTRATOR, &app.group, "").await.unwrap();
        end(&app, KEEPER, HANAKO, &hanako).await.unwrap();
    }

    async fn two_who_end_each_others_role_at_once_do_not_both_go(app: TestApp) {
        let pairs = [(HANAKO, KEEPER, own(&app, KEEPER).await), (KEEPER, HANAKO, own(&app, HANAKO).await)].map(|(who, whom, id)| {
            let app = app.clone();
            tokio::spawn(async move { end(&app, who, whom, &id).await.is_ok() })
        });
        let mut done = 0;
        for outcome in pairs {
            done += i32::from(outcome.await.unwrap());
        }
        assert_eq!(done, 1);
    }
}
