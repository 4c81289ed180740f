package dataplane

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tenure.dev/dataplane/internal/kernel"
)

const (
	requestTimeout = 10 * time.Second
	// Far above any page of the server: a broken one must not fill the memory.
	maxAnswerBytes = 64 << 20
	// A key set or heartbeat is a few KiB to 20 KiB.
	maxNoteBytes = 1 << 20
	// maxNodeFileBytes: a node, and what gzip adds to one that it cannot compress.
	maxNodeFileBytes = 8<<20 + 64<<10
)

// errNotYet: the registry has no such key set or heartbeat.
var errNotYet = errors.New("not there yet")

// errTooLarge: more bytes than such an answer has.
var errTooLarge = errors.New("too large")

// nodeFile tells what is too large for a node as what it is: no outage, but a lie.
func nodeFile(data []byte, err error) ([]byte, error) {
	if errors.Is(err, errTooLarge) {
		return nil, kernel.Refuse(kernel.StateNodeMalformed, "%v", err)
	}
	return data, err
}

// source is the registry over HTTP. An error means that it cannot be asked now.
type source interface {
	// facts gives lines of the shard from a position on, as many as the server gives at once.
	facts(ctx context.Context, shard int, from int64) ([]string, error)
	// keySet and heartbeat fail with errNotYet when there is none.
	keySet(ctx context.Context, version int64) ([]byte, error)
	heartbeat(ctx context.Context) ([]byte, error)
	// stateNote is the newest; it fails with errNotYet when there is none.
	stateNote(ctx context.Context) ([]byte, error)
	// node is a file of the state tree, which may be compressed.
	node(ctx context.Context, hash kernel.Hash) ([]byte, error)
	// receipt fails when it was not taken.
	receipt(ctx context.Context, note []byte) error
	close()
}

// withoutSnapshots has lines alone.
type withoutSnapshots struct{ source }

func (withoutSnapshots) stateNote(context.Context) ([]byte, error) { return nil, errNotYet }

type httpSource struct {
	base   *url.URL
	token  string
	client *http.Client
	// nodes on their way: a plane that starts must not be a flood.
	nodes chan struct{}
}

func newHTTPSource(base *url.URL, token string) *httpSource {
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		MaxIdleConnsPerHost: maxRequests,
		MaxConnsPerHost:     2 * maxRequests,
		IdleConnTimeout:     30 * time.Second,
	}
	client := &http.Client{
		Transport: transport,
		Timeout:   requestTimeout,
		// The token is for this address alone.
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("the registry redirects")
		},
	}
	nodes := make(chan struct{}, maxRequests)
	return &httpSource{base: base, token: token, client: client, nodes: nodes}
}

func (s *httpSource) close() { s.client.CloseIdleConnections() }

func (s *httpSource) request(
	ctx context.Context, method, path string, body io.Reader,
) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, s.base.JoinPath(path).String(), body)
	if err == nil {
		request.Header.Set("Authorization", "Bearer "+s.token)
		request.Header.Set("Accept", "text/plain, application/octet-stream")
	}
	return request, err
}

func (s *httpSource) get(
	ctx context.Context, path string, query url.Values, limit int64,
) ([]byte, error) {
	request, err := s.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	request.URL.RawQuery = query.Encode()
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusNotFound {
		return nil, errNotYet
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d for %s", response.StatusCode, path)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%w: more than %d bytes for %s", errTooLarge, limit, path)
	}
	return data, err
}

func (s *httpSource) facts(ctx context.Context, shard int, from int64) ([]string, error) {
	query := url.Values{}
	query.Set("shard", kernel.ShardName(shard))
	query.Set("from", strconv.FormatInt(from, 10))
	data, err := s.get(ctx, "v1/facts", query, maxAnswerBytes)
	return linesIn(string(data)), err
}

func (s *httpSource) keySet(ctx context.Context, version int64) ([]byte, error) {
	return s.get(ctx, "v1/log/keys/"+strconv.FormatInt(version, 10), nil, maxNoteBytes)
}

func (s *httpSource) heartbeat(ctx context.Context) ([]byte, error) {
	return s.get(ctx, "v1/log/heartbeat", nil, maxNoteBytes)
}

func (s *httpSource) stateNote(ctx context.Context) ([]byte, error) {
	return s.get(ctx, "v1/log/state", nil, maxNoteBytes)
}

func (s *httpSource) node(ctx context.Context, hash kernel.Hash) ([]byte, error) {
	select {
	case s.nodes <- struct{}{}:
		defer func() { <-s.nodes }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return nodeFile(s.get(ctx, "v1/log/state/"+hash.Hex(), nil, maxNodeFileBytes))
}

func (s *httpSource) receipt(ctx context.Context, note []byte) error {
	request, err := s.request(ctx, http.MethodPost, "v1/log/receipts", bytes.NewReader(note))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	_ = response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("status %d for a receipt", response.StatusCode)
	}
	return nil
}
