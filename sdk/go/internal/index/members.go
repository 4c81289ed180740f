package index

import "strings"

// member has an identity. A decision waits for each page of memory that it reads, so what it
// compares is here and not behind a pointer.
type member struct {
	sub text
	// issuer is kept once for all that have it.
	issuer *string
	tenant *tenant
	// roles is nil unless the member is active.
	roles *roleSet
	id    string
}

// isOf tells whether the member is that of the identity, of a tenant that decides.
func (m *member) isOf(asked *Question) bool {
	return m.sub.is(asked.Sub) && *m.issuer == asked.Issuer &&
		m.tenant.listed && m.tenant.id.is(asked.Tenant)
}

// text holds what is short, as ids are, in itself.
type text struct {
	size  uint8
	short [39]byte
	long  *string
}

func textFrom(from string) (made text) {
	if len(from) > len(made.short) {
		long := strings.Clone(from)
		made.long = &long
		return made
	}
	made.size = uint8(copy(made.short[:], from))
	return made
}

func (t *text) is(other string) bool {
	if t.long != nil {
		return *t.long == other
	}
	return string(t.short[:t.size]) == other
}

func (t *text) String() string {
	if t.long != nil {
		return *t.long
	}
	return string(t.short[:t.size])
}

const (
	smallestPiece = 64
	// largestPiece is about 6 MB.
	largestPiece = 1 << 16
)

// members are made in large pieces, which the system can map by pages of 2 MB; a place that one
// leaves is another's.
type members struct {
	made int
	left []member
	free []*member
}

func (m *members) add(added member) *member {
	place := m.place()
	*place = added
	return place
}

func (m *members) place() (place *member) {
	if last := len(m.free) - 1; last >= 0 {
		place, m.free = m.free[last], m.free[:last]
		return place
	}
	if len(m.left) == 0 {
		m.left = make([]member, min(max(smallestPiece, m.made), largestPiece))
		m.made += len(m.left)
		preferHugePages(m.left)
	}
	place, m.left = &m.left[0], m.left[1:]
	return place
}

func (m *members) remove(removed *member) {
	*removed = member{}
	m.free = append(m.free, removed)
}
