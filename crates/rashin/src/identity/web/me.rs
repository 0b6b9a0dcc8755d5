//! Pages of one's own settings: password, authenticator app, recovery codes, passkeys, sessions.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use platform::{Error, Fault};
use serde::Deserialize;
use webauthn_rs::prelude::RegisterPublicKeyCredential;

use super::sign_in::{CEREMONY_COOKIE, GoOn, begun, told};
use crate::access::{self, Grant};
use crate::face::asker::held_cookie;
use crate::face::page::{Faults, faults_or};
use crate::face::{Answer, App, Asker, Done, Html, Page, SignedIn};
use crate::identity::model::SignOnLinked;
use crate::identity::passkeys::{self, Site};
use crate::identity::{Factors, FactorsTaken, OwnDemand, OwnPasskey, OwnSession, federated, totp};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/me", get(show_me))
        .route("/me/password", post(change_password))
        .route("/me/sessions/end", post(end_other_sessions))
        .route("/me/sessions/{id}/end", post(end_session))
        .route("/me/totp", get(show_totp).post(begin_totp))
        .route("/me/totp/confirmation", post(confirm_totp))
        .route("/me/totp/removal", post(remove_totp))
        .route("/me/recovery-codes", post(renew_recovery_codes))
        .route("/me/passkeys/ceremony", post(begin_passkey))
        .route("/me/passkeys", post(add_passkey))
        .route("/me/passkeys/{id}/removal", post(remove_passkey))
}

#[derive(Template)]
#[template(path = "identity/pages/me.html")]
struct MePage {
    page: Page,
    grants: Vec<Grant>,
    factors: Factors,
    factors_taken: Option<FactorsTaken>,
    /// The demand of a second factor that is made of the person.
    demand: Option<OwnDemand>,
    linked: Option<SignOnLinked>,
    passkeys: Vec<OwnPasskey>,
    /// Whether passkeys work under the address of this installation.
    passkeys_work: bool,
    sessions: Vec<OwnSession>,
    faults: Faults,
}

async fn me_page(app: &App, asker: Asker, faults: Faults) -> Answer<Html<MePage>> {
    Ok(Html(MePage {
        grants: access::own_grants(&asker.ctx).await?,
        factors: crate::identity::own_factors(&asker.ctx).await?,
        factors_taken: crate::identity::own_factors_taken(&asker.ctx).await?,
        demand: crate::identity::own_demand(&asker.ctx).await?,
        linked: federated::own_linked(&asker.ctx).await?,
        passkeys: passkeys::own_passkeys(&asker.ctx).await?,
        passkeys_work: Site::of(&app.public_url)?.is_some(),
        sessions: crate::identity::own_sessions(&asker.ctx, asker.token()).await?,
        page: asker.page,
        faults,
    }))
}

async fn show_me(State(app): State<App>, SignedIn(asker): SignedIn) -> Answer<Html<MePage>> {
    me_page(&app, asker, Faults::default()).await
}

#[derive(Deserialize)]
struct PasswordForm {
    old_password: String,
    new_password: String,
}

async fn change_password(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Form(form): Form<PasswordForm>,
) -> Answer<Response> {
    let (old, new) = (&form.old_password, &form.new_password);
    let device = &asker.door.device;
    let changed = crate::identity::change_password_at(&asker.ctx, old, new, asker.token(), device).await;
    let changed = changed.map_err(|error| match error {
        Error::TooMany(message) => Error::field("old_password", "", message),
        error => error,
    });
    match faults_or(changed)? {
        Ok(()) => Ok(Done::to("/me", "password").into_response()),
        Err(Faults(faults)) => {
            let named = |fault: Fault| Fault {
                field: fault.field.replace("password", "new_password").replace("old_new_", "old_"),
                ..fault
            };
            let faults = Faults(faults.into_iter().map(named).collect());
            Ok(me_page(&app, asker, faults).await?.into_response())
        }
    }
}

