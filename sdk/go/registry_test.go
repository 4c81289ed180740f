package dataplane

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/treemaker"
)

const (
	testLog   = "tenure.example/test"
	acme      = "1f0c2a3b-0000-4000-8000-00000000000a"
	operation = "4f0c2a3b-0000-4000-8000-00000000000d"
	issuer    = "https://id.example/realms/acme"
)

type signer struct{ key ed25519.PrivateKey }

func signerOf(seed byte) signer {
	return signer{ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(seed)), 32)))}
}

func (s signer) public() []byte { return s.key.Public().(ed25519.PublicKey) }

func (s signer) note(name, text string) []byte {
	key, err := kernel.NewNoteKey(name, s.public())
	if err != nil {
		panic(err)
	}
	hash, _ := hex.DecodeString(key.KeyHash)
	signature := append(hash, ed25519.Sign(s.key, []byte(text))...)
	return []byte(text + "\n— " + name + " " + kernel.ToBase64(signature) + "\n")
}

var (
	rootSigner = signerOf(21)
	factSigner = signerOf(7)
	logSigner  = signerOf(23)
	timeSigner = signerOf(25)
	nextSigner = signerOf(27)
)

func rootKey() string {
	key, _ := kernel.NewNoteKey(testLog+"/root", rootSigner.public())
	return key.String()
}

// registry is one in miniature, in memory: chains, notes, and faults on demand.
type registry struct {
	mutex   sync.Mutex
	lines   map[int][]string
	heads   map[string]kernel.ChainHead
	running [kernel.ShardCount]kernel.ShardHead
	keySets [][]byte
	index   int64
	second  int
	down    bool
	asked   int
	tamper  func(string) string
	// live payloads by tenant and fact key; the newest state is what makeState made of them.
	live  map[string]map[kernel.Hash][]byte
	note  []byte
	files map[kernel.Hash][]byte
	// served are nodes that were asked for, spoil changes what is served.
	served   int
	spoil    func([]byte) []byte
	receipts [][]byte
	// checkpoint is what heartbeats state: "-", or a note in base64.
	checkpoint string
}

func newRegistry() *registry {
	r := &registry{
		lines: map[int][]string{}, heads: map[string]kernel.ChainHead{},
		live: map[string]map[kernel.Hash][]byte{}, checkpoint: "-",
	}
	r.publishKeys(fmt.Sprintf("fact %s 0 - -\n", kernel.ToBase64(factSigner.public())))
	return r
}

func (r *registry) publishKeys(factLines string) {
	text := fmt.Sprintf("%s/keys\n%d\nroot %s\n%slog %s 0 - -\ntime %s\n", testLog, len(r.keySets)+1,
		kernel.ToBase64(rootSigner.public()), factLines,
		kernel.ToBase64(logSigner.public()), kernel.ToBase64(timeSigner.public()))
	r.keySets = append(r.keySets, rootSigner.note(testLog+"/root", text))
}

// unwritten is the line that would follow, without the registry knowing of it.
func (r *registry) unwritten(tenant, kind, subject, body string) (string, kernel.Hash) {
	return r.lineOf(tenant, r.payloadOf(tenant, kind, subject, body))
}

func (r *registry) payloadOf(tenant, kind, subject, body string) []byte {
	head := r.heads[tenant]
	return []byte(fmt.Sprintf(`{"log":%q,"epoch":1,"tenant":%q,"seq":%d,"prev":%q,"id":%q,`+
		`"kind":%q,"subject":%q,"op":"assert","at":"2026-11-21T01:34:34.000Z",`+
		`"cause":{"operation":%q,"actor":"test"},"body":%s}`, testLog, tenant, head.Seq+1,
		kernel.ToBase64URL(head.Hash[:]), operation, kind, subject, operation, body))
}

func (r *registry) lineOf(tenant string, payload []byte) (string, kernel.Hash) {
	shard, _ := kernel.ShardOf(tenant)
	signature := ed25519.Sign(factSigner.key, kernel.PreAuthEncoding(payload))
	return fmt.Sprintf(`%d %d {"payload":%q,"payloadType":%q,"signatures":[{"keyid":%q,"sig":%q}]}`,
		len(r.lines[shard])+1, r.index, kernel.ToBase64(payload), kernel.PayloadType,
		kernel.KeyIDOf(factSigner.public()), kernel.ToBase64(signature)), kernel.LeafHash(payload)
}

