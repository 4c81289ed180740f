//! Tenants of a snapshot that nobody has asked for yet: verified by the hash of their block, and
//! parsed only when somebody asks, or later in the background. So a million facts answer at once.

use std::sync::Arc;

use super::ids::IdMap;
use crate::error::{Checked, FactError};
use crate::kernel::shard::TenantId;
use crate::keys::state_note::StateNote;
use crate::reader::step::Origin;
use crate::state::block::TenantState;
use crate::state::live::Live;

/// A tenant, and what the snapshot said of itself.
#[derive(Debug)]
pub struct Packed {
    pub(super) state: TenantState,
    note: Arc<StateNote>,
    origin: Origin,
}

impl Packed {
    /// By its bytes, as a payload writes them, whose form is compact.
    pub fn has_api_key(&self) -> bool {
        self.state.contains(b"\"kind\":\"api-key\"")
    }

    /// Costs a parse of each fact; no lock is needed for it.
    pub fn live_facts(&self) -> Checked<Vec<Live>> {
        self.state.live_facts(&self.note.log, self.note.epoch)
    }
}

/// A block that a registry should never have signed: its tenant is unknown to decisions.
#[derive(Debug)]
pub struct Broken {
    /// Of the tenant.
    pub shard: u8,
    /// Of the snapshot.
    pub origin: Origin,
    /// Which check failed.
    pub error: FactError,
}

impl Broken {
    pub(super) fn of(packed: &Packed, error: FactError) -> Self {
        Self { shard: packed.state.shard(), origin: packed.origin, error }
    }
}

#[derive(Default)]
pub(super) struct PackedTenants {
    by_id: IdMap<Arc<Packed>>,
    /// Those that the background has not come to yet.
    waiting: Vec<TenantId>,
    /// Those that wait have no API key.
    searched: bool,
}

impl PackedTenants {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn add(
        &mut self,
        states: impl IntoIterator<Item = TenantState>,
        note: &Arc<StateNote>,
        origin: Origin,
    ) {
        let packed = states.into_iter().map(|state| {
            (state.tenant, Arc::new(Packed { state, note: Arc::clone(note), origin }))
        });
        self.searched = false;
        for (id, packed) in packed {
            self.by_id.insert(id, packed);
            self.waiting.push(id);
        }
    }

    pub(super) fn find(&self, tenant: &TenantId) -> Option<&Arc<Packed>> {
        if self.by_id.is_empty() { None } else { self.by_id.get(tenant) }
    }

    /// None: nothing is packed any more.
    pub(super) fn some(&mut self, count: usize) -> Vec<Arc<Packed>> {
        if self.waiting.is_empty() {
            self.waiting = self.by_id.keys().copied().collect();
        }
        let next = std::iter::from_fn(|| self.waiting.pop());
        next.filter_map(|id| self.by_id.get(&id).cloned()).take(count).collect()
    }

    /// None when they were searched before.
    pub(super) fn unsearched(&mut self) -> Vec<Arc<Packed>> {
        let searched = std::mem::replace(&mut self.searched, true);
        if searched { Vec::new() } else { self.by_id.values().cloned().collect() }
    }

    pub(super) fn remove(&mut self, tenant: &TenantId) {
        self.by_id.remove(tenant);
        if self.by_id.is_empty() {
            *self = Self::default();
        }
    }
}
