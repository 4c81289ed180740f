//! Which of the 256 shards a tenant is in: the first byte of SHA-256 over its UUID's 16 bytes.

use super::hash::{Hash, sha256};
use super::hex;

/// The tenant whose chain carries what all tenants share: products, plans, roles, apps.
pub const PLATFORM_TENANT: &str = "00000000-0000-0000-0000-000000000000";

/// The 16 bytes of a tenant's UUID.
pub type TenantId = [u8; 16];

/// How many shards there are.
pub const SHARD_COUNT: usize = 256;

const UUID_CHARS: usize = 36;

/// Of a lower-case hexadecimal digit; above 15 for any other character. No branch to be guessed.
fn digit(char: u8) -> u8 {
    let (number, letter) = (char.wrapping_sub(b'0'), char.wrapping_sub(b'a'));
    let letter = if letter < 6 { letter + 10 } else { u8::MAX };
    if number < 10 { number } else { letter }
}

/// The 16 bytes of a UUID in lower case; `None` for any other text. Decisions call it: no heap.
pub fn uuid_bytes(text: &str) -> Option<TenantId> {
    let chars: &[u8; UUID_CHARS] = text.as_bytes().try_into().ok()?;
    let (mut value, mut wrong) = (0_u128, false);
    for (at, char) in chars.iter().enumerate() {
        if matches!(at, 8 | 13 | 18 | 23) {
            wrong |= *char != b'-';
        } else {
            let digit = digit(*char);
            wrong |= digit > 15;
            value = value << 4 | u128::from(digit);
        }
    }
    (!wrong).then(|| value.to_be_bytes())
}

/// Inverse of [`uuid_bytes`].
pub fn uuid_text(id: &TenantId) -> String {
    let mut text = hex::encode(id);
    [8, 13, 18, 23].into_iter().for_each(|at| text.insert(at, '-'));
    text
}

/// A tenant's place in the state tree: SHA-256 of its UUID. The first byte is the shard.
pub fn tenant_key(id: &TenantId) -> Hash {
    sha256(&[id])
}

/// `None` when the tenant is no UUID in lower case.
pub fn shard_of(tenant: &str) -> Option<u8> {
    tenant_key(&uuid_bytes(tenant)?).first().copied()
}

/// `00` to `ff`: the last token of the shard's subject and the `shard` parameter of the API.
pub fn shard_name(shard: u8) -> String {
    format!("{shard:02x}")
}

/// The shard that every reader follows.
pub fn platform_shard() -> u8 {
    sha256(&[&[0; 16]]).first().copied().unwrap_or_default()
}
