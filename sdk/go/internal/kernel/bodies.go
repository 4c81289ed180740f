package kernel

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

const (
	maxListItems   = 256
	maxIssuerChars = 2000
)

type check func(Value) bool

func text(holds func(string) bool) check {
	return func(value Value) bool {
		text, ok := value.(string)
		return ok && holds(text)
	}
}

func oneOf(words ...string) check {
	return text(func(word string) bool { return slices.Contains(words, word) })
}

func nullOr(holds check) check {
	return func(value Value) bool { return value == nil || holds(value) }
}

func isBool(value Value) bool {
	_, ok := value.(bool)
	return ok
}

// setOf is a list without repetition: two ways of writing one set would be two statements.
func setOf(holds func(string) bool) check {
	return func(value Value) bool {
		list, ok := value.([]Value)
		if !ok || len(list) > maxListItems {
			return false
		}
		seen := make(map[string]struct{}, len(list))
		for _, item := range list {
			name, ok := item.(string)
			if !ok || !holds(name) {
				return false
			}
			seen[name] = struct{}{}
		}
		return len(seen) == len(list)
	}
}

// members takes exactly these: a member that an old reader skipped could have narrowed the grant.
func members(shape map[string]check) check {
	return func(value Value) bool {
		object, ok := value.(*Object)
		if !ok || len(object.Names()) != len(shape) {
			return false
		}
		for name, holds := range shape {
			if !object.Has(name) || !holds(object.Get(name)) {
				return false
			}
		}
		return true
	}
}

func isLimits(value Value) bool {
	object, ok := value.(*Object)
	if !ok || len(object.Names()) > maxListItems {
		return false
	}
	for _, name := range object.Names() {
		limit, ok := object.Get(name).(int64)
		if !ok || limit < 0 || !isName(name) {
			return false
		}
	}
	return true
}

var isPlanEntitlement = members(map[string]check{"product": text(isName), "limits": isLimits})

func isPlanEntitlements(value Value) bool {
	list, ok := value.([]Value)
	if !ok || len(list) > maxListItems {
		return false
	}
	seen := make(map[Value]struct{}, len(list))
	for _, item := range list {
		if !isPlanEntitlement(item) {
			return false
		}
		seen[item.(*Object).Get("product")] = struct{}{}
	}
	return len(seen) == len(list)
}

// isIssuer is an http(s) address of 1 to 2000 characters, counted as UTF-16 does, without white
// space and without what would give an address a user, a query or a fragment.
func isIssuer(issuer string) bool {
	rest, ok := strings.CutPrefix(issuer, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(issuer, "http://")
	}
	chars := 0
	for _, r := range rest {
		if strings.ContainsRune(`"\@?#`, r) || isScriptSpace(r) {
			return false
		}
		chars += utf16.RuneLen(r)
	}
	return ok && chars >= 1 && chars <= maxIssuerChars
}

// isScriptSpace is \s of ECMAScript, by which the reference judges: white space of Unicode but for
// U+0085, and the byte order mark.
func isScriptSpace(r rune) bool {
	return r == '\uFEFF' || (r != '\u0085' && unicode.Is(unicode.White_Space, r))
}
