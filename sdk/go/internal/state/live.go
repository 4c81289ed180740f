package state

import (
	"bytes"
	"slices"

	"tenure.dev/dataplane/internal/kernel"
)

// Live is a fact of a block, and its parsed body.
type Live struct {
	Fact *kernel.Fact
	Body *kernel.Object
}

// Find gives the tenant's block; nil when there is none. A nil shard has none.
func (s *Shard) Find(tenant string) *Block {
	if s == nil {
		return nil
	}
	key, isTenant := kernel.TenantKey(tenant)
	at, found := slices.BinarySearchFunc(s.Blocks, key, func(b *Block, key kernel.Hash) int {
		return bytes.Compare(b.Key[:], key[:])
	})
	if !isTenant || !found {
		return nil
	}
	return s.Blocks[at]
}

// Packed is what is needed to unpack a block: its facts, which it may meanwhile have let go.
type Packed struct {
	block Block
	note  *kernel.StateNote
}

// Pack gives the block's facts as they are now.
func (s *Shard) Pack(block *Block) Packed { return Packed{block: *block, note: s.note} }

// Release lets the bytes of the facts go.
func (b *Block) Release() { b.rest, b.own = nil, nil }

// Unpack gives the facts, ascending by fact key, after check 12.
func (p Packed) Unpack() ([]Live, error) {
	u := unpacking{of: p, tenant: p.block.Tenant(), lives: make([]Live, 0, p.block.Live)}
	if p.block.own == nil {
		err := u.chunk(p.block.rest, Prefix{})
		return u.lives, err
	}
	err := p.block.own.leaves(u.chunk)
	return u.lives, err
}

func (b *branch) leaves(yield func(payloads []byte, at Prefix) error) error {
	if b.node.Kind == Facts {
		return yield(b.node.payloads, b.at)
	}
	for _, below := range b.below {
		if err := below.leaves(yield); err != nil {
			return err
		}
	}
	return nil
}

type unpacking struct {
	of     Packed
	tenant string
	lives  []Live
	before *kernel.Hash
}

func (u *unpacking) chunk(payloads []byte, at Prefix) error {
	return payloadsOf(payloads, func(payload []byte) error {
		live, err := u.read(payload)
		if err != nil {
			return err
		}
		key := kernel.FactKeyOf(live.Fact.Kind, live.Fact.Subject)
		if !at.begins(key) || !isBelow(u.before, key) {
			return malformed("%s is not in its place", live.Fact.Subject)
		}
		u.before = &key
		u.lives = append(u.lives, live)
		return nil
	})
}

func (u *unpacking) read(payload []byte) (Live, error) {
	fact, body, err := kernel.ParsePayload(payload)
	if err == nil {
		err = kernel.CheckBody(fact.Kind, fact.Op, body)
	}
	if err != nil {
		return Live{}, err
	}
	switch {
	case fact.Log != u.of.note.Log:
		err = kernel.Refuse(kernel.LogMismatch, "%s", fact.Log)
	case fact.Epoch > u.of.note.Epoch:
		err = kernel.Refuse(kernel.EpochMismatch, "%d after %d", fact.Epoch, u.of.note.Epoch)
	case fact.Tenant != u.tenant:
		err = malformed("a fact of %s in the block of %s", fact.Tenant, u.tenant)
	case fact.Op != kernel.Assert || fact.Seq > u.of.block.Head.Seq:
		err = malformed("%s is not live at seq %d", fact.Subject, u.of.block.Head.Seq)
	}
	return Live{Fact: fact, Body: body}, err
}

// HeadOf is the tenant's last fact; the zero head when there is none.
func (s *Shard) HeadOf(tenant string) kernel.ChainHead {
	if block := s.Find(tenant); block != nil {
		return block.Head
	}
	return kernel.ChainHead{}
}

// Names of the tenants.
func (s *Shard) Names() []string {
	names := make([]string, 0, len(s.Blocks))
	for _, block := range s.Blocks {
		names = append(names, block.Tenant())
	}
	return names
}

// IsPacked tells that nobody has taken the facts yet.
func (b *Block) IsPacked() bool { return b.rest != nil || b.own != nil }

// StillPacked counts the blocks that are.
func (s *Shard) StillPacked() (packed int64) {
	if s == nil {
		return 0
	}
	for _, block := range s.Blocks {
		if block.IsPacked() {
			packed++
		}
	}
	return packed
}

// Payloads calls for each that is in the node itself, packed or in a page of a tenant's own tree.
func (n *Node) Payloads(yield func([]byte) error) error {
	err := payloadsOf(n.payloads, yield)
	for at := range n.blocks {
		if block := &n.blocks[at]; err == nil && !block.isTree() {
			err = payloadsOf(block.rest, yield)
		}
	}
	return err
}
