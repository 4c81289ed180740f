//! A fact as its payload states it, in the order of the payload's keys.

use super::hash::Hash;
use super::json::Value;

/// `Assert` states the whole new state of the subject, `Retract` ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Op {
    Assert,
    Retract,
}

/// Why a fact was made: ids only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// UUID of the operation.
    pub operation: String,
    /// Opaque id of who wanted it.
    pub actor: String,
}

/// A signed statement, verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Origin of the log, e.g. `tenure.example/prod`.
    pub log: String,
    /// From 1; grows when a restored backup forks the log.
    pub epoch: u64,
    /// UUID, lower case.
    pub tenant: String,
    /// 1, 2, 3 ... per tenant.
    pub seq: u64,
    /// Leaf hash of `seq - 1`; zeros for the first.
    pub prev: Hash,
    /// UUIDv5 of log, operation, step and position.
    pub id: String,
    /// A kind of version 1, or of a later one.
    pub kind: String,
    /// `<noun>:<name>`; its noun belongs to the kind.
    pub subject: String,
    /// Assertion or retraction.
    pub op: Op,
    /// RFC 3339, UTC, milliseconds; informational.
    pub at: String,
    /// Operation and actor.
    pub cause: Cause,
    /// `{}` for a retraction.
    pub body: Value,
}
