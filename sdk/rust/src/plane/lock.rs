//! One process at a time: two writers on one directory would each break the other's journal. The
//! kernel gives the lock free when its process dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::error::Error;

const LOCK_FILE: &str = "plane.lock";

/// Held until it is dropped.
#[derive(Debug)]
pub(super) struct DirectoryLock(#[allow(dead_code)] File);

pub(super) fn lock_directory(directory: &Path) -> Result<DirectoryLock, Error> {
    let path = directory.join(LOCK_FILE);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(DirectoryLock(file)),
        Err(TryLockError::WouldBlock) => Err(Error::DirectoryLocked(directory.to_owned())),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}
