//! Text of a state note, a note by a log key: title, epoch, size of the log, key-set version, root
//! of the state tree, and for each shard its number of lines and running hash; and its checks 1 to
//! 8 in their order (`facts/spec/facts-v1.md`, "State tree").

use super::heartbeat::{Head, parse_head};
use super::heartbeat_order::{check_log_range, checkpoint_origin, log_keys_named};
use super::key_set::KeySet;
use super::note_text::{lines, log_of_title, word};
use crate::error::{Checked, FactCode, ensure, refusal};
use crate::kernel::formats::parse_count;
use crate::kernel::hash::Hash;
use crate::kernel::shard::SHARD_COUNT;
use crate::log::note::{open_note, text_of_note};

/// What the log says of all live facts at one of its sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateNote {
    /// Origin of the log.
    pub log: String,
    /// 1, 2, 3 ...
    pub epoch: u64,
    /// Facts with a smaller index are in it.
    pub size: u64,
    /// Of the key set by which facts were void or not.
    pub key_set_version: u64,
    /// Of the state tree.
    pub root: Hash,
    /// By shard, 256 of them.
    pub heads: Vec<Head>,
}

impl StateNote {
    /// Where a shard stands.
    pub fn head(&self, shard: u8) -> Option<Head> {
        self.heads.get(usize::from(shard)).copied()
    }
}

fn parse(text: &str) -> Option<StateNote> {
    let mut lines = lines(text)?;
    let note = StateNote {
        log: log_of_title(lines.next()?, "/state")?.to_owned(),
        epoch: parse_count(lines.next()?).filter(|epoch| *epoch > 0)?,
        size: parse_count(lines.next()?)?,
        key_set_version: parse_count(lines.next()?).filter(|version| *version > 0)?,
        root: word(lines.next()?)?,
        heads: lines.map(parse_head).collect::<Option<_>>()?,
    };
    (note.heads.len() == SHARD_COUNT).then_some(note)
}

/// Refuses `state-malformed`. Only a text whose signature holds may come here.
fn parse_state_note(text: &str) -> Checked<StateNote> {
    parse(text).ok_or_else(|| refusal(FactCode::StateMalformed, "not the text of a state note"))
}

/// No later version made void what the tree below its size still has.
fn check_void(size: u64, of_note: &KeySet, newest: &KeySet) -> Checked<()> {
    let holds = newest.fact.iter().all(|range| {
        let before = of_note.fact.iter().find(|one| one.key == range.key);
        let then = before.and_then(|one| one.void);
        range.void.is_none_or(|void| void >= size || then.is_some_and(|then| then <= void))
    });
    ensure(holds, FactCode::StateVoid, "facts below its size are void since")
}

fn check_growth(note: &StateNote, last: &StateNote) -> Checked<()> {
    if last.epoch != note.epoch {
        return Ok(());
    }
    ensure(note.size >= last.size, FactCode::StateRollback, "a smaller size")?;
    // A later version may make more of the same facts void.
    let same = note.size == last.size && note.key_set_version == last.key_set_version;
    ensure(!same || note.root == last.root, FactCode::StateFork, "another root at one size")
}

/// The state note in a signed note, as the one after `last`. `sets`: those that are trusted, from
/// version 1 on. On `note-key-unknown` and `state-keyset` the caller learns the next key sets and
/// opens the note again.
pub fn open_state_note(
    note: &[u8],
    sets: &[KeySet],
    last: Option<&StateNote>,
) -> Checked<StateNote> {
    let unknown = || refusal(FactCode::NoteKeyUnknown, "no key set yet");
    let newest = sets.last().ok_or_else(unknown)?;
    let keys = log_keys_named(newest, &checkpoint_origin(&newest.log, newest.newest_epoch()))?;
    let opened = open_note(note, &keys)?;
    let stated = parse_state_note(opened.text)?;
    ensure(stated.log == newest.log, FactCode::StateLogMismatch, "another log")?;
    let of_note = sets.iter().find(|set| set.version == stated.key_set_version);
    let newer = || refusal(FactCode::StateKeyset, "a newer key set");
    let of_note = of_note.ok_or_else(newer)?;
    let current = stated.epoch == newest.newest_epoch();
    ensure(current, FactCode::EpochMismatch, "not the newest epoch")?;
    check_log_range(&opened, newest, stated.size)?;
    check_void(stated.size, of_note, newest)?;
    last.map_or(Ok(()), |last| check_growth(&stated, last))?;
    Ok(stated)
}

/// A state note that was opened before, without its signatures: for comparison with the next one.
pub fn read_state_note(note: &[u8]) -> Checked<StateNote> {
    parse_state_note(text_of_note(note)?)
}
