//! What holds for the whole product, and the stage on which all domains' tests play.

pub(crate) mod sources;
pub(crate) mod testing;

mod black_box;
mod clocks;
mod coverage;
mod front_door;
mod matrix;
mod names;
mod schema;
mod swaps;
mod wall;
