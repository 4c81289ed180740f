//! Fetches the newest snapshot, and puts it in place of the shards that want it. Whatever fails or
//! lies leaves the plane as it was, and lines are used instead.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::timeout;

use super::core::Core;
use super::events::{Event, SnapshotTaken};
use super::http::Unavailable;
use super::load::ByShard;
use super::saved_snapshot::{Failure, SavedSnapshot};
use super::shared::Shared;
use super::snapshot_file::SnapshotWriter;
use super::tasks::fetch_key_sets;
use crate::error::{Checked, FactCode};
use crate::kernel::hash::Hash;
use crate::keys::state_note::StateNote;
use crate::reader::step::Origin;
use crate::state::block::TenantState;
use crate::state::file::unpack_node;
use crate::state::node::Node;
use crate::state::walk::{Scope, Walk, Wanted};

/// Nodes on their way: a plane that starts must not be a flood.
const MAX_REQUESTS: usize = 8;
/// A registry that hands nodes out one by one must not keep lines back for ever.
const LIMIT: Duration = Duration::from_secs(5 * 60);

impl From<Unavailable> for Failure {
    fn from(_: Unavailable) -> Self {
        Failure::Unavailable
    }
}

type Fetched = Result<(Node, Bytes), Failure>;

/// Requests for nodes, each by its number.
struct Requests {
    shared: Arc<Shared>,
    places: Arc<Semaphore>,
    running: JoinSet<(usize, Fetched)>,
    done: HashMap<usize, Fetched>,
}

impl Requests {
    fn start(&mut self, number: usize, hash: Hash) {
        let (shared, places) = (Arc::clone(&self.shared), Arc::clone(&self.places));
        self.running.spawn(async move {
            let place = places.acquire().await;
            let file = shared.source.node(&hash).await;
            drop(place);
            (number, read_node(file).await)
        });
    }

    async fn take(&mut self, number: usize) -> Fetched {
        loop {
            if let Some(fetched) = self.done.remove(&number) {
                return fetched;
            }
            match self.running.join_next().await {
                Some(Ok((number, fetched))) => drop(self.done.insert(number, fetched)),
                _ => return Err(Failure::Unavailable),
            }
        }
    }
}

async fn read_node(file: Result<Bytes, Unavailable>) -> Fetched {
    let file = file?;
    let reading = spawn_blocking(move || -> Checked<(Node, Bytes)> {
        let bytes = unpack_node(file)?;
        Ok((Node::parse(bytes.clone())?, bytes))
    });
    Ok(reading.await.map_err(|_| Failure::Unavailable)??)
}

impl Shared {
    pub(super) async fn take_snapshot(self: Arc<Self>) {
        match timeout(LIMIT, self.try_snapshot()).await {
            Ok(Err(Failure::Refused(error))) => {
                self.refuse(&mut self.core(), None, Origin::Http, &error);
            }
            Ok(Err(Failure::Disk(error))) => self.persist(Err(error)),
            Ok(Ok(()) | Err(Failure::Unavailable)) | Err(_) => {}
        }
    }

    async fn try_snapshot(self: &Arc<Self>) -> Result<(), Failure> {
        if self.core().lied_to {
            return Ok(());
        }
        let Some(note) = self.source.state_note().await? else { return Ok(()) };
        let stated = match self.open_state(&note) {
            // What a newer key set may heal.
            Err(error)
                if matches!(error.code, FactCode::NoteKeyUnknown | FactCode::StateKeyset) =>
            {
                fetch_key_sets(self).await;
                self.open_state(&note)?
            }
            stated => stated?,
        };
        if !self.core().wants(&stated) {
            return Ok(());
        }
        let mut writer = SnapshotWriter::create(&self.directory, &note)?;
        let tenants = self.walk_state(&stated, &mut writer).await?;
        let core = &mut *self.core();
        // Key sets may have come meanwhile, or are on their way: what they make void is not taken.
        let stated = core.trust.state_note(&note, core.state_taken.as_ref())?;
        if core.closed || core.gate.holds_lines(&core.trust) {
            return Err(Failure::Unavailable);
        }
        // The one before it was denied meanwhile: so may this one be, by the same key.
        if core.lied_to {
            return Ok(());
        }
        let saved = SavedSnapshot::new(stated, writer.finish()?);
        self.rest(core, saved, tenants);
        Ok(())
    }

