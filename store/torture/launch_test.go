//go:build linux

package torture

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// launchVariable has this program, when tests start it as one, put a filter of the kernel
// around itself and then become the program in its arguments: what is tortured is always
// the program as it is built, with nothing in it for the purpose.
const launchVariable = "JETON_TORTURE_LAUNCH"

// What the launcher does with syscalls.
const (
	withoutSync = "without sync" // syncs succeed and do nothing
	supervised  = "supervised"   // a supervisor at descriptor 3 decides about writes and syncs
)

// launch becomes the program. It returns only by ending the process.
func launch(how string, args []string) {
	err := os.Unsetenv(launchVariable)
	runtime.LockOSThread() // a filter is the thread's own until it becomes the program
	if err == nil {
		err = unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	}
	if err == nil && how == withoutSync {
		_, err = filter(0, unix.SECCOMP_RET_ERRNO, syncs) // error number 0: done
	}
	if err == nil && how == supervised {
		err = handOver()
	}
	if err == nil {
		err = syscall.Exec(args[0], args, os.Environ())
	}
	fmt.Fprintln(os.Stderr, "launch:", err)
	os.Exit(99)
}

var (
	syncs  = []uint32{unix.SYS_FSYNC, unix.SYS_FDATASYNC, unix.SYS_MSYNC, unix.SYS_SYNC_FILE_RANGE, unix.SYS_SYNCFS}
	writes = []uint32{unix.SYS_PWRITE64, unix.SYS_FALLOCATE, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2}
)

// filter has the kernel treat some syscalls in a way of their own from here on.
func filter(flags uintptr, action uint32, calls []uint32) (fd uintptr, err error) {
	const number, nr, jump, ret = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, 0, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	program := []unix.SockFilter{{Code: number, K: nr}}
	for i, call := range calls {
		program = append(program, unix.SockFilter{Code: jump, Jt: uint8(len(calls) - i), K: call})
	}
	program = append(program, unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ALLOW}, unix.SockFilter{Code: ret, K: action})
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	fd, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&prog)))
	if e != 0 {
		return 0, fmt.Errorf("seccomp: %w", e)
	}
	return fd, nil
}

// handOver gives the decision about writes and syncs to whoever is at descriptor 3.
func handOver() error {
	fd, err := filter(unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, unix.SECCOMP_RET_USER_NOTIF, append(syncs, writes...))
	if err != nil {
		return err
	}
	err = unix.Sendmsg(3, []byte{0}, unix.UnixRights(int(fd)), nil, 0)
	return errors.Join(err, unix.Close(int(fd)), unix.Close(3))
}

// launched is the command line that starts the program by the launcher.
func launched(t testing.TB, how string, args []string) (path string, all, env []string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return self, append([]string{tortured(t)}, args...), []string{launchVariable + "=" + how}
}

// launchable skips the test where the kernel takes no filters.
func launchable(t testing.TB, how string) {
	t.Helper()
	if how != withoutSync {
		return
	}
	path, args, env := launched(t, how, []string{"version"})
	cmd := exec.Command(path, args...)
	cmd.Env = append(environment(t.TempDir()), env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("no seccomp filters here: %v: %s", err, text)
	}
}
