package serve

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// watchEvery is how often far deadlines are looked at: they may be missed by as much.
const watchEvery = 250 * time.Millisecond

// watchedListener has one ticker for the deadlines of all its connections. net/http sets
// eight of them for every request on a connection that stays open, a timer each, and nearly
// all are replaced long before they come.
type watchedListener struct {
	net.Listener
	every time.Duration
	now   atomic.Pointer[time.Time] // as of the last look

	mu    sync.Mutex
	conns map[*watchedConn]struct{}
}

func watched(l net.Listener, every time.Duration) *watchedListener {
	w := &watchedListener{Listener: l, every: every, conns: map[*watchedConn]struct{}{}}
	w.look(time.Now())
	return w
}

// Accept waits for the next connection.
func (l *watchedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	w := &watchedConn{Conn: c, from: l}
	w.read.apply, w.write.apply = c.SetReadDeadline, c.SetWriteDeadline
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns[w] = struct{}{}
	return w, nil
}

// watch looks at the deadlines until ctx ends. No connection may outlive it.
func (l *watchedListener) watch(ctx context.Context) {
	tick := time.NewTicker(l.every)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			l.look(now)
		case <-ctx.Done():
			return
		}
	}
}

func (l *watchedListener) look(now time.Time) {
	l.now.Store(&now)
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		c.read.look(now)
		c.write.look(now)
	}
}

// far reports whether a deadline can wait for the next looks. The last one may be late.
func (l *watchedListener) far(t time.Time) bool { return t.Sub(*l.now.Load()) > 4*l.every }

// watchedConn is a connection whose far deadlines are its listener's to watch.
type watchedConn struct {
	net.Conn
	from        *watchedListener
	read, write watchedDeadline
}

// SetReadDeadline sets until when reading may take, see [net.Conn].
func (c *watchedConn) SetReadDeadline(t time.Time) error { return c.read.set(t, c.from) }

// SetWriteDeadline sets until when writing may take.
func (c *watchedConn) SetWriteDeadline(t time.Time) error { return c.write.set(t, c.from) }

// SetDeadline sets both.
func (c *watchedConn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// Close closes the connection.
func (c *watchedConn) Close() error {
	c.from.mu.Lock()
	delete(c.from.conns, c)
	c.from.mu.Unlock()
	return c.Conn.Close()
}

// watchedDeadline is a deadline that is either watched, or near and the connection's own.
type watchedDeadline struct {
	apply func(time.Time) error

	mu  sync.Mutex
	at  time.Time // what is watched, zero if nothing is
	own bool      // the connection has one
}

func (d *watchedDeadline) set(t time.Time, l *watchedListener) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !t.IsZero() && !l.far(t) {
		d.at, d.own = time.Time{}, true
		return d.apply(t)
	}
	if d.at = t; !d.own {
		return nil
	}
	d.own = false
	return d.apply(time.Time{})
}

// look ends what waits if the deadline has come.
func (d *watchedDeadline) look(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.at.IsZero() || d.at.After(now) {
		return
	}
	d.at, d.own = time.Time{}, true
	_ = d.apply(now) // a connection that is closed needs none
}
