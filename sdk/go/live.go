package dataplane

import (
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"tenure.dev/dataplane/internal/kernel"
)

const (
	factSubjects     = "tenure.facts."
	heartbeatSubject = "tenure.heartbeat"
	natsRetry        = time.Second
	natsTimeout      = 5 * time.Second
)

// liveHandlers are called by goroutines of the connection.
type liveHandlers struct {
	lines     func(shard int, lines []string)
	heartbeat func(note []byte)
	// connected: delivery began, or began again, and what was sent in between was missed.
	connected func()
}

// live is delivery without acknowledgement: a reader counts our positions.
type live interface {
	// start begins delivery. Nothing is delivered once close has returned.
	start(shards []int, handlers liveHandlers) error
	isConnected() bool
	close()
}

type natsLive struct {
	address    string
	connection *nats.Conn
	closed     chan struct{}
	// gate keeps close waiting for handlers that run.
	gate sync.RWMutex
	done bool
}

// start tries for ever in the background; until it succeeds the plane asks over HTTP.
func (l *natsLive) start(shards []int, handlers liveHandlers) error {
	l.closed = make(chan struct{})
	connected := func(*nats.Conn) { l.enter(handlers.connected) }
	connection, err := nats.Connect(l.address,
		nats.Name("tenure-data-plane"),
		nats.RetryOnFailedConnect(true),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(natsRetry),
		nats.Timeout(natsTimeout),
		nats.IgnoreAuthErrorAbort(),
		nats.ConnectHandler(connected),
		nats.ReconnectHandler(connected),
		nats.ClosedHandler(func(*nats.Conn) { close(l.closed) }),
		// The default writes to standard error; what was missed is fetched.
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}),
	)
	if err != nil {
		return err
	}
	l.connection = connection
	return l.subscribe(shards, handlers)
}

func (l *natsLive) enter(handle func()) {
	l.gate.RLock()
	defer l.gate.RUnlock()
	if !l.done {
		handle()
	}
}

func (l *natsLive) subscribe(shards []int, handlers liveHandlers) error {
	receive := func(message *nats.Msg) {
		name, _ := strings.CutPrefix(message.Subject, factSubjects)
		if shard, ok := kernel.ParseShardName(name); ok {
			l.enter(func() { handlers.lines(shard, linesIn(string(message.Data))) })
		}
	}
	names := []string{"*"}
	if len(shards) < kernel.ShardCount {
		names = nil
		for _, shard := range shards {
			names = append(names, kernel.ShardName(shard))
		}
	}
	for _, name := range names {
		if _, err := l.connection.Subscribe(factSubjects+name, receive); err != nil {
			return err
		}
	}
	_, err := l.connection.Subscribe(heartbeatSubject, func(message *nats.Msg) {
		if len(message.Data) <= maxNoteBytes {
			l.enter(func() { handlers.heartbeat(message.Data) })
		}
	})
	return err
}

func (l *natsLive) isConnected() bool { return l.connection.IsConnected() }

func (l *natsLive) close() {
	if l.connection == nil {
		return
	}
	l.connection.Close()
	<-l.closed
	l.gate.Lock()
	defer l.gate.Unlock()
	l.done = true
}
