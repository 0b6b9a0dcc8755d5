//! What holds for the whole product, and the stage on which all domains' tests play.

mod schema;
pub(crate) mod testing;
