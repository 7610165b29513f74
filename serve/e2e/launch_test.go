//go:build linux

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// launchVariable has this program, when the tests start it as one, confine itself to the
// system calls in the file that it names and then become the program in its arguments.
const launchVariable = "JETON_E2E_LAUNCH"

// launcher returns how to start a program confined.
func launcher(t *testing.T, calls string, env ...string) launch {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return launch{path: self, env: append(env, launchVariable+"="+calls)}
}

// launch is how a program is started: by another one, and with more in its environment.
type launch struct {
	path string // empty: as it is
	env  []string
}

// become confines the process and becomes the program in args. It returns only by ending
// the process.
func become(file string, args []string) {
	var calls []uint32
	raw, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(raw, &calls)
	}
	if err == nil {
		err = os.Unsetenv(launchVariable)
	}
	runtime.LockOSThread() // a filter is the thread's own until it becomes the program
	if err == nil {
		err = confine(calls)
	}
	if err == nil {
		err = confined()
	}
	if err == nil {
		err = syscall.Exec(args[0], args, os.Environ())
	}
	fmt.Fprintln(os.Stderr, "launch:", err)
	os.Exit(99)
}

// confine does what systemd does for the lines of the unit.
func confine(calls []uint32) error {
	err := errors.Join(
		unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}),
		unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
		unix.Prctl(unix.PR_SET_MDWE, unix.PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0))
	if err != nil {
		return err
	}
	program := filter(calls)
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	if _, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&prog))); e != 0 {
		return fmt.Errorf("seccomp: %w", e)
	}
	return nil
}

// filter lets through the system calls, and of sockets those of three families.
func filter(calls []uint32) []unix.SockFilter {
	const (
		load = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		jump = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		ret  = unix.BPF_RET | unix.BPF_K
		no   = unix.SECCOMP_RET_ERRNO
	)
	families := []uint32{unix.AF_INET, unix.AF_INET6, unix.AF_UNIX}
	program := []unix.SockFilter{{Code: load, K: 0}, {Code: jump, Jf: uint8(2 + 2*len(families)), K: unix.SYS_SOCKET}, {Code: load, K: 16}}
	for _, family := range families {
		program = append(program, unix.SockFilter{Code: jump, Jf: 1, K: family}, unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ALLOW})
	}
	program = append(program, unix.SockFilter{Code: ret, K: no | uint32(unix.EAFNOSUPPORT)})
	for _, call := range calls {
		program = append(program, unix.SockFilter{Code: jump, Jf: 1, K: call}, unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ALLOW})
	}
	return append(program, unix.SockFilter{Code: ret, K: no | uint32(unix.EPERM)})
}

// confined makes sure that it is: a proof under no confinement would prove nothing.
func confined() error {
	if _, err := unix.Mmap(-1, 0, 4096, unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE); err == nil {
		return errors.New("memory can be written and executed")
	}
	if _, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, 0); !errors.Is(err, unix.EAFNOSUPPORT) {
		return fmt.Errorf("a netlink socket: %w", err)
	}
	if err := unix.Setpriority(unix.PRIO_PROCESS, 0, 10); !errors.Is(err, unix.EPERM) {
		return fmt.Errorf("another priority: %w", err)
	}
	return nil
}
