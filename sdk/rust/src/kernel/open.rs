//! From an envelope to a fact: envelope, then key, then signature, and only then the payload, from
//! the very buffer that was verified.

use std::collections::HashMap;

use super::envelope::parse_envelope;
use super::fact::Fact;
use super::hash::{Hash, entry_hash, key_id_of, pre_auth_encoding};
use super::payload::parse_payload;
use super::verify::Verifier;
use crate::error::{Checked, FactCode, ensure, refusal};
use crate::keys::key_range::KeyRange;
use crate::keys::key_set::KeySet;

/// A fact key, parsed once, and the indexes at which it counts.
#[derive(Clone, Debug)]
pub struct FactKey {
    /// From where to where.
    pub range: KeyRange,
    verifier: Verifier,
}

/// The trusted fact keys by key id.
#[derive(Clone, Debug, Default)]
pub struct FactKeys(HashMap<String, FactKey>);

impl FactKeys {
    /// The fact keys of a set.
    pub fn of_set(set: &KeySet) -> Checked<Self> {
        let keys = set.fact.iter().map(|range| {
            let verifier = Verifier::new(&range.key)?;
            Ok((key_id_of(&range.key), FactKey { range: range.clone(), verifier }))
        });
        keys.collect::<Checked<_>>().map(Self)
    }

    /// Keys that count everywhere, by the ids given; refuses (`key-invalid`) one that is not strict.
    pub fn unbounded(keys: &[(String, Vec<u8>)]) -> Checked<Self> {
        let keys = keys.iter().map(|(key_id, raw)| {
            let verifier = Verifier::new(raw)?;
            let key = raw.as_slice().try_into().unwrap_or_default();
            let range = KeyRange { key, from: 0, to: None, void: None };
            Ok((key_id.clone(), FactKey { range, verifier }))
        });
        keys.collect::<Checked<_>>().map(Self)
    }
}

/// A fact whose signature holds; its place and body are for the caller to check.
pub struct Opened<'a> {
    /// What was signed.
    pub fact: Fact,
    /// Its leaf hash.
    pub leaf: Hash,
    /// Of the key that signed it.
    pub range: &'a KeyRange,
}

/// Checks 2 to 13.
pub fn open_envelope<'a>(text: &str, keys: &'a FactKeys) -> Checked<Opened<'a>> {
    let envelope = parse_envelope(text)?;
    let Some(key) = keys.0.get(envelope.key_id) else {
        return Err(refusal(FactCode::KeyUnknown, envelope.key_id.to_owned()));
    };
    let pae = pre_auth_encoding(&envelope.payload);
    let holds = key.verifier.holds(&pae, &envelope.signature);
    ensure(holds, FactCode::SignatureInvalid, "the signature does not hold")?;
    let fact = parse_payload(&envelope.payload)?;
    Ok(Opened { fact, leaf: entry_hash(&pae), range: &key.range })
}
