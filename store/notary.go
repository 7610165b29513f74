package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/mod/sumdb/note"

	"jeton/store/journal"
	"jeton/store/merkle"
	"jeton/store/seal"
)

// signEvery is how long after an event its head is signed, at the latest but for the
// signing itself: a second is promised.
const signEvery = 500 * time.Millisecond

// notary signs heads of the store's history, off the way of the changes: the journal is
// a Merkle log, whose leaf for an event is the event's readable header, which carries a
// salted digest of each sealed part. It reads from the journal what came since the last
// head, so the committer knows nothing of it, and at most signEvery after a change. What
// it misses when the process is killed it signs at the next opening.
type notary struct {
	store *Store
	mu    sync.Mutex // over the rest: Head may be asked for at any time
	file  *headFile
	tree  merkle.Tree
	text  []byte      // newest signed head; nil: none yet
	head  merkle.Head // the same
	owed  bool        // the head is not at its anchor yet
	bad   error       // the head is not to be believed
	none  bool        // there was none when the store was opened
	stop  context.CancelFunc
	done  chan struct{}
}

// openNotary reads the newest head. A head that this keyset did not sign is damage: it
// is named, kept, and nothing is signed over it.
func (s *Store) openNotary() {
	n := &notary{store: s}
	s.notary = n
	file, kept, err := openHeads(s.path(headsName))
	n.file, n.none = file, errors.Is(err, errNoHead)
	if err != nil {
		if !errors.Is(err, errNoHead) {
			s.setUnsigned(err)
		}
		return
	}
	head, err := s.openHead(kept.text)
	if err == nil && (head.Store != s.id || head.Hash != kept.tree.Hash() || head.Size != kept.tree.Size()) {
		err = errors.New("it is of another log")
	}
	if err != nil {
		n.bad = fmt.Errorf("the newest signed head: %w", err)
		return
	}
	n.tree, n.text, n.head = kept.tree, kept.text, head
	s.setSigned(head)
}

// openHead opens a head that this store's keyset signed.
func (s *Store) openHead(text []byte) (merkle.Head, error) {
	keys, err := verifiers(s.keyset, s.id)
	if err != nil {
		return merkle.Head{}, err
	}
	return merkle.Open(text, keys)
}

// verifiers are the keys of a keyset that may have signed heads of a store.
func verifiers(k *seal.Keyset, store [16]byte) (note.Verifiers, error) {
	var out []note.Verifier
	for _, key := range k.SigningKeys() {
		v, err := note.NewVerifier(merkle.VerifierKey(merkle.Origin(store), key.Public))
		if err != nil {
			return nil, fmt.Errorf("signing key %d: %w", key.Number, err)
		}
		out = append(out, v)
	}
	return note.VerifierList(out...), nil
}

// VerifierKeys returns the public keys of a keyset that may have signed heads of the
// store in dir, as text for an auditor, newest last.
func VerifierKeys(dir string, k *seal.Keyset) ([]string, error) {
	if err := isStore(dir); err != nil {
		return nil, err
	}
	look, err := journal.Peek(filepath.Join(dir, journalName))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, key := range slices.Backward(k.SigningKeys()) {
		out = append(out, merkle.VerifierKey(merkle.Origin(look.Store), key.Public))
	}
	return out, nil
}

// start begins to sign in the background.
func (n *notary) start() {
	var ctx context.Context
	ctx, n.stop = context.WithCancel(context.Background())
	n.done = make(chan struct{})
	news := n.store.Follow(ctx)
	go n.run(ctx, news)
}

// run signs until the followers are told no more.
func (n *notary) run(ctx context.Context, news <-chan uint64) {
	defer close(n.done)
	defer n.store.caught()
	_ = n.sign() // what the last process was killed over
	for range news {
		sleep(ctx, signEvery)
		_ = n.sign()
	}
}

// sign brings the head up to the newest event. A failure is said in Health, and tried
// again after the next change: changes do not wait for it.
func (n *notary) sign() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	err := n.advance()
	n.store.setUnsigned(err)
	return err
}

func (n *notary) advance() error {
	s := n.store
	s.mu.RLock()
	last := s.applied
	s.mu.RUnlock()
	if n.bad != nil || s.damage() != nil {
		return nil
	}
	if last > n.tree.Size() || last > 0 && n.head.NextKey != s.announcing().NextKey {
		if err := n.extend(last); err != nil {
			return fmt.Errorf("the newest events are under no signed head yet: %w", err)
		}
		n.owed = true
	}
	if !n.owed || s.damage() != nil {
		return nil
	}
	if err := s.anchor(n.text); err != nil {
		return fmt.Errorf("the newest signed head is not at its anchor: %w", err)
	}
	n.owed = false
	return nil
}

