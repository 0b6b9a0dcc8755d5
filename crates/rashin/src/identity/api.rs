//! People and signing in, in the API.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use platform::{Error, Message};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Entry;
use super::links::{Newcomer, SetUp};
use super::mailing;
use super::model::Account;
use crate::access::{self, Grant};
use crate::face::failure::Problem;
use crate::face::{Answer, App, Asker, SignedIn};

mod demand;
mod lost_factors;
mod open_links;
mod own;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(set_up))
        .routes(routes!(sign_in))
        .routes(routes!(show_me, sign_out))
        .routes(routes!(change_password))
        .routes(routes!(offer_reset))
        .routes(routes!(take_reset))
        .merge(own::routes())
        .merge(lost_factors::routes())
        .merge(demand::routes())
        .merge(open_links::routes())
        .routes(routes!(list_accounts))
        .routes(routes!(invite))
        .routes(routes!(accept_invitation))
        .routes(routes!(suspend, unsuspend))
}

/// A session's token.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionToken {
    /// Send it as `Authorization: Bearer …`. Works for twelve hours, and no longer than thirty minutes without use.
    token: String,
    /// What happened meanwhile that the person should know, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

impl SessionToken {
    fn of(token: String) -> Self {
        Self { token, notice: None }
    }
}

/// The first organisation and person.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewInstallation {
    /// Token of the one-time link.
    token: String,
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

/// Set up with the token of the one-time link
#[utoipa::path(post, path = "/setup", tag = "identity", security(()), request_body = NewInstallation,
    responses((status = 201, body = SessionToken), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn set_up(asker: Asker, Json(new): Json<NewInstallation>) -> Answer<(StatusCode, Json<SessionToken>)> {
    let person = Newcomer { name: new.name, email: new.email, password: new.password };
    let input = SetUp { organisation: new.organisation, kind: new.kind, person };
    let token = super::set_up(&asker.ctx, &new.token, &input).await?;
    Ok((StatusCode::CREATED, Json(SessionToken::of(token))))
}

/// Address and password.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SignIn {
    /// Address.
    email: String,
    /// Password.
    password: String,
    /// Digits of the authenticator app, or a recovery code, where the person has a second factor.
    #[serde(default)]
    code: String,
}

/// Sign in
#[utoipa::path(post, path = "/sessions", tag = "identity", security(()), request_body = SignIn,
    responses((status = 201, body = SessionToken), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn sign_in(asker: Asker, Json(form): Json<SignIn>) -> Answer<(StatusCode, Json<SessionToken>)> {
    let admission = match super::sign_in(&asker.ctx, &form.email, &form.password, &asker.door).await? {
        Entry::In(admission) => admission,
        Entry::SecondStep(_) if form.code.is_empty() => {
            return Err(Error::field("code", "", Message::new("error-code-needed")).into());
        }
        Entry::SecondStep(ticket) => super::second_step(&asker.ctx, &ticket, &form.code, &asker.door).await?,
    };
    let notice = admission.factors_taken.then(|| asker.page.t("done-factors-taken"));
    Ok((StatusCode::CREATED, Json(SessionToken { token: admission.token, notice })))
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
    super::sign_out(&asker.ctx, asker.token()).await?;
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
    responses((status = 204), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn change_password(SignedIn(asker): SignedIn, Json(form): Json<NewPassword>) -> Answer<StatusCode> {
    super::change_password(&asker.ctx, &form.old_password, &form.new_password, asker.token()).await?;
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
    /// Works once: an invitation for seven days, a link for a new password for one.
    link: String,
    /// Whether it was also sent by mail.
    mailed: bool,
}

impl InvitationLink {
    fn of(handed: mailing::Handed) -> Self {
        Self { link: handed.link, mailed: handed.mailed == Some(true) }
    }
}

/// Invite a person
#[utoipa::path(post, path = "/invitations", tag = "identity", request_body = NewInvitation,
    responses((status = 201, body = InvitationLink), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn invite(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Json(new): Json<NewInvitation>,
) -> Answer<(StatusCode, Json<InvitationLink>)> {
    let handed = mailing::invite(&app, &asker.ctx, &new.email, &new.role, &new.unit_id).await?;
    Ok((StatusCode::CREATED, Json(InvitationLink::of(handed))))
}

/// The invited person.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Acceptance {
    /// Token of the link.
    token: String,
    /// Name.
    name: String,
    /// Password, 8–128 characters.
    password: String,
}

/// Take up an invitation
#[utoipa::path(post, path = "/invitations/acceptance", tag = "identity", security(()), request_body = Acceptance,
    responses((status = 201, body = SessionToken), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn accept_invitation(asker: Asker, Json(form): Json<Acceptance>) -> Answer<(StatusCode, Json<SessionToken>)> {
    let token = super::accept_invitation(&asker.ctx, &form.token, &form.name, &form.password).await?;
    Ok((StatusCode::CREATED, Json(SessionToken::of(token))))
}

/// Why a person is suspended, or no longer.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct SuspensionReason {
    /// Why; it stands in the log.
    #[serde(default)]
    reason: String,
}

fn reason_in(body: Option<Json<SuspensionReason>>) -> String {
    body.map(|Json(body)| body.reason).unwrap_or_default()
}

/// Suspend a person
#[utoipa::path(put, path = "/accounts/{id}/suspension", tag = "identity", params(("id" = String, Path)),
    request_body = Option<SuspensionReason>,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn suspend(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    body: Option<Json<SuspensionReason>>,
) -> Answer<StatusCode> {
    super::suspend(&asker.ctx, &id, &reason_in(body)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a suspension
#[utoipa::path(delete, path = "/accounts/{id}/suspension", tag = "identity", params(("id" = String, Path)),
    request_body = Option<SuspensionReason>,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn unsuspend(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    body: Option<Json<SuspensionReason>>,
) -> Answer<StatusCode> {
    super::unsuspend(&asker.ctx, &id, &reason_in(body)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a link for somebody's new password; the second factor stays
#[utoipa::path(post, path = "/accounts/{id}/password-reset", tag = "identity", params(("id" = String, Path)),
    responses((status = 201, body = InvitationLink), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn offer_reset(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
) -> Answer<(StatusCode, Json<InvitationLink>)> {
    let handed = mailing::offer_reset(&app, &asker.ctx, &id).await?;
    Ok((StatusCode::CREATED, Json(InvitationLink::of(handed))))
}

/// A new password by a link.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Reset {
    /// Token of the link.
    token: String,
    /// New password, 8–128 characters.
    password: String,
}

/// Choose a new password with the token of a link; all sessions end
#[utoipa::path(post, path = "/password-resets", tag = "identity", security(()), request_body = Reset,
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn take_reset(asker: Asker, Json(form): Json<Reset>) -> Answer<StatusCode> {
    super::take_reset(&asker.ctx, &form.token, &form.password).await?;
    Ok(StatusCode::NO_CONTENT)
}
