//! Ed25519 (RFC 8032), the strict profile: libsodium's and dalek's `verify_strict`, with A and R
//! refused beforehand when their y is not reduced or belongs to a point of order 1, 2, 4 or 8.
//!
//! signature = R (32 bytes) || S (32 bytes); y = little-endian, top bit cleared

use ed25519_dalek::{Signature, VerifyingKey};

use crate::error::{Checked, FactCode, ensure, refusal};

const KEY_BYTES: usize = 32;
/// y of the points of small order that differ from another in more than the sign: 0, 1, p - 1,
/// and the two of order 8. Little-endian.
const TORSION_Y: [[u8; KEY_BYTES]; 5] =
    [[0; KEY_BYTES], with_ends(1, 0, 0), with_ends(0xec, 0xff, 0x7f), ORDER_8_Y, OTHER_ORDER_8_Y];
const ORDER_8_Y: [u8; KEY_BYTES] = [
    0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
    0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
];
const OTHER_ORDER_8_Y: [u8; KEY_BYTES] = [
    0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
    0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
];

const fn with_ends(first: u8, middle: u8, last: u8) -> [u8; KEY_BYTES] {
    let mut y = [middle; KEY_BYTES];
    y[0] = first;
    y[KEY_BYTES - 1] = last;
    y
}

/// False for a point encoding that the strict profile refuses.
pub fn is_strict_point(point: &[u8; KEY_BYTES]) -> bool {
    let mut y = *point;
    y[KEY_BYTES - 1] &= 0x7f;
    // y >= p = 2^255 - 19: a second encoding of a smaller y.
    let unreduced =
        y[0] >= 0xed && y[KEY_BYTES - 1] == 0x7f && y[1..KEY_BYTES - 1].iter().all(|b| *b == 0xff);
    !unreduced && !TORSION_Y.contains(&y)
}

/// A public key, parsed once.
#[derive(Clone, Debug)]
pub struct Verifier {
    /// `None`: no point of the curve. No signature is by it, but nothing forbids to name it.
    key: Option<VerifyingKey>,
}

impl Verifier {
    /// Refuses (`key-invalid`) what is not 32 bytes, or not strict.
    pub fn new(public_key: &[u8]) -> Checked<Self> {
        let wrong = || refusal(FactCode::KeyInvalid, "not a strict Ed25519 public key");
        let raw: [u8; KEY_BYTES] = public_key.try_into().map_err(|_| wrong())?;
        ensure(is_strict_point(&raw), FactCode::KeyInvalid, "not a strict Ed25519 public key")?;
        Ok(Self { key: VerifyingKey::from_bytes(&raw).ok() })
    }

    /// Whether the signature over the message is by this key, strictly.
    pub fn holds(&self, message: &[u8], signature: &[u8]) -> bool {
        let Some(key) = &self.key else { return false };
        let Ok(bytes) = <&[u8; 64]>::try_from(signature) else { return false };
        let Some(r) = bytes.first_chunk::<KEY_BYTES>() else { return false };
        is_strict_point(r) && key.verify_strict(message, &Signature::from_bytes(bytes)).is_ok()
    }
}
