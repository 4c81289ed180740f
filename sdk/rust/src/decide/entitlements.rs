//! What a tenant may use now.

use std::collections::HashMap;

use super::types::EntitlementReason;
use crate::kernel::bodies::Entitlement;

#[derive(Default)]
pub(super) struct Entitlements(HashMap<String, Entitlement>);

impl Entitlements {
    pub(super) fn insert(&mut self, entitlement: Entitlement) {
        self.0.insert(entitlement.product.clone(), entitlement);
    }

    pub(super) fn remove(&mut self, product: &str) {
        self.0.remove(product);
    }

    /// `now_ms`: wall clock, for entitlements that end.
    pub(super) fn find(
        &self,
        product: &str,
        now_ms: i64,
    ) -> Result<&Entitlement, EntitlementReason> {
        let found = self.0.get(product).ok_or(EntitlementReason::NotEntitled)?;
        let ended = found.until_ms.is_some_and(|until_ms| until_ms <= now_ms);
        if ended { Err(EntitlementReason::Ended) } else { Ok(found) }
    }
}
