//! Pages.
/// The routes.
pub fn routes() -> axum::Router<crate::face::App> {
    axum::Router::new()
}
/// Uploads.
pub fn uploads() -> axum::Router<crate::face::App> {
    axum::Router::new()
}