    fn open_state(&self, note: &[u8]) -> Checked<StateNote> {
        let core = self.core();
        core.trust.state_note(note, core.state_taken.as_ref())
    }

    /// From the left, some nodes on their way at a time; each is kept once it is verified.
    async fn walk_state(
        self: &Arc<Self>,
        stated: &StateNote,
        writer: &mut SnapshotWriter,
    ) -> Result<Vec<TenantState>, Failure> {
        let shards: Vec<u8> = self.core().readers.keys().copied().collect();
        let mut walk = Walk::new(Scope::Shards(shards));
        let mut requests = Requests {
            shared: Arc::clone(self),
            places: Arc::new(Semaphore::new(MAX_REQUESTS)),
            running: JoinSet::new(),
            done: HashMap::new(),
        };
        // The leftmost last; those that were asked for have a number.
        let mut wanted: Vec<(Wanted, Option<usize>)> = vec![(Wanted::root(stated.root), None)];
        let mut numbers = 0..;
        loop {
            for (one, number) in wanted.iter_mut().rev().take(MAX_REQUESTS) {
                if let (None, Some(next)) = (&number, numbers.next()) {
                    requests.start(next, one.hash);
                    *number = Some(next);
                }
            }
            let Some((one, Some(number))) = wanted.pop() else { return Ok(walk.finish()) };
            let (node, bytes) = requests.take(number).await?;
            let below = walk.take(&one, node)?;
            wanted.extend(below.into_iter().rev().map(|one| (one, None)));
            writer.add(one.hash, &bytes)?;
        }
    }

    /// Each shard in one step: no decision sees it half there.
    fn rest(&self, core: &mut Core, saved: SavedSnapshot, tenants: Vec<TenantState>) {
        let note = Arc::clone(&saved.note);
        core.state_taken = Some((*note).clone());
        core.saved = Some(Arc::new(saved));
        let (keys, mut by_shard) = (core.trust.fact_keys(), by_shard(tenants));
        let followed: Vec<u8> = core.readers.keys().copied().collect();
        let mut shards = Vec::new();
        for shard in followed {
            let Some(reader) = core.readers.get_mut(&shard) else { continue };
            if !note.head(shard).is_some_and(|head| reader.wants(head)) {
                continue;
            }
            shards.push(shard);
            let states = by_shard.remove(&shard).unwrap_or_default();
            let before: Vec<_> = reader.tenants().map(|(tenant, _)| tenant).collect();
            let step = reader.rest(&note, &states, &keys);
            let broken = {
                let mut index = self.change_index();
                before.iter().for_each(|tenant| index.forget(tenant));
                index.add_packed(states, &note, Origin::Http)
            };
            self.persist(core.journal.replace(shard, &[]));
            broken.into_iter().for_each(|broken| self.refuse_broken(core, &broken));
            self.apply(core, shard, step);
        }
        self.unpack_wanted.notify_one();
        let taken = SnapshotTaken { size: note.size, shards };
        self.events.emit(|| Event::Snapshot(Arc::new(taken)));
    }
}

/// Of tenants that ascend by key.
pub(super) fn by_shard(tenants: Vec<TenantState>) -> ByShard {
    let mut by_shard = ByShard::new();
    for tenant in tenants {
        by_shard.entry(tenant.shard()).or_default().push(tenant);
    }
    by_shard
}

impl Core {
    /// Some shard would go on from such a snapshot.
    fn wants(&self, stated: &StateNote) -> bool {
        let mut readers = self.readers.iter();
        readers.any(|(shard, reader)| stated.head(*shard).is_some_and(|head| reader.wants(head)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use tokio::task::yield_now;

    use super::super::stage::Stage;

    #[tokio::test]
    async fn one_on_its_way_is_not_taken_when_the_one_before_is_denied() {
        let stage = Stage::new("denied");
        let taking = tokio::spawn(Arc::clone(&stage.shared).take_snapshot());
        // It has asked for the note.
        yield_now().await;
        stage.shared.core().lied_to = true;
        taking.await.unwrap();
        assert!(stage.shared.core().saved.is_none());
        stage.shared.core().lied_to = false;
        Arc::clone(&stage.shared).take_snapshot().await;
        assert!(stage.shared.core().saved.is_some());
    }
}
