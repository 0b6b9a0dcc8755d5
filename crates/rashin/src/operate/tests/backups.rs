//! Backup and restore: what comes back is what was there.
//!
//! `RASHIN_FLIPS` sets how many bits are flipped (100 otherwise; the long form is 1,000).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::http::Method;
use platform::clock::SeededEntropy;
use platform::{Entropy, Error};

use crate::assessment::{self, evidence};
use crate::operate::archive;
use crate::operate::site::Site;
use crate::operate::{backup, export_all, restore, retention, schema};
use crate::testing::scratch::{Scratch, scratch_folder};
use crate::testing::{
    DAY_MS, HANAKO, HOUR_MS, Kind, NOBODY, PASSWORD, TARO, TestApp, conflict, faults, not_found, on_both,
};
use crate::{identity, migrations};

/// A self-check with two pieces of evidence, and numbers and bytes of all kinds by the built-in releases.
pub(super) async fn furnish(app: &TestApp) {
    let ctx = app.ctx(HANAKO);
    let check = assessment::create(&ctx, &app.company, "benchmark-25", "FY2026").await.unwrap();
    for (name, content) in [("規程.txt", "情報セキュリティ規程"), ("記録.txt", "点検の記録\r\n")] {
        evidence::add(&ctx, &app.app.evidence, &check, "1-1", name, content.as_bytes()).await.unwrap();
    }
}

type Content = BTreeMap<String, Vec<String>>;

/// Every row of every table, and every piece of evidence by its hash.
async fn content(site: &Site) -> (Content, BTreeMap<String, Vec<u8>>) {
    let mut snapshot = site.ground.db.snapshot().await.unwrap();
    let mut tables = Content::new();
    for table in snapshot.tables().await.unwrap() {
        let mut rows = Vec::new();
        let mut last: Option<Vec<platform::Value>> = None;
        loop {
            let page = snapshot.page(&table, None, last.as_deref()).await.unwrap();
            rows.extend(page.iter().map(|row| format!("{row:?}")));
            last = page.into_iter().next_back();
            if last.is_none() {
                break;
            }
        }
        rows.sort();
        tables.insert(table.name, rows);
    }
    snapshot.close().await.unwrap();
    let files = site.evidence.hashes().unwrap();
    let files = files.into_iter().map(|hash| (hash.clone(), std::fs::read(site.evidence.path(&hash)).unwrap()));
    (tables, files.collect())
}

/// An empty place for an installation of this kind, in the same moment as `app`.
async fn empty_site(app: &TestApp, scratch: &Scratch, data: &Path) -> Site {
    let db = platform::Db::open(scratch.address()).await.unwrap();
    let ground = platform::Ground { db, ..app.app.ground.clone() };
    Site { ground, data: data.to_owned(), evidence: evidence::EvidenceFolder::below(data) }
}

async fn made(app: &TestApp, folder: &Path) -> PathBuf {
    backup::make(&Site::of(&app.app), &folder.join("backup.tar")).await.unwrap().file
}

/// Tables of what a restore ends; [`a_restore_ends_what_was_open`] looks at them.
const ENDED: [&str; 6] = ["sessions", "devices", "tickets", "sign_on_attempts", "links", "password_resets"];

/// The log of the installation itself tells of backup and restore, so those rows are left out.
fn without_own_log(mut tables: Content) -> Content {
    tables.retain(|table, _| !table.starts_with("audit_") && !ENDED.contains(&table.as_str()));
    tables
}

async fn restores_into(app: &TestApp, kind: Kind) {
    furnish(app).await;
    let folder = scratch_folder();
    let before = content(&Site::of(&app.app)).await;
    let file = made(app, folder.path()).await;
    let scratch = Scratch::empty(kind).await;
    let data = scratch_folder();
    let site = empty_site(app, &scratch, data.path()).await;
    let mut checked = archive::check(&file).unwrap();
    assert_eq!(checked.manifest.rows(), before.0.values().map(|rows| rows.len() as u64).sum::<u64>());
    restore::restore(&site, &mut checked, &file, None).await.unwrap();
    let after = content(&site).await;
    for (table, rows) in &before.0 {
        // One entry more in the log: that of the restore.
        let kept = rows.iter().filter(|row| after.0[table].contains(row)).count();
        assert!(kept == rows.len() || table.starts_with("audit_heads") || ENDED.contains(&table.as_str()), "{table}");
    }
    assert_eq!(without_own_log(before.0), without_own_log(after.0));
    assert_eq!(before.1, after.1);
    assert_eq!(after.1.len(), 2);
    // A place that is full is left alone, unless one names the backup.
    assert_eq!(conflict(restore::restore(&site, &mut checked, &file, None).await), "error-not-empty");
    let wrong = restore::restore(&site, &mut checked, &file, Some("yes")).await;
    assert_eq!(faults(wrong), [("--replace".to_owned(), "error-word")]);
    let word = restore::word(&checked.sha256).to_owned();
    restore::restore(&site, &mut checked, &file, Some(&word)).await.unwrap();
    assert_eq!(without_own_log(content(&site).await.0), without_own_log(content(&Site::of(&app.app)).await.0));
    site.close().await.unwrap();
    scratch.remove().await;
}

