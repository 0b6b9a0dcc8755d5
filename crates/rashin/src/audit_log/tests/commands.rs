//! What the commands do, and for whom.

use platform::Language;

use super::proving::second_verifier;
use super::{add_units, agree, read};
use crate::audit_log::cli::{Command, run};
use crate::audit_log::{Filter, entry};
use crate::face::commands::Desk;
use crate::testing::{AUDITOR, HANAKO, NOBODY, OUTSIDER, Person, TARO, TestApp, conflict, faults, forbidden, on_both};

async fn order(app: &TestApp, person: Person, command: Command) -> platform::Result<()> {
    let desk = Desk { app: app.app.clone(), ctx: app.ctx(person), json: false, language: Language::Ja };
    run(command, &desk).await
}

fn list() -> Command {
    Command::List { before: None, act: String::new(), object: String::new(), actor: String::new() }
}

on_both! {
    async fn reading_and_proving_is_for_those_who_may_read_the_log(app: TestApp) {
        add_units(&app, HANAKO, 2).await;
        let newest = read(&app, HANAKO, Filter::default()).await.remove(0);
        let commands = || {
            [
                list(),
                Command::Prove { entry: newest.id.clone() },
                Command::Consistency { old: 1, size: 2 },
                Command::Checkpoint,
                Command::Witnesses,
                Command::Verify,
            ]
        };
        for command in commands() {
            order(&app, AUDITOR, command).await.unwrap();
        }
        for command in commands() {
            forbidden(order(&app, TARO, command).await);
        }
        assert_eq!(faults(order(&app, AUDITOR, Command::Consistency { old: 2, size: 1 }).await)[0].1, "error-log-sizes");
    }

    async fn what_is_proved_by_command_is_signed_first(app: TestApp) {
        let count = "SELECT COUNT(*) AS n FROM audit_checkpoints";
        let newest = read(&app, HANAKO, Filter::default()).await.remove(0);
        assert_eq!(app.count(count, &[]).await, 0);
        order(&app, HANAKO, Command::Prove { entry: newest.id }).await.unwrap();
        let signed = app.count(count, &[]).await;
        assert!(signed > 0);
        add_units(&app, HANAKO, 1).await;
        order(&app, HANAKO, Command::Checkpoint).await.unwrap();
        assert!(app.count(count, &[]).await > signed);
    }

    async fn the_whole_installation_is_verified_without_an_account_and_ones_own_log_with_one(app: TestApp) {
        add_units(&app, HANAKO, 1).await;
        order(&app, NOBODY, Command::Verify).await.unwrap();
        app.damage("UPDATE audit_entries SET reason = 'x' WHERE tenant_id = $1", &[app.elsewhere.as_str().into()]).await;
        order(&app, HANAKO, Command::Verify).await.unwrap();
        assert_eq!(conflict(order(&app, OUTSIDER, Command::Verify).await), "log-unsound");
        assert_eq!(conflict(order(&app, NOBODY, Command::Verify).await), "log-unsound");
    }

    async fn values_are_erased_by_command_once_another_agreed(app: TestApp) {
        add_units(&app, HANAKO, 1).await;
        let newest = read(&app, HANAKO, Filter { act: "organisation.".into(), ..Filter::default() }).await.remove(0);
        let erase = || Command::Erase { entry: newest.id.clone(), name: Some("name".into()), reason: "本人の求め".into() };
        assert_eq!(conflict(order(&app, HANAKO, erase()).await), "error-needs-consent");
        agree(&app).await;
        order(&app, HANAKO, erase()).await.unwrap();
        let left = entry(&app.ctx(HANAKO), &newest.id).await.unwrap();
        assert!(left.facts.iter().all(|fact| fact.value.is_none() == (fact.name == "name")), "{left:?}");
    }

    async fn logs_are_exported_and_forwarded_by_command(app: TestApp) {
        let folder = tempfile::tempdir().unwrap();
        order(&app, NOBODY, Command::Export { folder: folder.path().to_owned() }).await.unwrap();
        assert!(second_verifier(folder.path()).0);
        let (lines, position) = (folder.path().join("lines"), folder.path().join("position"));
        let forward = || Command::Forward { to: lines.display().to_string(), position: position.clone(), follow: false };
        order(&app, NOBODY, forward()).await.unwrap();
        let sent = std::fs::read_to_string(&lines).unwrap().lines().count();
        assert_eq!(i64::try_from(sent).unwrap(), app.count("SELECT COUNT(*) AS n FROM audit_entries", &[]).await);
        order(&app, NOBODY, forward()).await.unwrap();
        assert_eq!(std::fs::read_to_string(&lines).unwrap().lines().count(), sent);
    }

    async fn the_operator_sees_how_it_stands_with_the_witnesses(app: TestApp) {
        order(&app, NOBODY, Command::Witnesses).await.unwrap();
        std::fs::write(app.app.data.join("witnesses.json"), "x").unwrap();
        order(&app, NOBODY, Command::Witnesses).await.unwrap_err();
    }
}
