package index

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"tenure.dev/dataplane/internal/kernel"
)

const (
	acme    = "1f0c2a3b-0000-4000-8000-00000000000a"
	project = "3f0c2a3b-0000-4000-8000-00000000000c"
	issuer  = "https://id.example/realms/acme"
)

func memberID(n int) string { return fmt.Sprintf("2f0c2a3b-0000-4000-8000-%012x", n) }

// item is a fact as the index gets it: its body has passed the kernel's checks.
func item(t testing.TB, tenant, kind, subject, op, body string) Item {
	t.Helper()
	payload := fmt.Sprintf(`{"log":"t","epoch":1,"tenant":%q,"seq":1,"prev":%q,"id":%q,"kind":%q,`+
		`"subject":%q,"op":%q,"at":"2026-11-21T01:34:34.000Z",`+
		`"cause":{"operation":%q,"actor":"test"},"body":%s}`, tenant,
		kernel.ToBase64URL(make([]byte, 32)), acme, kind, subject, op, acme, body)
	fact, parsed, err := kernel.ParsePayload([]byte(payload))
	if err == nil {
		err = kernel.CheckBody(fact.Kind, fact.Op, parsed)
	}
	if err != nil {
		t.Fatal(err)
	}
	return Item{Fact: fact, Body: parsed}
}

func roleOf(t testing.TB, name, scope string, permissions ...string) Item {
	list, _ := json.Marshal(permissions)
	body := fmt.Sprintf(`{"scope":%q,"permissions":%s}`, scope, list)
	return item(t, kernel.PlatformTenant, "role", "role:"+name, "assert", body)
}

func tenantOf(t testing.TB, state string) Item {
	return item(t, acme, "tenant", "tenant:"+acme, "assert",
		fmt.Sprintf(`{"slug":"a","state":%q,"plan":"p","isolation":"silo","demo":false}`, state))
}

func memberOf(t testing.TB, n int, sub, state, roles string) Item {
	return item(t, acme, "membership", "member:"+memberID(n), "assert", fmt.Sprintf(
		`{"state":%q,"identity":{"issuer":%q,"sub":%q},"roles":%s}`, state, issuer, sub, roles))
}

func ask(x *Index, sub, permission string) Reason {
	return x.Decide(Question{Issuer: issuer, Sub: sub, Permission: permission, Tenant: acme})
}

func askIn(x *Index, sub, permission, project string) Reason {
	return x.Decide(Question{Issuer: issuer, Sub: sub, Permission: permission, Tenant: acme,
		Project: project, InProject: true})
}

