//! The stage of room tests: an installation with named people on a throw-away database, asked through the front door.
//!
//! `on_both!` turns each `async fn behaviour(app: TestApp)` into `behaviour::sqlite` and `behaviour::postgres`. The
//! address of the PostgreSQL server comes from `RASHIN_TEST_POSTGRES`; `script/test` starts one.

use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use platform::clock::{ManualClock, SeededEntropy};
use platform::{Act, Actor, Ctx, Object, Row, Statement, Value, Via};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use crate::face::App;
use crate::face::page::encode;
use crate::face::serve::{self, Place};
use crate::identity::{self, Newcomer, SetUp};
use crate::organisation::{self, Unit, UnitKind, roles};

mod failures;
#[path = "../../../platform/tests/scratch/mod.rs"]
pub(crate) mod scratch;

pub(crate) use failures::{conflict, faults, forbidden, not_found};
pub(crate) use scratch::Kind;
use scratch::Scratch;

/// 2026-11-20 09:00 in Japan, milliseconds since 1970: when every story begins.
pub(crate) const START_MS: i64 = 1_795_132_800_000;
/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const SECOND_MS: i64 = 1000;
pub(crate) const MINUTE_MS: i64 = 60 * SECOND_MS;
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// Somebody in the stories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: &'static str,
    /// Empty for nobody.
    pub(crate) email: &'static str,
}

/// Administrator and CISO of the group.
pub(crate) const HANAKO: Person = Person { name: "羅針 花子", email: "hanako@example.jp" };
/// Manager of the company.
pub(crate) const TARO: Person = Person { name: "山田 太郎", email: "taro@example.jp" };
/// Staff of the company.
pub(crate) const JIRO: Person = Person { name: "鈴木 次郎", email: "jiro@example.jp" };
/// Auditor of the group.
pub(crate) const AUDITOR: Person = Person { name: "監査 みどり", email: "kansa@example.jp" };
/// Executive of the group.
pub(crate) const PRESIDENT: Person = Person { name: "社長 一郎", email: "shacho@example.jp" };
/// Administrator of the group without another role.
pub(crate) const KEEPER: Person = Person { name: "管理 三郎", email: "kanri@example.jp" };
/// Administrator, CISO and executive of another tenant.
pub(crate) const OUTSIDER: Person = Person { name: "外部 四郎", email: "gaibu@example.com" };
/// Somebody who is not signed in.
pub(crate) const NOBODY: Person = Person { name: "", email: "" };

const PEOPLE: [Person; 7] = [HANAKO, TARO, JIRO, AUDITOR, PRESIDENT, KEEPER, OUTSIDER];

const STAGE: Act = Act::by("test.stage", &[]);
const ADD_SESSION: Statement = Statement {
    name: "ADD_SESSION",
    sql: "INSERT INTO sessions (token_hash, previous_hash, account_id, created_at_ms, rotated_at_ms, expires_at_ms, id, proved_at_ms) \
        SELECT $1, NULL, id, $3, $3, $4, $1, $3 FROM accounts WHERE email = $2",
};
const ACCOUNTS: Statement = Statement { name: "ACCOUNTS", sql: "SELECT id, tenant_id, email, name FROM accounts" };
const UNITS: Statement = Statement { name: "UNITS", sql: "SELECT id, name FROM units" };

/// An installation. Clones are the same one.
#[derive(Clone)]
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) clock: Arc<ManualClock>,
    /// The group, its company, the company's department, and the other tenant.
    pub(crate) group: String,
    pub(crate) company: String,
    pub(crate) department: String,
    pub(crate) elsewhere: String,
    place: Place,
    router: Router,
    accounts: Arc<BTreeMap<String, (String, String)>>,
    /// Cookies besides the session, by address.
    cookies: Arc<Mutex<BTreeMap<&'static str, BTreeMap<String, String>>>>,
    /// Session tokens by address, as a browser keeps them.
    jar: Arc<Mutex<BTreeMap<&'static str, String>>>,
    language: Arc<Mutex<&'static str>>,
    _files: Arc<tempfile::TempDir>,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What a person reads first.
    fn gist(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        text.split("<main").nth(1).unwrap_or(&text).split("</main").next().unwrap_or("").chars().take(2000).collect()
    }

    /// The answer, if it is of this status; else the test ends.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.gist());
        self
    }

    /// Where the answer leads on to.
    #[track_caller]
    pub(crate) fn leads_to(self, path: &str) {
        assert_eq!(
            (self.status, self.header("location")),
            (StatusCode::SEE_OTHER, path),
            "{}",
            String::from_utf8_lossy(&self.body)
        );
    }
}

