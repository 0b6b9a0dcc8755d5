//! Pages of machine tokens and single sign-on.

mod scim;
mod sign_on;
mod tokens;

use axum::Router;
use axum::routing::{get, post};

use crate::face::App;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .merge(scim::routes())
        .route("/tokens", get(tokens::show_tokens).post(tokens::make_token))
        .route("/tokens/{id}/revocation", post(tokens::revoke_token))
        .route("/sign-in/sso", get(sign_on::choose))
        .route("/sign-in/sso/{id}", get(sign_on::begin))
        .route("/sign-in/sso/{id}/callback", get(sign_on::finish))
        .route("/sign-in/sso/{id}/link", get(sign_on::show_link).post(sign_on::link))
        .route("/sign-on", get(sign_on::show))
        .route("/sign-on/providers", post(sign_on::add_provider))
        .route("/sign-on/providers/{id}/end", post(sign_on::end_provider))
        .route("/sign-on/groups", post(sign_on::map_group))
        .route("/sign-on/groups/{id}/end", post(sign_on::unmap_group))
}