func expect(t *testing.T, got, want Reason) {
	t.Helper()
	if got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func filled(t testing.TB) *Index {
	x := New(nil)
	x.Apply([]Item{
		roleOf(t, "viewer", "tenant", "invoice:read"),
		roleOf(t, "editor", "project", "page:write"),
		tenantOf(t, "active"),
		memberOf(t, 1, "jane", "active", `["viewer"]`),
		memberOf(t, 2, "joe", "inactive", `["viewer"]`),
	})
	return x
}

func TestReasonsOfDecisions(t *testing.T) {
	x := filled(t)
	expect(t, ask(x, "jane", "invoice:read"), Granted)
	expect(t, ask(x, "jane", "invoice:write"), NoPermission)
	expect(t, ask(x, "joe", "invoice:read"), MemberInactive)
	expect(t, ask(x, "nobody", "invoice:read"), MemberUnknown)
	expect(t, x.Decide(Question{Issuer: "other", Sub: "jane", Tenant: acme}), MemberUnknown)
	expect(t, x.Decide(Question{Issuer: issuer, Sub: "jane", Tenant: "?"}), TenantUnknown)
	x.Apply([]Item{tenantOf(t, "frozen")})
	expect(t, ask(x, "jane", "invoice:read"), TenantInactive)
	x.Apply([]Item{item(t, acme, "tenant", "tenant:"+acme, "retract", "{}")})
	expect(t, ask(x, "jane", "invoice:read"), TenantUnknown)
}

func TestProjectsAndGrants(t *testing.T) {
	x := filled(t)
	expect(t, askIn(x, "jane", "invoice:read", project), ProjectUnknown)
	x.Apply([]Item{item(t, acme, "project", "project:"+project, "assert", `{"state":"active"}`)})
	expect(t, askIn(x, "jane", "invoice:read", project), Granted)
	expect(t, askIn(x, "jane", "page:write", project), NoPermission)
	subject := "grant:" + memberID(1) + ":" + project
	x.Apply([]Item{item(t, acme, "grant", subject, "assert", fmt.Sprintf(
		`{"member":%q,"project":%q,"roles":["editor"]}`, memberID(1), project))})
	expect(t, askIn(x, "jane", "page:write", project), Granted)
	expect(t, ask(x, "jane", "page:write"), NoPermission)
	expect(t, askIn(x, "jane", "page:write", ""), ProjectUnknown)
	x.Apply([]Item{item(t, acme, "grant", subject, "retract", "{}")})
	expect(t, askIn(x, "jane", "page:write", project), NoPermission)
}

func TestARoleChangesAllItsMembersAtOnce(t *testing.T) {
	x := filled(t)
	x.Apply([]Item{roleOf(t, "viewer", "tenant", "*")})
	expect(t, ask(x, "jane", "invoice:write"), Granted)
	x.Apply([]Item{item(t, kernel.PlatformTenant, "role", "role:viewer", "retract", "{}")})
	expect(t, ask(x, "jane", "invoice:read"), NoPermission)
	// Only the platform's chain gives roles their meaning.
	x.Apply([]Item{item(t, acme, "role", "role:viewer", "assert",
		`{"scope":"tenant","permissions":["*"]}`)})
	expect(t, ask(x, "jane", "invoice:read"), NoPermission)
}

func TestAnIdentityMayHaveTwoMemberships(t *testing.T) {
	x := filled(t)
	x.Apply([]Item{memberOf(t, 3, "joe", "active", `["viewer"]`)})
	expect(t, ask(x, "joe", "invoice:read"), Granted)
	x.Apply([]Item{memberOf(t, 4, "joe", "pending", `["viewer"]`)})
	expect(t, ask(x, "joe", "invoice:read"), Granted)
	for _, n := range []int{3, 4} {
		x.Apply([]Item{item(t, acme, "membership", "member:"+memberID(n), "retract", "{}")})
		expect(t, ask(x, "joe", "invoice:read"), MemberInactive)
	}
	x.Apply([]Item{memberOf(t, 2, "anna", "active", `["viewer"]`)})
	expect(t, ask(x, "joe", "invoice:read"), MemberUnknown)
	expect(t, ask(x, "anna", "invoice:read"), Granted)
}

// all are the members that have this place.
func all(x *Index, place uint64) (found []*member) {
	among := x.identities.segment(place)
	for m, at := among.next(place, place); m != nil; m, at = among.next(place, at+1) {
		found = append(found, m)
	}
	return found
}

func TestAHashThatTwoShareIsNoIdentity(t *testing.T) {
	x := filled(t)
	jane := all(x, x.identities.place(acme, "jane"))[0]
	for _, place := range []uint64{
		x.identities.place(acme, "nobody"), x.identities.place(tenantID(1), "jane"),
	} {
		x.identities.segment(place).add(slot{place, jane})
	}
	expect(t, ask(x, "nobody", "invoice:read"), MemberUnknown)
	expect(t, askOf(x, 1, "jane"), TenantUnknown)
	// Without the comparison both would be answered.
	jane.sub = textFrom("nobody")
	expect(t, ask(x, "nobody", "invoice:read"), Granted)
}

func TestSubjectsThatShareAPlaceAreAllFoundAndRemoved(t *testing.T) {
	for gone := range 3 {
		x, place := filled(t), uint64(0)
		for n := range 3 {
			x.Apply([]Item{memberOf(t, n, "jane", "active", `["viewer"]`)})
			place = x.identities.place(acme, "jane")
		}
		x.Apply([]Item{item(t, acme, "membership", "member:"+memberID(gone), "retract", "{}")})
		for n := range 3 {
			one, known := x.tenants[acme].members[memberID(n)]
			if found := slices.Contains(all(x, place), one); known == (n == gone) || found != known {
				t.Errorf("without %d: %d is known %v, found %v", gone, n, known, found)
			}
		}
	}
}

func TestReplacingThePlatformForgetsItsRoles(t *testing.T) {
	x := filled(t)
	x.Replace(0, []string{kernel.PlatformTenant}, nil, []Item{roleOf(t, "viewer", "tenant", "a:b")})
	expect(t, ask(x, "jane", "a:b"), Granted)
	expect(t, ask(x, "jane", "invoice:read"), NoPermission)
	x.Replace(0, []string{acme}, nil, nil)
	expect(t, ask(x, "jane", "a:b"), TenantUnknown)
	expectIdentities(t, x, 0)
}

// expectIdentities: what was forgotten costs no memory.
func expectIdentities(t *testing.T, x *Index, want int) {
	t.Helper()
	got := 0
	for _, segment := range x.identities.segments {
		got += segment.used
	}
	if got != want {
		t.Errorf("%d identities are known, not %d", got, want)
	}
}

func TestEntitlementsEnd(t *testing.T) {
	x := filled(t)
	x.Apply([]Item{item(t, acme, "entitlement", "entitlement:api", "assert",
		`{"product":"api","plan":"team","limits":{"seats":5},"until":"2026-12-01T00:00:00.000Z"}`)})
	end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	entitlement, reason := x.Entitlement(acme, "api", end.Add(-time.Millisecond))
	expect(t, reason, Entitled)
	if entitlement.Plan != "team" || entitlement.Limits["seats"] != 5 {
		t.Errorf("%+v", entitlement)
	}
	_, reason = x.Entitlement(acme, "api", end)
	expect(t, reason, Ended)
	_, reason = x.Entitlement(acme, "other", end)
	expect(t, reason, NotEntitled)
}

// BenchmarkDecide at 100,000 members of 100 tenants.
func BenchmarkDecide(b *testing.B) {
	x := New(nil)
	items := []Item{roleOf(b, "viewer", "tenant", "invoice:read")}
	var asked []Question
	for n := range 100_000 {
		tenant := fmt.Sprintf("1f0c2a3b-0000-4000-8000-%012x", n%100)
		if n < 100 {
			one := tenantOf(b, "active")
			one.Fact.Tenant = tenant
			items = append(items, one)
		}
		sub := memberID(n)
		one := memberOf(b, n, sub, "active", `["viewer"]`)
		one.Fact.Tenant = tenant
		items = append(items, one)
		asked = append(asked, Question{
			Issuer: issuer, Sub: sub, Permission: "invoice:read", Tenant: tenant,
		})
	}
	x.Apply(items)
	b.ResetTimer()
	for at := 0; b.Loop(); at++ {
		if x.Decide(asked[at*7919%len(asked)]) != Granted {
			b.Fatal("denied")
		}
	}
}
