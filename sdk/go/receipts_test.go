package dataplane

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tenure.dev/dataplane/internal/kernel"
)

var planeSigner = signerOf(29)

// withCheckpoint makes heartbeats state a signed checkpoint of this size.
func (r *registry) withCheckpoint(size int64) {
	root := kernel.SHA256([]byte(fmt.Sprint(size)))
	text := fmt.Sprintf("%s\n%d\n%s\n", testLog, size, kernel.ToBase64(root[:]))
	r.set(func() { r.checkpoint = kernel.ToBase64(logSigner.note(testLog, text)) })
}

func (s *stage) openWithReceipts() {
	s.Helper()
	options := s.options()
	options.Receipts = &Receipts{Name: "edge-1", Key: planeSigner.key}
	s.wire = &wire{}
	plane, err := open(context.Background(), options,
		surroundings{source: s.registry, live: s.wire, clock: systemClock{began: time.Now()}})
	if err != nil {
		s.Fatal(err)
	}
	s.plane = plane
	s.Cleanup(func() { _ = plane.Close() })
}

func (s *stage) receipts() (notes [][]byte) {
	s.registry.set(func() { notes = s.registry.receipts })
	return notes
}

func TestAReceiptTellsHowFarThePlaneHasCome(t *testing.T) {
	s := closedStage(t)
	s.registry.withCheckpoint(2)
	s.openWithReceipts()
	s.ready()
	s.eventually("a receipt", func() bool { return len(s.receipts()) == 1 })
	key, _ := kernel.NewNoteKey(testLog+"/plane/edge-1", planeSigner.public())
	opened, err := kernel.OpenNote(s.receipts()[0], []kernel.NoteKey{key})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(opened.Text, "\n")
	at, isTime := kernel.ParseInstant(lines[2])
	lines[2] = "now"
	bits := [kernel.ShardCount / 4]string{}
	for at := range bits {
		value := 0
		for _, shard := range s.plane.order {
			if shard/4 == at {
				value |= 8 >> (shard % 4)
			}
		}
		bits[at] = fmt.Sprintf("%x", value)
	}
	want := []string{testLog + "/receipt", "edge-1", "now", "1", "2", strings.Join(bits[:], ""), ""}
	if fmt.Sprint(lines) != fmt.Sprint(want) || !isTime || time.Since(at) > time.Minute {
		t.Errorf("%q, not %q", lines, want)
	}
}

func TestAReceiptIsDueWhenTheSizeHasGrownAndNotTooSoon(t *testing.T) {
	r := receipting{with: &Receipts{}}
	due := func(now time.Duration, epoch, size int64) bool {
		r.reached.Store(&arrival{epoch: epoch, size: size})
		return r.isDue(now)
	}
	if r.isDue(time.Hour) || !due(time.Hour, 1, 0) || !due(time.Hour, 1, 5) {
		t.Error("before anything was told")
	}
	r.sent, r.triedAt = arrival{epoch: 1, size: 5}, time.Hour
	soon, later := time.Hour+receiptGap-1, time.Hour+receiptGap
	if due(later, 1, 5) || due(soon, 1, 6) || !due(later, 1, 6) || !due(later, 2, 1) {
		t.Error("after a receipt")
	}
	if r.with = nil; due(later, 1, 6) {
		t.Error("receipts are off unless given")
	}
}

func TestReceiptsThatNobodyCanSignAreRefusedAtOnce(t *testing.T) {
	for what, options := range map[string]Options{
		"a folder":   {RegistryURL: "file:///x", Receipts: &Receipts{Name: "a", Key: planeSigner.key}},
		"no key":     {RegistryURL: "http://x", Receipts: &Receipts{Name: "a"}},
		"a bad name": {RegistryURL: "http://x", Receipts: &Receipts{Name: "A b", Key: planeSigner.key}},
		"an address": {RegistryURL: "ftp://x"},
	} {
		options.Log, options.Root, options.Directory = testLog, rootKey(), t.TempDir()
		var refusal *Error
		if _, err := Open(context.Background(), options); !errors.As(err, &refusal) ||
			refusal.Code != OptionsInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
}
