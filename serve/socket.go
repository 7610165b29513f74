package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"jeton/model"
	"jeton/store/remote"
	"jeton/store/remote/wire"
)

// SocketName is what the socket in a store's directory is called.
const SocketName = "socket"

// Peer is who is at the other end of a socket, as the kernel says.
type Peer struct {
	UID uint32
	PID int
}

// Socket is a unix socket that a store is served at.
type Socket struct {
	path     string
	options  SocketOptions
	listener *net.UnixListener
	made     os.FileInfo // the socket, as it was made
	server   *http.Server
	end      chan struct{}
	endOnce  sync.Once

	telling sync.Mutex // so that the last to be told is true

	mu    sync.Mutex
	peers map[net.Conn]Peer
}

// SocketOptions say how a socket is. The zero value is good.
type SocketOptions struct {
	Mode   fs.FileMode   // who may connect: 0660 for a group as well; 0600 if 0
	Others func(n int)   // told how many processes are connected whenever that changes; may be nil
	Grace  time.Duration // for what is being answered when closing; 5 s if 0
}

// Listen makes a socket that answers with what the handler does, under its name only once it
// answers. Whoever calls it must hold the store's lock: a socket that is there already was
// left by another holder, who is gone, and is replaced.
func Listen(path string, h http.Handler, o SocketOptions) (*Socket, error) {
	if o.Mode == 0 {
		o.Mode = 0o600
	}
	if o.Others == nil {
		o.Others = func(int) {}
	}
	if o.Grace == 0 {
		o.Grace = graceDefault
	}
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() != fs.ModeSocket {
		return nil, fmt.Errorf("socket %s: there is something else at this path: move it away", path)
	}
	made := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+strconv.Itoa(os.Getpid()))
	// What a process of the same number left, before it was killed, is in the way.
	if err := os.Remove(made); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("socket %s: %w", path, err)
	}
	l, err := listenAt(made)
	if err != nil {
		return nil, fmt.Errorf("socket %s: %w", path, err)
	}
	s := &Socket{path: path, listener: l, options: o, end: make(chan struct{}), peers: map[net.Conn]Peer{}}
	if err := s.publish(made, o.Mode); err != nil {
		return nil, fmt.Errorf("socket %s: %w", path, errors.Join(err, l.Close(), os.Remove(made)))
	}
	s.server = &http.Server{
		Handler: h, ConnContext: s.connected, ConnState: s.state,
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 10 * time.Minute, MaxHeaderBytes: maxHeader,
		ErrorLog:    log.New(io.Discard, "", 0), // there may be screens on the terminal
		BaseContext: func(net.Listener) context.Context { return WithEnd(context.Background(), s.end) },
	}
	return s, nil
}

// listenAt listens at a path of any length.
func listenAt(path string) (*net.UnixListener, error) {
	address, done, err := remote.SocketAddress(path)
	if err != nil {
		return nil, err
	}
	defer done()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: address, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // its name is not the one it was made with
	return l, nil
}

// publish gives the socket its mode and its name.
func (s *Socket) publish(made string, mode fs.FileMode) (err error) {
	if err := os.Chmod(made, mode); err != nil {
		return err
	}
	if s.made, err = os.Lstat(made); err != nil {
		return err
	}
	return os.Rename(made, s.path)
}

// Serve answers until Close, and then returns nil.
func (s *Socket) Serve() error {
	if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("socket %s: %w", s.path, err)
	}
	return nil
}

// Close takes the socket away, ends the streams, lets what is being answered be finished
// for a while, and closes all connections. The store must be closed after it.
func (s *Socket) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.options.Grace)
	defer cancel()
	var err error
	// Another holder's socket stays, if this one's was replaced.
	if now, statErr := os.Lstat(s.path); statErr == nil && os.SameFile(now, s.made) {
		err = os.Remove(s.path)
	}
	s.endOnce.Do(func() { close(s.end) })
	if s.server.Shutdown(ctx) != nil {
		return errors.Join(err, s.server.Close())
	}
	return err
}

// Attached tells who is connected, each process once.
func (s *Socket) Attached() []Peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attached()
}

func (s *Socket) attached() []Peer {
	var out []Peer
	for _, p := range s.peers {
		if !slices.ContainsFunc(out, func(o Peer) bool { return o.PID == p.PID }) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Peer) int { return a.PID - b.PID })
	return out
}

type peerKey struct{}

// connected asks the kernel who is there, once, when a connection comes: what it says then
// does not change.
func (s *Socket) connected(ctx context.Context, conn net.Conn) context.Context {
	u, ok := conn.(*net.UnixConn)
	if !ok {
		return ctx
	}
	p, err := peerOf(u)
	if err != nil {
		return ctx // without a peer nobody is there, and asking is refused
	}
	s.noted(func() { s.peers[conn] = p })
	return context.WithValue(ctx, peerKey{}, p)
}

func (s *Socket) state(conn net.Conn, state http.ConnState) {
	if state == http.StateClosed || state == http.StateHijacked {
		s.noted(func() { delete(s.peers, conn) })
	}
}

// noted changes who is connected, and tells if that makes other processes.
func (s *Socket) noted(change func()) {
	s.mu.Lock()
	before := len(s.attached())
	change()
	after := len(s.attached())
	s.mu.Unlock()
	if after != before {
		s.tellOthers()
	}
}

// tellOthers tells how many there are now, one telling after the other.
func (s *Socket) tellOthers() {
	s.telling.Lock()
	defer s.telling.Unlock()
	s.options.Others(len(s.Attached()))
}

// PeerOf tells who is at the other end of the connection that a request came by.
func PeerOf(ctx context.Context) (Peer, bool) {
	p, ok := ctx.Value(peerKey{}).(Peer)
	return p, ok
}

// Identifier tells which user an operating-system account is.
type Identifier interface {
	Identify(uid uint32, source model.Source, account string) (model.Actor, error)
}

// Peers is the door of a socket: the kernel says which account is there, the store, asked
// for every request, which user that is now. account names an account for people.
func Peers(store Identifier, account func(uid uint32) string) Door { return peers{store, account} }

type peers struct {
	store   Identifier
	account func(uint32) string
}

// Who identifies the peer. Where it says it came from is its own claim. Who sends a token
// wants to act as its owner, and would act as the account: a proxy before the socket, for one,
// would make everybody who it is itself.
func (d peers) Who(r *http.Request) (model.Actor, error) {
	if len(r.Header["Authorization"]) > 0 || len(r.Header[platformHeader]) > 0 {
		return model.Actor{}, errTokenAtSocket
	}
	p, ok := PeerOf(r.Context())
	if !ok {
		return model.Actor{}, errNoPeer
	}
	source := wire.ParseSource(r.Header.Get(wire.SourceHeader))
	actor, err := d.store.Identify(p.UID, source, "")
	if err == nil {
		return actor, nil
	}
	// What the account is called may be a question to a directory on the network: it is asked
	// for strangers only.
	return d.store.Identify(p.UID, source, d.account(p.UID))
}

func (d peers) Still(r *http.Request) (model.Actor, error) { return d.Who(r) }

var errTokenAtSocket = fmt.Errorf("%w: at a socket the account at its other end says who acts: send no token", model.ErrCredential)

var errNoPeer = fmt.Errorf("%w: the system does not say which account is at the other end of the socket", model.ErrCredential)
