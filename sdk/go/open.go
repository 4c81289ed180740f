package dataplane

import (
	"context"
	"errors"
	"os"
	"time"

	"tenure.dev/dataplane/internal/index"
	"tenure.dev/dataplane/internal/reader"
	"tenure.dev/dataplane/internal/state"
)

// surroundings are what a plane talks to; Open brings the real ones.
type surroundings struct {
	source source
	// live is nil for a plane without live delivery.
	live  live
	clock clock
	// pace is how often the source is asked for a heartbeat when there is no stream.
	pace time.Duration
}

// Open opens a plane. It answers from its directory at once, also while registry and NATS are dead
// (then its freshness says so); [Plane.Ready] tells when it has caught up. The context is for
// opening alone. It fails with an [Error] of the codes options-invalid, key-invalid and
// directory-locked, or with an error of the disk.
func Open(ctx context.Context, options Options) (*Plane, error) {
	base, err := options.registry()
	if err != nil {
		return nil, err
	}
	around := surroundings{clock: systemClock{began: time.Now()}, pace: askEvery}
	if base.Scheme == "file" {
		around.source, around.pace = folderSource{folder: folderOf(base)}, folderEvery
		return open(ctx, options, around)
	}
	around.source = newHTTPSource(base, options.Token)
	if options.NATSURL != "" {
		around.live = &natsLive{address: options.NATSURL}
	}
	return open(ctx, options, around)
}

func open(ctx context.Context, options Options, around surroundings) (*Plane, error) {
	if err := selfTest(); err != nil {
		return nil, err
	}
	root, err := options.root()
	if err != nil {
		return nil, err
	}
	shards, err := options.shards()
	if err != nil {
		return nil, err
	}
	if err := options.Receipts.check(options.Log); err != nil {
		return nil, err
	}
	if options.EveryLine {
		around.source = withoutSnapshots{around.source}
	}
	if err := os.MkdirAll(options.Directory, 0o700); err != nil {
		return nil, err
	}
	unlock, err := lockDirectory(options.Directory)
	if err != nil {
		return nil, err
	}
	journal, err := openJournal(options.Directory)
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	p := &Plane{
		clock:     around.clock,
		source:    around.source,
		live:      around.live,
		journal:   journal,
		unlock:    unlock,
		pace:      around.pace,
		receipts:  receipting{with: options.Receipts, log: options.Log},
		freshness: newFreshness(around.clock, options),
		counters:  counters{refused: map[Code]int64{}},
		said:      reader.NewStatements(options.Log, root),
		shards:    map[int]*followed{},
		order:     shards,
		beats:     newBeats(len(shards)),
		ready:     make(chan struct{}),
	}
	p.index = index.New(func(shard int, base *state.Shard, err error) {
		p.refuse(Refusal{Shard: shard, Origin: Origin(base.From)}, err)
	})
	p.holding.Store(true)
	trust := p.said.Trust()
	for _, number := range shards {
		p.shards[number] = &followed{
			number: number, reader: reader.New(number, trust), beatAt: unknownTime,
		}
		p.publish(p.shards[number])
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.follower = newFollower(p.ctx, p.fetchShard)
	p.everyLine = options.EveryLine
	if err := p.start(ctx); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// isEmpty: the disk had nothing of any shard.
func (p *Plane) isEmpty() bool {
	for _, shard := range p.shards {
		if shard.head.Load().Position > 0 {
			return false
		}
	}
	return true
}

// start loads the disk before anything is delivered.
func (p *Plane) start(ctx context.Context) error {
	if err := p.load(ctx); err != nil {
		return err
	}
	p.snapshots.booting.Store(p.isEmpty())
	p.lastAt.Store(int64(p.clock.monotonic()))
	if p.live != nil {
		if err := p.live.start(p.order, p.handlers()); err != nil {
			return err
		}
	}
	p.background.Go(p.keepHouse)
	return nil
}
