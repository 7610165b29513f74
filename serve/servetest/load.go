// Package servetest asks servers over HTTP as fast as they answer, and measures them.
package servetest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Load is how long requests took.
type Load struct {
	took  []time.Duration
	total time.Duration
	cpu   time.Duration // of this process: the client's, and the server's if it is in it
}

// Add takes in what another load measured of the same server.
func (l *Load) Add(o Load) {
	l.took, l.total, l.cpu = append(l.took, o.took...), l.total+o.total, l.cpu+o.cpu
}

// Rate is how many requests were answered in a second.
func (l *Load) Rate() float64 { return float64(len(l.took)) / l.total.Seconds() }

// P99 is what 99 of 100 requests took at most.
func (l *Load) P99() time.Duration {
	slices.Sort(l.took)
	return l.took[len(l.took)*99/100]
}

// Work is the processor time of one request, in this process. On a machine that does
// something else as well it says more than the rate.
func (l *Load) Work() time.Duration { return l.cpu / time.Duration(len(l.took)) }

// Ask sends requests, one after the other on each connection, until n were answered.
// There is a connection for each of asks, which is a whole request, and all of them stay
// open. An answer other than 200 and 204 is an error. Answers are read as cheaply as can
// be, since what the client costs is in every figure.
func Ask(addr string, asks []string, n int) (Load, error) {
	conns, err := dial(addr, len(asks))
	defer func() {
		for _, c := range conns {
			_ = c.Close() // everything was answered, or failed before
		}
	}()
	if err != nil {
		return Load{}, err
	}
	var left atomic.Int64
	left.Store(int64(n))
	took, errs := make([][]time.Duration, len(asks)), make([]error, len(asks))
	var all sync.WaitGroup
	began, worked := time.Now(), processorTime()
	for i, c := range conns {
		all.Go(func() { took[i], errs[i] = askOn(c, []byte(asks[i]), &left) })
	}
	all.Wait()
	l := Load{took: slices.Concat(took...), total: time.Since(began), cpu: processorTime() - worked}
	for _, err := range errs {
		if err != nil {
			return Load{}, err
		}
	}
	return l, nil
}

func dial(addr string, n int) (conns []net.Conn, err error) {
	for range n {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return conns, err
		}
		conns = append(conns, c)
	}
	return conns, nil
}

func processorTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		panic(err) // it fails only for what is not RUSAGE_SELF
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func askOn(c net.Conn, ask []byte, left *atomic.Int64) (took []time.Duration, err error) {
	r := bufio.NewReaderSize(c, 4<<10)
	for left.Add(-1) >= 0 {
		began := time.Now()
		if _, err := c.Write(ask); err != nil {
			return nil, err
		}
		if err := skipAnswer(r); err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
	}
	return took, nil
}

var lengthHeader = []byte("Content-Length: ")

func skipAnswer(r *bufio.Reader) error {
	length := 0
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 20")) {
			return fmt.Errorf("answered %q", line)
		}
		if n, ok := bytes.CutPrefix(line, lengthHeader); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(n))); err != nil {
				return err
			}
		}
		if len(line) == 2 {
			_, err := io.CopyN(io.Discard, r, int64(length))
			return err
		}
	}
}
