//! Which of the 256 shards a tenant is in: the first byte of SHA-256 over its UUID's 16 bytes.

use super::formats;
use super::hash::sha256;

/// The tenant whose chain carries what all tenants share: products, plans, roles, apps.
pub const PLATFORM_TENANT: &str = "00000000-0000-0000-0000-000000000000";

/// How many shards there are.
pub const SHARD_COUNT: usize = 256;

/// The 16 bytes of a UUID in lower case; `None` for any other text. Decisions call it: no heap.
pub fn uuid_bytes(text: &str) -> Option<[u8; 16]> {
    if !formats::is_uuid(text) {
        return None;
    }
    let mut bytes = [0; 16];
    let digits = text.bytes().filter(|char| *char != b'-');
    for (at, char) in digits.enumerate() {
        let value = if char <= b'9' { char - b'0' } else { char - b'a' + 10 };
        let byte = bytes.get_mut(at / 2)?;
        *byte = (*byte << 4) | value;
    }
    Some(bytes)
}

/// `None` when the tenant is no UUID in lower case.
pub fn shard_of(tenant: &str) -> Option<u8> {
    let bytes = uuid_bytes(tenant)?;
    sha256(&[&bytes]).first().copied()
}

/// `00` to `ff`: the last token of the shard's subject and the `shard` parameter of the API.
pub fn shard_name(shard: u8) -> String {
    format!("{shard:02x}")
}

/// The shard that every reader follows.
pub fn platform_shard() -> u8 {
    sha256(&[&[0; 16]]).first().copied().unwrap_or_default()
}
