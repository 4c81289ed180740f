//! Key sets: the four roles of keys, one version after the other, each signed by the root before
//! it and by its own.

use super::key_range::KeyRange;
use super::key_set_text::parse_key_set;
use crate::error::{Checked, FactCode, ensure, refusal};
use crate::kernel::hash::Hash;
use crate::log::note::open_note;
use crate::log::note_key::NoteVerifier;

/// A log's epoch before any restored backup made a fork.
pub const FIRST_EPOCH: u64 = 1;

/// An epoch that a restored backup began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochStart {
    /// 2, 3 ...
    pub epoch: u64,
    /// Its first index.
    pub first: u64,
    /// Size of the last checkpoint before it that still counts.
    pub size: u64,
    /// Root hash of that checkpoint.
    pub root: Hash,
}

/// Raw public keys by role.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct KeySet {
    pub log: String,
    pub version: u64,
    pub root: [u8; 32],
    pub fact: Vec<KeyRange>,
    pub log_keys: Vec<KeyRange>,
    pub time: Vec<[u8; 32]>,
    pub epochs: Vec<EpochStart>,
}

impl KeySet {
    /// The epoch in which facts are made now.
    pub fn newest_epoch(&self) -> u64 {
        self.epochs.last().map_or(FIRST_EPOCH, |start| start.epoch)
    }

    /// The key that signs the next set.
    pub fn root_key(&self) -> Checked<NoteVerifier> {
        NoteVerifier::new(&root_name(&self.log), &self.root)
    }
}

/// Name in notes of the key that signs key sets.
pub fn root_name(log: &str) -> String {
    format!("{log}/root")
}

/// Name in notes of the keys that sign heartbeats.
pub fn time_name(log: &str) -> String {
    format!("{log}/time")
}

fn keeps(older: &[KeyRange], newer: &[KeyRange]) -> bool {
    older.iter().all(|range| newer.iter().any(|one| range.may_become(one)))
}

fn has_history(older: &KeySet, newer: &KeySet) -> bool {
    keeps(&older.fact, &newer.fact)
        && keeps(&older.log_keys, &newer.log_keys)
        && newer.epochs.starts_with(&older.epochs)
}

/// The key set in a signed note, as the one that follows `trusted` (`None`: only `root`, which is
/// pinned); refuses with a `note-…` or `keyset-…` code.
pub fn open_key_set(
    note: &[u8],
    log: &str,
    root: &NoteVerifier,
    trusted: Option<&KeySet>,
) -> Checked<KeySet> {
    let set = parse_key_set(open_note(note, std::slice::from_ref(root))?.text)?;
    ensure(set.log == log, FactCode::KeysetLogMismatch, "another log")?;
    let next = trusted.map_or(0, |set| set.version) + 1;
    ensure(set.version == next, FactCode::KeysetVersion, "not the next version")?;
    let own = [set.root_key()?];
    let not_own = |_| refusal(FactCode::KeysetRoot, "not signed by the root that it brings");
    open_note(note, &own).map_err(not_own)?;
    let history = trusted.is_none_or(|older| has_history(older, &set));
    ensure(history, FactCode::KeysetHistory, "it denies the version before")?;
    Ok(set)
}
