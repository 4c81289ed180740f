//! The fold of all facts that decisions need: the last assertion per (kind, subject), minus the
//! retracted ones.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::members::{Id, Member};
use super::roles::RoleSets;
use super::tenant::{Standing, Tenant};
use super::types::{EntitlementReason, Reason};
use crate::kernel::bodies::{Body, Entitlement, MemberState, Scope, TenantState};
use crate::kernel::fact::Fact;
use crate::kernel::shard::{PLATFORM_TENANT, uuid_bytes};

/// Pure memory; the look-ups build no strings.
#[derive(Default)]
pub struct Index {
    tenants: HashMap<Id, Tenant>,
    roles: RoleSets,
    /// One text for all members of an issuer: parsed facts bring a copy each.
    issuers: HashSet<Arc<str>>,
}

impl Index {
    /// Takes a verified fact. Products, plans and apps do not decide, nor does a later kind.
    pub fn apply(&mut self, fact: &Fact, body: &Body) {
        let name = fact.subject.split_once(':').map_or("", |(_, name)| name);
        let Some(tenant) = uuid_bytes(&fact.tenant) else { return };
        match (fact.kind.as_str(), body) {
            ("role", body) => self.apply_role(fact, name, body),
            ("tenant", Body::Tenant { state }) => {
                self.tenant(tenant).standing = match state {
                    TenantState::Active | TenantState::Trial => Standing::Open,
                    TenantState::Frozen | TenantState::Archived => Standing::Closed,
                };
            }
            ("tenant", Body::Retracted) => self.tenant(tenant).standing = Standing::Unknown,
            ("entitlement", Body::Entitlement(entitlement)) => {
                self.tenant(tenant).entitlements.insert(entitlement.clone());
            }
            ("entitlement", Body::Retracted) => self.tenant(tenant).entitlements.remove(name),
            _ => self.apply_access(tenant, &fact.kind, name, body),
        }
    }

    /// Forgets a tenant, e.g. before its shard is folded anew; with the platform's all roles.
    pub fn forget(&mut self, tenant: &str) {
        if let Some(id) = uuid_bytes(tenant) {
            self.tenants.remove(&id);
        }
        if tenant == PLATFORM_TENANT {
            self.roles.clear();
        }
    }

    /// Why the identity may or may not; only `granted` allows. Tenant roles hold in projects too.
    pub fn decide(
        &self,
        issuer: &str,
        sub: &str,
        permission: &str,
        tenant: &str,
        project: Option<&str>,
    ) -> Reason {
        let Some(tenant) = self.find(tenant) else { return Reason::TenantUnknown };
        match tenant.standing {
            Standing::Unknown => return Reason::TenantUnknown,
            Standing::Closed => return Reason::TenantInactive,
            Standing::Open => {}
        }
        let mut reason = Reason::MemberUnknown;
        for member in tenant.members.of_subject(sub) {
            if &*member.issuer != issuer {
                continue;
            }
            if member.active {
                reason = self.allows(tenant, member, permission, project);
                if reason == Reason::Granted {
                    return reason;
                }
            } else if reason == Reason::MemberUnknown {
                reason = Reason::MemberInactive;
            }
        }
        reason
    }

    /// `now_ms`: wall clock, milliseconds since 1970.
    pub fn entitlement(
        &self,
        tenant: &str,
        product: &str,
        now_ms: i64,
    ) -> Result<&Entitlement, EntitlementReason> {
        let tenant = self.find(tenant).ok_or(EntitlementReason::TenantUnknown)?;
        match tenant.standing {
            Standing::Unknown => Err(EntitlementReason::TenantUnknown),
            Standing::Closed => Err(EntitlementReason::TenantInactive),
            Standing::Open => tenant.entitlements.find(product, now_ms),
        }
    }

    fn find(&self, tenant: &str) -> Option<&Tenant> {
        self.tenants.get(&uuid_bytes(tenant)?)
    }

    fn tenant(&mut self, id: Id) -> &mut Tenant {
        self.tenants.entry(id).or_default()
    }

    fn allows(
        &self,
        tenant: &Tenant,
        member: &Member,
        permission: &str,
        project: Option<&str>,
    ) -> Reason {
        let by_tenant = self.roles.allows(member.roles, permission);
        let granted = match project {
            None => by_tenant,
            Some(project) => {
                let known = uuid_bytes(project).filter(|id| tenant.projects.contains(id));
                let Some(project) = known else { return Reason::ProjectUnknown };
                let grant = tenant.grants.get(&(member.id, project));
                by_tenant || grant.is_some_and(|set| self.roles.allows(*set, permission))
            }
        };
        if granted { Reason::Granted } else { Reason::NoPermission }
    }

    /// Only the platform's chain gives roles their meaning.
    fn apply_role(&mut self, fact: &Fact, name: &str, body: &Body) {
        if fact.tenant != PLATFORM_TENANT {
            return;
        }
        match body {
            Body::Role { scope, permissions } => self.roles.define(name, *scope, permissions),
            _ => self.roles.remove(name),
        }
    }

    fn apply_access(&mut self, tenant: Id, kind: &str, name: &str, body: &Body) {
        let mut ids = name.split(':').map_while(uuid_bytes);
        let Some(first) = ids.next() else { return };
        match (kind, body, ids.next()) {
            ("project", Body::Project, _) => drop(self.tenant(tenant).projects.insert(first)),
            ("project", _, _) => drop(self.tenant(tenant).projects.remove(&first)),
            ("membership", body, _) => self.apply_membership(tenant, first, body),
            ("grant", Body::Grant { roles, .. }, Some(project)) => {
                let set = self.roles.number_of(Scope::Project, roles);
                self.tenant(tenant).grants.insert((first, project), set);
            }
            ("grant", _, Some(project)) => {
                self.tenant(tenant).grants.remove(&(first, project));
            }
            _ => {}
        }
    }

    /// A member without an identity is nobody: null grants nothing.
    fn apply_membership(&mut self, tenant: Id, id: Id, body: &Body) {
        if let Body::Membership { state, identity: Some((issuer, sub)), roles } = body {
            let roles = self.roles.number_of(Scope::Tenant, roles);
            let active = *state == MemberState::Active;
            let member = Member { id, issuer: self.issuer(issuer), active, roles };
            self.tenant(tenant).members.insert(sub, member);
        } else {
            self.tenant(tenant).members.remove(&id);
        }
    }

    fn issuer(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.issuers.get(text) {
            return Arc::clone(known);
        }
        let made: Arc<str> = text.into();
        self.issuers.insert(Arc::clone(&made));
        made
    }
}
