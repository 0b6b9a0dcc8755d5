//! People and signing in, in the API.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::links::{Newcomer, SetUp};
use super::mailing;
use super::model::Account;
use crate::access::{self, Grant};
use crate::face::failure::Problem;
use crate::face::{Answer, App, Asker, SignedIn};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(set_up))
        .routes(routes!(sign_in))
        .routes(routes!(show_me, sign_out))
        .routes(routes!(change_password))
        .routes(routes!(list_accounts))
        .routes(routes!(invite))
        .routes(routes!(accept_invitation))
        .routes(routes!(suspend, unsuspend))
}

/// A session's token.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    /// Send it as `Authorization: Bearer …`. Works for twelve hours.
    token: String,
}

/// The first organisation and person.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewInstallation {
    /// Name of the organisation.
    organisation: String,
    /// `group` or `company`.
    kind: String,
    /// Name of the person.
    name: String,
    /// Address of the person.
    email: String,
    /// Password, 8–128 characters.
    password: String,
}

/// Set up with the one-time link's token
#[utoipa::path(post, path = "/setup/{token}", tag = "identity", security(()), request_body = NewInstallation, params(("token" = String, Path)),
    responses((status = 201, body = Token), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn set_up(
    asker: Asker,
    Path(token): Path<String>,
    Json(new): Json<NewInstallation>,
) -> Answer<(StatusCode, Json<Token>)> {
    let person = Newcomer { name: new.name, email: new.email, password: new.password };
    let input = SetUp { organisation: new.organisation, kind: new.kind, person };
    let token = super::set_up(&asker.ctx, &token, &input).await?;
    Ok((StatusCode::CREATED, Json(Token { token })))
}

/// Address and password.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SignIn {
    /// Address.
    email: String,
    /// Password.
    password: String,
}

/// Sign in
#[utoipa::path(post, path = "/sessions", tag = "identity", security(()), request_body = SignIn,
    responses((status = 201, body = Token), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn sign_in(asker: Asker, Json(form): Json<SignIn>) -> Answer<(StatusCode, Json<Token>)> {
    let token = super::sign_in(&asker.ctx, &form.email, &form.password, &asker.source).await?;
    Ok((StatusCode::CREATED, Json(Token { token })))
}

/// Who one is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Account.
    account_id: String,
    /// Name.
    name: String,
    /// Address.
    email: String,
    /// What one was granted.
    grants: Vec<Grant>,
}

/// Who one is and what one was granted
#[utoipa::path(get, path = "/sessions/current", tag = "identity", responses((status = 200, body = Me), (status = 401, body = Problem)))]
async fn show_me(SignedIn(asker): SignedIn) -> Answer<Json<Me>> {
    let grants = access::own_grants(&asker.ctx).await?;
    let (account_id, _) = asker.ctx.account()?;
    let email = asker.found.as_ref().map(|found| found.session.email.clone()).unwrap_or_default();
    let name = asker.found.as_ref().map(|found| found.session.name.clone()).unwrap_or_default();
    Ok(Json(Me { account_id: account_id.to_owned(), name, email, grants }))
}

/// Sign out
#[utoipa::path(delete, path = "/sessions/current", tag = "identity", responses((status = 204), (status = 401, body = Problem)))]
async fn sign_out(SignedIn(asker): SignedIn) -> Answer<StatusCode> {
    if let Some(found) = &asker.found {
        super::sign_out(&asker.ctx, &found.token).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The old and the new password.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPassword {
    /// Current password.
    old_password: String,
    /// New password, 8–128 characters.
    new_password: String,
}

/// Change one's password; all other sessions end
#[utoipa::path(put, path = "/sessions/current/password", tag = "identity", request_body = NewPassword,
    responses((status = 204), (status = 422, body = Problem)))]
async fn change_password(SignedIn(asker): SignedIn, Json(form): Json<NewPassword>) -> Answer<StatusCode> {
    let token = asker.found.as_ref().map(|found| found.token.clone()).unwrap_or_default();
    super::change_password(&asker.ctx, &form.old_password, &form.new_password, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// People with their grants
#[utoipa::path(get, path = "/accounts", tag = "identity", responses((status = 200, body = Vec<Account>), (status = 403, body = Problem)))]
async fn list_accounts(SignedIn(asker): SignedIn) -> Answer<Json<Vec<Account>>> {
    Ok(Json(super::list_accounts(&asker.ctx).await?))
}

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewInvitation {
    /// Address.
    email: String,
    /// Role.
    role: String,
    /// Unit.
    unit_id: String,
}

/// A link to hand over.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationLink {
    /// Works once, for seven days.
    link: String,
    /// Whether it was also sent by mail.
    mailed: bool,
}

/// Invite a person
#[utoipa::path(post, path = "/invitations", tag = "identity", request_body = NewInvitation,
    responses((status = 201, body = InvitationLink), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn invite(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Json(new): Json<NewInvitation>,
) -> Answer<(StatusCode, Json<InvitationLink>)> {
    let token = super::invite(&asker.ctx, &new.email, &new.role, &new.unit_id).await?;
    let link = format!("{}/invitations/{token}", app.public_url);
    let mailed = mailing::mail_invitation(&app, &new.email, &link).await == "accounts-mailed";
    Ok((StatusCode::CREATED, Json(InvitationLink { link, mailed })))
}

/// The invited person.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Acceptance {
    /// Name.
    name: String,
    /// Password, 8–128 characters.
    password: String,
}

/// Take up an invitation
#[utoipa::path(post, path = "/invitations/{token}/acceptance", tag = "identity", security(()), request_body = Acceptance,
    params(("token" = String, Path)), responses((status = 201, body = Token), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn accept_invitation(
    asker: Asker,
    Path(token): Path<String>,
    Json(form): Json<Acceptance>,
) -> Answer<(StatusCode, Json<Token>)> {
    let token = super::accept_invitation(&asker.ctx, &token, &form.name, &form.password).await?;
    Ok((StatusCode::CREATED, Json(Token { token })))
}

/// Suspend a person
#[utoipa::path(put, path = "/accounts/{id}/suspension", tag = "identity", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn suspend(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<StatusCode> {
    super::suspend(&asker.ctx, &id, "").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a suspension
#[utoipa::path(delete, path = "/accounts/{id}/suspension", tag = "identity", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn unsuspend(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<StatusCode> {
    super::unsuspend(&asker.ctx, &id, "").await?;
    Ok(StatusCode::NO_CONTENT)
}
