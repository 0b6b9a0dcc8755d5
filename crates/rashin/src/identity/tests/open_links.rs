//! Links that were handed over: they are seen, withdrawn, and no better than the rights of whoever made them.

use axum::http::Method;
use serde_json::{Value as Json, json};

use super::{conflict, forbidden, not_found};
use crate::access::end_grant;
use crate::identity::{
    accept_invitation, invite, link, list_accounts, offer_reset, open_links, reset, suspend, take_reset, unsuspend,
    withdraw_link,
};
use crate::organisation::roles;
use crate::testing::{AUDITOR, DAY_MS, HANAKO, KEEPER, NOBODY, OUTSIDER, PASSWORD, TARO, TestApp, on_both};

on_both! {
    async fn a_link_is_no_better_than_the_rights_of_whoever_made_it(app: TestApp) {
        let keeper = app.ctx(KEEPER);
        let invitation = invite(&keeper, "a@example.jp", roles::ADMINISTRATOR, &app.group).await.unwrap();
        let password = offer_reset(&keeper, app.account(TARO)).await.unwrap();
        let nobody = app.ctx(NOBODY);
        suspend(&app.ctx(HANAKO), app.account(KEEPER), "x").await.unwrap();
        not_found(link(&nobody, &invitation, "invitation").await);
        not_found(reset(&nobody, &password).await);
        unsuspend(&app.ctx(HANAKO), app.account(KEEPER), "x").await.unwrap();
        link(&nobody, &invitation, "invitation").await.unwrap();
        reset(&nobody, &password).await.unwrap();
        let accounts = list_accounts(&app.ctx(HANAKO)).await.unwrap();
        let own = accounts.into_iter().find(|account| account.id == app.account(KEEPER)).unwrap().grants.remove(0);
        end_grant(&app.ctx(HANAKO), app.account(KEEPER), &own.id, "x").await.unwrap();
        not_found(accept_invitation(&nobody, &invitation, "新人", PASSWORD).await);
        not_found(take_reset(&nobody, &password, "a quiet river 7").await);
        app.get(&format!("/invitations/{invitation}"), NOBODY).await.is(404);
        app.get(&format!("/password-resets/{password}"), NOBODY).await.is(404);
        // What the installation itself made leans on nobody.
        app.damage("UPDATE links SET made_by = ''", &[]).await;
        app.damage("UPDATE password_resets SET made_by = ''", &[]).await;
        accept_invitation(&nobody, &invitation, "新人", PASSWORD).await.unwrap();
        take_reset(&nobody, &password, "a quiet river 7").await.unwrap();
    }

    async fn open_links_are_listed_and_withdrawn_on_the_page(app: TestApp) {
        let page = app.get("/accounts", HANAKO).await.is(200).text();
        assert!(page.contains("送付済みの招待") && page.contains("使われていないリンクはありません"), "{page}");
        let invitation = invite(&app.ctx(HANAKO), "a@example.jp", roles::STAFF, &app.department).await.unwrap();
        let password = offer_reset(&app.ctx(HANAKO), app.account(TARO)).await.unwrap();
        let page = app.get("/accounts", HANAKO).await.is(200).text();
        assert!(page.contains("a@example.jp") && page.contains("製造部") && page.contains(HANAKO.name));
        assert!(!page.contains(&invitation) && !page.contains(&password));
        for token in [&invitation, &password] {
            let links = open_links(&app.ctx(HANAKO)).await.unwrap();
            let path = format!("/accounts/links/{}/withdrawal", links[0].id);
            app.post(&path, TARO, &[]).await.is(403);
            app.post(&path, OUTSIDER, &[]).await.is(404);
            app.post(&path, HANAKO, &[]).await.leads_to("/accounts?done=link-withdrawn");
            app.post(&path, HANAKO, &[]).await.is(404);
            let told = app.told(&links[0].id, "identity.withdraw-link").await;
            assert_eq!(told, [json!({ "email": links[0].email })]);
            let way = if links[0].kind == "invitation" { "invitations" } else { "password-resets" };
            app.get(&format!("/{way}/{token}"), NOBODY).await.is(404);
        }
        assert_eq!(open_links(&app.ctx(HANAKO)).await.unwrap(), []);
    }

    async fn the_api_lists_and_withdraws_them_too(app: TestApp) {
        let token = invite(&app.ctx(HANAKO), "a@example.jp", roles::STAFF, &app.department).await.unwrap();
        let list = app.api(Method::GET, "/links", HANAKO, Json::Null).await.is(200).json();
        assert_eq!((list[0]["email"].as_str(), list[0]["role"].as_str()), (Some("a@example.jp"), Some("staff")));
        assert_eq!((list[0]["made_by"].as_str(), list[0]["unit_name"].as_str()), (Some(HANAKO.name), Some("製造部")));
        let until_ms = app.app.system().now_ms() + 7 * DAY_MS;
        assert_eq!(list[0]["until_ms"], until_ms);
        // Whoever sees people sees their links; administrators alone withdraw.
        app.api(Method::GET, "/links", AUDITOR, Json::Null).await.is(200);
        app.api(Method::GET, "/links", TARO, Json::Null).await.is(403);
        assert_eq!(app.api(Method::GET, "/links", OUTSIDER, Json::Null).await.is(200).json(), json!([]));
        let id = list[0]["id"].as_str().unwrap();
        assert_eq!(forbidden(withdraw_link(&app.ctx(AUDITOR), id).await), "error-not-allowed");
        app.api(Method::DELETE, &format!("/links/{id}"), HANAKO, Json::Null).await.is(204);
        not_found(accept_invitation(&app.ctx(NOBODY), &token, "x", PASSWORD).await);
    }

    async fn used_and_ended_links_are_not_listed(app: TestApp) {
        let used = invite(&app.ctx(HANAKO), "a@example.jp", roles::STAFF, &app.department).await.unwrap();
        accept_invitation(&app.ctx(NOBODY), &used, "新人", PASSWORD).await.unwrap();
        invite(&app.ctx(HANAKO), "b@example.jp", roles::STAFF, &app.department).await.unwrap();
        offer_reset(&app.ctx(HANAKO), app.account(TARO)).await.unwrap();
        assert_eq!(open_links(&app.ctx(HANAKO)).await.unwrap().len(), 2);
        app.clock.advance(DAY_MS);
        assert_eq!(open_links(&app.ctx(HANAKO)).await.unwrap().len(), 1);
        app.clock.advance(6 * DAY_MS);
        assert_eq!(open_links(&app.ctx(HANAKO)).await.unwrap(), []);
    }

    async fn of_two_who_withdraw_at_once_one_is_told(app: TestApp) {
        invite(&app.ctx(HANAKO), "a@example.jp", roles::STAFF, &app.department).await.unwrap();
        let id = open_links(&app.ctx(HANAKO)).await.unwrap().remove(0).id;
        let tries = [HANAKO, KEEPER].map(|person| {
            let (app, id) = (app.clone(), id.clone());
            tokio::spawn(async move { withdraw_link(&app.ctx(person), &id).await })
        });
        let mut done = 0;
        for one in tries {
            match one.await.unwrap() {
                Ok(()) => done += 1,
                Err(platform::Error::NotFound) => {}
                other => assert_eq!(conflict(other), "error-changed-meanwhile"),
            }
        }
        assert_eq!(done, 1);
    }
}
