//! Who asks: the session of a cookie (pages) or a bearer token (API), looked up once per request.

use axum::extract::{ConnectInfo, FromRequestParts, OptionalFromRequestParts, OriginalUri, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use platform::web::{HOST_ONLY, cookie, language_of};
use platform::{Actor, Ctx, Language, Limit, Via};

use super::{App, Failure, Page, held, machine};
use crate::access;
use crate::federation::is_machine_token;
use crate::identity::{self, Door, Session};

/// Name of the session cookie.
pub const SESSION_COOKIE: &str = "rashin_session";

/// Name of the cookie by which a device is known again.
pub const DEVICE_COOKIE: &str = "rashin_device";

/// The session of a request, put there by [`find_session`].
#[derive(Debug, Clone)]
pub struct Found {
    /// The session.
    pub session: Session,
    /// The token held.
    pub token: String,
    /// What a machine may do at most; none for people.
    pub limit: Option<Limit>,
    /// What the person's grants carry, for what a page offers; nothing in the API.
    pub powers: Vec<String>,
    /// Whether a second factor must be registered before anything else.
    pub held: bool,
}

/// Whoever asks, signed in or not.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Acts in the asker's name.
    pub ctx: Ctx,
    /// Session and token, if signed in.
    pub found: Option<Found>,
    /// Language of the answer.
    pub language: Language,
    /// Where the request comes from, and from which device.
    pub door: Door,
    /// The frame of a page in answer.
    pub page: Page,
}

/// Somebody signed in. Others are led to the sign-in page, or get 401 from the API.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Asker);

/// The session cookie to set; an empty token takes it away.
#[must_use]
pub fn session_cookie(app: &App, token: &str) -> HeaderValue {
    secret_cookie(app, SESSION_COOKIE, token, "/", 12 * 60 * 60)
}

/// By what a browser that was not known is known from now on.
#[must_use]
pub fn device_cookie(app: &App, device: Option<&str>) -> Option<HeaderValue> {
    device.map(|device| secret_cookie(app, DEVICE_COOKIE, device, "/", identity::sign_in::DEVICE_MS / 1000))
}

/// A cookie for scripts to leave alone; an empty value takes it away. Under https its name says that no other host, and
/// nothing sent in the clear, can have set it; browsers then want it to count for the whole site.
#[must_use]
pub fn secret_cookie(app: &App, name: &str, value: &str, path: &str, age_s: i64) -> HeaderValue {
    let age_s = if value.is_empty() { 0 } else { age_s };
    let text = if app.is_secure() {
        format!("{HOST_ONLY}{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age_s}; Secure")
    } else {
        format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={age_s}")
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("rashin_none=; Path=/; Max-Age=0"))
}

/// The value of a cookie that [`secret_cookie`] has set; under https one with the bare name counts for nothing.
#[must_use]
pub fn held_cookie<'a>(app: &App, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    if app.is_secure() { cookie(headers, &format!("{HOST_ONLY}{name}")) } else { cookie(headers, name) }
}

/// What a request says of where it comes from.
fn door_of(app: &App, headers: &HeaderMap, source: &str) -> Door {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("");
    let device = held_cookie(app, headers, DEVICE_COOKIE).unwrap_or("");
    Door { source: source.to_owned(), device: device.to_owned(), agent: agent.to_owned() }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn source_of(parts: &Parts) -> String {
    parts
        .extensions
        .get::<ConnectInfo<std::net::SocketAddr>>()
        .map_or_else(|| "local".to_owned(), |info| info.0.ip().to_string())
}

/// Whether the path belongs to the API.
#[must_use]
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// The address asked for; a nested router sees only the rest of it.
fn uri_of(parts: &Parts) -> &Uri {
    parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0)
}

/// Whether a request says which site it comes from, as browsers do of all that may write. What comes with a cookie and
/// says nothing is no browser that can be trusted to keep the cookie from other sites.
fn says_whence(request: &Request) -> bool {
    let told = |name: &str| request.headers().get(name).is_some_and(|value| !value.is_empty());
    told("sec-fetch-site") || told("origin") || request.method().is_safe()
}

