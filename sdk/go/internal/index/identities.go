package index

import (
	"hash/maphash"
	"math/bits"
)

// A segment grows by itself, so that no decision waits until a table of all identities has grown.
const segmentBits = 12

// identities finds the members of all tenants in one step. What a decision costs is how many pages
// of memory it reads that no cache holds: one here, and one of the member. The key is a hash, of a
// seed that nobody outside knows; so what is found is compared.
type identities struct {
	seed     maphash.Seed
	segments [1 << segmentBits]segment
}

// segment is a table with open addressing and linear probing; its length is a power of two.
type segment struct {
	slots []slot
	used  int
}

// slot is empty without a member.
type slot struct {
	place  uint64
	member *member
}

func newIdentities() identities { return identities{seed: maphash.MakeSeed()} }

func (i *identities) place(tenant, sub string) uint64 {
	return bits.RotateLeft64(maphash.String(i.seed, tenant), 1) ^ maphash.String(i.seed, sub)
}

func (i *identities) segment(place uint64) *segment { return &i.segments[place>>(64-segmentBits)] }

func (i *identities) add(added *member) {
	place := i.place(added.tenant.id.String(), added.sub.String())
	i.segment(place).add(slot{place, added})
}

func (i *identities) remove(removed *member) {
	place := i.place(removed.tenant.id.String(), removed.sub.String())
	i.segment(place).remove(place, removed)
}

// next gives the first member of the place at `from` or after it, and where it stands; nil after
// the last. Others may have the same place.
func (s *segment) next(place, from uint64) (*member, uint64) {
	last := uint64(len(s.slots) - 1)
	for at := from; len(s.slots) > 0; at++ {
		one := &s.slots[at&last]
		if one.member == nil || one.place == place {
			return one.member, at
		}
	}
	return nil, from
}

func (s *segment) add(added slot) {
	// Beyond three quarters probing becomes long.
	if (s.used+1)*4 > len(s.slots)*3 {
		before := s.slots
		s.slots = make([]slot, max(4, 2*len(before)))
		for _, one := range before {
			if one.member != nil {
				s.put(one)
			}
		}
	}
	s.put(added)
	s.used++
}

func (s *segment) put(one slot) {
	last := uint64(len(s.slots) - 1)
	at := one.place & last
	for s.slots[at].member != nil {
		at = (at + 1) & last
	}
	s.slots[at] = one
}

// remove closes the gap: those behind it come nearer to where they are looked for first.
func (s *segment) remove(place uint64, removed *member) {
	last := uint64(len(s.slots) - 1)
	gap := place & last
	for s.slots[gap].member != removed {
		gap = (gap + 1) & last
	}
	for at := (gap + 1) & last; s.slots[at].member != nil; at = (at + 1) & last {
		if (at-s.slots[at].place)&last >= (at-gap)&last {
			s.slots[gap], gap = s.slots[at], at
		}
	}
	s.slots[gap] = slot{}
	s.used--
}
