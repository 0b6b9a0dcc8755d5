//! Roles from groups end with the group, however it ends.

use axum::http::Method;
use serde_json::json;

use super::coming::{back, begin, set_up, sign_in, visit, wish};
use super::provider::Provider;
use crate::federation::map_group;
use crate::federation::providers::unmap_group;
use crate::testing::{HANAKO, JIRO, START_MS, TARO, TestApp, on_both};

async fn roles(app: &TestApp, account_id: &str) -> Vec<String> {
    let sql = "SELECT role FROM grants WHERE account_id = $1 AND ended_at_ms IS NULL ORDER BY role";
    app.rows(sql, &[account_id.into()]).await.iter().map(|row| row.text("role").unwrap()).collect()
}

/// Signs in while the provider lies in this way.
async fn come_by(app: &TestApp, provider: &Provider, id: &str, lie: &str) {
    let way = begin(app, id).await;
    provider.vouch(way.asked.clone(), "s-1", TARO.email, &[]);
    provider.lie(lie);
    visit(app, &back(&provider.base(), &way), &way.browser).await.is(303);
    provider.lie("");
}

on_both! {
    async fn a_provider_that_names_no_groups_means_none_unless_it_tells_them_elsewhere(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        map_group(&app.ctx(HANAKO), "rashin-audit", "auditor", &app.company).await.unwrap();
        sign_in(&app, &provider, &id, "s-1", TARO.email, &["rashin-audit"]).await.leads_to("/units");
        let taro = app.account(TARO).to_owned();
        assert_eq!(roles(&app, &taro).await, ["auditor", "manager"]);
        come_by(&app, &provider, &id, "groups elsewhere").await;
        assert_eq!(roles(&app, &taro).await, ["auditor", "manager"]);
        come_by(&app, &provider, &id, "groups missing").await;
        assert_eq!(roles(&app, &taro).await, ["manager"]);
    }

    async fn what_a_group_gives_ends_with_the_entry_in_its_own_deed(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let hanako = app.ctx(HANAKO);
        let audit = map_group(&hanako, "rashin-audit", "auditor", &app.company).await.unwrap();
        map_group(&hanako, "rashin-both", "auditor", &app.company).await.unwrap();
        sign_in(&app, &provider, &id, "s-1", TARO.email, &["rashin-audit"]).await.leads_to("/units");
        sign_in(&app, &provider, &id, "s-2", JIRO.email, &["rashin-both"]).await.leads_to("/units");
        let (taro, jiro) = (app.account(TARO), app.account(JIRO));
        app.api(Method::DELETE, &format!("/group-roles/{}", audit.id), HANAKO, json!(null)).await.is(204);
        assert_eq!((roles(&app, taro).await, roles(&app, jiro).await), (vec!["manager".to_owned()], vec!["auditor".to_owned(), "staff".to_owned()]));
        let told = app.told(&app.group, "federation.map-group").await;
        assert_eq!((told[0]["ended"].as_bool(), told[0]["roles_ended"].as_i64()), (Some(true), Some(1)));
        crate::testing::not_found(unmap_group(&hanako, &audit.id).await);
        crate::testing::not_found(unmap_group(&app.ctx(crate::testing::OUTSIDER), &audit.id).await);
    }
}
