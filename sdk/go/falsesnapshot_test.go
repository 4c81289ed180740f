package dataplane

import (
	"fmt"
	"os"
	"testing"

	"tenure.dev/dataplane/internal/kernel"
)

// forge makes a state of what never was, as somebody who stole the log key may: the thief is an
// owner, and the log has so many more lines.
func (s *stage) forge(more int64, history byte) {
	subject := "member:" + second
	key := kernel.FactKeyOf("membership", subject)
	r := s.registry
	index, running, head := r.index, r.running, r.heads[acme]
	r.heads[acme] = kernel.ChainHead{Seq: head.Seq - 1}
	r.live[acme][key] = r.payloadOf(acme, "membership", subject, memberBody("thief", "owner"))
	r.heads[acme] = head
	shard, _ := kernel.ShardOf(acme)
	r.index += more
	r.running[shard].Count += more
	r.running[shard].Hash[0] ^= history
	r.makeState()
	delete(r.live[acme], key)
	r.index, r.running = index, running
}

func (s *stage) hasSnapshotOnDisk() bool {
	_, err := os.Stat(s.plane.journal.snapshotPath())
	return err == nil
}

// expectHealed also in the next process.
func (s *stage) expectHealed() {
	s.Helper()
	s.eventually("the lie is gone", func() bool {
		s.wire.handlers.heartbeat(s.registry.beat())
		return !s.allowed("thief") && s.allowed("jane") && !s.hasSnapshotOnDisk()
	})
	s.reopen()
	if s.allowed("thief") {
		s.Error("the next process believes it again")
	}
}

func TestASnapshotAheadOfAllHeartbeatsIsToldAndDenied(t *testing.T) {
	s := closedStage(t)
	s.forge(1<<40, 1)
	s.open()
	s.eventually("the thief decides", func() bool { return s.allowed("thief") })
	s.expectHealed()
}

func TestASnapshotOfAnotherHistoryIsToldAndDenied(t *testing.T) {
	s := closedStage(t)
	s.forge(0, 1)
	s.open()
	s.eventually("it is told", func() bool {
		s.wire.handlers.heartbeat(s.registry.beat())
		return s.refused(kernel.ShardFork) > 0
	})
	s.expectHealed()
}

func TestASnapshotByALogKeyThatIsRevokedIsNotDecidedByAnyMore(t *testing.T) {
	s := closedStage(t)
	s.forge(0, 0)
	s.open()
	s.ready()
	if !s.allowed("thief") || s.refused(kernel.ShardFork) > 0 {
		t.Fatalf("nothing tells before: %+v", s.plane.Stats())
	}
	text := fmt.Sprintf("%s/keys\n2\nroot %s\nfact %s 0 - -\nlog %s 0 - 1\ntime %s\n", testLog,
		kernel.ToBase64(rootSigner.public()), kernel.ToBase64(factSigner.public()),
		kernel.ToBase64(logSigner.public()), kernel.ToBase64(timeSigner.public()))
	s.registry.set(func() {
		s.registry.keySets = append(s.registry.keySets, rootSigner.note(testLog+"/root", text))
	})
	s.expectHealed()
}

func TestASnapshotOnItsWayIsNotTakenWhenTheOneBeforeIsDenied(t *testing.T) {
	s := restedStage(t)
	s.registry.write(acme, "membership", "member:"+second, memberBody("bob", "owner"))
	s.registry.makeState()
	s.registry.set(func() {
		s.registry.spoil = func(file []byte) []byte {
			s.plane.denySnapshot()
			return file
		}
	})
	s.plane.takeSnapshot(s.plane.ctx)
	if s.snapshotSize() != 0 || s.hasSnapshotOnDisk() {
		t.Errorf("%+v", s.plane.Stats())
	}
	s.expectHealed()
}
