//! Paths of C2SP tlog-tiles, below the log's address: `tile/<level>/<index>[.p/<width>]` and
//! `tile/entries/<index>[.p/<width>]`; level 0 to 63, width 1 to 255, left out when full; an index
//! in groups of three digits: 1234067 = x001/x234/067.

use super::tiles::{TILE_WIDTH, Tile};
use crate::error::{Checked, FactCode, refusal};
use crate::kernel::formats::MAX_SAFE;

const MAX_LEVEL: u32 = 63;

fn format_index(index: u64) -> String {
    let mut path = format!("{:03}", index % 1_000);
    let mut rest = index / 1_000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1_000);
        rest /= 1_000;
    }
    path
}

/// The one way to write a tile.
pub fn format_tile_path(tile: &Tile) -> String {
    let level = tile.level.map_or_else(|| "entries".to_owned(), |level| level.to_string());
    let index = format_index(tile.index);
    match tile.width {
        TILE_WIDTH => format!("tile/{level}/{index}"),
        width => format!("tile/{level}/{index}.p/{width}"),
    }
}

fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|char| char.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

fn parse(path: &str) -> Option<Tile> {
    let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let level = match level {
        "entries" => None,
        number_ => Some(u32::try_from(number(number_)?).ok().filter(|level| *level <= MAX_LEVEL)?),
    };
    let (groups, width) = match rest.split_once(".p/") {
        Some((groups, width)) => (groups, number(width)?),
        None => (rest, TILE_WIDTH),
    };
    let digits: String = groups.chars().filter(|char| !matches!(char, 'x' | '/')).collect();
    let index = number(&digits).filter(|index| *index <= MAX_SAFE)?;
    (1..=TILE_WIDTH).contains(&width).then_some(Tile { level, index, width })
}

/// Refuses (`tile-path-malformed`) every path but the one way to write a tile.
pub fn parse_tile_path(path: &str) -> Checked<Tile> {
    // Formatting again finds leading zeros, needless groups and the full width written out.
    let exact = parse(path).filter(|tile| format_tile_path(tile) == path);
    exact.ok_or_else(|| refusal(FactCode::TilePathMalformed, "not the path of a tile"))
}
