//! The signed-fact kernel: bytes to facts. No I/O, no clock (`facts/spec/facts-v1.md`).

pub mod api_key;
pub mod base64;
pub mod bodies;
pub mod envelope;
pub mod fact;
pub mod formats;
pub mod hash;
pub mod hex;
pub mod instant;
pub mod json;
pub mod line;
pub mod open;
pub mod payload;
pub mod self_test;
pub(crate) mod shape;
pub mod shard;
pub mod subject;
pub mod verify;