fn first_token(person: Person) -> String {
    format!("session-{}", hex::encode(person.email))
}

fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// A SQLite file lies in the folder of data, which is gone with it; with PostgreSQL the folder is `files`.
fn place(address: &str, files: &Path) -> Place {
    let database = address.starts_with("postgres").then(|| address.to_owned());
    let data = if database.is_some() { files } else { Path::new(address).parent().unwrap() };
    Place { data: data.to_owned(), database, public_url: "http://localhost:8650".to_owned() }
}

async fn open_first(address: &str, files: &Path) -> App {
    let (clock, entropy) = (Arc::new(ManualClock::at(START_MS)), Arc::new(SeededEntropy::new(1)));
    serve::open_in(&place(address, files), clock, entropy).await.unwrap()
}

/// Fills the template: two tenants and their people, by the same actions that pages call.
fn fill(address: String) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let files = scratch::scratch_folder();
        let app = open_first(&address, files.path()).await;
        let group = seed(&app, "羅針グループ", "group", HANAKO, &[]).await;
        seed(&app, "外部商事", "company", OUTSIDER, &[roles::EXECUTIVE]).await;
        let hanako = app.ctx(identity::actor_by_email(&app.system(), HANAKO.email).await.unwrap(), Via::Page);
        let hanako = hanako.proved_at(START_MS);
        let company = add_unit(&hanako, &group, UnitKind::Company, "羅針電機").await;
        add_unit(&hanako, &company, UnitKind::Department, "製造部").await;
        for (person, role, unit) in [
            (TARO, roles::MANAGER, &company),
            (JIRO, roles::STAFF, &company),
            (AUDITOR, roles::AUDITOR, &group),
            (PRESIDENT, roles::EXECUTIVE, &group),
            (KEEPER, roles::ADMINISTRATOR, &group),
        ] {
            let token = identity::invite(&hanako, person.email, role, unit).await.unwrap();
            let anonymous = app.ctx(Actor::Anonymous { source: "192.0.2.1".to_owned() }, Via::Page);
            identity::accept_invitation(&anonymous, &token, person.name, PASSWORD).await.unwrap();
        }
        for person in PEOPLE {
            add_session(&app, person, &first_token(person), START_MS).await;
        }
        app.ground.db.close().await.unwrap();
    })
}

async fn seed(app: &App, organisation: &str, kind: &str, person: Person, also: &[&str]) -> String {
    let person = Newcomer { name: person.name.into(), email: person.email.into(), password: PASSWORD.into() };
    let input = SetUp { organisation: organisation.into(), kind: kind.into(), person };
    identity::seed_tenant(&app.system(), &input, also).await.unwrap().0
}

async fn add_unit(ctx: &Ctx, parent: &str, kind: UnitKind, name: &str) -> String {
    organisation::add_unit(ctx, parent, kind, name).await.unwrap().id
}

async fn add_session(app: &App, person: Person, token: &str, now_ms: i64) {
    let mut deed = app.system().begin(&STAGE, Object::free("session", "")).await.unwrap();
    let values = [token_hash(token).into(), person.email.into(), now_ms.into(), (now_ms + 12 * HOUR_MS).into()];
    assert_eq!(deed.write(&ADD_SESSION, &values).await.unwrap(), 1);
    deed.commit("").await.unwrap();
}

/// Makes an installation without anybody.
fn leave_empty(address: String) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let files = scratch::scratch_folder();
        let app = open_first(&address, files.path()).await;
        app.ground.db.close().await.unwrap();
    })
}

/// Where a story begins.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stage {
    People,
    Empty,
}

impl TestApp {
    async fn open(scratch: &Scratch) -> Self {
        let (files, clock) = (Arc::new(scratch::scratch_folder()), Arc::new(ManualClock::at(START_MS)));
        let (place, entropy) = (place(scratch.address(), files.path()), Arc::new(SeededEntropy::new(2)));
        let app = serve::assemble(&place, Arc::<ManualClock>::clone(&clock), entropy).await.unwrap();
        let system = app.system();
        let text = |row: &Row, column: &str| row.text(column).unwrap();
        let units = system.rows(&UNITS, &[]).await.unwrap();
        let units: BTreeMap<String, String> = units.iter().map(|row| (text(row, "name"), text(row, "id"))).collect();
        let unit = |name: &str| units.get(name).cloned().unwrap_or_default();
        let accounts = system.rows(&ACCOUNTS, &[]).await.unwrap();
        let accounts = accounts.iter().map(|row| (text(row, "email"), (text(row, "id"), text(row, "tenant_id"))));
        Self {
            group: unit("羅針グループ"),
            company: unit("羅針電機"),
            department: unit("製造部"),
            elsewhere: unit("外部商事"),
            place,
            router: serve::router(app.clone()),
            accounts: Arc::new(accounts.collect()),
            cookies: Arc::default(),
            jar: Arc::new(Mutex::new(PEOPLE.iter().map(|person| (person.email, first_token(*person))).collect())),
            language: Arc::new(Mutex::new("ja")),
            app,
            clock,
            _files: files,
        }
    }

