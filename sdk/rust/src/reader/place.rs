//! Where a shard and its tenants stand, and whether a fact directly follows (checks 14 to 20).

use std::collections::HashMap;

use crate::error::{Checked, FactCode, ensure};
use crate::kernel::fact::Fact;
use crate::kernel::hash::{EMPTY_HASH, Hash};
use crate::kernel::line::Line;
use crate::kernel::shard::{TenantId, shard_of, uuid_bytes};
use crate::keys::key_range::KeyRange;
use crate::state::block::TenantState;

/// The last fact of a tenant.
#[derive(Clone, Copy, Debug)]
struct TenantHead {
    seq: u64,
    leaf: Hash,
}

/// The last fact of a shard, and of each of its tenants.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    tenants: HashMap<TenantId, TenantHead>,
    pub(super) index: Option<u64>,
    epoch: u64,
}

impl Place {
    /// As a snapshot of so many facts of the log states it.
    pub(super) fn resting_on(tenants: &[TenantState], size: u64, epoch: u64) -> Self {
        let head = |one: &TenantState| (one.tenant, TenantHead { seq: one.seq, leaf: one.head });
        let tenants = tenants.iter().map(head).collect();
        Self { tenants, index: size.checked_sub(1), epoch }
    }

    pub(super) fn tenants(&self) -> impl Iterator<Item = (TenantId, u64)> {
        self.tenants.iter().map(|(tenant, head)| (*tenant, head.seq))
    }

    fn head_of(&self, tenant: &str) -> TenantHead {
        let known = uuid_bytes(tenant).and_then(|id| self.tenants.get(&id).copied());
        known.unwrap_or(TenantHead { seq: 0, leaf: EMPTY_HASH })
    }

    /// Log, shard, position, index: what the line says.
    pub(super) fn check_line(
        &self,
        fact: &Fact,
        line: &Line<'_>,
        (log, shard, next): (&str, u8, u64),
    ) -> Checked<()> {
        ensure(fact.log == log, FactCode::LogMismatch, "another log")?;
        let here = shard_of(&fact.tenant) == Some(shard);
        ensure(here, FactCode::ShardMismatch, "a tenant of another shard")?;
        ensure(line.position == next, FactCode::PositionGap, "not the next position")?;
        let later = self.index.is_none_or(|index| line.index > index);
        ensure(later, FactCode::IndexReplay, "not a later index")
    }

    /// Whether the key counts there; `live`: it must moreover be open.
    pub(super) fn check_key(range: &KeyRange, index: u64, live: bool) -> Checked<()> {
        range.check_index(index)?;
        if live { range.check_open() } else { Ok(()) }
    }

    /// Epoch, seq, prev: what the fact says.
    pub(super) fn check_fact(&self, fact: &Fact) -> Checked<()> {
        ensure(fact.epoch >= self.epoch, FactCode::EpochMismatch, "an older epoch")?;
        let head = self.head_of(&fact.tenant);
        ensure(fact.seq > head.seq, FactCode::SeqReplay, "not a later seq")?;
        ensure(fact.seq == head.seq + 1, FactCode::SeqGap, "not the next seq")?;
        ensure(fact.prev == head.leaf, FactCode::PrevMismatch, "another fact before it")
    }

    pub(super) fn advance(&mut self, fact: &Fact, index: u64, leaf: Hash) {
        if let Some(tenant) = uuid_bytes(&fact.tenant) {
            self.tenants.insert(tenant, TenantHead { seq: fact.seq, leaf });
        }
        self.index = Some(index);
        self.epoch = fact.epoch;
    }
}
