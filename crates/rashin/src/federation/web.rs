//! Pages of machine tokens and single sign-on.

mod tokens;

use axum::Router;
use axum::routing::{get, post};

use crate::face::App;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/tokens", get(tokens::show_tokens).post(tokens::make_token))
        .route("/tokens/{id}/revocation", post(tokens::revoke_token))
}
