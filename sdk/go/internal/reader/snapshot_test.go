package reader

import (
	"testing"

	"tenure.dev/dataplane/internal/kernel"
)

func baseAt(count int64) Base {
	hash := kernel.SHA256([]byte{byte(count)})
	return Base{ShardHead: kernel.ShardHead{Count: count, Hash: hash}, Size: 10 * count, Epoch: 1}
}

func restedAt(t *testing.T, count int64) *Shard {
	t.Helper()
	shard := New(0, Trust{})
	if _, taken := shard.Snapshot(baseAt(count), false); !taken {
		t.Fatal("a reader of nothing takes what is there")
	}
	return shard
}

func TestOnlyASnapshotThatIsAheadIsTakenUnlessInDoubt(t *testing.T) {
	shard := restedAt(t, 5)
	for _, count := range []int64{0, 4, 5} {
		if _, taken := shard.Snapshot(baseAt(count), false); taken || shard.Head().Position != 5 {
			t.Errorf("one of %d lines was taken", count)
		}
	}
	shard.DoubtFold()
	if _, taken := shard.Snapshot(baseAt(4), false); taken {
		t.Error("it denies what is covered")
	}
	if _, taken := shard.Snapshot(baseAt(5), false); !taken || shard.InDoubt() {
		t.Error("it ends the doubt")
	}
}

func TestAHeartbeatBelowTheBaseIsReachedAndProvesNothing(t *testing.T) {
	shard := restedAt(t, 5)
	step := shard.Heartbeat(kernel.ShardHead{Count: 3})
	if !step.Reached || len(step.Refused) > 0 || shard.Covered() != 5 {
		t.Errorf("%+v", step)
	}
	step = shard.Heartbeat(kernel.ShardHead{Count: 5})
	if step.Reached || len(step.Refused) != 1 || step.Refused[0].Err.Code != kernel.ShardFork {
		t.Errorf("%+v", step)
	}
}

func TestNothingIsReachedWhileVoidFactsMayBeFolded(t *testing.T) {
	head := kernel.ShardHead{Count: 5, Hash: baseAt(5).Hash}
	for _, said := range []kernel.ShardHead{head, {Count: 3}} {
		shard := restedAt(t, 5)
		shard.DoubtFold()
		if step := shard.Heartbeat(said); step.Reached {
			t.Errorf("%+v", step)
		}
		if step, _ := shard.Snapshot(baseAt(5), false); !step.Reached {
			t.Errorf("%+v", step)
		}
	}
}
