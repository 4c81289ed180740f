//! Counters, for people and dashboards.

use std::collections::BTreeMap;

/// Where a shard stands: its last accepted fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardHead {
    /// Number of facts.
    pub position: u64,
    /// Index in the log; `None` before the first.
    pub index: Option<u64>,
    /// Running hash of the shard's leaf hashes, lower-case hexadecimal.
    pub hash: String,
    /// Up to this position a signed heartbeat has confirmed the running hash.
    pub covered: u64,
}

/// What a plane did since it was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Facts applied, those from disk included.
    pub applied: u64,
    /// Lines at or below the reader's position: dropped unread, harmless.
    pub duplicates: u64,
    /// Size of the log that the snapshot is of on which the facts rest; 0: none, all are lines.
    pub snapshot: u64,
    /// Tenants of it that nobody has asked for yet: verified by their hashes, and not parsed.
    pub packed: usize,
    /// Version of the newest key set; 0: none yet, so nothing can be verified.
    pub key_set: u64,
    /// What was refused, by code.
    pub refused: BTreeMap<&'static str, u64>,
    /// By shard name, `00` to `ff`; shards without facts are left out.
    pub heads: BTreeMap<String, ShardHead>,
}