func (r *registry) write(tenant, kind, subject, body string) string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	payload := r.payloadOf(tenant, kind, subject, body)
	line, leaf := r.lineOf(tenant, payload)
	if r.live[tenant] == nil {
		r.live[tenant] = map[kernel.Hash][]byte{}
	}
	r.live[tenant][kernel.FactKeyOf(kind, subject)] = payload
	shard, _ := kernel.ShardOf(tenant)
	r.lines[shard] = append(r.lines[shard], line)
	r.heads[tenant] = kernel.ChainHead{Seq: r.heads[tenant].Seq + 1, Hash: leaf}
	head := &r.running[shard]
	head.Count, head.Hash = head.Count+1, kernel.RunningHash(head.Hash, leaf)
	r.index++
	return line
}

// begin writes one role, one tenant and one member.
func (r *registry) begin() {
	r.write(kernel.PlatformTenant, "role", "role:owner", `{"scope":"tenant","permissions":["*"]}`)
	r.write(acme, "tenant", "tenant:"+acme,
		`{"slug":"acme","state":"active","plan":"team","isolation":"silo","demo":false}`)
	r.write(acme, "membership", "member:"+operation, memberBody("jane", "owner"))
}

func memberBody(sub, role string) string {
	return fmt.Sprintf(`{"state":"active","identity":{"issuer":%q,"sub":%q},"roles":[%q]}`,
		issuer, sub, role)
}

// beat is the next heartbeat, a millisecond after the last, about now.
func (r *registry) beat() []byte {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.beatOf(len(r.keySets))
}

func (r *registry) beatOf(version int) []byte {
	r.second++
	at := time.Now().UTC().Add(time.Duration(r.second) * time.Millisecond)
	var text strings.Builder
	fmt.Fprintf(&text, "%s/heartbeat\n1\n1\n%s\n%d\n%s\n", testLog,
		at.Format("2006-01-02T15:04:05.000Z"), version, r.checkpoint)
	for _, head := range r.running {
		fmt.Fprintf(&text, "%d %s\n", head.Count, kernel.ToBase64(head.Hash[:]))
	}
	return timeSigner.note(testLog+"/time", text.String())
}

func (r *registry) facts(_ context.Context, shard int, from int64) ([]string, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.asked++
	if r.down {
		return nil, fmt.Errorf("down")
	}
	var page []string
	for _, line := range r.lines[shard][min(int(from)-1, len(r.lines[shard])):] {
		if r.tamper != nil {
			line = r.tamper(line)
		}
		page = append(page, line)
	}
	return page[:min(2, len(page))], nil
}

func (r *registry) keySet(_ context.Context, version int64) ([]byte, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.down {
		return nil, fmt.Errorf("down")
	}
	if int(version) > len(r.keySets) {
		return nil, errNotYet
	}
	return r.keySets[version-1], nil
}

func (r *registry) heartbeat(context.Context) ([]byte, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.down {
		return nil, fmt.Errorf("down")
	}
	return r.beatOf(len(r.keySets)), nil
}

// makeState makes the newest state of what was written.
func (r *registry) makeState() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var tenants []*treemaker.Tenant
	for id, live := range r.live {
		tenants = append(tenants, &treemaker.Tenant{ID: id, Head: r.heads[id], Live: live})
	}
	tree := treemaker.Make(tenants)
	var text strings.Builder
	fmt.Fprintf(&text, "%s/state\n1\n%d\n%d\n%s\n", testLog, r.index, len(r.keySets),
		kernel.ToBase64(tree.Root[:]))
	for _, head := range r.running {
		fmt.Fprintf(&text, "%d %s\n", head.Count, kernel.ToBase64(head.Hash[:]))
	}
	r.note, r.files = logSigner.note(testLog, text.String()), tree.Files
}

func (r *registry) stateNote(context.Context) ([]byte, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.down {
		return nil, fmt.Errorf("down")
	}
	if r.note == nil {
		return nil, errNotYet
	}
	return r.note, nil
}

func (r *registry) node(_ context.Context, hash kernel.Hash) ([]byte, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	file, found := r.files[hash]
	if r.down || !found {
		return nil, errNotYet
	}
	r.served++
	if r.spoil != nil {
		file = r.spoil(bytes.Clone(file))
	}
	return file, nil
}

func (r *registry) receipt(_ context.Context, note []byte) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.receipts = append(r.receipts, note)
	if r.down {
		return fmt.Errorf("down")
	}
	return nil
}

func (r *registry) close() {}

func (r *registry) set(change func()) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	change()
}

// wire is live delivery by hand.
type wire struct{ handlers liveHandlers }

func (w *wire) start(_ []int, handlers liveHandlers) error {
	w.handlers = handlers
	return nil
}
func (w *wire) isConnected() bool { return true }
func (w *wire) close()            {}
