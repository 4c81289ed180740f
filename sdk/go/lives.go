package dataplane

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
	"tenure.dev/dataplane/internal/state"
)

// liveFact is one that nothing has ended, out of what is on disk.
type liveFact struct {
	*kernel.Fact
	body *kernel.Object
}

// lives of one tenant, by kind and subject.
type lives map[string]liveFact

func keyOf(kind, subject string) string { return kind + " " + subject }

func (l lives) one(kind, subject string) []liveFact {
	if fact, found := l[keyOf(kind, subject)]; found {
		return []liveFact{fact}
	}
	return nil
}

// list is ascending by the bytes of the subjects.
func (l lives) list(kind string, holds func(liveFact) bool) []liveFact {
	var list []liveFact
	for _, fact := range l {
		if fact.Kind == kind && holds(fact) {
			list = append(list, fact)
		}
	}
	slices.SortFunc(list, func(a, b liveFact) int { return strings.Compare(a.Subject, b.Subject) })
	return list
}

func (l lives) fold(fact *kernel.Fact, body *kernel.Object) {
	if key := keyOf(fact.Kind, fact.Subject); fact.Op == kernel.Assert {
		l[key] = liveFact{Fact: fact, body: body}
	} else {
		delete(l, key)
	}
}

// livesOf reads a tenant's facts from the disk: its block of the snapshot, and the lines above it.
// None are of a shard that is not followed.
func (p *Plane) livesOf(tenant string) (lives, error) {
	all := lives{}
	key, isTenant := kernel.TenantKey(tenant)
	shard, isFollowed := p.shards[int(key[0])]
	if !isTenant || !isFollowed {
		return all, nil
	}
	// Snapshot and lines are replaced one after the other.
	shard.mutex.Lock()
	lines, err := p.journal.load(shard.number)
	_, base, baseErr := p.keptShard(shard.number, state.FollowKey(key))
	shard.mutex.Unlock()
	if baseErr != nil && !errors.Is(baseErr, errNoSnapshot) {
		err = errors.Join(err, baseErr)
	}
	if err != nil {
		return nil, err
	}
	var last int64
	if block := base.Find(tenant); block != nil {
		last = block.Head.Seq
		// Facts of a block that fails are unknown to decisions too.
		facts, _ := base.Pack(block).Unpack()
		for _, fact := range facts {
			all.fold(fact.Fact, fact.Body)
		}
	}
	trust, _ := p.trust()
	for _, text := range lines {
		if fact, body := factOf(text, tenant, trust); fact != nil && fact.Seq > last {
			last = fact.Seq
			all.fold(fact, body)
		}
	}
	return all, nil
}

// factOf a line, verified; nil for one of another tenant, and for one that is not folded.
func factOf(text, tenant string, trust reader.Trust) (*kernel.Fact, *kernel.Object) {
	line, err := kernel.ParseLine(text)
	if err != nil {
		return nil, nil
	}
	envelope, err := kernel.ParseEnvelope(line.Envelope)
	// A signature costs a hundred times as much as this look.
	if err != nil || !bytes.Contains(envelope.Payload, []byte(`"tenant":"`+tenant+`"`)) {
		return nil, nil
	}
	opened, err := kernel.OpenEnvelope(line.Envelope, trust.Find)
	if err != nil || opened.Fact.Tenant != tenant || opened.Key.IsVoid(line.Index) ||
		kernel.CheckBody(opened.Fact.Kind, opened.Fact.Op, opened.Body) != nil {
		return nil, nil
	}
	return opened.Fact, opened.Body
}
