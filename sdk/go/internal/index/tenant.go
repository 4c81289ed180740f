package index

type standing uint8

// unknown: before its tenant fact and after its retraction.
const (
	unknown standing = iota
	closed
	open
)

type member struct {
	id     string
	issuer string
	sub    string
	active bool
	roles  *roleSet
	// next has the same subject.
	next *member
}

// tenant has members by id, and those with an identity by subject too.
type tenant struct {
	id       string
	standing standing
	// broken: its block of a snapshot was not what the specification says.
	broken bool
	// listed: its API keys are found by their hashes.
	listed       bool
	projects     map[string]struct{}
	members      map[string]*member
	bySub        map[string]*member
	grants       map[grantKey]*roleSet
	entitlements map[string]Entitlement
	// keys is nil until there is one.
	keys map[string]*apiKey
}

type grantKey struct{ member, project string }

func newTenant(id string) *tenant {
	return &tenant{
		id:           id,
		projects:     map[string]struct{}{},
		members:      map[string]*member{},
		bySub:        map[string]*member{},
		grants:       map[grantKey]*roleSet{},
		entitlements: map[string]Entitlement{},
	}
}

// closedFor is why nothing is allowed in the tenant, which may be nil; empty when it is open.
func (t *tenant) closedFor() Reason {
	switch {
	case t == nil || t.broken || t.standing == unknown:
		return TenantUnknown
	case t.standing == closed:
		return TenantInactive
	}
	return ""
}

func (t *tenant) add(added *member) {
	t.members[added.id] = added
	added.next = t.bySub[added.sub]
	t.bySub[added.sub] = added
}

func (t *tenant) remove(id string) {
	removed, found := t.members[id]
	if !found {
		return
	}
	delete(t.members, id)
	before := t.bySub[removed.sub]
	switch {
	case before != removed:
		for before.next != removed {
			before = before.next
		}
		before.next = removed.next
	case removed.next == nil:
		delete(t.bySub, removed.sub)
	default:
		t.bySub[removed.sub] = removed.next
	}
}
