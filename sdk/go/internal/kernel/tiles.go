package kernel

// Tiles of C2SP tlog-tiles: the tree cut into subtrees of height 8. The tile of level L and index
// N holds the nodes 256N, 256N + 1 ... of height 8L; the nodes between are hashed from them.
const (
	tileHeight   = 8
	maxTileLevel = 63
	// TileWidth is how many hashes a full tile has.
	TileWidth = 256
)

// nodesAt is floor(size / 256^level).
func nodesAt(level int, size int64) int64 {
	for range level {
		if size == 0 {
			return 0
		}
		size /= TileWidth
	}
	return size
}

func tileWidth(level int, index, size int64) int64 {
	return max(0, min(TileWidth, nodesAt(level, size)-index*TileWidth))
}

// TilesOf lists all hash tiles of a tree, level by level.
func TilesOf(size int64) []Tile {
	tiles := []Tile{}
	for level := 0; nodesAt(level, size) > 0; level++ {
		for index := int64(0); index*TileWidth < nodesAt(level, size); index++ {
			tiles = append(tiles, Tile{Level: level, Index: index, Width: tileWidth(level, index, size)})
		}
	}
	return tiles
}

// placeInTile is a node's first hash in its tile, and how many hashes it covers.
func placeInTile(level int, index int64) (start, count int64) {
	count = 1 << (level % tileHeight)
	return (index % TileWidth * count) % TileWidth, count
}

// TileOfNode is the tile to fetch for a node of a tree of this size, as wide as that tree has it.
func TileOfNode(level int, index, size int64) Tile {
	_, count := placeInTile(level, index)
	tile := Tile{Level: level / tileHeight, Index: index / (TileWidth / count)}
	tile.Width = tileWidth(tile.Level, tile.Index, size)
	return tile
}

// NodeInTile is the node's hash out of its tile. The hashes are believed: a proof made of them
// shows whether they were true.
func NodeInTile(level int, index int64, tile Tile, data []byte) (Hash, error) {
	start, count := placeInTile(level, index)
	isWhole := int64(len(data)) == tile.Width*HashBytes
	if !isWhole || start+count > tile.Width {
		return Hash{}, Refuse(TileMalformed, "%d bytes, not %d hashes", len(data), tile.Width)
	}
	tree := Tree{}
	for at := start; at < start+count; at++ {
		tree.Append(Hash(data[at*HashBytes : (at+1)*HashBytes]))
	}
	return tree.Root(), nil
}
