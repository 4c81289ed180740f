package index

type standing uint8

// unknown: before its tenant fact and after its retraction.
const (
	unknown standing = iota
	closed
	open
)

// tenant has its members by id; [identities] has those of all tenants.
type tenant struct {
	id       text
	standing standing
	// broken: its block of a snapshot was not what the specification says.
	broken bool
	// listed: it is what decides; its API keys are found by their hashes, its members count.
	listed       bool
	projects     map[string]struct{}
	members      map[string]*member
	grants       map[grantKey]*roleSet
	entitlements map[string]Entitlement
	// keys is nil until there is one.
	keys map[string]*apiKey
}

type grantKey struct{ member, project string }

func newTenant(id string) *tenant {
	return &tenant{
		id:           textFrom(id),
		projects:     map[string]struct{}{},
		members:      map[string]*member{},
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
