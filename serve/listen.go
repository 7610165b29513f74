package serve

import (
	"cmp"
	"context"
	"fmt"
	"net"

	"golang.org/x/net/netutil"
)

// listen opens the listener, of which only a bounded number of connections is accepted at
// once. Without TLS it is loopback, or a unix socket, unless somebody said otherwise.
func listen(ctx context.Context, o Options, tls bool) (net.Listener, error) {
	l := o.Listener
	if l == nil {
		var err error
		var c net.ListenConfig
		if l, err = c.Listen(ctx, "tcp", cmp.Or(o.Addr, DefaultAddr)); err != nil {
			return nil, fmt.Errorf("%w: give another --http ADDRESS, or stop what listens there", err)
		}
	}
	if at, isTCP := l.Addr().(*net.TCPAddr); isTCP && !at.IP.IsLoopback() && !tls && !o.Insecure {
		err := fmt.Errorf("listen on %s: without TLS only loopback is served, since tokens would cross the network readable: give --tls-cert and --tls-key, or --insecure if something else protects the way", at)
		return nil, joinClose(err, l)
	}
	return netutil.LimitListener(l, maxConns), nil
}

// joinClose closes what cannot be used; the error of before is the one that counts.
func joinClose(err error, l net.Listener) error {
	if closed := l.Close(); closed != nil {
		return fmt.Errorf("%w (and it could not be closed: %w)", err, closed)
	}
	return err
}
