//! What the disk holds, verified again at each start, on all processors.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError, RwLock};
use std::thread;

use super::core::Counts;
use super::history::LINES_PER_TURN;
use super::journal::Journal;
use crate::decide::index::Index;
use crate::kernel::open::FactKeys;
use crate::reader::shard_reader::ShardReader;
use crate::reader::step::Origin;

#[derive(Default)]
pub(super) struct Loaded {
    pub(super) readers: BTreeMap<u8, ShardReader>,
    pub(super) counts: Counts,
    /// What stays of shards in which a line was refused; it is fetched again from there on.
    cut: Vec<(u8, Vec<String>)>,
}

fn load_shard(
    shard: u8,
    (log, keys, journal): (&str, &FactKeys, &Journal),
    index: &RwLock<Index>,
    loaded: &Mutex<Loaded>,
) -> io::Result<()> {
    let mut lines = journal.read(shard)?;
    let mut reader = ShardReader::new(shard, log);
    let mut counts = Counts::default();
    for turn in lines.chunks(LINES_PER_TURN) {
        let step = reader.fetched(turn, Origin::Disk, keys);
        let mut index = index.write().unwrap_or_else(PoisonError::into_inner);
        for accepted in step.accepted.iter().filter(|accepted| !accepted.void) {
            index.apply(&accepted.fact, &accepted.body);
            counts.applied += 1;
        }
        step.refused.iter().for_each(|refused| counts.refuse(refused.error.code));
        if !step.refused.is_empty() {
            break;
        }
    }
    let mut loaded = loaded.lock().unwrap_or_else(PoisonError::into_inner);
    let good = usize::try_from(reader.chain().position()).unwrap_or(usize::MAX);
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
    log: &str,
    keys: &FactKeys,
    journal: &mut Journal,
    index: &RwLock<Index>,
) -> io::Result<Loaded> {
    let (loaded, failure) = (Mutex::new(Loaded::default()), Mutex::new(Ok(())));
    let waiting = Mutex::new(shards.iter().copied());
    let given = (log, keys, &*journal);
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
    let loaded = loaded.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (shard, lines) in &loaded.cut {
        journal.replace(*shard, lines)?;
    }
    Ok(loaded)
}