    /// The account's id.
    pub(crate) fn account(&self, person: Person) -> &str {
        &self.accounts[person.email].0
    }

    /// Acts in a person's name through pages.
    pub(crate) fn ctx(&self, person: Person) -> Ctx {
        let actor = if person == NOBODY {
            Actor::Anonymous { source: "192.0.2.1".to_owned() }
        } else {
            let (id, tenant_id) = self.accounts[person.email].clone();
            Actor::Account { id, tenant_id, name: person.name.to_owned() }
        };
        let ctx = self.app.ctx(actor, Via::Page);
        let now_ms = ctx.now_ms();
        ctx.proved_at(now_ms)
    }

    /// A unit as the database has it.
    pub(crate) async fn unit(&self, id: &str) -> Unit {
        let keeper = if id == self.elsewhere { OUTSIDER } else { HANAKO };
        organisation::unit(&self.ctx(keeper), id).await.unwrap()
    }

    /// The session token a person's browser holds.
    pub(crate) fn token(&self, person: Person) -> String {
        self.jar.lock().unwrap().get(person.email).cloned().unwrap_or_default()
    }

    /// Puts a session token into a person's browser.
    pub(crate) fn hold_token(&self, person: Person, token: &str) {
        self.jar.lock().unwrap().insert(person.email, token.to_owned());
    }

    /// Puts another cookie into a person's browser; an empty one goes.
    pub(crate) fn hold_cookie(&self, person: Person, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        let own = cookies.entry(person.email).or_default();
        if value.is_empty() {
            own.remove(name);
        } else {
            own.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Another cookie of a person's browser.
    pub(crate) fn cookie(&self, person: Person, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(person.email)?.get(name).cloned()
    }

    /// Sets the language of all browsers.
    pub(crate) fn speak(&self, language: &'static str) {
        *self.language.lock().unwrap() = language;
    }

    /// Opens a new session without a password, for stories that run longer than the first one.
    pub(crate) async fn new_session(&self, person: Person) {
        let now_ms = self.app.system().now_ms();
        let token = format!("{}-{now_ms}", hex::encode(&person.email[..4]));
        add_session(&self.app, person, &token, now_ms).await;
        self.hold_token(person, &token);
    }

    /// What a SQL text finds.
    pub(crate) async fn rows(&self, sql: &'static str, values: &[Value]) -> Vec<Row> {
        self.app.system().rows(&Statement { name: "test", sql }, values).await.unwrap()
    }

    /// The number in the only row and its column `n`.
    pub(crate) async fn count(&self, sql: &'static str, values: &[Value]) -> i64 {
        self.rows(sql, values).await[0].int("n").unwrap()
    }

    /// What the entries on an object tell, by name, the newest first.
    pub(crate) async fn told(&self, object_id: &str, act: &str) -> Vec<serde_json::Value> {
        let sql = "SELECT v.facts FROM audit_entries e JOIN audit_values v ON v.entry_id = e.id WHERE e.object_id = $1 AND e.act LIKE $2 || '%' \
            ORDER BY COALESCE(e.seq, 1000000) DESC, e.arrival DESC";
        let rows = self.rows(sql, &[object_id.into(), act.into()]).await;
        let told = |row: &Row| {
            let facts: platform::log::Facts = serde_json::from_str(&row.text("facts").unwrap()).unwrap();
            facts.0.into_iter().map(|(name, fact)| (name, fact.value)).collect()
        };
        rows.iter().map(told).collect()
    }

    /// Changes the database behind the product's back, as an accident would.
    pub(crate) async fn damage(&self, sql: &'static str, values: &[Value]) {
        let mut deed = self.app.system().begin(&STAGE, Object::free("accident", "")).await.unwrap();
        deed.write(&Statement { name: "test", sql }, values).await.unwrap();
        deed.commit("").await.unwrap();
    }

    /// Loses a table; on SQLite its name alone means the view that hides it.
    pub(crate) async fn lose(&self, table: &str) {
        let schema = if self.app.ground.db.is_postgres() { "" } else { "main." };
        self.damage(format!("DROP TABLE {schema}{table}").leak(), &[]).await;
    }

    /// The same installation, set up otherwise.
    pub(crate) fn with(&self, change: impl Fn(&mut App)) -> Self {
        let mut other = self.clone();
        change(&mut other.app);
        other.router = serve::router(other.app.clone());
        other
    }

    /// Another instance of the program over the same data, with the same clock.
    pub(crate) async fn beside(&self) -> Self {
        let entropy = Arc::new(SeededEntropy::new(3));
        let app = serve::assemble(&self.place, Arc::<ManualClock>::clone(&self.clock), entropy).await.unwrap();
        Self { router: serve::router(app.clone()), app, ..self.clone() }
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Reply {
        let source = std::net::SocketAddr::from(([192, 0, 2, 1], 40_000));
        request.extensions_mut().insert(ConnectInfo(source));
        self.send_from(request).await
    }

    /// Sends a request that says itself where it comes from.
    pub(crate) async fn send_from(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    async fn browse(&self, method: Method, path: &str, person: Person, kind: &str, body: Body) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let token = self.token(person);
        let language = *self.language.lock().unwrap();
        let mut cookies = format!("rashin_session={token}; rashin_language={language}");
        for (name, value) in self.cookies.lock().unwrap().get(person.email).into_iter().flatten() {
            cookies.extend(["; ", name.as_str(), "=", value.as_str()]);
        }
        request = request.header(header::COOKIE, cookies);
        let reply = self.send(request.body(body).unwrap()).await;
        for cookie in reply.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            if let Some(token) = cookie.strip_prefix("rashin_session=").and_then(|rest| rest.split(';').next()) {
                self.hold_token(person, token);
            } else if let Some((name, rest)) = cookie.split_once('=') {
                let value = rest.split(';').next().unwrap_or("");
                self.hold_cookie(person, name, value);
            }
        }
        reply
    }

    /// Opens a page in a person's browser.
    pub(crate) async fn get(&self, path: &str, person: Person) -> Reply {
        self.browse(Method::GET, path, person, "", Body::empty()).await
    }

    /// Sends a form from a person's browser.
    pub(crate) async fn post(&self, path: &str, person: Person, form: &[(&str, &str)]) -> Reply {
        let pairs: Vec<String> =
            form.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let kind = "application/x-www-form-urlencoded";
        self.browse(Method::POST, path, person, kind, Body::from(pairs.join("&"))).await
    }

    /// Asks the API with a person's token; `null` sends no body.
    pub(crate) async fn api(&self, method: Method, path: &str, person: Person, json: serde_json::Value) -> Reply {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        let token = self.token(person);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if json.is_null() {
            return self.send(request.body(Body::empty()).unwrap()).await;
        }
        let request = request.header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(json.to_string())).unwrap()).await
    }
}

