//! Pinned answers, so that a broken build never starts.

use super::hash::{entry_hash, pre_auth_encoding};
use super::hex;
use super::verify::Verifier;

/// RFC 8032, section 7.1, TEST 3.
const PUBLIC_KEY: &str = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
const MESSAGE: [u8; 2] = [0xaf, 0x82];
const SIGNATURE: &str = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
                         18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
/// SHA-256 of 0x00 and the PAE of `{}`, made with coreutils.
const LEAF: &str = "c5c9d7405a164f53241ddb74158c0c075f58b6c1b34a869ea92e3bdca4430b82";
const SMALL_ORDER: &str = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85";

/// False when this build does not do what a pinned vector says.
pub fn holds() -> bool {
    let bytes = |text| hex::decode(text).unwrap_or_default();
    let mut mutant = bytes(SIGNATURE);
    if let Some(last) = mutant.last_mut() {
        *last ^= 0x10;
    }
    let verifies = Verifier::new(&bytes(PUBLIC_KEY)).is_ok_and(|verifier| {
        verifier.holds(&MESSAGE, &bytes(SIGNATURE))
            && !verifier.holds(b"af82", &bytes(SIGNATURE))
            && !verifier.holds(&MESSAGE, &mutant)
    });
    verifies
        && Verifier::new(&bytes(SMALL_ORDER)).is_err()
        && hex::encode(&entry_hash(&pre_auth_encoding(b"{}"))) == LEAF
}
