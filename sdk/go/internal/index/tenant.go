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
	standing     standing
	projects     map[string]struct{}
	members      map[string]*member
	bySub        map[string]*member
	grants       map[grantKey]*roleSet
	entitlements map[string]Entitlement
}

type grantKey struct{ member, project string }

func newTenant() *tenant {
	return &tenant{
		projects:     map[string]struct{}{},
		members:      map[string]*member{},
		bySub:        map[string]*member{},
		grants:       map[grantKey]*roleSet{},
		entitlements: map[string]Entitlement{},
	}
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
