package serve

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTheServiceManagerIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }() // only read from
	t.Setenv("NOTIFY_SOCKET", path)
	s := start(t, Options{})
	for _, want := range []string{"READY=1", "STOPPING=1"} {
		if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 64)
		n, err := c.Read(buf)
		if err != nil || string(buf[:n]) != want {
			t.Fatalf("told %q, %v, want %s", buf[:n], err, want)
		}
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(s.log.String(), "does not know") {
		t.Error(s.log)
	}
}

func TestNoServiceManagerStopsNothing(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "gone"))
	s := start(t, Options{})
	if !strings.Contains(s.log.String(), "does not know") {
		t.Errorf("nothing is said: %s", s.log)
	}
}
