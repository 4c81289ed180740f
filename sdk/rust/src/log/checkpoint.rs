//! Text of a signed checkpoint (C2SP tlog-checkpoint), a note: origin, number of leaves,
//! base64(root hash), extension lines of which none is empty.

use super::note::open_note;
use super::note_key::NoteVerifier;
use crate::error::{Checked, FactCode, FactError, ensure, refusal};
use crate::kernel::base64;
use crate::kernel::formats::parse_count;
use crate::kernel::hash::Hash;

/// A tree as its log stated it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// `<log>`, of later epochs `<log>/<epoch>`.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root hash.
    pub root: Hash,
    /// None of ours.
    pub extensions: Vec<String>,
}

fn malformed(why: &'static str) -> FactError {
    refusal(FactCode::CheckpointMalformed, why)
}

/// The checkpoint in a note's text. Only a text whose signature holds may come here.
pub fn parse_checkpoint(text: &str) -> Checked<Checkpoint> {
    let body = text.strip_suffix('\n').ok_or_else(|| malformed("no line end"))?;
    let mut lines = body.split('\n');
    let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
        return Err(malformed("not three lines"));
    };
    ensure(!origin.is_empty(), FactCode::CheckpointMalformed, "no origin")?;
    let size = parse_count(size).ok_or_else(|| malformed("no size within 2^53 - 1"))?;
    let root: Option<Hash> = base64::decode(root).and_then(|root| root.try_into().ok());
    let root = root.ok_or_else(|| malformed("the root is not base64 of 32 bytes"))?;
    let extensions: Vec<String> = lines.map(str::to_owned).collect();
    let filled = !extensions.iter().any(String::is_empty);
    ensure(filled, FactCode::CheckpointMalformed, "an empty extension line")?;
    Ok(Checkpoint { origin: origin.to_owned(), size, root, extensions })
}

/// The checkpoint in a signed note. `keys` are the log's own: a witness's signature does not make
/// one. Consistency with earlier ones is the caller's to check.
pub fn open_checkpoint(note: &[u8], origin: &str, keys: &[NoteVerifier]) -> Checked<Checkpoint> {
    let checkpoint = parse_checkpoint(open_note(note, keys)?.text)?;
    ensure(checkpoint.origin == origin, FactCode::CheckpointOriginMismatch, "another origin")?;
    Ok(checkpoint)
}
