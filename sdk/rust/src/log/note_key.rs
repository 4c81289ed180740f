//! Keys of signed notes (C2SP signed-note; the text form of golang.org/x/mod/sumdb/note):
//!
//! key hash = SHA-256(name || 0x0A || 0x01 || public key)[:4], 0x01 is plain Ed25519;
//! text = name "+" key hash, 8 hexadecimal digits "+" base64(0x01 || public key)

use crate::error::{Checked, FactCode, FactError, ensure, refusal};
use crate::kernel::hash::sha256;
use crate::kernel::verify::Verifier;
use crate::kernel::{base64, hex};

const ED25519: u8 = 0x01;
/// Bytes of a key hash.
pub const KEY_HASH_BYTES: usize = 4;

/// A key whose signatures count.
#[derive(Clone, Debug)]
pub struct NoteVerifier {
    /// Our own logs' names are stricter; those of witnesses are only what C2SP says.
    pub name: String,
    /// Not strong: together with the name it only says which key to try.
    pub key_hash: [u8; KEY_HASH_BYTES],
    /// The raw public key.
    pub public_key: Vec<u8>,
    /// Of the key.
    pub verifier: Verifier,
}

/// Not empty, no Unicode `White_Space`, no plus sign (C2SP signed-note, "Format").
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|char: char| char.is_whitespace() || char == '+')
}

fn invalid(why: &'static str) -> FactError {
    refusal(FactCode::KeyInvalid, why)
}

impl NoteVerifier {
    /// Refuses (`key-invalid`) a name or a key that no note can be signed with.
    pub fn new(name: &str, public_key: &[u8]) -> Checked<Self> {
        ensure(is_key_name(name), FactCode::KeyInvalid, "not a key name")?;
        let verifier = Verifier::new(public_key)?;
        let hash = sha256(&[name.as_bytes(), b"\n", &[ED25519], public_key]);
        let key_hash = [hash[0], hash[1], hash[2], hash[3]];
        Ok(Self { name: name.to_owned(), key_hash, public_key: public_key.to_vec(), verifier })
    }

    /// `<name>+<key hash>+<base64>`; refuses (`key-invalid`) every other form.
    pub fn parse(text: &str) -> Checked<Self> {
        let mut parts = text.splitn(3, '+');
        let (name, key_hash) = (parts.next().unwrap_or_default(), parts.next());
        // Base64 has plus signs of its own.
        let encoded = base64::decode(parts.next().unwrap_or_default()).unwrap_or_default();
        let Some((&ED25519, public_key)) = encoded.split_first() else {
            return Err(invalid("not an Ed25519 key of a note"));
        };
        let verifier = Self::new(name, public_key)?;
        if key_hash == Some(hex::encode(&verifier.key_hash).as_str()) {
            Ok(verifier)
        } else {
            Err(invalid("another key hash"))
        }
    }

    /// `<name>+<key hash>`: how an opened note says who signed it.
    pub fn id(&self) -> String {
        format!("{}+{}", self.name, hex::encode(&self.key_hash))
    }
}
