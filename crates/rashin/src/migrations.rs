//! The steps of the schema, in order.

use platform::db::Migration;

/// All steps.
pub const ALL: &[Migration] = &[
    Migration { number: 1, name: "ground", sql: include_str!("../../../migrations/0001_ground.sql") },
    Migration { number: 2, name: "assessment", sql: include_str!("../../../migrations/0002_assessment.sql") },
    Migration { number: 3, name: "log", sql: include_str!("../../../migrations/0003_log.sql") },
    Migration { number: 4, name: "access", sql: include_str!("../../../migrations/0004_access.sql") },
    Migration { number: 5, name: "factors", sql: include_str!("../../../migrations/0005_factors.sql") },
    Migration { number: 6, name: "federation", sql: include_str!("../../../migrations/0006_federation.sql") },
    Migration { number: 7, name: "factor_demand", sql: include_str!("../../../migrations/0007_factor_demand.sql") },
];
