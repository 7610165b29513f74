package serve

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Store is what a running server needs of a store.
type Store interface {
	Checker
	// Compare compares state with the journal if that was not done since opening.
	Compare(ctx context.Context) error
	// CheckHistory reads the whole history in the background; what it found is in Health.
	CheckHistory(ctx context.Context) error
}

// DefaultAddr is where the doors are if nothing else is said. Only this host reaches it.
const DefaultAddr = "127.0.0.1:7625"

const (
	maxHeader    = 64 << 10               // bytes; proxies pass on the headers of others, cookies too
	maxConns     = 2048                   // open at once; the next waits to be accepted
	graceDefault = 5 * time.Second        // for what is being answered when stopping
	lookEvery    = 250 * time.Millisecond // at whether the store can answer
)

// patience is how long a connection is waited for.
type patience struct {
	read  time.Duration // from the first byte of a request to the last
	write time.Duration // to the end of the answer
	idle  time.Duration // longer than proxies keep connections, so that they close first
}

func (p patience) orUsual() patience {
	if p == (patience{}) {
		return patience{read: 10 * time.Second, write: 20 * time.Second, idle: 150 * time.Second}
	}
	return p
}

// Options say how to run the doors. Store is needed.
type Options struct {
	DoorOptions
	Store    Store
	Addr     string           // DefaultAddr if empty
	Listener net.Listener     // instead of Addr: one that was inherited
	CertFile string           // PEM, with KeyFile: serve TLS
	KeyFile  string           // PEM
	Insecure bool             // serve without TLS on more than loopback: something else protects the way
	Reload   <-chan os.Signal // on each, the certificate is loaded again; may be nil
	Grace    time.Duration    // for what is being answered when stopping; 5 s if 0
	Started  func(net.Addr)   // told once where it listens; may be nil

	patience patience // the usual one if zero
}

// Run opens the doors and answers until ctx ends; it then takes no more connections and
// finishes what is being answered. It returns nil when it ended because of ctx.
func Run(ctx context.Context, o Options) error {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	cert, err := loadCertificate(o.CertFile, o.KeyFile)
	if err != nil {
		return err
	}
	l, err := listen(ctx, o, cert != nil)
	if err != nil {
		return err
	}
	r := &running{Options: o, cert: cert, doors: NewDoors(o.Store, o.DoorOptions)}
	return r.run(ctx, watched(l, watchEvery))
}

// running is a server while it runs.
type running struct {
	Options
	cert  *certificate // nil without TLS
	doors *Doors
	http  *http.Server
	all   sync.WaitGroup // what runs beside it
}

func (r *running) run(ctx context.Context, l *watchedListener) error {
	beside, stopBeside := context.WithCancel(ctx)
	requests, endRequests := context.WithCancel(context.WithoutCancel(ctx))
	defer endRequests()
	end := make(chan struct{}) // of streams, which would never come to theirs
	p := r.patience.orUsual()
	r.http = &http.Server{
		Handler: r.doors, ReadTimeout: p.read, WriteTimeout: p.write, IdleTimeout: p.idle,
		MaxHeaderBytes: maxHeader, ErrorLog: log.New(r.doors.log, "", 0),
		BaseContext: func(net.Listener) context.Context { return WithEnd(requests, end) },
	}
	r.http.RegisterOnShutdown(func() { close(end) })
	watching, stopWatching := context.WithCancel(context.WithoutCancel(ctx)) // until the last connection ended
	r.all.Go(func() { l.watch(watching) })
	r.beside(beside)
	served := make(chan error, 1)
	go func() { served <- r.serve(l) }()
	r.Log.Info("serving", slog.String("address", l.Addr().String()), slog.Bool("tls", r.cert != nil))
	r.tell("READY=1")
	if r.Started != nil {
		r.Started(l.Addr())
	}
	var err error
	select {
	case err = <-served:
		err = errors.Join(fmt.Errorf("serve on %s: %w", l.Addr(), err), r.stop(endRequests))
	case <-ctx.Done():
		err = r.stop(endRequests)
		<-served
	}
	stopWatching()
	stopBeside()
	r.all.Wait()
	r.Log.Info("stopped")
	return err
}

func (r *running) serve(l net.Listener) error {
	if r.cert == nil {
		return r.http.Serve(l)
	}
	r.http.TLSConfig = r.cert.config()
	return r.http.ServeTLS(l, "", "")
}

// stop finishes what is being answered, streams at once. What takes half of the time is told
// that nobody waits for it any more, and what takes all of it is cut off.
func (r *running) stop(endRequests func()) error {
	grace := r.Grace
	if grace == 0 {
		grace = graceDefault
	}
	r.Log.Info("stopping", slog.Duration("within", grace))
	r.tell("STOPPING=1")
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	defer time.AfterFunc(grace/2, endRequests).Stop()
	err := r.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		r.Log.Warn("connections were cut off that took too long")
		err = r.http.Close()
	}
	if err != nil {
		return fmt.Errorf("stop serving: %w", err)
	}
	return nil
}

// tell tells the service manager; that it cannot be told stops nothing.
func (r *running) tell(state string) {
	if err := notify(state); err != nil {
		r.Log.Warn("the service manager does not know", slog.String("state", state), slog.String("error", err.Error()))
	}
}

// beside starts what runs beside the answering.
func (r *running) beside(ctx context.Context) {
	r.all.Go(func() { r.watch(ctx) })
	r.all.Go(func() {
		if err := r.Store.CheckHistory(ctx); err != nil {
			r.doors.log.broken("the history could not be checked", err)
		}
	})
	if r.cert != nil && r.Reload != nil {
		r.all.Go(func() { r.reloads(ctx) })
	}
}

// watch has state compared and looks at how the store is, until ctx ends.
func (r *running) watch(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if !r.Store.Health().Compared {
			if err := r.Store.Compare(ctx); err != nil && ctx.Err() == nil {
				r.doors.log.broken("state could not be compared with the journal", err)
			}
		}
		r.doors.Look()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// reloads loads the certificate again whenever it is asked to, until ctx ends.
func (r *running) reloads(ctx context.Context) {
	for {
		select {
		case _, open := <-r.Reload:
			if !open {
				return
			}
			if err := r.cert.load(); err != nil {
				r.Log.Error("certificate not loaded again: the one of before is still served", slog.String("error", err.Error()))
				continue
			}
			r.Log.Info("certificate loaded again", slog.Time("valid_until", r.cert.until()))
		case <-ctx.Done():
			return
		}
	}
}
