package index

import (
	"strings"

	"tenure.dev/dataplane/internal/kernel"
)

// Apply folds facts in, all at once for those who decide meanwhile.
func (x *Index) Apply(items []Item) {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	for _, item := range items {
		x.apply(item)
	}
}

// Replace forgets these tenants and folds the items in; no decision sees it half done. The
// platform's roles are forgotten with it.
func (x *Index) Replace(tenants []string, items []Item) {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	for _, id := range tenants {
		delete(x.tenants, id)
		if id == kernel.PlatformTenant {
			x.roles.clear()
		}
	}
	for _, item := range items {
		x.apply(item)
	}
}

func (x *Index) tenant(id string) *tenant {
	if known, found := x.tenants[id]; found {
		return known
	}
	made := newTenant()
	// What is kept is copied: a piece of the payload would keep all of it in memory.
	x.tenants[strings.Clone(id)] = made
	return made
}

func nameIn(subject string) string {
	_, name, _ := strings.Cut(subject, ":")
	return strings.Clone(name)
}

func (x *Index) apply(item Item) {
	asserted := item.Fact.Op == kernel.Assert
	name := nameIn(item.Fact.Subject)
	switch item.Fact.Kind {
	case "tenant":
		x.tenant(item.Fact.Tenant).standing = standingOf(asserted, textOf(item.Body, "state"))
	case "project":
		projects := x.tenant(item.Fact.Tenant).projects
		if asserted {
			projects[name] = struct{}{}
		} else {
			delete(projects, name)
		}
	case "membership":
		x.applyMembership(item, name, asserted)
	case "grant":
		x.applyGrant(item, name, asserted)
	case "entitlement":
		entitlements := x.tenant(item.Fact.Tenant).entitlements
		if asserted {
			entitlements[name] = entitlementOf(item.Body)
		} else {
			delete(entitlements, name)
		}
	case "role":
		x.applyRole(item, name, asserted)
	}
	// Products, plans and apps do not decide, nor does any kind of a later version.
}

func standingOf(asserted bool, state string) standing {
	switch {
	case !asserted:
		return unknown
	case state == "active" || state == "trial":
		return open
	}
	return closed
}

func (x *Index) applyMembership(item Item, id string, asserted bool) {
	tenant := x.tenant(item.Fact.Tenant)
	tenant.remove(id)
	identity, bound := item.Body.Get("identity").(*kernel.Object)
	if !asserted || !bound {
		return
	}
	tenant.add(&member{
		id:     id,
		issuer: x.intern(textOf(identity, "issuer")),
		sub:    strings.Clone(textOf(identity, "sub")),
		active: textOf(item.Body, "state") == "active",
		roles:  x.roles.setOf(TenantScope, namesOf(item.Body, "roles")),
	})
}

func (x *Index) applyGrant(item Item, name string, asserted bool) {
	tenant := x.tenant(item.Fact.Tenant)
	member, project, _ := strings.Cut(name, ":")
	key := grantKey{member, project}
	if !asserted {
		delete(tenant.grants, key)
		return
	}
	tenant.grants[key] = x.roles.setOf(ProjectScope, namesOf(item.Body, "roles"))
}

// applyRole: only the platform's chain gives roles their meaning.
func (x *Index) applyRole(item Item, name string, asserted bool) {
	if item.Fact.Tenant != kernel.PlatformTenant {
		return
	}
	if !asserted {
		x.roles.remove(name)
		return
	}
	permissions := namesOf(item.Body, "permissions")
	x.roles.define(name, role{scope: Scope(textOf(item.Body, "scope")), permissions: permissions})
}
