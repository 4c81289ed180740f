//! What a reader trusts: at first one pinned root, then the newest key set that follows from it.

use std::sync::Arc;

use super::heartbeat::Heartbeat;
use super::heartbeat_order::open_heartbeat;
use super::key_range::KeyRange;
use super::key_set::{KeySet, open_key_set, root_name};
use super::state_note::{StateNote, open_state_note};
use crate::error::{Checked, FactCode, ensure, refusal};
use crate::kernel::open::FactKeys;
use crate::log::note_key::NoteVerifier;

/// What a newer key set changes about facts that were taken already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyChange {
    /// The lowest index from which facts may be void now and were not.
    pub void_from: Option<u64>,
    /// The lowest index from which a restored backup wrote the log anew.
    pub fork_from: Option<u64>,
}

impl KeyChange {
    fn between(older: &KeySet, newer: &KeySet) -> Self {
        let before = |range: &KeyRange| {
            let same = older.fact.iter().find(|one| one.key == range.key);
            same.and_then(|one| one.void)
        };
        let voided = newer.fact.iter().filter(|range| range.void != before(range));
        let later = newer.epochs.iter().skip(older.epochs.len());
        Self {
            void_from: voided.filter_map(|range| range.void).min(),
            fork_from: later.map(|start| start.first).min(),
        }
    }
}

/// The steps from the pinned root to the newest key set.
#[derive(Clone, Debug)]
pub struct Trust {
    log: String,
    root: NoteVerifier,
    sets: Vec<KeySet>,
    keys: Arc<FactKeys>,
}

impl Trust {
    /// `root`: note key of the first root, named `<log>/root`; refuses `key-invalid`.
    pub fn pinned(log: &str, root: &str) -> Checked<Self> {
        let root = NoteVerifier::parse(root)?;
        let named = root.name == root_name(log);
        ensure(named, FactCode::KeyInvalid, "the root's key is not named <log>/root")?;
        Ok(Self { log: log.to_owned(), root, sets: Vec::new(), keys: Arc::default() })
    }

    /// Version of the newest set; 0: only the first root.
    pub fn version(&self) -> u64 {
        self.newest().map_or(0, |set| set.version)
    }

    /// The newest set.
    pub fn newest(&self) -> Option<&KeySet> {
        self.sets.last()
    }

    /// Its fact keys; none before the first set.
    pub fn fact_keys(&self) -> Arc<FactKeys> {
        Arc::clone(&self.keys)
    }

    /// The log that is followed.
    pub fn log(&self) -> &str {
        &self.log
    }

    /// Takes the next key set; what is refused leaves everything as it was.
    pub fn advance(&mut self, note: &[u8]) -> Checked<KeyChange> {
        let set = open_key_set(note, &self.log, &self.root, self.newest())?;
        let (root, keys) = (set.root_key()?, FactKeys::of_set(&set)?);
        let change = self.newest().map(|older| KeyChange::between(older, &set));
        self.sets.push(set);
        (self.root, self.keys) = (root, Arc::new(keys));
        Ok(change.unwrap_or_default())
    }

    /// The heartbeat in a note as the one after `last`, by the newest set.
    pub fn heartbeat(&self, note: &[u8], last: Option<&Heartbeat>) -> Checked<Heartbeat> {
        match self.newest() {
            Some(set) => open_heartbeat(note, set, last),
            None => Err(refusal(FactCode::NoteKeyUnknown, "no key set yet")),
        }
    }

    /// The state note in a note as the one after `last`.
    pub fn state_note(&self, note: &[u8], last: Option<&StateNote>) -> Checked<StateNote> {
        open_state_note(note, &self.sets, last)
    }

    /// A heartbeat that was kept: by the set that was the newest when it came.
    pub fn kept_heartbeat(&self, note: &[u8]) -> Option<Heartbeat> {
        let open = |set: &KeySet| {
            let heartbeat = open_heartbeat(note, set, None).ok()?;
            (heartbeat.key_set_version == set.version).then_some(heartbeat)
        };
        self.sets.iter().rev().find_map(open)
    }
}
