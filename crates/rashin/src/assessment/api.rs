//! API.
/// The routes.
pub fn routes() -> utoipa_axum::router::OpenApiRouter<crate::face::App> {
    utoipa_axum::router::OpenApiRouter::new()
}