async fn end_other_sessions(SignedIn(asker): SignedIn) -> Answer<Done> {
    crate::identity::end_other_sessions(&asker.ctx, asker.token()).await?;
    Ok(Done::to("/me", "sessions-ended"))
}

async fn end_session(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Done> {
    crate::identity::end_own_session(&asker.ctx, &id).await?;
    Ok(Done::to("/me", "session-ended"))
}

#[derive(Template)]
#[template(path = "identity/pages/totp.html")]
struct TotpPage {
    page: Page,
    /// The key in groups of four.
    key: String,
    /// Width of the drawing, in modules.
    width: usize,
    /// Its dark modules.
    path: String,
    faults: Faults,
}

async fn begin_totp(SignedIn(asker): SignedIn) -> Answer<Redirect> {
    crate::identity::begin_totp(&asker.ctx).await?;
    Ok(Redirect::to("/me/totp"))
}

async fn totp_page(asker: Asker, faults: Faults) -> Answer<Html<TotpPage>> {
    let enrolment = crate::identity::begun_totp(&asker.ctx).await?;
    let (width, path) = totp::drawing(&enrolment.address)?;
    let mut key = String::new();
    for (place, sign) in enrolment.secret.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            key.push(' ');
        }
        key.push(sign);
    }
    Ok(Html(TotpPage { page: asker.page, key, width, path, faults }))
}

async fn show_totp(SignedIn(asker): SignedIn) -> Answer<Html<TotpPage>> {
    totp_page(asker, Faults::default()).await
}

#[derive(Deserialize)]
struct CodeForm {
    code: String,
}

#[derive(Template)]
#[template(path = "identity/pages/recovery_codes.html")]
struct CodesPage {
    page: Page,
    codes: Vec<String>,
}

async fn confirm_totp(SignedIn(asker): SignedIn, Form(form): Form<CodeForm>) -> Answer<Response> {
    match faults_or(crate::identity::confirm_totp(&asker.ctx, &form.code, asker.token()).await)? {
        Ok(codes) if codes.is_empty() => Ok(Done::to("/me", "totp-confirmed").into_response()),
        Ok(codes) => Ok(Html(CodesPage { page: asker.page, codes }).into_response()),
        Err(faults) => Ok(totp_page(asker, faults).await?.into_response()),
    }
}

async fn remove_totp(SignedIn(asker): SignedIn) -> Answer<Done> {
    crate::identity::remove_totp(&asker.ctx, asker.token()).await?;
    Ok(Done::to("/me", "totp-removed"))
}

async fn renew_recovery_codes(SignedIn(asker): SignedIn) -> Answer<Html<CodesPage>> {
    let codes = crate::identity::renew_recovery_codes(&asker.ctx, asker.token()).await?;
    Ok(Html(CodesPage { page: asker.page, codes }))
}

async fn begin_passkey(State(app): State<App>, SignedIn(asker): SignedIn) -> Answer<Response> {
    let outcome = async {
        let site = Site::needed(&app.public_url)?;
        Ok(begun(&app, passkeys::begin_registration(&asker.ctx, &site).await?))
    };
    told(&asker.page, outcome.await)
}

#[derive(Deserialize)]
struct NewPasskey {
    passkey_name: String,
    credential: RegisterPublicKeyCredential,
}

async fn add_passkey(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    headers: HeaderMap,
    Json(new): Json<NewPasskey>,
) -> Answer<Response> {
    let outcome = async {
        let site = Site::needed(&app.public_url)?;
        let ceremony = held_cookie(&app, &headers, CEREMONY_COOKIE).unwrap_or("");
        let (ctx, token) = (&asker.ctx, asker.token());
        passkeys::finish_registration(ctx, &site, ceremony, &new.passkey_name, &new.credential, token).await?;
        Ok(Json(GoOn { to: "/me?done=passkey-added#passkeys".to_owned() }).into_response())
    };
    told(&asker.page, outcome.await)
}

async fn remove_passkey(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Done> {
    passkeys::remove_passkey(&asker.ctx, &id, asker.token()).await?;
    Ok(Done::to("/me#passkeys", "passkey-removed"))
}
