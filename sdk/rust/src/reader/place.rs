//! Where a shard and its tenants stand, and whether a fact directly follows (checks 14 to 20).

use std::collections::HashMap;

use crate::error::{Checked, FactCode, ensure};
use crate::kernel::fact::Fact;
use crate::kernel::hash::{EMPTY_HASH, Hash};
use crate::kernel::line::Line;
use crate::kernel::shard::shard_of;
use crate::keys::key_range::KeyRange;

/// The last fact of a tenant.
#[derive(Clone, Copy, Debug)]
struct TenantHead {
    seq: u64,
    leaf: Hash,
}

/// The last fact of a shard, and of each of its tenants.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    tenants: HashMap<String, TenantHead>,
    pub(super) index: Option<u64>,
    epoch: u64,
}

impl Place {
    pub(super) fn tenants(&self) -> impl Iterator<Item = (&str, u64)> {
        self.tenants.iter().map(|(tenant, head)| (tenant.as_str(), head.seq))
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
        let first = TenantHead { seq: 0, leaf: EMPTY_HASH };
        let head = self.tenants.get(&fact.tenant).copied().unwrap_or(first);
        ensure(fact.seq > head.seq, FactCode::SeqReplay, "not a later seq")?;
        ensure(fact.seq == head.seq + 1, FactCode::SeqGap, "not the next seq")?;
        ensure(fact.prev == head.leaf, FactCode::PrevMismatch, "another fact before it")
    }

    pub(super) fn advance(&mut self, fact: &Fact, index: u64, leaf: Hash) {
        let head = TenantHead { seq: fact.seq, leaf };
        match self.tenants.get_mut(&fact.tenant) {
            Some(known) => *known = head,
            None => drop(self.tenants.insert(fact.tenant.clone(), head)),
        }
        self.index = Some(index);
        self.epoch = fact.epoch;
    }
}
