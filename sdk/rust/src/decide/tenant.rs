//! What the index keeps of one tenant.

use std::collections::HashMap;
use std::sync::Arc;

use super::api_keys::KnownKey;
use super::entitlements::Entitlements;
use super::ids::{Id, IdMap, IdSet};
use super::members::Members;
use super::roles::RoleSetNumber;

/// Unknown: before its tenant fact and after its retraction.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Standing {
    #[default]
    Unknown,
    Closed,
    Open,
}

#[derive(Default)]
pub(super) struct Tenant {
    pub(super) standing: Standing,
    pub(super) projects: IdSet,
    pub(super) members: Members,
    /// By member and project.
    pub(super) grants: HashMap<(Id, Id), RoleSetNumber>,
    pub(super) entitlements: Entitlements,
    pub(super) keys: IdMap<Arc<KnownKey>>,
    /// Its block was one that a registry should never have signed: nothing is known of it.
    pub(super) broken: bool,
}
