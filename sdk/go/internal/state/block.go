package state

import (
	"encoding/binary"
	"encoding/hex"

	"tenure.dev/dataplane/internal/kernel"
)

// Block is one tenant of the tree:
//
//	block = tenant 16 bytes || seq uint64 || leaf hash of seq, 32 bytes || live uint32 || rest
//	rest  = *(length uint16 || payload)      when live <= 256: ascending by fact key
//	      / hash of the root of a tree of its own      when live > 256
type Block struct {
	Key  kernel.Hash
	ID   [tenantBytes]byte
	Head kernel.ChainHead
	Live uint32
	// rest stays packed until somebody wants the tenant's facts.
	rest []byte
	own  *branch
}

const (
	tenantBytes = 16
	seqAt       = tenantBytes
	leafAt      = seqAt + 8
	liveAt      = leafAt + kernel.HashBytes
	restAt      = liveAt + 4
	lengthBytes = 2
)

// Tenant is the UUID.
func (b *Block) Tenant() string {
	text := hex.EncodeToString(b.ID[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// Shard of the tenant.
func (b *Block) Shard() int { return int(b.Key[0]) }

func (b *Block) weight() uint64 {
	if b.Live == 0 || b.isTree() {
		return 1
	}
	return uint64(b.Live)
}

// isTree: its facts are in a tree of their own.
func (b *Block) isTree() bool { return b.Live > maxLeafWeight }

// holdsPayloads tells that there are exactly so many: *(length uint16 || payload).
func holdsPayloads(data []byte, count int) bool {
	for range count {
		if len(data) < lengthBytes {
			return false
		}
		end := lengthBytes + int(binary.BigEndian.Uint16(data))
		if end > len(data) {
			return false
		}
		data = data[end:]
	}
	return len(data) == 0
}

// readBlock takes all of the bytes.
func readBlock(block *Block, data []byte) bool {
	if len(data) < restAt {
		return false
	}
	seq := binary.BigEndian.Uint64(data[seqAt:])
	block.ID = [tenantBytes]byte(data)
	block.Key = kernel.SHA256(block.ID[:])
	block.Head.Seq = int64(seq)
	block.Head.Hash = kernel.Hash(data[leafAt:liveAt])
	block.Live = binary.BigEndian.Uint32(data[liveAt:])
	block.rest = data[restAt:]
	if seq > kernel.MaxSafe {
		return false
	}
	if block.isTree() {
		return len(block.rest) == kernel.HashBytes
	}
	return holdsPayloads(block.rest, int(block.Live))
}
