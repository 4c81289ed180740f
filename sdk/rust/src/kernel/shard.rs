//! Which of the 256 shards a tenant is in: the first byte of SHA-256 over its UUID's 16 bytes.

use super::hash::{Hash, sha256};
use super::{formats, hex};

/// The tenant whose chain carries what all tenants share: products, plans, roles, apps.
pub const PLATFORM_TENANT: &str = "00000000-0000-0000-0000-000000000000";

/// The 16 bytes of a tenant's UUID.
pub type TenantId = [u8; 16];

/// How many shards there are.
pub const SHARD_COUNT: usize = 256;

/// The 16 bytes of a UUID in lower case; `None` for any other text. Decisions call it: no heap.
pub fn uuid_bytes(text: &str) -> Option<TenantId> {
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
