//! RFC 6962 tree (section 2.1) that only grows. It keeps its frontier: the hashes of the complete
//! subtrees of which it consists, the largest first, one for each bit of the size.

use crate::kernel::hash::{Hash, empty_root, node_hash};

/// Number of leaves, and the frontier over them.
#[derive(Clone, Debug, Default)]
pub struct TreeBuilder {
    size: u64,
    frontier: Vec<Hash>,
}

impl TreeBuilder {
    /// Costs one node hash on average.
    pub fn append(&mut self, leaf: Hash) {
        let mut node = leaf;
        // As binary addition carries: each trailing one of the size is a subtree of the node's size.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.frontier.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.frontier.push(node);
        self.size += 1;
    }

    /// Hash of the whole tree: the right subtrees go together first. Of none the hash of nothing.
    pub fn root(&self) -> Hash {
        let joined = self.frontier.iter().copied().rev();
        joined.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
    }
}