/// Plays a story on a fresh installation and takes it away afterwards, however the story ends.
pub(crate) fn play<S: Future<Output = ()> + Send + 'static>(kind: Kind, stage: Stage, story: fn(TestApp) -> S) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let scratch = match stage {
            Stage::People => Scratch::copy(kind, "people", fill).await,
            Stage::Empty => Scratch::copy(kind, "empty", leave_empty).await,
        };
        let app = TestApp::open(&scratch).await;
        let outcome = tokio::spawn(story(app.clone())).await;
        app.app.ground.db.close().await.unwrap();
        scratch.remove().await;
        if let Err(error) = outcome {
            std::panic::resume_unwind(error.into_panic());
        }
    });
}

/// Makes two tests of each story: on SQLite and on PostgreSQL. `on Empty;` before the stories begins without people.
macro_rules! on_both {
    (on Empty; $($story:tt)*) => { $crate::testing::on_both! { @ Empty $($story)* } };
    (async $($story:tt)*) => { $crate::testing::on_both! { @ People async $($story)* } };
    (@ $stage:ident $(async fn $name:ident($app:ident: TestApp) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn story($app: TestApp) $body

            #[test]
            fn sqlite() {
                $crate::testing::play($crate::testing::Kind::Sqlite, $crate::testing::Stage::$stage, story);
            }

            #[test]
            fn postgres() {
                $crate::testing::play($crate::testing::Kind::Postgres, $crate::testing::Stage::$stage, story);
            }
        }
    )*};
}
pub(crate) use on_both;

on_both! {
    async fn everybody_is_on_stage_with_a_session(app: TestApp) {
        for person in PEOPLE {
            let me = app.api(Method::GET, "/sessions/current", person, serde_json::Value::Null).await.is(200).json();
            assert_eq!(me["name"], person.name);
            app.get("/me", person).await.is(200);
        }
        app.get("/me", NOBODY).await.leads_to("/sign-in?next=/me");
        assert_eq!(app.unit(&app.department).await.path, format!("/{}/{}/{}/", app.group, app.company, app.department));
    }
}
