//! The three faces of the product: pages, API, commands. Here is what all domains share of them: who asks, the frame of
//! a page, how a failure is shown. No domain's words, no decisions.

pub mod api;
pub mod app;
pub mod asker;
pub mod assets;
pub mod commands;
mod doors;
pub mod failure;
mod held;
mod help;
mod machine;
pub mod page;
pub mod period;
pub mod preferences;
pub mod render;
pub mod sandbox;
pub mod serve;
pub mod texts;

pub use app::App;
pub use asker::{Asker, SignedIn};
pub use doors::{Doors, doors, machine_tokens_of, own_door};
pub use failure::Failure;
pub use page::{Done, Html, Page};

/// What handlers of pages and of the API answer with.
pub type Answer<T> = std::result::Result<T, Failure>;
