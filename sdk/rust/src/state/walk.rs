//! Verifies the state tree from the root down (checks 9 to 11), whoever brings the nodes.

use super::block::{FactsPage, TenantState};
use super::cursor::malformed;
use super::node::{Child, Content, Node};
use super::pages::Slot;
use super::prefix::{MAX_DEPTH, Prefix};
use crate::error::{Checked, FactCode, ensure};
use crate::kernel::hash::Hash;

/// Which part of the tree is walked; of the rest nothing is fetched.
#[derive(Clone, Debug)]
pub enum Scope {
    /// All tenants of these shards: a tenant key begins with its shard.
    Shards(Vec<u8>),
    /// The tenant with this key alone.
    Tenant(Hash),
}

impl Scope {
    /// Some key below this prefix is wanted.
    fn is_below(&self, prefix: &Prefix) -> bool {
        match self {
            Scope::Tenant(key) => prefix.begins(key),
            Scope::Shards(shards) => shards.iter().any(|shard| match prefix.depth() {
                0 => true,
                1 => prefix.first() >> 4 == shard >> 4,
                _ => prefix.first() == *shard,
            }),
        }
    }

    fn has(&self, key: &Hash) -> bool {
        match self {
            Scope::Tenant(wanted) => wanted == key,
            Scope::Shards(shards) => shards.iter().any(|shard| key.first() == Some(shard)),
        }
    }
}

/// A node that is to be fetched.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// By which its parent names it.
    pub hash: Hash,
    /// `None` of the root, which nobody names a weight of.
    weight: Option<u64>,
    prefix: Prefix,
    /// Of a tenant's own tree: which of those found.
    owner: Option<usize>,
}

impl Wanted {
    /// The first node of a walk.
    pub fn root(hash: Hash) -> Self {
        Self { hash, weight: None, prefix: Prefix::default(), owner: None }
    }
}

/// Takes the nodes in the order of depth: each before those below it, children in their order.
#[derive(Debug)]
pub struct Walk {
    scope: Scope,
    found: Vec<TenantState>,
}

impl Walk {
    /// Of a part of the tree.
    pub fn new(scope: Scope) -> Self {
        Self { scope, found: Vec::new() }
    }

    /// Checks a node against its place; gives the next ones, in the order in which to take them
    /// before whatever else is wanted. A refusal ends the walk.
    pub fn take(&mut self, wanted: &Wanted, node: Node) -> Checked<Vec<Wanted>> {
        let Node { hash, weight, content } = node;
        match (content, wanted.owner) {
            (Content::Inner(children), _) => {
                let deep = wanted.prefix.depth() == MAX_DEPTH;
                ensure(!deep, FactCode::StateNodeMalformed, "deeper than a key is long")?;
                check_named(wanted, &hash, weight)?;
                Ok(self.children(wanted, &children))
            }
            (Content::Facts(packed), Some(owner)) => {
                check_named(wanted, &hash, weight)?;
                let page = FactsPage { prefix: wanted.prefix, packed };
                if let Some(tenant) = self.found.get_mut(owner) {
                    tenant.pages.push(page);
                }
                Ok(Vec::new())
            }
            (Content::Tenants(slots), None) => {
                let here = slots.iter().all(|slot| wanted.prefix.begins(&slot.key));
                ensure(here, FactCode::StateNodeMalformed, "a tenant of another page")?;
                check_named(wanted, &hash, weight)?;
                Ok(self.tenants(slots))
            }
            _ => Err(malformed("not the kind of node that stands here")),
        }
    }

    /// The tenants in the scope, ascending by tenant key, once nothing more is wanted.
    pub fn finish(self) -> Vec<TenantState> {
        self.found
    }

    fn children(&self, Wanted { prefix, owner, .. }: &Wanted, children: &[Child]) -> Vec<Wanted> {
        let below = children.iter().map(|child| Wanted {
            hash: child.hash,
            weight: Some(child.weight),
            prefix: prefix.child(child.nibble),
            owner: *owner,
        });
        below.filter(|one| one.owner.is_some() || self.scope.is_below(&one.prefix)).collect()
    }

    fn tenants(&mut self, slots: Vec<Slot>) -> Vec<Wanted> {
        let mut roots = Vec::new();
        for block in slots.into_iter().filter_map(|slot| slot.block) {
            if !self.scope.has(&block.state.key) {
                continue;
            }
            if let Some(hash) = block.root {
                let (weight, owner) = (Some(u64::from(block.state.live)), Some(self.found.len()));
                roots.push(Wanted { hash, weight, prefix: Prefix::default(), owner });
            }
            self.found.push(block.state);
        }
        roots
    }
}

/// Check 11; a page of a view does not show what its tenants weigh.
fn check_named(wanted: &Wanted, hash: &Hash, weight: Option<u64>) -> Checked<()> {
    let same = wanted.hash == *hash;
    ensure(same, FactCode::StateHashMismatch, "another hash than its parent names")?;
    let same = wanted.weight.is_none() || weight.is_none() || wanted.weight == weight;
    ensure(same, FactCode::StateHashMismatch, "another weight than its parent names")
}
