//! What a decision says.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// How old the newest heartbeat is that every followed shard has reached, by monotonic time: fresh
/// up to 15 s, stale up to 5 min, degraded up to the kind's limit, then expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Freshness {
    Fresh,
    Stale,
    Degraded,
    Expired,
}

/// What a decision rests on: `can` on memberships, `entitlement` on entitlements, `api_key` on keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum DecisionKind {
    Membership,
    Entitlement,
    ApiKey,
}

/// Who asks: issuer and subject of a verified token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Identity<'a> {
    pub issuer: &'a str,
    pub sub: &'a str,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $(#[doc = $text] $variant,)* }

        impl $name {
            /// As all kits write it.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// Why an identity may or may not; only `Granted` allows.
    Reason {
        Granted "granted",
        TenantUnknown "tenant-unknown",
        TenantInactive "tenant-inactive",
        MemberUnknown "member-unknown",
        MemberInactive "member-inactive",
        ProjectUnknown "project-unknown",
        NoPermission "no-permission",
        FactsExpired "facts-expired",
    }
}

words! {
    /// Why a tenant may or may not use a product; only `Entitled` allows.
    EntitlementReason {
        Entitled "entitled",
        TenantUnknown "tenant-unknown",
        TenantInactive "tenant-inactive",
        NotEntitled "not-entitled",
        Ended "ended",
        FactsExpired "facts-expired",
    }
}

words! {
    /// Why an API key is good or not; only `Granted` allows.
    ApiKeyReason {
        Granted "granted",
        KeyMalformed "key-malformed",
        KeyUnknown "key-unknown",
        TenantUnknown "tenant-unknown",
        TenantInactive "tenant-inactive",
        KeyExpired "key-expired",
        ScopeMissing "scope-missing",
        NamespaceMismatch "namespace-mismatch",
        FactsExpired "facts-expired",
    }
}

/// What an API key is to be good for; what is `None` is not asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    /// One of the key's scopes, by equality.
    pub scope: Option<&'a str>,
    /// The key's namespace, by equality.
    pub namespace: Option<&'a str>,
}

impl Freshness {
    /// `fresh`, `stale`, `degraded` or `expired`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Freshness::Fresh => "fresh",
            Freshness::Stale => "stale",
            Freshness::Degraded => "degraded",
            Freshness::Expired => "expired",
        }
    }
}

impl fmt::Display for Freshness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Answer of `can`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Decision {
    pub allowed: bool,
    pub reason: Reason,
    pub freshness: Freshness,
}

/// Answer of `entitlement`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct EntitlementDecision {
    pub entitled: bool,
    pub reason: EntitlementReason,
    /// Empty unless entitled.
    pub limits: Arc<BTreeMap<String, u64>>,
    /// The plan that gave it; `None` unless entitled.
    pub plan: Option<Arc<str>>,
    pub freshness: Freshness,
}

/// Answer of `api_key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyDecision {
    /// It may be used for what was asked.
    pub allowed: bool,
    /// Why, or why not.
    pub reason: ApiKeyReason,
    /// Whose key it is, also when it is refused; `None` unless the key is known.
    pub tenant: Option<Arc<str>>,
    /// The key's own id, for logs: the key is a secret, this is not.
    pub id: Option<Arc<str>>,
    /// Empty unless the key is known.
    pub scopes: Arc<[String]>,
    /// Of the key.
    pub namespace: Option<Arc<str>>,
    /// Of the facts that it rests on.
    pub freshness: Freshness,
}

/// A fact that an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Because {
    pub tenant: String,
    pub seq: u64,
    pub kind: String,
    pub subject: String,
    pub id: String,
    /// RFC 3339, UTC, milliseconds.
    pub at: String,
    pub operation: String,
    pub actor: String,
}

/// Answer of `explain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What `can` says.
    pub decision: Decision,
    /// The tenant, its memberships of the identity, project and grants, and roles that permit.
    pub because: Vec<Because>,
}
