//! One fact onto what is known of its tenant. Names that tenants share are kept once.

use std::collections::HashMap;
use std::sync::Arc;

use super::api_keys::KnownKey;
use super::ids::Id;
use super::members::{IssuerNumber, Member};
use super::roles::RoleSets;
use super::tenant::{Standing, Tenant};
use crate::kernel::bodies::{Body, MemberState, Scope, TenantState};
use crate::kernel::fact::Fact;
use crate::kernel::shard::{PLATFORM_TENANT, uuid_bytes};

/// Role combinations and issuers, by their numbers: parsed facts bring the texts each time.
#[derive(Default)]
pub(super) struct Names {
    pub(super) roles: RoleSets,
    issuers: HashMap<String, IssuerNumber>,
}

impl Names {
    /// Products, plans and apps do not decide, nor does a kind of a later version.
    pub(super) fn fold(&mut self, tenant: &mut Tenant, fact: &Fact, body: &Body) {
        let name = fact.subject.split_once(':').map_or("", |(_, name)| name);
        match (fact.kind.as_str(), body) {
            ("role", body) => self.fold_role(fact, name, body),
            ("tenant", Body::Tenant { state }) => {
                tenant.standing = match state {
                    TenantState::Active | TenantState::Trial => Standing::Open,
                    TenantState::Frozen | TenantState::Archived => Standing::Closed,
                };
            }
            ("tenant", Body::Retracted) => tenant.standing = Standing::Unknown,
            ("entitlement", Body::Entitlement(entitlement)) => {
                tenant.entitlements.insert(entitlement.clone());
            }
            ("entitlement", Body::Retracted) => tenant.entitlements.remove(name),
            _ => self.fold_access(tenant, fact, name, body),
        }
    }

    /// Only the platform's chain gives roles their meaning.
    fn fold_role(&mut self, fact: &Fact, name: &str, body: &Body) {
        if fact.tenant != PLATFORM_TENANT {
            return;
        }
        match body {
            Body::Role { scope, permissions } => self.roles.define(name, *scope, permissions),
            _ => self.roles.remove(name),
        }
    }

    fn fold_access(&mut self, tenant: &mut Tenant, fact: &Fact, name: &str, body: &Body) {
        let mut ids = name.split(':').map_while(uuid_bytes);
        let Some(first) = ids.next() else { return };
        match (fact.kind.as_str(), body, ids.next()) {
            ("project", Body::Project, _) => drop(tenant.projects.insert(first)),
            ("project", _, _) => drop(tenant.projects.remove(&first)),
            ("membership", body, _) => self.fold_membership(tenant, first, body),
            ("grant", Body::Grant { roles, .. }, Some(project)) => {
                let set = self.roles.number_of(Scope::Project, roles);
                tenant.grants.insert((first, project), set);
            }
            ("grant", _, Some(project)) => drop(tenant.grants.remove(&(first, project))),
            ("api-key", Body::ApiKey(key), _) => {
                let of = Arc::from(fact.tenant.as_str());
                let known = KnownKey { tenant: of, id: name.into(), key: key.clone() };
                tenant.keys.insert(first, Arc::new(known));
            }
            ("api-key", _, _) => drop(tenant.keys.remove(&first)),
            _ => {}
        }
    }

    /// A member without an identity is nobody: null grants nothing.
    fn fold_membership(&mut self, tenant: &mut Tenant, id: Id, body: &Body) {
        if let Body::Membership { state, identity: Some((issuer, sub)), roles } = body {
            let roles = self.roles.number_of(Scope::Tenant, roles);
            let active = *state == MemberState::Active;
            let member = Member { id, issuer: self.issuer(issuer), active, roles };
            tenant.members.insert(sub, member);
        } else {
            tenant.members.remove(&id);
        }
    }

    /// `None`: no member has it.
    pub(super) fn find_issuer(&self, text: &str) -> Option<IssuerNumber> {
        self.issuers.get(text).copied()
    }

    fn issuer(&mut self, text: &str) -> IssuerNumber {
        self.find_issuer(text).unwrap_or_else(|| {
            // So many issuers would not fit the memory.
            let number = u32::try_from(self.issuers.len()).unwrap_or(u32::MAX);
            self.issuers.insert(text.to_owned(), number);
            number
        })
    }
}
