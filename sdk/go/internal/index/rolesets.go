// Package index folds verified facts into what decisions need: the last assertion per (kind,
// subject), minus the retracted ones. It is memory alone: a look-up does no I/O.
package index

import (
	"slices"
	"strings"
)

// Scope of a role: of the tenant, or of one of its projects.
type Scope string

// The two scopes.
const (
	TenantScope  Scope = "tenant"
	ProjectScope Scope = "project"
)

type role struct {
	scope       Scope
	permissions []string
}

// roleSet is the permissions of one combination of roles, shared by all members that have it.
type roleSet struct {
	scope       Scope
	roles       []string
	every       bool
	permissions map[string]struct{}
}

func (s *roleSet) allows(permission string) bool {
	if s == nil {
		return false
	}
	_, granted := s.permissions[permission]
	return granted || s.every
}

// roleSets is the platform's role vocabulary and the sets made from it: a changed role touches a
// few sets and no member.
type roleSets struct {
	roles map[string]role
	sets  map[string]*roleSet
}

func newRoleSets() roleSets {
	return roleSets{roles: map[string]role{}, sets: map[string]*roleSet{}}
}

// setOf gives the set of these roles; unknown ones, and those of the other scope, grant nothing.
func (r *roleSets) setOf(scope Scope, roles []string) *roleSet {
	sorted := slices.Sorted(slices.Values(roles))
	key := string(scope) + " " + strings.Join(sorted, " ")
	if known, found := r.sets[key]; found {
		return known
	}
	for at, name := range sorted {
		sorted[at] = strings.Clone(name)
	}
	made := &roleSet{scope: scope, roles: sorted}
	r.fill(made)
	r.sets[strings.Clone(key)] = made
	return made
}

func (r *roleSets) define(name string, defined role) {
	r.roles[strings.Clone(name)] = defined
	r.refill(name)
}

// remove: a retracted role denies whatever names it.
func (r *roleSets) remove(name string) {
	delete(r.roles, name)
	r.refill(name)
}

// clear forgets the vocabulary; members keep their sets, which then grant nothing.
func (r *roleSets) clear() {
	clear(r.roles)
	for _, set := range r.sets {
		r.fill(set)
	}
}

func (r *roleSets) refill(name string) {
	for _, set := range r.sets {
		if slices.Contains(set.roles, name) {
			r.fill(set)
		}
	}
}

func (r *roleSets) fill(set *roleSet) {
	set.permissions = map[string]struct{}{}
	for _, name := range set.roles {
		known, found := r.roles[name]
		if !found || known.scope != set.scope {
			continue
		}
		for _, permission := range known.permissions {
			set.permissions[permission] = struct{}{}
		}
	}
	_, set.every = set.permissions["*"]
}