on_both! {
    async fn a_restore_into_sqlite_equals_what_was_there(app: TestApp) {
        restores_into(&app, Kind::Sqlite).await;
    }

    async fn a_restore_into_postgresql_equals_what_was_there(app: TestApp) {
        restores_into(&app, Kind::Postgres).await;
    }

    async fn a_restore_ends_what_was_open(app: TestApp) {
        let kind = if app.app.ground.db.is_postgres() { Kind::Postgres } else { Kind::Sqlite };
        let hanako = app.ctx(HANAKO);
        let invitation = identity::invite(&hanako, "new@example.jp", "staff", &app.company).await.unwrap();
        let reset = identity::offer_reset(&hanako, app.account(TARO)).await.unwrap();
        let folder = scratch_folder();
        let file = made(&app, folder.path()).await;
        // After the backup the link is used and the session ended.
        let nobody = app.ctx(NOBODY);
        identity::accept_invitation(&nobody, &invitation, "新人", PASSWORD).await.unwrap();
        let scratch = Scratch::empty(kind).await;
        let data = scratch_folder();
        let site = empty_site(&app, &scratch, data.path()).await;
        restore::restore(&site, &mut archive::check(&file).unwrap(), &file, None).await.unwrap();
        let restored = app.with(|inner| {
            inner.ground = site.ground.clone();
            inner.data = std::sync::Arc::new(data.path().to_owned());
        });
        for path in ["/sessions/current", "/units"] {
            restored.api(Method::GET, path, HANAKO, serde_json::Value::Null).await.is(401);
        }
        let nobody = restored.ctx(NOBODY);
        not_found(identity::accept_invitation(&nobody, &invitation, "新人", PASSWORD).await);
        not_found(identity::link(&nobody, &invitation, "invitation").await);
        not_found(identity::take_reset(&nobody, &reset, PASSWORD).await);
        for table in &ENDED[..3] {
            let left = restored.rows(format!("SELECT COUNT(*) AS n FROM {table}").leak(), &[]).await;
            assert_eq!(left[0].int("n").unwrap(), 0, "{table}");
        }
        site.close().await.unwrap();
        scratch.remove().await;
    }

    async fn files_that_are_no_secret_come_back_and_secrets_do_not(app: TestApp) {
        let kind = if app.app.ground.db.is_postgres() { Kind::Postgres } else { Kind::Sqlite };
        let of = |name: &str, content: &str| std::fs::write(app.app.data.join(name), content).unwrap();
        of("retention.toml", "used-links = 30\n");
        of("witnesses.json", "[]");
        std::fs::create_dir(app.app.data.join("secrets")).unwrap();
        of("secrets/0123", "a client secret");
        let folder = scratch_folder();
        let file = made(&app, folder.path()).await;
        assert!(!String::from_utf8_lossy(&std::fs::read(&file).unwrap()).contains("a client secret"));
        let (scratch, data) = (Scratch::empty(kind).await, scratch_folder());
        let site = empty_site(&app, &scratch, data.path()).await;
        let mut checked = archive::check(&file).unwrap();
        restore::restore(&site, &mut checked, &file, None).await.unwrap();
        assert_eq!(retention::policy(data.path()).unwrap()["used-links"], 30);
        assert_eq!(crate::audit_log::standings(data.path()).unwrap(), []);
        assert!(data.path().join("witnesses.json").exists() && !data.path().join("secrets").exists());
        // What witnesses signed since is not put back to what they had signed then.
        std::fs::write(data.path().join("witnesses.json"), "[ ]").unwrap();
        let word = restore::word(&checked.sha256).to_owned();
        restore::restore(&site, &mut checked, &file, Some(&word)).await.unwrap();
        assert_eq!(std::fs::read_to_string(data.path().join("witnesses.json")).unwrap(), "[ ]");
        site.close().await.unwrap();
        scratch.remove().await;
    }

    async fn what_is_made_is_for_its_owner_alone_and_no_link_is_followed(app: TestApp) {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        furnish(&app).await;
        let folder = scratch_folder();
        let data = folder.path().join("below/data");
        crate::face::serve::Place { data: data.clone(), ..Default::default() }.prepare().unwrap();
        assert_eq!((mode(&data), mode(&data.join("rashin.sqlite"))), (0o700, 0o600));
        for hash in app.app.evidence.hashes().unwrap() {
            assert_eq!(mode(&app.app.evidence.path(&hash)), 0o600);
        }
        // Somebody else left a link where the backup and the export are written first.
        for name in ["backup.tar", "all.zip"] {
            let (to, victim) = (folder.path().join(name), folder.path().join("victim"));
            std::fs::write(&victim, "precious").unwrap();
            symlink(&victim, folder.path().join(format!("{name}.part"))).unwrap();
            let site = Site::of(&app.app);
            match name {
                "backup.tar" => drop(backup::make(&site, &to).await.unwrap()),
                _ => drop(export_all::take(&site.system(), &site, &app.group, &to).await.unwrap()),
            }
            assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
            assert!(std::fs::symlink_metadata(&to).unwrap().is_file());
            assert_eq!(mode(&to), 0o600);
        }
        let (scratch, data) = (Scratch::empty(Kind::Sqlite).await, scratch_folder());
        let site = empty_site(&app, &scratch, data.path()).await;
        let file = folder.path().join("backup.tar");
        restore::restore(&site, &mut archive::check(&file).unwrap(), &file, None).await.unwrap();
        for hash in site.evidence.hashes().unwrap() {
            assert_eq!(mode(&site.evidence.path(&hash)), 0o600);
        }
        site.close().await.unwrap();
        scratch.remove().await;
    }

    async fn a_backup_made_while_people_write_is_of_one_moment(app: TestApp) {
        let folder = scratch_folder();
        let ctx = app.ctx(HANAKO);
        let group = app.group.clone();
        let busy = tokio::spawn(async move {
            for number in 0..40 {
                let kind = crate::organisation::UnitKind::Company;
                crate::organisation::add_unit(&ctx, &group, kind, &format!("会社{number}")).await.unwrap();
            }
        });
        for round in 0..4 {
            let file = backup::make(&Site::of(&app.app), &folder.path().join(format!("{round}.tar"))).await.unwrap().file;
            let mut checked = archive::check(&file).unwrap();
            let lines = |checked: &mut archive::Checked, table: &str| {
                let parts = checked.manifest.parts.clone();
                let own = parts.iter().enumerate().filter(|(_, part)| part.name.starts_with(&format!("tables/{table}/")));
                own.map(|(at, _)| String::from_utf8(checked.content(at).unwrap()).unwrap()).collect::<String>()
            };
            // Every unit has the entry that tells of it, and the other way round.
            let (units, entries) = (lines(&mut checked, "units"), lines(&mut checked, "audit_values"));
            assert_eq!(units.matches("会社").count(), entries.matches("会社").count());
        }
        busy.await.unwrap();
    }

    async fn an_older_backup_is_brought_up_to_date_when_restored(app: TestApp) {
        let kind = if app.app.ground.db.is_postgres() { Kind::Postgres } else { Kind::Sqlite };
        let (old, new) = (Scratch::empty(kind).await, Scratch::empty(kind).await);
        let (old_data, new_data) = (scratch_folder(), scratch_folder());
        let site = empty_site(&app, &old, old_data.path()).await;
        let mut loading = site.ground.db.replace_all(&migrations::ALL[..1]).await.unwrap();
        let units = loading.tables().iter().find(|table| table.name == "units").unwrap().clone();
        let cell = |name: &str| match name {
            "parent_id" => platform::Value::Text(None),
            "kind" => "group".into(),
            "created_at_ms" | "version" => 1_i64.into(),
            other => other.into(),
        };
        let row = units.columns.iter().map(|column| cell(&column.name)).collect();
        loading.insert(&units, &[row]).await.unwrap();
        loading.finish().await.unwrap();
        let made = backup::make(&site, old_data.path()).await.unwrap();
        assert_eq!(made.manifest.schema.len(), 1);
        let restored = empty_site(&app, &new, new_data.path()).await;
        let mut checked = archive::check(&made.file).unwrap();
        restore::restore(&restored, &mut checked, &made.file, None).await.unwrap();
        let mut snapshot = restored.ground.db.snapshot().await.unwrap();
        assert_eq!(snapshot.steps().await.unwrap().len(), migrations::ALL.len());
        snapshot.close().await.unwrap();
        let after = content(&restored).await.0;
        assert_eq!(after["units"], content(&site).await.0["units"]);
        // A row that names one that is not there is refused, and everything stays.
        let mut loading = restored.ground.db.replace_all(migrations::ALL).await.unwrap();
        let closures = loading.tables().iter().find(|table| table.name == "unit_closures").unwrap().clone();
        let lost: Vec<platform::Value> = vec!["nowhere".into(), "x".into(), 1_i64.into(), "".into()];
        loading.insert(&closures, &[lost]).await.unwrap();
        assert!(matches!(loading.finish().await, Err(Error::Internal(_))));
        assert_eq!(content(&restored).await.0, after);
        for (site, scratch) in [(site, old), (restored, new)] {
            site.close().await.unwrap();
            scratch.remove().await;
        }
    }

    async fn a_backup_is_never_overwritten_and_only_its_owner_reads_it(app: TestApp) {
        use std::os::unix::fs::PermissionsExt;
        let folder = scratch_folder();
        let file = made(&app, folder.path()).await;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(conflict(backup::make(&Site::of(&app.app), &file).await), "error-backup-there");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'operate.back-up'", &[]).await, 1);
    }

    async fn steps_of_the_schema_wait_for_a_fresh_backup(app: TestApp) {
        let (db, data) = (&app.app.ground.db, &*app.app.data);
        let now = || app.app.system().now_ms();
        assert_eq!(schema::bring_up_to_date(db, data, now()).await.unwrap(), 0);
        // As if the last step had not been run yet.
        app.damage("DELETE FROM migrations WHERE number = (SELECT MAX(number) FROM migrations)", &[]).await;
        assert_eq!(conflict(schema::bring_up_to_date(db, data, now()).await), "error-backup-first");
        let folder = scratch_folder();
        made(&app, folder.path()).await;
        app.clock.advance(DAY_MS + HOUR_MS);
        assert_eq!(conflict(schema::bring_up_to_date(db, data, now()).await), "error-backup-first");
        app.clock.advance(-HOUR_MS);
        // Now it is tried, and as its tables are there already it fails and takes everything back.
        assert!(matches!(schema::bring_up_to_date(db, data, now()).await, Err(Error::Internal(_))));
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM accounts", &[]).await, 7);
    }
}

