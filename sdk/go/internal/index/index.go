package index

import (
	"sync"
	"sync/atomic"
	"time"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/state"
)

// Reason of a decision; only Granted allows.
type Reason string

// Reasons of decisions on memberships, on entitlements, and on API keys.
const (
	Granted        Reason = "granted"
	TenantUnknown  Reason = "tenant-unknown"
	TenantInactive Reason = "tenant-inactive"
	MemberUnknown  Reason = "member-unknown"
	MemberInactive Reason = "member-inactive"
	ProjectUnknown Reason = "project-unknown"
	NoPermission   Reason = "no-permission"
	Entitled       Reason = "entitled"
	NotEntitled    Reason = "not-entitled"
	Ended          Reason = "ended"

	KeyMalformed      Reason = "key-malformed"
	KeyUnknown        Reason = "key-unknown"
	KeyExpired        Reason = "key-expired"
	ScopeMissing      Reason = "scope-missing"
	NamespaceMismatch Reason = "namespace-mismatch"
)

// Entitlement is what a tenant may use of a product.
type Entitlement struct {
	Plan   string
	Limits map[string]int64
	// Until is the zero time when it has no end.
	Until time.Time
}

// Index answers many goroutines at once.
type Index struct {
	mutex   sync.RWMutex
	tenants map[string]*tenant
	roles   roleSets
	// issuers are few, and a member's own copy would be longer than the rest of it.
	issuers    map[string]*string
	members    members
	identities identities
	keys       map[kernel.Hash]*apiKey
	// bases are of shards that came as snapshots; the blocks that are packed in them are counted.
	bases     [kernel.ShardCount]*state.Shard
	packed    atomic.Int64
	unpacking sync.Mutex
	// broken is told, without the mutex, of a block that is that of a broken registry.
	broken func(shard int, base *state.Shard, err error)
}

// New is empty.
func New(broken func(shard int, base *state.Shard, err error)) *Index {
	return &Index{
		tenants: map[string]*tenant{}, roles: newRoleSets(), issuers: map[string]*string{},
		identities: newIdentities(), keys: map[kernel.Hash]*apiKey{}, broken: broken,
	}
}

func (x *Index) openTenant(id string) (*tenant, Reason) {
	known := x.tenants[id]
	if reason := known.closedFor(); reason != "" {
		return nil, reason
	}
	return known, ""
}

// Question is who asks for what.
type Question struct {
	Issuer, Sub, Permission, Tenant string
	// Project counts only with InProject.
	Project   string
	InProject bool
}

// Decide tells why the identity may or may not. Tenant roles hold in projects too.
func (x *Index) Decide(asked Question) Reason {
	x.assure(asked.Tenant)
	x.mutex.RLock()
	defer x.mutex.RUnlock()
	reason := MemberUnknown
	place := x.identities.place(asked.Tenant, asked.Sub)
	among := x.identities.segment(place)
	for m, at := among.next(place, place); m != nil; m, at = among.next(place, at+1) {
		if !m.isOf(&asked) {
			continue
		}
		if closed := m.tenant.closedFor(); closed != "" {
			return closed
		}
		if m.roles != nil {
			if reason = m.tenant.allows(m, &asked); reason == Granted {
				return reason
			}
		} else if reason == MemberUnknown {
			reason = MemberInactive
		}
	}
	if reason == MemberUnknown {
		if closed := x.tenants[asked.Tenant].closedFor(); closed != "" {
			return closed
		}
	}
	return reason
}

func (t *tenant) allows(m *member, asked *Question) Reason {
	if asked.InProject {
		if _, found := t.projects[asked.Project]; !found {
			return ProjectUnknown
		}
		if t.grants[grantKey{m.id, asked.Project}].allows(asked.Permission) {
			return Granted
		}
	}
	if m.roles.allows(asked.Permission) {
		return Granted
	}
	return NoPermission
}

// Entitlement tells why the tenant may or may not use the product at this time of day.
func (x *Index) Entitlement(tenantID, product string, now time.Time) (Entitlement, Reason) {
	x.assure(tenantID)
	x.mutex.RLock()
	defer x.mutex.RUnlock()
	tenant, reason := x.openTenant(tenantID)
	if tenant == nil {
		return Entitlement{}, reason
	}
	entitlement, found := tenant.entitlements[product]
	if !found {
		return Entitlement{}, NotEntitled
	}
	if !entitlement.Until.IsZero() && !entitlement.Until.After(now) {
		return Entitlement{}, Ended
	}
	return entitlement, Entitled
}

// Item is what the index reads of a fact whose body was checked.
type Item struct {
	Fact *kernel.Fact
	Body *kernel.Object
}
