//! DSSE v1 envelope (envelope.md), exactly one signature, in exactly one form:
//!
//! `{"payload":"<base64>","payloadType":"…","signatures":[{"keyid":"<id>","sig":"<base64>"}]}`

use super::hash::PAYLOAD_TYPE;
use super::{base64, formats, json};
use crate::error::{Checked, FactCode, FactError, refusal};

/// What was signed, and by whom it claims to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// Verbatim bytes; verify them before parsing.
    pub payload: Vec<u8>,
    /// Which key is said to have signed.
    pub key_id: &'a str,
    /// 64 bytes when it is an Ed25519 signature; the verifier checks that.
    pub signature: Vec<u8>,
}

/// The parts of the one form. Base64 and key ids hold no quotation mark, so this is unambiguous.
fn exact(text: &str) -> Option<Envelope<'_>> {
    let (payload, rest) = text.strip_prefix("{\"payload\":\"")?.split_once('"')?;
    let rest = rest.strip_prefix(",\"payloadType\":\"")?.strip_prefix(PAYLOAD_TYPE)?;
    let (key_id, rest) = rest.strip_prefix("\",\"signatures\":[{\"keyid\":\"")?.split_once('"')?;
    let signature = rest.strip_prefix(",\"sig\":\"")?.strip_suffix("\"}]}")?;
    if !formats::is_key_id(key_id) {
        return None;
    }
    let (payload, signature) = (base64::decode(payload)?, base64::decode(signature)?);
    Some(Envelope { payload, key_id, signature })
}

/// One text for one envelope, so that nobody reads it in a second way.
pub fn parse_envelope(text: &str) -> Checked<Envelope<'_>> {
    exact(text).ok_or_else(|| diagnose(text))
}

fn malformed(why: &'static str) -> FactError {
    refusal(FactCode::EnvelopeMalformed, why)
}

/// Which of the checks 2 to 6 a text fails that is not of the one form; of a member that stands
/// twice the last one counts, as in JSON.parse.
fn diagnose(text: &str) -> FactError {
    if !json::is_json(text) {
        return malformed("not JSON");
    }
    let Some(members) = json::members(text) else { return malformed("not an object") };
    let member = |name: &str| {
        members.iter().rev().find(|(key, _)| key == name).map_or("", |(_, value)| *value)
    };
    let Some(payload_type) = json::text_of(member("payloadType")) else {
        return malformed("no payloadType");
    };
    if payload_type != PAYLOAD_TYPE {
        return refusal(FactCode::PayloadTypeUnknown, payload_type);
    }
    match json::elements(member("signatures")) {
        None => malformed("no signatures"),
        Some(signatures) if signatures.len() != 1 => {
            refusal(FactCode::SignatureCount, format!("{} signatures", signatures.len()))
        }
        Some(_) => malformed("another form than the one of the specification"),
    }
}
