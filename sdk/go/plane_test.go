package dataplane

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"tenure.dev/dataplane/internal/kernel"
)

var jane = Identity{Issuer: issuer, Sub: "jane"}

type stage struct {
	*testing.T
	everyLine bool
	registry  *registry
	wire      *wire
	directory string
	plane     *Plane
}

func newStage(t *testing.T) *stage {
	s := closedStage(t)
	s.open()
	return s
}

func closedStage(t *testing.T) *stage {
	s := &stage{T: t, registry: newRegistry(), directory: t.TempDir()}
	s.registry.begin()
	return s
}

func (s *stage) options() Options {
	shard, _ := kernel.ShardOf(acme)
	return Options{
		Log: testLog, Root: rootKey(), Directory: s.directory, Shards: []int{shard},
		EveryLine: s.everyLine,
	}
}

func (s *stage) open() {
	s.Helper()
	s.wire = &wire{}
	around := surroundings{
		source: s.registry, live: s.wire, clock: systemClock{began: time.Now()},
	}
	plane, err := open(context.Background(), s.options(), around)
	if err != nil {
		s.Fatal(err)
	}
	s.plane = plane
	s.Cleanup(func() { _ = plane.Close() })
}

func (s *stage) ready() {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.plane.Ready(ctx); err != nil {
		s.Fatal(err)
	}
}

