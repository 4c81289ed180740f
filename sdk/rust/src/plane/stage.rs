//! What the tasks of a plane change, without the tasks, over a folder with a log of the vectors: a
//! test does one thing after the other.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc;

use super::clock::{Clock, SystemClock};
use super::handle::{Opened, open_directory};
use super::lock::DirectoryLock;
use super::options::Options;
use super::shared::Shared;
use super::source::Source;
use crate::kernel::base64;
use crate::keys::trust::Trust;

pub(super) const SHARD: u8 = 5;

/// The keys of the log are known, and nothing else of it.
pub(super) struct Stage {
    pub(super) shared: Arc<Shared>,
    place: PathBuf,
    #[allow(dead_code)] // held until it is dropped
    lock: DirectoryLock,
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.place);
    }
}

fn vector(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../facts/spec/vectors/valid");
    let text = fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    base64::decode(value.as_str().unwrap()).unwrap()
}

/// As a registry serves it.
fn write_state(folder: &Path, state: &Value) {
    fs::create_dir_all(folder.join("state")).unwrap();
    fs::write(folder.join("state/note"), bytes(&state["note"])).unwrap();
    for (hash, file) in state["nodes"].as_object().unwrap() {
        fs::write(folder.join("state").join(hash), bytes(file)).unwrap();
    }
}

impl Stage {
    /// `name`: the test's own place on disk.
    pub(super) fn new(name: &str) -> Self {
        let place = std::env::temp_dir().join(format!("tenure-{name}-{}", std::process::id()));
        let (folder, directory) = (place.join("log"), place.join("plane"));
        let input = &vector("reader-snapshot")["input"];
        write_state(&folder, &input["steps"][1]["snapshot"]);
        let (log, root) = (input["log"].as_str().unwrap(), input["root"].as_str().unwrap());
        let mut trust = Trust::pinned(log, root).unwrap();
        trust.advance(&bytes(&input["steps"][0]["keySet"])).unwrap();
        let url = format!("file://{}", folder.display());
        let mut options = Options::new(&url, "", log, root, &directory);
        options.shards = vec![SHARD];
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let opened = open_directory(&options, trust, &*clock).unwrap();
        let Opened { lock, core, index, freshness } = opened;
        let source = Source::new(&url, "").unwrap();
        let wants = mpsc::unbounded_channel().0;
        let state = (core, index, freshness);
        let shared = Shared::new(state, (clock, source), (directory, None), wants);
        Self { shared: Arc::new(shared), place, lock }
    }
}
