package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"path/filepath"
	"reflect"
	"testing"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/state"
)

// fuzzed is the store in testdata, with what opens its events, and the events. Nothing of
// it runs: what a target does must depend on its input alone.
type fuzzed struct {
	id      [16]byte
	keys    *dataKeys
	entries [][]byte
	opts    Options
}

func newFuzzed(f *testing.F) fuzzed {
	f.Helper()
	p := smallStore(f)
	log, err := journal.OpenReadOnly(filepath.Join(p.opts.Dir, journalName))
	if err != nil {
		f.Fatal(err)
	}
	out := fuzzed{id: log.StoreID(), keys: newDataKeys(p.opts.Keyset), opts: p.opts}
	out.keys.store = out.id
	if err := out.keys.follow(log); err != nil {
		f.Fatal(err)
	}
	for frame, err := range log.Frames(journal.Position{}) {
		if err != nil {
			f.Fatal(err)
		}
		for _, e := range frame.Entries {
			out.entries = append(out.entries, bytes.Clone(e))
		}
	}
	return out
}

// FuzzEntry opens whatever claims to be an event. What opens is one that was sealed here:
// its details and its records are those of the event with its number.
func FuzzEntry(f *testing.F) {
	z := newFuzzed(f)
	var good []change
	for _, raw := range z.entries {
		c, err := openEntry(z.id, z.keys, raw)
		if err != nil {
			f.Fatal(err)
		}
		good = append(good, c)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := openEntry(z.id, z.keys, raw)
		if err != nil {
			return
		}
		if c.event.Seq < 1 || c.event.Seq > uint64(len(good)) {
			t.Fatalf("event %d opened and was never written", c.event.Seq)
		}
		was := good[c.event.Seq-1]
		if !reflect.DeepEqual(c.private, was.private) || c.event.Details.Label != was.event.Details.Label {
			t.Fatalf("event %d opened with %+v, and has %+v", c.event.Seq, c.private, was.private)
		}
		for i, r := range c.records {
			if i >= len(was.records) || !reflect.DeepEqual(r, was.records[i]) {
				t.Fatalf("event %d opened with a record that is not its own: %+v", c.event.Seq, r)
			}
			if v, ok := r.(model.Credential); ok && !v.Value.Empty() {
				t.Fatal("history was read with a secret")
			}
		}
	})
}

// FuzzRecord decodes whatever claims to be a record: what is taken has one form, and
// keeping it and reading it again gives the same.
func FuzzRecord(f *testing.F) {
	for _, r := range []model.Record{model.Organization{Name: "acme", Settings: model.Settings{PrivateUserTokens: true}}, model.User{ID: 1, Login: "ana", Accounts: []uint32{5}},
		model.User{ID: 2, Login: "ben", Name: "Ben É", OrgAdmin: true}, model.Deployment{ID: 3, Name: "prod"},
		model.Token{ID: 3, Kind: model.AgentToken, Permissions: model.OrgAgent()}, model.Token{ID: 4, Kind: model.UserToken, Owner: 2, RevokedAt: 5, RevokedBy: 1},
		model.Token{ID: 5, Kind: model.AgentToken, Permissions: model.Permissions{Deployments: []model.DeploymentID{1, 7}, AllBranches: true}},
		model.Credential{Token: 3, Kind: model.AgentToken, Value: model.SecretOf("jta_x")}} {
		plain, err := encodeRecord(r)
		if err != nil {
			f.Fatal(err)
		}
		kind, _, _ := state.ParseRecordKey(recordKey(r))
		f.Add(byte(kind), plain)
	}
	f.Fuzz(func(t *testing.T, kind byte, plain []byte) {
		r, err := decodeRecord(state.Kind(kind), plain)
		if err != nil {
			return
		}
		again, err := encodeRecord(r)
		if errors.Is(err, errTooLarge) && len(plain) > maxRecord/2 {
			return
		}
		if err != nil {
			t.Fatalf("%T was decoded and cannot be encoded: %v", r, err)
		}
		back, err := decodeRecord(state.Kind(kind), again)
		if err != nil {
			t.Fatalf("%T was encoded and cannot be decoded: %v", r, err)
		}
		third, err := encodeRecord(back)
		if err != nil || !bytes.Equal(again, third) {
			t.Fatalf("%x is kept as %x and then as %x (%v)", plain, again, third, err)
		}
		if got := recordKey(r); got == nil || !bytes.Equal(got, recordKey(back)) {
			t.Fatalf("%T has the key %x and then %x", r, got, recordKey(back))
		}
		_ = describe(r)
	})
}

