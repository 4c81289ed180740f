//! What the disk holds, verified again at each start, on all processors.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;

use super::core::Counts;
use super::history::LINES_PER_TURN;
use super::journal::Journal;
use crate::decide::index::Index;
use crate::decide::packed::Broken;
use crate::kernel::open::FactKeys;
use crate::keys::state_note::StateNote;
use crate::reader::shard_reader::ShardReader;
use crate::reader::step::Origin;
use crate::state::block::TenantState;

#[derive(Default)]
pub(super) struct Loaded {
    pub(super) readers: BTreeMap<u8, ShardReader>,
    pub(super) counts: Counts,
    /// What stays of shards in which a line was refused; it is fetched again from there on.
    pub(super) cut: Vec<(u8, Vec<String>)>,
}

/// Tenants of a snapshot.
pub(super) type ByShard = HashMap<u8, Vec<TenantState>>;

/// What is given to the readers of all shards.
pub(super) struct Given<'a> {
    pub(super) log: &'a str,
    pub(super) keys: &'a FactKeys,
    pub(super) journal: &'a Journal,
    /// What the lines on disk follow: a state note, and its tenants by shard.
    pub(super) base: Option<(&'a Arc<StateNote>, Mutex<ByShard>)>,
}

impl Given<'_> {
    /// A reader that stands on the snapshot, if there is one, with its tenants packed.
    fn reader(&self, shard: u8, index: &RwLock<Index>) -> (ShardReader, Option<Broken>) {
        let mut reader = ShardReader::new(shard, self.log);
        let Some((note, tenants)) = &self.base else { return (reader, None) };
        let taken = tenants.lock().unwrap_or_else(PoisonError::into_inner).remove(&shard);
        if !note.head(shard).is_some_and(|head| reader.wants(head)) {
            return (reader, None);
        }
        let states = taken.unwrap_or_default();
        reader.rest(note, &states, self.keys);
        let mut index = index.write().unwrap_or_else(PoisonError::into_inner);
        let broken = index.add_packed(states, note, Origin::Disk);
        (reader, broken)
    }
}

fn load_shard(
    shard: u8,
    given: &Given<'_>,
    index: &RwLock<Index>,
    loaded: &Mutex<Loaded>,
) -> io::Result<()> {
    let mut lines = given.journal.read(shard)?;
    let (mut reader, broken) = given.reader(shard, index);
    let mut counts = Counts::default();
    broken.iter().for_each(|broken| counts.refuse(broken.error.code));
    let mut good = 0;
    for turn in lines.chunks(LINES_PER_TURN) {
        let step = reader.fetched(turn, Origin::Disk, given.keys);
        let mut index = index.write().unwrap_or_else(PoisonError::into_inner);
        for accepted in step.accepted.iter().filter(|accepted| !accepted.void) {
            let broken = index.unpack(&accepted.fact.tenant);
            broken.iter().for_each(|broken| counts.refuse(broken.error.code));
            index.apply(&accepted.fact, &accepted.body);
            counts.applied += 1;
        }
        let duplicates = usize::try_from(step.duplicates).unwrap_or(usize::MAX);
        good += step.accepted.len() + duplicates;
        step.refused.iter().for_each(|refused| counts.refuse(refused.error.code));
        if !step.refused.is_empty() {
            break;
        }
    }
    let mut loaded = loaded.lock().unwrap_or_else(PoisonError::into_inner);
    if good < lines.len() {
        lines.truncate(good);
        loaded.cut.push((shard, lines));
    }
    loaded.counts.add(counts);
    loaded.readers.insert(shard, reader);
    Ok(())
}

/// Readers of these shards, and their facts in the index.
pub(super) fn load_shards(
    shards: &[u8],
    given: &Given<'_>,
    index: &RwLock<Index>,
) -> io::Result<Loaded> {
    let (loaded, failure) = (Mutex::new(Loaded::default()), Mutex::new(Ok(())));
    let waiting = Mutex::new(shards.iter().copied());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some(shard) = next() {
            if let Err(error) = load_shard(shard, given, index, &loaded) {
                *failure.lock().unwrap_or_else(PoisonError::into_inner) = Err(error);
            }
        }
    };
    thread::scope(|scope| {
        let others = thread::available_parallelism().map_or(0, |count| count.get() - 1);
        (0..others).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    failure.into_inner().unwrap_or_else(PoisonError::into_inner)?;
    Ok(loaded.into_inner().unwrap_or_else(PoisonError::into_inner))
}
