//! Text of a key set: title, version, then `root`, `fact`, `log`, `time` and `epoch` lines in this
//! order (`facts/spec/facts-v1.md`, "Keys").

use std::collections::HashSet;

use super::key_range::KeyRange;
use super::key_set::{EpochStart, KeySet};
use super::note_text::{lines, log_of_title, word};
use crate::error::{Checked, FactCode, refusal};
use crate::kernel::formats::parse_count;
use crate::kernel::verify::is_strict_point;

const ROLES: [&str; 5] = ["root", "fact", "log", "time", "epoch"];
const FIRST_LATER_EPOCH: u64 = 2;

fn key(text: &str) -> Option<[u8; 32]> {
    word(text).filter(is_strict_point)
}

/// A number, or `-` for none.
fn limit(text: &str) -> Option<Option<u64>> {
    if text == "-" { Some(None) } else { parse_count(text).map(Some) }
}

fn range(words: &[&str]) -> Option<KeyRange> {
    let [text, from, to, void] = words else { return None };
    let from = parse_count(from)?;
    let range = KeyRange { key: key(text)?, from, to: limit(to)?, void: limit(void)? };
    let forward = range.to.is_none_or(|to| to >= from) && range.void.is_none_or(|v| v >= from);
    forward.then_some(range)
}

fn single(words: &[&str]) -> Option<[u8; 32]> {
    if let [text] = words { key(text) } else { None }
}

fn epoch(words: &[&str]) -> Option<EpochStart> {
    let [epoch, first, size, root] = words else { return None };
    let (epoch, first) = (parse_count(epoch)?, parse_count(first)?);
    Some(EpochStart { epoch, first, size: parse_count(size)?, root: word(root)? })
}

/// The lines of a role, without that word.
fn of_role<T>(rows: &[Vec<&str>], role: &str, parse: fn(&[&str]) -> Option<T>) -> Option<Vec<T>> {
    let rows = rows.iter().filter(|row| row.first() == Some(&role));
    rows.map(|row| parse(row.get(1..)?)).collect()
}

/// In the order of the roles, each that is needed there, one root.
fn are_in_order(rows: &[Vec<&str>]) -> bool {
    let places: Option<Vec<usize>> =
        rows.iter().map(|row| ROLES.iter().position(|role| row.first() == Some(role))).collect();
    places.is_some_and(|places| {
        let count = |place: usize| places.iter().filter(|found| **found == place).count();
        places.is_sorted() && count(0) == 1 && (1..4).all(|place| count(place) > 0)
    })
}

fn is_ascending(ranges: &[KeyRange]) -> bool {
    ranges.windows(2).all(|pair| match pair {
        [before, after] => before.to.is_some_and(|to| to <= after.from),
        _ => true,
    })
}

fn is_distinct(set: &KeySet) -> bool {
    let ranges = set.fact.iter().chain(&set.log_keys).map(|range| range.key);
    let mut seen = HashSet::from([set.root]);
    ranges.chain(set.time.iter().copied()).all(|key| seen.insert(key))
}

fn parse(text: &str) -> Option<KeySet> {
    let mut lines = lines(text)?;
    let log = log_of_title(lines.next()?, "/keys")?;
    let version = parse_count(lines.next()?).filter(|version| *version > 0)?;
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(' ').collect()).collect();
    if !are_in_order(&rows) {
        return None;
    }
    let set = KeySet {
        log: log.to_owned(),
        version,
        root: *of_role(&rows, "root", single)?.first()?,
        fact: of_role(&rows, "fact", range)?,
        log_keys: of_role(&rows, "log", range)?,
        time: of_role(&rows, "time", single)?,
        epochs: of_role(&rows, "epoch", epoch)?,
    };
    let counted = (FIRST_LATER_EPOCH..).zip(&set.epochs).all(|(want, start)| start.epoch == want);
    let holds = counted && is_ascending(&set.fact) && is_ascending(&set.log_keys);
    (holds && is_distinct(&set)).then_some(set)
}

/// Refuses `keyset-malformed`. Only a text whose signature holds may come here.
pub fn parse_key_set(text: &str) -> Checked<KeySet> {
    parse(text).ok_or_else(|| refusal(FactCode::KeysetMalformed, "not the text of a key set"))
}
