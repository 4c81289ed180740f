//! Tiles of C2SP tlog-tiles: the tree cut into subtrees of height 8. The tile of level L and index
//! N holds the nodes (8L, 256N), (8L, 256N + 1) ... as many as the tree has, at most 256, of 32
//! bytes each; the nodes between 8L and 8L + 8 are hashed from them.

use super::tree::TreeBuilder;
use crate::error::{Checked, FactCode, ensure, refusal};
use crate::kernel::hash::Hash;

/// Tree levels in a tile.
const TILE_HEIGHT: u32 = 8;
/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;
const HASH_BYTES: usize = 32;

/// Which tile; `level` is `None` for the bundle of the entries behind a tile of level 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Tile {
    pub level: Option<u32>,
    pub index: u64,
    /// 1 to 256; 256 is a full tile, which never changes again.
    pub width: u64,
}

/// Nodes of tile level L that a tree of `size` leaves has: floor(size / 256^L).
fn nodes_at(level: u32, size: u64) -> u64 {
    level.checked_mul(TILE_HEIGHT).and_then(|bits| size.checked_shr(bits)).unwrap_or(0)
}

/// How many of the tile's hashes a tree of `size` leaves has: 0 to 256.
pub fn tile_width(level: u32, index: u64, size: u64) -> u64 {
    let before = index.saturating_mul(TILE_WIDTH);
    nodes_at(level, size).saturating_sub(before).min(TILE_WIDTH)
}

/// All hash tiles of a tree of `size` leaves, level by level.
pub fn all_tiles(size: u64) -> impl Iterator<Item = Tile> {
    let levels = (0..TILE_HEIGHT).take_while(move |level| nodes_at(*level, size) > 0);
    levels.flat_map(move |level| {
        (0..nodes_at(level, size).div_ceil(TILE_WIDTH)).map(move |index| Tile {
            level: Some(level),
            index,
            width: tile_width(level, index, size),
        })
    })
}

/// How many hashes of its tile a node covers: a power of two below 256.
fn covered(level: u32) -> u64 {
    1 << (level % TILE_HEIGHT)
}

/// The tile to fetch for a node of a tree of `size` leaves, as wide as that tree has it.
pub fn tile_of_node(level: u32, index: u64, size: u64) -> Tile {
    let tile_level = level / TILE_HEIGHT;
    let tile_index = index.saturating_mul(covered(level)) / TILE_WIDTH;
    let width = tile_width(tile_level, tile_index, size);
    Tile { level: Some(tile_level), index: tile_index, width }
}

/// Hash of a node out of its tile ([`tile_of_node`]); refuses (`tile-malformed`) a tile of another
/// length, or without that node. The hashes are believed: a proof shows whether they were true.
pub fn node_in_tile(level: u32, index: u64, tile: &Tile, bytes: &[u8]) -> Checked<Hash> {
    let malformed = |why| refusal(FactCode::TileMalformed, why);
    let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
    let whole = rest.is_empty() && u64::try_from(hashes.len()) == Ok(tile.width);
    ensure(whole, FactCode::TileMalformed, "not as many hashes as the tile is wide")?;
    let count = covered(level);
    let start = index.saturating_mul(count) % TILE_WIDTH;
    let range = usize::try_from(start).ok().zip(usize::try_from(start + count).ok());
    let nodes = range.and_then(|(from, to)| hashes.get(from..to));
    let mut tree = TreeBuilder::default();
    for hash in nodes.ok_or_else(|| malformed("the tile does not have that node"))? {
        tree.append(*hash);
    }
    Ok(tree.root())
}
