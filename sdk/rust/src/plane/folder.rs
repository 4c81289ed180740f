//! A folder in place of the registry, where no network leads (`facts/spec/facts-v1.md`, "Folders").
//! What is being written is taken as far as it is whole: every line and every note is verified.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::task::spawn_blocking;

use super::error::Error;
use super::http::Unavailable;
use crate::kernel::hex;

const SCHEME: &str = "file://";

/// The folder of a `file:` address; `None` for every other one.
pub(super) fn folder_of(url: &str) -> Option<Result<Folder, Error>> {
    let path = url.strip_prefix(SCHEME)?;
    let wrong = || Error::Options("a folder's address is file:///path".to_owned());
    let decoded = unescape(path).filter(|path| Path::new(path).is_absolute());
    Some(decoded.map(|path| Folder(path.into())).ok_or_else(wrong))
}

/// Percent-encoding (RFC 3986, section 2.1); `None` for what is none, or not UTF-8.
fn unescape(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.extend(hex::decode(&digits.to_ascii_lowercase())?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

pub(super) struct Folder(PathBuf);

fn read(folder: &Path, path: &str) -> io::Result<Option<Bytes>> {
    match std::fs::read(folder.join(path)) {
        Ok(bytes) => Ok(Some(bytes.into())),
        // A folder that is missing is like a registry that is down.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            std::fs::metadata(folder).map(|_| None)
        }
        Err(error) => Err(error),
    }
}

impl Folder {
    /// `None`: there is no such file.
    pub(super) async fn read(&self, path: String) -> Result<Option<Bytes>, Unavailable> {
        let folder = self.0.clone();
        let reading = spawn_blocking(move || read(&folder, &path)).await;
        let answer = reading.map_err(io::Error::other).and_then(|answer| answer);
        answer.map_err(|error| Unavailable(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_absolute_path_is_a_folder() {
        let path = |url| folder_of(url).and_then(Result::ok).map(|folder| folder.0);
        assert_eq!(path("file:///a%20log/x"), Some(PathBuf::from("/a log/x")));
        assert_eq!(path("http://registry.example"), None);
        for wrong in ["file://", "file://host/path", "file:///%", "file:///%zz", "file:///%ff"] {
            assert!(folder_of(wrong).is_some_and(|folder| folder.is_err()), "{wrong}");
        }
    }
}
