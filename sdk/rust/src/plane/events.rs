//! What a plane tells those who listen. A listener that is slow misses events, and is told so: it
//! must not hold up the facts.

use std::sync::Arc;

use tokio::sync::broadcast::{self, error::RecvError};

use super::freshness::FreshnessChange;
use crate::error::FactCode;
use crate::kernel::fact::Fact;
use crate::reader::step::Origin;

/// Events that a listener may be behind.
const BUFFERED_EVENTS: usize = 4_096;

/// A fact that decisions know from now on; a void one is chained alone.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Applied {
    pub shard: u8,
    pub position: u64,
    pub index: u64,
    pub fact: Fact,
}

/// Shards of which a snapshot took the place: what is in it was not told by `Applied`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotTaken {
    /// Size of the log that it is of.
    pub size: u64,
    /// Ascending.
    pub shards: Vec<u8>,
}

/// Something that was refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// `None`: not a line, but a note or a node.
    pub shard: Option<u8>,
    /// Where it came from.
    pub origin: Origin,
    /// Which check failed.
    pub code: FactCode,
    /// For people; never parse it.
    pub message: String,
}

/// See [`Events::next`].
#[derive(Clone, Debug)]
pub enum Event {
    /// A fact was applied.
    Applied(Arc<Applied>),
    /// A snapshot took the place of shards.
    Snapshot(Arc<SnapshotTaken>),
    /// A line, a note or a node was refused.
    Refused(Arc<Refusal>),
    /// A kind of decision has another freshness.
    Freshness(FreshnessChange),
    /// The disk refused; the plane decides on from memory and fetches again after a restart.
    Journal(Arc<std::io::Error>),
    /// So many events were lost, since they were not taken.
    Missed(u64),
}

/// Everything from the moment of subscribing on.
pub struct Events(broadcast::Receiver<Event>);

impl Events {
    /// Waits for the next event; `None` after the plane was closed and dropped.
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(count)) => Some(Event::Missed(count)),
            Err(RecvError::Closed) => None,
        }
    }
}

pub(super) struct Emitter(broadcast::Sender<Event>);

impl Default for Emitter {
    fn default() -> Self {
        Self(broadcast::Sender::new(BUFFERED_EVENTS))
    }
}

impl Emitter {
    pub(super) fn subscribe(&self) -> Events {
        Events(self.0.subscribe())
    }

    /// The event is only made when somebody listens.
    pub(super) fn emit(&self, event: impl FnOnce() -> Event) {
        if self.0.receiver_count() > 0 {
            // It fails only when the last listener has just gone.
            let _ = self.0.send(event());
        }
    }
}
