//! Checks of a heartbeat, in their order (`facts/spec/facts-v1.md`, "Heartbeats").

use super::heartbeat::{Heartbeat, parse_statement};
use super::key_set::{FIRST_EPOCH, KeySet, time_name};
use crate::error::{Checked, FactCode, ensure, refusal};
use crate::log::checkpoint::{Checkpoint, parse_checkpoint};
use crate::log::note::{OpenedNote, open_note, text_of_note};
use crate::log::note_key::NoteVerifier;

/// First line of an epoch's checkpoints, and name of the log key in their notes.
pub fn checkpoint_origin(log: &str, epoch: u64) -> String {
    if epoch == FIRST_EPOCH { log.to_owned() } else { format!("{log}/{epoch}") }
}

fn check_key_set(heartbeat: &Heartbeat, set: &KeySet) -> Checked<()> {
    let known = heartbeat.key_set_version >= set.version;
    ensure(known, FactCode::HeartbeatKeyset, "an older key set")?;
    // A later set may have begun an epoch that this reader cannot know yet.
    let later = heartbeat.key_set_version > set.version;
    let same_epoch = later || heartbeat.epoch == set.newest_epoch();
    ensure(same_epoch, FactCode::EpochMismatch, "not the newest epoch")
}

fn check_order(heartbeat: &Heartbeat, last: &Heartbeat) -> Checked<()> {
    let same_epoch = heartbeat.epoch == last.epoch;
    let fenced = same_epoch && heartbeat.fence < last.fence;
    ensure(!fenced, FactCode::HeartbeatFence, "of a leader that was replaced")?;
    // A new leader's clock may be behind the last one's.
    let newer = heartbeat.fence > last.fence || heartbeat.at > last.at;
    ensure(newer, FactCode::HeartbeatReplay, "not later than the last one")?;
    let shrunk = heartbeat.heads.iter().zip(&last.heads).any(|(new, old)| new.count < old.count);
    ensure(!(same_epoch && shrunk), FactCode::HeartbeatRollback, "a shard with fewer lines")
}

/// The set's log keys, named as an epoch's checkpoints are.
pub(super) fn log_keys_named(set: &KeySet, name: &str) -> Checked<Vec<NoteVerifier>> {
    set.log_keys.iter().map(|range| NoteVerifier::new(name, &range.key)).collect()
}

/// Of the log keys that signed, one counts at this size of the log.
pub(super) fn check_log_range(opened: &OpenedNote<'_>, set: &KeySet, size: u64) -> Checked<()> {
    let counts = set.log_keys.iter().any(|range| {
        let signed = opened.signed_by.iter().any(|key| key.public_key == range.key);
        signed && range.contains(size) && !range.is_void(size)
    });
    ensure(counts, FactCode::KeyRange, "no log key counts at this size")
}

fn open_stated_checkpoint(note: &[u8], epoch: u64, set: &KeySet) -> Checked<Checkpoint> {
    let origin = checkpoint_origin(&set.log, epoch);
    let keys = log_keys_named(set, &origin)?;
    let opened = open_note(note, &keys)?;
    let stated = parse_checkpoint(opened.text)?;
    ensure(stated.origin == origin, FactCode::CheckpointOriginMismatch, "another origin")?;
    check_log_range(&opened, set, stated.size)?;
    Ok(stated)
}

fn check_growth(older: &Checkpoint, newer: Option<&Checkpoint>) -> Checked<()> {
    let Some(newer) = newer.filter(|newer| newer.size >= older.size) else {
        return Err(refusal(FactCode::CheckpointRollback, "smaller than the last one"));
    };
    let same = newer.size > older.size || newer.root == older.root;
    ensure(same, FactCode::CheckpointFork, "another root at one size")
}

/// The heartbeat in a signed note, as the one after `last`. When its `key_set_version` is above
/// the set's, the caller learns that set and opens the note again: until then nothing is to be
/// concluded from it.
pub fn open_heartbeat(note: &[u8], set: &KeySet, last: Option<&Heartbeat>) -> Checked<Heartbeat> {
    let name = time_name(&set.log);
    let key = |key: &[u8; 32]| NoteVerifier::new(&name, key);
    let keys: Vec<NoteVerifier> = set.time.iter().map(key).collect::<Checked<_>>()?;
    let statement = parse_statement(open_note(note, &keys)?.text)?;
    let mut heartbeat = statement.heartbeat;
    ensure(heartbeat.log == set.log, FactCode::HeartbeatLogMismatch, "another log")?;
    check_key_set(&heartbeat, set)?;
    if let Some(last) = last {
        check_order(&heartbeat, last)?;
    }
    heartbeat.checkpoint = match &statement.checkpoint {
        Some(note) => Some(open_stated_checkpoint(note, heartbeat.epoch, set)?),
        None => None,
    };
    let older = last.filter(|last| last.epoch == heartbeat.epoch);
    if let Some(older) = older.and_then(|last| last.checkpoint.as_ref()) {
        check_growth(older, heartbeat.checkpoint.as_ref())?;
    }
    Ok(heartbeat)
}

/// A heartbeat that was opened before, without its signatures: for comparison with the next one.
pub fn read_heartbeat(note: &[u8]) -> Checked<Heartbeat> {
    let statement = parse_statement(text_of_note(note)?)?;
    let checkpoint = statement.checkpoint.as_deref().map(text_of_note).transpose()?;
    let checkpoint = checkpoint.map(parse_checkpoint).transpose()?;
    Ok(Heartbeat { checkpoint, ..statement.heartbeat })
}
