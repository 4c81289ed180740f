//! Bodies of assertions, per kind (`facts/spec/facts-v1.md`, "Kinds").

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fact::{Fact, Op};
use super::hash::Hash;
use super::instant::{is_instant, parse_instant};
use super::json::Value;
use super::{base64, formats, shape};
use crate::error::{Checked, FactCode, refusal};

/// Standing of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TenantState {
    Trial,
    Active,
    Frozen,
    Archived,
}

/// Standing of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum MemberState {
    Pending,
    Active,
    Inactive,
}

/// Where a role counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Scope {
    Tenant,
    Project,
}

/// An entitlement: what a tenant may use of a product, and how much.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Entitlement {
    pub product: String,
    pub plan: Arc<str>,
    pub limits: Arc<BTreeMap<String, u64>>,
    /// Milliseconds since 1970; `None` is without end.
    pub until_ms: Option<i64>,
}

/// An API key as its fact states it; the key itself is nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ApiKey {
    pub hash: Hash,
    pub scopes: Arc<[String]>,
    pub namespace: Option<Arc<str>>,
    /// Milliseconds since 1970; `None` is without end.
    pub until_ms: Option<i64>,
}

/// What a fact states, as far as decisions read it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Body {
    Tenant {
        state: TenantState,
    },
    Project,
    /// Identity (issuer, sub); `None` grants nothing.
    Membership {
        state: MemberState,
        identity: Option<(String, String)>,
        roles: Vec<String>,
    },
    Grant {
        member: String,
        project: String,
        roles: Vec<String>,
    },
    /// A permission is `resource:verb`; `*` alone is every permission.
    Role {
        scope: Scope,
        permissions: Vec<String>,
    },
    Entitlement(Entitlement),
    ApiKey(ApiKey),
    /// Checked, and never decided by: products, plans, apps.
    Other,
    /// A kind of a later version: chained, never decided by.
    Unknown,
    Retracted,
}

/// True for the kinds whose bodies version 1 defines.
pub fn is_known_kind(kind: &str) -> bool {
    const KINDS: [&str; 10] = [
        "tenant",
        "project",
        "membership",
        "grant",
        "role",
        "product",
        "plan",
        "entitlement",
        "api-key",
        "app",
    ];
    KINDS.contains(&kind)
}

/// The fact's body by its kind; refuses (`body-invalid`) what is not exactly of its shape.
pub fn parse_body(fact: &Fact) -> Checked<Body> {
    let parsed = match (is_known_kind(&fact.kind), fact.op) {
        (false, _) => Some(Body::Unknown),
        (true, Op::Retract) => shape::exactly(&fact.body, []).map(|[]| Body::Retracted),
        (true, Op::Assert) => assertion(&fact.kind, &fact.body),
    };
    parsed.ok_or_else(|| refusal(FactCode::BodyInvalid, format!("not a body of {}", fact.kind)))
}

fn assertion(kind: &str, body: &Value) -> Option<Body> {
    match kind {
        "tenant" => tenant(body),
        "project" => {
            let [state] = shape::exactly(body, ["state"])?;
            (state.as_text()? == "active").then_some(Body::Project)
        }
        "membership" => membership(body),
        "grant" => {
            let [member, project, roles] = shape::exactly(body, ["member", "project", "roles"])?;
            let member = shape::text(member, formats::is_uuid)?;
            let project = shape::text(project, formats::is_uuid)?;
            Some(Body::Grant { member, project, roles: shape::set(roles, formats::is_name)? })
        }
        "role" => role(body),
        "entitlement" => entitlement(body).map(Body::Entitlement),
        "api-key" => api_key(body).map(Body::ApiKey),
        "plan" => plan(body),
        "product" => names(body, "limits"),
        _ => names(body, "roles"),
    }
}

fn names(body: &Value, member: &str) -> Option<Body> {
    let [names] = shape::exactly(body, [member])?;
    shape::set(names, formats::is_name).map(|_| Body::Other)
}

fn tenant(body: &Value) -> Option<Body> {
    let members = ["slug", "state", "plan", "isolation", "demo"];
    let [slug, state, plan, isolation, demo] = shape::exactly(body, members)?;
    shape::text(slug, formats::is_slug)?;
    shape::text(plan, formats::is_name)?;
    let state = match state.as_text()? {
        "trial" => TenantState::Trial,
        "active" => TenantState::Active,
        "frozen" => TenantState::Frozen,
        "archived" => TenantState::Archived,
        _ => return None,
    };
    let holds = matches!(isolation.as_text()?, "silo" | "pool") && matches!(demo, Value::Bool(_));
    holds.then_some(Body::Tenant { state })
}

fn membership(body: &Value) -> Option<Body> {
    let [state, identity, roles] = shape::exactly(body, ["state", "identity", "roles"])?;
    let state = match state.as_text()? {
        "pending" => MemberState::Pending,
        "active" => MemberState::Active,
        "inactive" => MemberState::Inactive,
        _ => return None,
    };
    let identity = match identity {
        Value::Null => None,
        given => {
            let [issuer, sub] = shape::exactly(given, ["issuer", "sub"])?;
            let issuer = shape::text(issuer, shape::is_issuer)?;
            Some((issuer, shape::text(sub, formats::is_opaque)?))
        }
    };
    Some(Body::Membership { state, identity, roles: shape::set(roles, formats::is_name)? })
}

fn role(body: &Value) -> Option<Body> {
    let [scope, permissions] = shape::exactly(body, ["scope", "permissions"])?;
    let scope = match scope.as_text()? {
        "tenant" => Scope::Tenant,
        "project" => Scope::Project,
        _ => return None,
    };
    Some(Body::Role { scope, permissions: shape::set(permissions, formats::is_permission)? })
}

fn plan(body: &Value) -> Option<Body> {
    let [entitlements] = shape::exactly(body, ["entitlements"])?;
    let mut products = shape::list(entitlements, |item| {
        let [product, limits] = shape::exactly(item, ["product", "limits"])?;
        shape::limits(limits)?;
        shape::text(product, formats::is_name)
    })?;
    let count = products.len();
    products.sort_unstable();
    products.dedup();
    (products.len() == count).then_some(Body::Other)
}

fn entitlement(body: &Value) -> Option<Entitlement> {
    let members = ["product", "plan", "limits", "until"];
    let [product, plan, limits, until] = shape::exactly(body, members)?;
    let until_ms = end(until)?;
    Some(Entitlement {
        product: shape::text(product, formats::is_name)?,
        plan: shape::text(plan, formats::is_name)?.into(),
        limits: Arc::new(shape::limits(limits)?),
        until_ms,
    })
}

/// Null, or an instant: milliseconds since 1970.
fn end(until: &Value) -> Option<Option<i64>> {
    match until {
        Value::Null => Some(None),
        given => parse_instant(&shape::text(given, is_instant)?).map(Some),
    }
}

fn api_key(body: &Value) -> Option<ApiKey> {
    let members = ["hash", "scopes", "namespace", "until"];
    let [hash, scopes, namespace, until] = shape::exactly(body, members)?;
    let namespace = match namespace {
        Value::Null => None,
        given => Some(shape::text(given, formats::is_name)?.into()),
    };
    Some(ApiKey {
        hash: base64::decode_url(hash.as_text()?)?.try_into().ok()?,
        scopes: shape::set(scopes, formats::is_scope)?.into(),
        namespace,
        until_ms: end(until)?,
    })
}
