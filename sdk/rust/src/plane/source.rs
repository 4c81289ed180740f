//! Where lines, notes and nodes come from: a registry over HTTP, or a folder with the same files.

use bytes::Bytes;

use super::error::Error;
use super::folder::{Folder, folder_of};
use super::http::{Registry, Unavailable};
use crate::kernel::hash::Hash;
use crate::kernel::hex;
use crate::kernel::shard::shard_name;

pub(super) enum Source {
    Http(Registry),
    Folder(Folder),
}

fn lines_of(text: &str) -> impl Iterator<Item = String> {
    text.split('\n').filter(|line| !line.is_empty()).map(str::to_owned)
}

impl Source {
    /// By the form of the address.
    pub(super) fn new(url: &str, token: &str) -> Result<Self, Error> {
        match folder_of(url) {
            Some(folder) => folder.map(Source::Folder),
            None => Registry::new(url, token).map(Source::Http),
        }
    }

    pub(super) fn is_folder(&self) -> bool {
        matches!(self, Source::Folder(_))
    }

    /// Lines of a shard from a position on, as many as there are at once; none: its end.
    pub(super) async fn facts(&self, shard: u8, from: u64) -> Result<Vec<String>, Unavailable> {
        let name = shard_name(shard);
        match self {
            Source::Http(registry) => {
                let bytes = registry.get(&format!("/v1/facts?shard={name}&from={from}")).await?;
                let bytes = bytes.ok_or_else(|| Unavailable("no /v1/facts there".to_owned()))?;
                Ok(lines_of(&String::from_utf8_lossy(&bytes)).collect())
            }
            Source::Folder(folder) => {
                let bytes = folder.read(format!("facts/{name}")).await?.unwrap_or_default();
                let text = String::from_utf8_lossy(&bytes);
                // What is behind the last line feed is being written.
                let whole = text.rfind('\n').and_then(|end| text.get(..end)).unwrap_or_default();
                let skipped = usize::try_from(from - 1).unwrap_or(usize::MAX);
                Ok(lines_of(whole).skip(skipped).collect())
            }
        }
    }

    /// Note of a key set; `None`: there is none of that version yet.
    pub(super) async fn key_set(&self, version: u64) -> Result<Option<Bytes>, Unavailable> {
        self.log_file(&format!("keys/{version}")).await
    }

    /// Note of the newest heartbeat; `None`: there was none yet.
    pub(super) async fn heartbeat(&self) -> Result<Option<Bytes>, Unavailable> {
        self.log_file("heartbeat").await
    }

    /// The newest state note; `None`: there is no snapshot.
    pub(super) async fn state_note(&self) -> Result<Option<Bytes>, Unavailable> {
        self.log_file(if self.is_folder() { "state/note" } else { "state" }).await
    }

    /// A node of the state tree, as it is stored.
    pub(super) async fn node(&self, hash: &Hash) -> Result<Bytes, Unavailable> {
        let found = self.log_file(&format!("state/{}", hex::encode(hash))).await?;
        found.ok_or_else(|| Unavailable("the registry lacks a node of its state".to_owned()))
    }

    /// A receipt; a folder takes none.
    pub(super) async fn send_receipt(&self, note: String) -> Result<(), Unavailable> {
        match self {
            Source::Http(registry) => registry.post("/v1/log/receipts", note).await,
            Source::Folder(_) => Err(Unavailable("a folder takes no receipts".to_owned())),
        }
    }

    async fn log_file(&self, path: &str) -> Result<Option<Bytes>, Unavailable> {
        match self {
            Source::Http(registry) => registry.get(&format!("/v1/log/{path}")).await,
            Source::Folder(folder) => folder.read(path.to_owned()).await,
        }
    }
}
