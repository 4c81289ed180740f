//! Text of a heartbeat, a note by a time key: title, epoch, fence, time, key-set version, newest
//! checkpoint (or `-`), and for each shard its number of lines and running hash.

use super::note_text::{lines, log_of_title, word};
use crate::error::{Checked, FactCode, refusal};
use crate::kernel::base64;
use crate::kernel::formats::parse_count;
use crate::kernel::hash::Hash;
use crate::kernel::instant::is_instant;
use crate::kernel::shard::SHARD_COUNT;
use crate::log::checkpoint::Checkpoint;

/// How many lines a shard has, and the running hash of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// 0: none yet.
    pub count: u64,
    /// H(count).
    pub hash: Hash,
}

/// "Still here, these are the heads."
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// Origin of the log.
    pub log: String,
    /// 1, or the newest epoch of the key set.
    pub epoch: u64,
    /// Grows with each change of leader.
    pub fence: u64,
    /// RFC 3339, UTC, milliseconds: of one form, so that times compare as texts.
    pub at: String,
    /// Of the key set.
    pub key_set_version: u64,
    /// The newest signed checkpoint, once it was checked; `None` before the epoch's first.
    pub checkpoint: Option<Checkpoint>,
    /// By shard, 256 of them.
    pub heads: Vec<Head>,
}

/// A heartbeat's text, and the note of its checkpoint that is still to be opened.
pub(super) struct Statement {
    pub(super) heartbeat: Heartbeat,
    pub(super) checkpoint: Option<Vec<u8>>,
}

pub(super) fn parse_head(line: &str) -> Option<Head> {
    let (count, hash) = line.split_once(' ')?;
    Some(Head { count: parse_count(count)?, hash: word(hash)? })
}

fn checkpoint_note(text: &str) -> Option<Option<Vec<u8>>> {
    if text == "-" {
        return Some(None);
    }
    let note = base64::decode(text)?;
    str::from_utf8(&note).is_ok().then_some(Some(note))
}

fn parse(text: &str) -> Option<Statement> {
    let mut lines = lines(text)?;
    let log = log_of_title(lines.next()?, "/heartbeat")?.to_owned();
    let epoch = parse_count(lines.next()?).filter(|epoch| *epoch > 0)?;
    let fence = parse_count(lines.next()?)?;
    let at = lines.next().filter(|at| is_instant(at))?.to_owned();
    let key_set_version = parse_count(lines.next()?).filter(|version| *version > 0)?;
    let checkpoint = checkpoint_note(lines.next()?)?;
    let heads: Vec<Head> = lines.map(parse_head).collect::<Option<_>>()?;
    let heartbeat = Heartbeat { log, epoch, fence, at, key_set_version, checkpoint: None, heads };
    (heartbeat.heads.len() == SHARD_COUNT).then_some(Statement { heartbeat, checkpoint })
}

/// Refuses `heartbeat-malformed`. Only a text whose signature holds may come here.
pub(super) fn parse_statement(text: &str) -> Checked<Statement> {
    let malformed = "not the text of a heartbeat";
    parse(text).ok_or_else(|| refusal(FactCode::HeartbeatMalformed, malformed))
}
