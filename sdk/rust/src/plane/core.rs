//! What the tasks of a plane change together, behind one lock that nobody holds while waiting.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::journal::Journal;
use super::notes::Notes;
use super::saved_snapshot::SavedSnapshot;
use super::stats::{ShardHead, Stats};
use crate::error::FactCode;
use crate::kernel::hex;
use crate::kernel::shard::{SHARD_COUNT, platform_shard, shard_name};
use crate::keys::gate::Gate;
use crate::keys::state_note::StateNote;
use crate::keys::trust::Trust;
use crate::reader::shard_reader::ShardReader;

pub(super) struct Core {
    pub(super) trust: Trust,
    pub(super) gate: Gate,
    pub(super) readers: BTreeMap<u8, ShardReader>,
    pub(super) journal: Journal,
    pub(super) notes: Notes,
    pub(super) counts: Counts,
    /// The snapshot on disk, which lines there follow; `None`: they begin with line 1.
    pub(super) saved: Option<Arc<SavedSnapshot>>,
    /// The last state note that was taken: later ones may not fall behind it.
    pub(super) state_taken: Option<StateNote>,
    /// The log key signed a snapshot of what never was.
    pub(super) lied_to: bool,
    /// The last heartbeat that was taken.
    pub(super) last_note: Vec<u8>,
    /// The monotonic time as of which it speaks; `None` for one of the process before: nothing that
    /// reaches it is known of now.
    pub(super) heard_of_ms: Option<i64>,
    /// The directory may be another's: nothing is taken any more, so nothing is written.
    pub(super) closed: bool,
    /// A heartbeat by a time key that no set has yet: tried again with the next set.
    pub(super) unknown_note: Option<Vec<u8>>,
}

#[derive(Default)]
pub(super) struct Counts {
    pub(super) applied: u64,
    pub(super) duplicates: u64,
    refused: BTreeMap<&'static str, u64>,
}

impl Counts {
    pub(super) fn refuse(&mut self, code: FactCode) {
        *self.refused.entry(code.as_str()).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: Counts) {
        self.applied += other.applied;
        self.duplicates += other.duplicates;
        for (code, count) in other.refused {
            *self.refused.entry(code).or_default() += count;
        }
    }
}

fn head(reader: &ShardReader) -> ShardHead {
    let chain = reader.chain();
    ShardHead {
        position: chain.position(),
        index: reader.index(),
        hash: hex::encode(chain.hash()),
        covered: chain.covered().count,
    }
}

impl Core {
    /// The reader of a followed shard; `None` after the plane was closed.
    pub(super) fn open_reader(&mut self, shard: u8) -> Option<&mut ShardReader> {
        if self.closed { None } else { self.readers.get_mut(&shard) }
    }

    /// Nothing of any shard is here.
    pub(super) fn is_empty(&self) -> bool {
        self.readers.values().all(|reader| reader.chain().position() == 0)
    }

    /// Lines that the newest heartbeat counts further.
    pub(super) fn missing(&self) -> u64 {
        self.readers.values().map(|reader| reader.chain().missing()).sum()
    }

    /// `packed`: tenants that are.
    pub(super) fn stats(&self, packed: usize) -> Stats {
        let known = self.readers.iter().filter(|(_, reader)| reader.chain().position() > 0);
        Stats {
            applied: self.counts.applied,
            duplicates: self.counts.duplicates,
            snapshot: self.saved.as_ref().map_or(0, |saved| saved.note.size),
            packed,
            key_set: self.trust.version(),
            refused: self.counts.refused.clone(),
            heads: known.map(|(shard, reader)| (shard_name(*shard), head(reader))).collect(),
        }
    }
}

/// Ascending, without repetition, the platform tenant's always among them; none given: all.
pub(super) fn followed_shards(wanted: &[u8]) -> Vec<u8> {
    if wanted.is_empty() {
        return (0..SHARD_COUNT).filter_map(|shard| u8::try_from(shard).ok()).collect();
    }
    let mut followed = wanted.to_vec();
    followed.push(platform_shard());
    followed.sort_unstable();
    followed.dedup();
    followed
}
