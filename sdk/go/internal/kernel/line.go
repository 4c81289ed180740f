package kernel

import "strings"

// Line is one fact on its way, in a stream message and in GET /v1/facts:
//
//	position SP index SP envelope
type Line struct {
	// Position in the shard: 1, 2, 3 ... without gaps.
	Position int64
	// Index in the whole log: 0, 1, 2 ...
	Index    int64
	Envelope string
}

// ParseLine refuses (line-malformed) every other form.
func ParseLine(text string) (Line, error) {
	first, rest, ok := strings.Cut(text, " ")
	second, envelope, also := strings.Cut(rest, " ")
	position, isPosition := ParseCount(first)
	index, isIndex := ParseCount(second)
	if !ok || !also || !isPosition || !isIndex || position < 1 || !isOneObject(envelope) {
		return Line{}, Refuse(LineMalformed, "not <position> <index> <envelope>")
	}
	return Line{Position: position, Index: index, Envelope: envelope}, nil
}

func isOneObject(text string) bool {
	return len(text) >= 2 && text[0] == '{' && text[len(text)-1] == '}' &&
		!strings.ContainsAny(text, "\n\r")
}