// extend signs and keeps a head over the events up to last.
func (n *notary) extend(last uint64) error {
	s := n.store
	if n.file == nil {
		file, _, err := openHeads(s.path(headsName))
		if n.file = file; file == nil {
			return err
		}
	}
	tree, err := s.grown(n.tree, last)
	if err != nil {
		return err
	}
	text, head, err := s.signHead(merkle.Head{Store: s.id, Root: merkle.Root{Size: tree.Size(), Hash: tree.Hash()},
		Time: s.opts.Clock(), Epoch: max(1, n.head.Epoch), Before: n.head.Before})
	if err != nil {
		return err
	}
	if err := n.file.put(keptHead{tree, text}); err != nil {
		return fmt.Errorf("keep the head: %w", err)
	}
	n.tree, n.text, n.head = tree, text, head
	s.setSigned(head)
	s.followers.tell() // of the head, not of a change
	return nil
}

// newest is the tree of the newest head.
func (n *notary) newest() merkle.Root {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.head.Root
}

// announcement is what a head says of a signing key that the history does not know yet.
type announcement struct {
	NextKey string // its verifier key; "" when the history knows it
	By      uint32 // number of the key that announces it
}

// announcing compares the signing key the history knows, from the newest rotation in it,
// with the keyset's: while the keyset has a newer one, each head announces that.
func (s *Store) announcing() announcement {
	newest := s.keyset.PrimarySigning()
	known := s.snapshot().org.Keys.OrFirst().Signing
	has := func(k seal.SigningKey) bool { return k.Number == known }
	if known == newest.Number || !slices.ContainsFunc(s.keyset.SigningKeys(), has) {
		return announcement{}
	}
	return announcement{merkle.VerifierKey(merkle.Origin(s.id), newest.Public), known}
}

// signHead signs with the keyset's newest key and, while that is announced, with the key
// known before it too, so that whoever knows only that one can go on from it.
func (s *Store) signHead(h merkle.Head) ([]byte, merkle.Head, error) {
	a := s.announcing()
	h.NextKey = a.NextKey
	var signers []note.Signer
	for _, key := range s.keyset.SigningKeys() {
		if key.Number != s.keyset.PrimarySigning().Number && (a.NextKey == "" || key.Number != a.By) {
			continue
		}
		signer, err := merkle.Signer(merkle.Origin(s.id), key.Public, func(text []byte) ([]byte, error) {
			return s.keyset.Sign(key.Number, text)
		})
		if err != nil {
			return nil, h, err
		}
		signers = append(signers, signer)
	}
	text, err := merkle.Sign(h, signers...)
	return text, h, err
}

// grown is the tree with the events up to last.
func (s *Store) grown(tree merkle.Tree, last uint64) (merkle.Tree, error) {
	v := s.db.View()
	defer v.Close()
	var failed error
	err := s.eventsIn(v, tree.Size()+1, last+1, func(seq uint64, raw []byte) {
		switch e, _, err := parseEntry(raw); {
		case failed != nil:
		case err != nil:
			failed = fmt.Errorf("event %d: %w", seq, err)
		case seq != tree.Size()+1:
			failed = fmt.Errorf("event %d is missing", tree.Size()+1)
		default:
			tree.Append(e.Header)
		}
	})
	if err == nil && failed == nil && tree.Size() != last {
		failed = fmt.Errorf("the journal ends with event %d", tree.Size())
	}
	return tree, errors.Join(err, failed)
}

// anchor appends a head to a file outside of the store, where who changes the store
// cannot change it.
func (s *Store) anchor(text []byte) error {
	if s.opts.Anchor == "" {
		return nil
	}
	// A pipe without a reader must not hold anything up.
	f, err := os.OpenFile(s.opts.Anchor, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	return errors.Join(err, f.Close())
}

// Head returns the newest signed head as text; nil when nothing was signed yet. Who
// keeps it elsewhere can tell later whether history was changed or cut.
func (s *Store) Head() []byte {
	s.notary.mu.Lock()
	defer s.notary.mu.Unlock()
	return s.notary.text
}

// close signs what came last and lets go of the file. The committer has ended.
func (n *notary) close() {
	if n.done != nil {
		n.stop()
		<-n.done
	}
	_ = n.sign()
	n.drop()
}

func (n *notary) drop() {
	if n.file != nil {
		_ = n.file.file.Close() // every head in it is on the disk
	}
}
