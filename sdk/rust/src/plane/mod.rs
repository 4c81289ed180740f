//! A data plane: follows the registry's facts and decides by them, from memory.

mod applying;
pub mod clock;
mod core;
pub mod error;
pub mod events;
mod explain;
mod fetcher;
mod folder;
pub mod freshness;
mod handle;
mod history;
mod http;
mod journal;
mod keys;
mod live;
mod load;
mod lock;
mod notes;
pub mod options;
mod receipts;
mod saved_snapshot;
mod schedule;
mod shared;
mod snapshot_file;
mod snapshots;
mod source;
#[cfg(test)]
mod stage;
pub mod stats;
mod tasks;
mod unpacking;

pub use handle::Plane;
