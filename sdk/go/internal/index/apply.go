package index

import (
	"maps"
	"slices"
	"strings"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/state"
)

// Apply folds facts in, all at once for those who decide meanwhile.
func (x *Index) Apply(items []Item) {
	for _, item := range items {
		x.assure(item.Fact.Tenant)
	}
	x.mutex.Lock()
	defer x.mutex.Unlock()
	for _, item := range items {
		x.apply(x.tenant(item.Fact.Tenant), item)
	}
}

// Replace forgets these tenants of a shard, puts it on a base (nil: none), and folds the items in;
// no decision sees it half done. The platform's roles are forgotten with it.
func (x *Index) Replace(number int, tenants []string, base *state.Shard, items []Item) {
	first := unpackFirst(base, items)
	x.mutex.Lock()
	gone := x.forget(tenants)
	x.packed.Add(base.StillPacked() - x.bases[number].StillPacked())
	x.bases[number] = base
	for _, one := range first {
		x.foldInto(one.made, one.lives)
		x.put(one.made, one.block)
	}
	for _, item := range items {
		x.apply(x.tenant(item.Fact.Tenant), item)
	}
	x.mutex.Unlock()
	for _, one := range gone {
		x.sweep(one)
	}
	for _, one := range first {
		if one.err != nil {
			x.broken(number, base, one.err)
		}
	}
}

// forget gives those that were known, which are to be swept.
func (x *Index) forget(tenants []string) (gone []*tenant) {
	for _, id := range tenants {
		known, found := x.tenants[id]
		if !found {
			continue
		}
		for _, key := range known.keys {
			x.unlist(key)
		}
		delete(x.tenants, id)
		known.listed = false
		gone = append(gone, known)
		if id == kernel.PlatformTenant {
			x.roles.clear()
		}
	}
	return gone
}

// sweep gives free what a tenant that does not decide has among the identities, a few at a time. The
// caller does not hold the mutex.
func (x *Index) sweep(gone *tenant) {
	members := slices.Collect(maps.Values(gone.members))
	for few := range slices.Chunk(members, itemsAtOnce) {
		x.mutex.Lock()
		for _, one := range few {
			x.removeMember(one)
		}
		x.mutex.Unlock()
	}
}

func (x *Index) tenant(id string) *tenant {
	if known, found := x.tenants[id]; found {
		return known
	}
	made := newTenant(id)
	made.listed = true
	// What is kept is copied: a piece of the payload would keep all of it in memory.
	x.tenants[made.id.String()] = made
	return made
}

func nameIn(subject string) string {
	_, name, _ := strings.Cut(subject, ":")
	return strings.Clone(name)
}

func (x *Index) apply(tenant *tenant, item Item) {
	asserted := item.Fact.Op == kernel.Assert
	name := nameIn(item.Fact.Subject)
	switch item.Fact.Kind {
	case "tenant":
		tenant.standing = standingOf(asserted, textOf(item.Body, "state"))
	case "project":
		if asserted {
			tenant.projects[name] = struct{}{}
		} else {
			delete(tenant.projects, name)
		}
	case "membership":
		x.applyMembership(tenant, item, name, asserted)
	case "grant":
		x.applyGrant(tenant, item, name, asserted)
	case "entitlement":
		if asserted {
			tenant.entitlements[name] = entitlementOf(item.Body)
		} else {
			delete(tenant.entitlements, name)
		}
	case "api-key":
		x.applyKey(tenant, item, name, asserted)
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

func (x *Index) applyMembership(tenant *tenant, item Item, id string, asserted bool) {
	if known, found := tenant.members[id]; found {
		x.removeMember(known)
		delete(tenant.members, id)
	}
	identity, bound := item.Body.Get("identity").(*kernel.Object)
	if !asserted || !bound {
		return
	}
	added := member{
		id:     id,
		sub:    textFrom(textOf(identity, "sub")),
		issuer: x.intern(textOf(identity, "issuer")),
		tenant: tenant,
	}
	if textOf(item.Body, "state") == "active" {
		added.roles = x.roles.setOf(TenantScope, namesOf(item.Body, "roles"))
	}
	kept := x.members.add(added)
	tenant.members[id] = kept
	x.identities.add(kept)
}

func (x *Index) removeMember(removed *member) {
	x.identities.remove(removed)
	x.members.remove(removed)
}

func (x *Index) applyGrant(tenant *tenant, item Item, name string, asserted bool) {
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
