use axum::http::Method;
use serde_json::{Value, json};

use crate::population::{builtin_for, builtin_releases};
use crate::testing::{JIRO, NOBODY, TestApp, on_both};

on_both! {
    async fn every_page_is_shown_in_both_languages_with_every_text(app: TestApp) {
        for language in ["ja", "en"] {
            app.speak(language);
            for path in ["/releases", "/releases/synthetic-2005-25", "/releases/synthetic-2005-27"] {
                let text = app.get(path, JIRO).await.is(200).text();
                assert!(!text.contains('⟦'), "{path} {language}");
                assert!(text.contains("合成データ"), "{path} {language}");
            }
        }
    }

    async fn the_list_leads_to_each_release(app: TestApp) {
        let text = app.get("/releases", JIRO).await.is(200).text();
        for release in builtin_releases() {
            assert!(text.contains(&format!("href=\"/releases/{}\"", release.id())));
            assert!(text.contains(&release.head().hash));
        }
        assert!(text.contains("実際の回答による公開版は、まだありません"));
    }

    async fn the_page_sets_the_eight_printed_means_beside_those_of_the_release(app: TestApp) {
        let text = app.get("/releases/synthetic-2005-25", JIRO).await.is(200).text();
        assert_eq!(text.matches("</svg>一致</span>").count(), 4);
        let all = builtin_for("benchmark-25").unwrap().all().unwrap();
        for figure in [all.mean, all.top_third, all.mean - 67.0] {
            let shown = format!("{figure:.2}").replace('-', "−");
            assert!(text.contains(&shown), "{shown}");
        }
        assert_eq!(text.matches("<figure class=\"chart\">").count(), 4);
        let later = app.get("/releases/synthetic-2005-27", JIRO).await.is(200).text();
        assert!(!later.contains("公表値") && later.contains("3-7"));
    }

    async fn the_members_are_downloaded_as_the_command_writes_them(app: TestApp) {
        let csv = app.get("/releases/synthetic-2005-25/members.csv", JIRO).await.is(200);
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(csv.header("content-disposition"), "attachment; filename=\"synthetic-2005-25.csv\"");
        let csv = csv.text();
        assert_eq!(csv.lines().count(), 886);
        assert!(csv.starts_with("id,tier,size,industry,vulnerability_index,influence_index,risk_index,1-1,"));
        let json = app.get("/releases/synthetic-2005-25/members.json", JIRO).await.is(200).json();
        let by_api = app.api(Method::GET, "/releases/synthetic-2005-25/members", JIRO, Value::Null).await.is(200).json();
        assert_eq!(json, by_api);
        assert_eq!(json.as_array().map(Vec::len), Some(885));
    }

    async fn the_figures_of_the_printed_table_come_out_of_the_downloaded_members(app: TestApp) {
        let members = app.api(Method::GET, "/releases/synthetic-2005-25/members", JIRO, Value::Null).await.is(200).json();
        let members = members.as_array().unwrap();
        let total = |member: &Value| {
            let fields = member.as_object().unwrap().iter();
            let levels = fields.filter(|(name, _)| name.starts_with(|first: char| first.is_ascii_digit()));
            levels.map(|(_, level)| level.as_u64().unwrap()).sum::<u64>()
        };
        for (tier, mean, top_third) in [("I", 75, 96), ("II", 68, 87), ("III", 57, 76), ("", 67, 88)] {
            let of_tier = members.iter().filter(|member| tier.is_empty() || member["tier"] == tier);
            let mut totals: Vec<u64> = of_tier.map(total).collect();
            totals.sort_unstable_by(|a, b| b.cmp(a));
            let rounded = |totals: &[u64]| {
                let (sum, n) = (totals.iter().sum::<u64>(), totals.len() as u64);
                (2 * sum + n) / (2 * n)
            };
            assert_eq!((rounded(&totals), rounded(&totals[..totals.len() / 3])), (mean, top_third), "tier {tier}");
        }
    }

    async fn the_api_tells_of_releases_and_their_figures(app: TestApp) {
        let list = app.api(Method::GET, "/releases", JIRO, Value::Null).await.is(200).json();
        assert_eq!((&list[0]["id"], &list[0]["number"]), (&json!("synthetic-2005-25"), &json!(1)));
        assert_eq!(list[1]["synthetic"], true);
        let one = app.api(Method::GET, "/releases/synthetic-2005-25", JIRO, Value::Null).await.is(200).json();
        assert_eq!(one["hash"], builtin_releases()[0].head().hash);
        assert_eq!((&one["published"][0]["agrees"], one["groups"].as_array().map(Vec::len)), (&json!(true), Some(15)));
        app.api(Method::GET, "/releases/synthetic-1905", JIRO, Value::Null).await.is(404);
        app.api(Method::GET, "/releases/synthetic-1905/members", JIRO, Value::Null).await.is(404);
    }

    async fn who_is_not_signed_in_is_led_to_sign_in(app: TestApp) {
        app.get("/releases", NOBODY).await.leads_to("/sign-in?next=/releases");
        app.api(Method::GET, "/releases", NOBODY, Value::Null).await.is(401);
        app.api(Method::GET, "/releases/synthetic-2005-25/members", NOBODY, Value::Null).await.is(401);
        app.get("/releases/synthetic-1905", JIRO).await.is(404);
    }
}