// FuzzStateValues decodes what state keeps beside sealed records: what is taken has one form.
func FuzzStateValues(f *testing.F) {
	f.Add(applied{Format: StateFormat, Seq: 7, Counts: counts{Users: 3, LastToken: 9}}.encode())
	f.Add(applied{Format: StateFormat, Store: [16]byte{1}, Known: true, Digest: digest{1, 2}}.encode())
	f.Add(append(make([]byte, 3), append([]byte{StateFormat}, bytes.Repeat([]byte{2}, appliedSize-4)...)...))
	f.Add(applied{Format: StateFormat + 1}.encode()[:4])
	f.Add(framePlace{Segment: 1, Offset: 8192, Count: 3}.encode())
	f.Add(digest{3, 4}.encode()[:15])
	f.Fuzz(func(t *testing.T, raw []byte) {
		if a, err := decodeApplied(raw); err == nil && a.Format == StateFormat && !bytes.Equal(a.encode(), raw) {
			t.Fatal("an applied mark has two forms")
		} else if err != nil && !errors.Is(err, state.ErrDamaged) {
			t.Fatal(err)
		}
		if p, err := decodeFramePlace(raw); err == nil && !bytes.Equal(p.encode(), raw) {
			t.Fatal("a place has two forms")
		} else if err != nil && !errors.Is(err, state.ErrDamaged) {
			t.Fatal(err)
		}
		if d, ok := decodeDigest(raw); ok && !bytes.Equal(d.encode(), raw) {
			t.Fatal("a digest has two forms")
		}
	})
}

// FuzzStored opens whatever lies in state as a record. Only what was kept under that key
// opens, and it is damage otherwise, never an empty record.
func FuzzStored(f *testing.F) {
	z := newFuzzed(f)
	type kept struct{ key, value string }
	good := map[kept]string{}
	v := vault{z.id, z.keys}
	for _, raw := range z.entries {
		e, h, err := parseEntry(raw)
		if err != nil {
			f.Fatal(err)
		}
		for i, sealed := range e.Records {
			key, value := h.Parts[i+1].Key, recordValue(h.Seq, h.DataKey, sealed)
			plain, err := v.open(nil, key, value)
			if err != nil {
				f.Fatal(err)
			}
			good[kept{string(key), string(value)}] = string(plain)
			f.Add(key, value)
		}
	}
	f.Fuzz(func(t *testing.T, key, value []byte) {
		plain, err := v.open(nil, key, value)
		was, known := good[kept{string(key), string(value)}]
		switch {
		case (err == nil) != known, string(plain) != was:
			t.Fatalf("%x under %x opened as %x (%v)", value, key, plain, err)
		case err != nil && len(value) < valueHead && !errors.Is(err, state.ErrDamaged):
			t.Fatal(err)
		}
	})
}

// FuzzHeads reads whatever is in the file of signed heads: what is taken can be put back
// with the same bytes, and of two whole heads the newer one counts.
func FuzzHeads(f *testing.F) {
	z := newFuzzed(f)
	kept, err := readHeadFile(filepath.Join(z.opts.Dir, headsName))
	if err != nil {
		f.Fatal(err)
	}
	whole, err := encodeHead(kept)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole, []byte{})
	f.Add([]byte(headsMagic), whole)
	f.Add(whole[:len(whole)-1], whole)
	f.Fuzz(func(t *testing.T, a, b []byte) {
		a, b = bytes.Clone(a[:min(len(a), headSlot)]), bytes.Clone(b[:min(len(b), headSlot)])
		sumHead(a)
		sumHead(b)
		file := append(append(bytes.Clone(a), make([]byte, headSlot-len(a))...), b...)
		newest, at, err := newestHead(bytes.NewReader(file))
		if err != nil {
			if !errors.Is(err, errNoHead) {
				t.Fatal(err)
			}
			return
		}
		again, err := encodeHead(newest)
		if err != nil || !bytes.HasPrefix(file[at*headSlot:], again) {
			t.Fatalf("%x became %x (%v)", file[at*headSlot:], again, err)
		}
		for slot, raw := range [][]byte{a, b} {
			if other, err := decodeHead(raw); err == nil && slot != at && other.tree.Size() > newest.tree.Size() {
				t.Fatalf("a head over %d events was taken, and there is one over %d", newest.tree.Size(), other.tree.Size())
			}
		}
	})
}

// sumHead makes the checksum right where b has room for one: past it is where mistakes are.
func sumHead(b []byte) {
	if len(b) < headsHead {
		return
	}
	end := uint64(headsHead) + uint64(binary.BigEndian.Uint32(b[8:])) + uint64(binary.BigEndian.Uint32(b[12:]))
	if end+sha256.Size <= uint64(len(b)) {
		sum := sha256.Sum256(b[:end])
		copy(b[end:], sum[:])
	}
}

// FuzzHolder reads whatever is in a lock file: who is named can be printed.
func FuzzHolder(f *testing.F) {
	f.Add([]byte(`{"pid":4711,"user":"ana","since":"2026-03-01T12:00:00Z","terminal":"pts/3 from 10.0.0.7"}` + "\n"))
	f.Add([]byte(`{"pid":1,"user":"a\u001b]52;c;aGk=\u0007"}`))
	f.Add([]byte(`{"pid":-1}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, ok := ReadHolder(bytes.NewReader(raw))
		text := (&model.LockedError{Path: "/s", PID: h.PID, User: h.User, Since: h.Since, Terminal: h.Terminal}).Error() + h.Terminal
		for _, r := range text {
			if r < ' ' || 0x7f <= r && r < 0xa0 || r == 0x202e || r == 0x200b {
				t.Fatalf("%q names %+v", raw, h)
			}
		}
		if !ok && h != (Holder{}) || ok && h.PID <= 0 {
			t.Fatalf("%q: %+v, %v", raw, h, ok)
		}
	})
}
