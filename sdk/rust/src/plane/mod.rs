//! A data plane: follows the registry's facts and decides by them, from memory.

mod applying;
pub mod clock;
mod core;
pub mod error;
pub mod events;
mod fetcher;
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
mod schedule;
mod shared;
pub mod stats;
mod tasks;

pub use handle::Plane;
