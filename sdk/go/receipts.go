package dataplane

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"sync/atomic"
	"time"

	"tenure.dev/dataplane/internal/kernel"
)

// receiptGap between two receipts, whether they were taken or not.
const receiptGap = 10 * time.Second

// Receipts tell the registry how far this plane has come.
type Receipts struct {
	// Name as the registry was told it: [a-z0-9][a-z0-9.-]{0,62}.
	Name string
	// Key is the plane's own, Ed25519: an ed25519.PrivateKey, or what signs with one.
	Key crypto.Signer
}

func (r *Receipts) check(log string) error {
	if r == nil {
		return nil
	}
	if !kernel.IsPlaneName(r.Name) {
		return kernel.Refuse(OptionsInvalid,
			"Receipts.Name is lower-case letters, digits, dots and hyphens: %q", r.Name)
	}
	if r.Key == nil {
		return kernel.Refuse(OptionsInvalid, "Receipts.Key is missing: give an Ed25519 private key")
	}
	public, isEd25519 := r.Key.Public().(ed25519.PublicKey)
	if !isEd25519 {
		return kernel.Refuse(OptionsInvalid, "Receipts.Key is no Ed25519 key")
	}
	_, err := kernel.NewNoteKey(kernel.Receipt{Log: log, Name: r.Name}.KeyName(), public)
	return err
}

// receipting is what was told, and when.
type receipting struct {
	with    *Receipts
	log     string
	sent    arrival
	triedAt time.Duration
	running atomic.Bool
	// reached is the newest heartbeat that every followed shard has reached.
	reached atomic.Pointer[arrival]
}

// isDue is asked by one goroutine, which alone sends.
func (r *receipting) isDue(now time.Duration) bool {
	to := r.reached.Load()
	if r.with == nil || to == nil || r.running.Load() {
		return false
	}
	isFurther := to.epoch > r.sent.epoch || (to.epoch == r.sent.epoch && to.size > r.sent.size)
	return isFurther && (r.triedAt == 0 || now-r.triedAt >= receiptGap)
}

// sendReceipt: whatever fails makes the next one due, and nothing else.
func (p *Plane) sendReceipt(ctx context.Context) {
	r := &p.receipts
	to := *r.reached.Load()
	stated := kernel.Receipt{
		Log: r.log, Name: r.with.Name, At: p.clock.wall(), Epoch: to.epoch, Size: to.size,
		Shards: p.order,
	}
	note, err := kernel.SignNote(stated.Text(), stated.KeyName(), r.with.Key)
	if err == nil {
		err = p.source.receipt(ctx, note)
	}
	if err == nil {
		r.sent = to
	}
}
