package merkle

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	store = [16]byte{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}
	noon  = time.Date(2026, 1, 2, 12, 0, 0, 678_000_000, time.UTC)
)

// tb is what *testing.T, *testing.F, *testing.B and *rapid.T have in common.
type tb interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func must[T any](v T, err error) func(tb) T {
	return func(t tb) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantError(t tb, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

func private(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func public(n byte) ed25519.PublicKey { return private(n).Public().(ed25519.PublicKey) }

// key returns a signer with key n, and who verifies it.
func key(t tb, name string, n byte) (note.Signer, note.Verifier) {
	t.Helper()
	s := must(Signer(name, public(n), func(msg []byte) ([]byte, error) { return ed25519.Sign(private(n), msg), nil }))(t)
	return s, must(note.NewVerifier(VerifierKey(name, public(n))))(t)
}

func storeKey(t tb) (note.Signer, note.Verifiers) {
	s, v := key(t, Origin(store), 1)
	return s, note.VerifierList(v)
}

// log is a log by tlog alone, with every hash stored: what ours is compared with.
type log struct {
	leaves [][]byte
	hashes []tlog.Hash
}

func (l *log) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, i := range indexes {
		out = append(out, l.hashes[i])
	}
	return out, nil
}

func (l *log) add(t tb, leaf []byte) {
	t.Helper()
	l.hashes = append(l.hashes, must(tlog.StoredHashes(int64(len(l.leaves)), leaf, l))(t)...)
	l.leaves = append(l.leaves, leaf)
}

func (l *log) root(t tb, size uint64) Root {
	t.Helper()
	return Root{Size: size, Hash: must(tlog.TreeHash(int64(size), l))(t)}
}

func newLog(t tb, n int) *log {
	t.Helper()
	l := new(log)
	for i := range n {
		l.add(t, fmt.Appendf(nil, "leaf of event %d", i+1))
	}
	return l
}

func (l *log) signed(t tb) []byte {
	t.Helper()
	s, _ := storeKey(t)
	return must(Sign(Head{Store: store, Root: l.root(t, uint64(len(l.leaves))), Time: noon, Epoch: 1}, s))(t)
}

// export writes the events of a log, all without proofs if there are no seqs.
func (l *log) export(t tb, seqs ...uint64) []byte {
	t.Helper()
	var b bytes.Buffer
	w := must(NewWriter(&b, l.signed(t)))(t)
	write := func(seq uint64, proof tlog.RecordProof) {
		leaf := l.leaves[seq-1]
		event := must(json.Marshal(map[string]any{"says": string(leaf)}))(t)
		if err := w.Add(seq, leaf, proof, event); err != nil {
			t.Fatal(err)
		}
	}
	for i := range l.leaves {
		if len(seqs) == 0 {
			write(uint64(i+1), nil)
		}
	}
	for _, seq := range seqs {
		write(seq, must(tlog.ProveRecord(int64(len(l.leaves)), int64(seq-1), l))(t))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// checkSays is the check of what export writes.
func checkSays(_ uint64, leaf []byte, event json.RawMessage) error {
	var m map[string]any
	if err := json.Unmarshal(event, &m); err != nil {
		return err
	}
	if len(m) != 1 || m["says"] != string(leaf) {
		return errors.New("it says something else")
	}
	return nil
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := must(os.ReadFile(path))(t); !bytes.Equal(got, want) {
		t.Errorf("%s differs:\n%s", path, got)
	}
}
