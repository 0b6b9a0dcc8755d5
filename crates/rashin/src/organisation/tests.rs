//! The organisation through actions and the front door, on both databases.

use axum::body::Body;
use axum::http::{Method, Request, header};
use platform::Error;
use serde_json::{Value as Json, json};

use super::roles;
use super::{Edit, Unit, UnitKind, add_unit, close_unit, edit_unit, list_units, unit};
use crate::access::add_grant;
use crate::testing::{AUDITOR, HANAKO, JIRO, KEEPER, NOBODY, OUTSIDER, TARO, TestApp, conflict, faults, on_both};

async fn add(app: &TestApp, parent: &str, kind: UnitKind, name: &str) -> Unit {
    add_unit(&app.ctx(HANAKO), parent, kind, name).await.unwrap()
}

/// The wish to put `unit` below `parent`.
fn below(unit: &Unit, parent: &str) -> Edit {
    Edit { name: unit.name.clone(), kind: unit.kind, parent_id: Some(parent.to_owned()), version: unit.version }
}

fn renamed(unit: &Unit, name: &str) -> Edit {
    Edit { name: name.to_owned(), kind: unit.kind, parent_id: unit.parent_id.clone(), version: unit.version }
}

/// Every unit's path is its parent's path and its own id.
async fn paths_are_whole(app: &TestApp) -> bool {
    app.count(
        "SELECT COUNT(*) AS n FROM units u JOIN units p ON p.id = u.parent_id \
            WHERE u.path <> p.path || u.id || '/' OR u.tenant_id <> p.tenant_id",
        &[],
    )
    .await
        == 0
}

/// Closes the company, as two people do.
async fn close_company(app: &TestApp, reason: &str) {
    assert_eq!(conflict(close_unit(&app.ctx(HANAKO), &app.company, true, reason).await), "error-needs-consent");
    let asked = crate::access::list_consents(&app.ctx(KEEPER)).await.unwrap().remove(0);
    crate::access::decide(&app.ctx(KEEPER), &asked.id, true, "").await.unwrap();
    close_unit(&app.ctx(HANAKO), &app.company, true, reason).await.unwrap();
}

