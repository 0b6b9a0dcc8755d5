//! Pages.
/// The routes.
pub fn routes() -> axum::Router<crate::face::App> {
    axum::Router::new()
}
