//! The first bits of a key, four at a time: what all keys below a node begin with.

use crate::kernel::hash::Hash;

/// How often four bits can be taken from a key.
pub const MAX_DEPTH: usize = 64;

/// The bits behind the prefix are zero; the default is that of all keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefix {
    bits: Hash,
    depth: usize,
}

impl Prefix {
    /// Number of times that four bits were taken.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The first byte of the bits.
    pub fn first(&self) -> u8 {
        self.bits.first().copied().unwrap_or_default()
    }

    /// Of the child with these next four bits.
    #[must_use]
    pub fn child(&self, nibble: u8) -> Prefix {
        let mut longer = *self;
        if let Some(byte) = longer.bits.get_mut(self.depth / 2) {
            *byte |= if self.depth.is_multiple_of(2) { nibble << 4 } else { nibble };
        }
        longer.depth += 1;
        longer
    }

    /// Whether the key begins with it.
    pub fn begins(&self, key: &Hash) -> bool {
        let whole = self.depth / 2;
        let half = |hash: &Hash| hash.get(whole).map(|byte| byte >> 4);
        let same = self.bits.get(..whole) == key.get(..whole);
        same && (self.depth.is_multiple_of(2) || half(&self.bits) == half(key))
    }
}
