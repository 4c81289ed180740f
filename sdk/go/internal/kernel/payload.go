package kernel

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxPayloadBytes is checked by writer and reader.
const MaxPayloadBytes = 16 * 1024

const byteOrder = "\xef\xbb\xbf"

var (
	payloadKeys = strings.Fields("log epoch tenant seq prev id kind subject op at cause body")
	causeKeys   = []string{"operation", "actor"}
)

func decodePayload(payload []byte) (string, error) {
	text := string(payload)
	switch {
	case len(text) > MaxPayloadBytes:
		return "", Refuse(PayloadTooLarge, "%d bytes", len(text))
	case strings.HasPrefix(text, byteOrder):
		return "", Refuse(PayloadBOM, "starts with a byte order mark")
	case !utf8.ValidString(text):
		return "", Refuse(PayloadNotUTF8, "not UTF-8")
	}
	return text, nil
}

// ParsePayload gives the fact that these bytes state, and its body parsed. Only bytes whose
// signature holds may come here. The body's form is [CheckBody]'s matter: kinds of a later version
// have none.
func ParsePayload(payload []byte) (*Fact, *Object, error) {
	text, err := decodePayload(payload)
	if err != nil {
		return nil, nil, err
	}
	value, parsed, err := parseStrict(text)
	if err != nil {
		return nil, nil, err
	}
	object, ok := value.(*Object)
	if !ok || !slices.Equal(object.Names(), payloadKeys) {
		return nil, nil, Refuse(PayloadKeyOrder, "keys are not exactly: %s", strings.Join(payloadKeys, " "))
	}
	fact, body, ok := readFields(object)
	if !ok {
		return nil, nil, Refuse(PayloadField, "a field of another form")
	}
	fact.Body = json.RawMessage(text[parsed.bodyFrom:parsed.bodyTo])
	if err := checkSubject(fact, body); err != nil {
		return nil, nil, err
	}
	return fact, body, nil
}

// fields reads members and remembers whether all were of their form.
type fields struct {
	object *Object
	wrong  bool
}

func (f *fields) text(name string, holds func(string) bool) string {
	text, ok := f.object.Get(name).(string)
	f.wrong = f.wrong || !ok || !holds(text)
	return text
}

func (f *fields) count(name string) int64 {
	value, ok := f.object.Get(name).(int64)
	f.wrong = f.wrong || !ok || value < 1
	return value
}

func (f *fields) child(name string) *Object {
	child, ok := f.object.Get(name).(*Object)
	f.wrong = f.wrong || !ok
	if !ok {
		return &Object{}
	}
	return child
}

func isHash(text string) bool {
	hash, ok := FromBase64URL(text)
	return ok && len(hash) == HashBytes
}

func isOp(text string) bool { return Op(text) == Assert || Op(text) == Retract }

func isInstant(text string) bool {
	_, ok := ParseInstant(text)
	return ok
}

func readFields(object *Object) (*Fact, *Object, bool) {
	f := &fields{object: object}
	fact := &Fact{
		Log:     f.text("log", IsLog),
		Epoch:   f.count("epoch"),
		Tenant:  f.text("tenant", IsUUID),
		Seq:     f.count("seq"),
		Prev:    f.text("prev", isHash),
		ID:      f.text("id", IsUUID),
		Kind:    f.text("kind", isKind),
		Subject: f.text("subject", isSubject),
		Op:      Op(f.text("op", isOp)),
		At:      f.text("at", isInstant),
	}
	body := f.child(bodyName)
	cause := &fields{object: f.child("cause")}
	cause.wrong = !slices.Equal(cause.object.Names(), causeKeys)
	fact.Cause.Operation = cause.text("operation", IsUUID)
	fact.Cause.Actor = cause.text("actor", isOpaque)
	return fact, body, !f.wrong && !cause.wrong
}
