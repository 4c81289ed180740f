//! The state machine of a shard: lines and heartbeats in, verified facts out. No I/O and no clock.

pub mod chain;
pub mod shard_reader;
pub mod step;
