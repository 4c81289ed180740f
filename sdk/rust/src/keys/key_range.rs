//! Where a key counts: fact keys by index, log keys by size.

use crate::error::{Checked, FactCode, ensure};

/// A key and its range; `-` in the text is `None` here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRange {
    /// Raw Ed25519 public key.
    pub key: [u8; 32],
    /// The first number of the range.
    pub from: u64,
    /// The first number behind the range; `None`: it is open.
    pub to: Option<u64>,
    /// What the key signed at or above it is void: chained, never folded.
    pub void: Option<u64>,
}

impl KeyRange {
    /// Whether the key counts at an index or a size.
    pub fn contains(&self, at: u64) -> bool {
        at >= self.from && self.to.is_none_or(|to| at < to)
    }

    /// Whether a thief signed it, or may have.
    pub fn is_void(&self, at: u64) -> bool {
        self.void.is_some_and(|void| at >= void)
    }

    /// An open range may be closed, a closed one stays; what is void stays so, and may grow.
    pub(super) fn may_become(&self, newer: &KeyRange) -> bool {
        let same_end = self.to.is_none() || newer.to == self.to;
        let same_void = match (self.void, newer.void) {
            (None, _) => true,
            (Some(older), newer) => newer.is_some_and(|newer| newer <= older),
        };
        newer.key == self.key && newer.from == self.from && same_end && same_void
    }

    /// `key-range`: a fact at an index at which its key does not count.
    pub fn check_index(&self, index: u64) -> Checked<()> {
        ensure(self.contains(index), FactCode::KeyRange, "an index outside its key's range")
    }

    /// `key-closed`: who stole a closed key could still choose an index from before.
    pub fn check_open(&self) -> Checked<()> {
        ensure(self.to.is_none(), FactCode::KeyClosed, "a live fact by a closed key")
    }
}
