//! Records that are forgotten when their time is over.

use std::collections::BTreeSet;

use super::exports::tables;
use crate::operate::retention::{due, forget, policy, until_night_ms};
use crate::operate::store;
use crate::testing::{DAY_MS, HANAKO, HOUR_MS, NOBODY, START_MS, TARO, TestApp, faults, on_both};
use crate::{identity, organisation::roles};

const FAILURES: &str = "SELECT COUNT(*) AS n FROM sign_in_failures";
const LINKS: &str = "SELECT COUNT(*) AS n FROM links";
const SESSIONS: &str = "SELECT COUNT(*) AS n FROM sessions";
const DEEDS: &str = "SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'operate.forget'";

on_both! {
    async fn records_go_when_their_time_is_over_and_not_a_day_before(app: TestApp) {
        let door = identity::Door { source: "192.0.2.9".to_owned(), ..identity::Door::default() };
        identity::sign_in(&app.ctx(NOBODY), TARO.email, "wrong password here", &door).await.unwrap_err();
        identity::invite(&app.ctx(HANAKO), "new@example.jp", roles::STAFF, &app.company).await.unwrap();
        let (system, policy) = (app.app.system(), policy(&app.app.data).unwrap());
        let before = (app.count(FAILURES, &[]).await, app.count(LINKS, &[]).await, app.count(SESSIONS, &[]).await);
        assert!(before.0 > 0 && before.1 > 0 && before.2 > 0);
        app.clock.advance(7 * DAY_MS);
        forget(&system, &policy).await.unwrap();
        assert_eq!((app.count(SESSIONS, &[]).await, app.count(DEEDS, &[]).await), (before.2, 0));
        app.clock.advance(DAY_MS);
        let found = due(&system, &policy).await.unwrap();
        assert_eq!(app.count(SESSIONS, &[]).await, before.2, "saying is not doing");
        assert_eq!(forget(&system, &policy).await.unwrap(), found);
        assert_eq!((app.count(SESSIONS, &[]).await, app.count(FAILURES, &[]).await), (0, before.0));
        app.clock.advance(23 * DAY_MS);
        forget(&system, &policy).await.unwrap();
        assert_eq!((app.count(FAILURES, &[]).await, app.count(LINKS, &[]).await), (0, before.1));
        app.clock.advance(70 * DAY_MS);
        forget(&system, &policy).await.unwrap();
        assert_eq!((app.count(LINKS, &[]).await, app.count(DEEDS, &[]).await), (0, 3));
    }

    async fn the_installations_own_policy_replaces_days_and_is_checked(app: TestApp) {
        let own = app.app.data.join("retention.toml");
        std::fs::write(&own, "used-links = 5\n").unwrap();
        let policy_of = |text: &str| {
            std::fs::write(&own, text).unwrap();
            policy(&app.app.data)
        };
        let mended = policy_of("used-links = 5\n").unwrap();
        assert_eq!((mended["used-links"], mended["ended-sessions"]), (5, 7));
        let wrong = faults(policy_of("cookies = 3\nused-links = 0\nended-sessions = \"a week\"\n"));
        let keys: Vec<&str> = wrong.iter().map(|(_, key)| *key).collect();
        assert_eq!(keys, ["error-retention-kind", "error-retention-days", "error-retention-days"]);
        assert_eq!(faults(policy_of("= 3"))[0].1, "error-retention-file");
    }
}

on_both! {
    async fn what_was_begun_and_links_go_and_used_codes_stay_for_ten_years(app: TestApp) {
        let now_ms = app.app.system().now_ms();
        let (hanako, until) = (app.account(HANAKO), now_ms + HOUR_MS);
        for sql in [
            "INSERT INTO devices (token_hash, account_id, made_at_ms, expires_at_ms) VALUES ('d', $1, $2, $3)",
            "INSERT INTO tickets (token_hash, purpose, account_id, content, made_at_ms, expires_at_ms) VALUES ('t', 'second-step', $1, '', $2, $3)",
            "INSERT INTO password_resets (token_hash, account_id, made_by, made_at_ms, expires_at_ms) VALUES ('r', $1, '', $2, $3)",
            "INSERT INTO used_codes (account_id, step) SELECT id, CAST($2 AS BIGINT) / 30000 FROM accounts WHERE id = $1 AND CAST($3 AS BIGINT) > 0",
            "INSERT INTO sign_on_providers (id, tenant_id, name, issuer, client_id, secret_id, domains, groups_claim, brings_people, made_by, made_at_ms) \
                SELECT 'p', tenant_id, 'x', 'x', 'x', '', '', '', 0, id, $2 FROM accounts WHERE id = $1 AND CAST($3 AS BIGINT) > 0",
            "INSERT INTO sign_on_attempts (state_hash, provider_id, browser_hash, next, made_at_ms, expires_at_ms) \
                SELECT 's', 'p', '', '', $2, $3 FROM accounts WHERE id = $1",
        ] {
            app.damage(sql, &[hanako.into(), now_ms.into(), until.into()]).await;
        }
        let (system, policy) = (app.app.system(), policy(&app.app.data).unwrap());
        let left = async || {
            let mut left = Vec::new();
            for sql in [
                "SELECT COUNT(*) AS n FROM devices",
                "SELECT COUNT(*) AS n FROM tickets",
                "SELECT COUNT(*) AS n FROM sign_on_attempts",
                "SELECT COUNT(*) AS n FROM password_resets",
                "SELECT COUNT(*) AS n FROM used_codes",
            ] {
                left.push(app.count(sql, &[]).await);
            }
            left
        };
        for (days, wanted) in [(7, [1, 1, 1, 1, 1]), (1, [0, 0, 0, 1, 1]), (83, [0, 0, 0, 0, 1]), (3561, [0, 0, 0, 0, 1]), (349, [0; 5])] {
            app.clock.advance(days * DAY_MS);
            forget(&system, &policy).await.unwrap();
            assert_eq!(left().await, wanted, "{days}");
        }
    }
}

#[test]
fn of_every_table_it_is_said_what_is_forgotten_of_it_or_why_nothing_is() {
    let said: Vec<&str> = store::forgotten_tables().chain(store::KEPT.iter().map(|(name, _)| *name)).collect();
    let once: BTreeSet<&str> = said.iter().copied().collect();
    assert_eq!(once.len(), said.len(), "a table stands twice");
    assert_eq!(tables().symmetric_difference(&once).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert!(store::KEPT.iter().all(|(_, reason)| !reason.is_empty()));
}

#[test]
fn the_night_comes_within_a_day() {
    // 09:00 in Japan: eighteen hours until 03:00.
    assert_eq!(until_night_ms(START_MS), 18 * HOUR_MS);
    assert_eq!(until_night_ms(START_MS + 18 * HOUR_MS), 24 * HOUR_MS);
    assert_eq!(until_night_ms(START_MS + 19 * HOUR_MS), 23 * HOUR_MS);
}
