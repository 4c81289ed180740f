//! Lets heartbeats in, each later than the last, and only under the keys that they name.

use super::heartbeat::Heartbeat;
use super::trust::Trust;
use crate::error::Checked;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    last: Option<Heartbeat>,
    pending: Option<Vec<u8>>,
}

impl Gate {
    /// Goes on behind a heartbeat that was kept.
    pub fn behind(last: Option<Heartbeat>) -> Self {
        Self { last, pending: None }
    }

    /// The last heartbeat that was let in.
    pub fn last(&self) -> Option<&Heartbeat> {
        self.last.as_ref()
    }

    /// A heartbeat that names a key set which the reader does not have yet: to be taken again when
    /// it has.
    pub fn pending(&self) -> Option<&[u8]> {
        self.pending.as_deref()
    }

    /// Live lines are to be held: which keys are closed is not known.
    pub fn holds_lines(&self, trust: &Trust) -> bool {
        self.pending.is_some() || trust.newest().is_none()
    }

    /// The heartbeat in a note; `None` when it is now [`pending`](Self::pending).
    pub fn take(&mut self, note: &[u8], trust: &Trust) -> Checked<Option<&Heartbeat>> {
        let opened = match trust.newest() {
            Some(_) => Some(trust.heartbeat(note, self.last.as_ref())?),
            None => None,
        };
        match opened.filter(|heartbeat| heartbeat.key_set_version <= trust.version()) {
            Some(heartbeat) => {
                self.pending = None;
                Ok(Some(self.last.insert(heartbeat)))
            }
            None => {
                self.pending = Some(note.to_vec());
                Ok(None)
            }
        }
    }
}
