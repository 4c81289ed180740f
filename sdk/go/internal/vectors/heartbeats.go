package vectors

import "tenure.dev/dataplane/internal/kernel"

type heartbeat struct {
	KeySet noteBytes
	Last   *noteBytes
	Note   noteBytes
}

// lastOf reads a heartbeat that was opened before, and the checkpoint in it.
func lastOf(data *noteBytes) (*kernel.Beat, error) {
	if data == nil {
		return nil, nil
	}
	return kernel.ReadBeat(*data)
}

func runHeartbeat(in heartbeat) (any, error) {
	set, err := setOf(in.KeySet)
	if err != nil {
		return nil, err
	}
	last, err := lastOf(in.Last)
	if err != nil {
		return nil, err
	}
	beat, err := kernel.OpenHeartbeat(in.Note, set, last)
	if err != nil {
		return nil, err
	}
	value := map[string]any{
		"epoch":         beat.Epoch,
		"fence":         beat.Fence,
		"at":            beat.At,
		"keySetVersion": beat.KeySetVersion,
		"checkpoint":    nil,
		"heads":         headsOf(&beat.Heads),
	}
	if beat.Stated != nil {
		value["checkpoint"] = map[string]any{"size": beat.Stated.Size, "root": beat.Stated.Root.Hex()}
	}
	return value, nil
}

// headsOf shards with lines.
func headsOf(all *kernel.ShardHeads) map[string]any {
	heads := map[string]any{}
	for shard, head := range all {
		if head.Count > 0 {
			heads[kernel.ShardName(shard)] = map[string]any{"count": head.Count, "hash": head.Hash.Hex()}
		}
	}
	return heads
}
