//! The fold of all facts that decisions need: the last assertion per (kind, subject), minus the
//! retracted ones.

use std::sync::Arc;

use super::api_keys::{ApiKeys, KnownKey};
use super::fold::Names;
use super::ids::IdMap;
use super::members::Member;
use super::packed::{Broken, Packed, PackedTenants};
use super::tenant::{Standing, Tenant};
use super::types::{ApiKeyReason, Asked, EntitlementReason, Reason};
use crate::error::FactError;
use crate::kernel::bodies::{Body, Entitlement};
use crate::kernel::fact::Fact;
use crate::kernel::hash::Hash;
use crate::kernel::shard::{PLATFORM_TENANT, TenantId, uuid_bytes};
use crate::keys::state_note::StateNote;
use crate::reader::step::Origin;
use crate::state::block::TenantState;
use crate::state::live::Live;

/// Pure memory; the look-ups build no strings.
#[derive(Default)]
pub struct Index {
    tenants: IdMap<Tenant>,
    names: Names,
    keys: ApiKeys,
    packed: PackedTenants,
}

/// A tenant that is being unpacked: nobody decides by it yet.
#[derive(Default)]
pub struct Unpacking(Tenant);

impl Index {
    /// Takes a verified fact of a tenant that is not packed.
    pub fn apply(&mut self, fact: &Fact, body: &Body) {
        let Some(id) = uuid_bytes(&fact.tenant) else { return };
        let tenant = self.tenants.entry(id).or_default();
        if tenant.broken {
            return;
        }
        if fact.kind == "api-key" {
            let name = fact.subject.split_once(':').and_then(|(_, name)| uuid_bytes(name));
            let key_of = |tenant: &Tenant| tenant.keys.get(&name?).cloned();
            let before = key_of(tenant);
            self.names.fold(tenant, fact, body);
            before.iter().for_each(|key| self.keys.unlist(key));
            key_of(tenant).iter().for_each(|key| self.keys.list(key));
        } else {
            self.names.fold(tenant, fact, body);
        }
    }

    /// Forgets a tenant, e.g. before its shard is folded anew; with the platform's all roles.
    pub fn forget(&mut self, id: &TenantId) {
        if let Some(tenant) = self.tenants.remove(id) {
            tenant.keys.values().for_each(|key| self.keys.unlist(key));
        }
        self.packed.remove(id);
        if uuid_bytes(PLATFORM_TENANT).as_ref() == Some(id) {
            self.names.roles.clear();
        }
    }

    /// Takes tenants of a snapshot, none of which may be known. The platform's is unpacked at once:
    /// every decision rests on it.
    pub fn add_packed(
        &mut self,
        states: impl IntoIterator<Item = TenantState>,
        note: &Arc<StateNote>,
        origin: Origin,
    ) -> Option<Broken> {
        self.packed.add(states, note, origin);
        self.unpack(PLATFORM_TENANT)
    }

    /// Tenants that nobody has asked for yet.
    pub fn packed_count(&self) -> usize {
        self.packed.len()
    }

    /// The tenant, when it is packed: it is to be unpacked before anything is decided of it.
    pub fn find_packed(&self, tenant: &str) -> Option<&Arc<Packed>> {
        if self.packed.len() == 0 { None } else { self.packed.find(&uuid_bytes(tenant)?) }
    }

    /// Some of those that are packed, others at each call.
    pub fn some_packed(&mut self, count: usize) -> Vec<Arc<Packed>> {
        self.packed.some(count)
    }

    /// Those that are packed and may have an API key; none when they were searched before.
    pub fn packed_to_search(&mut self) -> Vec<Arc<Packed>> {
        self.packed.unsearched()
    }

    /// Folds a few facts of a packed tenant, so that decisions need not wait for all of them.
    pub fn fold_into(&mut self, Unpacking(made): &mut Unpacking, lives: &[Live]) {
        lives.iter().for_each(|live| self.names.fold(made, &live.fact, &live.body));
    }

    /// Decisions know the tenant from now on; nothing happens when another was quicker.
    pub fn put(&mut self, packed: &Arc<Packed>, Unpacking(made): Unpacking) {
        let id = packed.state.tenant;
        if self.packed.find(&id).is_some_and(|known| Arc::ptr_eq(known, packed)) {
            self.packed.remove(&id);
            made.keys.values().for_each(|key| self.keys.list(key));
            self.tenants.insert(id, made);
        }
    }

    /// The tenant's block is that of a broken registry. Told once: `None` when it was before.
    pub fn put_broken(&mut self, packed: &Arc<Packed>, error: FactError) -> Option<Broken> {
        let id = packed.state.tenant;
        self.packed.find(&id).filter(|known| Arc::ptr_eq(known, packed))?;
        self.packed.remove(&id);
        self.tenants.insert(id, Tenant { broken: true, ..Tenant::default() });
        Some(Broken::of(packed, error))
    }

    /// All at once: for a tenant whose facts go on.
    pub fn unpack(&mut self, tenant: &str) -> Option<Broken> {
        let packed = Arc::clone(self.find_packed(tenant)?);
        match packed.live_facts() {
            Ok(lives) => {
                let mut made = Unpacking::default();
                self.fold_into(&mut made, &lives);
                self.put(&packed, made);
                None
            }
            Err(error) => self.put_broken(&packed, error),
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
        let issuer = self.names.find_issuer(issuer);
        let mut reason = Reason::MemberUnknown;
        for member in tenant.members.of_subject(sub) {
            if Some(member.issuer) != issuer {
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

    /// The key of this hash, and why it is good or not. `now_ms`: wall clock.
    pub fn api_key(
        &self,
        hash: &Hash,
        asked: Asked<'_>,
        now_ms: i64,
    ) -> (ApiKeyReason, Option<&Arc<KnownKey>>) {
        let Some(known) = self.keys.find(hash) else { return (ApiKeyReason::KeyUnknown, None) };
        let standing = self.find(&known.tenant).map_or(Standing::Unknown, |one| one.standing);
        let reason = match standing {
            Standing::Unknown => ApiKeyReason::TenantUnknown,
            Standing::Closed => ApiKeyReason::TenantInactive,
            Standing::Open => known.good_for(asked, now_ms),
        };
        (reason, Some(known))
    }

    fn find(&self, tenant: &str) -> Option<&Tenant> {
        self.tenants.get(&uuid_bytes(tenant)?)
    }

    fn allows(
        &self,
        tenant: &Tenant,
        member: &Member,
        permission: &str,
        project: Option<&str>,
    ) -> Reason {
        let roles = &self.names.roles;
        let by_tenant = roles.allows(member.roles, permission);
        let granted = match project {
            None => by_tenant,
            Some(project) => {
                let known = uuid_bytes(project).filter(|id| tenant.projects.contains(id));
                let Some(project) = known else { return Reason::ProjectUnknown };
                let grant = tenant.grants.get(&(member.id, project));
                by_tenant || grant.is_some_and(|set| roles.allows(*set, permission))
            }
        };
        if granted { Reason::Granted } else { Reason::NoPermission }
    }
}
