package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/merkle"
	"jeton/store/seal"
)

// backupErrors are those that a backup may be refused with, whatever is in it.
func backupErrors(err error) bool {
	for _, known := range []error{ErrBackupDamaged, ErrNotBackup, ErrBackupFormat, seal.ErrOtherKeyset, seal.ErrRefused, seal.ErrFormat} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// FuzzBackup reads any bytes as a backup: only one that was written here is read to its
// end, and what is read before the damage is what was written.
func FuzzBackup(f *testing.F) {
	z := newFuzzed(f)
	whole, err := os.ReadFile(filepath.Join(small, "backup"))
	if err != nil {
		f.Fatal(err)
	}
	content, err := contentOf(z, whole)
	if err != nil || len(content) == 0 {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add(append(bytes.Clone(whole), 0))
	f.Add(bytes.Replace(whole, []byte(backupMagic), []byte("jetonbaK"), 1))
	f.Add(whole[:backupFixed])
	f.Add([]byte(backupMagic))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := contentOf(z, in)
		switch {
		case err != nil && !backupErrors(err):
			t.Fatal(err)
		case err == nil && !bytes.Equal(in, whole):
			t.Fatalf("%x is taken for a backup", in)
		case !bytes.HasPrefix(content, got):
			t.Fatalf("%x was read and never written", got)
		}
		if h, err := readBackupHeader(bytes.NewReader(in)); err == nil && !bytes.HasPrefix(in, h.encode()) {
			t.Fatalf("%x became %x", in, h.encode())
		}
	})
}

// contentOf opens the parts of the journal that are in a backup.
func contentOf(z fuzzed, in []byte) ([]byte, error) {
	from := bytes.NewReader(in)
	h, err := readBackupHeader(from)
	if err != nil {
		return nil, err
	}
	key, err := z.keys.keyset.OpenDataKey(h.wrapped, h.context())
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	var out bytes.Buffer
	err = readParts(newChunkReader(from, h, key), &partWriter{to: &out})
	return out.Bytes(), err
}

// FuzzReadParts reads what may be in the seal of a backup: what is taken is given on with
// the same bytes, and what is no part is damage. The tally of it never counts what is no event.
func FuzzReadParts(f *testing.F) {
	z := newFuzzed(f)
	var b bytes.Buffer
	w := &partWriter{to: &b}
	if err := errors.Join(w.Begin(journal.SegmentHeader{Number: 1, First: 1, Opaque: []byte("key")}), w.Add(1, z.entries[:2]), w.Add(3, z.entries[2:])); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:b.Len()-1])
	f.Add([]byte{partFrame, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0})
	f.Add([]byte{partSegment, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		err := readParts(bytes.NewReader(in), &partWriter{to: &out})
		switch {
		case err != nil && !errors.Is(err, ErrBackupDamaged):
			t.Fatalf("another error: %v", err)
		case !bytes.HasPrefix(in, out.Bytes()) || err == nil && out.Len() != len(in):
			t.Fatalf("%x became %x (%v)", in, out.Bytes(), err)
		}
		tally := &backupTally{}
		if err := readParts(bytes.NewReader(in), tally); err == nil && tally.tree.Size() > 0 {
			_, h, err := parseEntry(tally.last)
			if err != nil || h.Seq != tally.tree.Size() || h.At != tally.newest {
				t.Fatalf("%d events, the last of them %+v (%v)", tally.tree.Size(), h, err)
			}
		}
	})
}

// FuzzTrailer reads what may be in the seal of a backup's end: it has one meaning.
func FuzzTrailer(f *testing.F) {
	for _, tr := range []trailer{{Head: []byte("head"), State: digest{1, 2}.encode(), Segments: 1, Frames: 2, Newest: 3, Made: 4}, {}} {
		raw, err := encoding.Marshal(tr)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		tr, err := decodeAs[trailer](raw)
		if err != nil {
			return
		}
		again, err := encoding.Marshal(tr)
		if err != nil {
			t.Fatal(err)
		}
		back, err := decodeAs[trailer](again)
		if err != nil || !bytes.Equal(back.Head, tr.Head) || !bytes.Equal(back.State, tr.State) ||
			back.Segments != tr.Segments || back.Frames != tr.Frames || back.Newest != tr.Newest || back.Made != tr.Made {
			t.Fatalf("%+v and then %+v (%v)", tr, back, err)
		}
	})
}

