package dataplane

import (
	"os"
	"slices"
	"strings"
	"testing"

	"tenure.dev/dataplane/internal/kernel"
)

// restedStage has a plane that began with a snapshot and has applied a line above it.
func restedStage(t *testing.T) *stage {
	s := closedStage(t)
	s.registry.makeState()
	s.registry.write(acme, "membership", "member:"+acme, memberBody("ann", "owner"))
	s.open()
	s.ready()
	s.eventually("ann decides", func() bool { return s.allowed("ann") })
	return s
}

func (s *stage) refused(code Code) int64 { return s.plane.Stats().Refused[code] }

func (s *stage) snapshotSize() int64 { return s.plane.Stats().Snapshot }

// reopen without a registry: all is from the disk.
func (s *stage) reopen() {
	_ = s.plane.Close()
	s.registry.set(func() { s.registry.down = true })
	s.open()
}

func TestAPlaneWithoutAnythingBeginsWithASnapshot(t *testing.T) {
	s := restedStage(t)
	if s.snapshotSize() != 3 || s.plane.Stats().Applied != 1 || s.registry.served == 0 {
		t.Errorf("%+v, %d nodes", s.plane.Stats(), s.registry.served)
	}
	if !s.allowed("jane") || s.position() != 3 {
		t.Errorf("position %d", s.position())
	}
	s.eventually("all is unpacked", func() bool { return s.plane.Stats().Packed == 0 })
}

func TestWithoutAStateLinesAreRead(t *testing.T) {
	s := newStage(t)
	s.ready()
	if s.snapshotSize() != 0 || s.plane.Stats().Applied != 3 || !s.allowed("jane") {
		t.Errorf("%+v", s.plane.Stats())
	}
}

func TestALyingServerLeavesThePlaneToLines(t *testing.T) {
	s := closedStage(t)
	s.registry.makeState()
	s.registry.spoil = func(file []byte) []byte {
		file[len(file)-1] ^= 1
		return file
	}
	s.open()
	s.ready()
	s.eventually("jane decides", func() bool { return s.allowed("jane") })
	if s.snapshotSize() != 0 || s.refused(kernel.StateHashMismatch) != 1 {
		t.Errorf("%+v", s.plane.Stats())
	}
	if _, err := os.Stat(s.plane.journal.snapshotPath()); err == nil {
		t.Error("a lie is on disk")
	}
}

func TestTheNextProcessRestsOnTheSnapshotAgain(t *testing.T) {
	s := restedStage(t)
	s.reopen()
	want := Decision{Allowed: true, Reason: Granted, Freshness: Stale}
	if got := s.plane.Can(jane, "a:b", acme); got != want || !s.allowed("ann") {
		t.Errorf("%+v", got)
	}
	if s.snapshotSize() != 3 || s.position() != 3 || len(s.plane.Stats().Refused) > 0 {
		t.Errorf("%+v", s.plane.Stats())
	}
}

func TestASpoiltSnapshotOnDiskIsRefusedAndFetchedAnew(t *testing.T) {
	s := restedStage(t)
	path := s.plane.journal.snapshotPath()
	_ = s.plane.Close()
	data, _ := os.ReadFile(path)
	data[len(data)-1] ^= 1
	_ = os.WriteFile(path, data, 0o600)
	s.reopen()
	if s.refused(kernel.StateHashMismatch) != 1 || s.allowed("jane") {
		t.Errorf("%+v", s.plane.Stats())
	}
	s.registry.set(func() { s.registry.down = false })
	s.ready()
	s.eventually("it heals", func() bool { return s.allowed("jane") && s.allowed("ann") })
}

func TestACutSnapshotAndAnEmptyOneAreNoCrash(t *testing.T) {
	s := restedStage(t)
	path := s.plane.journal.snapshotPath()
	data, _ := os.ReadFile(path)
	for _, length := range []int{0, 3, 100, len(data) - 5} {
		_ = s.plane.Close()
		_ = os.WriteFile(path, data[:length], 0o600)
		s.open()
		s.ready()
		s.eventually("jane decides", func() bool { return s.allowed("jane") && s.allowed("ann") })
	}
}

func TestASmallerStateIsRefused(t *testing.T) {
	s := closedStage(t)
	s.registry.makeState()
	note, files := s.registry.note, s.registry.files
	s.registry.write(acme, "membership", "member:"+acme, memberBody("ann", "owner"))
	s.registry.makeState()
	s.open()
	s.ready()
	s.registry.set(func() { s.registry.note, s.registry.files = note, files })
	s.plane.takeSnapshot(s.plane.ctx)
	if s.refused(kernel.StateRollback) != 1 || s.snapshotSize() != 4 {
		t.Errorf("%+v", s.plane.Stats())
	}
}

func TestAPlaneThatIsFarBehindTakesASnapshot(t *testing.T) {
	s := newStage(t)
	s.ready()
	// The state was asked for, in vain, when the plane began.
	s.plane.snapshots.nextAt.Store(0)
	done := make(chan SnapshotTaken, 1)
	s.plane.OnSnapshot(func(taken SnapshotTaken) { done <- taken })
	shard, _ := kernel.ShardOf(acme)
	s.registry.write(acme, "membership", "member:"+acme, memberBody("ann", "owner"))
	// More lines than anybody would want to read one by one.
	s.registry.set(func() {
		s.registry.running[shard].Count += farBehind
		s.registry.index += farBehind
	})
	s.registry.makeState()
	s.wire.handlers.heartbeat(s.registry.beat())
	taken := <-done
	if !slices.Equal(taken.Shards, []int{shard}) || taken.Size != 4+farBehind {
		t.Errorf("%+v", taken)
	}
	if !s.allowed("ann") || s.position() != 3+farBehind {
		t.Errorf("position %d", s.position())
	}
}

