package kernel

import (
	"math"
	"strings"
)

// Text formats of the payload's fields, written out: a regular expression for each field would
// cost as much as the signature. The specification has the same table.

// MaxSafe is 2^53 - 1, the largest integer that every language's JSON agrees on.
const MaxSafe = 1<<53 - 1

const uuidChars = 36

type charClass [256]bool

func classOf(chars string) (class charClass) {
	for i := range len(chars) {
		class[chars[i]] = true
	}
	return class
}

const (
	digits = "0123456789"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

var (
	hexClass       = classOf(digits + "abcdef")
	digitClass     = classOf(digits)
	lowerClass     = classOf(lower)
	letterClass    = classOf(lower + upper)
	alnumClass     = classOf(digits + lower + upper)
	lowAlnumClass  = classOf(digits + lower)
	kindClass      = classOf(digits + lower + "-")
	logClass       = classOf(digits + lower + "._-")
	nameClass      = classOf(digits + lower + upper + "._-")
	subjectClass   = classOf(digits + lower + upper + "._:-")
	opaqueClass    = classOf(digits + lower + upper + "._:|/-")
	maxOpaqueChars = 255
)

func all(text string, class *charClass) bool {
	for i := range len(text) {
		if !class[text[i]] {
			return false
		}
	}
	return true
}

// word is one character of `first`, then at most `max` - 1 of `rest`.
func word(text string, first, rest *charClass, max int) bool {
	return text != "" && len(text) <= max && first[text[0]] && all(text[1:], rest)
}

// IsUUID takes lower case of any version: the nil UUID is the platform tenant.
func IsUUID(text string) bool {
	if len(text) != uuidChars {
		return false
	}
	for i := range uuidChars {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if text[i] != '-' {
				return false
			}
		} else if !hexClass[text[i]] {
			return false
		}
	}
	return true
}

// IsLog tells the origin of a log (a C2SP signed-note key name without spaces and plus signs).
func IsLog(text string) bool {
	if len(text) > 255 {
		return false
	}
	for segment := range strings.SplitSeq(text, "/") {
		if !word(segment, &lowAlnumClass, &logClass, math.MaxInt) {
			return false
		}
	}
	return true
}

func isKind(text string) bool { return word(text, &lowerClass, &kindClass, 63) }

func isSubject(text string) bool {
	noun, name, found := strings.Cut(text, ":")
	return found && isKind(noun) && word(name, &alnumClass, &subjectClass, 255)
}

// isOpaque has no "@", so that no e-mail address fits.
func isOpaque(text string) bool { return word(text, &alnumClass, &opaqueClass, maxOpaqueChars) }

func isName(text string) bool { return word(text, &letterClass, &nameClass, 63) }

func isScope(text string) bool { return word(text, &letterClass, &subjectClass, 127) }

func isKeyID(text string) bool { return word(text, &alnumClass, &subjectClass, 128) }

func isPermission(text string) bool {
	resource, verb, found := strings.Cut(text, ":")
	return text == "*" || (found && isName(resource) && isName(verb))
}

// isSlug is a DNS label (RFC 1123).
func isSlug(text string) bool {
	return word(text, &lowAlnumClass, &kindClass, 63) && text[len(text)-1] != '-'
}

// ParseCount reads decimal without leading zeros, at most 2^53 - 1.
func ParseCount(text string) (int64, bool) {
	if text == "" || len(text) > 16 || (text[0] == '0' && text != "0") {
		return 0, false
	}
	var value int64
	for i := range len(text) {
		if !digitClass[text[i]] {
			return 0, false
		}
		value = value*10 + int64(text[i]-'0')
	}
	return value, value <= MaxSafe
}
