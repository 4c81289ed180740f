package dataplane

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tenure.dev/dataplane/internal/kernel"
)

const benchFacts = 100_000

// write100k puts facts of 100 tenants into a directory, as a plane would have left it.
func write100k(b *testing.B, directory string) (tenants []string) {
	r := newRegistry()
	r.write(kernel.PlatformTenant, "role", "role:owner", `{"scope":"tenant","permissions":["*"]}`)
	for n := range benchFacts - 1 {
		tenant := fmt.Sprintf("1f0c2a3b-0000-4000-8000-%012x", n%100)
		if n < 100 {
			tenants = append(tenants, tenant)
			r.write(tenant, "tenant", "tenant:"+tenant,
				`{"slug":"acme","state":"active","plan":"team","isolation":"silo","demo":false}`)
			continue
		}
		member := fmt.Sprintf("2f0c2a3b-0000-4000-8000-%012x", n)
		r.write(tenant, "membership", "member:"+member, memberBody(member, "owner"))
	}
	journal, err := openJournal(directory)
	if err != nil {
		b.Fatal(err)
	}
	for shard, lines := range r.lines {
		if err := journal.append(shard, lines); err != nil {
			b.Fatal(err)
		}
	}
	_ = journal.close()
	_ = journal.saveNote(keySetFile(1), r.keySets[0])
	_ = journal.saveNote(reachedFile, r.beat())
	return tenants
}

// BenchmarkPlane measures opening from disk (all facts verified), then decisions.
func BenchmarkPlane(b *testing.B) {
	directory := b.TempDir()
	tenants := write100k(b, directory)
	r := newRegistry()
	r.down = true
	options := Options{Log: testLog, Root: rootKey(), Directory: directory}
	began := time.Now()
	plane, err := open(context.Background(), options,
		surroundings{source: r, clock: systemClock{began: began}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = plane.Close() })
	b.Logf("%d facts verified and answering after %s", plane.Stats().Applied, time.Since(began))
	var subs []Identity
	for n := 100; n < benchFacts-1; n++ {
		sub := fmt.Sprintf("2f0c2a3b-0000-4000-8000-%012x", n)
		subs = append(subs, Identity{Issuer: issuer, Sub: sub})
	}
	b.Run("Can", func(b *testing.B) {
		for at := 0; b.Loop(); at++ {
			n := at * 7919 % len(subs)
			if !plane.Can(subs[n], "invoice:read", tenants[n%100]).Allowed {
				b.Fatal("denied")
			}
		}
	})
	b.Run("CanOnAllProcessors", func(b *testing.B) {
		b.RunParallel(func(each *testing.PB) {
			for at := 0; each.Next(); at++ {
				n := at * 7919 % len(subs)
				plane.Can(subs[n], "invoice:read", tenants[n%100])
			}
		})
	})
}

func BenchmarkVerifyFact(b *testing.B) {
	r := newRegistry()
	line := r.write(acme, "membership", "member:"+acme, memberBody("jane", "owner"))
	parsed, err := kernel.ParseLine(line)
	if err != nil {
		b.Fatal(err)
	}
	key, _ := kernel.NewKey(factSigner.public())
	find := func(string) (kernel.FactKey, bool) {
		return kernel.FactKey{Key: key, Range: kernel.Everywhere}, true
	}
	for b.Loop() {
		if _, err := kernel.OpenEnvelope(parsed.Envelope, find); err != nil {
			b.Fatal(err)
		}
	}
}
