package remote

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// SocketBase is the address of a store at a socket: the client knows which one.
const SocketBase = "http://socket"

// SocketClient returns a client that asks at a unix socket.
func SocketClient(path string) *http.Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		address, done, err := SocketAddress(path)
		if err != nil {
			return nil, err
		}
		defer done()
		var d net.Dialer
		return d.DialContext(ctx, "unix", address)
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableCompression: true, MaxIdleConns: 8,
		MaxIdleConnsPerHost: 8, IdleConnTimeout: 5 * time.Minute}}
}

// maxAddress is how many bytes of a path the address of a socket has room for, on any
// system there is.
const maxAddress = 103

// SocketAddress returns an address for a socket's path, which may be longer than an address
// has room for: on Linux such a path is named by way of its open directory, elsewhere it is
// refused. The address can be used until done is called.
func SocketAddress(path string) (address string, done func(), err error) {
	if len(path) <= maxAddress {
		return path, func() {}, nil
	}
	name := filepath.Base(path)
	if runtime.GOOS != "linux" || len(name) > 64 {
		return "", nil, fmt.Errorf("its path has %d bytes and the system takes %d: put it at a shorter one", len(path), maxAddress)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), name), func() { _ = dir.Close() }, nil
}
