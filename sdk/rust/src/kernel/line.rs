//! One fact on its way: a line of a stream message, of `GET /v1/facts`, of the journal.

use super::formats::parse_count;
use crate::error::{Checked, FactCode, refusal};

/// `<shard position> <index> <envelope>`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Position in the shard: 1, 2, 3 ... without gaps.
    pub position: u64,
    /// Position in the whole log: 0, 1, 2 ...
    pub index: u64,
    /// DSSE envelope, one line of text.
    pub envelope: &'a str,
}

fn parts(text: &str) -> Option<Line<'_>> {
    let (position, rest) = text.split_once(' ')?;
    let (index, envelope) = rest.split_once(' ')?;
    let whole = envelope.starts_with('{') && envelope.ends_with('}');
    if !whole || envelope.contains(['\n', '\r']) {
        return None;
    }
    let position = parse_count(position).filter(|position| *position > 0)?;
    Some(Line { position, index: parse_count(index)?, envelope })
}

/// Refuses `line-malformed`. `text` is without its line end.
pub fn parse_line(text: &str) -> Checked<Line<'_>> {
    let malformed = "not <position> <index> <envelope>";
    parts(text).ok_or_else(|| refusal(FactCode::LineMalformed, malformed))
}
