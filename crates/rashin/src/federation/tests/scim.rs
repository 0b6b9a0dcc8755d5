//! Provisioning, as Entra ID and Okta do it.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};

use crate::federation::providers::map_group;
use crate::federation::{NewToken, make_token};
use crate::identity;
use crate::testing::{HANAKO, KEEPER, NOBODY, OUTSIDER, PASSWORD, Person, Reply, TARO, TestApp, on_both};

/// The part of an answer that says who suspended somebody.
const EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:rashin:2.0:User";

pub(super) async fn token(app: &TestApp, person: Person) -> String {
    let wish = NewToken { name: "Entra".into(), purpose: "scim".into(), days: 30, ..NewToken::default() };
    make_token(&app.ctx(person), &wish).await.unwrap().1
}

pub(super) async fn ask(app: &TestApp, secret: &str, method: Method, path: &str, body: Value) -> Reply {
    let request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
    let request = request.header(header::AUTHORIZATION, format!("Bearer {secret}"));
    let request = request.header(header::CONTENT_TYPE, "application/scim+json");
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    app.send(request.body(body).unwrap()).await
}

pub(super) async fn get(app: &TestApp, secret: &str, path: &str) -> Reply {
    ask(app, secret, Method::GET, path, Value::Null).await
}

fn new_person(email: &str) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": email, "externalId": "e-1",
        "name": { "familyName": "新人", "givenName": "一" }, "active": true })
}

pub(super) fn patch(operations: &Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}

pub(super) async fn roles(app: &TestApp, account_id: &str) -> Vec<String> {
    let sql = "SELECT role FROM grants WHERE account_id = $1 AND ended_at_ms IS NULL ORDER BY role";
    app.rows(sql, &[account_id.into()]).await.iter().map(|row| row.text("role").unwrap()).collect()
}

