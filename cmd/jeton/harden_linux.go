package main

import (
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// harden keeps the process's memory, in which keys and secrets are, to the process: no
// core dump, and no reading or tracing by others of the same user. Where the kernel
// refuses, which it does to nobody by default, jeton runs as it is: doctor tells.
func harden() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	debug.SetTraceback("none") // it would print the arguments of functions
}
