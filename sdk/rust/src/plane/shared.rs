//! What decisions and tasks share. Locks are taken in the order core, index, freshness.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;

use super::clock::Clock;
use super::core::Core;
use super::events::Emitter;
use super::freshness::FreshnessClock;
use super::receipts::Receipts;
use super::source::Source;
use crate::decide::index::Index;

/// What the fetcher is asked to do.
pub(super) enum Want {
    /// Fetch a shard, after a while; with `when_behind` only if it then still is.
    Fetch { shard: u8, after: Duration, when_behind: bool },
    /// Read a shard anew that is in doubt.
    Doubt(u8),
    /// Fold a shard anew: more of it is void.
    Refold(u8),
    /// Lines are missing in such numbers that a snapshot is quicker.
    Snapshot,
    /// Lines alone: nothing waits for a snapshot any longer.
    Lines,
    /// All shards: there is no heartbeat that would tell which are behind.
    Everything,
}

pub(super) struct Shared {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) source: Source,
    /// The plane's own folder.
    pub(super) directory: PathBuf,
    /// `None`: the plane sends none.
    pub(super) receipts: Option<Receipts>,
    pub(super) events: Emitter,
    pub(super) wants: mpsc::UnboundedSender<Want>,
    /// Key sets are to be asked for.
    pub(super) keys_wanted: Notify,
    /// A line was by an unknown key: they are to be asked for before a shard is fetched.
    pub(super) keys_missing: AtomicBool,
    /// When key sets were last asked for; one asks at a time.
    pub(super) keys_asked: tokio::sync::Mutex<Option<Instant>>,
    /// A heartbeat is to be asked for now.
    pub(super) heartbeat_wanted: Notify,
    /// Tenants of a snapshot are packed.
    pub(super) unpack_wanted: Notify,
    pub(super) unpacking: Mutex<()>,
    pub(super) ready: watch::Sender<bool>,
    /// Monotonic time of the last heartbeat that was taken.
    pub(super) heard_ms: AtomicI64,
    core: Mutex<Core>,
    index: RwLock<Index>,
    freshness: RwLock<FreshnessClock>,
}

/// A poisoned lock is taken all the same: what it guards is whole between any two statements.
fn whole<T>(locked: Result<T, PoisonError<T>>) -> T {
    locked.unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn new(
        (core, index, freshness): (Core, Index, FreshnessClock),
        (clock, source): (Arc<dyn Clock>, Source),
        (directory, receipts): (PathBuf, Option<Receipts>),
        wants: mpsc::UnboundedSender<Want>,
    ) -> Self {
        Self {
            clock,
            source,
            directory,
            receipts,
            events: Emitter::default(),
            wants,
            keys_wanted: Notify::new(),
            keys_missing: AtomicBool::new(false),
            keys_asked: tokio::sync::Mutex::new(None),
            heartbeat_wanted: Notify::new(),
            unpack_wanted: Notify::new(),
            unpacking: Mutex::new(()),
            ready: watch::Sender::new(false),
            heard_ms: AtomicI64::new(i64::MIN / 4),
            core: Mutex::new(core),
            index: RwLock::new(index),
            freshness: RwLock::new(freshness),
        }
    }

    pub(super) fn core(&self) -> MutexGuard<'_, Core> {
        whole(self.core.lock())
    }

    pub(super) fn index(&self) -> RwLockReadGuard<'_, Index> {
        whole(self.index.read())
    }

    pub(super) fn change_index(&self) -> RwLockWriteGuard<'_, Index> {
        whole(self.index.write())
    }

    pub(super) fn freshness(&self) -> RwLockReadGuard<'_, FreshnessClock> {
        whole(self.freshness.read())
    }

    pub(super) fn change_freshness(&self) -> RwLockWriteGuard<'_, FreshnessClock> {
        whole(self.freshness.write())
    }

    /// It fails only when the fetcher has ended: then nothing is wanted any more.
    pub(super) fn want(&self, want: Want) {
        let _ = self.wants.send(want);
    }
}
