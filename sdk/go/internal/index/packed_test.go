package index

import (
	"context"
	"fmt"
	"testing"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/state"
	"tenure.dev/dataplane/internal/treemaker"
)

func tenantID(n int) string { return fmt.Sprintf("1f0c2a3b-0000-4000-8000-%012x", n) }

// packedTenant is open and has so many members that the role of filled() reads for.
func packedTenant(n, members int) *treemaker.Tenant {
	made := &treemaker.Tenant{
		ID: tenantID(n), Head: kernel.ChainHead{Seq: int64(members + 1)},
		Live: map[kernel.Hash][]byte{},
	}
	put := func(kind, subject, body string) {
		made.Live[kernel.FactKeyOf(kind, subject)] = []byte(fmt.Sprintf(
			`{"log":"t","epoch":1,"tenant":%q,"seq":1,"prev":%q,"id":%q,"kind":%q,"subject":%q,`+
				`"op":"assert","at":"2026-11-21T01:34:34.000Z",`+
				`"cause":{"operation":%q,"actor":"test"},"body":%s}`, made.ID,
			kernel.ToBase64URL(make([]byte, 32)), acme, kind, subject, acme, body))
	}
	put("tenant", "tenant:"+made.ID,
		`{"slug":"a","state":"active","plan":"p","isolation":"silo","demo":false}`)
	for at := range members {
		put("membership", "member:"+memberID(at), fmt.Sprintf(
			`{"state":"active","identity":{"issuer":%q,"sub":"sub-%d"},"roles":["viewer"]}`, issuer, at))
	}
	return made
}

// rest puts tenants into an index as a snapshot does, those of all shards.
func rest(t *testing.T, x *Index, tenants ...*treemaker.Tenant) {
	t.Helper()
	var all []int
	for shard := range kernel.ShardCount {
		all = append(all, shard)
	}
	made := treemaker.Make(tenants)
	get := func(_ context.Context, hash kernel.Hash) (*state.Node, error) {
		return state.Parse(made.Files[hash])
	}
	tree, err := state.WalkInOrder(context.Background(), made.Root, state.FollowShards(all), get)
	if err != nil {
		t.Fatal(err)
	}
	note := &kernel.StateNote{Log: "t", Epoch: 1}
	for number, shard := range tree.Shards(note, all, "disk") {
		x.Replace(number, nil, shard, nil)
	}
}

func askOf(x *Index, tenant int, sub string) Reason {
	return x.Decide(Question{
		Issuer: issuer, Sub: sub, Permission: "invoice:read", Tenant: tenantID(tenant),
	})
}

func expectPacked(t *testing.T, x *Index, want int64) {
	t.Helper()
	if got := x.Packed(); got != want {
		t.Errorf("%d tenants are packed, not %d", got, want)
	}
}

func TestATenantStaysPackedUntilSomebodyAsksForIt(t *testing.T) {
	x := filled(t)
	rest(t, x, packedTenant(1, 3), packedTenant(2, 700), packedTenant(3, 1), packedTenant(4, 0))
	expectPacked(t, x, 4)
	expect(t, askOf(x, 1, "sub-2"), Granted)
	expect(t, askOf(x, 9, "sub-2"), TenantUnknown)
	expectPacked(t, x, 3)
	// A tree of its own.
	expect(t, askOf(x, 2, "sub-699"), Granted)
	expectPacked(t, x, 2)
	// A live fact goes on from what is packed.
	one := memberOf(t, 9, "joe", "active", `["viewer"]`)
	one.Fact.Tenant = tenantID(3)
	x.Apply([]Item{one})
	expectPacked(t, x, 1)
	expect(t, askOf(x, 3, "sub-0"), Granted)
	expect(t, askOf(x, 3, "joe"), Granted)
	x.UnpackAll(func() bool { return true })
	expectPacked(t, x, 0)
	expect(t, askOf(x, 4, "joe"), MemberUnknown)
}

func TestAReplacedShardIsNotUnpackedAnyMore(t *testing.T) {
	x := filled(t)
	rest(t, x, packedTenant(1, 3))
	number, _ := kernel.ShardOf(tenantID(1))
	x.Replace(number, []string{tenantID(1)}, nil, nil)
	expectPacked(t, x, 0)
	expect(t, askOf(x, 1, "sub-2"), TenantUnknown)
}

func TestManyAskAtOnce(t *testing.T) {
	x := filled(t)
	rest(t, x, packedTenant(1, 200), packedTenant(2, 700))
	done := make(chan Reason)
	for range 8 {
		go func() { done <- askOf(x, 1, "sub-7") }()
		go func() { done <- askOf(x, 2, "sub-7") }()
		go func() {
			x.UnpackAll(func() bool { return true })
			done <- Granted
		}()
	}
	for range 24 {
		expect(t, <-done, Granted)
	}
	expectPacked(t, x, 0)
	// Those of two tenants, once each, and the two of filled().
	expectIdentities(t, x, 200+700+2)
}

func TestATenantOnItsWayDecidesNothing(t *testing.T) {
	x := filled(t)
	made := newTenant(tenantID(1))
	opened, jane := tenantOf(t, "active"), memberOf(t, 5, "jane", "active", `["viewer"]`)
	x.foldInto(made, []state.Live{state.Live(opened), state.Live(jane)})
	expect(t, askOf(x, 1, "jane"), TenantUnknown)
	// What keeps it out is that it is not listed.
	made.listed = true
	expect(t, askOf(x, 1, "jane"), Granted)
	made.listed = false
	x.sweep(made)
	expectIdentities(t, x, 2)
}

func TestABrokenBlockIsToldOnceAndItsTenantUnknown(t *testing.T) {
	var told []error
	x := New(func(_ int, base *state.Shard, err error) { told = append(told, err) })
	broken := packedTenant(1, 2)
	broken.Live[kernel.FactKeyOf("membership", "member:"+memberID(0))] = []byte("{}")
	rest(t, x, broken)
	expect(t, askOf(x, 1, "sub-1"), TenantUnknown)
	expect(t, askOf(x, 1, "sub-1"), TenantUnknown)
	// Whatever comes later is not to be judged without what was lost.
	one := tenantOf(t, "active")
	one.Fact.Tenant = tenantID(1)
	x.Apply([]Item{one})
	expect(t, askOf(x, 1, "sub-1"), TenantUnknown)
	if len(told) != 1 || kernel.CodeOf(told[0]) != kernel.PayloadKeyOrder {
		t.Errorf("%v", told)
	}
}
