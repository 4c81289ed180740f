//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package dataplane

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tenure.dev/dataplane/internal/kernel"
)

const (
	leaseFor   = 15 * time.Second
	leaseRenew = 5 * time.Second
)

// lockDirectory: where files cannot be locked, a file that is touched again and again holds the
// directory; one that was not for 15 s belongs to a process that died.
func lockDirectory(directory string) (release func() error, err error) {
	path := filepath.Join(directory, "lock")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		info, statErr := os.Stat(path)
		if statErr == nil && time.Since(info.ModTime()) < leaseFor {
			return nil, kernel.Refuse(DirectoryLocked, "%s is in use", directory)
		}
		_ = os.Remove(path)
		file, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	}
	if err != nil {
		return nil, err
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case now := <-time.After(leaseRenew):
				_ = os.Chtimes(path, now, now)
			}
		}
	}()
	return func() error {
		close(stop)
		<-stopped
		return errors.Join(file.Close(), os.Remove(path))
	}, nil
}
