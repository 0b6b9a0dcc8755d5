//! The ground every domain stands on: database and deeds, clock and randomness, messages in two languages, errors.
//!
//! It knows no word of information security. A domain reads through [`Ctx`] and writes through a [`Deed`]; there is no
//! other way to write.

pub mod act;
pub mod clock;
pub mod ctx;
pub mod db;
pub mod deed;
pub mod error;
pub mod ids;
pub mod limit;
pub mod log;
pub mod text;
pub mod web;

pub use act::{Act, Actor, Gate, Object, Via};
pub use clock::{Clock, Entropy};
pub use ctx::{Ctx, Ground};
pub use db::{Db, Row, Statement, Value};
pub use deed::Deed;
pub use error::{Error, Fault, Result};
pub use ids::new_id;
pub use limit::Limit;
pub use text::{Language, Message, Texts};
