package kernel

import (
	"bytes"
	"strings"
	"testing"
)

// Nothing that is read may bring a process down, and what is taken has one form.

func FuzzPayload(f *testing.F) {
	f.Add([]byte(`{"log":"a","epoch":1}`))
	f.Add([]byte(`[[[[[[[[[["\ud83d\ude00\ud83d",1.5e3,-0]]]]]]]]]]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fact, body, err := ParsePayload(data)
		if err == nil {
			_ = CheckBody(fact.Kind, fact.Op, body)
		}
	})
}

func FuzzLineAndEnvelope(f *testing.F) {
	f.Add(`1 0 {"payload":"e30=","payloadType":"` + PayloadType +
		`","signatures":[{"keyid":"a","sig":"AA=="}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		line, err := ParseLine(text)
		if err != nil {
			return
		}
		envelope, err := ParseEnvelope(line.Envelope)
		if err == nil && line.Envelope != beforePayload+ToBase64(envelope.Payload)+beforeKeyID+
			envelope.KeyID+beforeSig+ToBase64(envelope.Signature)+behindSig {
			t.Errorf("a second form: %q", text)
		}
	})
}

func FuzzNotes(f *testing.F) {
	f.Add([]byte("a\n\n— b AAAAAAA=\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = OpenNote(data, nil)
		_, _ = ReadBeat(data)
		if text, err := TextOfNote(data); err == nil {
			_, _ = ParseKeySet(text)
			_, _ = ParseCheckpoint(text)
		}
		_, _ = ParseKeySet(string(data))
		_, _ = ParseHeartbeat(string(data))
		_, _ = ParseStateNote(string(data))
		_, _ = ReadStateNote(data)
		_, _ = ParseNoteKey(string(data))
	})
}

func FuzzAPIKey(f *testing.F) {
	f.Add("tenure_" + strings.Repeat("a", 46))
	f.Fuzz(func(t *testing.T, key string) {
		if _, err := HashAPIKey(key); err == nil && len(key) != len("tenure_")+46 {
			t.Errorf("a second form: %q", key)
		}
	})
}

func FuzzTilePath(f *testing.F) {
	f.Add("tile/0/x001/234.p/5")
	f.Fuzz(func(t *testing.T, path string) {
		if tile, err := ParseTilePath(path); err == nil && tile.Path() != path {
			t.Errorf("a second form: %q", path)
		}
	})
}

func TestALineEndIsNoBase64(t *testing.T) {
	for _, text := range []string{"AA\n==", "\r", "AA=="[:3], "AB==", "AA==AA=="} {
		if data, ok := FromBase64(text); ok {
			t.Errorf("%q is %v", text, data)
		}
	}
	if data, ok := FromBase64("AA=="); !ok || !bytes.Equal(data, []byte{0}) {
		t.Error("a zero byte")
	}
}

func TestADateMustExist(t *testing.T) {
	for text, want := range map[string]bool{
		"2024-02-29T23:59:59.999Z": true,
		"0000-02-29T00:00:00.000Z": true,
		"2023-02-29T00:00:00.000Z": false,
		"2023-01-01T24:00:00.000Z": false,
		"2023-01-01T00:00:60.000Z": false,
		"2023-01-01T00:00:00,000Z": false,
		"2023-01-01T00:00:00.000z": false,
	} {
		if got := isInstant(text); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}
