//! A node as it is stored and served: as it is, or one gzip member (RFC 1952) without flags, and
//! nothing behind it.

use bytes::Bytes;
use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::cursor::malformed;
use crate::error::{Checked, FactError};

/// Of a node when it is unpacked: more than 256 payloads of 16 KiB and what is around them.
pub const MAX_NODE_BYTES: usize = 8 * 1024 * 1024;

/// Deflate, no flags: optional fields only differ between libraries.
const GZIP: [u8; 4] = [0x1f, 0x8b, 0x08, 0x00];
const HEADER_BYTES: usize = 10;
const FIRST_CAPACITY: usize = 64 * 1024;

fn not_gzip() -> FactError {
    malformed("not gzip, or over 8 MiB")
}

/// The bytes that were deflated, and those behind.
fn inflate(deflated: &[u8]) -> Checked<(Vec<u8>, &[u8])> {
    let mut node = Vec::with_capacity(FIRST_CAPACITY);
    let mut stream = Decompress::new(false);
    loop {
        let read = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
        let rest = deflated.get(read..).unwrap_or_default();
        let before = (rest.len(), node.len());
        let status = stream
            .decompress_vec(rest, &mut node, FlushDecompress::None)
            .map_err(|_| not_gzip())?;
        let read = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
        let rest = deflated.get(read..).unwrap_or_default();
        if node.len() > MAX_NODE_BYTES {
            return Err(not_gzip());
        }
        if status == Status::StreamEnd {
            return Ok((node, rest));
        }
        if node.len() < node.capacity() && (rest.len(), node.len()) == before {
            return Err(malformed("cut gzip"));
        }
        if node.len() == node.capacity() {
            node.reserve(node.capacity().min(MAX_NODE_BYTES + 1));
        }
    }
}

/// CRC-32 and length, little-endian.
fn trailer_of(node: &[u8]) -> [u8; 8] {
    let mut sum = Crc::new();
    sum.update(node);
    let (sum, length) = (u64::from(sum.sum()), u64::from(sum.amount()));
    (sum | length << 32).to_le_bytes()
}

/// The node in a file, compressed or not.
pub fn unpack_node(file: Bytes) -> Checked<Bytes> {
    if !file.starts_with(&GZIP) {
        return if file.len() > MAX_NODE_BYTES { Err(not_gzip()) } else { Ok(file) };
    }
    let deflated = file.get(HEADER_BYTES..).ok_or_else(not_gzip)?;
    let (node, trailer) = inflate(deflated)?;
    if trailer == trailer_of(&node) {
        Ok(node.into())
    } else {
        Err(malformed("the end of the gzip member does not hold"))
    }
}
