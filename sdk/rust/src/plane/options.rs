//! How a plane is opened.

use std::path::PathBuf;

use super::freshness::Expiry;

/// What to follow, and where to keep it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Base address of the registry's API, e.g. `https://registry.example` (feature `tls`).
    pub registry_url: String,
    /// The data plane's read-only token.
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
