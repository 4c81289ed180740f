package vectors

import (
	"encoding/json"
	"fmt"
	"strings"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
)

// Answer is what this module says to a vector: a map with `holds`, `value`, `code`, or for a shard
// `accepted`, `codes` and `head`.
type Answer map[string]any

// Run answers one vector. An error means that it is no vector that is known here.
func Run(name string, vector []byte) (Answer, error) {
	if strings.HasPrefix(name, "ed25519-") {
		return runSignature(vector)
	}
	var kind struct {
		Check string          `json:"check"`
		Input json.RawMessage `json:"input"`
	}
	if err := json.Unmarshal(vector, &kind); err != nil {
		return nil, err
	}
	if kind.Check == "" {
		return runShard(vector)
	}
	run, known := checks[kind.Check]
	if !known {
		return nil, fmt.Errorf("no check %q", kind.Check)
	}
	value, err := run(kind.Input)
	if code := kernel.CodeOf(err); code != "" {
		return Answer{"code": code}, nil
	}
	if err != nil {
		return nil, err
	}
	return Answer{"value": value}, nil
}

func runSignature(data []byte) (Answer, error) {
	var vector struct{ PublicKey, Message, Signature hexBytes }
	if err := json.Unmarshal(data, &vector); err != nil {
		return nil, err
	}
	// A key that the strict profile refuses signs nothing.
	key, err := kernel.NewKey(vector.PublicKey)
	return Answer{"holds": err == nil && key.Verify(vector.Message, vector.Signature)}, nil
}

func runShard(data []byte) (Answer, error) {
	var vector struct {
		Log   string
		Keys  map[string]string
		Shard int
		Lines []string
	}
	if err := json.Unmarshal(data, &vector); err != nil {
		return nil, err
	}
	keys := map[string]kernel.FactKey{}
	for id, text := range vector.Keys {
		raw, _ := kernel.FromBase64(text)
		key, err := kernel.NewKey(raw)
		if err != nil {
			return Answer{"code": kernel.CodeOf(err)}, nil
		}
		keys[id] = kernel.FactKey{Key: key, Range: kernel.Everywhere}
	}
	trust := reader.Trust{Log: vector.Log, Find: func(id string) (kernel.FactKey, bool) {
		key, found := keys[id]
		return key, found
	}}
	shard := reader.New(vector.Shard, trust)
	step := shard.Fetched(vector.Lines, reader.HTTP, true)
	return Answer{
		"accepted": len(step.Accepted),
		"codes":    codesOf(step),
		"head":     headOf(shard),
	}, nil
}

func codesOf(step reader.Step) []kernel.Code {
	codes := []kernel.Code{}
	for _, refused := range step.Refused {
		codes = append(codes, refused.Err.Code)
	}
	return codes
}

func headOf(shard *reader.Shard) map[string]any {
	head := shard.Head()
	return map[string]any{"position": head.Position, "index": head.Index, "hash": head.Hash.Hex()}
}
