//! Hashes of leaves, nodes and shards (RFC 6962, section 2.1; DSSE v1).

use sha2::{Digest, Sha256};

use super::hex;

/// Every hash of the log: SHA-256.
pub type Hash = [u8; 32];

/// Running hash of a shard before its first fact, and `prev` of a tenant's first.
pub const EMPTY_HASH: Hash = [0; 32];

/// A new algorithm or payload form is a new type, never a negotiation.
pub const PAYLOAD_TYPE: &str = "application/vnd.tenure.fact.v1+json";

const KEY_ID_BYTES: usize = 16;

/// SHA-256 over parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// The bytes that are signed and hashed (DSSE v1, "Pre-Authentication Encoding"):
///
/// `"DSSEv1" SP len(type) SP type SP len(payload) SP payload`, lengths in decimal.
pub fn pre_auth_encoding(payload: &[u8]) -> Vec<u8> {
    let (type_len, len) = (PAYLOAD_TYPE.len(), payload.len());
    let mut bytes = format!("DSSEv1 {type_len} {PAYLOAD_TYPE} {len} ").into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

/// SHA-256(0x00 || entry): of a fact's PAE the one hash of tenant chain, shard chain and log.
pub fn entry_hash(entry: &[u8]) -> Hash {
    sha256(&[&[0x00], entry])
}

/// SHA-256(0x01 || left || right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[0x01], left, right])
}

/// H(n) = SHA-256(H(n-1) || leaf hash), H(0) = [`EMPTY_HASH`].
pub fn running_hash(before: &Hash, leaf: &Hash) -> Hash {
    sha256(&[before, leaf])
}

/// Root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// Key id of a raw Ed25519 public key: the first 16 bytes of its SHA-256, hexadecimal.
pub fn key_id_of(public_key: &[u8]) -> String {
    let hash = sha256(&[public_key]);
    hex::encode(&hash[..KEY_ID_BYTES])
}
