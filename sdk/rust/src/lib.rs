//! Follows the signed facts of a Tenure registry, verifies each one, and answers "may this identity
//! do that in this tenant?" from memory: no network, about a microsecond, and also when the
//! registry, NATS or both are dead.
//!
//! Begin with [`Plane::open`].

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod decide;
pub mod error;
pub mod kernel;
pub mod keys;
pub mod log;
pub mod plane;
pub mod reader;
pub mod state;

pub use decide::types::{
    ApiKeyDecision, ApiKeyReason, Asked, Because, Decision, DecisionKind, EntitlementDecision,
    EntitlementReason, Explanation, Freshness, Identity, Reason,
};
pub use plane::Plane;
pub use plane::error::Error;
pub use plane::events::{Event, Events, SnapshotTaken};
pub use plane::options::{Options, ReceiptKey, ReceiptOptions};