/// Middleware: finds the session and renews the cookie's token when it is due.
pub async fn find_session(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/static/") {
        return next.run(request).await;
    }
    let api = is_api(request.uri().path());
    let by_cookie = held_cookie(&app, request.headers(), SESSION_COOKIE).map(str::to_owned);
    let by_bearer = if api { bearer(request.headers()).map(str::to_owned) } else { None };
    let Some(token) = by_bearer.clone().or(by_cookie) else { return next.run(request).await };
    if by_bearer.is_none() && !says_whence(&request) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let via = if api { Via::Api } else { Via::Page };
    let anonymous = app.ctx(Actor::Anonymous { source: String::new() }, via);
    if let Some(token) = by_bearer.as_deref().filter(|token| is_machine_token(token)) {
        return machine::answer(&anonymous, token, request, next).await;
    }
    let session = match identity::find_session(&anonymous, &token).await {
        Ok(Some(session)) => session,
        Ok(None) => return next.run(request).await,
        Err(error) => return Failure(error).into_response(),
    };
    let ctx = anonymous.as_actor(actor_of(&session));
    let reached = held::reaches(request.method(), request.uri().path());
    let (held, powers) = match standing(&ctx, &session, reached, api).await {
        Ok(seen) => seen,
        Err(error) => return Failure(error).into_response(),
    };
    request.extensions_mut().insert(Found {
        session: session.clone(),
        token: token.clone(),
        limit: None,
        powers,
        held,
    });
    let mut response = next.run(request).await;
    if !response.headers().contains_key(header::SET_COOKIE) {
        match identity::keep(&ctx, &session, &token, by_bearer.is_none()).await {
            Ok(Some(fresh)) => {
                response.headers_mut().append(header::SET_COOKIE, session_cookie(&app, &fresh));
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a session was not renewed"),
        }
    }
    response
}

/// Whether the session is held, and what a page of its person may offer; deeds ask the gate again.
async fn standing(ctx: &Ctx, session: &Session, reached: bool, api: bool) -> platform::Result<(bool, Vec<String>)> {
    let held = held::is_held(ctx, session, reached).await?;
    let powers = if api { Vec::new() } else { access::own_powers(ctx).await? };
    Ok((held, powers.into_iter().map(|(power, _)| power).collect()))
}

fn actor_of(session: &Session) -> Actor {
    Actor::Account { id: session.account_id.clone(), tenant_id: session.tenant_id.clone(), name: session.name.clone() }
}

impl Asker {
    /// The session token held; empty if not signed in.
    #[must_use]
    pub fn token(&self) -> &str {
        self.found.as_ref().map_or("", |found| &found.token)
    }

    fn of(parts: &Parts, app: &App) -> Self {
        let found = parts.extensions.get::<Found>().cloned();
        let source = source_of(parts);
        let actor = found
            .as_ref()
            .map_or_else(|| Actor::Anonymous { source: source.clone() }, |found| actor_of(&found.session));
        let uri = uri_of(parts);
        let via = if is_api(uri.path()) { Via::Api } else { Via::Page };
        let language = language_of(&parts.headers);
        // What answers a form stands at an address that shows nothing by itself: the way back is the form's page.
        let form = if parts.method.is_safe() { None } else { referer(&parts.headers) };
        let here = form.as_ref().unwrap_or(uri);
        let page = Page::new(app, language, &parts.headers, here, found.as_ref());
        let mut ctx = app.ctx(actor, via);
        if let Some(found) = &found {
            ctx = ctx.proved_at(found.session.proved_at_ms);
        }
        if let Some(limit) = found.as_ref().and_then(|found| found.limit.clone()) {
            ctx = ctx.within(limit);
        }
        let door = door_of(app, &parts.headers, &source);
        Self { ctx, found, language, door, page }
    }
}

/// The page a form was sent from.
pub(super) fn referer(headers: &HeaderMap) -> Option<Uri> {
    headers.get(header::REFERER)?.to_str().ok()?.parse().ok()
}

impl FromRequestParts<App> for Asker {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts, app))
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let asker = Asker::of(parts, app);
        if asker.found.is_some() {
            return Ok(Self(asker));
        }
        app.refusals.count(&asker.door.source, asker.ctx.now_ms());
        if is_api(uri_of(parts).path()) {
            return Err(Failure::sign_in_first().into_response());
        }
        let wanted = uri_of(parts).path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
        Err(Redirect::to(&format!("/sign-in?next={}", super::page::encode(wanted))).into_response())
    }
}

impl OptionalFromRequestParts<App> for SignedIn {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Self::Rejection> {
        let asker = Asker::of(parts, app);
        Ok(asker.found.is_some().then_some(Self(asker)))
    }
}
