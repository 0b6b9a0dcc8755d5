//! Entries on their way elsewhere.

use std::io::{BufRead, Read};
use std::net::{TcpListener, UdpSocket};
use std::path::Path;

use super::add_units;
use crate::audit_log::forward::{Target, forward};
use crate::testing::{HANAKO, TestApp, faults, on_both};

async fn send(app: &TestApp, target: &mut Target, position: &Path) -> u64 {
    let done = forward(&app.app.system(), target, position).await.unwrap();
    assert_eq!(done.forked, []);
    done.entries
}

on_both! {
    async fn each_entry_is_forwarded_once_and_without_its_values(app: TestApp) {
        add_units(&app, HANAKO, 3).await;
        let folder = tempfile::tempdir().unwrap();
        let (lines, position) = (folder.path().join("lines"), folder.path().join("position"));
        let all = app.count("SELECT COUNT(*) AS n FROM audit_entries", &[]).await.cast_unsigned();
        let mut target = Target::open(&lines.display().to_string()).unwrap();
        assert_eq!(send(&app, &mut target, &position).await, all);
        assert_eq!(send(&app, &mut target, &position).await, 0);
        add_units(&app, HANAKO, 2).await;
        assert_eq!(send(&app, &mut target, &position).await, 2);
        let text = std::fs::read_to_string(&lines).unwrap();
        assert_eq!(text.lines().count() as u64, all + 2);
        assert!(!text.contains("部1") && !text.contains("correct horse"));
        for line in text.lines() {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(entry["seq"].is_i64() && entry["entry"]["act"].is_string());
        }
        std::fs::write(&position, "x").unwrap();
        assert_eq!(faults(forward(&app.app.system(), &mut target, &position).await), [("position".to_owned(), "error-log-position")]);
        // What cannot be read is not taken for a beginning.
        std::fs::remove_file(&position).unwrap();
        std::fs::create_dir(&position).unwrap();
        forward(&app.app.system(), &mut target, &position).await.unwrap_err();
        assert_eq!(std::fs::read_to_string(&lines).unwrap(), text);
        assert_eq!(format!("{target:?}"), "Target");
    }

    async fn a_log_put_back_is_sent_again_from_where_it_still_is_the_same(app: TestApp) {
        let folder = tempfile::tempdir().unwrap();
        let (lines, position) = (folder.path().join("lines"), folder.path().join("position"));
        let mut target = Target::open(&lines.display().to_string()).unwrap();
        let (group, system) = (app.group.as_str(), app.app.system());
        send(&app, &mut target, &position).await;
        let kept = app.count("SELECT size AS n FROM audit_heads WHERE tenant_id = $1", &[group.into()]).await;
        let roots = app.rows("SELECT roots FROM audit_heads WHERE tenant_id = $1", &[group.into()]).await[0].text("roots").unwrap();
        add_units(&app, HANAKO, 5).await;
        send(&app, &mut target, &position).await;
        // As it was before, and then grown otherwise, beyond what was sent.
        app.damage("DELETE FROM audit_entries WHERE tenant_id = $1 AND seq > $2", &[group.into(), kept.into()]).await;
        app.damage("DELETE FROM audit_values WHERE entry_id NOT IN (SELECT id FROM audit_entries)", &[]).await;
        app.damage("UPDATE audit_heads SET size = $2, roots = $3 WHERE tenant_id = $1", &[group.into(), kept.into(), roots.into()]).await;
        app.damage("DELETE FROM audit_entries WHERE tenant_id = $1 AND seq IS NULL", &[group.into()]).await;
        for more in [3, 6] {
            add_units(&app, HANAKO, more).await;
            let done = forward(&system, &mut target, &position).await.unwrap();
            let forked = if more == 3 { vec![(group.to_owned(), kept)] } else { Vec::new() };
            assert_eq!(done.forked, forked);
            assert!(done.entries >= u64::try_from(more).unwrap(), "{more}: {done:?}");
        }
        // Nothing of the log as it is now is missing.
        let text = std::fs::read_to_string(&lines).unwrap();
        for row in app.rows("SELECT id FROM audit_entries", &[]).await {
            assert!(text.contains(&row.text("id").unwrap()));
        }
    }

    async fn syslog_goes_by_udp_and_tcp(app: TestApp) {
        let folder = tempfile::tempdir().unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut target = Target::open(&format!("udp://{}", udp.local_addr().unwrap())).unwrap();
        let sent = send(&app, &mut target, &folder.path().join("udp")).await;
        let mut buffer = vec![0; 65_536];
        let length = udp.recv(&mut buffer).unwrap();
        let message = std::str::from_utf8(&buffer[..length]).unwrap();
        assert!(message.starts_with("<109>1 2026-11-20T00:00:00.000Z - rashin - "), "{message}");

        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = tcp.local_addr().unwrap();
        let reader = std::thread::spawn(move || {
            let mut stream = std::io::BufReader::new(tcp.accept().unwrap().0);
            let mut count = 0;
            loop {
                let mut length = Vec::new();
                if stream.read_until(b' ', &mut length).unwrap() == 0 {
                    return count;
                }
                let length: usize = std::str::from_utf8(&length).unwrap().trim().parse().unwrap();
                let mut message = vec![0; length];
                stream.read_exact(&mut message).unwrap();
                assert!(message.starts_with(b"<109>1 ") && message.ends_with(b"}"));
                count += 1;
            }
        });
        let mut target = Target::open(&format!("tcp://{address}")).unwrap();
        assert_eq!(send(&app, &mut target, &folder.path().join("tcp")).await, sent);
        drop(target);
        assert_eq!(reader.join().unwrap(), sent);
    }
}
