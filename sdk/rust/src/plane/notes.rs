//! Notes on disk: the key sets, one file for each version, and heartbeats: the last one, below
//! which nothing is taken, and the last one that all shards had reached, from which ages count.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::journal::replace_file;
use crate::keys::heartbeat::Heartbeat;
use crate::keys::trust::Trust;

/// Far above any number of rotations: a folder full of files must not hold up the start.
const MAX_KEY_SETS: u64 = 10_000;

/// A heartbeat with the bytes of its note.
pub(super) struct Kept {
    pub(super) note: Vec<u8>,
    pub(super) heartbeat: Heartbeat,
}

pub(super) struct Notes {
    keys: PathBuf,
    last: PathBuf,
    reached: PathBuf,
}

impl Notes {
    pub(super) fn open(directory: &Path) -> io::Result<Self> {
        let keys = directory.join("keys");
        fs::create_dir_all(&keys)?;
        let (last, reached) = (directory.join("heartbeat.note"), directory.join("reached.note"));
        Ok(Self { keys, last, reached })
    }

    fn key_set(&self, version: u64) -> PathBuf {
        self.keys.join(format!("{version}.note"))
    }

    /// Steps through the sets that are there, each verified; one that is refused is fetched again.
    pub(super) fn load_key_sets(&self, trust: &mut Trust) {
        for version in trust.version() + 1..MAX_KEY_SETS {
            let Ok(note) = fs::read(self.key_set(version)) else { return };
            if trust.advance(&note).is_err() {
                return;
            }
        }
    }

    pub(super) fn save_key_set(&self, version: u64, note: &[u8]) -> io::Result<()> {
        replace_file(&self.key_set(version), note)
    }

    /// The last heartbeat, and the last one that all shards had reached; each verified.
    pub(super) fn load_heartbeats(&self, trust: &Trust) -> [Option<Kept>; 2] {
        let load = |path| {
            let note = fs::read(path).ok()?;
            trust.kept_heartbeat(&note).map(|heartbeat| Kept { note, heartbeat })
        };
        [load(&self.last), load(&self.reached)]
    }

    pub(super) fn save_last(&self, note: &[u8]) -> io::Result<()> {
        replace_file(&self.last, note)
    }

    pub(super) fn save_reached(&self, note: &[u8]) -> io::Result<()> {
        replace_file(&self.reached, note)
    }
}