func TestWhatIsVoidAboveTheSnapshotIsUnfolded(t *testing.T) {
	s := restedStage(t)
	s.registry.set(func() {
		s.registry.publishKeys("fact " + kernel.ToBase64(factSigner.public()) + " 0 4 3\n" +
			"fact " + kernel.ToBase64(nextSigner.public()) + " 4 - -\n")
	})
	// Snapshot and lines are on disk: nobody needs to be asked.
	s.registry.set(func() { s.registry.down = true })
	if err := s.plane.takeKeySet(s.registry.keySets[1]); err != nil {
		t.Fatal(err)
	}
	if s.allowed("ann") || !s.allowed("jane") || s.position() != 3 {
		t.Errorf("position %d", s.position())
	}
}

func TestLinesWaitWhileASnapshotIsOnItsWay(t *testing.T) {
	s := restedStage(t)
	shard, _ := kernel.ShardOf(acme)
	s.registry.write(acme, "membership", "member:"+acme, memberBody("joe", "owner"))
	s.plane.snapshots.running.Store(true)
	s.plane.fetchShard(s.plane.ctx, shard)
	if s.position() != 3 {
		t.Error("a line came first")
	}
	s.plane.endSnapshot()
	s.eventually("joe decides", func() bool { return s.allowed("joe") })
}

func TestWhatIsVoidBelowTheSnapshotIsReadAnew(t *testing.T) {
	s := restedStage(t)
	s.registry.set(func() {
		s.registry.publishKeys("fact " + kernel.ToBase64(factSigner.public()) + " 0 4 2\n" +
			"fact " + kernel.ToBase64(nextSigner.public()) + " 4 - -\n")
	})
	s.wire.handlers.heartbeat(s.registry.beat())
	s.eventually("both are void", func() bool { return !s.allowed("ann") && !s.allowed("jane") })
	s.eventually("the shard is whole", func() bool { return s.position() == 3 })
	// The old note has what is void by now.
	_ = s.plane.Close()
	s.open()
	if s.refused(kernel.StateVoid) != 1 || s.allowed("jane") {
		t.Errorf("%+v", s.plane.Stats())
	}
}

func TestABlockOfABrokenRegistryMakesItsTenantUnknown(t *testing.T) {
	s := closedStage(t)
	for key, payload := range s.registry.live[acme] {
		if strings.Contains(string(payload), "jane") {
			broken := strings.Replace(string(payload), `"sub":"jane"`, `"sub":"@jane"`, 1)
			s.registry.live[acme][key] = []byte(broken)
		}
	}
	s.registry.makeState()
	s.open()
	s.ready()
	if got := s.plane.Can(jane, "a:b", acme).Reason; got != TenantUnknown {
		t.Errorf("%s", got)
	}
	if s.refused(kernel.BodyInvalid) != 1 {
		t.Errorf("%+v", s.plane.Stats())
	}
}

func TestNoSnapshotIsTakenWhileNewerKeysAreNamedThanAreHere(t *testing.T) {
	s := newStage(t)
	s.ready()
	s.registry.write(acme, "membership", "member:"+acme, memberBody("ann", "owner"))
	s.registry.makeState()
	s.wire.handlers.heartbeat(s.registry.beatOf(2))
	s.plane.takeSnapshot(s.plane.ctx)
	if s.snapshotSize() != 0 || s.allowed("ann") {
		t.Errorf("%+v", s.plane.Stats())
	}
	if _, err := os.Stat(s.plane.journal.snapshotPath() + ".new"); err == nil {
		t.Error("what is not kept is left on disk")
	}
}

func TestABadLineAboveASnapshotIsCutOff(t *testing.T) {
	s := restedStage(t)
	s.send(s.registry.write(acme, "membership", "member:"+second, memberBody("joe", "owner")))
	shard, _ := kernel.ShardOf(acme)
	path := s.plane.journal.path(shard)
	_ = s.plane.Close()
	data, _ := os.ReadFile(path)
	data[strings.LastIndex(string(data), `"sig":"`)+10] ^= 1
	_ = os.WriteFile(path, data, 0o600)
	s.reopen()
	if s.position() != 3 || s.refused(kernel.SignatureInvalid) != 1 {
		t.Errorf("position %d", s.position())
	}
	s.registry.set(func() { s.registry.down = false })
	s.eventually("joe decides", func() bool { return s.allowed("joe") })
	s.reopen()
	if !s.allowed("joe") || s.position() != 4 {
		t.Errorf("position %d: what came later is behind a bad line", s.position())
	}
}

func TestWhoKeepsAllOfHistoryReadsEveryLine(t *testing.T) {
	s := closedStage(t)
	s.registry.makeState()
	s.everyLine = true
	s.open()
	s.ready()
	if s.snapshotSize() != 0 || s.plane.Stats().Applied != 3 || s.registry.served > 0 {
		t.Errorf("%+v", s.plane.Stats())
	}
	// A directory that rests on a snapshot is read anew.
	rested := restedStage(t)
	_ = rested.plane.Close()
	rested.everyLine = true
	rested.open()
	rested.ready()
	rested.eventually("all lines are read", func() bool {
		return rested.plane.Stats().Applied == 4 && rested.allowed("ann")
	})
}
