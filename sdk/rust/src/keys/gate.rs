//! Lets heartbeats in, each later than the last, and only under the keys that they name.

use super::heartbeat::Heartbeat;
use super::trust::Trust;
use crate::error::Checked;

/// See the module.
#[derive(Clone, Debug)]
pub struct Gate {
    last: Option<Heartbeat>,
    pending: Option<Vec<u8>>,
    /// The newest key set that a heartbeat named.
    named_version: u64,
}

impl Gate {
    /// Goes on behind a heartbeat that was kept.
    pub fn behind(last: Option<Heartbeat>) -> Self {
        Self { last, pending: None, named_version: 1 }
    }

    /// The last heartbeat that was let in.
    pub fn last(&self) -> Option<&Heartbeat> {
        self.last.as_ref()
    }

    /// A heartbeat by newer keys than the reader has: to be taken again when it has them.
    pub fn pending(&self) -> Option<&[u8]> {
        self.pending.as_deref()
    }

    /// Live lines are to be held: which keys are closed meanwhile is not known.
    pub fn holds_lines(&self, trust: &Trust) -> bool {
        trust.version() < self.named_version
    }

    /// The heartbeat in a note; `None` when it is now [`pending`](Self::pending).
    pub fn take(&mut self, note: &[u8], trust: &Trust) -> Checked<Option<&Heartbeat>> {
        self.pending = None;
        if trust.newest().is_none() {
            self.pending = Some(note.to_vec());
            return Ok(None);
        }
        let heartbeat = trust.heartbeat(note, self.last.as_ref())?;
        if heartbeat.key_set_version > trust.version() {
            self.named_version = self.named_version.max(heartbeat.key_set_version);
            self.pending = Some(note.to_vec());
            return Ok(None);
        }
        Ok(Some(self.last.insert(heartbeat)))
    }
}
