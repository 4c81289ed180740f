//! Tells the registry how far this plane has come (`facts/spec/facts-v1.md`, "Receipts"). Text of a
//! receipt, a note by the plane's key: title, name, time, epoch, size of the log, and 64 hexadecimal
//! digits of which bit n from the left is shard n.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::error::Error;
use super::options::{ReceiptKey, ReceiptOptions};
use super::shared::Shared;
use crate::error::{FactCode, refusal};
use crate::kernel::formats::is_plane_name;
use crate::kernel::hex;
use crate::kernel::instant::format_instant;
use crate::keys::heartbeat::Heartbeat;
use crate::log::note::sign_note;
use crate::log::note_key::NoteVerifier;

const MIN_GAP: Duration = Duration::from_secs(10);

/// A heartbeat that was taken: every fact below the size is applied once all have reached it. Its
/// heads are younger than its checkpoint.
#[derive(Clone, Copy, Default)]
struct Mark {
    number: u64,
    epoch: u64,
    size: u64,
}

#[derive(Default)]
struct Progress {
    newest: Mark,
    /// The newest heartbeat that each shard has reached.
    reached: HashMap<u8, Mark>,
    due: Option<Mark>,
}

/// See the module.
pub(super) struct Receipts {
    log: String,
    name: String,
    verifier: NoteVerifier,
    key: ReceiptKey,
    shards: Vec<u8>,
    progress: Mutex<Progress>,
    changed: Notify,
}

fn bits(shards: &[u8]) -> String {
    let mut bits = [0_u8; 32];
    for shard in shards {
        if let Some(byte) = bits.get_mut(usize::from(shard / 8)) {
            *byte |= 0x80 >> (shard % 8);
        }
    }
    hex::encode(&bits)
}

impl Receipts {
    /// Refuses (`key-invalid`) a name or a key that no receipt can be signed with.
    pub(super) fn new(log: &str, options: ReceiptOptions, shards: Vec<u8>) -> Result<Self, Error> {
        let ReceiptOptions { name, key } = options;
        if !is_plane_name(&name) {
            return Err(refusal(FactCode::KeyInvalid, "not the name of a plane").into());
        }
        let verifier = NoteVerifier::new(&format!("{log}/plane/{name}"), &key.public_key())?;
        let (progress, changed, log) = (Mutex::default(), Notify::new(), log.to_owned());
        Ok(Self { log, name, verifier, key, shards, progress, changed })
    }

    fn progress(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A heartbeat was taken; before its shards say that they reached it.
    pub(super) fn heartbeat(&self, heartbeat: &Heartbeat) {
        let mut progress = self.progress();
        // Before the first checkpoint nothing is known.
        let size = heartbeat.checkpoint.as_ref().map_or(0, |stated| stated.size);
        let number = progress.newest.number + 1;
        progress.newest = Mark { number, epoch: heartbeat.epoch, size };
    }

    /// A shard reached the newest heartbeat.
    pub(super) fn reached(&self, shard: u8) {
        let mut progress = self.progress();
        let newest = progress.newest;
        progress.reached.insert(shard, newest);
        if progress.reached.len() == self.shards.len() {
            progress.due = progress.reached.values().min_by_key(|mark| mark.number).copied();
            self.changed.notify_one();
        }
    }

    fn note(&self, mark: Mark, wall_ms: i64) -> String {
        let (log, name, shards) = (&self.log, &self.name, bits(&self.shards));
        let (at, Mark { epoch, size, .. }) = (format_instant(wall_ms), mark);
        let text = format!("{log}/receipt\n{name}\n{at}\n{epoch}\n{size}\n{shards}\n");
        sign_note(&text, &self.verifier, |message| self.key.sign(message))
    }
}

/// What is not taken makes the next one due, and nothing else.
pub(super) async fn send_receipts(shared: Arc<Shared>) {
    let Some(receipts) = &shared.receipts else { return };
    let mut sent = (0, 0);
    let mut earliest = Instant::now();
    loop {
        let due = receipts.progress().due;
        let further = due.filter(|due| (due.epoch, due.size) > sent);
        if further.is_none() {
            receipts.changed.notified().await;
            continue;
        }
        sleep_until(earliest).await;
        // Meanwhile it may be further still.
        let Some(due) = receipts.progress().due else { continue };
        earliest = Instant::now() + MIN_GAP;
        let note = receipts.note(due, shared.clock.wall_ms());
        if shared.source.send_receipt(note).await.is_ok() {
            sent = (due.epoch, due.size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bit_n_from_the_left_is_shard_n() {
        let text = bits(&[0, 5, 255]);
        assert_eq!(text, format!("84{}01", "0".repeat(60)));
    }
}
