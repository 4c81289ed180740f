//! A node whose form was checked, as far as it needs no other node (checks 9 and 10):
//!
//! inner = 0x03 16(hash, 32 bytes || weight uint64)     of a child without anything both zero
//! facts = 0x04 count uint16 *(length uint16 || payload)      by fact key
//! hash  = SHA-256(file)                                      of both

use bytes::Bytes;

use super::block::{MAX_LEAF_WEIGHT, holds_payloads};
use super::cursor::{Cursor, malformed};
use super::file::MAX_NODE_BYTES;
use super::pages::{Slot, parse_page, parse_tenants};
use crate::error::FactCode;
use crate::error::{Checked, ensure};
use crate::kernel::formats::MAX_SAFE;
use crate::kernel::hash::{EMPTY_HASH, Hash, sha256};

pub(super) const TENANTS: u8 = 0x02;
const INNER: u8 = 0x03;
const FACTS: u8 = 0x04;
const PAGE: u8 = 0x06;
const FANOUT: usize = 16;

/// What an inner node says of one below it.
pub(super) struct Child {
    pub(super) nibble: u8,
    pub(super) hash: Hash,
    pub(super) weight: u64,
}

pub(super) enum Content {
    /// Without those that have nothing.
    Inner(Vec<Child>),
    Tenants(Vec<Slot>),
    /// Payloads, packed.
    Facts(Bytes),
}

/// See the module.
pub struct Node {
    /// By which its parent names it.
    pub hash: Hash,
    /// Unknown of a view's page.
    pub(super) weight: Option<u64>,
    pub(super) content: Content,
}

impl Node {
    /// Of the tree itself; `bytes` are not compressed, and stay in use.
    pub fn parse(bytes: Bytes) -> Checked<Node> {
        Self::read(bytes, |kind, file| if kind == TENANTS { parse_tenants(file) } else { None })
    }

    /// Of a view of the tenant with this key.
    pub fn parse_in_view(bytes: Bytes, asked: &Hash) -> Checked<Node> {
        Self::read(bytes, |kind, file| if kind == PAGE { parse_page(file, asked) } else { None })
    }

    fn read(bytes: Bytes, leaf: impl FnOnce(u8, Cursor) -> Option<Node>) -> Checked<Node> {
        let small = bytes.len() <= MAX_NODE_BYTES;
        ensure(small, FactCode::StateNodeMalformed, "a node over 8 MiB")?;
        let mut file = Cursor(bytes.clone());
        let node = match file.byte() {
            Some(INNER) => parse_inner(file, &bytes),
            Some(FACTS) => parse_facts(file, &bytes),
            Some(kind) => leaf(kind, file),
            None => None,
        };
        node.ok_or_else(|| malformed("not the form of a node"))
    }
}

fn parse_inner(mut file: Cursor, bytes: &[u8]) -> Option<Node> {
    let mut children = Vec::with_capacity(FANOUT);
    for nibble in 0..16 {
        let (hash, weight) = (file.hash()?, file.uint64()?);
        if (hash == EMPTY_HASH) != (weight == 0) {
            return None;
        }
        if weight > 0 {
            children.push(Child { nibble, hash, weight });
        }
    }
    let weight: u64 = children.iter().map(|child| child.weight).sum();
    let holds = file.is_at_end() && weight > MAX_LEAF_WEIGHT && weight <= MAX_SAFE;
    let content = Content::Inner(children);
    holds.then(|| Node { hash: sha256(&[bytes]), weight: Some(weight), content })
}

fn parse_facts(mut file: Cursor, bytes: &[u8]) -> Option<Node> {
    let count = file.count()?;
    let weight = u64::try_from(count).ok().filter(|weight| *weight <= MAX_LEAF_WEIGHT)?;
    let content = Content::Facts(file.0.clone());
    let holds = holds_payloads(&file.0, count);
    holds.then(|| Node { hash: sha256(&[bytes]), weight: Some(weight), content })
}
