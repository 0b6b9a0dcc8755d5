//! The steps of the schema, in order.

use platform::db::Migration;

/// All steps.
pub const ALL: &[Migration] = &[
    Migration { number: 1, name: "ground", sql: include_str!("../../../migrations/0001_ground.sql") },
    Migration { number: 2, name: "assessment", sql: include_str!("../../../migrations/0002_assessment.sql") },
    Migration { number: 6, name: "federation", sql: include_str!("../../../migrations/0006_federation.sql") },
];
