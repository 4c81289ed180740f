package dataplane

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tenure.dev/dataplane/internal/kernel"
)

// Options of a plane.
type Options struct {
	// RegistryURL is the base address of the registry's API, e.g. https://registry.example, or the
	// folder of a log, file:///path, which is read instead and needs neither token nor NATS.
	RegistryURL string
	// Token is the data planes' read-only one; empty for a folder.
	Token string
	// NATSURL is for live delivery; without it the plane asks for heartbeats over HTTP.
	NATSURL string
	// Log is the origin of the log to follow, e.g. tenure.example/prod.
	Log string
	// Root is the note key of the log's first root, <log>/root+<hash>+<base64>.
	Root string
	// Directory keeps the plane's state; one process at a time.
	Directory string
	// Shards to follow; nil is all 256. The platform tenant's shard is always followed.
	Shards []int
	// Expiry overrides what happens on facts too old, per kind of decision.
	Expiry map[Kind]Expiry
	// EveryLine reads every fact from the first line on and tells it, for those who keep all of
	// history. Otherwise a plane that has nothing, or is far behind, takes a snapshot.
	EveryLine bool
	// Receipts are off unless given.
	Receipts *Receipts
}

// Who may act must not outlive a day without news; what was paid for may be used on, loudly.
var defaultExpiry = map[Kind]Expiry{
	Membership:  {Limit: 24 * time.Hour},
	Entitlement: {Limit: 7 * 24 * time.Hour, Allow: true},
	APIKey:      {Limit: 24 * time.Hour},
}

func (o Options) expiry(kind Kind) Expiry {
	if given, found := o.Expiry[kind]; found {
		return given
	}
	return defaultExpiry[kind]
}

// shards are ascending, without repetition, the platform tenant's always among them.
func (o Options) shards() ([]int, error) {
	platform, _ := kernel.ShardOf(kernel.PlatformTenant)
	shards := []int{platform}
	if o.Shards == nil {
		for shard := range kernel.ShardCount {
			shards = append(shards, shard)
		}
	}
	for _, shard := range o.Shards {
		if shard < 0 || shard >= kernel.ShardCount {
			return nil, kernel.Refuse(OptionsInvalid, "shards are 0 to 255: %d", shard)
		}
		shards = append(shards, shard)
	}
	slices.Sort(shards)
	return slices.Compact(shards), nil
}

func (o Options) root() (kernel.NoteKey, error) {
	if !kernel.IsLog(o.Log) {
		return kernel.NoteKey{}, kernel.Refuse(OptionsInvalid, "not the origin of a log: %q", o.Log)
	}
	root, err := kernel.ParseNoteKey(o.Root)
	if err == nil && root.Name != o.Log+"/root" {
		err = kernel.Refuse(KeyInvalid, "%s is not %s/root", root.Name, o.Log)
	}
	return root, err
}

func (o Options) registry() (*url.URL, error) {
	base, err := url.Parse(o.RegistryURL)
	isHTTP := err == nil && (base.Scheme == "http" || base.Scheme == "https") && base.Host != ""
	isHere := err == nil && (base.Host == "" || base.Host == "localhost")
	isFile := isHere && base.Scheme == "file" && base.Path != ""
	if !isHTTP && !isFile {
		return nil, kernel.Refuse(OptionsInvalid, "RegistryURL is no http(s) address and no file:///path")
	}
	if isFile && o.Receipts != nil {
		return nil, kernel.Refuse(OptionsInvalid, "a folder takes no receipts: leave Receipts out")
	}
	return base, nil
}

// folderOf a file address; on Windows its path has the drive behind a slash.
func folderOf(address *url.URL) string {
	path := filepath.FromSlash(address.Path)
	if without := strings.TrimPrefix(path, `\`); filepath.VolumeName(without) != "" {
		return without
	}
	return path
}
