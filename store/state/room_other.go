//go:build !linux

package state

import "os"

// reserve does nothing where blocks cannot be had before they are written: there, a disk
// that becomes full within moments can end the process, which costs a replay.
func reserve(*os.File, int64) error { return nil }

// backWhole does nothing for the same reason.
func backWhole(*os.File) error { return nil }
