package kernel

func isSize(value int64) bool { return value >= 0 && value <= MaxSafe }

// hashesOf is false when one is not 32 bytes.
func hashesOf(list [][]byte) ([]Hash, bool) {
	hashes := make([]Hash, 0, len(list))
	for _, data := range list {
		hash, ok := HashOf(data)
		if !ok {
			return nil, false
		}
		hashes = append(hashes, hash)
	}
	return hashes, true
}

// ClaimedHead is a tree head whose root may be of any length.
type ClaimedHead struct {
	Size int64
	Root []byte
}

// CheckInclusion refuses unless the proof leads from the leaf to the root (RFC 9162, section
// 2.1.3.2, whose names fn and sn are).
func CheckInclusion(index int64, leaf []byte, proof [][]byte, head ClaimedHead) error {
	hashes, ok := hashesOf(append([][]byte{leaf, head.Root}, proof...))
	if !ok || !isSize(index) || !isSize(head.Size) || index >= head.Size {
		return Refuse(InclusionProofInvalid, "no leaf %d in %d, or no hashes", index, head.Size)
	}
	hash, root := hashes[0], hashes[1]
	fn, sn := index, head.Size-1
	for _, sibling := range hashes[2:] {
		if sn == 0 {
			return Refuse(InclusionProofInvalid, "too long")
		}
		if fn%2 == 1 || fn == sn {
			hash = NodeHash(sibling, hash)
			// At the right edge the levels without a sibling are skipped.
			for fn%2 == 0 && fn != 0 {
				fn, sn = fn/2, sn/2
			}
		} else {
			hash = NodeHash(hash, sibling)
		}
		fn, sn = fn/2, sn/2
	}
	if sn != 0 || hash != root {
		return Refuse(InclusionProofInvalid, "too short, or it leads to another root")
	}
	return nil
}

// CheckConsistency refuses unless the newer tree begins with the older one (RFC 9162, section
// 2.1.4.2). From an empty tree, and between equal ones, the proof is empty.
func CheckConsistency(older, newer ClaimedHead, proof [][]byte) error {
	refused := Refuse(ConsistencyProofInvalid, "from %d to %d", older.Size, newer.Size)
	hashes, ok := hashesOf(append([][]byte{older.Root, newer.Root}, proof...))
	if !ok || !isSize(older.Size) || !isSize(newer.Size) || older.Size > newer.Size {
		return refused
	}
	olderRoot, newerRoot, path := hashes[0], hashes[1], hashes[2:]
	if older.Size == 0 || older.Size == newer.Size {
		isEmpty := older.Size > 0 || olderRoot == EmptyRoot()
		isSame := older.Size != newer.Size || olderRoot == newerRoot
		if !isEmpty || !isSame || len(path) > 0 {
			return refused
		}
		return nil
	}
	if fr, sr, ok := walkConsistency(older.Size, newer.Size, olderRoot, path); !ok ||
		fr != olderRoot || sr != newerRoot {
		return refused
	}
	return nil
}

func walkConsistency(older, newer int64, olderRoot Hash, path []Hash) (fr, sr Hash, ok bool) {
	fn, sn := older-1, newer-1
	for fn%2 == 1 {
		fn, sn = fn/2, sn/2
	}
	// When the older tree is complete, its root is where the proof begins, and is left out.
	if fn == 0 {
		path = append([]Hash{olderRoot}, path...)
	}
	if len(path) == 0 {
		return fr, sr, false
	}
	fr, sr = path[0], path[0]
	for _, hash := range path[1:] {
		if sn == 0 {
			return fr, sr, false
		}
		if fn%2 == 1 || fn == sn {
			fr, sr = NodeHash(hash, fr), NodeHash(hash, sr)
			for fn%2 == 0 && fn != 0 {
				fn, sn = fn/2, sn/2
			}
		} else {
			sr = NodeHash(sr, hash)
		}
		fn, sn = fn/2, sn/2
	}
	return fr, sr, sn == 0
}
