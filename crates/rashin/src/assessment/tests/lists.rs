//! Beginning, finding and sharing out self-checks.

use super::*;
use crate::assessment::{Filter, State, approve, assign, find, list, own_parts, submit};
use crate::organisation::{self, UnitKind};
use crate::testing::{AUDITOR, HANAKO, JIRO, KEEPER, OUTSIDER, PRESIDENT, on_both};

async fn periods(app: &TestApp, person: Person, filter: Filter) -> Vec<String> {
    find(&app.ctx(person), &filter).await.unwrap().into_iter().map(|check| check.period).collect()
}

on_both! {
    async fn one_self_check_per_unit_set_and_period(app: TestApp) {
        begin(&app).await;
        let again = create(&app.ctx(HANAKO), &app.company, SET, "FY2026").await;
        assert_eq!(faults(again), [("period".to_owned(), "error-assessment-exists")]);
        for (unit, set, period) in [(&app.company, "benchmark-27", "FY2026"), (&app.company, SET, "2026"), (&app.department, SET, "FY2026")] {
            create(&app.ctx(TARO), unit, set, period).await.unwrap();
        }
    }

    async fn of_two_who_begin_the_same_at_once_one_does(app: TestApp) {
        let tries = [TARO, HANAKO].map(|person| {
            let app = app.clone();
            tokio::spawn(async move { create(&app.ctx(person), &app.company, SET, "FY2026").await.is_ok() })
        });
        let mut done = 0;
        for outcome in tries {
            done += i32::from(outcome.await.unwrap());
        }
        assert_eq!(done, 1);
    }

    async fn every_fault_of_a_beginning_is_told_at_once(app: TestApp) {
        organisation::close_unit(&app.ctx(HANAKO), &app.department, true, "").await.unwrap();
        let found = faults(create(&app.ctx(TARO), &app.department, "benchmark-99", "26").await);
        assert_eq!(found, [("item_set", "error-choice"), ("period", "error-period"), ("unit", "error-unit-closed")].map(|(field, key)| (field.to_owned(), key)));
    }

    async fn ciso_and_manager_begin_and_nobody_else(app: TestApp) {
        for person in [JIRO, AUDITOR, PRESIDENT, KEEPER] {
            forbidden(create(&app.ctx(person), &app.company, SET, "FY2026").await);
        }
        not_found(create(&app.ctx(OUTSIDER), &app.company, SET, "FY2026").await);
        // A manager does so in their own part only.
        let other = organisation::add_unit(&app.ctx(HANAKO), &app.group, UnitKind::Company, "羅針商事").await.unwrap();
        not_found(create(&app.ctx(TARO), &other.id, SET, "FY2026").await);
        create(&app.ctx(HANAKO), &other.id, SET, "FY2026").await.unwrap();
    }

    async fn lists_show_what_one_may_see(app: TestApp) {
        begin(&app).await;
        create(&app.ctx(HANAKO), &app.group, SET, "FY2025").await.unwrap();
        for person in [HANAKO, AUDITOR, PRESIDENT] {
            assert_eq!(periods(&app, person, Filter::default()).await, ["FY2026", "FY2025"]);
        }
        for person in [TARO, JIRO] {
            assert_eq!(periods(&app, person, Filter::default()).await, ["FY2026"]);
        }
        for person in [KEEPER, OUTSIDER] {
            assert!(list(&app.ctx(person)).await.unwrap().is_empty());
        }
    }

    async fn lists_are_filtered_sorted_and_paged(app: TestApp) {
        let (taro, hanako) = (app.ctx(TARO), app.ctx(HANAKO));
        let first = begin(&app).await;
        fill(&taro, &first).await;
        submit(&taro, &first).await.unwrap();
        approve(&hanako, &first, "").await.unwrap();
        app.clock.advance(1000);
        let second = create(&taro, &app.department, SET, "FY2025").await.unwrap();
        create(&hanako, &app.group, SET, "FY2024").await.unwrap();
        app.clock.advance(1000);
        answer_items(&taro, &second, &[level("1-1", 3, 0), excluded("1-2", "なし", 0)]).await.unwrap();
        let all = Filter::default;
        assert_eq!(periods(&app, HANAKO, Filter { state: "approved".into(), ..all() }).await, ["FY2026"]);
        assert_eq!(periods(&app, HANAKO, Filter { state: "open".into(), ..all() }).await, ["FY2025", "FY2024"]);
        assert_eq!(periods(&app, HANAKO, Filter { unit_id: app.group.clone(), ..all() }).await, ["FY2024"]);
        assert_eq!(periods(&app, HANAKO, Filter { period: "FY2025".into(), ..all() }).await, ["FY2025"]);
        assert_eq!(periods(&app, HANAKO, Filter { name: " 製造 ".into(), ..all() }).await, ["FY2025"]);
        for nobody in ["%", "_", "!", &"羅".repeat(60_000)] {
            assert!(periods(&app, HANAKO, Filter { name: nobody.to_owned(), ..all() }).await.is_empty());
        }
        assert_eq!(periods(&app, HANAKO, Filter { sort: "changed".into(), ..all() }).await[0], "FY2025");
        assert_eq!(periods(&app, HANAKO, Filter { sort: "state".into(), ..all() }).await[2], "FY2026");
        assert_eq!(periods(&app, HANAKO, Filter { limit: 1, skip: 1, ..all() }).await, ["FY2025"]);
        let found = find(&hanako, &Filter { period: "FY2025".into(), ..all() }).await.unwrap();
        assert_eq!((found[0].items_answered, found[0].profile_answered, found[0].exclusions_open), (2, 0, 1));
        let found = find(&hanako, &Filter { state: "approved".into(), ..all() }).await.unwrap();
        assert_eq!((found[0].state, found[0].submitted_by_name.as_deref()), (State::Approved, Some(TARO.name)));
    }

    async fn areas_are_shared_out_and_taken_back(app: TestApp) {
        let id = begin(&app).await;
        let taro = app.ctx(TARO);
        assign(&taro, &id, "1", Some(app.account(JIRO))).await.unwrap();
        assign(&taro, &id, "2", Some(app.account(JIRO))).await.unwrap();
        assign(&taro, &id, "2", Some(app.account(TARO))).await.unwrap();
        answer_items(&app.ctx(JIRO), &id, &[level("1-1", 3, 0), level("2-1", 3, 0)]).await.unwrap();
        let parts = see(&app, AUDITOR, &id).await.parts;
        let shared: Vec<(&str, &str)> = parts.iter().map(|part| (part.area_id.as_str(), part.account_name.as_str())).collect();
        assert_eq!(shared, [("1", JIRO.name), ("2", TARO.name)]);
        let own = own_parts(&app.ctx(JIRO)).await.unwrap();
        assert_eq!(own.iter().map(|part| (part.area_id.as_str(), part.answered)).collect::<Vec<_>>(), [("1", 1)]);
        assign(&taro, &id, "1", None).await.unwrap();
        assert!(own_parts(&app.ctx(JIRO)).await.unwrap().is_empty());
    }

    async fn areas_go_to_people_of_the_tenant_only(app: TestApp) {
        let id = begin(&app).await;
        let taro = app.ctx(TARO);
        for stranger in [app.account(OUTSIDER), "nobody", ""] {
            assert_eq!(faults(assign(&taro, &id, "1", Some(stranger)).await), [("account".to_owned(), "error-choice")]);
        }
        assert_eq!(faults(assign(&taro, &id, "9", Some(app.account(JIRO))).await), [("area".to_owned(), "error-choice")]);
        for person in [JIRO, AUDITOR, PRESIDENT] {
            forbidden(assign(&app.ctx(person), &id, "1", None).await);
        }
        not_found(assign(&app.ctx(OUTSIDER), &id, "1", None).await);
    }

    async fn a_moved_unit_takes_its_self_checks_with_it(app: TestApp) {
        let id = begin(&app).await;
        let other = organisation::add_unit(&app.ctx(HANAKO), &app.group, UnitKind::Group, "中間持株").await.unwrap();
        let company = app.unit(&app.company).await;
        let edit = organisation::Edit { name: company.name, kind: company.kind, parent_id: Some(other.id), version: company.version };
        organisation::edit_unit(&app.ctx(HANAKO), &app.company, edit).await.unwrap();
        answer_items(&app.ctx(JIRO), &id, &[level("1-1", 3, 0)]).await.unwrap();
        assert_eq!(periods(&app, AUDITOR, Filter::default()).await, ["FY2026"]);
    }
}
