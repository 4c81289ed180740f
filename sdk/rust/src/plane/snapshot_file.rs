//! A snapshot on disk, in one file that is replaced whole:
//!
//! length uint32 || state note, then *(length uint32 || node)
//!
//! Integers are big-endian. The nodes are those that were walked to, each before those below it,
//! children in their order, not compressed.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use crate::kernel::hash::Hash;
use crate::state::file::MAX_NODE_BYTES;

const FILE: &str = "snapshot";
const LENGTH_BYTES: u64 = 4;

/// Where the bytes of a frame are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    at: u64,
    length: usize,
}

pub(super) type Places = HashMap<Hash, Place>;

/// Writes beside the file of before; [`finish`](Self::finish) puts it in its place, and whatever
/// ends earlier leaves nothing.
pub(super) struct SnapshotWriter {
    path: PathBuf,
    beside: PathBuf,
    file: BufWriter<File>,
    places: Places,
    next: u64,
    finished: bool,
}

impl SnapshotWriter {
    pub(super) fn create(directory: &Path, note: &[u8]) -> io::Result<Self> {
        let path = directory.join(FILE);
        let beside = path.with_extension("new");
        let file = BufWriter::new(File::create(&beside)?);
        let (places, next) = (Places::new(), 0);
        let mut writer = Self { path, beside, file, places, next, finished: false };
        writer.frame(note)?;
        Ok(writer)
    }

    /// The next node of the walk.
    pub(super) fn add(&mut self, hash: Hash, node: &[u8]) -> io::Result<()> {
        let place = self.frame(node)?;
        self.places.insert(hash, place);
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<SnapshotFile> {
        self.file.flush()?;
        let file = Mutex::new(File::open(&self.beside)?);
        fs::rename(&self.beside, &self.path)?;
        self.finished = true;
        Ok(SnapshotFile { file, places: std::mem::take(&mut self.places) })
    }

    fn frame(&mut self, bytes: &[u8]) -> io::Result<Place> {
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.file.write_all(&length.to_be_bytes())?;
        self.file.write_all(bytes)?;
        let place = Place { at: self.next + LENGTH_BYTES, length: bytes.len() };
        self.next = place.at + u64::from(length);
        Ok(place)
    }
}

impl Drop for SnapshotWriter {
    fn drop(&mut self) {
        if !self.finished {
            // Whoever could not write it cannot do more about it either.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

/// Stays readable while another one takes its place.
pub(super) struct SnapshotFile {
    file: Mutex<File>,
    places: Places,
}

impl SnapshotFile {
    pub(super) fn new(file: File, places: Places) -> Self {
        Self { file: Mutex::new(file), places }
    }

    /// A node of which it is known where it is; `None` for any other.
    pub(super) fn find(&self, hash: &Hash) -> io::Result<Option<Bytes>> {
        let Some(place) = self.places.get(hash) else { return Ok(None) };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        read_frame(&mut file, *place).map(Some)
    }
}

/// In a buffer of its own, so that it is given free when the last of its blocks is unpacked.
pub(super) fn read_frame(file: &mut File, place: Place) -> io::Result<Bytes> {
    let mut bytes = vec![0; place.length];
    file.seek(SeekFrom::Start(place.at))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes.into())
}

/// Once more, with a place in it of its own.
pub(super) fn reopen_snapshot(directory: &Path) -> io::Result<File> {
    File::open(directory.join(FILE))
}

/// The file, the note, and where the nodes are; `None`: there is no snapshot.
pub(super) fn open_snapshot(directory: &Path) -> io::Result<Option<(File, Bytes, Vec<Place>)>> {
    let mut file = match File::open(directory.join(FILE)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let size = file.metadata()?.len();
    let mut frames = Vec::new();
    let mut at = 0;
    let mut lengths = BufReader::with_capacity(8, &file);
    while at < size {
        lengths.seek(SeekFrom::Start(at))?;
        let mut length = [0; 4];
        lengths.read_exact(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        let end = at.saturating_add(LENGTH_BYTES).saturating_add(length as u64);
        if length > MAX_NODE_BYTES || end > size {
            return Err(io::Error::new(ErrorKind::InvalidData, "the snapshot is cut"));
        }
        frames.push(Place { at: at + LENGTH_BYTES, length });
        at = end;
    }
    let mut frames = frames.into_iter();
    let empty = || io::Error::new(ErrorKind::InvalidData, "the snapshot is empty");
    let note = read_frame(&mut file, frames.next().ok_or_else(empty)?)?;
    Ok(Some((file, note, frames.collect())))
}
