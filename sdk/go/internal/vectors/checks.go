package vectors

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"tenure.dev/dataplane/internal/kernel"
)

type run func(input json.RawMessage) (any, error)

// over decodes the input of a check.
func over[Input any](check func(Input) (any, error)) run {
	return func(data json.RawMessage) (any, error) {
		var input Input
		if err := json.Unmarshal(data, &input); err != nil {
			return nil, err
		}
		return check(input)
	}
}

var checks = map[string]run{
	"tree":         over(runTree),
	"inclusion":    over(runInclusion),
	"consistency":  over(runConsistency),
	"note-key":     over(runNoteKey),
	"note":         over(runNote),
	"checkpoint":   over(runCheckpoint),
	"tile-path":    over(runTilePath),
	"tiles":        over(runTiles),
	"tile-node":    over(runTileNode),
	"entry-bundle": over(runBundle),
	"key-set":      over(runKeySet),
	"heartbeat":    over(runHeartbeat),
}

func runTree(input struct{ Entries []hexBytes }) (any, error) {
	var tree kernel.Tree
	for _, entry := range input.Entries {
		tree.Append(kernel.EntryHash(entry))
	}
	return map[string]any{"root": tree.Root().Hex()}, nil
}

type inclusion struct {
	head
	Index count
	Leaf  hexBytes
	Proof []hexBytes
}

func runInclusion(in inclusion) (any, error) {
	return true, kernel.CheckInclusion(int64(in.Index), in.Leaf, bytesOf(in.Proof), in.claimed())
}

type consistency struct {
	Older, Newer head
	Proof        []hexBytes
}

func runConsistency(in consistency) (any, error) {
	return true, kernel.CheckConsistency(in.Older.claimed(), in.Newer.claimed(), bytesOf(in.Proof))
}

func runTilePath(input struct{ Path string }) (any, error) {
	tile, err := kernel.ParseTilePath(input.Path)
	if err != nil {
		return nil, err
	}
	var level any = tile.Level
	if tile.Level == kernel.EntriesLevel {
		level = "entries"
	}
	return map[string]any{"level": level, "index": tile.Index, "width": tile.Width}, nil
}

func runTiles(input struct{ Size count }) (any, error) {
	paths := []string{}
	for _, tile := range kernel.TilesOf(int64(input.Size)) {
		paths = append(paths, tile.Path())
	}
	return paths, nil
}

type tileNode struct {
	Size, Level, Index count
	Tile               hexBytes
}

func runTileNode(in tileNode) (any, error) {
	if in.Size < 0 || in.Level < 0 || in.Index < 0 {
		return nil, fmt.Errorf("no node of a tree")
	}
	tile := kernel.TileOfNode(int(in.Level), int64(in.Index), int64(in.Size))
	hash, err := kernel.NodeInTile(int(in.Level), int64(in.Index), tile, in.Tile)
	if err != nil {
		return nil, err
	}
	return map[string]any{"path": tile.Path(), "hash": hash.Hex()}, nil
}

type bundle struct {
	Width  int
	Bundle hexBytes
}

func runBundle(in bundle) (any, error) {
	entries, err := kernel.ParseBundle(in.Bundle, in.Width)
	if err != nil {
		return nil, err
	}
	texts, leaves := []string{}, []string{}
	for _, entry := range entries {
		texts = append(texts, hex.EncodeToString(entry))
		leaves = append(leaves, kernel.EntryHash(entry).Hex())
	}
	return map[string]any{"entries": texts, "leaves": leaves}, nil
}
