//! The state machine of a shard (`facts/spec/facts-v1.md`, "The reader"): lines and heads of
//! heartbeats in, verified facts out. No I/O and no clock.

pub mod chain;
mod held;
mod place;
pub mod shard_reader;
pub mod step;
