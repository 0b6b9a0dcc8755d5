//! Catalogue.
pub mod model; pub mod web; pub mod api;
pub use model::*;
/// stub
#[must_use]
pub fn builtin() -> &'static Catalog { static B: std::sync::OnceLock<Catalog> = std::sync::OnceLock::new(); B.get_or_init(Catalog::default) }
