//! Signed note (C2SP signed-note): text lines, an empty line, then 1 to 16 signature lines
//! `— <name> <base64(key hash, 4 bytes || signature)>`. Every line ends in a newline; the
//! signature is over the text with its last newline, without the empty line.

use super::note_key::{KEY_HASH_BYTES, NoteVerifier, is_key_name};
use crate::error::{Checked, FactCode, FactError, ensure, refusal};
use crate::kernel::base64;

/// What C2SP signed-note wants to be accepted at least.
const MAX_SIGNATURES: usize = 16;
const DASH: &str = "— ";

/// What the verified signatures cover.
#[derive(Clone, Debug)]
pub struct OpenedNote<'a> {
    /// Ends in a newline.
    pub text: &'a str,
    /// The known keys that signed it, at least one, each once, in the order of the lines.
    pub signed_by: Vec<&'a NoteVerifier>,
}

struct SignatureLine<'a> {
    name: &'a str,
    key_hash: Vec<u8>,
    signature: Vec<u8>,
}

fn malformed(why: &'static str) -> FactError {
    refusal(FactCode::NoteMalformed, why)
}

fn signature_line(line: &str) -> Option<SignatureLine<'_>> {
    let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
    let mut key_hash = base64::decode(encoded)?;
    if !is_key_name(name) || key_hash.len() <= KEY_HASH_BYTES {
        return None;
    }
    let signature = key_hash.split_off(KEY_HASH_BYTES);
    Some(SignatureLine { name, key_hash, signature })
}

fn parse(note: &[u8]) -> Checked<(&str, Vec<SignatureLine<'_>>)> {
    let whole = str::from_utf8(note).map_err(|_| malformed("not UTF-8"))?;
    let control = whole.bytes().any(|char| char < 0x20 && char != b'\n');
    ensure(!control, FactCode::NoteMalformed, "a control character")?;
    let no_signatures = || malformed("no signatures at its end");
    let empty_line = whole.rfind("\n\n").ok_or_else(no_signatures)?;
    let (text, rest) = whole.split_at(empty_line + 1);
    let lines = rest.strip_prefix('\n').and_then(|rest| rest.strip_suffix('\n'));
    let lines: Vec<&str> = lines.ok_or_else(no_signatures)?.split('\n').collect();
    ensure(lines.len() <= MAX_SIGNATURES, FactCode::NoteMalformed, "more than 16 signatures")?;
    let parsed: Option<Vec<_>> = lines.into_iter().map(signature_line).collect();
    Ok((text, parsed.ok_or_else(|| malformed("not a signature line"))?))
}

/// The text of a note, once a known key has signed it; refuses with a `note-…` code. Signatures of
/// unknown keys are ignored, a wrong one of a known key refuses the note.
pub fn open_note<'a>(note: &'a [u8], known: &'a [NoteVerifier]) -> Checked<OpenedNote<'a>> {
    let (text, lines) = parse(note)?;
    let mut signed_by: Vec<&NoteVerifier> = Vec::new();
    for line in lines {
        let by = |key: &&NoteVerifier| key.name == line.name && key.key_hash[..] == line.key_hash;
        let Some(key) = known.iter().find(by) else { continue };
        let holds = key.verifier.holds(text.as_bytes(), &line.signature);
        ensure(holds, FactCode::NoteSignatureInvalid, "a signature does not hold")?;
        if !signed_by.iter().any(|signer| std::ptr::eq(*signer, key)) {
            signed_by.push(key);
        }
    }
    ensure(!signed_by.is_empty(), FactCode::NoteKeyUnknown, "no known key signed it")?;
    Ok(OpenedNote { text, signed_by })
}

/// The note of a text by one key; `sign` makes its signature.
pub fn sign_note(text: &str, key: &NoteVerifier, sign: impl FnOnce(&[u8]) -> [u8; 64]) -> String {
    let signed = [key.key_hash.as_slice(), &sign(text.as_bytes())].concat();
    format!("{text}\n{DASH}{} {}\n", key.name, base64::encode(&signed))
}

/// Text of a note that was opened before, e.g. of one that is kept; looks at no signature.
pub fn text_of_note(note: &[u8]) -> Checked<&str> {
    parse(note).map(|(text, _)| text)
}
