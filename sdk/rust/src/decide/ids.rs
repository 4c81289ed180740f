//! Maps by UUID. The registry makes these ids, nobody who asks: hashing them needs no secret.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

pub(super) type Id = [u8; 16];
pub(super) type IdMap<T> = HashMap<Id, T, BuildHasherDefault<IdHasher>>;
pub(super) type IdSet = HashSet<Id, BuildHasherDefault<IdHasher>>;

/// Odd, its bits in no order: 2^64 divided by the golden ratio.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// One multiplication for eight bytes, whose halves are folded.
#[derive(Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, _) = bytes.as_chunks::<8>();
        for word in words {
            let product = u128::from(self.0 ^ u64::from_le_bytes(*word)) * u128::from(MIX);
            let (low, high) = (product as u64, (product >> 64) as u64);
            self.0 = low ^ high.rotate_left(32);
        }
    }

    fn write_usize(&mut self, _: usize) {
        // The length, which is always the same.
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
