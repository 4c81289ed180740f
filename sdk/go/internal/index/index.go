package index

import (
	"sync"
	"time"

	"tenure.dev/dataplane/internal/kernel"
)

// Reason of a decision; only Granted allows.
type Reason string

// Reasons of decisions on memberships and on entitlements.
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
	issuers map[string]string
}

// New is empty.
func New() *Index {
	return &Index{tenants: map[string]*tenant{}, roles: newRoleSets(), issuers: map[string]string{}}
}

func (x *Index) openTenant(id string) (*tenant, Reason) {
	known, found := x.tenants[id]
	if !found || known.standing == unknown {
		return nil, TenantUnknown
	}
	if known.standing == closed {
		return nil, TenantInactive
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
	x.mutex.RLock()
	defer x.mutex.RUnlock()
	tenant, reason := x.openTenant(asked.Tenant)
	if tenant == nil {
		return reason
	}
	reason = MemberUnknown
	for m := tenant.bySub[asked.Sub]; m != nil; m = m.next {
		if m.issuer != asked.Issuer {
			continue
		}
		if m.active {
			if reason = tenant.allows(m, &asked); reason == Granted {
				return reason
			}
		} else if reason == MemberUnknown {
			reason = MemberInactive
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
