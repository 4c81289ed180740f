//! Which of the 256 shards a tenant is in: the first byte of SHA-256 over its UUID's 16 bytes.

use super::hash::sha256;
use super::{formats, hex};

/// The tenant whose chain carries what all tenants share: products, plans, roles, apps.
pub const PLATFORM_TENANT: &str = "00000000-0000-0000-0000-000000000000";

/// How many shards there are.
pub const SHARD_COUNT: usize = 256;

/// The 16 bytes of a UUID in lower case; `None` for any other text.
pub fn uuid_bytes(text: &str) -> Option<[u8; 16]> {
    if !formats::is_uuid(text) {
        return None;
    }
    hex::decode(&text.replace('-', ""))?.try_into().ok()
}

/// `None` when the tenant is no UUID in lower case.
pub fn shard_of(tenant: &str) -> Option<u8> {
    let bytes = uuid_bytes(tenant)?;
    Some(sha256(&[&bytes])[0])
}

/// `00` to `ff`: the last token of the shard's subject and the `shard` parameter of the API.
pub fn shard_name(shard: u8) -> String {
    format!("{shard:02x}")
}

/// The shard that every reader follows.
pub fn platform_shard() -> u8 {
    sha256(&[&[0; 16]])[0]
}