on_both! {
    async fn flipped_bits_and_every_cut_are_found(app: TestApp) {
        furnish(&app).await;
        let folder = scratch_folder();
        let file = made(&app, folder.path()).await;
        archive::check(&file).unwrap();
        let sound = std::fs::read(&file).unwrap();
        let bad = folder.path().join("bad.tar");
        let dice = SeededEntropy::new(7);
        let mut place = [0_u8; 8];
        let flips = std::env::var("RASHIN_FLIPS").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
        for _ in 0..flips {
            dice.fill(&mut place).unwrap();
            let bit = usize::try_from(u64::from_le_bytes(place) % (sound.len() as u64 * 8)).unwrap();
            let mut flipped = sound.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&bad, flipped).unwrap();
            assert_eq!(conflict(archive::check(&bad)), "error-backup-damaged", "bit {bit}");
        }
        println!("{flips} flipped bits: all found");
        for cut in [0, 1, 511, 512, 1024, sound.len() / 2, sound.len() / 1024 * 512, sound.len() - 512, sound.len() - 1] {
            std::fs::write(&bad, &sound[..cut]).unwrap();
            assert_eq!(conflict(archive::check(&bad)), "error-backup-damaged", "cut at {cut}");
        }
    }
}

on_both! {
    on Empty;

    async fn an_empty_database_needs_no_backup(app: TestApp) {
        app.damage("DELETE FROM migrations WHERE number = (SELECT MAX(number) FROM migrations)", &[]).await;
        // Nobody has an account: the step is tried at once.
        let tried = schema::bring_up_to_date(&app.app.ground.db, &app.app.data, app.app.system().now_ms()).await;
        assert!(matches!(tried, Err(Error::Internal(_))), "{tried:?}");
    }
}
