//! Which keys count where, and what the registry last said about itself: key sets and heartbeats
//! (`facts/spec/facts-v1.md`, "Keys" and "Heartbeats"). No I/O, no clock.

pub mod gate;
pub mod heartbeat;
pub mod heartbeat_order;
pub mod key_range;
pub mod key_set;
pub mod key_set_text;
mod note_text;
pub mod state_note;
pub mod trust;
