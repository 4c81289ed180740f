package kernel

// bodyName is the top member whose bytes are handed on verbatim.
const bodyName = "body"

func (p *parser) object() (Value, bool) {
	object := &Object{values: make(map[string]Value, 4)}
	p.open()
	defer func() { p.depth-- }()
	p.skipSpace()
	if p.take('}') {
		return object, true
	}
	for {
		if !p.member(object) {
			return nil, false
		}
		p.skipSpace()
		if p.take('}') {
			return object, true
		}
		if !p.take(',') {
			return nil, false
		}
	}
}

func (p *parser) member(object *Object) bool {
	p.skipSpace()
	if p.peek() != '"' {
		return false
	}
	text, ok := p.string()
	if !ok {
		return false
	}
	name, _ := text.(string)
	p.skipSpace()
	if object.Has(name) {
		p.note(PayloadDuplicateKey, "a key twice")
	}
	if !p.take(':') {
		return false
	}
	from := p.at
	value, ok := p.value()
	if !ok {
		return false
	}
	if p.depth == 1 && name == bodyName {
		p.bodyFrom, p.bodyTo = from, p.at
	}
	object.names = append(object.names, name)
	object.values[name] = value
	return true
}

func (p *parser) array() (Value, bool) {
	list := []Value{}
	p.open()
	defer func() { p.depth-- }()
	p.skipSpace()
	if p.take(']') {
		return list, true
	}
	for {
		value, ok := p.value()
		if !ok {
			return nil, false
		}
		list = append(list, value)
		p.skipSpace()
		if p.take(']') {
			return list, true
		}
		if !p.take(',') {
			return nil, false
		}
	}
}

// parseStrict gives the value of compact JSON whose meaning is the same in every language.
func parseStrict(text string) (Value, *parser, error) {
	p := &parser{text: text}
	value, ok := p.value()
	if ok {
		p.skipSpace()
	}
	if !ok || p.at != len(text) {
		return nil, p, Refuse(PayloadNotJSON, "not JSON at %d", p.at)
	}
	if p.first != nil {
		return nil, p, p.first
	}
	return value, p, nil
}
