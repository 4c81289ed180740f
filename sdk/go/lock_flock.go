//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package dataplane

import (
	"os"
	"path/filepath"
	"syscall"

	"tenure.dev/dataplane/internal/kernel"
)

// lockDirectory: two writers on one directory would each break the other's journal. The kernel
// frees the lock when its process dies, so nothing stale is ever left.
func lockDirectory(directory string) (release func() error, err error) {
	file, err := os.OpenFile(filepath.Join(directory, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		if err == syscall.EWOULDBLOCK {
			return nil, kernel.Refuse(DirectoryLocked, "%s is in use", directory)
		}
		return nil, err
	}
	return file.Close, nil
}
