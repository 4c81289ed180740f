//! The snapshot on which a plane rests, on disk: verified when it is opened, one signature and
//! hashes, on all processors; and read again in parts.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::snapshot_file::{
    Place, Places, SnapshotFile, open_snapshot, read_frame, reopen_snapshot,
};
use crate::error::{FactCode, FactError, refusal};
use crate::kernel::hash::Hash;
use crate::kernel::shard::{TenantId, tenant_key};
use crate::keys::state_note::StateNote;
use crate::keys::trust::Trust;
use crate::state::block::TenantState;
use crate::state::node::Node;
use crate::state::walk::{Scope, Walk, Wanted};

/// Why there is no snapshot.
#[derive(Debug)]
pub(super) enum Failure {
    Refused(FactError),
    Disk(io::Error),
    /// The registry is down, or has not all of it.
    Unavailable,
}

impl From<FactError> for Failure {
    fn from(error: FactError) -> Self {
        Failure::Refused(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Disk(error)
    }
}

pub(super) struct SavedSnapshot {
    pub(super) note: Arc<StateNote>,
    file: SnapshotFile,
}

fn lacks_a_node() -> FactError {
    refusal(FactCode::StateHashMismatch, "the snapshot on disk lacks a node")
}

/// From the root down, in the order of depth.
fn walk(
    root: Hash,
    scope: Scope,
    mut node_of: impl FnMut(&Hash) -> Result<Node, Failure>,
) -> Result<Vec<TenantState>, Failure> {
    let mut walk = Walk::new(scope);
    let mut wanted = vec![Wanted::root(root)];
    while let Some(one) = wanted.pop() {
        let below = walk.take(&one, node_of(&one.hash)?)?;
        wanted.extend(below.into_iter().rev());
    }
    Ok(walk.finish())
}

impl SavedSnapshot {
    pub(super) fn new(note: StateNote, file: SnapshotFile) -> Self {
        Self { note: Arc::new(note), file }
    }

    /// All tenants of a shard, packed.
    pub(super) fn shard(&self, shard: u8) -> Result<Vec<TenantState>, Failure> {
        self.read(Scope::Shards(vec![shard]))
    }

    /// `None`: the tenant has no facts in it.
    pub(super) fn tenant(&self, tenant: &TenantId) -> Result<Option<TenantState>, Failure> {
        self.read(Scope::Tenant(tenant_key(tenant))).map(|mut found| found.pop())
    }

    fn read(&self, scope: Scope) -> Result<Vec<TenantState>, Failure> {
        walk(self.note.root, scope, |hash| {
            let bytes = self.file.find(hash)?.ok_or_else(lacks_a_node)?;
            Ok(Node::parse(bytes)?)
        })
    }
}

type Parsed = HashMap<Hash, (Node, Place)>;

/// Reads and hashes those that no other thread has taken.
fn parse_some(
    directory: &Path,
    (places, next): (&[Place], &AtomicUsize),
    parsed: &Mutex<Parsed>,
) -> Result<(), Failure> {
    let mut file = reopen_snapshot(directory)?;
    while let Some(place) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
        let node = Node::parse(read_frame(&mut file, *place)?)?;
        let mut parsed = parsed.lock().unwrap_or_else(PoisonError::into_inner);
        parsed.insert(node.hash, (node, *place));
    }
    Ok(())
}

fn parse_all(directory: &Path, places: &[Place]) -> Result<Parsed, Failure> {
    let (parsed, next) = (Mutex::new(Parsed::new()), AtomicUsize::new(0));
    let work = || parse_some(directory, (places, &next), &parsed);
    thread::scope(|scope| {
        let others = thread::available_parallelism().map_or(0, |count| count.get() - 1);
        let others: Vec<_> = (0..others).map(|_| scope.spawn(work)).collect();
        let mine = work();
        let ended = |other: thread::ScopedJoinHandle<'_, _>| other.join().unwrap_or(Ok(()));
        others.into_iter().map(ended).fold(mine, Result::and)
    })?;
    Ok(parsed.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// What was left on disk of these shards, the tenants ascending by key; `None`: nothing.
pub(super) fn load_snapshot(
    directory: &Path,
    trust: &Trust,
    shards: &[u8],
) -> Result<Option<(SavedSnapshot, Vec<TenantState>)>, Failure> {
    let Some((file, note, places)) = open_snapshot(directory)? else { return Ok(None) };
    let note = trust.state_note(&note, None)?;
    let mut parsed = parse_all(directory, &places)?;
    let mut kept = Places::new();
    let tenants = walk(note.root, Scope::Shards(shards.to_vec()), |hash| {
        let (node, place) = parsed.remove(hash).ok_or_else(lacks_a_node)?;
        kept.insert(*hash, place);
        Ok(node)
    })?;
    Ok(Some((SavedSnapshot::new(note, SnapshotFile::new(file, kept)), tenants)))
}
