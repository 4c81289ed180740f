package dataplane

import (
	"time"

	"tenure.dev/dataplane/internal/index"
	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
)

// Freshness says how old the facts are: time since the arrival of the newest heartbeat that every
// followed shard has reached.
type Freshness string

// Up to 15 s, up to 5 min, up to the limit of the kind of decision, beyond it.
const (
	Fresh    Freshness = "fresh"
	Stale    Freshness = "stale"
	Degraded Freshness = "degraded"
	Expired  Freshness = "expired"
)

// Kind is what a decision rests on.
type Kind string

// Can rests on memberships, Entitlement on entitlements, APIKey on API keys.
const (
	Membership  Kind = "membership"
	Entitlement Kind = "entitlement"
	APIKey      Kind = "api-key"
)

// Expiry is what happens to decisions of a kind on facts that are too old.
type Expiry struct {
	// Limit is the age at which degraded becomes expired.
	Limit time.Duration
	// Allow decides on, with an alarm; otherwise everything is denied.
	Allow bool
}

// Identity is issuer and subject of a verified token.
type Identity struct{ Issuer, Sub string }

// Reason of a decision.
type Reason = index.Reason

// Reasons of Can, of Entitlement and of APIKey.
const (
	Granted                  = index.Granted
	TenantUnknown            = index.TenantUnknown
	TenantInactive           = index.TenantInactive
	MemberUnknown            = index.MemberUnknown
	MemberInactive           = index.MemberInactive
	ProjectUnknown           = index.ProjectUnknown
	NoPermission             = index.NoPermission
	Entitled                 = index.Entitled
	NotEntitled              = index.NotEntitled
	Ended                    = index.Ended
	KeyMalformed             = index.KeyMalformed
	KeyUnknown               = index.KeyUnknown
	KeyExpired               = index.KeyExpired
	ScopeMissing             = index.ScopeMissing
	NamespaceMismatch        = index.NamespaceMismatch
	FactsExpired      Reason = "facts-expired"
)

// Decision answers Can.
type Decision struct {
	Allowed   bool      `json:"allowed"`
	Reason    Reason    `json:"reason"`
	Freshness Freshness `json:"freshness"`
}

// EntitlementDecision answers Entitlement. Limits and Plan are empty unless entitled.
type EntitlementDecision struct {
	Entitled  bool             `json:"entitled"`
	Reason    Reason           `json:"reason"`
	Limits    map[string]int64 `json:"limits"`
	Plan      string           `json:"plan"`
	Freshness Freshness        `json:"freshness"`
}

// APIKeyDecision answers APIKey. Tenant, ID, Scopes and Namespace are empty unless the key is
// known; the ID is for logs, where the key's text may not be.
type APIKeyDecision struct {
	Allowed bool     `json:"allowed"`
	Reason  Reason   `json:"reason"`
	Tenant  string   `json:"tenant"`
	ID      string   `json:"id"`
	Scopes  []string `json:"scopes"`
	// Namespace is empty too for a key that has none.
	Namespace string    `json:"namespace"`
	Freshness Freshness `json:"freshness"`
}

// Fact is what a verified payload states.
type Fact = kernel.Fact

// AppliedFact is a fact at its place.
type AppliedFact struct {
	Shard           int
	Position, Index int64
	Fact            *Fact
}

// Origin is where what was refused came from: live, http or disk; heartbeat for lines that were
// applied and that a heartbeat denies.
type Origin = reader.Origin

// NoShard is the shard of a refused key set or heartbeat.
const NoShard = -1

// Refusal is a line, key set or heartbeat that was not taken, or a shard in doubt.
type Refusal struct {
	Shard  int
	Origin Origin
	Code   Code
	// Message is for people; never parse it.
	Message string
}

// FreshnessChange is told once per change.
type FreshnessChange struct {
	Kind     Kind
	From, To Freshness
	// Alarm: expired, and the policy decides on. Somebody should look.
	Alarm bool
}

// SnapshotTaken tells that a snapshot took the place of these shards, ascending: what is in it
// comes with no AppliedFact.
type SnapshotTaken struct {
	// Size of the log that it is of.
	Size   int64
	Shards []int
}

// Head is where a shard stands: its last accepted fact. Hash is the shard's running hash,
// lower-case hexadecimal.
type Head struct {
	Position int64  `json:"position"`
	Index    int64  `json:"index"`
	Hash     string `json:"hash"`
	// Covered: up to this position a signed heartbeat has confirmed the running hash.
	Covered int64 `json:"covered"`
}

// Stats counts since the plane was opened.
type Stats struct {
	// Applied counts facts, those from disk included.
	Applied int64 `json:"applied"`
	// Duplicates are lines at or below a shard's position: dropped unread, harmless.
	Duplicates int64 `json:"duplicates"`
	// Snapshot is the size of the log that the snapshot is of on which the facts rest; 0: none.
	Snapshot int64 `json:"snapshot"`
	// Packed counts tenants of it that are verified and were not asked for or unpacked yet.
	Packed int64 `json:"packed"`
	// KeySet is the version of the newest key set; 0: none yet, so nothing can be verified.
	KeySet int64 `json:"keySet"`
	// Refused counts refusals by code.
	Refused map[Code]int64 `json:"refused"`
	// Heads by shard name, 00 to ff; shards without facts are left out.
	Heads map[string]Head `json:"heads"`
}
