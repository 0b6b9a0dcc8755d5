//! The pages through the front door: each in both languages, with every state it can have.

use axum::body::Body;
use axum::http::{Request, header};

use crate::assessment::{self, ItemChange};
use crate::catalog::builtin;
use crate::testing::{AUDITOR, HANAKO, JIRO, OUTSIDER, PRESIDENT, Person, Reply, TARO, TestApp, on_both};

async fn begin(app: &TestApp, item_set: &str, period: &str) -> String {
    assessment::create(&app.ctx(TARO), &app.company, item_set, period).await.unwrap()
}

fn change(item: &str, level: u8, version: i64) -> ItemChange {
    let (item_id, note) = (item.to_owned(), String::new());
    ItemChange { item_id, level: Some(level), not_applicable_reason: None, note, version }
}

/// Everything answered, in which item 4-4 does not apply.
async fn answer_all(app: &TestApp, id: &str, set: &str) {
    let set = builtin().item_set(set).unwrap();
    let mut changes: Vec<ItemChange> = set.items.iter().map(|item| change(&item.ref_id, 3, 0)).collect();
    let other = changes.iter_mut().find(|change| change.item_id == "4-4").unwrap();
    (other.level, other.not_applicable_reason) = (None, Some("開発しない".to_owned()));
    let questions = &builtin().profile(&set.profile).unwrap().questions;
    let choices = questions.iter().map(|question| (question.ref_id.clone(), (question.options[0].ref_id.clone(), 0)));
    assessment::answering::answer(&app.ctx(TARO), id, &choices.collect(), &changes).await.unwrap();
}

async fn in_language(app: &TestApp, path: &str, person: Person, language: &str) -> Reply {
    let cookies = format!("rashin_session={}; rashin_language={language}", app.token(person));
    let request = Request::builder().uri(path).header(header::COOKIE, cookies);
    app.send(request.body(Body::empty()).unwrap()).await
}

/// Every page of a self-check answers in both languages and has all its texts.
async fn all_pages_show(app: &TestApp, id: &str, person: Person) {
    let check = format!("/assessments/{id}");
    let mut paths: Vec<String> =
        ["/", "/assessments", "/assessments?q=nothing", "/assessments/new", "/help", "/item-sets/benchmark-27"]
            .map(str::to_owned)
            .to_vec();
    for page in ["", "/profile", "/history", "/import", "/areas/1", "/areas/4?removed=x", "/areas/5"] {
        paths.push(format!("{check}{page}"));
    }
    for path in paths {
        for language in ["ja", "en"] {
            let reply = in_language(app, &path, person, language).await.is(200);
            let text = reply.text();
            assert!(text.contains(&format!("<html lang=\"{language}\"")), "{path} in {language}");
            assert!(!text.contains('⟦'), "{path} in {language}: {:?}", text.split('⟦').nth(1));
        }
    }
}

async fn upload(app: &TestApp, path: &str, person: Person, name: &str, content: &[u8]) -> Reply {
    let mut body =
        format!("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let request = Request::builder()
        .method("POST")
        .uri(path)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .header(header::COOKIE, format!("rashin_session={}", app.token(person)));
    app.send(request.body(Body::from(body)).unwrap()).await
}

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no field {name}"));
    field.split('"').next().unwrap().to_owned()
}

