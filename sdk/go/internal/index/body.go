package index

import (
	"strings"

	"tenure.dev/dataplane/internal/kernel"
)

func textOf(body *kernel.Object, name string) string {
	text, _ := body.Get(name).(string)
	return text
}

func namesOf(body *kernel.Object, name string) []string {
	list, _ := body.Get(name).([]kernel.Value)
	names := make([]string, 0, len(list))
	for _, item := range list {
		text, _ := item.(string)
		names = append(names, strings.Clone(text))
	}
	return names
}

func entitlementOf(body *kernel.Object) Entitlement {
	limits := map[string]int64{}
	if given, ok := body.Get("limits").(*kernel.Object); ok {
		for _, name := range given.Names() {
			limit, _ := given.Get(name).(int64)
			limits[strings.Clone(name)] = limit
		}
	}
	until, _ := kernel.ParseInstant(textOf(body, "until"))
	return Entitlement{Plan: strings.Clone(textOf(body, "plan")), Limits: limits, Until: until}
}

// intern keeps one text for all members of an issuer.
func (x *Index) intern(issuer string) *string {
	if known, found := x.issuers[issuer]; found {
		return known
	}
	kept := strings.Clone(issuer)
	x.issuers[kept] = &kept
	return &kept
}