func (s *stage) eventually(what string, holds func() bool) {
	s.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			s.Fatalf("never: %s; %+v", what, s.plane.Stats())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (s *stage) send(lines ...string) {
	shard, _ := kernel.ShardOf(acme)
	s.wire.handlers.lines(shard, lines)
}

func (s *stage) position() int64 {
	shard, _ := kernel.ShardOf(acme)
	return s.plane.Stats().Heads[kernel.ShardName(shard)].Position
}

func (s *stage) allowed(sub string) bool {
	return s.plane.Can(Identity{Issuer: issuer, Sub: sub}, "a:b", acme).Allowed
}

func TestAPlaneIsReadyAndDecides(t *testing.T) {
	s := newStage(t)
	s.ready()
	want := Decision{Allowed: true, Reason: Granted, Freshness: Fresh}
	if got := s.plane.Can(jane, "invoice:read", acme); got != want {
		t.Errorf("%+v, not %+v", got, want)
	}
	if got := s.plane.CanInProject(jane, "invoice:read", acme, "none").Reason; got != ProjectUnknown {
		t.Errorf("%s in an unknown project", got)
	}
}

func TestAGapOnTheStreamIsFetched(t *testing.T) {
	s := newStage(t)
	s.ready()
	s.registry.write(acme, "membership", "member:"+acme, memberBody("joe", "owner"))
	s.send(s.registry.write(acme, "membership", "member:"+acme, memberBody("ann", "owner")))
	s.eventually("ann decides", func() bool { return s.allowed("ann") && !s.allowed("joe") })
}

func TestAShardThatIsBehindAHeartbeatIsFetched(t *testing.T) {
	s := newStage(t)
	s.ready()
	s.registry.write(acme, "membership", "member:"+acme, memberBody("ann", "owner"))
	s.wire.handlers.heartbeat(s.registry.beat())
	s.eventually("ann decides", func() bool { return s.allowed("ann") })
}

func TestAnOlderHeartbeatIsToldAndTheSameOneIsNot(t *testing.T) {
	s := newStage(t)
	s.ready()
	older, newer := s.registry.beat(), s.registry.beat()
	for _, note := range [][]byte{older, newer, newer} {
		s.wire.handlers.heartbeat(note)
	}
	if s.refused(kernel.HeartbeatReplay) != 0 {
		t.Error("the same heartbeat comes on two ways")
	}
	s.wire.handlers.heartbeat(older)
	if s.refused(kernel.HeartbeatReplay) != 1 {
		t.Errorf("%+v", s.plane.Stats())
	}
}

func TestWhatNoHeartbeatCoversIsTakenBack(t *testing.T) {
	s := newStage(t)
	s.ready()
	forged, _ := s.registry.unwritten(acme, "membership", "member:"+acme, memberBody("thief", "owner"))
	s.send(forged)
	if !s.allowed("thief") {
		t.Fatal("a fact is applied at once")
	}
	for range 3 {
		s.wire.handlers.heartbeat(s.registry.beat())
	}
	s.eventually("the thief is out", func() bool { return !s.allowed("thief") && s.allowed("jane") })
	if s.plane.Stats().Refused[kernel.FactUncovered] == 0 {
		t.Error("nobody was told")
	}
}

func TestARefusedLineIsCountedAndTold(t *testing.T) {
	s := newStage(t)
	s.ready()
	told := make(chan Refusal, 10)
	s.plane.OnRefused(func(refusal Refusal) { told <- refusal })
	s.send("garbage")
	if refusal := <-told; refusal.Code != kernel.LineMalformed || refusal.Origin != "live" {
		t.Errorf("%+v", refusal)
	}
}

func TestATornJournalIsCutAndHealed(t *testing.T) {
	s := newStage(t)
	s.ready()
	path := s.plane.journal.path(s.plane.order[0])
	for _, number := range s.plane.order {
		if shard, _ := kernel.ShardOf(acme); number == shard {
			path = s.plane.journal.path(number)
		}
	}
	_ = s.plane.Close()
	data, _ := os.ReadFile(path)
	if err := os.WriteFile(path, data[:len(data)-10], 0o600); err != nil {
		t.Fatal(err)
	}
	s.registry.set(func() { s.registry.down = true })
	s.open()
	if got := s.position(); got != 1 {
		t.Errorf("position %d, not 1", got)
	}
	if got := s.plane.Freshness(Membership); got != Expired {
		t.Errorf("%s, though a covered fact is missing", got)
	}
	s.registry.set(func() { s.registry.down = false })
	s.ready()
	if got := s.position(); got != 2 {
		t.Errorf("position %d, not 2", got)
	}
}

func TestATamperedJournalIsRefused(t *testing.T) {
	s := newStage(t)
	s.ready()
	shard, _ := kernel.ShardOf(acme)
	path := s.plane.journal.path(shard)
	_ = s.plane.Close()
	data, _ := os.ReadFile(path)
	at := strings.LastIndex(string(data), `"sig":"`) + 10
	data[at] ^= 1
	_ = os.WriteFile(path, data, 0o600)
	s.registry.set(func() { s.registry.down = true })
	s.open()
	if got := s.position(); got != 1 {
		t.Errorf("position %d, not 1", got)
	}
}

func TestDecisionsGoOnWithoutARegistryAndAreNeverFresh(t *testing.T) {
	s := newStage(t)
	s.ready()
	_ = s.plane.Close()
	s.registry.set(func() { s.registry.down = true })
	s.open()
	want := Decision{Allowed: true, Reason: Granted, Freshness: Stale}
	if got := s.plane.Can(jane, "a:b", acme); got != want {
		t.Errorf("%+v, not %+v", got, want)
	}
}

func TestADirectoryHasOnePlane(t *testing.T) {
	s := newStage(t)
	_, err := open(context.Background(), s.options(), surroundings{
		source: s.registry, clock: systemClock{began: time.Now()},
	})
	var refusal *Error
	if !errors.As(err, &refusal) || refusal.Code != DirectoryLocked {
		t.Errorf("%v", err)
	}
}

func TestAWrongRootIsRefused(t *testing.T) {
	options := Options{Log: testLog, Root: rootKey() + "x", Directory: t.TempDir(),
		RegistryURL: "http://127.0.0.1"}
	var refusal *Error
	if _, err := Open(context.Background(), options); !errors.As(err, &refusal) ||
		refusal.Code != KeyInvalid {
		t.Errorf("%v", err)
	}
}

func TestKeysAreLearnedBeforeTheHeartbeatThatNamesThem(t *testing.T) {
	s := newStage(t)
	s.ready()
	s.registry.set(func() {
		s.registry.publishKeys("fact " + kernel.ToBase64(factSigner.public()) + " 0 3 -\n" +
			"fact " + kernel.ToBase64(nextSigner.public()) + " 3 - -\n")
	})
	s.wire.handlers.heartbeat(s.registry.beat())
	s.eventually("version 2", func() bool { return s.plane.known.Load() == 2 })
	// The old key is closed: what it signs now is refused.
	line, _ := s.registry.unwritten(acme, "membership", "member:"+acme, memberBody("thief", "owner"))
	s.send(line)
	if s.allowed("thief") || s.plane.Stats().Refused[kernel.KeyRange] != 1 {
		t.Errorf("%+v", s.plane.Stats().Refused)
	}
}

func TestVoidFactsAreUnfolded(t *testing.T) {
	s := newStage(t)
	s.ready()
	s.registry.set(func() {
		s.registry.publishKeys("fact " + kernel.ToBase64(factSigner.public()) + " 0 3 2\n" +
			"fact " + kernel.ToBase64(nextSigner.public()) + " 3 - -\n")
	})
	s.wire.handlers.heartbeat(s.registry.beat())
	s.eventually("jane is void", func() bool {
		return s.plane.Can(jane, "a:b", acme).Reason == MemberUnknown
	})
	if got := s.position(); got != 2 {
		t.Errorf("position %d: void facts stay in the chain", got)
	}
}

func TestABadLineFromTheRegistryStopsTheShardUntilItIsGone(t *testing.T) {
	s := newStage(t)
	s.ready()
	s.registry.set(func() {
		s.registry.tamper = func(line string) string {
			if strings.HasPrefix(line, "3 ") {
				return strings.Replace(line, `"sig":"`, `"sig":"AAAA`, 1)
			}
			return line
		}
	})
	s.registry.write(acme, "membership", "member:"+acme, memberBody("ann", "owner"))
	s.wire.handlers.heartbeat(s.registry.beat())
	s.eventually("it is refused", func() bool {
		return s.plane.Stats().Refused[kernel.SignatureInvalid] > 0
	})
	if s.allowed("ann") || !s.allowed("jane") {
		t.Error("the shard did not stay where it was")
	}
	s.registry.set(func() { s.registry.tamper = nil })
	s.eventually("it heals", func() bool { return s.allowed("ann") })
}

func TestCloseLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	s := newStage(t)
	s.ready()
	_ = s.plane.Close()
	s.eventually("all have ended", func() bool { return runtime.NumGoroutine() <= before })
}

func TestTheDirectoryHoldsNotesAndLines(t *testing.T) {
	s := newStage(t)
	s.ready()
	_ = s.plane.Close()
	for _, name := range []string{"keys/1.note", "heartbeat.note", "reached.note"} {
		if _, err := os.Stat(filepath.Join(s.directory, name)); err != nil {
			t.Error(err)
		}
	}
}
