package vectors

import "tenure.dev/dataplane/internal/kernel"

func runNoteKey(input struct{ Key string }) (any, error) {
	key, err := kernel.ParseNoteKey(input.Key)
	if err != nil {
		return nil, err
	}
	return map[string]any{"name": key.Name, "keyHash": key.KeyHash}, nil
}

type note struct {
	Note noteBytes
	Keys []string
}

func runNote(in note) (any, error) {
	keys, err := noteKeysOf(in.Keys)
	if err != nil {
		return nil, err
	}
	opened, err := kernel.OpenNote(in.Note, keys)
	if err != nil {
		return nil, err
	}
	signedBy := []string{}
	for _, key := range opened.SignedBy {
		signedBy = append(signedBy, key.Name+"+"+key.KeyHash)
	}
	return map[string]any{"text": opened.Text, "signedBy": signedBy}, nil
}

type checkpoint struct {
	note
	Origin string
}

func runCheckpoint(in checkpoint) (any, error) {
	keys, err := noteKeysOf(in.Keys)
	if err != nil {
		return nil, err
	}
	opened, err := kernel.OpenCheckpoint(in.Note, in.Origin, keys)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"origin":     opened.Origin,
		"size":       opened.Size,
		"root":       opened.Root.Hex(),
		"extensions": opened.Extensions,
	}, nil
}

// setOf reads a key set whose signatures were checked before.
func setOf(data noteBytes) (*kernel.KeySet, error) {
	text, err := kernel.TextOfNote(data)
	if err != nil {
		return nil, err
	}
	return kernel.ParseKeySet(text)
}

type keySet struct {
	Log, Root string
	Trusted   *noteBytes
	Note      noteBytes
}

func runKeySet(in keySet) (any, error) {
	root, err := kernel.ParseNoteKey(in.Root)
	if err != nil {
		return nil, err
	}
	trusted := kernel.Trusted{Root: root}
	if in.Trusted != nil {
		if trusted.Set, err = setOf(*in.Trusted); err != nil {
			return nil, err
		}
	}
	opened, err := kernel.OpenKeySet(in.Note, in.Log, trusted)
	if err != nil {
		return nil, err
	}
	times := []string{}
	for _, key := range opened.Set.Time {
		times = append(times, kernel.KeyIDOf(key.Raw()))
	}
	return map[string]any{
		"version": opened.Set.Version,
		"fact":    rangesOf(opened.Set.Fact),
		"log":     rangesOf(opened.Set.LogKeys),
		"time":    times,
	}, nil
}

func rangesOf(keys []kernel.RangedKey) []any {
	ranges := []any{}
	for _, key := range keys {
		ranges = append(ranges, map[string]any{
			"keyId": kernel.KeyIDOf(key.Key.Raw()),
			"from":  key.From,
			"to":    limitOf(key.To),
			"void":  limitOf(key.Void),
		})
	}
	return ranges
}

func limitOf(limit int64) any {
	if limit == kernel.NoEnd {
		return nil
	}
	return limit
}
