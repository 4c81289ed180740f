//! Accepted lines on disk, one append-only file per shard. Not the truth: a lost tail is fetched
//! again, so nothing is flushed; a torn last line is cut off. What is read back is verified again.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::kernel::shard::shard_name;

/// See the module.
pub(super) struct Journal {
    folder: PathBuf,
    files: HashMap<u8, File>,
    /// Shards whose last write failed: appending behind a torn line would lose what follows.
    broken: HashSet<u8>,
}

fn path(folder: &Path, shard: u8) -> PathBuf {
    folder.join(format!("{}.facts", shard_name(shard)))
}

/// Puts `bytes` in place of a file, whole or not at all.
pub(super) fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    fs::write(&beside, bytes)?;
    fs::rename(&beside, path)
}

fn joined(lines: &[String]) -> Vec<u8> {
    lines.iter().flat_map(|line| line.bytes().chain([b'\n'])).collect()
}

impl Journal {
    pub(super) fn open(directory: &Path) -> io::Result<Self> {
        let folder = directory.join("shards");
        fs::create_dir_all(&folder)?;
        Ok(Self { folder, files: HashMap::new(), broken: HashSet::new() })
    }

    /// Whole lines of a shard, the torn last one cut off the file; none when there is no file.
    pub(super) fn read(&self, shard: u8) -> io::Result<Vec<String>> {
        let path = path(&self.folder, shard);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if whole < bytes.len() {
            let length = u64::try_from(whole).unwrap_or(u64::MAX);
            OpenOptions::new().write(true).open(&path)?.set_len(length)?;
        }
        let text = String::from_utf8_lossy(bytes.get(..whole).unwrap_or_default());
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// After an error the shard is no longer written, until it is replaced.
    pub(super) fn append(&mut self, shard: u8, lines: &[String]) -> io::Result<()> {
        if lines.is_empty() || self.broken.contains(&shard) {
            return Ok(());
        }
        let written = self.file(shard).and_then(|file| file.write_all(&joined(lines)));
        if written.is_err() {
            self.broken.insert(shard);
        }
        written
    }

    /// Puts these lines in place of the shard's file.
    pub(super) fn replace(&mut self, shard: u8, lines: &[String]) -> io::Result<()> {
        self.files.remove(&shard);
        let replaced = replace_file(&path(&self.folder, shard), &joined(lines));
        if replaced.is_ok() {
            self.broken.remove(&shard);
        } else {
            self.broken.insert(shard);
        }
        replaced
    }

    fn file(&mut self, shard: u8) -> io::Result<&mut File> {
        use std::collections::hash_map::Entry;
        match self.files.entry(shard) {
            Entry::Occupied(open) => Ok(open.into_mut()),
            Entry::Vacant(slot) => {
                let path = path(&self.folder, shard);
                Ok(slot.insert(OpenOptions::new().create(true).append(true).open(path)?))
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_last_line_is_cut_off_and_what_follows_is_whole() {
        let folder = std::env::temp_dir().join(format!("tenure-journal-{}", std::process::id()));
        let line = |text: &str| vec![text.to_owned()];
        let mut journal = Journal::open(&folder).unwrap();
        journal.append(5, &line("one")).unwrap();
        journal.append(5, &line("two")).unwrap();
        let mut file = OpenOptions::new().append(true).open(path(&journal.folder, 5)).unwrap();
        file.write_all("thr\u{e9}".as_bytes()).unwrap();
        let mut again = Journal::open(&folder).unwrap();
        assert_eq!(again.read(5).unwrap(), ["one", "two"]);
        again.append(5, &line("three")).unwrap();
        assert_eq!(again.read(5).unwrap(), ["one", "two", "three"]);
        again.replace(5, &line("alone")).unwrap();
        again.append(5, &line("more")).unwrap();
        assert_eq!(again.read(5).unwrap(), ["alone", "more"]);
        fs::remove_dir_all(folder).unwrap();
    }
}
