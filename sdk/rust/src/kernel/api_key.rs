//! Text and hash of an API key (`facts/spec/facts-v1.md`, "Kinds"):
//!
//! api key = "tenure_" secret check              39 and 7 characters of base32, lower case
//! secret  = base32(24 random bytes)
//! check   = base32(first 4 bytes of SHA-256("tenure-api-key-check" || 0x00 || "tenure_" secret))
//! hash    = SHA-256("tenure-api-key" || 0x00 || api key)

use super::hash::{Hash, sha256};
use crate::error::{Checked, FactCode, ensure, refusal};

const PREFIX: &str = "tenure_";
const SECRET_CHARS: usize = 39;
const CHECK_BYTES: usize = 4;
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const BITS: usize = 5;

/// RFC 4648, section 6, lower case, without padding.
fn to_base32(bytes: &[u8]) -> String {
    let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    let char = |from: usize| {
        let value = (from..from + BITS).fold(0, |value, at| value << 1 | usize::from(bit(at)));
        BASE32.get(value).map_or('a', |char| char::from(*char))
    };
    (0..bytes.len() * 8).step_by(BITS).map(char).collect()
}

/// The last of 39 characters holds two bits of 24 bytes, so three of its five are zero.
fn is_secret(text: &str) -> bool {
    text.bytes().all(|char| BASE32.contains(&char)) && text.ends_with(['a', 'i', 'q', 'y'])
}

/// The hash by which facts name the key. Every other text is refused (`api-key-malformed`), so that
/// a slip of the hand costs no look-up; the refusal does not repeat it.
pub fn hash_api_key(key: &str) -> Checked<Hash> {
    let parts = key.split_at_checked(PREFIX.len() + SECRET_CHARS);
    let form = || refusal(FactCode::ApiKeyMalformed, "not the text of an API key");
    let (start, check) = parts.ok_or_else(form)?;
    let secret = start.strip_prefix(PREFIX).filter(|secret| is_secret(secret));
    ensure(secret.is_some(), FactCode::ApiKeyMalformed, "not the text of an API key")?;
    let sum = sha256(&[b"tenure-api-key-check\0", start.as_bytes()]);
    let fits = check == to_base32(sum.first_chunk::<CHECK_BYTES>().map_or(&[], |four| four));
    ensure(fits, FactCode::ApiKeyMalformed, "its check does not fit: a character is wrong")?;
    Ok(sha256(&[b"tenure-api-key\0", key.as_bytes()]))
}
