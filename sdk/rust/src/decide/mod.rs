//! Decisions: the fold of all facts that they need, in memory. No I/O, no clock.

mod entitlements;
pub mod index;
mod members;
mod roles;
mod tenant;
pub mod types;
