//! The fresh proof: pages on which somebody signed in proves to be there before a sensitive act. The form that was
//! refused for want of a proof is kept on these pages, and sent again from there.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use platform::Error;
use serde::Deserialize;
use webauthn_rs::prelude::PublicKeyCredential;

use super::sign_in::{CEREMONY_COOKIE, GoOn, begun, told};
use crate::face::asker::held_cookie;
use crate::face::preferences::local_path;
use crate::face::{Answer, App, Asker, Done, Html, Page, SignedIn, own_door};
use crate::identity::Factors;
use crate::identity::passkeys::{self, Site};

/// Marks fields of the form that is kept among those of the proof.
const KEPT: &str = "kept.";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/me/proof", get(show_proof).post(prove))
        .route("/me/proof/form", post(keep_form))
        .route("/me/proof/passkey/ceremony", post(begin_proof))
        .route("/me/proof/passkey", post(finish_proof))
}

/// A form that waits for the proof.
#[derive(Debug, Default)]
struct Waiting {
    /// Where it is sent; empty if none waits.
    to: String,
    /// Its fields.
    fields: Vec<(String, String)>,
}

impl Waiting {
    /// A form for a place of this server; for any other place none.
    fn of(to: &str, fields: Vec<(String, String)>) -> Self {
        let fine = !to.is_empty() && local_path(to) == to && !to.starts_with("/me/proof");
        if fine { Self { to: to.to_owned(), fields } } else { Self::default() }
    }

    fn waits(&self) -> bool {
        !self.to.is_empty()
    }
}

#[derive(Template)]
#[template(path = "identity/pages/proof.html")]
struct ProofPage {
    page: Page,
    next: String,
    factors: Factors,
    has_password: bool,
    /// For somebody without a password: the way to the provider, by which one proves to be there too, and its name.
    door: Option<(String, String)>,
    failure: String,
    waiting: Waiting,
}

#[derive(Template)]
#[template(path = "identity/pages/proved.html")]
struct ProvedPage {
    page: Page,
    next: String,
    waiting: Waiting,
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

async fn proof_page(asker: Asker, next: String, failure: String, waiting: Waiting) -> Answer<Html<ProofPage>> {
    let factors = crate::identity::own_factors(&asker.ctx).await?;
    let has_password = crate::identity::has_password(&asker.ctx).await?;
    let door = if has_password { None } else { own_door(&asker.ctx, &asker.page.email, back(&next).address()).await? };
    Ok(Html(ProofPage { page: asker.page, next, factors, has_password, door, failure, waiting }))
}

async fn show_proof(SignedIn(asker): SignedIn, Query(query): Query<Next>) -> Answer<Html<ProofPage>> {
    proof_page(asker, query.next, String::new(), Waiting::default()).await
}

#[derive(Deserialize)]
struct To {
    #[serde(default)]
    to: String,
}

/// Takes over the form that was refused: the browser sends it on as it was.
async fn keep_form(
    SignedIn(asker): SignedIn,
    Query(query): Query<To>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer<Html<ProofPage>> {
    let next = asker.page.here.clone();
    proof_page(asker, next, String::new(), Waiting::of(&query.to, fields)).await
}

/// Where one was before the proof.
fn back(next: &str) -> Done {
    let next = local_path(next);
    Done::to(if next.starts_with("/me/proof") { "/me" } else { next }, "proved")
}

async fn prove(SignedIn(asker): SignedIn, Form(sent): Form<Vec<(String, String)>>) -> Answer<Response> {
    let one = |name: &str| sent.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
    let kept = sent.iter().filter_map(|(key, value)| Some((key.strip_prefix(KEPT)?.to_owned(), value.clone())));
    let (next, waiting) = (one("next"), Waiting::of(&one("to"), kept.collect()));
    let failure = match crate::identity::prove(&asker.ctx, &one("secret"), asker.token()).await {
        Ok(()) if waiting.waits() => {
            let next = local_path(&next).to_owned();
            return Ok(Html(ProvedPage { page: asker.page, next, waiting }).into_response());
        }
        Ok(()) => return Ok(back(&next).into_response()),
        Err(Error::Invalid(faults)) => {
            faults.first().map(|fault| asker.page.message(&fault.message)).unwrap_or_default()
        }
        Err(Error::TooMany(message)) => asker.page.message(&message),
        Err(error) => return Err(error.into()),
    };
    Ok(proof_page(asker, next, failure, waiting).await?.into_response())
}

async fn begin_proof(State(app): State<App>, SignedIn(asker): SignedIn) -> Answer<Response> {
    let outcome = async {
        let site = Site::needed(&app.public_url)?;
        Ok(begun(&app, passkeys::begin_proof(&asker.ctx, &site).await?))
    };
    told(&asker.page, outcome.await)
}

#[derive(Deserialize)]
struct PasskeyProof {
    #[serde(default)]
    next: String,
    credential: PublicKeyCredential,
}

async fn finish_proof(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    headers: HeaderMap,
    Json(proof): Json<PasskeyProof>,
) -> Answer<Response> {
    let outcome = async {
        let site = Site::needed(&app.public_url)?;
        let ceremony = held_cookie(&app, &headers, CEREMONY_COOKIE).unwrap_or("");
        passkeys::finish_proof(&asker.ctx, &site, ceremony, &proof.credential, asker.token()).await?;
        Ok(Json(GoOn { to: back(&proof.next).address().to_owned() }).into_response())
    };
    told(&asker.page, outcome.await)
}
