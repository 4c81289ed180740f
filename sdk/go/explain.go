package dataplane

import (
	"slices"
	"strings"

	"tenure.dev/dataplane/internal/kernel"
)

// LiveFact is a fact that an answer rests on.
type LiveFact struct {
	Tenant  string `json:"tenant"`
	Seq     int64  `json:"seq"`
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	ID      string `json:"id"`
	// At is RFC 3339, UTC, milliseconds.
	At        string `json:"at"`
	Operation string `json:"operation"`
	Actor     string `json:"actor"`
}

// Explanation is a decision and why it is so.
type Explanation struct {
	// Decision is what Can says.
	Decision Decision `json:"decision"`
	// Because are live facts: the tenant, its memberships of the identity, the project and their
	// grants in it, and the roles that these name and that hold the permission.
	Because []LiveFact `json:"because"`
}

// Explain answers as [Plane.Can] does, and why. It reads the plane's directory and needs no
// registry; it takes milliseconds and more, and fails with an error of the disk.
func (p *Plane) Explain(identity Identity, permission, tenant string) (Explanation, error) {
	decision := p.Can(identity, permission, tenant)
	return p.explain(decision, question{identity: identity, permission: permission, tenant: tenant})
}

// ExplainInProject answers as [Plane.CanInProject] does, and why.
func (p *Plane) ExplainInProject(
	identity Identity, permission, tenant, project string,
) (Explanation, error) {
	return p.explain(p.CanInProject(identity, permission, tenant, project), question{
		identity: identity, permission: permission, tenant: tenant, project: &project,
	})
}

type question struct {
	identity           Identity
	permission, tenant string
	project            *string
}

func (p *Plane) explain(decision Decision, asked question) (Explanation, error) {
	lives, err := p.livesOf(asked.tenant)
	if err != nil {
		return Explanation{}, err
	}
	platform, err := p.livesOf(kernel.PlatformTenant)
	if err != nil {
		return Explanation{}, err
	}
	return Explanation{Decision: decision, Because: asked.because(lives, platform)}, nil
}

func (q question) because(all, platform lives) []LiveFact {
	memberships := all.list("membership", func(fact liveFact) bool {
		identity, _ := fact.body.Get("identity").(*kernel.Object)
		return identity != nil && textOf(identity, "issuer") == q.identity.Issuer &&
			textOf(identity, "sub") == q.identity.Sub
	})
	facts := slices.Concat(all.one("tenant", "tenant:"+q.tenant), memberships)
	named := namesIn(memberships, "tenant")
	if q.project != nil {
		grants := all.list("grant", func(fact liveFact) bool {
			member := "member:" + textOf(fact.body, "member")
			return textOf(fact.body, "project") == *q.project &&
				slices.ContainsFunc(memberships, func(of liveFact) bool { return of.Subject == member })
		})
		facts = slices.Concat(facts, all.one("project", "project:"+*q.project), grants)
		named = append(named, namesIn(grants, "project")...)
	}
	roles := platform.list("role", func(fact liveFact) bool {
		name := scoped{textOf(fact.body, "scope"), strings.TrimPrefix(fact.Subject, "role:")}
		permissions := listOf(fact.body, "permissions")
		return slices.Contains(named, name) &&
			(slices.Contains(permissions, q.permission) || slices.Contains(permissions, "*"))
	})
	because := []LiveFact{}
	for _, fact := range slices.Concat(facts, roles) {
		because = append(because, LiveFact{
			Tenant: fact.Tenant, Seq: fact.Seq, Kind: fact.Kind, Subject: fact.Subject, ID: fact.ID,
			At: fact.At, Operation: fact.Cause.Operation, Actor: fact.Cause.Actor,
		})
	}
	return because
}

// scoped is a role's name where it was named: only a role of that scope is meant.
type scoped struct{ scope, role string }

func namesIn(facts []liveFact, scope string) []scoped {
	var named []scoped
	for _, fact := range facts {
		for _, role := range listOf(fact.body, "roles") {
			named = append(named, scoped{scope, role})
		}
	}
	return named
}

func textOf(body *kernel.Object, name string) string {
	text, _ := body.Get(name).(string)
	return text
}

func listOf(body *kernel.Object, name string) []string {
	list, _ := body.Get(name).([]kernel.Value)
	texts := make([]string, 0, len(list))
	for _, item := range list {
		text, _ := item.(string)
		texts = append(texts, text)
	}
	return texts
}
