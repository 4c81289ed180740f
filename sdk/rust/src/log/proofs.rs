//! Proofs of RFC 9162, sections 2.1.3.2 and 2.1.4.2, whose names `fn`, `sn`, `fr`, `sr` are.

use crate::error::{Checked, FactCode, FactError, ensure, refusal};
use crate::kernel::formats::MAX_SAFE;
use crate::kernel::hash::{Hash, empty_root, node_hash};

/// A tree as a checkpoint states it: number of leaves, root hash of 32 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeHead<'a> {
    /// Number of leaves.
    pub size: u64,
    /// Root hash, as it was given.
    pub root: &'a [u8],
}

/// Two numbers of a level, which climb the tree together.
struct Climb {
    fn_: u64,
    sn: u64,
}

impl Climb {
    fn up(&mut self) {
        self.fn_ /= 2;
        self.sn /= 2;
    }

    /// At the right edge the levels without a sibling are skipped.
    fn skip(&mut self) {
        while self.fn_.is_multiple_of(2) && self.fn_ != 0 {
            self.up();
        }
    }

    fn is_right(&self) -> bool {
        !self.fn_.is_multiple_of(2) || self.fn_ == self.sn
    }
}

fn hash_of(bytes: &[u8], code: FactCode) -> Checked<Hash> {
    bytes.try_into().map_err(|_| refusal(code, "a hash is not 32 bytes"))
}

fn hashes_of(proof: &[Vec<u8>], code: FactCode) -> Checked<Vec<Hash>> {
    proof.iter().map(|hash| hash_of(hash, code)).collect()
}

/// Refuses (`inclusion-proof-invalid`) unless the proof leads from the leaf to the root.
pub fn check_inclusion(
    index: u64,
    leaf: &[u8],
    proof: &[Vec<u8>],
    tree: &TreeHead<'_>,
) -> Checked<()> {
    const CODE: FactCode = FactCode::InclusionProofInvalid;
    ensure(tree.size <= MAX_SAFE && index < tree.size, CODE, "no such leaf")?;
    let (mut hash, root) = (hash_of(leaf, CODE)?, hash_of(tree.root, CODE)?);
    let mut at = Climb { fn_: index, sn: tree.size - 1 };
    for sibling in hashes_of(proof, CODE)? {
        ensure(at.sn != 0, CODE, "too long")?;
        if at.is_right() {
            hash = node_hash(&sibling, &hash);
            at.skip();
        } else {
            hash = node_hash(&hash, &sibling);
        }
        at.up();
    }
    ensure(at.sn == 0, CODE, "too short")?;
    ensure(hash == root, CODE, "it leads to another root")
}

fn invalid(why: &'static str) -> FactError {
    refusal(FactCode::ConsistencyProofInvalid, why)
}

/// Refuses (`consistency-proof-invalid`) unless the newer tree begins with the older one. From an
/// empty tree, and between trees of one size, the proof is empty.
pub fn check_consistency(
    older: &TreeHead<'_>,
    newer: &TreeHead<'_>,
    proof: &[Vec<u8>],
) -> Checked<()> {
    const CODE: FactCode = FactCode::ConsistencyProofInvalid;
    let sizes = newer.size <= MAX_SAFE && older.size <= newer.size;
    ensure(sizes, CODE, "the newer tree is no larger one")?;
    let (old_root, new_root) = (hash_of(older.root, CODE)?, hash_of(newer.root, CODE)?);
    let hashes = hashes_of(proof, CODE)?;
    ensure(older.size != 0 || old_root == empty_root(), CODE, "no empty tree")?;
    if older.size == newer.size && old_root != new_root {
        return Err(invalid("two roots of one size"));
    }
    if older.size == 0 || older.size == newer.size {
        return ensure(hashes.is_empty(), CODE, "nothing is to prove");
    }
    let mut at = Climb { fn_: older.size - 1, sn: newer.size - 1 };
    while !at.fn_.is_multiple_of(2) {
        at.up();
    }
    // fn is 0 when the older tree is complete: its root is where the proof begins, and is left out.
    let complete = (at.fn_ == 0).then_some(old_root);
    let mut path = complete.into_iter().chain(hashes);
    let start = path.next().ok_or_else(|| invalid("too short"))?;
    let (mut fr, mut sr) = (start, start);
    for hash in path {
        ensure(at.sn != 0, CODE, "too long")?;
        if at.is_right() {
            (fr, sr) = (node_hash(&hash, &fr), node_hash(&hash, &sr));
            at.skip();
        } else {
            sr = node_hash(&sr, &hash);
        }
        at.up();
    }
    ensure(at.sn == 0, CODE, "too short")?;
    ensure(fr == old_root, CODE, "it leads to another older root")?;
    ensure(sr == new_root, CODE, "it leads to another newer root")
}
