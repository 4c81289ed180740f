package kernel

import (
	"encoding/json"
	"strings"
)

// Envelope is DSSE v1 with exactly one signature, in exactly this form on one line:
//
//	{"payload":"B64","payloadType":"TYPE","signatures":[{"keyid":"ID","sig":"B64"}]}
type Envelope struct {
	// Payload is verbatim; verify it before parsing.
	Payload   []byte
	KeyID     string
	Signature []byte
}

const (
	beforePayload = `{"payload":"`
	beforeKeyID   = `","payloadType":"` + PayloadType + `","signatures":[{"keyid":"`
	beforeSig     = `","sig":"`
	behindSig     = `"}]}`
)

// ParseEnvelope takes the one form, so that there is no second reading. Only what is refused is
// parsed as JSON, to say why.
func ParseEnvelope(text string) (Envelope, error) {
	if envelope, ok := parseExact(text); ok {
		return envelope, nil
	}
	return Envelope{}, whyNoEnvelope(text)
}

func parseExact(text string) (Envelope, bool) {
	rest, ok := strings.CutPrefix(text, beforePayload)
	if !ok {
		return Envelope{}, false
	}
	// Base64 has no quotes, so the first one ends it.
	payloadEnd := strings.IndexByte(rest, '"')
	if payloadEnd < 0 {
		return Envelope{}, false
	}
	payload, isPayload := FromBase64(rest[:payloadEnd])
	rest, isType := strings.CutPrefix(rest[payloadEnd:], beforeKeyID)
	keyID, rest, hasKeyID := strings.Cut(rest, beforeSig)
	sigText, isEnd := strings.CutSuffix(rest, behindSig)
	signature, isSig := FromBase64(sigText)
	ok = isPayload && isType && hasKeyID && isEnd && isSig && isKeyID(keyID)
	return Envelope{Payload: payload, KeyID: keyID, Signature: signature}, ok
}

// whyNoEnvelope gives checks 2 to 6 of the specification in their order.
func whyNoEnvelope(text string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		return Refuse(EnvelopeMalformed, "not a JSON object")
	}
	payloadType, isText := textOf(members["payloadType"])
	if !isText {
		return Refuse(EnvelopeMalformed, "no payloadType")
	}
	if payloadType != PayloadType {
		return Refuse(PayloadTypeUnknown, "%q", payloadType)
	}
	var signatures []json.RawMessage
	if err := json.Unmarshal(members["signatures"], &signatures); err != nil || signatures == nil {
		return Refuse(EnvelopeMalformed, "no signatures")
	}
	if len(signatures) != 1 {
		return Refuse(SignatureCount, "%d", len(signatures))
	}
	return Refuse(EnvelopeMalformed, "another form than the one of the specification")
}

func textOf(raw json.RawMessage) (string, bool) {
	var text *string
	err := json.Unmarshal(raw, &text)
	if err != nil || text == nil {
		return "", false
	}
	return *text, true
}
