package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"jeton/serve"
	"jeton/store"
	"jeton/store/remote"
	"jeton/store/share"
)

// serving is what jeton serve was asked for.
type serving struct {
	http, socket      string
	certFile, keyFile string
	insecure          bool
	trusted           []string
	issuer            string
	json              bool
}

func newServe(p *program) *cobra.Command {
	var s serving
	c := &cobra.Command{
		Use:   "serve",
		Short: "Answer services that ask whether a token is good",
		Long: "serve has the store open and answers over HTTP: GET /auth to proxies, POST /introspect\n" +
			"(RFC 7662) and POST /token-review to services with a service credential, and under /v1/ the\n" +
			"management API to whoever has a user token. GET /v1/openapi.json describes that one. Screens\n" +
			"and commands on this host work on the same store meanwhile, through it.\n\n" +
			"It serves this host alone unless it has a certificate, which it loads again on SIGHUP. Logs\n" +
			"go to standard error and have no secret in them. SIGTERM ends it once what was asked is\n" +
			"answered.",
		Example: "  jeton serve\n  jeton serve --http :7625 --tls-cert cert.pem --tls-key key.pem\n" +
			"  jeton serve --http 127.0.0.1:7625 --socket /run/jeton/socket",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.serve(cmd.Context(), s) },
	}
	f := c.Flags()
	f.StringVar(&s.http, "http", serve.DefaultAddr, "address and port to answer at; off for none")
	f.StringVar(&s.socket, "socket", "", "another unix socket for the management API, open to its group")
	f.StringVar(&s.certFile, "tls-cert", "", "certificate, PEM")
	f.StringVar(&s.keyFile, "tls-key", "", "its key, PEM")
	f.BoolVar(&s.insecure, "insecure", false, "answer other hosts without TLS: something else protects the way")
	f.StringArrayVar(&s.trusted, "trusted-proxy", nil, "address or prefix of a proxy that is believed whom it asks for; this host always is")
	f.StringVar(&s.issuer, "issuer", "", "what /introspect says in iss")
	f.BoolVar(&s.json, "log-json", false, "log lines of JSON")
	return c
}

// serve opens the store, or claims it from the screen that has it, and answers until a
// signal ends it.
func (p *program) serve(ctx context.Context, s serving) error {
	trusted, err := prefixes(s.trusted)
	if err != nil {
		return err
	}
	set, err := p.setup()
	if err != nil {
		return err
	}
	o, err := p.opener(set)
	if err != nil {
		return err
	}
	if err := p.unlock(ctx, o); err != nil {
		return err
	}
	d := &daemon{opener: o, serving: s, trusted: trusted, log: p.logger(s.json)}
	shared, err := share.Connect(ctx, share.Ways{Open: d.open, Serve: d.serve, Claim: d.claim, Patience: sharePatience})
	if err != nil {
		return err
	}
	err = errors.Join(d.run(ctx, p.lastly.hangups()), shared.Close())
	var end *signalled
	if err == nil && errors.As(context.Cause(ctx), &end) {
		return errEnded
	}
	return err
}

func (p *program) logger(json bool) *slog.Logger {
	if json {
		return slog.New(slog.NewJSONHandler(p.std.err, nil))
	}
	return slog.New(slog.NewTextHandler(p.std.err, nil))
}

// prefixes reads addresses and prefixes.
func prefixes(texts []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, bad := netip.ParseAddr(text)
			if bad != nil {
				return nil, &usageError{fmt.Sprintf("--trusted-proxy %s is neither an address nor a prefix such as 10.0.0.0/8", quotedShort(text)), "jeton serve"}
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		out = append(out, prefix.Masked())
	}
	return out, nil
}

// daemon is jeton serve while it runs.
type daemon struct {
	*opener
	serving
	trusted []netip.Prefix
	log     *slog.Logger
	store   *store.Store // while it is open
}

// open opens the store. Who runs a server need not be anybody in it.
func (d *daemon) open(ctx context.Context) (share.Opened, error) {
	s, err := d.openStore(ctx)
	if err != nil {
		return nil, err
	}
	d.store = s
	return s, nil
}

// claim asks the screen that has the store open to give it up.
func (d *daemon) claim(ctx context.Context) error {
	client := remote.SocketClient(d.socketPath())
	defer client.CloseIdleConnections()
	return remote.Claim(ctx, client)
}

// serve lets screens and commands on this host work on the store. Services are answered all
// the same where that cannot be.
func (d *daemon) serve(opened share.Opened, others func(int)) (share.Service, error) {
	socket, err := d.listen(opened.(*store.Store), d.socketPath(), serve.SocketOptions{Others: others})
	if err != nil {
		d.log.Warn("screens and commands on this host cannot work on the store meanwhile", "error", err)
		return nil, err
	}
	return socket, nil
}

// listen answers at a socket.
func (d *daemon) listen(s *store.Store, path string, o serve.SocketOptions) (*serve.Socket, error) {
	api := serve.API(s, serve.Peers(s, store.AccountName), d.log)
	socket, err := serve.Listen(path, serve.Claims(nil, api), o)
	if err != nil {
		return nil, err
	}
	go func() {
		if err := socket.Serve(); err != nil {
			d.log.Error("nobody is served there any more", "socket", path, "error", err)
		}
	}()
	return socket, nil
}

// run answers until ctx ends.
func (d *daemon) run(ctx context.Context, reload <-chan os.Signal) (err error) {
	if d.socket != "" {
		path, err := filepath.Abs(d.socket)
		if err != nil {
			return fmt.Errorf("--socket: %w", err)
		}
		group, err := d.listen(d.store, path, serve.SocketOptions{Mode: groupMode})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, group.Close()) }()
	}
	if d.http == "off" {
		if err := d.store.CheckHistory(ctx); err != nil { // what it finds is in Health
			d.log.Error("the history could not be checked", "error", err)
		}
		<-ctx.Done()
		return nil
	}
	api := serve.API(d.store, serve.Bearers(d.store, d.trusted), d.log)
	return serve.Run(ctx, serve.Options{Store: d.store, Addr: d.http, CertFile: d.certFile, KeyFile: d.keyFile,
		Insecure: d.insecure, Reload: reload, Grace: leaveWithin / 2,
		DoorOptions: serve.DoorOptions{Trusted: d.trusted, Issuer: d.issuer, Log: d.log, API: api}})
}

// groupMode lets a group connect: which user of the store somebody is, the kernel and an
// Organization Admin say.
const groupMode fs.FileMode = 0o660
