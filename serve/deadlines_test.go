package serve

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// watchedPair is both ends of a connection whose far deadlines are watched every few
// milliseconds.
func watchedPair(t *testing.T) (watchedEnd, other net.Conn) {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := watched(inner, 5*time.Millisecond)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.watch(ctx)
	}()
	if other, err = net.Dial("tcp", inner.Addr().String()); err == nil {
		watchedEnd, err = l.Accept()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		<-ended
		if err := errors.Join(watchedEnd.Close(), other.Close(), l.Close()); err != nil {
			t.Error(err)
		}
		if len(l.conns) > 0 {
			t.Error("a closed connection is still watched")
		}
	})
	return watchedEnd, other
}

// TestWatchedDeadlines has deadlines come, near ones and far ones, be taken back, and be
// replaced after they came.
func TestWatchedDeadlines(t *testing.T) {
	for name, in := range map[string]time.Duration{"past": -time.Hour, "near": 2 * time.Millisecond, "far": 60 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			c, other := watchedPair(t)
			b := make([]byte, 1)
			for range 2 { // one that came says nothing of the next
				began := time.Now()
				if err := c.SetReadDeadline(began.Add(in)); err != nil {
					t.Fatal(err)
				}
				if _, err := c.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) < in {
					t.Fatalf("after %v: %v", time.Since(began), err)
				}
			}
			if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			if _, err := other.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			if n, err := c.Read(b); n != 1 || err != nil {
				t.Fatalf("with a new deadline: %d, %v", n, err)
			}
		})
	}
}

// TestWatchedDeadlineOfWriting writes to who reads nothing.
func TestWatchedDeadlineOfWriting(t *testing.T) {
	c, _ := watchedPair(t)
	if err := c.SetDeadline(time.Now().Add(60 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	var err error
	for block := make([]byte, 1<<20); err == nil; {
		_, err = c.Write(block)
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	if err := c.SetWriteDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("reading had the same deadline: %v", err)
	}
}
