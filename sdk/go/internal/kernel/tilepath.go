package kernel

import (
	"fmt"
	"strconv"
	"strings"
)

// EntriesLevel stands for bundles of entries where a tile has its level.
const EntriesLevel = -1

// Tile of C2SP tlog-tiles, or the bundle of the entries behind a tile of level 0:
//
//	tile/<level>/<index>[.p/<width>]       level 0..63; width 1..255, left out when full
//	tile/entries/<index>[.p/<width>]
//
//	index 1234067 = x001/x234/067          groups of three digits
type Tile struct {
	Level int
	Index int64
	// Width is 1 to 256 hashes or entries; a tile of 256 never changes again.
	Width int64
}

// Path is below the log's address.
func (t Tile) Path() string {
	level := "entries"
	if t.Level != EntriesLevel {
		level = strconv.Itoa(t.Level)
	}
	index := fmt.Sprintf("%03d", t.Index%1000)
	for rest := t.Index / 1000; rest > 0; rest /= 1000 {
		index = fmt.Sprintf("x%03d/%s", rest%1000, index)
	}
	path := "tile/" + level + "/" + index
	if t.Width != TileWidth {
		path += ".p/" + strconv.FormatInt(t.Width, 10)
	}
	return path
}

// ParseTilePath refuses (tile-path-malformed) every path but the one way to write a tile: what it
// reads is written again and compared.
func ParseTilePath(path string) (Tile, error) {
	refused := Refuse(TilePathMalformed, "%q", path)
	rest, ok := strings.CutPrefix(path, "tile/")
	level, rest, also := strings.Cut(rest, "/")
	groups, width, isPartial := strings.Cut(rest, ".p/")
	tile := Tile{Level: EntriesLevel, Width: TileWidth}
	if level != "entries" {
		value, isCount := ParseCount(level)
		if !isCount || value > maxTileLevel {
			return Tile{}, refused
		}
		tile.Level = int(value)
	}
	if isPartial {
		value, isCount := ParseCount(width)
		if !isCount || value < 1 || value >= TileWidth {
			return Tile{}, refused
		}
		tile.Width = value
	}
	number := strings.TrimLeft(strings.NewReplacer("x", "", "/", "").Replace(groups), "0")
	if number == "" {
		number = "0"
	}
	index, isCount := ParseCount(number)
	tile.Index = index
	if !ok || !also || !isCount || tile.Path() != path {
		return Tile{}, refused
	}
	return tile, nil
}
