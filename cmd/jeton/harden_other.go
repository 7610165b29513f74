//go:build !linux

package main

import (
	"runtime/debug"
	"syscall"
)

// harden keeps the process's memory, in which keys and secrets are, from becoming a core
// dump, and what the program dies of from being printed with arguments.
func harden() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	debug.SetTraceback("none")
}
