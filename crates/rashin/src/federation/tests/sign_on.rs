//! Single sign-on against a provider that is honest, and against one that lies.

use axum::body::Body;
use axum::http::{Method, Request};
use platform::Clock as _;
use serde_json::json;

use super::coming::{back, begin, causes, cookie_of, sessions, set_up, sign_in, visit, wish};
use super::provider::{Asked, CLIENT, Provider, SECRET};
use crate::access;
use crate::federation::providers::{add_provider, end_provider, list_providers, map_group, unmap_group};
use crate::federation::{self, NewProvider};
use crate::testing::{
    AUDITOR, DAY_MS, HANAKO, JIRO, KEEPER, MINUTE_MS, NOBODY, OUTSIDER, SECOND_MS, START_MS, TARO, TestApp, faults,
    forbidden, not_found, on_both,
};

/// Each line of a list of lies: its name, and the cause that the log is to name.
fn lies(list: &'static str) -> Vec<(&'static str, &'static str)> {
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(" = ").unwrap()).collect()
}

on_both! {
    async fn an_honest_provider_lets_a_known_person_in(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        assert!(app.get("/sign-in", NOBODY).await.text().contains("社内アカウントでサインイン"));
        let before = sessions(&app).await;
        let reply = sign_in(&app, &provider, &id, "s-1", "Taro@example.jp", &[]).await;
        let token = cookie_of(&reply, "rashin_session").unwrap();
        assert!(cookie_of(&reply, "rashin_device").is_some());
        assert_eq!(cookie_of(&reply, "rashin_sso").unwrap(), "");
        reply.leads_to("/units");
        assert_eq!(sessions(&app).await, before + 1);
        app.hold_token(TARO, &token);
        let me = app.api(Method::GET, "/sessions/current", TARO, json!(null)).await.is(200).json();
        assert_eq!(me["account_id"], app.account(TARO));
        // From now on the subject counts, not the address.
        sign_in(&app, &provider, &id, "s-1", "someone-else@example.jp", &[]).await.leads_to("/units");
        assert_eq!(causes(&app).await, Vec::<String>::new());
    }

    async fn a_second_factor_that_is_demanded_is_the_providers_matter(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let key = "INSERT INTO passkeys (id, account_id, name, content, made_at_ms, used_at_ms) VALUES ('key', $1, 'PC', '{}', 1, NULL)";
        app.damage(key, &[app.account(HANAKO).into()]).await;
        // Linked before anything is demanded.
        sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await;
        crate::identity::demand_factors(&app.ctx(HANAKO), "everybody").await.unwrap();
        let reply = sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await;
        app.get("/units", TARO).await.leads_to("/me");
        app.hold_token(TARO, &cookie_of(&reply, "rashin_session").unwrap());
        app.get("/units", TARO).await.is(200);
        // The same person by password is held.
        app.new_session(TARO).await;
        app.get("/units", TARO).await.leads_to("/me");
    }

    async fn every_lie_is_refused_and_told_in_the_log(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let (before, people) = (sessions(&app).await, app.count("SELECT COUNT(*) AS n FROM accounts", &[]).await);
        let lies = lies(include_str!("lies.txt"));
        assert!(lies.len() >= 80);
        let mut expected = Vec::new();
        for (lie, cause) in lies {
            provider.lie("");
            // What a provider failed at is remembered for a moment.
            app.clock.advance(3 * SECOND_MS);
            provider.set_clock(app.clock.now_ms());
            let way = begin(&app, &id).await;
            provider.vouch(way.asked.clone(), "s-1", TARO.email, &["staff"]);
            provider.lie(lie);
            let reply = visit(&app, &back(&provider.base(), &way), &way.browser).await.is(403);
            assert_eq!(cookie_of(&reply, "rashin_session"), None, "{lie}");
            assert!(reply.text().contains(cause) && !reply.text().contains(SECRET), "{lie}");
            expected.push(cause.to_owned());
            assert_eq!(causes(&app).await, expected, "{lie}");
            // The state is burnt, however honest the provider is now.
            provider.lie("");
            visit(&app, &back(&provider.base(), &way), &way.browser).await.is(403);
            assert_eq!(causes(&app).await.len(), expected.len(), "{lie}");
        }
        app.clock.advance(3 * SECOND_MS);
        assert_eq!(sessions(&app).await, before);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM accounts", &[]).await, people);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM sign_on_identities", &[]).await, 0);
        sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.leads_to("/units");
    }

    async fn answers_that_do_not_belong_to_the_browser_are_refused(app: TestApp) {
        let (provider, other) = (Provider::start(START_MS).await, Provider::start(START_MS).await);
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let second = set_up(&app, HANAKO, &wish(&other)).await;
        let before = sessions(&app).await;
        let way = begin(&app, &id).await;
        let good = back(&provider.base(), &way);
        for (lie, cause) in lies(include_str!("answers.txt")) {
            let own = begin(&app, &id).await;
            let of_another = begin(&app, &id).await;
            provider.vouch(if lie == "code of another sign-in" { way.asked.clone() } else { own.asked.clone() }, "s-1", TARO.email, &[]);
            let honest = back(&provider.base(), &own);
            let iss = format!("&iss={}", crate::face::page::encode(&provider.base()));
            let (path, browser) = match lie {
                "in another browser" => (honest, of_another.browser),
                "in a browser that knows nothing" => (honest, String::new()),
                "state of nobody" => (honest.replace(&own.state, "nonsense"), own.browser),
                "state missing" => (honest.replace(&own.state, ""), own.browser),
                "at the address of another provider" => (honest.replace(&id, &second), own.browser),
                "in the name of another issuer" => (honest.replace(&iss, "&iss=https://evil.example"), own.browser),
                "in the name of nobody" => (honest.replace(&iss, ""), own.browser),
                "an error" => (format!("{honest}&error=access_denied"), own.browser),
                "no code" => (honest.replace("the-code", ""), own.browser),
                "code of another sign-in" => (honest, own.browser),
                _ => panic!("nobody knows the lie {lie}"),
            };
            let told = causes(&app).await.len();
            assert!(visit(&app, &path, &browser).await.is(403).text().contains(cause), "{lie}");
            // What is of no sign-in of this browser can be sent without end, so it is counted and not entered.
            let causes = causes(&app).await;
            if ["state", "other-browser"].contains(&cause) {
                assert_eq!(causes.len(), told, "{lie}");
            } else {
                assert_eq!((causes.len(), causes.last().unwrap().as_str()), (told + 1, cause), "{lie}");
            }
        }
        // The browser that was not to blame still gets in, once.
        assert_eq!(sessions(&app).await, before);
        sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.leads_to("/units");
        provider.vouch(way.asked.clone(), "s-1", TARO.email, &[]);
        visit(&app, &good, &way.browser).await.leads_to("/units?done=sign-on-linked");
        visit(&app, &good, &way.browser).await.is(403);
        let way = begin(&app, &id).await;
        provider.vouch(way.asked.clone(), "s-1", TARO.email, &[]);
        app.clock.advance(10 * MINUTE_MS);
        visit(&app, &back(&provider.base(), &way), &way.browser).await.is(403);
        app.clock.advance(-DAY_MS);
        visit(&app, &back(&provider.base(), &way), &way.browser).await.is(403);
        assert_eq!(sessions(&app).await, before + 2);
    }

    async fn a_page_of_another_site_signs_nobody_in(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let from = async |site: &'static str| {
            let request = Request::get(format!("/sign-in/sso/{id}?next=/units")).header("sec-fetch-site", site);
            app.send(request.body(Body::empty()).unwrap()).await
        };
        for site in ["cross-site", "same-site", "something new"] {
            let page = from(site).await.is(200);
            assert_eq!(cookie_of(&page, "rashin_sso"), None);
            assert!(page.text().contains(&format!("href=\"/sign-in/sso/{id}?next=/units\"")), "{site}");
        }
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM sign_on_attempts", &[]).await, 0);
        for site in ["same-origin", "none"] {
            from(site).await.is(303);
        }
        let request = Request::get(format!("/sign-in/sso/{}", "0".repeat(32))).header("sec-fetch-site", "cross-site");
        app.send(request.body(Body::empty()).unwrap()).await.is(404);
    }

    async fn sign_ins_that_have_ended_stand_in_nobodys_way_and_stay_until_they_are_forgotten(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let ended = "INSERT INTO sign_on_attempts (state_hash, provider_id, browser_hash, next, made_at_ms, expires_at_ms) \
            SELECT 'x' || CAST(a.n * 50 + b.n AS TEXT), $1, '', '', $2, $2 \
            FROM (WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < 19) SELECT n FROM c) a, \
            (WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < 49) SELECT n FROM c) b";
        app.damage(ended, &[id.as_str().into(), START_MS.into()]).await;
        app.get(&format!("/sign-in/sso/{id}"), NOBODY).await.is(303);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM sign_on_attempts", &[]).await, 1001);
    }

    async fn nobody_is_bound_twice_or_let_in_while_suspended(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.leads_to("/units");
        sign_in(&app, &provider, &id, "s-2", TARO.email, &[]).await.is(403);
        crate::identity::suspend(&app.ctx(HANAKO), app.account(TARO), "").await.unwrap();
        sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.is(403);
        crate::identity::suspend(&app.ctx(HANAKO), app.account(AUDITOR), "").await.unwrap();
        sign_in(&app, &provider, &id, "s-3", AUDITOR.email, &[]).await.is(403);
        assert_eq!(causes(&app).await, ["bound-to-another-subject", "suspended", "suspended"]);
    }

    async fn a_provider_brings_people_only_where_it_may_and_groups_give_roles(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &NewProvider { brings_people: true, ..wish(&provider) }).await;
        let hanako = app.ctx(HANAKO);
        map_group(&hanako, "rashin-staff", "staff", &app.company).await.unwrap();
        let manager = map_group(&hanako, "rashin-head", "manager", &app.company).await.unwrap();
        let new = "shinjin@example.jp";
        sign_in(&app, &provider, &id, "s-9", new, &["rashin-staff", "rashin-head", "else"]).await.leads_to("/units");
        let account = app.rows("SELECT id, name FROM accounts WHERE email = $1", &[new.into()]).await;
        let account = account[0].text("id").unwrap();
        let roles = async || {
            let sql = "SELECT role FROM grants WHERE account_id = $1 AND ended_at_ms IS NULL ORDER BY role";
            app.rows(sql, &[account.as_str().into()]).await.iter().map(|row| row.text("role").unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(roles().await, ["manager", "staff"]);
        let reasons = "SELECT COUNT(*) AS n FROM grants WHERE account_id = $1 AND reason LIKE 'sso:%: rashin-%'";
        assert_eq!(app.count(reasons, &[account.as_str().into()]).await, 2);
        sign_in(&app, &provider, &id, "s-9", new, &["rashin-head"]).await.leads_to("/units");
        assert_eq!(roles().await, ["manager"]);
        unmap_group(&hanako, &manager.id).await.unwrap();
        access::add_grant(&hanako, &account, "auditor", &app.company, "by hand").await.unwrap();
        sign_in(&app, &provider, &id, "s-9", new, &["rashin-head"]).await.leads_to("/units");
        assert_eq!(roles().await, ["auditor"]);
        sign_in(&app, &provider, &id, "s-8", "x@evil.example", &[]).await.is(403);
        let password = json!({ "email": new, "password": "" });
        app.api(Method::POST, "/sessions", NOBODY, password).await.is(422);
    }

    async fn with_a_provider_the_roles_of_its_groups_end(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &NewProvider { brings_people: true, ..wish(&provider) }).await;
        let other = set_up(&app, HANAKO, &NewProvider { name: "もう一つ".into(), ..wish(&provider) }).await;
        map_group(&app.ctx(HANAKO), "rashin-audit", "auditor", &app.company).await.unwrap();
        map_group(&app.ctx(HANAKO), "rashin-admin", "administrator", &app.group).await.unwrap();
        sign_in(&app, &provider, &id, "s-1", TARO.email, &["rashin-audit"]).await.leads_to("/units");
        sign_in(&app, &provider, &id, "s-9", "shinjin@example.jp", &["rashin-audit", "rashin-admin"]).await.leads_to("/units");
        sign_in(&app, &provider, &other, "s-2", JIRO.email, &["rashin-audit"]).await.leads_to("/units");
        let way = begin(&app, &id).await;
        let roles = async |email: &str| {
            let sql = "SELECT g.role FROM grants g JOIN accounts a ON a.id = g.account_id WHERE a.email = $1 AND g.ended_at_ms IS NULL ORDER BY g.role";
            app.rows(sql, &[email.into()]).await.iter().map(|row| row.text("role").unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(roles("shinjin@example.jp").await, ["administrator", "auditor"]);
        end_provider(&app.ctx(HANAKO), &app.app.sign_on, &id).await.unwrap();
        assert_eq!((roles(TARO.email).await, roles("shinjin@example.jp").await), (vec!["manager".to_owned()], Vec::new()));
        // What another provider's groups gave is not touched.
        assert_eq!(roles(JIRO.email).await, ["auditor", "staff"]);
        let told = app.told(&app.group, "federation.manage-sign-on").await;
        let ended: Vec<_> = told.iter().filter(|told| told["ended"] == true).collect();
        assert_eq!((ended.len(), ended[0]["roles_ended"].as_i64()), (1, Some(3)));
        assert_eq!(ended[0]["grants_ended"].as_array().map(Vec::len), Some(3));
        // Who was on the way through it comes too late.
        provider.vouch(way.asked.clone(), "s-1", TARO.email, &["rashin-audit"]);
        visit(&app, &back(&provider.base(), &way), &way.browser).await.is(404);
        visit(&app, &format!("/sign-in/sso/{id}"), "").await.is(404);
        assert_eq!(roles(TARO.email).await, ["manager"]);
    }

    async fn a_provider_that_ends_while_somebody_comes_gives_nothing_more(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        map_group(&app.ctx(HANAKO), "rashin-audit", "auditor", &app.company).await.unwrap();
        for _ in 0..4 {
            let id = set_up(&app, HANAKO, &wish(&provider)).await;
            sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.leads_to("/units");
            let way = begin(&app, &id).await;
            provider.vouch(way.asked.clone(), "s-1", TARO.email, &["rashin-audit"]);
            let (own, base) = (app.clone(), provider.base());
            let coming = tokio::spawn(async move { visit(&own, &back(&base, &way), &way.browser).await.status.as_u16() });
            end_provider(&app.ctx(HANAKO), &app.app.sign_on, &id).await.unwrap();
            assert!([303, 404].contains(&coming.await.unwrap()));
            let sql = "SELECT COUNT(*) AS n FROM federated_grants f JOIN grants g ON g.id = f.grant_id WHERE g.ended_at_ms IS NULL";
            assert_eq!(app.count(sql, &[]).await, 0);
        }
    }

    async fn the_last_administrator_keeps_the_role_when_the_provider_ends(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &NewProvider { brings_people: true, ..wish(&provider) }).await;
        map_group(&app.ctx(HANAKO), "rashin-admin", "administrator", &app.group).await.unwrap();
        let token = cookie_of(&sign_in(&app, &provider, &id, "s-9", TARO.email, &["rashin-admin"]).await, "rashin_session").unwrap();
        app.hold_token(TARO, &token);
        for person in [HANAKO, KEEPER] {
            crate::identity::suspend(&app.ctx(TARO), app.account(person), "").await.unwrap();
        }
        end_provider(&app.ctx(TARO), &app.app.sign_on, &id).await.unwrap();
        app.get("/sign-on", TARO).await.is(200);
        assert_eq!(app.told(&app.group, "federation.manage-sign-on").await[0]["roles_ended"], 0);
    }

    async fn what_a_provider_says_of_itself_is_kept_for_minutes(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        provider.keep("max-age=86400");
        let enter = async || sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.status.as_u16();
        let first = provider.times();
        assert_eq!((enter().await, enter().await), (303, 303));
        assert_eq!(provider.times(), (first.0 + 1, first.1 + 1));
        // Ten minutes at most, whatever it says; and not at all where the clock was put back.
        app.clock.advance(10 * MINUTE_MS - 1);
        provider.set_clock(app.clock.now_ms());
        assert_eq!((enter().await, provider.times().0), (303, first.0 + 1));
        app.clock.advance(1);
        assert_eq!((enter().await, provider.times()), (303, (first.0 + 2, first.1 + 2)));
        app.clock.advance(-MINUTE_MS);
        provider.set_clock(app.clock.now_ms());
        assert_eq!((enter().await, provider.times()), (303, (first.0 + 3, first.1 + 3)));
        // What may not be kept is not.
        provider.keep("no-store");
        app.clock.advance(10 * MINUTE_MS);
        provider.set_clock(app.clock.now_ms());
        let before = provider.times();
        assert_eq!((enter().await, enter().await), (303, 303));
        assert_eq!(provider.times(), (before.0 + 4, before.1 + 2));
    }

    async fn a_key_that_is_not_known_is_asked_for_once_a_minute(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        provider.keep("");
        let enter = async || sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.status.as_u16();
        assert_eq!((enter().await, provider.times().1), (303, 1));
        // A key nobody has is not asked for again and again.
        provider.lie("unknown key named");
        app.clock.advance(MINUTE_MS);
        for _ in 0..5 {
            assert_eq!((enter().await, provider.times().1), (403, 2));
        }
        // A provider that changes its key is understood after a minute, before the ten are over.
        provider.lie("");
        provider.sign_with("k2");
        assert_eq!((enter().await, provider.times().1), (403, 2));
        app.clock.advance(MINUTE_MS);
        assert_eq!((enter().await, provider.times().1), (303, 3));
        assert_eq!((enter().await, provider.times().1), (303, 3));
    }

    async fn nothing_is_kept_of_a_provider_that_was_ended(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        provider.keep("");
        for times in 1..3 {
            let id = set_up(&app, HANAKO, &wish(&provider)).await;
            sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.leads_to("/units");
            assert_eq!(provider.times(), (2 * times, times));
            end_provider(&app.ctx(HANAKO), &app.app.sign_on, &id).await.unwrap();
            provider.vouch(Asked::default(), "s-1", TARO.email, &[]);
            visit(&app, &format!("/sign-in/sso/{id}"), "").await.is(404);
        }
    }

    async fn only_administrators_of_the_tenant_set_it_up(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let means = &app.app.sign_on;
        for person in [TARO, AUDITOR] {
            assert_eq!(forbidden(add_provider(&app.ctx(person), means, &wish(&provider)).await), "error-not-allowed");
        }
        let id = set_up(&app, KEEPER, &wish(&provider)).await;
        not_found(end_provider(&app.ctx(OUTSIDER), means, &id).await);
        assert_eq!(list_providers(&app.ctx(OUTSIDER)).await.unwrap(), []);
        assert_eq!(forbidden(list_providers(&app.ctx(TARO)).await), "error-not-allowed");
        assert_eq!(forbidden(map_group(&app.ctx(TARO), "g", "staff", &app.company).await), "error-not-allowed");
        app.get("/sign-on", AUDITOR).await.is(200);
        end_provider(&app.ctx(HANAKO), means, &id).await.unwrap();
        visit(&app, &format!("/sign-in/sso/{id}"), "").await.is(404);
        assert_eq!(std::fs::read_dir(app.app.data.join("secrets")).unwrap().count(), 0);
    }

    async fn the_secret_is_in_a_file_and_nowhere_else(app: TestApp) {
        use std::os::unix::fs::PermissionsExt;
        let provider = Provider::start(START_MS).await;
        let form = [("provider_name", "社内"), ("issuer", &provider.base()), ("client_id", CLIENT), ("client_secret", SECRET), ("domains", "example.jp"), ("groups_claim", ""), ("brings_people", "")];
        app.post("/sign-on/providers", HANAKO, &form).await.leads_to("/sign-on?done=provider-added");
        for (path, person) in [("/sign-on", HANAKO), ("/api/v1/sign-on-providers", HANAKO), ("/audit-log", HANAKO)] {
            assert!(!app.get(path, person).await.is(200).text().contains(SECRET), "{path}");
        }
        let file = std::fs::read_dir(app.app.data.join("secrets")).unwrap().next().unwrap().unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(file.path()).unwrap(), SECRET);
    }

    async fn what_is_wrong_with_a_provider_is_told(app: TestApp) {
        let (provider, means) = (Provider::start(START_MS).await, &app.app.sign_on);
        let none = NewProvider { name: " ".into(), issuer: "ftp://x".into(), client_id: String::new(), client_secret: String::new(), domains: "nodots".into(), ..wish(&provider) };
        let told: Vec<String> = faults(add_provider(&app.ctx(HANAKO), means, &none).await).into_iter().map(|(field, _)| field).collect();
        assert_eq!(told, ["provider_name", "issuer", "client_id", "client_secret", "domains"]);
        for lie in ["discovery of another issuer", "discovery huge", "discovery leads on"] {
            provider.lie(lie);
            assert_eq!(faults(add_provider(&app.ctx(HANAKO), means, &wish(&provider)).await), [("issuer".to_owned(), "error-issuer")]);
        }
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM sign_on_providers", &[]).await, 0);
    }

    async fn where_several_tenants_have_providers_the_address_says_which(app: TestApp) {
        let (provider, other) = (Provider::start(START_MS).await, Provider::start(START_MS).await);
        let id = set_up(&app, HANAKO, &NewProvider { domains: "example.jp".into(), ..wish(&provider) }).await;
        set_up(&app, OUTSIDER, &NewProvider { name: "外部商事の口".into(), domains: "example.com".into(), ..wish(&other) }).await;
        let page = app.get("/sign-in", NOBODY).await.text();
        assert!(!page.contains("外部商事の口") && page.contains("action=\"/sign-in/sso\""));
        let door = visit(&app, "/sign-in/sso?email=taro@EXAMPLE.jp&next=/units", "").await.is(200).text();
        assert!(door.contains(&format!("href=\"/sign-in/sso/{id}?next=/units\"")), "{door}");
        visit(&app, "/sign-in/sso?email=x@elsewhere.example", "").await.is(422);
        // Nobody takes the people of another tenant to a provider of their own.
        let taken = NewProvider { name: "横取り".into(), domains: "elsewhere.example, example.jp".into(), ..wish(&other) };
        assert_eq!(faults(add_provider(&app.ctx(OUTSIDER), &app.app.sign_on, &taken).await), [("domains".to_owned(), "error-domain-taken")]);
        set_up(&app, HANAKO, &NewProvider { name: "予備".into(), domains: "example.jp".into(), ..wish(&other) }).await;
        assert_eq!(federation::providers::offered(&app.ctx(NOBODY)).await.unwrap().0.len(), 0);
    }
}
