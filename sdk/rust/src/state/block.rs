//! Block of one tenant:
//!
//! block = tenant, 16 bytes || seq uint64 || leaf hash of seq, 32 bytes || live uint32 || rest
//! rest  = *(length uint16 || payload)            live <= 256: ascending by fact key
//!       / hash of the root of the tenant's own tree               live > 256
//! hash  = SHA-256(0x05 || block)

use bytes::{Buf, Bytes};

use super::cursor::Cursor;
use super::prefix::Prefix;
use crate::kernel::hash::{Hash, sha256};
use crate::kernel::shard::{TenantId, tenant_key};

/// The weight that a leaf node may have.
pub const MAX_LEAF_WEIGHT: u64 = 256;

/// Payloads whose fact keys begin with a prefix, packed.
#[derive(Clone, Debug)]
pub(super) struct FactsPage {
    pub(super) prefix: Prefix,
    pub(super) packed: Bytes,
}

/// A tenant as the tree states it; its payloads stay packed until somebody wants them.
#[derive(Clone, Debug)]
pub struct TenantState {
    /// SHA-256 of the tenant's UUID; its first byte is the shard.
    pub key: Hash,
    /// The UUID.
    pub tenant: TenantId,
    /// Of the tenant's last fact.
    pub seq: u64,
    /// Leaf hash of that fact.
    pub head: Hash,
    /// Number of live facts.
    pub live: u32,
    /// Ascending by prefix; of a large tenant complete when the walk is.
    pub(super) pages: Vec<FactsPage>,
}

impl TenantState {
    /// Whether a payload has these bytes; parses none.
    pub fn contains(&self, bytes: &[u8]) -> bool {
        let finder = memchr::memmem::Finder::new(bytes);
        self.pages.iter().any(|page| finder.find(&page.packed).is_some())
    }

    /// The tenant's.
    pub fn shard(&self) -> u8 {
        self.key.first().copied().unwrap_or_default()
    }
}

/// As it stands in a page.
pub(super) struct Block {
    pub(super) state: TenantState,
    pub(super) hash: Hash,
    /// Root of the tenant's own tree, if it has one.
    pub(super) root: Option<Hash>,
}

impl Block {
    pub(super) fn weight(&self) -> u64 {
        let live = u64::from(self.state.live);
        if live == 0 || live > MAX_LEAF_WEIGHT { 1 } else { live }
    }
}

/// Cuts the next payload off: `length uint16 || payload`.
pub(super) fn next_payload(packed: &mut Bytes) -> Option<Bytes> {
    let length = usize::from(packed.try_get_u16().ok()?);
    (length <= packed.len()).then(|| packed.split_to(length))
}

/// Walks over the lengths alone: what is packed stays so.
pub(super) fn holds_payloads(mut packed: &[u8], count: usize) -> bool {
    for _ in 0..count {
        let Some((length, rest)) = packed.split_first_chunk::<2>() else { return false };
        let length = usize::from(u16::from_be_bytes(*length));
        let Some(rest) = rest.get(length..) else { return false };
        packed = rest;
    }
    packed.is_empty()
}

/// By the form alone; looks into no payload.
pub(super) fn parse_block(bytes: Bytes) -> Option<Block> {
    let hash = sha256(&[&[0x05], &bytes]);
    let mut block = Cursor(bytes);
    let tenant: TenantId = block.array()?;
    let (seq, head, live) = (block.uint64()?, block.hash()?, block.uint32()?);
    let key = tenant_key(&tenant);
    let mut state = TenantState { key, tenant, seq, head, live, pages: Vec::new() };
    if u64::from(live) > MAX_LEAF_WEIGHT {
        let root = block.hash()?;
        return block.is_at_end().then_some(Block { state, hash, root: Some(root) });
    }
    let packed = block.0;
    if !holds_payloads(&packed, usize::try_from(live).ok()?) {
        return None;
    }
    state.pages.push(FactsPage { prefix: Prefix::default(), packed });
    Some(Block { state, hash, root: None })
}
