package kernel

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

const shortEscapes = `"\/bfnrt`
const shortMeanings = "\"\\/\b\f\n\r\t"

// string reads what stands at the opening quote. The text is UTF-8 already.
func (p *parser) string() (Value, bool) {
	p.at++
	from := p.at
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return p.text[from : p.at-1], true
		case c == '\\':
			return p.escapedString(from)
		case c < 0x20:
			return nil, false
		}
	}
	return nil, false
}

func (p *parser) escapedString(from int) (Value, bool) {
	var out strings.Builder
	out.WriteString(p.text[from:p.at])
	lone := false
	for p.at < len(p.text) {
		c := p.text[p.at]
		switch {
		case c == '"':
			p.at++
			if lone {
				p.note(PayloadString, "a lone surrogate")
			}
			return out.String(), true
		case c == '\\':
			r, ok := p.escape()
			if !ok {
				return nil, false
			}
			lone = lone || utf16.IsSurrogate(r)
			out.WriteRune(r)
		case c < 0x20:
			return nil, false
		default:
			out.WriteByte(c)
			p.at++
		}
	}
	return nil, false
}

// escape reads one escape, or two that are a surrogate pair; a lone surrogate is given as it is.
func (p *parser) escape() (rune, bool) {
	if p.at+1 >= len(p.text) {
		return 0, false
	}
	kind := p.text[p.at+1]
	if at := strings.IndexByte(shortEscapes, kind); at >= 0 {
		p.at += 2
		return rune(shortMeanings[at]), true
	}
	first, ok := p.unicodeEscape(p.at)
	if !ok {
		return 0, false
	}
	p.at += 6
	if second, ok := p.unicodeEscape(p.at); ok {
		if pair := utf16.DecodeRune(first, second); pair != '\uFFFD' {
			p.at += 6
			return pair, true
		}
	}
	return first, true
}

// unicodeEscape reads `\uXXXX` at a place without moving on.
func (p *parser) unicodeEscape(at int) (rune, bool) {
	if at+6 > len(p.text) || p.text[at] != '\\' || p.text[at+1] != 'u' {
		return 0, false
	}
	value, err := strconv.ParseUint(p.text[at+2:at+6], 16, 16)
	return rune(value), err == nil
}
