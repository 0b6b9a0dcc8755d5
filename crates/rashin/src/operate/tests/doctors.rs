//! A look over the installation.

use std::os::unix::fs::PermissionsExt;

use super::backups::furnish;
use crate::federation::secrets::SecretFolder;
use crate::operate::backup;
use crate::operate::doctor::{Finding, State, look, look_at_mail};
use crate::operate::mail::{Mail, MailArgs};
use crate::operate::site::Site;
use crate::testing::scratch::scratch_folder;
use crate::testing::{DAY_MS, HOUR_MS, TestApp, on_both};

async fn found(app: &TestApp) -> Vec<Finding> {
    look(&Site::of(&app.app)).await
}

fn state(found: &[Finding], about: &str) -> State {
    found.iter().find(|one| one.about == about).unwrap_or_else(|| panic!("{about}: {found:?}")).state
}

on_both! {
    async fn a_healthy_installation_is_well_in_everything(app: TestApp) {
        furnish(&app).await;
        let folder = scratch_folder();
        backup::make(&Site::of(&app.app), folder.path()).await.unwrap();
        std::fs::set_permissions(&*app.app.data, std::fs::Permissions::from_mode(0o700)).unwrap();
        let found = found(&app).await;
        let abouts: Vec<&str> = found.iter().map(|one| one.about).collect();
        let wanted = ["folder", "space", "modes", "database", "wall", "integrity", "backup", "clock", "evidence", "sign-on", "log", "witness"];
        assert_eq!(abouts, wanted);
        for one in found.iter().filter(|one| one.about != "space") {
            assert_eq!(one.state, State::Ok, "{one:?}");
        }
        for one in &found {
            for language in platform::Language::ALL {
                let text = app.app.texts.show(language, &one.message);
                assert!(!text.contains('⟦') && !text.contains("{$"), "{text}");
            }
        }
    }

    async fn a_log_that_is_not_signed_any_more_is_told(app: TestApp) {
        assert_eq!(state(&found(&app).await, "log"), State::Ok);
        app.damage("INSERT INTO audit_halts (tenant_id, at_ms, why) VALUES ('', 1, 'smaller than signed')", &[]).await;
        let found = found(&app).await;
        assert_eq!(state(&found, "log"), State::Fail);
        assert!(format!("{found:?}").contains("smaller than signed"));
    }

    async fn a_role_that_goes_through_the_wall_is_told(app: TestApp) {
        assert_eq!(state(&found(&app).await, "wall"), State::Ok);
        if app.app.ground.db.is_postgres() {
            let db = platform::Db::open(&std::env::var("RASHIN_TEST_POSTGRES").unwrap()).await.unwrap();
            let site = Site { ground: platform::Ground { db, ..app.app.ground.clone() }, ..Site::of(&app.app) };
            assert_eq!(state(&look(&site).await, "wall"), State::Fail);
        }
    }

    async fn a_provider_without_its_secret_is_named(app: TestApp) {
        let folder = SecretFolder::below(&app.app.data);
        let (kept, lost) = (folder.keep(&app.app.system(), "s").unwrap(), folder.keep(&app.app.system(), "s").unwrap());
        for (id, secret) in [("東支社の認証", &kept), ("西支社の認証", &lost)] {
            app.damage(
                "INSERT INTO sign_on_providers (id, tenant_id, name, issuer, client_id, secret_id, domains, groups_claim, \
                brings_people, made_by, made_at_ms) VALUES ($1, $2, $1, 'https://id.example.jp', 'c', $3, '||', '', 0, 'x', 1)",
                &[id.into(), app.group.as_str().into(), secret.as_str().into()],
            )
            .await;
        }
        assert_eq!(state(&found(&app).await, "sign-on"), State::Ok);
        folder.forget(&lost).unwrap();
        let told = found(&app).await;
        assert_eq!(state(&told, "sign-on"), State::Fail);
        let text = format!("{told:?}");
        assert!(text.contains("西支社の認証") && !text.contains("東支社の認証"), "{text}");
        app.damage("UPDATE sign_on_providers SET ended_at_ms = 2", &[]).await;
        assert_eq!(state(&found(&app).await, "sign-on"), State::Ok);
    }

    async fn a_database_in_an_open_folder_is_told(app: TestApp) {
        let set = |path: &std::path::Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        let file = app.app.data.join(crate::face::serve::SQLITE_FILE);
        let real = file.exists();
        if !real {
            std::fs::write(&file, "").unwrap();
        }
        set(&app.app.data, 0o755);
        set(&file, 0o644);
        assert_eq!(state(&found(&app).await, "modes"), State::Fail);
        set(&file, 0o600);
        assert_eq!(state(&found(&app).await, "modes"), State::Warn);
        set(&app.app.data, 0o700);
        set(&file, 0o644);
        assert_eq!(state(&found(&app).await, "modes"), State::Ok);
    }

    async fn lost_and_changed_evidence_is_named(app: TestApp) {
        furnish(&app).await;
        let hashes = app.app.evidence.hashes().unwrap();
        assert_eq!(state(&found(&app).await, "evidence"), State::Ok);
        std::fs::write(app.app.evidence.path(&hashes[0]), "changed").unwrap();
        std::fs::remove_file(app.app.evidence.path(&hashes[1])).unwrap();
        let found = found(&app).await;
        assert_eq!(state(&found, "evidence"), State::Fail);
        let text = format!("{found:?}");
        assert!(hashes.iter().all(|hash| text.contains(hash)));
    }

    async fn old_backups_wrong_clocks_and_open_keys_are_told(app: TestApp) {
        assert_eq!(state(&found(&app).await, "backup"), State::Warn);
        let folder = scratch_folder();
        backup::make(&Site::of(&app.app), folder.path()).await.unwrap();
        app.clock.advance(8 * DAY_MS);
        assert_eq!(state(&found(&app).await, "backup"), State::Warn);
        app.clock.advance(-8 * DAY_MS - 2 * HOUR_MS);
        assert_eq!(state(&found(&app).await, "clock"), State::Fail);
        let key = app.app.data.join("tls.key");
        std::fs::write(&key, "secret").unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(state(&found(&app).await, "modes"), State::Fail);
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_ne!(state(&found(&app).await, "modes"), State::Fail);
    }

    async fn a_database_that_is_behind_is_told_and_one_of_another_past_is_broken(app: TestApp) {
        app.damage("DELETE FROM migrations WHERE number = (SELECT MAX(number) FROM migrations)", &[]).await;
        assert_eq!(state(&found(&app).await, "database"), State::Warn);
        app.damage("UPDATE migrations SET hash = 'x' WHERE number = 1", &[]).await;
        assert_eq!(state(&found(&app).await, "database"), State::Fail);
    }

    async fn mail_is_looked_at_where_it_is_set_up(_app: TestApp) {
        assert_eq!(look_at_mail(Some(Mail::default())).await.state, State::Ok);
        assert_eq!(look_at_mail(None).await.state, State::Fail);
        let (smtp, mail_from) = (Some("smtp://127.0.0.1:9".to_owned()), Some("rashin@example.jp".to_owned()));
        let silent = MailArgs { smtp, mail_from, ..MailArgs::default() };
        assert_eq!(look_at_mail(Mail::of(&silent).ok()).await.state, State::Warn);
    }
}
