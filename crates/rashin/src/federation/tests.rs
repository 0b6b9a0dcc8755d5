//! Other systems through the front door, on both databases.

mod tokens;