on_both! {
    async fn every_page_shows_in_every_state_and_language(app: TestApp) {
        for person in [HANAKO, JIRO, AUDITOR] {
            for path in ["/", "/assessments", "/assessments/new"] {
                assert!(!app.get(path, person).await.is(200).text().contains('⟦'));
            }
        }
        let earlier = begin(&app, "benchmark-25", "2025").await;
        answer_all(&app, &earlier, "benchmark-25").await;
        assessment::approve_exclusion(&app.ctx(HANAKO), &earlier, "4-4", None).await.unwrap();
        assessment::submit(&app.ctx(TARO), &earlier).await.unwrap();
        all_pages_show(&app, &earlier, PRESIDENT).await;
        app.post(&format!("/assessments/{earlier}/return"), PRESIDENT, &[("reason", "3-2の証拠")]).await.is(303);
        all_pages_show(&app, &earlier, TARO).await;
        assessment::submit(&app.ctx(TARO), &earlier).await.unwrap();
        app.post(&format!("/assessments/{earlier}/approval"), PRESIDENT, &[("comment", "よい")]).await.is(303);
        all_pages_show(&app, &earlier, AUDITOR).await;
        let now = begin(&app, "benchmark-27", "2026").await;
        all_pages_show(&app, &now, JIRO).await;
        answer_all(&app, &now, "benchmark-27").await;
        all_pages_show(&app, &now, HANAKO).await;
        let history = app.get(&format!("/assessments/{now}/history"), TARO).await.is(200).text();
        assert!(history.contains("1-1") && !history.contains(">1-8<"), "only shared items");
    }

    async fn a_self_check_is_begun_answered_and_approved_without_script(app: TestApp) {
        let form = [("unit", app.company.as_str()), ("period", "2026"), ("item_set", "benchmark-25")];
        let begun = app.post("/assessments", TARO, &form).await.is(303);
        let check = begun.header("location").split("/profile").next().unwrap().to_owned();
        app.post("/assessments", TARO, &form).await.is(422);
        let area = format!("{check}/areas/5");
        let fields = [("level.5-1", "2"), ("version.5-1", "0"), ("note.5-1", "計画\r\nあり"), ("version.5-2", "0"), ("next", "review")];
        app.post(&area, JIRO, &fields).await.leads_to(&check);
        let page = app.get(&area, JIRO).await.is(200).text();
        assert!(page.contains("name=\"level.5-1\" value=\"2\" checked") && page.contains("計画\nあり"));
        let wrong = [("level.5-1", "9"), ("version.5-1", "1"), ("level.5-3", "4"), ("version.5-3", "0")];
        let refused = app.post(&area, JIRO, &wrong).await.is(422).text();
        assert!(refused.contains("1から5の整数") && refused.contains("name=\"level.5-3\" value=\"4\" checked"));
        let id = check.rsplit('/').next().unwrap();
        assert!(!assessment::open(&app.ctx(TARO), id).await.unwrap().items.contains_key("5-3"), "nothing was saved");
        let parts = [("part.5", app.account(JIRO)), ("part.1", "")];
        app.post(&format!("{check}/parts"), TARO, &parts).await.is(303);
        assert!(app.get("/", JIRO).await.text().contains("あと2問です"));
        app.post(&format!("{check}/submission"), TARO, &[]).await.is(422);
    }

    async fn the_second_saver_sees_both_answers_and_decides(app: TestApp) {
        let check = format!("/assessments/{}", begin(&app, "benchmark-25", "2026").await);
        let (area, item) = (format!("{check}/areas/2"), format!("{check}/answers/2-1"));
        app.post(&item, TARO, &[("level.2-1", "4"), ("version.2-1", "0")]).await.is(200);
        let mine = [("level.2-1", "2"), ("version.2-1", "0"), ("note.2-1", "訓練はまだ")];
        let told = app.post(&item, JIRO, &mine).await.is(409);
        let text = told.text();
        for part in ["山田 太郎", "水準 4", "水準 2", "訓練はまだ", "keep_mine"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let (version, now) = (hidden(&text, "version.2-1"), hidden(&text, "now.2-1"));
        assert_eq!((version.as_str(), now.as_str()), ("0", "1"), "going on typing does not overwrite the other answer");
        let again = [mine[0], mine[1], mine[2], ("now.2-1", "1")];
        assert_eq!(app.post(&item, JIRO, &again).await.is(409).header("hx-reswap"), "none");
        let whole = [mine[0], mine[1], mine[2], ("level.2-2", "3"), ("version.2-2", "0")];
        assert!(app.post(&area, JIRO, &whole).await.is(409).text().contains("keep_mine"), "the rest of the page is saved");
        let keep = [mine[0], mine[1], mine[2], ("now.2-1", "1"), ("keep_mine", "2-1")];
        app.post(&area, JIRO, &keep).await.is(303);
        let page = app.get(&area, TARO).await.text();
        assert!(page.contains("name=\"level.2-1\" value=\"2\" checked") && page.contains("name=\"level.2-2\" value=\"3\" checked"));
    }

    async fn what_one_did_not_touch_is_not_sent_over_somebody_elses_answer(app: TestApp) {
        let check = format!("/assessments/{}", begin(&app, "benchmark-25", "2026").await);
        let area = format!("{check}/areas/2");
        app.post(&format!("{check}/answers/2-1"), TARO, &[("level.2-1", "4"), ("version.2-1", "0")]).await.is(200);
        let was = hidden(&app.get(&area, JIRO).await.text(), "was.2-1");
        app.post(&format!("{check}/answers/2-1"), TARO, &[("level.2-1", "5"), ("version.2-1", "1")]).await.is(200);
        let stale = [("level.2-1", "4"), ("version.2-1", "1"), ("was.2-1", was.as_str()), ("level.2-2", "1"), ("version.2-2", "0")];
        app.post(&area, JIRO, &stale).await.is(303);
        assert!(app.get(&area, TARO).await.text().contains("name=\"level.2-1\" value=\"5\" checked"));
    }

    async fn evidence_is_saved_never_shown_and_can_come_back(app: TestApp) {
        let check = format!("/assessments/{}", begin(&app, "benchmark-25", "2026").await);
        let add = format!("{check}/answers/1-1/evidence");
        upload(&app, &add, JIRO, "規程 集.pdf", b"%PDF-1.7 text").await.is(303);
        let refused = upload(&app, &add, JIRO, "page.html", b"<script>").await.is(422).text();
        assert!(refused.contains("id=\"file-1-1-error\""), "said beside its question");
        let page = app.get(&format!("{check}/areas/1"), TARO).await.text();
        let file = page.split("/evidence/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let reply = app.get(&format!("{check}/evidence/{file}"), TARO).await.is(200);
        assert!(reply.header("content-disposition").contains("filename*=UTF-8''%E8%A6%8F%E7%A8%8B%20%E9%9B%86.pdf"));
        assert!(reply.header("content-security-policy").starts_with("sandbox"));
        assert_eq!((reply.header("x-content-type-options"), reply.body.as_slice()), ("nosniff", b"%PDF-1.7 text".as_slice()));
        app.get(&format!("{check}/evidence/{file}"), OUTSIDER).await.is(404);
        app.post(&format!("{check}/evidence/{file}/removal"), TARO, &[]).await.is(303);
        app.get(&format!("{check}/evidence/{file}"), TARO).await.is(404);
        app.post(&format!("{check}/evidence/{file}/removal"), TARO, &[("undo", "yes")]).await.is(303);
        app.get(&format!("{check}/evidence/{file}"), TARO).await.is(200);
    }

    async fn exports_come_back_unchanged_and_a_wrong_file_saves_nothing(app: TestApp) {
        let id = begin(&app, "benchmark-25", "2026").await;
        answer_all(&app, &id, "benchmark-25").await;
        let check = format!("/assessments/{id}");
        let before = assessment::open(&app.ctx(TARO), &id).await.unwrap().content();
        for kind in ["toml", "xlsx"] {
            let file = app.get(&format!("{check}/answers.{kind}"), TARO).await.is(200).body;
            let page = upload(&app, &format!("{check}/import"), TARO, &format!("a.{kind}"), &file).await.is(200).text();
            assert!(page.contains("変わるところはありません"), "{kind}: {page}");
        }
        let toml = app.get(&format!("{check}/answers.toml"), TARO).await.text();
        let wrong = toml.replace("\"1-1\" = 3", "\"1-1\" = 3.5\n\"9-9\" = 1").replace("period = \"2026\"", "period = \"2025\"");
        let page = upload(&app, &format!("{check}/import"), TARO, "a.toml", wrong.as_bytes()).await.is(422).text();
        for part in ["3.5", "answers.9-9", "2025", "3か所"] {
            assert!(page.contains(part), "{part}");
        }
        upload(&app, &format!("{check}/import"), TARO, "a.pdf", b"%PDF-").await.is(422);
        assert_eq!(assessment::open(&app.ctx(TARO), &id).await.unwrap().content(), before);
        let better = toml.replace("\"1-1\" = 3", "\"1-1\" = { level = 5, note = \"よい\" }");
        let plan = upload(&app, &format!("{check}/import"), TARO, "a.toml", better.as_bytes()).await.is(200).text();
        assert!(plan.contains("1か所が変わります"));
        app.post(&format!("{check}/answers/1-1"), JIRO, &[("level.1-1", "2"), ("version.1-1", "1")]).await.is(200);
        let confirm = [("content", better.as_str()), ("version.items.1-1", "1")];
        app.post(&format!("{check}/import/confirmation"), TARO, &confirm).await.is(409);
        let confirm = [("content", better.as_str()), ("version.items.1-1", "2")];
        app.post(&format!("{check}/import/confirmation"), TARO, &confirm).await.is(303);
        assert_eq!(assessment::open(&app.ctx(TARO), &id).await.unwrap().items["1-1"].level, Some(5));
    }

    async fn who_may_not_gets_no_button_and_no_way(app: TestApp) {
        let id = begin(&app, "benchmark-25", "2026").await;
        let check = format!("/assessments/{id}");
        let page = app.get(&format!("{check}/areas/1"), AUDITOR).await.is(200).text();
        assert!(!page.contains("data-autosave") && page.contains("<fieldset class=\"levels\" disabled>"));
        let answer = [("level.1-1", "4"), ("version.1-1", "0")];
        app.post(&format!("{check}/answers/1-1"), AUDITOR, &answer).await.is(403);
        app.post(&format!("{check}/submission"), JIRO, &[]).await.is(403);
        for path in ["", "/profile", "/areas/1", "/history", "/import", "/answers.toml", "/answers.xlsx"] {
            app.get(&format!("{check}{path}"), OUTSIDER).await.is(404);
        }
    }
}
