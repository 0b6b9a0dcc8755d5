//! Population.
pub mod web; pub mod api;
/// acts
pub mod acts { /// all
 pub const ALL: &[&platform::Act] = &[]; }
/// store
pub mod store { /// all
 pub const ALL: &[platform::Statement] = &[]; }
/// stub
pub async fn freeze_builtin(_: &platform::Ctx) -> platform::Result<()> { Ok(()) }
