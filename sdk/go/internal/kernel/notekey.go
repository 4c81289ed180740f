package kernel

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
)

// Keys of signed notes (C2SP signed-note):
//
//	key hash = SHA-256(name || 0x0A || 0x01 || public key)[:4]     0x01: plain Ed25519
//	text     = name "+" key hash, 8 hexadecimal digits "+" base64(0x01 || public key)
const (
	noteEd25519  = 0x01
	keyHashBytes = 4
)

// NoteKey is a key whose signatures count.
type NoteKey struct {
	Name string
	// KeyHash is 8 hexadecimal digits. With the name it says which key to try, no more.
	KeyHash string
	Key     Key
}

// isKeyName is not empty and holds neither Unicode white space nor a plus sign.
func isKeyName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r == '+' || unicode.Is(unicode.White_Space, r)
	})
}

// NewNoteKey refuses (key-invalid) a name or a key that no note can be signed with.
func NewNoteKey(name string, raw []byte) (NoteKey, error) {
	if !isKeyName(name) {
		return NoteKey{}, Refuse(KeyInvalid, "not a key name: %q", name)
	}
	key, err := NewKey(raw)
	if err != nil {
		return NoteKey{}, err
	}
	sum := sha256.Sum256(append([]byte(name+"\n\x01"), raw...))
	return NoteKey{Name: name, KeyHash: hex.EncodeToString(sum[:keyHashBytes]), Key: key}, nil
}

// ParseNoteKey refuses (key-invalid) every other form, another hash and a key that is not strict.
func ParseNoteKey(text string) (NoteKey, error) {
	name, rest, _ := strings.Cut(text, "+")
	keyHash, encoded, _ := strings.Cut(rest, "+")
	data, ok := FromBase64(encoded)
	if !ok || len(data) != 1+32 || data[0] != noteEd25519 {
		return NoteKey{}, Refuse(KeyInvalid, "not an Ed25519 key of a note")
	}
	key, err := NewNoteKey(name, data[1:])
	if err != nil {
		return NoteKey{}, err
	}
	if keyHash != key.KeyHash {
		return NoteKey{}, Refuse(KeyInvalid, "the key hash of %s is another", name)
	}
	return key, nil
}

// String is the text that [ParseNoteKey] takes.
func (k NoteKey) String() string {
	return k.Name + "+" + k.KeyHash + "+" + ToBase64(append([]byte{noteEd25519}, k.Key.raw...))
}
