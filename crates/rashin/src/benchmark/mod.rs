//! Benchmark.
pub mod web; pub mod api;
