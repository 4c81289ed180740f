package kernel

import (
	"math"
	"strconv"
)

// MaxDepth of objects and arrays; the payload's own object is 1.
const MaxDepth = 8

// Value is string, int64, bool, nil, []Value or *Object.
type Value any

// Object keeps its members in the order of the text: the payload's order is part of its form.
type Object struct {
	names  []string
	values map[string]Value
}

// Get gives nil also for a member that is not there; see [Object.Has].
func (o *Object) Get(name string) Value { return o.values[name] }

// Has tells a member that is there.
func (o *Object) Has(name string) bool {
	_, found := o.values[name]
	return found
}

// Names in the order of the text.
func (o *Object) Names() []string { return o.names }

// parser reads JSON (RFC 8259) and notes on its way the first thing about which languages
// disagree. A text that is no JSON at all is refused as that, whatever was noted before. Its depth
// is bounded by the length of a payload, which is checked beforehand.
type parser struct {
	text  string
	at    int
	depth int
	// first is what the scan from left to right found first.
	first *Error
	// body is where the top member named so begins and ends.
	bodyFrom, bodyTo int
}

func (p *parser) note(code Code, why string) {
	if p.first == nil {
		p.first = Refuse(code, "%s at %d", why, p.at)
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) skipSpace() {
	for p.at < len(p.text) && isSpace(p.text[p.at]) {
		p.note(PayloadNotCompact, "white space")
		p.at++
	}
}

func (p *parser) take(c byte) bool {
	if p.peek() != c || p.at >= len(p.text) {
		return false
	}
	p.at++
	return true
}

// value is false when the text is no JSON.
func (p *parser) value() (Value, bool) {
	p.skipSpace()
	switch p.peek() {
	case '{':
		return p.object()
	case '[':
		return p.array()
	case '"':
		return p.string()
	case 't':
		return true, p.literal("true")
	case 'f':
		return false, p.literal("false")
	case 'n':
		return nil, p.literal("null")
	default:
		return p.number()
	}
}

func (p *parser) open() {
	if p.depth == MaxDepth {
		p.note(PayloadTooDeep, "more than 8 levels")
	}
	p.depth++
	p.at++
}

func (p *parser) literal(word string) bool {
	end := p.at + len(word)
	if end > len(p.text) || p.text[p.at:end] != word {
		return false
	}
	p.at = end
	return true
}

func (p *parser) digits() bool {
	from := p.at
	for p.at < len(p.text) && digitClass[p.text[p.at]] {
		p.at++
	}
	return p.at > from
}

func (p *parser) number() (Value, bool) {
	from := p.at
	p.take('-')
	if !p.take('0') && !p.digits() {
		return nil, false
	}
	whole := p.at
	if p.take('.') && !p.digits() {
		return nil, false
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.at++
		if !p.take('+') {
			p.take('-')
		}
		if !p.digits() {
			return nil, false
		}
	}
	// White space behind a word is part of it in the reference, and so comes first.
	p.skipSpace()
	word := p.text[from:whole]
	value, err := strconv.ParseInt(word, 10, 64)
	isInteger := p.at == whole || isSpace(p.text[whole])
	if err != nil || !isInteger || word == "-0" || value > MaxSafe || value < -MaxSafe {
		p.note(PayloadNumber, "no integer within 2^53 - 1")
		value = math.MinInt64
	}
	return value, true
}
