//! Decisions: the fold of all facts that they need, in memory. No I/O, no clock.

pub mod api_keys;
mod entitlements;
mod fold;
mod ids;
pub mod index;
mod members;
pub mod packed;
mod roles;
mod tenant;
pub mod types;
