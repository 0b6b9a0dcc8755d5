//! Roles, own roles and how long they last; parties outside the group; why somebody may.

use axum::http::Method;
use serde_json::json;

use super::add_grant;
use crate::access::{self, Terms, change_role, close_role, end_grant, enter_party, explain, grant, make_role};
use crate::assessment;
use crate::federation::{NewToken, make_token, revoke_token};
use crate::identity::{invite, suspend};
use crate::organisation::{self, UnitKind, roles};
use crate::testing::{
    AUDITOR, DAY_MS, HANAKO, JIRO, KEEPER, NOBODY, OUTSIDER, Person, TARO, TestApp, conflict, faults, forbidden,
    not_found, on_both,
};

async fn check_of(app: &TestApp) -> String {
    assessment::create(&app.ctx(TARO), &app.company, "benchmark-25", "FY2026").await.unwrap()
}

/// The only role of a person is this one, on the company.
async fn only(app: &TestApp, person: Person, role: &str) {
    app.damage("UPDATE grants SET ended_at_ms = 1 WHERE account_id = $1", &[app.account(person).into()]).await;
    add_grant(&app.ctx(HANAKO), app.account(person), role, &app.company, "").await.unwrap();
}

on_both! {
    async fn every_reading_role_reads_and_the_administrator_alone_does_not(app: TestApp) {
        let check = check_of(&app).await;
        for role in roles::ALL.iter().filter(|role| **role != roles::RESPONDENT) {
            only(&app, JIRO, role).await;
            let seen = assessment::list(&app.ctx(JIRO)).await.unwrap().len();
            assert_eq!(seen, usize::from(*role != roles::ADMINISTRATOR), "{role}");
            assert_eq!(app.get(&format!("/assessments/{check}"), JIRO).await.status.as_u16(), if seen == 1 { 200 } else { 404 }, "{role}");
        }
    }

    async fn an_own_role_is_a_set_of_acts(app: TestApp) {
        let check = check_of(&app).await;
        let hanako = app.ctx(HANAKO);
        let role = make_role(&hanako, "閲覧者", &["assessment.read".to_owned()]).await.unwrap();
        assert_eq!(role.acts, ["assessment.read", "organisation.read"]);
        only(&app, JIRO, &role.id).await;
        let jiro = app.ctx(JIRO);
        assert_eq!(assessment::list(&jiro).await.unwrap().len(), 1);
        app.get(&format!("/assessments/{check}"), JIRO).await.is(200);
        assert!(app.get("/me", JIRO).await.is(200).text().contains("閲覧者"));
        forbidden(assessment::create(&jiro, &app.company, "benchmark-25", "FY2027").await);
        // A change counts for all who hold it, at once; a closed role gives nothing.
        let changed = change_role(&hanako, &role.id, "作成者", &["assessment.create".to_owned()], 1).await.unwrap();
        assessment::create(&jiro, &app.company, "benchmark-25", "FY2027").await.unwrap();
        assert!(assessment::list(&jiro).await.unwrap().is_empty());
        assert_eq!(conflict(change_role(&hanako, &role.id, "x", &["assessment.read".to_owned()], 1).await), "error-changed-meanwhile");
        close_role(&hanako, &role.id, "使わない").await.unwrap();
        not_found(organisation::unit(&jiro, &app.company).await);
        assert_eq!(conflict(change_role(&hanako, &role.id, "x", &["assessment.read".to_owned()], changed.version).await), "error-changed-meanwhile");
        assert_eq!(conflict(close_role(&hanako, &role.id, "").await), "error-already-there");
        assert_eq!(faults(add_grant(&hanako, app.account(TARO), &role.id, &app.company, "").await), [("role".into(), "error-choice")]);
    }

    async fn an_own_role_holds_nothing_that_is_the_administrators_alone(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        for strange in ["access.grant", "identity.invite", "organisation.add-unit", "population.freeze-release", "identity.sign-in", "nothing"] {
            assert_eq!(faults(make_role(&hanako, "x", &[strange.to_owned()]).await), [("acts".into(), "error-role-act")], "{strange}");
        }
        assert_eq!(faults(make_role(&hanako, "", &[]).await), [("role_name".into(), "error-name"), ("acts".into(), "error-role-empty")]);
        for person in [TARO, JIRO, AUDITOR] {
            forbidden(make_role(&app.ctx(person), "x", &["assessment.read".to_owned()]).await);
        }
        // An administrator of a part makes no roles for the whole.
        only(&app, TARO, roles::ADMINISTRATOR).await;
        forbidden(make_role(&app.ctx(TARO), "x", &["assessment.read".to_owned()]).await);
    }

    async fn an_own_role_is_of_its_tenant_alone(app: TestApp) {
        let role = make_role(&app.ctx(HANAKO), "閲覧者", &["assessment.read".to_owned()]).await.unwrap();
        not_found(change_role(&app.ctx(OUTSIDER), &role.id, "x", &["assessment.read".to_owned()], 1).await);
        not_found(close_role(&app.ctx(OUTSIDER), &role.id, "").await);
        assert_eq!(faults(invite(&app.ctx(OUTSIDER), "a@example.com", &role.id, &app.elsewhere).await), [("role".into(), "error-choice")]);
        assert!(access::list_roles(&app.ctx(OUTSIDER), 0).await.unwrap().is_empty());
    }

    async fn pages_and_api_make_change_and_close_own_roles(app: TestApp) {
        let form = [("role_name", "閲覧者"), ("acts", "assessment.read"), ("acts", "audit-log.read")];
        app.post("/access/roles", HANAKO, &form).await.leads_to("/access/roles?done=role-made");
        let role = access::list_roles(&app.ctx(HANAKO), 0).await.unwrap().remove(0);
        assert_eq!(role.acts.len(), 3);
        let form = [("role_name", "読む人"), ("acts", "assessment.read"), ("version", "1")];
        app.post(&format!("/access/roles/{}", role.id), HANAKO, &form).await.leads_to("/access/roles?done=role-changed");
        assert!(app.get("/access/roles", HANAKO).await.is(200).text().contains("読む人"));
        assert!(app.get("/accounts", HANAKO).await.is(200).text().contains("読む人"));
        app.post(&format!("/access/roles/{}/closure", role.id), HANAKO, &[]).await.leads_to("/access/roles?done=role-closed");
        assert!(app.post("/access/roles", HANAKO, &[("role_name", "")]).await.is(200).text().contains("role_name-error"));
        let body = json!({ "name": "読む人", "acts": ["assessment.read"] });
        let made = app.api(Method::POST, "/roles", HANAKO, body).await.is(201).json();
        let path = format!("/roles/{}", made["id"].as_str().unwrap());
        let body = json!({ "name": "読む人", "acts": ["assessment.answer"], "version": 1 });
        assert_eq!(app.api(Method::PUT, &path, HANAKO, body).await.is(200).json()["version"], 2);
        app.api(Method::PUT, &format!("{path}/closure"), HANAKO, json!(null)).await.is(204);
        assert_eq!(app.api(Method::GET, "/roles", AUDITOR, json!(null)).await.is(200).json().as_array().unwrap().len(), 2);
    }

    async fn a_grant_until_a_day_ends_with_it(app: TestApp) {
        let path = format!("/accounts/{}/grants", app.account(JIRO));
        let form = [("role", "auditor"), ("unit", app.company.as_str()), ("until", "2026-11-21"), ("reason", "監査の間")];
        app.post(&path, HANAKO, &form).await.leads_to("/accounts?done=granted");
        assert!(app.get("/accounts", HANAKO).await.is(200).text().contains("2026年11月21日まで"));
        let body = json!({ "role": "ciso", "unit_id": app.company, "until_ms": crate::testing::START_MS + DAY_MS });
        app.api(Method::POST, &path, HANAKO, body).await.is(201);
        let past = json!({ "role": "ciso", "unit_id": app.company, "until_ms": 1 });
        app.api(Method::POST, &path, HANAKO, past).await.is(422);
        app.post(&path, HANAKO, &[("role", "auditor"), ("unit", app.company.as_str()), ("until", "昨日")]).await.is(422);
        app.clock.advance(2 * DAY_MS);
        let held = access::own_grants(&app.ctx(JIRO)).await.unwrap();
        assert_eq!(held.iter().map(|grant| grant.role.as_str()).collect::<Vec<_>>(), ["staff"]);
    }

    async fn what_was_given_is_told_with_names(app: TestApp) {
        let role = make_role(&app.ctx(HANAKO), "閲覧者", &["assessment.read".to_owned()]).await.unwrap();
        let given = add_grant(&app.ctx(HANAKO), app.account(JIRO), &role.id, &app.company, "代理").await.unwrap();
        assert_eq!((given.role_name.as_deref(), given.unit_name.as_str(), given.reason.as_str()), (Some("閲覧者"), "羅針電機", "代理"));
        let changed = change_role(&app.ctx(HANAKO), &role.id, "読む人", &["assessment.answer".to_owned()], 1).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.version), ("読む人", 2));
        assert_eq!(changed.acts, ["assessment.answer", "organisation.read"]);
        assert_eq!(access::list_roles(&app.ctx(HANAKO), 0).await.unwrap(), [changed]);
    }

    async fn a_grant_from_outside_ends_unless_it_is_the_last_administrators(app: TestApp) {
        let held = async |person: Person, role: &str| {
            let grants = access::grants_of_tenant(&app.ctx(HANAKO), &app.group).await.unwrap();
            grants.into_iter().find(|grant| grant.account_id == app.account(person) && grant.role == role)
        };
        add_grant(&app.ctx(HANAKO), app.account(TARO), roles::ADMINISTRATOR, &app.company, "").await.unwrap();
        // Two administrators of the whole; then one, who keeps it; those of a part and other roles do not count.
        for (person, role, ends) in [
            (KEEPER, roles::ADMINISTRATOR, true),
            (HANAKO, roles::ADMINISTRATOR, false),
            (TARO, roles::ADMINISTRATOR, true),
            (HANAKO, roles::CISO, true),
        ] {
            let grant = held(person, role).await.unwrap();
            let object = platform::Object::of_unit("account", &grant.account_id, &grant.unit_id);
            let mut deed = app.ctx(HANAKO).begin(&access::acts::END_GRANT, object).await.unwrap();
            let ended = access::from_outside::end(&mut deed, &app.group, &grant.id).await.unwrap();
            deed.commit("").await.unwrap();
            assert_eq!((ended, held(person, role).await.is_none()), (ends, ends), "{} {role}", person.name);
        }
    }

    async fn an_external_party_has_respondents_alone(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        let supplier = organisation::add_unit(&hanako, &app.group, UnitKind::Company, "委託先").await.unwrap();
        assert_eq!(faults(invite(&hanako, "a@example.jp", roles::RESPONDENT, &supplier.id).await), [("role".into(), "error-role-inside")]);
        app.post("/access/parties", HANAKO, &[("unit", &supplier.id), ("party", "supplier")]).await.leads_to("/access/parties?done=party-entered");
        assert!(app.get("/access/parties", HANAKO).await.is(200).text().contains("委託先・取引先"));
        assert_eq!(conflict(enter_party(&hanako, &supplier.id, "rater").await), "error-already-there");
        assert_eq!(conflict(enter_party(&hanako, &app.company, "rater").await), "error-party-has-insiders");
        assert_eq!(conflict(enter_party(&hanako, &app.group, "rater").await), "error-unit-root");
        assert_eq!(faults(enter_party(&hanako, &app.department, "king").await), [("party".into(), "error-choice")]);
        forbidden(enter_party(&app.ctx(TARO), &app.department, "rater").await);
        not_found(enter_party(&app.ctx(OUTSIDER), &app.department, "rater").await);
        for role in [roles::STAFF, roles::ADMINISTRATOR] {
            assert_eq!(faults(invite(&hanako, "a@example.jp", role, &supplier.id).await), [("role".into(), "error-role-outside")]);
        }
        // Nobody inside becomes somebody outside as well.
        assert_eq!(faults(add_grant(&hanako, app.account(JIRO), roles::RESPONDENT, &supplier.id, "").await), [("role".into(), "error-role-mixed")]);
        let held = access::own_grants(&app.ctx(JIRO)).await.unwrap().remove(0);
        end_grant(&hanako, app.account(JIRO), &held.id, "").await.unwrap();
        add_grant(&hanako, app.account(JIRO), roles::RESPONDENT, &supplier.id, "").await.unwrap();
        assert_eq!(faults(add_grant(&hanako, app.account(JIRO), roles::STAFF, &app.company, "").await), [("role".into(), "error-role-mixed")]);
        // They see and answer their own check, and nothing of the group's.
        let own = assessment::create(&hanako, &supplier.id, "benchmark-25", "FY2026").await.unwrap();
        let groups = check_of(&app).await;
        app.get(&format!("/assessments/{own}"), JIRO).await.is(200);
        app.get(&format!("/assessments/{groups}"), JIRO).await.is(404);
        app.api(Method::PUT, &format!("/assessments/{own}/items/1-1"), JIRO, json!({ "level": 3 })).await.is(200);
        app.get("/accounts", JIRO).await.is(403);
    }

    async fn an_explanation_says_by_which_grant(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        let check = check_of(&app).await;
        let found = explain(&hanako, TARO.email, "assessment.submit", &check).await.unwrap();
        assert!(found.allowed);
        assert_eq!((found.because.as_str(), found.grants.len(), found.grants[0].role.as_str()), ("granted", 1, "manager"));
        let found = explain(&hanako, JIRO.email, "assessment.submit", &app.department).await.unwrap();
        assert_eq!((found.allowed, found.because.as_str()), (false, "no-grant"));
        assert_eq!(found.roles, ["ciso", "manager", "respondent"]);
        assert_eq!(found.givers, ["管理 三郎", "羅針 花子"]);
        let terms = Terms { role: roles::MANAGER, unit_id: &app.company, reason: "代理", until_ms: Some(crate::testing::START_MS + DAY_MS) };
        grant(&hanako, app.account(JIRO), &terms).await.unwrap();
        let found = explain(&app.ctx(AUDITOR), app.account(JIRO), "assessment.submit", &app.department).await.unwrap();
        assert_eq!((found.allowed, found.grants[0].granted_by.as_deref(), found.grants[0].until_ms), (true, Some(HANAKO.name), terms.until_ms));
        suspend(&hanako, app.account(JIRO), "").await.unwrap();
        let found = explain(&hanako, JIRO.email, "assessment.submit", &app.department).await.unwrap();
        assert_eq!((found.allowed, found.because.as_str(), found.grants.len()), (false, "suspended", 1));
        for (act, because) in [("identity.sign-in", "anyone"), ("population.read", "signed-in"), ("population.freeze-release", "only-installation")] {
            assert_eq!(explain(&hanako, TARO.email, act, &app.company).await.unwrap().because, because);
        }
        let role = make_role(&hanako, "提出係", &["assessment.submit".to_owned()]).await.unwrap();
        only(&app, TARO, &role.id).await;
        let found = explain(&hanako, TARO.email, "assessment.submit", &app.department).await.unwrap();
        assert_eq!((found.allowed, found.grants[0].role_name.as_deref(), found.own_roles.len()), (true, Some("提出係"), 1));
    }

    async fn an_explanation_knows_every_kind_of_object_and_machines(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        let (check, role) = (check_of(&app).await, make_role(&hanako, "提出係", &["assessment.submit".to_owned()]).await.unwrap());
        let wish = |acts: &[&str]| NewToken {
            name: "集計".into(), purpose: "api".into(), role: "administrator".into(), unit_id: app.company.clone(),
            acts: acts.iter().map(|act| (*act).to_owned()).collect(), days: 30,
        };
        let (limited, _) = make_token(&hanako, &wish(&["organisation.read"])).await.unwrap();
        let (open, _) = make_token(&hanako, &wish(&[])).await.unwrap();
        let entry = crate::audit_log::entries(&hanako, &crate::audit_log::Filter::default()).await.unwrap().remove(0).id;
        let grant = access::own_grants(&app.ctx(TARO)).await.unwrap().remove(0).id;
        let whole = [app.group.as_str(), app.account(TARO), &role.id, &entry];
        for object in whole.into_iter().chain([app.company.as_str(), &check, &limited.id, &grant]) {
            let found = explain(&hanako, "HANAKO@Example.jp", "organisation.read", object).await.unwrap();
            assert_eq!((found.allowed, found.unit.as_str()), (true, if whole.contains(&object) { "羅針グループ" } else { "羅針電機" }), "{object}");
        }
        not_found(explain(&hanako, HANAKO.email, "organisation.read", "0").await);
        not_found(explain(&app.ctx(OUTSIDER), OUTSIDER.email, "organisation.read", &check).await);
        // What a token is limited to counts, and that it ended or has lost its owner.
        let said = |who: String, act: &'static str| { let app = app.clone(); async move {
            let found = explain(&app.ctx(HANAKO), &who, act, &app.company).await.unwrap();
            (found.allowed, found.because)
        } };
        assert_eq!(said(limited.id.clone(), "organisation.read").await, (true, "granted".to_owned()));
        assert_eq!(said(limited.id.clone(), "organisation.add-unit").await, (false, "token-limited".to_owned()));
        assert_eq!(said(open.id.clone(), "organisation.add-unit").await, (true, "granted".to_owned()));
        // What wants a proof, and what people do for themselves, no machine does.
        for act in ["access.grant", "identity.change-password"] {
            assert_eq!(said(open.id.clone(), act).await, (false, "token-limited".to_owned()), "{act}");
        }
        assert_eq!(said(open.id.clone(), "assessment.approve").await, (false, "no-grant".to_owned()));
        revoke_token(&hanako, &open.id).await.unwrap();
        assert_eq!(said(open.id.clone(), "organisation.add-unit").await, (false, "token-over".to_owned()));
        suspend(&app.ctx(KEEPER), app.account(HANAKO), "").await.unwrap();
        let found = explain(&app.ctx(KEEPER), &limited.id, "organisation.read", &app.company).await.unwrap();
        assert_eq!((found.allowed, found.because.as_str()), (false, "token-over"));
        let path = format!("/access/explain?person={}&act=assessment.read&object={}&other={check}", TARO.email, app.group);
        assert!(app.get(&path, KEEPER).await.is(200).text().contains("羅針電機"));
    }

    async fn a_limited_machine_explains_the_rights_of_others(app: TestApp) {
        let wish = NewToken {
            name: "集計".into(), purpose: "api".into(), role: "administrator".into(), unit_id: app.group.clone(),
            acts: vec!["access.explain".into(), "organisation.read".into()], days: 30,
        };
        let (_, secret) = make_token(&app.ctx(HANAKO), &wish).await.unwrap();
        let path = format!("/api/v1/access/explanation?person={}&act=assessment.submit&object={}", TARO.email, app.company);
        let request = axum::http::Request::get(path).header("authorization", format!("Bearer {secret}"));
        let said = app.send(request.body(axum::body::Body::empty()).unwrap()).await.is(200).json();
        assert_eq!(said["allowed"], true);
    }

    async fn an_explanation_agrees_with_the_gate(app: TestApp) {
        let check = check_of(&app).await;
        let object = organisation::unit(&app.ctx(HANAKO), &app.company).await.unwrap().object();
        for person in [HANAKO, TARO, JIRO, AUDITOR, KEEPER] {
            for act in crate::domains::ALL.iter().flat_map(|domain| domain.acts) {
                let said = explain(&app.ctx(HANAKO), person.email, act.id, &check).await.unwrap().allowed;
                assert_eq!(said, app.ctx(person).may(act, &object).await.unwrap(), "{} {}", person.name, act.id);
            }
        }
    }

    async fn explanations_are_for_those_who_look_after_the_unit(app: TestApp) {
        for person in [TARO, JIRO] {
            forbidden(explain(&app.ctx(person), TARO.email, "assessment.read", &app.company).await);
        }
        forbidden(explain(&app.ctx(NOBODY), TARO.email, "assessment.read", &app.company).await);
        not_found(explain(&app.ctx(OUTSIDER), TARO.email, "assessment.read", &app.company).await);
        assert_eq!(faults(explain(&app.ctx(OUTSIDER), TARO.email, "assessment.read", &app.elsewhere).await), [("person".into(), "error-no-such-person")]);
        assert_eq!(faults(explain(&app.ctx(HANAKO), TARO.email, "x", &app.company).await), [("act".into(), "error-choice")]);
        let path = format!("/access/explain?person={}&act=assessment.approve&object={}", TARO.email, app.company);
        let page = app.get(&path, HANAKO).await.is(200).text();
        assert!(page.contains("できません") && page.contains("羅針 花子"));
        let path = format!("/access/explanation?person={}&act=assessment.read&object={}", TARO.email, app.company);
        assert_eq!(app.api(Method::GET, &path, KEEPER, json!(null)).await.is(200).json()["allowed"], true);
    }
}

#[test]
fn the_command_says_yes_or_no_first() {
    let found = access::Explanation {
        allowed: false,
        person: "山田 太郎".to_owned(),
        act: "assessment.approve".to_owned(),
        unit: "羅針電機".to_owned(),
        because: "no-grant".to_owned(),
        grants: Vec::new(),
        roles: vec!["ciso".to_owned()],
        own_roles: Vec::new(),
        givers: vec!["羅針 花子".to_owned()],
    };
    let lines = access::cli::lines(&found);
    assert_eq!(lines, ["no: 山田 太郎 assessment.approve 羅針電機 (no-grant)", "  roles: ciso", "  ask: 羅針 花子"]);
}