on_both! {
    async fn a_person_is_made_changed_and_suspended(app: TestApp) {
        let secret = token(&app, KEEPER).await;
        let made = ask(&app, &secret, Method::POST, "/Users", new_person("Shinjin@example.jp")).await.is(201);
        assert_eq!(made.header("content-type"), "application/scim+json");
        let made = made.json();
        let id = made["id"].as_str().unwrap().to_owned();
        assert_eq!((made["userName"].as_str(), made["displayName"].as_str(), made["active"].as_bool()), (Some("shinjin@example.jp"), Some("新人 一"), Some(true)));
        assert!(made["meta"]["location"].as_str().unwrap().ends_with(&format!("/scim/v2/Users/{id}")));
        let path = format!("/Users/{id}");
        let off = patch(&json!([{ "op": "Replace", "path": "active", "value": "False" }]));
        assert_eq!(ask(&app, &secret, Method::PATCH, &path, off).await.is(200).json()["active"], false);
        let on = patch(&json!([{ "op": "replace", "value": { "active": true, "name.familyName": "改名" } }]));
        let now = ask(&app, &secret, Method::PATCH, &path, on).await.is(200).json();
        assert_eq!((now["active"].as_bool(), now["displayName"].as_str()), (Some(true), Some("改名 一")));
        let whole = json!({ "userName": "kaimei@example.jp", "displayName": "改名 一", "active": true });
        assert_eq!(ask(&app, &secret, Method::PUT, &path, whole).await.is(200).json()["userName"], "kaimei@example.jp");
        ask(&app, &secret, Method::DELETE, &path, Value::Null).await.is(204);
        assert_eq!(get(&app, &secret, &path).await.is(200).json()["active"], false);
        let sql = "SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'federation.provision' AND actor_name LIKE 'Entra (%'";
        assert_eq!(app.count(sql, &[]).await, 5);
    }

    async fn what_an_administrator_decided_stays_whatever_provisioning_says(app: TestApp) {
        let secret = token(&app, HANAKO).await;
        let taro = app.account(TARO).to_owned();
        let path = format!("/Users/{taro}");
        let active = |yes: bool| patch(&json!([{ "op": "replace", "path": "active", "value": yes }]));
        let send = async |body: Value| ask(&app, &secret, Method::PATCH, &path, body).await.is(200).json();
        let by_hand = json!({ "suspendedBy": "administrator" });
        // A reason that reads like that of provisioning changes nothing.
        for reason in ["調査", "scim"] {
            identity::suspend(&app.ctx(HANAKO), &taro, reason).await.unwrap();
            for answer in [send(active(true)).await, send(active(false)).await, send(active(true)).await, get(&app, &secret, &path).await.is(200).json()] {
                assert_eq!((answer["active"].as_bool(), &answer[EXTENSION]), (Some(false), &by_hand));
                assert!(answer["schemas"].as_array().unwrap().contains(&json!(EXTENSION)));
            }
            let whole = json!({ "userName": TARO.email, "displayName": format!("太郎 {reason}"), "active": true });
            let put = ask(&app, &secret, Method::PUT, &path, whole).await.is(200).json();
            assert_eq!((put["active"].as_bool(), put["displayName"].as_str()), (Some(false), Some(format!("太郎 {reason}").as_str())));
            ask(&app, &secret, Method::DELETE, &path, Value::Null).await.is(204);
            identity::unsuspend(&app.ctx(HANAKO), &taro, "").await.unwrap();
            let now = get(&app, &secret, &path).await.is(200).json();
            assert_eq!((now["active"].as_bool(), &now[EXTENSION]), (Some(true), &Value::Null));
        }
        assert!(get(&app, &secret, "/Schemas").await.is(200).text().contains(EXTENSION));
        let told = app.told(&taro, "federation.provision").await;
        assert_eq!(told.iter().filter(|told| told["stays_suspended"] == true).count(), 6);
    }

    async fn what_provisioning_suspended_it_ends_until_an_administrator_takes_it_over(app: TestApp) {
        let (first, second) = (token(&app, HANAKO).await, token(&app, KEEPER).await);
        let taro = app.account(TARO).to_owned();
        let path = format!("/Users/{taro}");
        let active = |yes: bool| patch(&json!([{ "op": "replace", "path": "active", "value": yes }]));
        let send = async |secret: &str, yes| ask(&app, secret, Method::PATCH, &path, active(yes)).await.is(200).json();
        // Another token of provisioning speaks for the same system.
        assert_eq!(send(&first, false).await["active"], false);
        assert_eq!(send(&second, true).await["active"], true);
        assert_eq!(send(&second, false).await[EXTENSION], Value::Null);
        identity::suspend(&app.ctx(HANAKO), &taro, "調査").await.unwrap();
        let now = send(&second, true).await;
        assert_eq!((now["active"].as_bool(), now[EXTENSION]["suspendedBy"].as_str()), (Some(false), Some("administrator")));
        let by = app.rows("SELECT suspended_by, reason FROM account_suspensions", &[]).await;
        assert_eq!((by.len(), by[0].text("suspended_by").unwrap().as_str(), by[0].text("reason").unwrap().as_str()), (1, app.account(HANAKO), "調査"));
        // Twice by hand is once too often, as ever.
        assert!(identity::suspend(&app.ctx(HANAKO), &taro, "").await.is_err());
        // What provisioning suspended, an administrator may end.
        identity::unsuspend(&app.ctx(HANAKO), &taro, "").await.unwrap();
        send(&first, false).await;
        identity::unsuspend(&app.ctx(HANAKO), &taro, "").await.unwrap();
        assert_eq!(get(&app, &first, &path).await.is(200).json()["active"], true);
    }

    async fn changes_are_taken_in_the_shapes_that_entra_id_and_okta_send(app: TestApp) {
        let secret = token(&app, HANAKO).await;
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let mut person = new_person("a@example.jp");
        person[enterprise] = json!({ "department": "製造部", "manager": { "value": "x" } });
        person["emails"] = json!([{ "primary": true, "type": "work", "value": "a@example.jp" }]);
        let id = ask(&app, &secret, Method::POST, "/Users", person).await.is(201).json()["id"].as_str().unwrap().to_owned();
        let path = format!("/Users/{id}");
        for (operations, field, value) in [
            (json!([{ "op": "Replace", "path": "displayName", "value": "一" }, { "op": "Add", "path": format!("{enterprise}:department"), "value": "総務部" }]), "displayName", json!("一")),
            (json!([{ "op": "Add", "path": "emails[type eq \"work\"].value", "value": "b@example.jp" }]), "userName", json!("a@example.jp")),
            (json!([{ "op": "Replace", "path": "userName", "value": "B@example.jp" }]), "userName", json!("b@example.jp")),
            (json!([{ "op": "replace", "value": { "id": "x", "active": false, "schemas": [] } }]), "active", json!(false)),
            (json!([{ "op": "Replace", "path": "active", "value": "True" }]), "active", json!(true)),
            (json!([{ "op": "remove", "path": "externalId" }]), "externalId", json!("")),
            (json!([{ "op": "add", "value": { "name.familyName": "二", "name.givenName": "郎" } }]), "displayName", json!("二 郎")),
            (json!([{ "op": "Remove", "path": "title" }]), "displayName", json!("二 郎")),
            (json!([]), "active", json!(true)),
        ] {
            let now = ask(&app, &secret, Method::PATCH, &path, patch(&operations)).await.is(200).json();
            assert_eq!(now[field], value, "{operations}");
        }
        let (taro, keeper) = (app.account(TARO), app.account(KEEPER));
        let group = ask(&app, &secret, Method::POST, "/Groups", json!({ "displayName": "g", "externalId": "e" })).await.is(201).json();
        let path = format!("/Groups/{}", group["id"].as_str().unwrap());
        for (operations, members) in [
            (json!([{ "op": "Add", "path": "members", "value": [{ "value": taro }, { "value": keeper }] }]), 2),
            (json!([{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": taro }] }]), 1),
            (json!([{ "op": "add", "value": { "members": [{ "value": taro, "display": "太郎" }] } }]), 2),
            (json!([{ "op": "replace", "value": { "id": group["id"], "displayName": "h" } }]), 2),
            (json!([{ "op": "replace", "path": "members", "value": [{ "value": keeper }] }]), 1),
            (json!([{ "op": "remove", "path": format!("members[value eq \"{keeper}\"]") }]), 0),
            (json!([{ "op": "add", "path": "members", "value": { "value": taro } }]), 1),
            (json!([{ "op": "remove", "path": "members" }]), 0),
        ] {
            let now = ask(&app, &secret, Method::PATCH, &path, patch(&operations)).await.is(200).json();
            assert_eq!(now["members"].as_array().unwrap().len(), members, "{operations}");
        }
        let config = get(&app, &secret, "/ServiceProviderConfig").await.is(200).json();
        assert_eq!((config["etag"]["supported"].as_bool(), config["bulk"]["supported"].as_bool(), config["filter"]["maxResults"].as_i64()), (Some(false), Some(false), Some(200)));
    }

    async fn every_failure_is_told_in_the_form_of_scim(app: TestApp) {
        let secret = token(&app, HANAKO).await;
        let taro = format!("/Users/{}", app.account(TARO));
        let group = ask(&app, &secret, Method::POST, "/Groups", json!({ "displayName": "g" })).await.is(201).json();
        let group = format!("/Groups/{}", group["id"].as_str().unwrap());
        let (many, nul) = (vec![json!({ "op": "remove", "path": "title" }); 101], "a\0b");
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for (method, path, body, status) in [
            (Method::GET, "/Nothing", Value::Null, 404),
            (Method::GET, "/Users/a/b", Value::Null, 404),
            (Method::PUT, "/Users", json!({}), 405),
            (Method::DELETE, "/ServiceProviderConfig", Value::Null, 405),
            (Method::POST, "/Bulk", json!({}), 404),
            (Method::GET, "/Users?count=1&count=2", Value::Null, 400),
            (Method::GET, "/Users?count=99999999999999999999", Value::Null, 400),
            (Method::GET, "/Users?filter=userName%20eq%20%22a%22%20or%20userName%20eq%20%22b%22", Value::Null, 400),
            (Method::PATCH, taro.as_str(), json!({ "Operations": many }), 400),
            (Method::PATCH, taro.as_str(), patch(&json!([{ "op": "move", "path": "active" }])), 400),
            (Method::PATCH, taro.as_str(), patch(&json!([{ "op": "remove" }])), 400),
            (Method::PATCH, taro.as_str(), patch(&json!([{ "op": "replace", "path": "active", "value": "perhaps" }])), 400),
            (Method::PATCH, taro.as_str(), patch(&json!([{ "op": "replace", "path": "a[", "value": 1 }])), 400),
            (Method::PATCH, taro.as_str(), patch(&json!([{ "op": "replace", "path": "userName", "value": HANAKO.email }])), 409),
            (Method::PATCH, taro.as_str(), patch(&json!([{ "op": "replace", "path": "displayName", "value": nul }])), 400),
            (Method::PATCH, taro.as_str(), patch(&json!([{ "op": "replace", "path": "externalId", "value": nul }])), 400),
            (Method::PATCH, taro.as_str(), patch(&json!([{ "op": "replace", "path": "externalId", "value": "x".repeat(256) }])), 400),
            (Method::POST, "/Groups", json!({ "displayName": nul }), 400),
            (Method::POST, "/Groups", json!({ "displayName": "x".repeat(201) }), 400),
            (Method::PATCH, group.as_str(), patch(&json!([{ "op": "add", "path": "members", "value": [{ "value": nul }] }])), 400),
            (Method::PATCH, group.as_str(), patch(&json!([{ "op": "add", "path": "members", "value": [{ "value": app.account(OUTSIDER) }] }])), 400),
            (Method::PATCH, group.as_str(), patch(&json!([{ "op": "remove", "path": "members[display eq \"x\"]" }])), 400),
        ] {
            let told = ask(&app, &secret, method.clone(), path, body).await.is(status).json();
            let form = (told["schemas"][0].as_str(), told["status"].as_str());
            assert_eq!(form, (Some("urn:ietf:params:scim:api:messages:2.0:Error"), Some(status.to_string().as_str())), "{method} {path}");
        }
        for body in ["", "{", "[]", &deep, "\u{feff}{}"] {
            let request = Request::post("/scim/v2/Users").header(header::AUTHORIZATION, format!("Bearer {secret}"));
            let told = app.send(request.body(Body::from(body.to_owned())).unwrap()).await.is(400).json();
            assert_eq!(told["scimType"], "invalidSyntax", "{body}");
        }
        // A value that stands nowhere is no failure.
        for query in ["filter=userName%20eq%20%22a%5Cu0000b%22", "startIndex=9223372036854775807"] {
            let page = get(&app, &secret, &format!("/Users?{query}")).await.is(200).json();
            assert_eq!(page["Resources"].as_array().unwrap().len(), 0, "{query}");
        }
        // Whoever may not come in is told that first.
        ask(&app, "", Method::GET, "/Nothing", Value::Null).await.is(401);
    }

    async fn suspending_ends_sessions_at_once_and_never_the_last_administrator(app: TestApp) {
        let secret = token(&app, HANAKO).await;
        let off = patch(&json!([{ "op": "replace", "path": "active", "value": false }]));
        app.get("/me", TARO).await.is(200);
        ask(&app, &secret, Method::PATCH, &format!("/Users/{}", app.account(TARO)), off.clone()).await.is(200);
        app.get("/me", TARO).await.leads_to("/sign-in?next=/me");
        ask(&app, &secret, Method::PATCH, &format!("/Users/{}", app.account(KEEPER)), off.clone()).await.is(200);
        ask(&app, &secret, Method::PATCH, &format!("/Users/{}", app.account(HANAKO)), off).await.is(409);
        app.get("/me", HANAKO).await.is(200);
    }

    async fn lists_are_filtered_and_paged_within_bounds(app: TestApp) {
        let secret = token(&app, HANAKO).await;
        let all = get(&app, &secret, "/Users").await.is(200).json();
        assert_eq!((all["totalResults"].as_i64(), all["startIndex"].as_i64()), (Some(6), Some(1)));
        for (query, items) in [("count=0", 0), ("count=-5", 0), ("count=2", 2), ("count=9999999", 6), ("startIndex=6&count=5", 1), ("startIndex=0", 6), ("startIndex=-3", 6), ("startIndex=99", 0)] {
            let page = get(&app, &secret, &format!("/Users?{query}")).await.is(200).json();
            assert_eq!(page["totalResults"], 6, "{query}");
            assert_eq!(page["Resources"].as_array().unwrap().len(), items, "{query}");
        }
        let found = get(&app, &secret, "/Users?filter=userName%20eq%20%22TARO%40example.jp%22").await.is(200).json();
        assert_eq!((found["totalResults"].as_i64(), found["Resources"][0]["id"].as_str()), (Some(1), Some(app.account(TARO))));
        let none = get(&app, &secret, "/Users?filter=userName%20eq%20%22a%22%20and%20userName%20eq%20%22b%22").await.is(200).json();
        assert_eq!(none["totalResults"], 0);
        for query in ["count=x", "startIndex=1e9", "filter=userName%20co%20%22a%22", "filter=password%20eq%20%22a%22", "filter=((((((((((a%20eq%20%22b%22))))))))))"] {
            let told = get(&app, &secret, &format!("/Users?{query}")).await.is(400).json();
            assert_eq!(told["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error", "{query}");
            assert!(told["scimType"].as_str().unwrap().starts_with("invalid"), "{query}");
        }
    }

    async fn groups_give_roles_and_take_them(app: TestApp) {
        let secret = token(&app, HANAKO).await;
        map_group(&app.ctx(HANAKO), "rashin-audit", "auditor", &app.company).await.unwrap();
        let (taro, keeper) = (app.account(TARO).to_owned(), app.account(KEEPER).to_owned());
        let group = json!({ "displayName": "rashin-audit", "members": [{ "value": taro }] });
        let made = ask(&app, &secret, Method::POST, "/Groups", group.clone()).await.is(201).json();
        let path = format!("/Groups/{}", made["id"].as_str().unwrap());
        assert_eq!(roles(&app, &taro).await, ["auditor", "manager"]);
        ask(&app, &secret, Method::POST, "/Groups", group).await.is(409);
        let change = patch(&json!([
            { "op": "Add", "path": "members", "value": [{ "value": keeper }] },
            { "op": "Remove", "path": format!("members[value eq \"{taro}\"]") },
        ]));
        let now = ask(&app, &secret, Method::PATCH, &path, change).await.is(200).json();
        assert_eq!(now["members"].as_array().unwrap().len(), 1);
        assert_eq!((roles(&app, &taro).await, roles(&app, &keeper).await), (vec!["manager".to_owned()], vec!["administrator".to_owned(), "auditor".to_owned()]));
        // Another name is another group: what the old one gave is ended.
        let rename = patch(&json!([{ "op": "replace", "path": "displayName", "value": "else" }]));
        ask(&app, &secret, Method::PATCH, &path, rename).await.is(200);
        assert_eq!(roles(&app, &keeper).await, ["administrator"]);
        let whole = json!({ "displayName": "rashin-audit", "members": [{ "value": taro }, { "value": keeper }] });
        ask(&app, &secret, Method::PUT, &path, whole).await.is(200);
        assert_eq!(roles(&app, &taro).await, ["auditor", "manager"]);
        let found = get(&app, &secret, "/Groups?filter=displayName%20eq%20%22rashin-audit%22").await.is(200).json();
        assert_eq!(found["totalResults"], 1);
        ask(&app, &secret, Method::DELETE, &path, Value::Null).await.is(204);
        get(&app, &secret, &path).await.is(404);
        assert_eq!((roles(&app, &taro).await, roles(&app, &keeper).await), (vec!["manager".to_owned()], vec!["administrator".to_owned()]));
    }

    async fn nothing_of_another_tenant_is_seen_or_changed(app: TestApp) {
        let (own, theirs) = (token(&app, HANAKO).await, token(&app, OUTSIDER).await);
        let group = ask(&app, &own, Method::POST, "/Groups", json!({ "displayName": "g" })).await.is(201).json();
        let (taro, group) = (format!("/Users/{}", app.account(TARO)), format!("/Groups/{}", group["id"].as_str().unwrap()));
        let change = patch(&json!([{ "op": "replace", "value": { "active": false, "displayName": "x" } }]));
        for path in [&taro, &group] {
            for (method, body) in [(Method::GET, Value::Null), (Method::PUT, json!({ "userName": "x@example.jp", "displayName": "x" })), (Method::PATCH, change.clone()), (Method::DELETE, Value::Null)] {
                let one = ask(&app, &theirs, method.clone(), path, body.clone()).await.is(404);
                let missing = format!("{}/{}", path.rsplit_once('/').unwrap().0, "0".repeat(32));
                assert_eq!(one.text(), ask(&app, &theirs, method, &missing, body).await.is(404).text());
            }
        }
        assert_eq!(get(&app, &theirs, "/Users").await.json()["totalResults"], 1);
        assert_eq!(get(&app, &theirs, "/Groups").await.json()["totalResults"], 0);
        ask(&app, &theirs, Method::POST, "/Users", new_person(TARO.email)).await.is(409);
        let member = json!({ "displayName": "h", "members": [{ "value": app.account(TARO) }] });
        ask(&app, &theirs, Method::POST, "/Groups", member).await.is(400);
        app.get("/me", TARO).await.is(200);
    }

    async fn only_a_token_of_provisioning_gets_in(app: TestApp) {
        let api = NewToken { name: "x".into(), purpose: "api".into(), role: "administrator".into(), unit_id: app.group.clone(), days: 1, ..NewToken::default() };
        let api = make_token(&app.ctx(HANAKO), &api).await.unwrap().1;
        for secret in ["", "x", &app.token(HANAKO), &api] {
            for path in ["/Users", "/Groups", "/ServiceProviderConfig", "/Schemas", "/ResourceTypes"] {
                let refused = get(&app, secret, path).await.is(401);
                assert_eq!((refused.header("www-authenticate"), refused.json()["status"].as_str()), ("Bearer", Some("401")));
            }
        }
        let secret = token(&app, HANAKO).await;
        for path in ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes"] {
            get(&app, &secret, path).await.is(200);
        }
        // Who owns the token must stay an administrator.
        identity::suspend(&app.ctx(KEEPER), app.account(HANAKO), "").await.unwrap();
        get(&app, &secret, "/Users").await.is(401);
    }

    async fn what_is_wrong_is_told_in_the_form_of_scim(app: TestApp) {
        let secret = token(&app, HANAKO).await;
        for (method, path, body, status) in [
            (Method::POST, "/Users", json!("text"), 400),
            (Method::POST, "/Users", json!({ "userName": "no address" }), 400),
            (Method::POST, "/Users", json!({}), 400),
            (Method::POST, "/Users", json!({ "userName": 5 }), 400),
            (Method::POST, "/Groups", json!({ "displayName": "" }), 400),
            (Method::POST, "/Groups", json!({ "displayName": "g", "members": [{ "value": "nobody" }] }), 400),
            (Method::POST, "/Users", new_person(HANAKO.email), 409),
            (Method::GET, "/Users/nothing", Value::Null, 404),
        ] {
            let told = ask(&app, &secret, method, path, body.clone()).await.is(status).json();
            assert_eq!((told["schemas"][0].as_str(), told["status"].as_str()), (Some("urn:ietf:params:scim:api:messages:2.0:Error"), Some(status.to_string().as_str())), "{body}");
        }
        let person = ask(&app, &secret, Method::POST, "/Users", new_person("a@example.jp")).await.is(201).json();
        assert_eq!(person["externalId"], "e-1");
        // No password came with the account, so none opens it.
        let sign_in = json!({ "email": "a@example.jp", "password": PASSWORD });
        app.api(Method::POST, "/sessions", NOBODY, sign_in).await.is(422);
    }
}
