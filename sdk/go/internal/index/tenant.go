package index

type standing uint8

// unknown: before its tenant fact and after its retraction.
const (
	unknown standing = iota
	closed
	open
)

// member has an identity. It fills one cache line, since a decision waits for each that it reads.
type member struct {
	id  string
	sub string
	// issuer is kept once for all that have it.
	issuer *string
	tenant *tenant
	// roles is nil unless the member is active.
	roles *roleSet
	// next has the same place among the identities.
	next *member
}

// tenant has its members by id; [identities] has those of all tenants.
type tenant struct {
	id       string
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
		id:           id,
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
