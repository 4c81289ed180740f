// Package vectors answers the vectors of the specification (facts/spec/vectors), for this module's
// tests and for tests across languages.
package vectors

import (
	"encoding/hex"
	"encoding/json"

	"tenure.dev/dataplane/internal/kernel"
)

// hexBytes is bytes in hexadecimal.
type hexBytes []byte

// UnmarshalJSON takes no bytes for what is no hexadecimal.
func (h *hexBytes) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*h, _ = hex.DecodeString(text)
	return nil
}

// noteBytes is a note in base64.
type noteBytes []byte

// UnmarshalJSON takes no bytes for what is no base64.
func (n *noteBytes) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*n, _ = kernel.FromBase64(text)
	return nil
}

// count is a number; whatever is no integer becomes -1, which is no size and no index.
type count int64

// UnmarshalJSON never fails: vectors hold numbers that are to be refused.
func (c *count) UnmarshalJSON(data []byte) error {
	var value int64
	*c = -1
	if json.Unmarshal(data, &value) == nil {
		*c = count(value)
	}
	return nil
}

type head struct {
	Size count    `json:"size"`
	Root hexBytes `json:"root"`
}

func (h head) claimed() kernel.ClaimedHead {
	return kernel.ClaimedHead{Size: int64(h.Size), Root: h.Root}
}

func noteKeysOf(texts []string) ([]kernel.NoteKey, error) {
	keys := make([]kernel.NoteKey, 0, len(texts))
	for _, text := range texts {
		key, err := kernel.ParseNoteKey(text)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func bytesOf(list []hexBytes) [][]byte {
	plain := make([][]byte, 0, len(list))
	for _, item := range list {
		plain = append(plain, item)
	}
	return plain
}
