//! Live API keys of all tenants, found by their hash; the keys themselves are nowhere.

use std::collections::HashMap;
use std::sync::Arc;

use super::types::{ApiKeyReason, Asked};
use crate::kernel::bodies::ApiKey;
use crate::kernel::hash::Hash;

/// A key as its fact states it, and whose it is.
#[derive(Debug, PartialEq, Eq)]
pub struct KnownKey {
    /// UUID of the tenant.
    pub tenant: Arc<str>,
    /// The key's own UUID.
    pub id: Arc<str>,
    /// The fact's body.
    pub key: ApiKey,
}

impl KnownKey {
    /// `now_ms`: wall clock. Scopes and namespaces are compared by equality.
    pub(super) fn good_for(&self, asked: Asked<'_>, now_ms: i64) -> ApiKeyReason {
        let ApiKey { scopes, namespace, until_ms, .. } = &self.key;
        if until_ms.is_some_and(|until_ms| until_ms <= now_ms) {
            return ApiKeyReason::KeyExpired;
        }
        if asked.scope.is_some_and(|scope| !scopes.iter().any(|one| one == scope)) {
            return ApiKeyReason::ScopeMissing;
        }
        if asked.namespace.is_some_and(|asked| namespace.as_deref() != Some(asked)) {
            return ApiKeyReason::NamespaceMismatch;
        }
        ApiKeyReason::Granted
    }
}

/// Several of one hash are those of a broken registry: none of them is known.
#[derive(Default)]
pub(super) struct ApiKeys(HashMap<Hash, Vec<Arc<KnownKey>>>);

impl ApiKeys {
    pub(super) fn list(&mut self, key: &Arc<KnownKey>) {
        let of_hash = self.0.entry(key.key.hash).or_insert_with(|| Vec::with_capacity(1));
        of_hash.push(Arc::clone(key));
    }

    pub(super) fn unlist(&mut self, key: &Arc<KnownKey>) {
        if let Some(of_hash) = self.0.get_mut(&key.key.hash) {
            of_hash.retain(|one| !Arc::ptr_eq(one, key));
            if of_hash.is_empty() {
                self.0.remove(&key.key.hash);
            }
        }
    }

    /// The one key of this hash.
    pub(super) fn find(&self, hash: &Hash) -> Option<&Arc<KnownKey>> {
        match self.0.get(hash).map(Vec::as_slice) {
            Some([one]) => Some(one),
            _ => None,
        }
    }
}