// FuzzCheckExport checks any text as an export: only events of the history are in what is
// taken, and what is written for reading is what was recorded.
func FuzzCheckExport(f *testing.F) {
	z := newFuzzed(f)
	c, err := OpenChronicle(z.opts)
	if err != nil {
		f.Fatal(err)
	}
	keys, err := verifiers(z.opts.Keyset, z.id)
	if err != nil {
		f.Fatal(err)
	}
	genuine := map[string]bool{}
	if err := c.Read(ctx, func(p Passage) error { genuine[`,"event":`+string(p.JSON())+"}\n"] = true; return nil }); err != nil {
		f.Fatal(err)
	}
	for _, keep := range []func(Passage) bool{nil, func(p Passage) bool { return p.Event.Seq == 3 }, func(Passage) bool { return false }} {
		var out bytes.Buffer
		if err := c.Export(ctx, &out, keep); err != nil {
			f.Fatal(err)
		}
		f.Add(out.String())
	}
	f.Fuzz(func(t *testing.T, text string) {
		sum, err := CheckExport(strings.NewReader(text), keys)
		if err != nil {
			if _, ok := errors.AsType[*merkle.BadLine](err); !ok || !printable(err.Error()) {
				t.Fatal(err)
			}
			return
		}
		var seen uint64
		for line := range strings.Lines(text) {
			for whole := range genuine {
				if strings.HasSuffix(line, whole) {
					seen++
				}
			}
		}
		if seen != sum.Events || sum.Events > uint64(len(genuine)) {
			t.Fatalf("%+v, and of its events %d are in the history: %q", sum, seen, text)
		}
	})
}

// FuzzProven makes a history of one event out of a leaf and details that no store of ours
// wrote. Whatever they say can be exported, checks, and prints harmlessly.
func FuzzProven(f *testing.F) {
	z := newFuzzed(f)
	s := newStore(z.opts)
	s.identifyAs(z.id)
	keys, err := verifiers(z.opts.Keyset, z.id)
	if err != nil {
		f.Fatal(err)
	}
	for _, raw := range z.entries {
		e, h, err := parseEntry(raw)
		if err != nil {
			f.Fatal(err)
		}
		key, err := z.keys.get(h.DataKey)
		if err != nil {
			f.Fatal(err)
		}
		details, err := key.Open(nil, e.Details, associated(z.id, detailsKey, h.Seq))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(e.Header, details)
		hostile, err := encoding.Marshal(private{Details: model.Details{Origin: "pts/\x7f\u202e\xff", Label: "\u2028"}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(e.Header, append(make([]byte, saltLen), hostile...))
	}
	f.Fuzz(func(t *testing.T, leaf, details []byte) {
		h, err := decodeAs[header](leaf)
		if err == nil && len(h.Parts) > 0 && len(details) >= saltLen {
			h.Seq, h.Parts[0].Digest = 1, partDigest(details[:saltLen], detailsKey, details[saltLen:])
			if leaf, err = encoding.Marshal(h); err != nil {
				t.Fatal(err)
			}
		}
		p, err := proven(leaf, details)
		if err != nil || p.Event.Seq != 1 {
			return
		}
		var tree merkle.Tree
		tree.Append(leaf)
		text, _, err := s.signHead(merkle.Head{Store: z.id, Root: merkle.Root{Size: 1, Hash: tree.Hash()}, Time: s.opts.Clock(), Epoch: 1})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		w, err := merkle.NewWriter(&out, text)
		if err == nil {
			err = errors.Join(w.Add(1, leaf, nil, p.JSON()), w.Close())
		}
		if err != nil {
			t.Fatalf("%s cannot be exported: %v", p.JSON(), err)
		}
		if sum, err := CheckExport(&out, keys); err != nil || !sum.Complete {
			t.Fatalf("%s was exported and is not taken: %v", p.JSON(), err)
		}
		for _, said := range []string{p.Event.Action.String(), p.Event.Action.Name(), p.Event.Door.String(), p.Event.Outcome.String(), p.Event.At.String()} {
			if said == "" || !printable(said) {
				t.Fatalf("%+v says %q", p.Event, said)
			}
		}
	})
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
