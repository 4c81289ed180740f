package index

import (
	"hash/maphash"
	"math/bits"
)

// identities finds the members of all tenants in one step: by way of the tenant's own table a
// decision would read several places more of memory that no cache holds. The key is a hash, of a
// seed that nobody outside knows; so what is found is compared.
type identities struct {
	seed    maphash.Seed
	members map[uint64]*member
}

func newIdentities() identities {
	return identities{seed: maphash.MakeSeed(), members: map[uint64]*member{}}
}

func (i *identities) place(tenant, sub string) uint64 {
	return bits.RotateLeft64(maphash.String(i.seed, tenant), 1) ^ maphash.String(i.seed, sub)
}

// first at the place, where members of other subjects and tenants may be too.
func (i *identities) first(tenant, sub string) *member { return i.members[i.place(tenant, sub)] }

// isOf tells whether the member is that of the identity, of a tenant that decides.
func (m *member) isOf(asked *Question) bool {
	return m.sub == asked.Sub && *m.issuer == asked.Issuer &&
		m.tenant.listed && m.tenant.id == asked.Tenant
}

func (i *identities) add(added *member) {
	place := i.place(added.tenant.id, added.sub)
	added.next = i.members[place]
	i.members[place] = added
}

func (i *identities) remove(removed *member) {
	place := i.place(removed.tenant.id, removed.sub)
	before := i.members[place]
	switch {
	case before != removed:
		for before.next != removed {
			before = before.next
		}
		before.next = removed.next
	case removed.next == nil:
		delete(i.members, place)
	default:
		i.members[place] = removed.next
	}
}
