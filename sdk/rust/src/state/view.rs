//! View of one tenant: what the tree says of it, and of the others only what they hash to.
//!
//! view = length uint32 || state note, then *(length uint32 || node)       from the root down

use bytes::Bytes;

use super::block::TenantState;
use super::cursor::{Cursor, malformed};
use super::node::Node;
use super::walk::{Scope, Walk, Wanted};
use crate::error::{Checked, FactCode, ensure};
use crate::kernel::shard::{tenant_key, uuid_bytes};
use crate::keys::key_set::KeySet;
use crate::keys::state_note::{StateNote, open_state_note};

/// The note, and the tenant; `None`: the tree proves that it has no facts.
pub fn open_view(
    view: Bytes,
    tenant: &str,
    sets: &[KeySet],
    last: Option<&StateNote>,
) -> Checked<(StateNote, Option<TenantState>)> {
    let mut view = Cursor(view);
    let mut next = || view.frame().ok_or_else(|| malformed("the view ends early"));
    let note = open_state_note(&next()?, sets, last)?;
    let asked = uuid_bytes(tenant).ok_or_else(|| malformed("not the UUID of a tenant"))?;
    let key = tenant_key(&asked);
    let mut walk = Walk::new(Scope::Tenant(key));
    let mut wanted = vec![Wanted::root(note.root)];
    while let Some(one) = wanted.pop() {
        let below = walk.take(&one, Node::parse_in_view(next()?, &key)?)?;
        wanted.extend(below.into_iter().rev());
    }
    ensure(view.is_at_end(), FactCode::StateNodeMalformed, "a node that was not asked for")?;
    Ok((note, walk.finish().pop()))
}
