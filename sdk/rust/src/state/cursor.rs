//! Big-endian numbers and bytes from left to right; `None` for what is cut.

use bytes::{Buf, Bytes};

use crate::error::{FactCode, FactError, refusal};
use crate::kernel::formats::MAX_SAFE;
use crate::kernel::hash::Hash;

/// Everything that is wrong with the form of a node, or with its place in the tree.
pub(super) fn malformed(why: &'static str) -> FactError {
    refusal(FactCode::StateNodeMalformed, why)
}

pub(super) struct Cursor(pub(super) Bytes);

impl Cursor {
    /// Shares the bytes, does not copy them.
    pub(super) fn take(&mut self, length: usize) -> Option<Bytes> {
        (length <= self.0.len()).then(|| self.0.split_to(length))
    }

    /// `length uint32 || bytes`
    pub(super) fn frame(&mut self) -> Option<Bytes> {
        let length = self.0.try_get_u32().ok()?;
        self.take(usize::try_from(length).ok()?)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.0.try_get_u8().ok()
    }

    pub(super) fn count(&mut self) -> Option<usize> {
        self.0.try_get_u16().ok().map(usize::from)
    }

    pub(super) fn uint32(&mut self) -> Option<u32> {
        self.0.try_get_u32().ok()
    }

    /// At most 2^53 - 1.
    pub(super) fn uint64(&mut self) -> Option<u64> {
        self.0.try_get_u64().ok().filter(|value| *value <= MAX_SAFE)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        self.0.try_copy_to_slice(&mut bytes).ok().map(|()| bytes)
    }

    pub(super) fn hash(&mut self) -> Option<Hash> {
        self.array()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }
}
