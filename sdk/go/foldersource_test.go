package dataplane

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tenure.dev/dataplane/internal/kernel"
)

// export writes the registry's log into a folder.
func (s *stage) export(folder string) {
	s.Helper()
	put := func(path, text string) {
		name := filepath.Join(folder, path)
		_ = os.MkdirAll(filepath.Dir(name), 0o700)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			s.Fatal(err)
		}
	}
	for at, note := range s.registry.keySets {
		put("keys/"+strconv.Itoa(at+1), string(note))
	}
	for shard, lines := range s.registry.lines {
		put("facts/"+kernel.ShardName(shard), strings.Join(lines, "\n")+"\n")
	}
	if s.registry.note != nil {
		put("state/note", string(s.registry.note))
	}
	for hash, file := range s.registry.files {
		put("state/"+hash.Hex(), string(file))
	}
	put("heartbeat", string(s.registry.beat()))
}

func (s *stage) openFolder(folder string) {
	s.Helper()
	options := s.options()
	options.RegistryURL = "file://" + folder
	plane, err := Open(context.Background(), options)
	if err != nil {
		s.Fatal(err)
	}
	s.plane = plane
	s.Cleanup(func() { _ = plane.Close() })
}

func TestAFolderIsALogToo(t *testing.T) {
	for _, hasState := range []bool{false, true} {
		s, folder := closedStage(t), t.TempDir()
		if hasState {
			s.registry.makeState()
		}
		s.export(folder)
		s.openFolder(folder)
		s.ready()
		if !s.allowed("jane") || (s.snapshotSize() == 3) != hasState {
			t.Errorf("%+v", s.plane.Stats())
		}
		s.registry.write(acme, "membership", "member:"+acme, memberBody("ann", "owner"))
		s.export(folder)
		s.eventually("ann decides", func() bool { return s.allowed("ann") })
	}
}

func TestAMissingFolderIsLikeARegistryThatIsDown(t *testing.T) {
	s, folder := closedStage(t), filepath.Join(t.TempDir(), "later")
	s.openFolder(folder)
	if got := s.plane.Can(jane, "a:b", acme).Reason; got != FactsExpired {
		t.Errorf("%s", got)
	}
	s.export(folder)
	s.ready()
	if !s.allowed("jane") {
		t.Error("the folder came, and nothing was read")
	}
}

func TestWhatIsBeingWrittenIsTakenAsFarAsItIsWhole(t *testing.T) {
	s, folder := closedStage(t), t.TempDir()
	s.export(folder)
	source := folderSource{folder: folder}
	shard, _ := kernel.ShardOf(acme)
	path := filepath.Join(folder, "facts", kernel.ShardName(shard))
	data, _ := os.ReadFile(path)
	_ = os.WriteFile(path, data[:len(data)-10], 0o600)
	ctx := context.Background()
	if lines, err := source.facts(ctx, shard, 1); err != nil || len(lines) != 1 {
		t.Errorf("%d lines, %v", len(lines), err)
	}
	_ = os.WriteFile(path, []byte(strings.Repeat("x", maxLineBytes+1)), 0o600)
	if _, err := source.facts(ctx, shard, 1); err == nil {
		t.Error("a line without end is no line")
	}
	_ = os.Remove(path)
	_ = os.Mkdir(path, 0o700)
	if _, err := source.facts(ctx, shard, 1); err == nil {
		t.Error("a folder is no file")
	}
	if lines, err := source.facts(ctx, (shard+1)%kernel.ShardCount, 1); err != nil || lines != nil {
		t.Errorf("a shard without facts: %v, %v", lines, err)
	}
}

func TestAFileTooLargeForANodeIsNoOutage(t *testing.T) {
	folder := t.TempDir()
	var hash kernel.Hash
	_ = os.Mkdir(filepath.Join(folder, "state"), 0o700)
	path := filepath.Join(folder, "state", hash.Hex())
	_ = os.WriteFile(path, make([]byte, maxNodeFileBytes+1), 0o600)
	_, err := folderSource{folder: folder}.node(context.Background(), hash)
	var refusal *kernel.Error
	if !errors.As(err, &refusal) || refusal.Code != kernel.StateNodeMalformed {
		t.Errorf("%v", err)
	}
}
