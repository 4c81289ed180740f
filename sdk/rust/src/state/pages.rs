//! Leaf nodes of the tree over tenants, and the page that stands for one in a view:
//!
//! tenants = 0x02 count uint16 *(length uint32 || block)                       by tenant key
//! page    = 0x06 count uint16 *(0x00 || tenant key || block hash / 0x01 || length uint32 || block)
//! hash    = SHA-256(0x02 || *(tenant key || block hash))                      of both

use bytes::Bytes;

use super::block::{Block, MAX_LEAF_WEIGHT, parse_block};
use super::cursor::Cursor;
use super::node::{Content, Node, TENANTS};
use crate::kernel::hash::{Hash, sha256};

/// A tenant's place in a page.
pub(super) struct Slot {
    pub(super) key: Hash,
    hash: Hash,
    /// `None` when a view keeps it back.
    pub(super) block: Option<Block>,
}

fn shown(bytes: Bytes) -> Option<Slot> {
    let block = parse_block(bytes)?;
    Some(Slot { key: block.state.key, hash: block.hash, block: Some(block) })
}

fn hash_of(slots: &[Slot]) -> Hash {
    let parts = slots.iter().flat_map(|slot| [slot.key.as_slice(), slot.hash.as_slice()]);
    let parts: Vec<&[u8]> = std::iter::once([TENANTS].as_slice()).chain(parts).collect();
    sha256(&parts)
}

/// Ascending, none twice, and no more of them than a leaf may weigh: whoever is hidden weighs 1.
fn are_in_order(slots: &[Slot]) -> bool {
    let ascends = slots.windows(2).all(|pair| match pair {
        [before, after] => before.key < after.key,
        _ => true,
    });
    ascends && u64::try_from(slots.len()).is_ok_and(|count| count <= MAX_LEAF_WEIGHT)
}

pub(super) fn parse_tenants(mut file: Cursor) -> Option<Node> {
    let count = file.count()?;
    let slots: Vec<Slot> = (0..count).map(|_| shown(file.frame()?)).collect::<Option<_>>()?;
    let weight = slots.iter().filter_map(|slot| slot.block.as_ref()).map(Block::weight).sum();
    let holds = file.is_at_end() && are_in_order(&slots) && weight <= MAX_LEAF_WEIGHT;
    let hash = hash_of(&slots);
    holds.then_some(Node { hash, weight: Some(weight), content: Content::Tenants(slots) })
}

/// Only the tenant that is asked for may show its block, and must.
pub(super) fn parse_page(mut file: Cursor, asked: &Hash) -> Option<Node> {
    let count = file.count()?;
    let slot = |_| match file.byte()? {
        0 => Some(Slot { key: file.hash()?, hash: file.hash()?, block: None }),
        1 => shown(file.frame()?),
        _ => None,
    };
    let slots: Vec<Slot> = (0..count).map(slot).collect::<Option<_>>()?;
    let shows = slots.iter().all(|slot| (slot.key == *asked) == slot.block.is_some());
    let holds = file.is_at_end() && are_in_order(&slots) && shows;
    let hash = hash_of(&slots);
    holds.then_some(Node { hash, weight: None, content: Content::Tenants(slots) })
}
