package kernel

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
)

// SignNote signs a text, which ends in LF, with an Ed25519 key (C2SP signed-note).
func SignNote(text, name string, signer crypto.Signer) ([]byte, error) {
	raw, ok := signer.Public().(ed25519.PublicKey)
	if !ok {
		return nil, Refuse(KeyInvalid, "the key of %s is no Ed25519 key", name)
	}
	key, err := NewNoteKey(name, raw)
	if err != nil {
		return nil, err
	}
	// Ed25519 signs the message itself: it is not hashed before (RFC 8032, 5.1).
	signature, err := signer.Sign(rand.Reader, []byte(text), crypto.Hash(0))
	if err != nil {
		return nil, err
	}
	hash, _ := hex.DecodeString(key.KeyHash)
	line := noteDash + name + " " + ToBase64(append(hash, signature...)) + "\n"
	return []byte(text + "\n" + line), nil
}
