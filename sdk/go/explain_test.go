package dataplane

import (
	"os"
	"slices"
	"testing"

	"tenure.dev/dataplane/internal/kernel"
)

const (
	project = "3f0c2a3b-0000-4000-8000-00000000000c"
	second  = "6f0c2a3b-0000-4000-8000-00000000000a"
)

// subjectsOf tells what an explanation rests on.
func (s *stage) subjectsOf(explanation Explanation, err error) []string {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
	subjects := []string{}
	for _, fact := range explanation.Because {
		subjects = append(subjects, fact.Subject)
	}
	return subjects
}

func (s *stage) expectSubjects(got []string, want ...string) {
	s.Helper()
	if !slices.Equal(got, want) {
		s.Errorf("%v, not %v", got, want)
	}
}

// explainedStage has its grant and a role above the snapshot, or no snapshot at all.
func explainedStage(t *testing.T, hasSnapshot bool) *stage {
	s := closedStage(t)
	s.registry.write(kernel.PlatformTenant, "role", "role:reader",
		`{"scope":"tenant","permissions":["page:read"]}`)
	s.registry.write(acme, "membership", "member:"+second, memberBody("jane", "reader"))
	s.registry.write(acme, "project", "project:"+project, `{"state":"active"}`)
	if hasSnapshot {
		s.registry.makeState()
	}
	s.registry.write(kernel.PlatformTenant, "role", "role:editor",
		`{"scope":"project","permissions":["page:write"]}`)
	s.registry.write(acme, "grant", "grant:"+second+":"+project,
		`{"member":"`+second+`","project":"`+project+`","roles":["editor","owner"]}`)
	s.registry.write(acme, "membership", "member:"+acme, memberBody("ann", "owner"))
	s.open()
	s.ready()
	return s
}

func TestAnExplanationNamesTheFactsItRestsOn(t *testing.T) {
	for _, hasSnapshot := range []bool{false, true} {
		s := explainedStage(t, hasSnapshot)
		members := []string{"tenant:" + acme, "member:" + operation, "member:" + second}
		s.expectSubjects(s.subjectsOf(s.plane.Explain(jane, "page:read", acme)),
			append(members, "role:owner", "role:reader")...)
		s.expectSubjects(
			s.subjectsOf(s.plane.ExplainInProject(jane, "page:write", acme, project)),
			append(members, "project:"+project, "grant:"+second+":"+project, "role:editor",
				"role:owner")...)
		s.expectSubjects(s.subjectsOf(s.plane.Explain(Identity{}, "a:b", acme)), "tenant:"+acme)
		s.expectSubjects(s.subjectsOf(s.plane.Explain(jane, "a:b", "no tenant")))
		explanation, _ := s.plane.Explain(jane, "page:read", acme)
		want := LiveFact{Tenant: acme, Seq: 1, Kind: "tenant", Subject: "tenant:" + acme, ID: operation,
			At: "2026-11-21T01:34:34.000Z", Operation: operation, Actor: "test"}
		if explanation.Because[0] != want || !explanation.Decision.Allowed {
			t.Errorf("%+v", explanation)
		}
		// From disk alone.
		s.reopen()
		s.expectSubjects(s.subjectsOf(s.plane.Explain(jane, "page:read", acme)),
			append(members, "role:owner", "role:reader")...)
	}
}

func TestAnExplanationOfASpoiltDiskIsAnError(t *testing.T) {
	s := explainedStage(t, true)
	path := s.plane.journal.snapshotPath()
	if err := os.WriteFile(path, make([]byte, 4_000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.plane.Explain(jane, "page:read", acme); err == nil {
		t.Error("explained out of zeros")
	}
}
