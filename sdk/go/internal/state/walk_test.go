package state

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"testing"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/treemaker"
)

const testLog = "tenure.example/test"

func tenantID(n int) string { return fmt.Sprintf("1f0c2a3b-0000-4000-8000-%012x", n) }

// tenantOf has so many products, which are valid facts of any tenant.
func tenantOf(n, facts int) *treemaker.Tenant {
	tenant := &treemaker.Tenant{
		ID: tenantID(n), Head: kernel.ChainHead{Seq: int64(max(1, facts))},
		Live: map[kernel.Hash][]byte{},
	}
	for at := range facts {
		subject := fmt.Sprintf("product:p%d", at)
		tenant.Live[kernel.FactKeyOf("product", subject)] = []byte(fmt.Sprintf(
			`{"log":%q,"epoch":1,"tenant":%q,"seq":%d,"prev":%q,"id":%q,"kind":"product",`+
				`"subject":%q,"op":"assert","at":"2026-11-21T01:34:34.000Z",`+
				`"cause":{"operation":%q,"actor":"test"},"body":{"limits":[]}}`, testLog, tenant.ID,
			at+1, kernel.ToBase64URL(make([]byte, 32)), tenant.ID, subject, tenant.ID))
	}
	return tenant
}

// crowd is large enough for inner nodes, with one tenant that has a tree of its own.
func crowd() []*treemaker.Tenant {
	tenants := []*treemaker.Tenant{tenantOf(0, 700)}
	for n := range 400 {
		tenants = append(tenants, tenantOf(1+n, n%4))
	}
	return tenants
}

func getOf(files map[kernel.Hash][]byte) Get {
	return func(_ context.Context, hash kernel.Hash) (*Node, error) {
		data, err := Unpack(files[hash])
		if err != nil {
			return nil, err
		}
		return Parse(data)
	}
}

func all() []int {
	shards := make([]int, kernel.ShardCount)
	for shard := range shards {
		shards[shard] = shard
	}
	return shards
}

var note = &kernel.StateNote{Log: testLog, Epoch: 1}

func TestTheTreeGivesEveryTenantAndFact(t *testing.T) {
	tenants := crowd()
	made := treemaker.Make(tenants)
	tree, err := Walk(context.Background(), made.Root, FollowShards(all()), getOf(made.Files))
	if err != nil {
		t.Fatal(err)
	}
	shards := tree.Shards(note, all(), "")
	for _, tenant := range tenants {
		number, _ := kernel.ShardOf(tenant.ID)
		block := shards[number].Find(tenant.ID)
		if block == nil || block.Head != tenant.Head {
			t.Fatalf("%s: %+v", tenant.ID, block)
		}
		facts, err := shards[number].Pack(block).Unpack()
		if err != nil || len(facts) != len(tenant.Live) {
			t.Errorf("%s: %d facts, not %d; %v", tenant.ID, len(facts), len(tenant.Live), err)
		}
	}
	if shards[0].Find(tenantID(9999)) != nil {
		t.Error("a tenant that is nowhere")
	}
}

func TestOnlyWhatIsFollowedIsAskedFor(t *testing.T) {
	made := treemaker.Make(crowd())
	shard, _ := kernel.ShardOf(tenantID(7))
	asked := 0
	get := func(ctx context.Context, hash kernel.Hash) (*Node, error) {
		asked++
		return getOf(made.Files)(ctx, hash)
	}
	follow := FollowShards([]int{shard})
	tree, err := WalkInOrder(context.Background(), made.Root, follow, get)
	if err != nil {
		t.Fatal(err)
	}
	if asked >= len(made.Files)/2 {
		t.Errorf("%d of %d nodes", asked, len(made.Files))
	}
	if tree.Shards(note, []int{shard}, "")[shard].Find(tenantID(7)) == nil {
		t.Error("the tenant is not there")
	}
}

// Every byte of a node is covered by the root: a lying server is found out.
func TestNoChangedNodeIsTaken(t *testing.T) {
	made := treemaker.Make(crowd())
	for hash, file := range made.Files {
		for at := 0; at < len(file); at += 1 + len(file)/7 {
			lie := bytes.Clone(file)
			lie[at] ^= 0x10
			files := map[kernel.Hash][]byte{}
			for other, data := range made.Files {
				files[other] = data
			}
			files[hash] = lie
			_, err := WalkInOrder(context.Background(), made.Root, FollowShards(all()), getOf(files))
			code := kernel.CodeOf(err)
			if code != kernel.StateHashMismatch && code != kernel.StateNodeMalformed {
				t.Fatalf("node %s with byte %d changed: %v", hash.Hex(), at, err)
			}
		}
	}
}

func TestABombEnds(t *testing.T) {
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	block := make([]byte, 1<<20)
	for range 2 * maxNodeBytes / len(block) {
		_, _ = zip.Write(block)
	}
	_ = zip.Close()
	if _, err := Unpack(bomb.Bytes()); kernel.CodeOf(err) != kernel.StateNodeMalformed {
		t.Errorf("%v", err)
	}
}
