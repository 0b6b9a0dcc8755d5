//! One's own sessions and second factors, in the API. Passkeys are registered in a browser; here they are listed and
//! taken away.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};
use crate::identity::{self, Factors, OwnPasskey, OwnSession, passkeys};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_sessions, end_other_sessions))
        .routes(routes!(end_session))
        .routes(routes!(prove))
        .routes(routes!(show_factors))
        .routes(routes!(begin_totp, confirm_totp, remove_totp))
        .routes(routes!(renew_recovery_codes))
        .routes(routes!(list_passkeys))
        .routes(routes!(remove_passkey))
}

/// One's own open sessions
#[utoipa::path(get, path = "/sessions", tag = "identity", responses((status = 200, body = Vec<OwnSession>), (status = 401, body = Problem)))]
async fn list_sessions(SignedIn(asker): SignedIn) -> Answer<Json<Vec<OwnSession>>> {
    Ok(Json(identity::own_sessions(&asker.ctx, asker.token()).await?))
}

/// End all of one's own sessions but this one
#[utoipa::path(delete, path = "/sessions", tag = "identity", responses((status = 204), (status = 401, body = Problem)))]
async fn end_other_sessions(SignedIn(asker): SignedIn) -> Answer<StatusCode> {
    identity::end_other_sessions(&asker.ctx, asker.token()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End one of one's own sessions
#[utoipa::path(delete, path = "/sessions/{id}", tag = "identity", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn end_session(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<StatusCode> {
    identity::end_own_session(&asker.ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What proves that it is you.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct FreshProof {
    /// Password, digits of the authenticator app, or a recovery code.
    secret: String,
}

/// Prove that it is you; sensitive operations ask for a proof of the last five minutes
#[utoipa::path(post, path = "/sessions/current/proof", tag = "identity", request_body = FreshProof,
    responses((status = 204), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn prove(SignedIn(asker): SignedIn, Json(proof): Json<FreshProof>) -> Answer<StatusCode> {
    identity::prove(&asker.ctx, &proof.secret, asker.token()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own second factors
#[utoipa::path(get, path = "/factors", tag = "identity", responses((status = 200, body = Factors), (status = 401, body = Problem)))]
async fn show_factors(SignedIn(asker): SignedIn) -> Answer<Json<Factors>> {
    Ok(Json(identity::own_factors(&asker.ctx).await?))
}

/// What an authenticator app is told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Enrolment {
    /// Key, base 32.
    secret: String,
    /// Address that apps read from a drawing.
    address: String,
}

/// Begin with an authenticator app; it counts once a code of it is confirmed
#[utoipa::path(post, path = "/factors/totp", tag = "identity",
    responses((status = 201, body = Enrolment), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn begin_totp(SignedIn(asker): SignedIn) -> Answer<(StatusCode, Json<Enrolment>)> {
    let begun = identity::begin_totp(&asker.ctx).await?;
    Ok((StatusCode::CREATED, Json(Enrolment { secret: begun.secret, address: begun.address })))
}

/// The first code.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct FirstCode {
    /// Six digits.
    code: String,
}

/// Recovery codes, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecoveryCodes {
    /// Each works once. Empty where there were some already.
    recovery_codes: Vec<String>,
}

/// Confirm the authenticator app by a code of it; all other sessions end
#[utoipa::path(put, path = "/factors/totp", tag = "identity", request_body = FirstCode,
    responses((status = 200, body = RecoveryCodes), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn confirm_totp(SignedIn(asker): SignedIn, Json(first): Json<FirstCode>) -> Answer<Json<RecoveryCodes>> {
    let recovery_codes = identity::confirm_totp(&asker.ctx, &first.code, asker.token()).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Take the authenticator app away; all other sessions end
#[utoipa::path(delete, path = "/factors/totp", tag = "identity",
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn remove_totp(SignedIn(asker): SignedIn) -> Answer<StatusCode> {
    identity::remove_totp(&asker.ctx, asker.token()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make new recovery codes; the old ones stop working and all other sessions end
#[utoipa::path(post, path = "/factors/recovery-codes", tag = "identity",
    responses((status = 201, body = RecoveryCodes), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn renew_recovery_codes(SignedIn(asker): SignedIn) -> Answer<(StatusCode, Json<RecoveryCodes>)> {
    let recovery_codes = identity::renew_recovery_codes(&asker.ctx, asker.token()).await?;
    Ok((StatusCode::CREATED, Json(RecoveryCodes { recovery_codes })))
}

/// One's own passkeys
#[utoipa::path(get, path = "/passkeys", tag = "identity", responses((status = 200, body = Vec<OwnPasskey>), (status = 401, body = Problem)))]
async fn list_passkeys(SignedIn(asker): SignedIn) -> Answer<Json<Vec<OwnPasskey>>> {
    Ok(Json(passkeys::own_passkeys(&asker.ctx).await?))
}

/// Take a passkey away; all other sessions end
#[utoipa::path(delete, path = "/passkeys/{id}", tag = "identity", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn remove_passkey(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<StatusCode> {
    passkeys::remove_passkey(&asker.ctx, &id, asker.token()).await?;
    Ok(StatusCode::NO_CONTENT)
}
