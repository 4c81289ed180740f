//! Why a plane cannot be opened.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::error::FactError;

/// See [`Error::code`].
#[derive(Debug)]
pub enum Error {
    /// The root is no strict key of a note, or not that of the log.
    Key(FactError),
    /// Another process, or another plane of this one, uses the directory.
    DirectoryLocked(PathBuf),
    /// The directory cannot be made, read or written.
    Directory(io::Error),
    /// An address that is none, or one that needs the cargo feature `tls`.
    Options(String),
    /// This build does not do what pinned vectors say.
    SelfTest,
}

impl Error {
    /// Stable; the text of [`Display`](fmt::Display) is not.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Key(refused) => refused.code.as_str(),
            Error::DirectoryLocked(_) => "directory-locked",
            Error::Directory(_) => "directory-unusable",
            Error::Options(_) => "options-invalid",
            Error::SelfTest => "self-test-failed",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Key(refused) => refused.fmt(f),
            Error::DirectoryLocked(path) => write!(f, "{} is in use", path.display()),
            Error::Directory(error) => error.fmt(f),
            Error::Options(why) => f.write_str(why),
            Error::SelfTest => f.write_str("this build fails its self-test"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Key(refused) => Some(refused),
            Error::Directory(error) => Some(error),
            _ => None,
        }
    }
}

impl From<FactError> for Error {
    fn from(refused: FactError) -> Self {
        Error::Key(refused)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::Directory(error)
    }
}
