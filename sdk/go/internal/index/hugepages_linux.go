package index

import (
	"syscall"
	"unsafe"
)

// preferHugePages before the first touch: where the system gives pages of 2 MB only on request, a
// look-up would walk the page tables for each of its reads. It is a wish, and a no changes nothing.
func preferHugePages[T any](piece []T) {
	begin := (*byte)(unsafe.Pointer(unsafe.SliceData(piece)))
	all := unsafe.Slice(begin, len(piece)*int(unsafe.Sizeof(piece[0])))
	page := syscall.Getpagesize()
	before := -int(uintptr(unsafe.Pointer(begin))) & (page - 1)
	if whole := (len(all) - before) &^ (page - 1); whole > 0 {
		_ = syscall.Madvise(all[before:before+whole], syscall.MADV_HUGEPAGE)
	}
}
