//! How a plane is opened.

use std::fmt;
use std::path::PathBuf;

use ed25519_dalek::{Signer, SigningKey};

use super::error::Error;
use super::freshness::Expiry;
use crate::error::{FactCode, refusal};
use crate::kernel::base64;

/// What to follow, and where to keep it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Base address of the registry's API, e.g. `https://registry.example` (feature `tls`), or the
    /// folder of a log, `file:///path`, which is read as often and needs neither token nor NATS.
    pub registry_url: String,
    /// The data plane's read-only token; may be empty for a folder.
    pub token: String,
    /// NATS server for live delivery; without it the plane asks for a heartbeat every 3 s.
    pub nats_url: Option<String>,
    /// Origin of the log to follow, e.g. `tenure.example/prod`.
    pub log: String,
    /// The log's first root as a note key, `<log>/root+<key hash>+<base64>`. All other keys are
    /// learned from the key sets that begin with it.
    pub root: String,
    /// Shards to follow; all 256 when empty. The platform tenant's shard is always followed.
    pub shards: Vec<u8>,
    /// Folder for the plane's state; one process at a time.
    pub directory: PathBuf,
    /// What to do with decisions on facts too old.
    pub expiry: Expiry,
    /// Tells the registry how far this plane has come; off unless given.
    pub receipts: Option<ReceiptOptions>,
}

/// How a plane tells the registry how far it has come.
#[derive(Clone, Debug)]
pub struct ReceiptOptions {
    /// As the registry was told it: `[a-z0-9][a-z0-9.-]{0,62}`.
    pub name: String,
    /// The plane's own; the registry knows its public half.
    pub key: ReceiptKey,
}

/// An Ed25519 private key.
#[derive(Clone)]
pub struct ReceiptKey(SigningKey);

impl fmt::Debug for ReceiptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceiptKey")
    }
}

/// What stands before the seed in PKCS #8 (RFC 8410, section 7).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

impl ReceiptKey {
    /// By the 32 bytes of RFC 8032.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Of the text of a PEM file, as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    /// `key-invalid`.
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        let begin = text.trim().strip_prefix("-----BEGIN PRIVATE KEY-----");
        let body = begin.and_then(|rest| rest.strip_suffix("-----END PRIVATE KEY-----"));
        let joined: String = body.unwrap_or_default().split_whitespace().collect();
        let der = base64::decode(&joined).unwrap_or_default();
        let seed = der.strip_prefix(&PKCS8).and_then(|seed| seed.try_into().ok());
        let wrong = || refusal(FactCode::KeyInvalid, "not an Ed25519 private key in PEM").into();
        seed.map(Self::from_seed).ok_or_else(wrong)
    }

    pub(super) fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl Options {
    /// All shards, over HTTP alone, with the default limits.
    pub fn new(
        registry_url: impl Into<String>,
        token: impl Into<String>,
        log: impl Into<String>,
        root: impl Into<String>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self {
            registry_url: registry_url.into(),
            token: token.into(),
            nats_url: None,
            log: log.into(),
            root: root.into(),
            shards: Vec::new(),
            directory: directory.into(),
            expiry: Expiry::default(),
            receipts: None,
        }
    }

    /// Live delivery by this NATS server.
    #[must_use]
    pub fn with_nats(mut self, url: impl Into<String>) -> Self {
        self.nats_url = Some(url.into());
        self
    }

    /// These shards alone, and the platform tenant's.
    #[must_use]
    pub fn with_shards(mut self, shards: impl Into<Vec<u8>>) -> Self {
        self.shards = shards.into();
        self
    }
}
