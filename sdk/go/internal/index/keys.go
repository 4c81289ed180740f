package index

import (
	"slices"
	"strings"
	"time"

	"tenure.dev/dataplane/internal/kernel"
)

// apiKey is what a live fact says of one; its text is nowhere.
type apiKey struct {
	id     string
	hash   kernel.Hash
	tenant *tenant
	scopes []string
	// namespace is empty for none, until the zero time.
	namespace string
	until     time.Time
	// next has the same hash, as no two keys of a sound registry have.
	next *apiKey
}

func keyOf(tenant *tenant, id string, body *kernel.Object) *apiKey {
	hash, _ := kernel.FromBase64URL(textOf(body, "hash"))
	until, _ := kernel.ParseInstant(textOf(body, "until"))
	return &apiKey{
		id: id, hash: kernel.Hash(hash), tenant: tenant, scopes: namesOf(body, "scopes"),
		namespace: strings.Clone(textOf(body, "namespace")), until: until,
	}
}

func (x *Index) applyKey(tenant *tenant, item Item, id string, asserted bool) {
	if known, found := tenant.keys[id]; found {
		delete(tenant.keys, id)
		x.unlist(known)
	}
	if !asserted {
		return
	}
	if tenant.keys == nil {
		tenant.keys = map[string]*apiKey{}
	}
	added := keyOf(tenant, id, item.Body)
	tenant.keys[id] = added
	if tenant.listed {
		x.list(added)
	}
}

// list makes a key known by its hash.
func (x *Index) list(key *apiKey) {
	key.next = x.keys[key.hash]
	x.keys[key.hash] = key
}

func (x *Index) unlist(key *apiKey) {
	if !key.tenant.listed {
		return
	}
	first := x.keys[key.hash]
	switch {
	case first != key:
		for first.next != key {
			first = first.next
		}
		first.next = key.next
	case key.next == nil:
		delete(x.keys, key.hash)
	default:
		x.keys[key.hash] = key.next
	}
}

// KeyQuestion is what a key is to be good for.
type KeyQuestion struct {
	Hash kernel.Hash
	// Scope and Namespace are nil when nobody asks for one.
	Scope, Namespace *string
	Now              time.Time
}

// KnownKey is a key that exactly one live fact has.
type KnownKey struct {
	Tenant, ID string
	Scopes     []string
	// Namespace is empty when the key has none.
	Namespace string
}

// APIKey tells why the key may or may not; the key is nil unless it is known. A look-up that misses
// unpacks the rest first.
func (x *Index) APIKey(asked KeyQuestion) (*KnownKey, Reason) {
	key, reason := x.findKey(&asked)
	if reason == KeyUnknown && x.Packed() > 0 {
		x.UnpackAll(func() bool { return true })
		key, reason = x.findKey(&asked)
	}
	return key, reason
}

func (x *Index) findKey(asked *KeyQuestion) (*KnownKey, Reason) {
	x.mutex.RLock()
	defer x.mutex.RUnlock()
	key, found := x.keys[asked.Hash]
	if !found || key.next != nil {
		return nil, KeyUnknown
	}
	known := &KnownKey{
		Tenant: key.tenant.id.String(), ID: key.id,
		Scopes: slices.Clone(key.scopes), Namespace: key.namespace,
	}
	return known, key.reason(asked)
}

func (k *apiKey) reason(asked *KeyQuestion) Reason {
	switch {
	case k.tenant.closedFor() != "":
		return k.tenant.closedFor()
	case !k.until.IsZero() && !k.until.After(asked.Now):
		return KeyExpired
	case asked.Scope != nil && !slices.Contains(k.scopes, *asked.Scope):
		return ScopeMissing
	case asked.Namespace != nil && (k.namespace == "" || k.namespace != *asked.Namespace):
		return NamespaceMismatch
	}
	return Granted
}
