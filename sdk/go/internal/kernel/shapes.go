package kernel

var isRetraction = members(nil)

// shapes are the bodies of assertions, per kind.
var shapes = map[string]check{
	"tenant": members(map[string]check{
		"slug":      text(isSlug),
		"state":     oneOf("trial", "active", "frozen", "archived"),
		"plan":      text(isName),
		"isolation": oneOf("silo", "pool"),
		"demo":      isBool,
	}),
	"project": members(map[string]check{"state": oneOf("active")}),
	"membership": members(map[string]check{
		"state":    oneOf("pending", "active", "inactive"),
		"identity": nullOr(members(map[string]check{"issuer": text(isIssuer), "sub": text(isOpaque)})),
		"roles":    setOf(isName),
	}),
	"grant": members(map[string]check{
		"member":  text(IsUUID),
		"project": text(IsUUID),
		"roles":   setOf(isName),
	}),
	"role": members(map[string]check{
		"scope":       oneOf("tenant", "project"),
		"permissions": setOf(isPermission),
	}),
	"product": members(map[string]check{"limits": setOf(isName)}),
	"plan":    members(map[string]check{"entitlements": isPlanEntitlements}),
	"entitlement": members(map[string]check{
		"product": text(isName),
		"plan":    text(isName),
		"limits":  isLimits,
		"until":   nullOr(text(isInstant)),
	}),
	"api-key": members(map[string]check{
		"hash":      text(isHash),
		"scopes":    setOf(isScope),
		"namespace": nullOr(text(isName)),
		"until":     nullOr(text(isInstant)),
	}),
	"app": members(map[string]check{"roles": setOf(isName)}),
}

// CheckBody refuses (body-invalid) what is not exactly of its kind's form. A kind of a later
// version passes: it is chained, never decided by.
func CheckBody(kind string, op Op, body *Object) error {
	holds, known := shapes[kind]
	if !known {
		return nil
	}
	if op == Retract {
		holds = isRetraction
	}
	if !holds(body) {
		return Refuse(BodyInvalid, "not a body of %s %s", op, kind)
	}
	return nil
}
