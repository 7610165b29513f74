package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jeton/model"
	"jeton/store/remote"
	"jeton/store/share"
)

// unixScheme is what the address of a socket on this host begins with.
const unixScheme = "unix:"

// maxTokenFile is more than a file with a token has, in bytes.
const maxTokenFile = 4096

// server is the jeton that is asked instead of a store here.
type server struct {
	address   string
	tokenFile string
	caFile    string

	token model.Secret
	roots *x509.CertPool // nil for the system's
}

// serverFlags are where another jeton is and how to sign in there.
func (p *program) serverFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&p.flags.server, "server", "", "work on the organization that a jeton serve has at this URL, or at unix:SOCKET (JETON_SERVER)")
	f.StringVar(&p.flags.tokenFile, "token-file", "", "file of mode 0600 with the user token for --server; asked for otherwise (JETON_TOKEN_FILE)")
	f.StringVar(&p.flags.serverCA, "server-ca", "", "certificates to trust for --server, PEM")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return p.here(cmd) }
}

// anywhere are the commands that work through a server as well, by the first word.
var anywhere = []string{"jeton", "token", "user", "deployment", "setting", "service", "config", "version", "man", "completion", "help", "__complete", "__completeNoDesc"}

// here refuses --server to commands that work on the files of a store.
func (p *program) here(cmd *cobra.Command) error {
	top := cmd
	for top.HasParent() && top.Parent().HasParent() {
		top = top.Parent()
	}
	switch {
	case p.flags.server == "" && (p.flags.tokenFile != "" || p.flags.serverCA != ""):
		if p.getenv("JETON_SERVER") == "" {
			return &usageError{"--token-file and --server-ca say how to sign in at --server, which is not given", cmd.CommandPath()}
		}
	case p.flags.tokenFile != "" && strings.HasPrefix(p.flags.server, unixScheme):
		return &usageError{"--token-file is for a server at a URL: at a socket your account says who you are", cmd.CommandPath()}
	case p.flags.server != "" && !slices.Contains(anywhere, top.Name()):
		return &usageError{fmt.Sprintf("%s works on the files of a store on this host, not through --server", cmd.CommandPath()), cmd.CommandPath()}
	}
	return nil
}

// server returns the jeton to be asked, nil where the store here is meant.
func (p *program) server() *server {
	s := &server{address: p.flags.server, tokenFile: p.flags.tokenFile, caFile: p.flags.serverCA}
	if s.address == "" {
		s.address = p.getenv("JETON_SERVER")
	}
	if s.tokenFile == "" {
		s.tokenFile = p.getenv("JETON_TOKEN_FILE")
	}
	if s.address == "" {
		return nil
	}
	return s
}

// signIn gets what is needed to be let in: at a socket nothing, since the kernel says who
// is there.
func (p *program) signIn(ctx context.Context, s *server) error {
	if strings.HasPrefix(s.address, unixScheme) {
		return nil
	}
	var err error
	if s.caFile != "" {
		if s.roots, err = certificates(s.caFile); err != nil {
			return err
		}
	}
	if s.tokenFile != "" {
		s.token, err = readTokenFile(s.tokenFile)
	} else {
		s.token, err = p.askToken(ctx, s.address)
	}
	if err != nil {
		return err
	}
	far, err := remote.Server(s.address, s.token, s.roots)
	if err != nil {
		return err
	}
	return far.Close()
}

func (p *program) askToken(ctx context.Context, address string) (model.Secret, error) {
	text, err := p.askPassphrase(ctx, "User token for "+quotedShort(address)+", not shown: ")
	if errors.Is(err, errNoTTY) {
		return model.Secret{}, errors.New("the user token for the server is asked for on a terminal, and there is none: give a file of mode 0600 with --token-file")
	}
	defer clear(text)
	return model.SecretOf(string(bytes.TrimSpace(text))), err
}

// readTokenFile reads a token from a file that nobody else can read.
func readTokenFile(path string) (model.Secret, error) {
	f, err := os.Open(path)
	if err != nil {
		return model.Secret{}, fmt.Errorf("read the token: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return model.Secret{}, fmt.Errorf("read the token: %w", err)
	}
	if info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		return model.Secret{}, fmt.Errorf("token file %s can be read by others (mode %04o): chmod 600 it, and have a new token if they may have", path, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxTokenFile))
	defer clear(text)
	if err != nil {
		return model.Secret{}, fmt.Errorf("read the token: %w", err)
	}
	return model.SecretOf(string(bytes.TrimSpace(text))), nil
}

func certificates(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--server-ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--server-ca %s: there is no certificate in it, PEM is wanted", path)
	}
	return pool, nil
}

// reach returns the organization at the server.
func (s *server) reach(ctx context.Context, source model.Source) (share.Opened, error) {
	far, err := s.far()
	if err != nil {
		return nil, err
	}
	out, err := answering(ctx, far, source, dialWithin)
	if errors.Is(err, model.ErrCredential) {
		return nil, err // wherever that is
	}
	if err != nil {
		return nil, fmt.Errorf("server %s: %w", s.address, err)
	}
	return out, nil
}

func (s *server) far() (*remote.Store, error) {
	path, local := strings.CutPrefix(s.address, unixScheme)
	if !local {
		return remote.Server(s.address, s.token, s.roots)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("--server: %w", err)
	}
	return remote.New(remote.SocketClient(path), remote.SocketBase, remote.Options{}), nil
}