on_both! {
    async fn one_sees_ones_units_and_the_way_up_to_them(app: TestApp) {
        let names = |units: Vec<Unit>| units.into_iter().map(|unit| unit.name).collect::<Vec<_>>();
        let all = ["羅針グループ", "羅針電機", "製造部"];
        assert_eq!(names(list_units(&app.ctx(AUDITOR)).await.unwrap()), all);
        assert_eq!(names(list_units(&app.ctx(JIRO)).await.unwrap()), all);
        assert_eq!(names(list_units(&app.ctx(OUTSIDER)).await.unwrap()), ["外部商事"]);
        add(&app, &app.group, UnitKind::Company, "羅針商事").await;
        assert_eq!(list_units(&app.ctx(AUDITOR)).await.unwrap().len(), 4);
        assert_eq!(names(list_units(&app.ctx(JIRO)).await.unwrap()), all);
    }

    async fn only_an_administrator_changes_units(app: TestApp) {
        let company = app.unit(&app.company).await;
        for person in [TARO, JIRO, AUDITOR] {
            let ctx = app.ctx(person);
            assert!(matches!(add_unit(&ctx, &app.company, UnitKind::Department, "x").await, Err(Error::Forbidden(_))));
            assert!(matches!(edit_unit(&ctx, &app.company, renamed(&company, "x")).await, Err(Error::Forbidden(_))));
            assert!(matches!(close_unit(&ctx, &app.department, true, "").await, Err(Error::Forbidden(_))));
        }
        assert!(matches!(add_unit(&app.ctx(OUTSIDER), &app.company, UnitKind::Department, "x").await, Err(Error::NotFound)));
        add_unit(&app.ctx(KEEPER), &app.company, UnitKind::Department, "品質部").await.unwrap();
    }

    async fn an_administrator_of_a_part_rules_that_part_only(app: TestApp) {
        let other = add(&app, &app.group, UnitKind::Company, "羅針商事").await;
        let ctx = app.ctx(TARO);
        crate::access::add_grant(&app.ctx(HANAKO), app.account(TARO), "administrator", &app.company, "").await.unwrap();
        crate::access::add_grant(&app.ctx(HANAKO), app.account(TARO), "staff", &other.id, "").await.unwrap();
        let company = app.unit(&app.company).await;
        let company = edit_unit(&ctx, &company.id, renamed(&company, "羅針電機工業")).await.unwrap();
        assert_eq!(company.version, 2);
        let department = app.unit(&app.department).await;
        assert!(matches!(edit_unit(&ctx, &department.id, below(&department, &other.id)).await, Err(Error::Forbidden(_))));
        assert!(matches!(edit_unit(&ctx, &department.id, below(&department, &app.group)).await, Err(Error::NotFound)));
        assert!(matches!(edit_unit(&ctx, &other.id, renamed(&other, "x")).await, Err(Error::Forbidden(_))));
    }

    async fn a_unit_moves_with_everything_below_it(app: TestApp) {
        let other = add(&app, &app.group, UnitKind::Company, "羅針商事").await;
        let section = add(&app, &app.department, UnitKind::Department, "組立課").await;
        let department = app.unit(&app.department).await;
        edit_unit(&app.ctx(HANAKO), &department.id, below(&department, &other.id)).await.unwrap();
        assert_eq!(app.unit(&section.id).await.path, format!("/{}/{}/{}/{}/", app.group, other.id, department.id, section.id));
        assert!(paths_are_whole(&app).await);
        // A grant above the old place no longer reaches it, one above the new place does.
        assert!(matches!(unit(&app.ctx(JIRO), &section.id).await, Err(Error::NotFound)));
        unit(&app.ctx(AUDITOR), &section.id).await.unwrap();
    }

    async fn a_unit_does_not_move_below_itself_nor_to_another_tenant(app: TestApp) {
        let company = app.unit(&app.company).await;
        for place in [&app.company, &app.department] {
            let edit = Edit { kind: UnitKind::Department, ..below(&company, place) };
            assert_eq!(faults(edit_unit(&app.ctx(HANAKO), &company.id, edit).await), [("parent".into(), "error-unit-below-itself")]);
        }
        let outside = edit_unit(&app.ctx(HANAKO), &company.id, below(&company, &app.elsewhere)).await;
        assert!(matches!(outside, Err(Error::NotFound)));
        let group = app.unit(&app.group).await;
        assert_eq!(faults(edit_unit(&app.ctx(HANAKO), &group.id, below(&group, &app.company)).await), [("parent".into(), "error-unit-root")]);
        let loose = Edit { parent_id: None, ..below(&company, "") };
        assert_eq!(faults(edit_unit(&app.ctx(HANAKO), &company.id, loose).await), [("parent".into(), "error-unit-root")]);
    }

    async fn a_child_is_never_of_a_higher_kind(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        let refused = [("kind".to_owned(), "error-unit-kind")];
        assert_eq!(faults(add_unit(&hanako, &app.department, UnitKind::Company, "x").await), refused);
        assert_eq!(faults(add_unit(&hanako, &app.company, UnitKind::Group, "x").await), refused);
        let (company, department, group) =
            (app.unit(&app.company).await, app.unit(&app.department).await, app.unit(&app.group).await);
        let raised = Edit { kind: UnitKind::Group, ..renamed(&department, "製造部") };
        assert_eq!(faults(edit_unit(&hanako, &department.id, raised).await), refused);
        let subsidiary = add(&app, &app.company, UnitKind::Company, "子会社").await;
        let lowered = Edit { kind: UnitKind::Department, ..renamed(&company, "羅針電機") };
        assert_eq!(faults(edit_unit(&hanako, &company.id, lowered).await), refused);
        assert_eq!(subsidiary.kind, UnitKind::Company);
        let lowered = Edit { kind: UnitKind::Company, ..renamed(&group, "羅針グループ") };
        assert_eq!(edit_unit(&hanako, &group.id, lowered).await.unwrap().kind, UnitKind::Company);
    }

    async fn the_top_unit_is_never_a_department(app: TestApp) {
        let top = app.unit(&app.elsewhere).await;
        let lowered = Edit { kind: UnitKind::Department, ..renamed(&top, "外部商事") };
        assert_eq!(faults(edit_unit(&app.ctx(OUTSIDER), &top.id, lowered).await), [("kind".into(), "error-choice")]);
    }

    async fn the_second_of_two_editors_is_told(app: TestApp) {
        let seen = app.unit(&app.company).await;
        edit_unit(&app.ctx(HANAKO), &seen.id, renamed(&seen, "先の名前")).await.unwrap();
        assert_eq!(conflict(edit_unit(&app.ctx(KEEPER), &seen.id, renamed(&seen, "後の名前")).await), "error-changed-meanwhile");
        let furthest = Edit { version: i64::MAX, ..renamed(&seen, "果ての名前") };
        assert_eq!(conflict(edit_unit(&app.ctx(KEEPER), &seen.id, furthest).await), "error-changed-meanwhile");
        assert_eq!(app.unit(&app.company).await.name, "先の名前");
    }

    async fn two_moves_at_once_never_make_a_ring(app: TestApp) {
        let (one, two) = (
            add(&app, &app.group, UnitKind::Company, "一号").await,
            add(&app, &app.group, UnitKind::Company, "二号").await,
        );
        for _ in 0..4 {
            let (first, second) = (app.unit(&one.id).await, app.unit(&two.id).await);
            let moves = [(first.clone(), second.id.clone()), (second, first.id)].map(|(unit, place)| {
                let app = app.clone();
                tokio::spawn(async move { edit_unit(&app.ctx(HANAKO), &unit.id, below(&unit, &place)).await.is_ok() })
            });
            let mut done = 0;
            for outcome in moves {
                done += i32::from(outcome.await.unwrap());
            }
            assert_eq!(done, 1);
            assert!(paths_are_whole(&app).await);
            for id in [&one.id, &two.id] {
                let unit = app.unit(id).await;
                if unit.parent_id.as_ref() != Some(&app.group) {
                    edit_unit(&app.ctx(HANAKO), id, below(&unit, &app.group)).await.unwrap();
                }
            }
        }
    }

    async fn a_unit_with_open_units_below_stays_open(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        assert_eq!(conflict(close_unit(&hanako, &app.company, true, "").await), "error-unit-has-children");
        assert_eq!(conflict(close_unit(&hanako, &app.group, true, "").await), "error-unit-root");
        close_unit(&hanako, &app.department, true, "統合").await.unwrap();
        close_company(&app, "統合").await;
        assert!(app.unit(&app.company).await.closed);
        assert_eq!(conflict(close_unit(&hanako, &app.company, true, "").await), "error-already-there");
    }

    async fn a_closed_unit_takes_no_children(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        close_unit(&hanako, &app.department, true, "").await.unwrap();
        let refused = [("parent".to_owned(), "error-unit-closed")];
        assert_eq!(faults(add_unit(&hanako, &app.department, UnitKind::Department, "x").await), refused);
        let other = add(&app, &app.company, UnitKind::Department, "品質部").await;
        assert_eq!(faults(edit_unit(&hanako, &other.id, below(&other, &app.department)).await), refused);
    }

    async fn closing_and_adding_at_once_never_leave_an_open_unit_below_a_closed_one(app: TestApp) {
        for round in 0..4 {
            let parent = add(&app, &app.company, UnitKind::Department, &format!("部{round}")).await;
            let (one, two, id) = (app.clone(), app.clone(), parent.id.clone());
            let closing = tokio::spawn(async move { close_unit(&one.ctx(HANAKO), &id, true, "").await.is_ok() });
            let adding = tokio::spawn(async move { add_unit(&two.ctx(HANAKO), &parent.id, UnitKind::Department, "課").await.is_ok() });
            assert!(closing.await.unwrap() != adding.await.unwrap());
        }
    }

    async fn a_closed_unit_is_used_again_once_the_one_above_is(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        close_unit(&hanako, &app.department, true, "").await.unwrap();
        close_company(&app, "").await;
        assert_eq!(conflict(close_unit(&hanako, &app.department, false, "").await), "error-unit-above-closed");
        close_unit(&hanako, &app.company, false, "再開").await.unwrap();
        close_unit(&hanako, &app.department, false, "再開").await.unwrap();
        assert!(!app.unit(&app.department).await.closed);
        assert_eq!(conflict(close_unit(&hanako, &app.department, false, "").await), "error-changed-meanwhile");
    }

    async fn a_unit_below_a_closed_one_can_be_renamed_in_its_place(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        close_unit(&hanako, &app.department, true, "").await.unwrap();
        close_company(&app, "").await;
        let department = app.unit(&app.department).await;
        edit_unit(&hanako, &department.id, renamed(&department, "旧製造部")).await.unwrap();
        let page = app.get(&format!("/units?edit={}", department.id), HANAKO).await.is(200).text();
        assert!(page.contains(&format!("<option value=\"{}\" selected>", app.company)));
    }

    async fn names_have_1_to_100_characters_and_no_control_characters(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        for name in ["", "   ", "\u{3000}", "a\tb", "a\0b", &"長".repeat(101)] {
            let refused = add_unit(&hanako, &app.company, UnitKind::Department, name).await;
            assert_eq!(faults(refused), [("name".into(), "error-name")], "{name:?}");
        }
        let longest = "長".repeat(100);
        assert_eq!(add(&app, &app.company, UnitKind::Department, &format!(" {longest} ")).await.name, longest);
    }

    async fn every_change_is_in_the_log_with_what_was_before(app: TestApp) {
        let company = app.unit(&app.company).await;
        edit_unit(&app.ctx(HANAKO), &company.id, renamed(&company, "新電機")).await.unwrap();
        close_unit(&app.ctx(HANAKO), &app.department, true, "統合のため").await.unwrap();
        let log = app.api(Method::GET, "/audit-entries?act=organisation.", HANAKO, Json::Null).await.is(200).json();
        assert_eq!((&log[0]["act"], &log[0]["reason"]), (&json!("organisation.close-unit"), &json!("統合のため")));
        let details = app.told(&company.id, "organisation.edit-unit").await.remove(0);
        assert_eq!((&details["from"]["name"], &details["to"]["name"]), (&json!("羅針電機"), &json!("新電機")));
    }

    async fn pages_and_api_tell_the_same(app: TestApp) {
        let form = [("unit_name", "品質部"), ("kind", "department"), ("parent", &app.company)];
        app.post("/units", HANAKO, &form).await.leads_to("/units?done=unit-added");
        let units = app.api(Method::GET, "/units", HANAKO, Json::Null).await.is(200).json();
        assert!(units.as_array().unwrap().iter().any(|unit| unit["name"] == "品質部" && unit["parent_id"] == *app.company));
        let new = json!({ "parent_id": app.company, "kind": "department", "name": "営業部" });
        let made = app.api(Method::POST, "/units", HANAKO, new.clone()).await.is(201).json();
        assert!(app.get("/units", HANAKO).await.is(200).text().contains("営業部"));
        let edit = json!({ "parent_id": app.company, "kind": "department", "name": "販売部", "version": made["version"] });
        let path = format!("/units/{}", made["id"].as_str().unwrap());
        app.api(Method::PUT, &path, HANAKO, edit.clone()).await.is(200);
        app.api(Method::PUT, &path, HANAKO, edit).await.is(409);
        app.api(Method::PUT, &format!("{path}/closure"), HANAKO, Json::Null).await.is(204);
        app.api(Method::DELETE, &format!("{path}/closure"), HANAKO, Json::Null).await.is(204);
        let log = app.api(Method::GET, "/audit-entries?act=organisation.add", HANAKO, Json::Null).await.is(200).json();
        assert_eq!((&log[0]["via"], &log[1]["via"]), (&json!("api"), &json!("page")));
        app.api(Method::POST, "/units", TARO, new.clone()).await.is(403);
        app.api(Method::POST, "/units", NOBODY, new).await.is(401);
    }

    async fn a_faulty_form_comes_back_with_the_fault_beside_its_field(app: TestApp) {
        let form = [("unit_name", " "), ("kind", "planet"), ("parent", &app.company)];
        let page = app.post("/units", HANAKO, &form).await.is(422).text();
        assert!(page.contains("error-summary"), "{page}");
        let form = [("unit_name", " "), ("kind", "department"), ("parent", &app.company)];
        assert!(app.post("/units", HANAKO, &form).await.is(422).text().contains("id=\"unit_name-error\""));
    }

    async fn a_refused_edit_keeps_what_was_typed_and_leads_back_to_its_form(app: TestApp) {
        let form = format!("unit_name=%20&kind=group&parent={}&version=1", app.company);
        let request = Request::post(format!("/units/{}", app.department))
            .header(header::COOKIE, format!("rashin_session={}", app.token(HANAKO)))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::REFERER, format!("http://localhost/units?edit={}&done=unit-saved", app.department))
            .header("sec-fetch-site", "same-origin");
        let page = app.send(request.body(Body::from(form)).unwrap()).await.is(422).text();
        assert!(page.contains("<option value=\"group\" selected>"));
        assert!(page.contains(&format!("back=/units%3Fedit%3D{}\"", app.department)), "{page}");
    }

    async fn an_administrator_of_a_part_changes_that_part_alone(app: TestApp) {
        assert!(!app.get("/units", JIRO).await.is(200).text().contains("?edit="));
        add_grant(&app.ctx(HANAKO), app.account(JIRO), roles::ADMINISTRATOR, &app.company, "").await.unwrap();
        let page = app.get("/units", JIRO).await.is(200).text();
        let offered = |unit: &str| page.contains(&format!("?edit={unit}#"));
        assert_eq!((offered(&app.group), offered(&app.company), offered(&app.department)), (false, true, true));
        assert!(!page.contains(&format!("<option value=\"{}\"", app.group)));
        assert!(page.contains(&format!("<option value=\"{}\"", app.company)));
    }
}
