//! Accounts that were there before a provider vouched for them, and what a sign-in by a provider is like.

use axum::body::Body;
use axum::http::{Request, header};
use platform::Clock as _;

use super::coming::{back, begin, come, cookie_of, say_so, sessions, set_up, sign_in, visit, wish};
use super::provider::Provider;
use crate::federation::NewProvider;
use crate::federation::providers::end_provider;
use crate::operate::tests::mails::{mail, mail_server, read};
use crate::testing::{DAY_MS, HANAKO, JIRO, KEEPER, NOBODY, PASSWORD, Person, START_MS, TARO, TestApp, on_both};

async fn bound(app: &TestApp) -> i64 {
    app.count("SELECT COUNT(*) AS n FROM sign_on_identities", &[]).await
}

async fn notes(app: &TestApp, person: Person) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM tickets WHERE account_id = $1 AND purpose = 'sign-on-linked'";
    app.count(sql, &[app.account(person).into()]).await
}

on_both! {
    async fn an_administrator_with_a_provider_of_their_own_becomes_no_colleague(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, KEEPER, &wish(&provider)).await;
        let before = sessions(&app).await;
        let asked = come(&app, &provider, &id, "keeper-as-hanako", HANAKO.email, &[]).await;
        let (link, secret) = (format!("/sign-in/sso/{id}/link"), cookie_of(&asked, "rashin_sso_link").unwrap());
        assert_eq!(cookie_of(&asked, "rashin_session"), None);
        asked.leads_to(&link);
        // Nobody, and somebody else, can say so in her place.
        app.hold_cookie(NOBODY, "rashin_sso_link", &secret);
        let page = app.get(&link, NOBODY).await.is(200).text();
        assert!(page.contains("/sign-in?next=%2Fsign-in%2Fsso") || page.contains("/sign-in?next=/sign-in/sso"), "{page}");
        app.post(&link, NOBODY, &[]).await.is(303);
        app.hold_cookie(KEEPER, "rashin_sso_link", &secret);
        assert!(app.get(&link, KEEPER).await.is(200).text().contains("action=\"/sign-out\""));
        app.post(&link, KEEPER, &[]).await.leads_to("/sign-in?done=begin-again");
        assert_eq!((sessions(&app).await, bound(&app).await, notes(&app, HANAKO).await), (before, 0, 0));
        // It does not come by asking often either.
        come(&app, &provider, &id, "keeper-as-hanako", HANAKO.email, &[]).await.leads_to(&link);
        assert_eq!((sessions(&app).await, bound(&app).await), (before, 0));
        let told = app.told(&id, "federation.sign-on").await;
        assert!(told.iter().all(|told| told["outcome"] == "link asked" && told["account"] == app.account(HANAKO)));
        // Nor by waiting too long.
        app.hold_cookie(HANAKO, "rashin_sso_link", &secret);
        app.clock.advance(DAY_MS / 24);
        app.new_session(HANAKO).await;
        app.post(&link, HANAKO, &[]).await.leads_to("/sign-in?done=begin-again");
        assert_eq!(bound(&app).await, 0);
    }

    async fn the_person_links_the_account_by_signing_in_as_before_and_is_told_for_a_month(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let asked = come(&app, &provider, &id, "s-1", TARO.email, &[]).await;
        let (link, secret) = (format!("/sign-in/sso/{id}/link"), cookie_of(&asked, "rashin_sso_link").unwrap());
        app.hold_token(TARO, "");
        app.hold_cookie(TARO, "rashin_sso_link", &secret);
        let form = [("email", TARO.email), ("password", PASSWORD), ("next", link.as_str())];
        app.post("/sign-in", TARO, &form).await.leads_to(&link);
        assert!(app.get(&link, TARO).await.is(200).text().contains("社内アカウント"));
        assert_eq!(bound(&app).await, 0);
        app.post(&link, TARO, &[]).await.leads_to("/units?done=sign-on-linked");
        assert_eq!((bound(&app).await, notes(&app, TARO).await), (1, 1));
        assert_eq!(app.told(&id, "federation.link").await[0]["account"], app.account(TARO));
        // It is done once.
        app.hold_cookie(TARO, "rashin_sso_link", &secret);
        app.post(&link, TARO, &[]).await.leads_to("/sign-in?done=begin-again");
        let told = app.get("/me", TARO).await.is(200).text();
        assert!(told.contains("社内アカウント"), "{told}");
        // From now on the provider is enough, and every sign-in tells of it for thirty days.
        come(&app, &provider, &id, "s-1", TARO.email, &[]).await.leads_to("/units?done=sign-on-linked");
        let form = [("email", TARO.email), ("password", PASSWORD), ("next", "/units")];
        app.hold_token(TARO, "");
        app.post("/sign-in", TARO, &form).await.leads_to("/units?done=sign-on-linked");
        app.clock.advance(30 * DAY_MS);
        provider.set_clock(app.clock.now_ms());
        come(&app, &provider, &id, "s-1", TARO.email, &[]).await.leads_to("/units");
    }

    async fn a_proof_that_is_old_is_asked_for_anew(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        app.clock.advance(6 * 60_000);
        provider.set_clock(app.clock.now_ms());
        let asked = come(&app, &provider, &id, "s-1", TARO.email, &[]).await;
        app.hold_cookie(TARO, "rashin_sso_link", &cookie_of(&asked, "rashin_sso_link").unwrap());
        let reply = app.post(&format!("/sign-in/sso/{id}/link"), TARO, &[]).await;
        assert!(reply.header("location").starts_with("/me/proof"), "{}", reply.header("location"));
        assert_eq!(bound(&app).await, 0);
    }

    async fn two_who_were_vouched_for_are_not_bound_to_one_account(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let first = come(&app, &provider, &id, "s-1", TARO.email, &[]).await;
        let second = come(&app, &provider, &id, "s-2", TARO.email, &[]).await;
        let same = come(&app, &provider, &id, "s-2", JIRO.email, &[]).await;
        say_so(&app, TARO, &second).await.leads_to("/units?done=sign-on-linked");
        say_so(&app, TARO, &first).await.is(409);
        say_so(&app, JIRO, &same).await.is(409);
        assert_eq!((bound(&app).await, notes(&app, JIRO).await), (1, 0));
    }

    async fn who_has_no_proof_of_their_own_is_linked_at_once_and_told(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let first = set_up(&app, HANAKO, &NewProvider { brings_people: true, ..wish(&provider) }).await;
        let second = set_up(&app, KEEPER, &NewProvider { name: "もう一つ".into(), ..wish(&provider) }).await;
        let new = "shinjin@example.jp";
        // Whom a provider brought is new to nobody, so nothing is told.
        come(&app, &provider, &first, "s-9", new, &[]).await.leads_to("/units");
        // The way in by the first provider is a proof of one's own.
        come(&app, &provider, &second, "x-9", new, &[]).await.leads_to(&format!("/sign-in/sso/{second}/link"));
        assert_eq!(bound(&app).await, 1);
        end_provider(&app.ctx(HANAKO), &app.app.sign_on, &first).await.unwrap();
        come(&app, &provider, &second, "x-9", new, &[]).await.leads_to("/units?done=sign-on-linked");
        assert_eq!(bound(&app).await, 2);
        assert_eq!(app.told(&second, "federation.sign-on").await[0]["bound"], true);
    }

    async fn whoever_is_linked_is_told_by_mail(app: TestApp) {
        let (address, letters) = mail_server(false).await;
        let app = app.with(|inner| inner.mail = mail(&address));
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let asked = come(&app, &provider, &id, "s-1", TARO.email, &[]).await;
        assert_eq!(letters.lock().unwrap().len(), 0);
        say_so(&app, TARO, &asked).await.is(303);
        let brings = NewProvider { name: "もう一つ".into(), brings_people: true, ..wish(&provider) };
        let first = set_up(&app, HANAKO, &brings).await;
        come(&app, &provider, &first, "x-1", "shinjin@example.jp", &[]).await.leads_to("/units");
        // Whom a provider brought is not told, but is when another takes its place.
        assert_eq!(letters.lock().unwrap().len(), 1);
        end_provider(&app.ctx(HANAKO), &app.app.sign_on, &first).await.unwrap();
        come(&app, &provider, &id, "s-9", "shinjin@example.jp", &[]).await.leads_to("/units?done=sign-on-linked");
        assert!(letters.lock().unwrap()[1].contains("To: shinjin@example.jp"));
        let letter = letters.lock().unwrap().remove(0);
        assert!(letter.contains(&format!("To: {}", TARO.email)), "{letter}");
        let text = read(&letter);
        assert!(text.contains("認証サービスと結び付きました") && text.contains("linked with an identity provider"), "{text}");
    }

    async fn taking_factors_away_does_not_take_the_note_away(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.leads_to("/units");
        let key = "INSERT INTO passkeys (id, account_id, name, content, made_at_ms, used_at_ms) VALUES ('key', $1, 'PC', '{}', 1, NULL)";
        app.damage(key, &[app.account(TARO).into()]).await;
        crate::identity::take_factors(&app.ctx(KEEPER), app.account(TARO), "紛失").await.unwrap();
        assert_eq!(notes(&app, TARO).await, 1);
        // A sign-on tells of it too.
        come(&app, &provider, &id, "s-1", TARO.email, &[]).await.leads_to("/units?done=factors-taken");
    }

    async fn a_sign_on_is_a_sign_in_like_any_other(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.leads_to("/units");
        let way = begin(&app, &id).await;
        provider.vouch(way.asked.clone(), "s-1", TARO.email, &[]);
        let (before, old) = (sessions(&app).await, app.token(TARO));
        let cookies = format!("rashin_sso={}; rashin_session={old}", way.browser);
        let request = Request::get(back(&provider.base(), &way)).header(header::COOKIE, cookies);
        let request = request.header(header::USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0");
        let reply = app.send(request.body(Body::empty()).unwrap()).await.is(303);
        // The session that the browser had is ended, the new one says where it is, and the device is known from now on.
        assert_eq!(sessions(&app).await, before);
        app.get("/me", TARO).await.leads_to("/sign-in?next=/me");
        app.hold_token(TARO, &cookie_of(&reply, "rashin_session").unwrap());
        assert!(app.get("/me", TARO).await.is(200).text().contains("Firefox, Linux"));
        let device = cookie_of(&reply, "rashin_device").unwrap();
        let devices = "SELECT COUNT(*) AS n FROM devices WHERE account_id = $1";
        let known = app.count(devices, &[app.account(TARO).into()]).await;
        let way = begin(&app, &id).await;
        provider.vouch(way.asked.clone(), "s-1", TARO.email, &[]);
        let cookies = format!("{}; rashin_device={device}", way.browser);
        let again = visit(&app, &back(&provider.base(), &way), &cookies).await.is(303);
        assert_eq!(cookie_of(&again, "rashin_device"), None);
        assert_eq!(app.count(devices, &[app.account(TARO).into()]).await, known);
    }

    async fn whoever_is_signed_in_to_another_tenant_comes_by_a_provider_all_the_same(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        sign_in(&app, &provider, &id, "s-1", TARO.email, &[]).await.leads_to("/units");
        let outsider = app.token(crate::testing::OUTSIDER);
        let cookies = format!("; rashin_session={outsider}");
        let reply = visit(&app, &format!("/sign-in/sso/{id}?next=/units"), &cookies).await.is(303);
        assert!(reply.header("location").starts_with(&provider.base()));
    }
}
