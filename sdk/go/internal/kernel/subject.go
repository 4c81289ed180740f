package kernel

import "strings"

func named(noun string, holds func(string) bool) func(string) bool {
	return func(subject string) bool {
		name, ok := strings.CutPrefix(subject, noun+":")
		return ok && holds(name)
	}
}

func isMemberInProject(name string) bool {
	member, project, ok := strings.Cut(name, ":")
	return ok && IsUUID(member) && IsUUID(project)
}

var subjectForms = map[string]func(string) bool{
	"tenant":      named("tenant", IsUUID),
	"project":     named("project", IsUUID),
	"membership":  named("member", IsUUID),
	"grant":       named("grant", isMemberInProject),
	"role":        named("role", isName),
	"product":     named("product", isName),
	"plan":        named("plan", isName),
	"entitlement": named("entitlement", isName),
	"api-key":     named("api-key", IsUUID),
	"app":         named("app", isName),
}

// repeats tells that the subject says what chain and body say: two answers in one fact would let
// two readers disagree.
func repeats(fact *Fact, body *Object) bool {
	if fact.Kind == "tenant" {
		return fact.Subject == "tenant:"+fact.Tenant
	}
	if fact.Op == Retract {
		return true
	}
	text := func(name string) string {
		value, _ := body.Get(name).(string)
		return value
	}
	switch fact.Kind {
	case "grant":
		return fact.Subject == "grant:"+text("member")+":"+text("project")
	case "entitlement":
		return fact.Subject == "entitlement:"+text("product")
	}
	return true
}

func checkSubject(fact *Fact, body *Object) error {
	isOfKind, known := subjectForms[fact.Kind]
	if known && (!isOfKind(fact.Subject) || !repeats(fact, body)) {
		return Refuse(SubjectMismatch, "%s is no subject of this %s", fact.Subject, fact.Kind)
	}
	return nil
}
