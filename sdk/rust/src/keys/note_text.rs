//! What the texts of our notes are made of: a title, lines, base64 of 32 bytes.

use crate::kernel::hash::Hash;
use crate::kernel::{base64, formats};

/// 32 bytes, hash or public key, in strict base64.
pub(super) fn word(text: &str) -> Option<Hash> {
    base64::decode(text)?.try_into().ok()
}

/// The lines of a text that ends in a newline.
pub(super) fn lines(text: &str) -> Option<std::str::Split<'_, char>> {
    text.strip_suffix('\n').map(|body| body.split('\n'))
}

/// The log of a first line `<log><suffix>`.
pub(super) fn log_of_title<'a>(line: &'a str, suffix: &str) -> Option<&'a str> {
    line.strip_suffix(suffix).filter(|log| formats::is_log_origin(log))
}
