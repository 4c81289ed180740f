//go:build !linux

package index

func preferHugePages[T any]([]T) {}
