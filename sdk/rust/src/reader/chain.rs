//! Running hash of a shard, and how far heartbeats have covered it. Of the hashes behind the last
//! only those are kept that a heartbeat, which never counts fewer than the one before, may ask for.

use std::collections::VecDeque;

use crate::kernel::hash::{EMPTY_HASH, Hash, running_hash};
use crate::keys::heartbeat::Head;

/// Heartbeats that may pass over a position before nobody is believed to have signed it.
const UNCOVERED_HEARTBEATS: usize = 3;

/// What the newest heartbeat means for a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts more lines than are here.
    Behind,
    /// It has the running hash that is here.
    Reached,
    /// It has another one.
    Fork,
}

const NOTHING: Head = Head { count: 0, hash: EMPTY_HASH };

/// See the module.
#[derive(Clone, Debug)]
pub struct ShardChain {
    position: u64,
    /// Of the snapshot that all begins with; of what is below there is no hash.
    base: Head,
    hash: Hash,
    covered: Head,
    /// As `covered`, but by heartbeats alone: of a snapshot only what they have agreed to.
    confirmed: Head,
    /// Running hashes of the last positions, the newest last.
    tail: VecDeque<Hash>,
    newest: Option<Head>,
    /// Positions at the arrival of the last heartbeats, the newest last.
    marks: VecDeque<u64>,
}

impl Default for ShardChain {
    fn default() -> Self {
        let (tail, marks) = (VecDeque::new(), VecDeque::new());
        let (base, covered, confirmed) = (NOTHING, NOTHING, NOTHING);
        Self { position: 0, base, hash: EMPTY_HASH, covered, confirmed, tail, newest: None, marks }
    }
}

impl ShardChain {
    /// Number of lines.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Running hash of the last line.
    pub fn hash(&self) -> &Hash {
        &self.hash
    }

    /// The last line that a heartbeat has covered.
    pub fn covered(&self) -> Head {
        self.covered
    }

    /// The last line that a heartbeat itself has covered.
    pub fn confirmed(&self) -> Head {
        self.confirmed
    }

    /// What the snapshot states on which all rests.
    pub fn base(&self) -> Head {
        self.base
    }

    /// False: it rests on a snapshot that is the word of the log key alone.
    pub fn is_confirmed(&self) -> bool {
        self.confirmed.count >= self.base.count
    }

    /// It has this head on its way, as far as is known.
    pub fn holds(&self, head: Head) -> bool {
        self.hash_at(head.count) == Some(head.hash)
    }

    /// The shard's head in the newest heartbeat.
    pub fn newest(&self) -> Option<Head> {
        self.newest
    }

    /// Lines that the newest heartbeat counts further.
    pub fn missing(&self) -> u64 {
        self.newest.map_or(0, |newest| newest.count.saturating_sub(self.position))
    }

    /// Whether the newest heartbeat counts more lines than are here.
    pub fn is_behind(&self) -> bool {
        self.missing() > 0
    }

    /// Begins anew with the head that a snapshot states. What heartbeats said stays.
    pub fn rest(&mut self, head: Head) {
        (self.base, self.position, self.hash) = (head, head.count, head.hash);
        self.covered = head;
        self.tail.clear();
    }

    /// Appends a line; answers when it is the one in which the newest heartbeat ends.
    pub fn append(&mut self, leaf: &Hash) -> Option<Verdict> {
        self.position += 1;
        self.hash = running_hash(&self.hash, leaf);
        if self.is_behind() {
            return None;
        }
        self.tail.push_back(self.hash);
        let newest = self.newest.filter(|newest| newest.count == self.position)?;
        Some(self.compare(newest))
    }

    /// Whatever is above `covered` is to be compared with this head from now on.
    pub fn expect(&mut self, head: Head) -> Verdict {
        self.newest = Some(head);
        if !self.is_behind() {
            return self.compare(head);
        }
        self.tail.clear();
        Verdict::Behind
    }

    /// Takes the heads of heartbeats, one after the other.
    pub fn heartbeat(&mut self, head: Head) -> Verdict {
        self.marks.push_back(self.position);
        if self.marks.len() > UNCOVERED_HEARTBEATS {
            self.marks.pop_front();
        }
        self.expect(head)
    }

    /// True, once, when a line that is here was not counted by the last three heartbeats.
    pub fn find_uncovered(&mut self) -> bool {
        let counted = self.newest.map_or(0, |newest| newest.count);
        let oldest = self.marks.front().is_some_and(|oldest| *oldest > counted);
        let uncovered = self.marks.len() == UNCOVERED_HEARTBEATS && oldest;
        if uncovered {
            self.marks.clear();
        }
        uncovered
    }

    /// A restored backup may have lost what was covered.
    pub fn uncover(&mut self) {
        (self.covered, self.confirmed, self.base) = (NOTHING, NOTHING, NOTHING);
    }

    /// What they count may be lost: one that waited must not cover a late line.
    pub fn forget_heartbeats(&mut self) {
        self.newest = None;
        self.marks.clear();
    }

    fn hash_at(&self, count: u64) -> Option<Hash> {
        if count == self.covered.count {
            return Some(self.covered.hash);
        }
        if count == self.position {
            return Some(self.hash);
        }
        let behind = usize::try_from(self.position.checked_sub(count)?).ok()?;
        let at = self.tail.len().checked_sub(behind + 1)?;
        self.tail.get(at).copied()
    }

    fn compare(&mut self, head: Head) -> Verdict {
        if head.count < self.base.count {
            return Verdict::Reached;
        }
        if !self.holds(head) {
            return Verdict::Fork;
        }
        (self.covered, self.confirmed) = (head, head);
        let above = usize::try_from(self.position - head.count).unwrap_or(usize::MAX);
        self.tail.drain(..self.tail.len().saturating_sub(above));
        Verdict::Reached
    }
}
