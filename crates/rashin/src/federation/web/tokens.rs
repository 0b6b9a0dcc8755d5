//! The page of machine tokens.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use platform::Object;
use serde::Deserialize;

use crate::access;
use crate::face::page::{Faults, faults_or};
use crate::face::{Answer, Asker, Done, Html, Page, SignedIn};
use crate::federation::model::{NewToken, Token};
use crate::federation::{self, acts};
use crate::organisation::{self, Unit, roles};

#[derive(Template)]
#[template(path = "federation/pages/tokens.html")]
struct TokensPage {
    page: Page,
    tokens: Vec<Token>,
    units: Vec<Unit>,
    roles: &'static [&'static str],
    own_roles: Vec<(String, String)>,
    limits: Vec<&'static str>,
    form: TokenForm,
    /// The secret just made.
    secret: String,
    /// Whether one may make tokens of provisioning.
    manages: bool,
    now_ms: i64,
    faults: Faults,
}

impl TokensPage {
    fn state(&self, token: &Token) -> &'static str {
        match token.revoked_at_ms {
            Some(_) => "revoked",
            None if token.expires_at_ms <= self.now_ms => "expired",
            None => "working",
        }
    }

    fn works(&self, token: &Token) -> bool {
        self.state(token) == "working"
    }

    fn is_limited_to(&self, act: &str) -> bool {
        self.form.act.iter().any(|chosen| chosen == act)
    }
}

/// The form of a new token, as it was sent. Acts come as `act.ID=yes`, since a form names a field once.
#[derive(Debug, Default, Clone)]
pub(super) struct TokenForm {
    name: String,
    purpose: String,
    role: String,
    unit: String,
    days: String,
    act: Vec<String>,
}

impl TokenForm {
    fn of(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "token_name" => form.name = value,
                "purpose" => form.purpose = value,
                "role" => form.role = value,
                "unit" => form.unit = value,
                "days" => form.days = value,
                _ => form.act.extend(name.strip_prefix("act.").map(str::to_owned)),
            }
        }
        form
    }
}

async fn page(asker: &Asker, form: TokenForm, secret: String, faults: Faults) -> Answer<TokensPage> {
    let ctx = &asker.ctx;
    let tokens = federation::list_tokens(ctx).await?;
    let mut units = organisation::list_units(ctx).await?;
    units.retain(|unit| !unit.closed);
    let (_, tenant_id) = ctx.account()?;
    let manages = ctx.may(&acts::MAKE_TOKEN, &Object::of_unit("tenant", tenant_id, tenant_id)).await?;
    let own_roles = access::open_roles(ctx).await?;
    let limits = federation::tokens::limits().collect();
    let (page, now_ms) = (asker.page.clone(), ctx.now_ms());
    Ok(TokensPage { page, tokens, units, roles: roles::ALL, own_roles, limits, form, secret, manages, now_ms, faults })
}

pub(super) async fn show_tokens(SignedIn(asker): SignedIn) -> Answer<Response> {
    let form = TokenForm { purpose: "api".into(), role: "staff".into(), days: "90".into(), ..TokenForm::default() };
    Ok(Html(page(&asker, form, String::new(), Faults::default()).await?).into_response())
}

pub(super) async fn make_token(
    SignedIn(asker): SignedIn,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer<Response> {
    let form = TokenForm::of(pairs);
    let new = NewToken {
        name: form.name.clone(),
        purpose: form.purpose.clone(),
        role: form.role.clone(),
        unit_id: form.unit.clone(),
        acts: form.act.clone(),
        days: form.days.trim().parse().unwrap_or(0),
    };
    match faults_or(federation::make_token(&asker.ctx, &new).await)? {
        Ok((_, secret)) => Ok(Html(page(&asker, form, secret, Faults::default()).await?).into_response()),
        Err(faults) => {
            let shown = page(&asker, form, String::new(), faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(shown)).into_response())
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn revoke_token(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Answer<Done> {
    federation::revoke_token(&asker.ctx, &id).await?;
    Ok(Done::to("/tokens", "token-revoked"))
}
