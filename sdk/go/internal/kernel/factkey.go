package kernel

import "math"

// NoEnd stands for "-" in a range: larger than every index and size.
const NoEnd = math.MaxInt64

// Range is where a fact or log key is valid: from From on and below To. What it signed at or
// above Void is void.
type Range struct{ From, To, Void int64 }

// Everywhere is the range of a key without limits.
var Everywhere = Range{To: NoEnd, Void: NoEnd}

// Holds tells that the key is valid at the index or size.
func (r Range) Holds(at int64) bool { return r.From <= at && at < r.To }

// IsOpen tells that the key still signs.
func (r Range) IsOpen() bool { return r.To == NoEnd }

// IsVoid tells that a compromise covers the index or size.
func (r Range) IsVoid(at int64) bool { return at >= r.Void }

// FactKey verifies facts within its range.
type FactKey struct {
	Key Key
	Range
}

// FindFactKey gives the trusted key of an id.
type FindFactKey func(id string) (FactKey, bool)

// Opened is what an envelope states, verified.
type Opened struct {
	Fact *Fact
	Body *Object
	Leaf Hash
	Key  FactKey
}

// OpenEnvelope checks envelope, then key, then signature, and only then parses the payload, out of
// the buffer that was verified. The fact's place and body are for the caller to check.
func OpenEnvelope(text string, find FindFactKey) (Opened, error) {
	envelope, err := ParseEnvelope(text)
	if err != nil {
		return Opened{}, err
	}
	key, found := find(envelope.KeyID)
	if !found {
		return Opened{}, Refuse(KeyUnknown, "%s", envelope.KeyID)
	}
	message := seal(envelope.Payload)
	if !key.Key.Verify(message.pae(), envelope.Signature) {
		return Opened{}, Refuse(SignatureInvalid, "by key %s", envelope.KeyID)
	}
	fact, body, err := ParsePayload(envelope.Payload)
	if err != nil {
		return Opened{}, err
	}
	return Opened{Fact: fact, Body: body, Leaf: message.leaf(), Key: key}, nil
}
