//! Entry bundle (C2SP tlog-tiles, "Log entries"): (uint16 length, big-endian || entry) as many
//! times as its tile of level 0 has hashes. An entry is a PAE.

use crate::error::{Checked, FactCode, ensure};

/// The `width` entries of a bundle; refuses (`entry-bundle-malformed`) any other number.
pub fn parse_bundle(bytes: &[u8], width: usize) -> Checked<Vec<&[u8]>> {
    const CODE: FactCode = FactCode::EntryBundleMalformed;
    let mut entries = Vec::new();
    let mut rest = bytes;
    while let Some((length, behind)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let Some((entry, after)) = behind.split_at_checked(length) else { break };
        entries.push(entry);
        rest = after;
    }
    ensure(rest.is_empty(), CODE, "cut within an entry")?;
    ensure(entries.len() == width, CODE, "another number of entries")?;
    Ok(entries)
}
