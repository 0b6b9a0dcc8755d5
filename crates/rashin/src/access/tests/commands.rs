//! What the commands do, and for whom.

use crate::access::cli::{Command, run};
use crate::access::{list_consents, list_roles, parties};
use crate::face::commands::Desk;
use crate::organisation::close_unit;
use crate::testing::{AUDITOR, HANAKO, JIRO, KEEPER, OUTSIDER, Person, TARO, TestApp, forbidden, not_found, on_both};

fn desk(app: &TestApp, person: Person) -> Desk {
    Desk { app: app.app.clone(), ctx: app.ctx(person), json: false, language: platform::Language::Ja }
}

async fn order(app: &TestApp, person: Person, command: Command) -> platform::Result<()> {
    run(command, &desk(app, person)).await
}

fn read() -> Vec<String> {
    vec!["assessment.read".to_owned()]
}

on_both! {
    async fn own_roles_are_made_changed_and_closed_by_command(app: TestApp) {
        forbidden(order(&app, TARO, Command::AddRole { name: "閲覧者".into(), acts: read() }).await);
        order(&app, HANAKO, Command::AddRole { name: "閲覧者".into(), acts: read() }).await.unwrap();
        let made = list_roles(&app.ctx(HANAKO), 0).await.unwrap().remove(0);
        assert_eq!((made.name.as_str(), made.version), ("閲覧者", 1));
        let edit = |version: i64| Command::EditRole { id: made.id.clone(), name: "読む人".into(), version, acts: read() };
        order(&app, HANAKO, edit(1)).await.unwrap();
        order(&app, HANAKO, edit(1)).await.unwrap_err();
        assert_eq!(list_roles(&app.ctx(HANAKO), 0).await.unwrap()[0].name, "読む人");
        order(&app, AUDITOR, Command::Roles { skip: 0 }).await.unwrap();
        forbidden(order(&app, JIRO, Command::Roles { skip: 0 }).await);
        order(&app, HANAKO, Command::CloseRole { id: made.id.clone(), reason: "使わない".into() }).await.unwrap();
        assert!(list_roles(&app.ctx(HANAKO), 0).await.unwrap()[0].closed);
    }

    async fn consents_are_seen_and_decided_by_command(app: TestApp) {
        close_unit(&app.ctx(HANAKO), &app.department, true, "").await.unwrap();
        for decline in [true, false] {
            close_unit(&app.ctx(HANAKO), &app.company, true, "統合").await.unwrap_err();
            let asked = list_consents(&app.ctx(KEEPER)).await.unwrap();
            let id = asked.iter().find(|consent| consent.agreed.is_none()).unwrap().id.clone();
            let decide = |decline| Command::Decide { id: id.clone(), decline, reason: "確認した".into() };
            not_found(order(&app, TARO, decide(false)).await);
            order(&app, KEEPER, Command::Consents { skip: 0 }).await.unwrap();
            order(&app, KEEPER, decide(decline)).await.unwrap();
            let decided = list_consents(&app.ctx(KEEPER)).await.unwrap();
            assert_eq!(decided.iter().find(|consent| consent.id == id).unwrap().agreed, Some(!decline));
        }
        close_unit(&app.ctx(HANAKO), &app.company, true, "統合").await.unwrap();
    }

    async fn explanations_and_parties_are_for_those_who_may(app: TestApp) {
        let ask = || Command::Explain { person: TARO.email.into(), act: "assessment.read".into(), object: app.company.clone() };
        order(&app, HANAKO, ask()).await.unwrap();
        forbidden(order(&app, TARO, ask()).await);
        not_found(order(&app, OUTSIDER, ask()).await);
        let party = || Command::Party { unit: app.department.clone(), party: "supplier".into() };
        forbidden(order(&app, TARO, party()).await);
        order(&app, HANAKO, party()).await.unwrap();
        let parties = parties(&app.ctx(HANAKO)).await.unwrap();
        let shown: Vec<_> = parties.iter().map(|one| (one.unit_id.as_str(), one.party.as_str())).collect();
        assert_eq!(shown, [(app.department.as_str(), "supplier")]);
    }
}
