package store

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"jeton/model"
)

// reframe writes other entry bytes of the same length into the frame at a place of a journal
// file, with the checksums that belong to them: they keep nobody out.
func reframe(t *testing.T, path string, at int64, old, other []byte) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil || len(old) != len(other) {
		t.Fatal(err, len(old), len(other))
	}
	le, table := binary.LittleEndian, crc32.MakeTable(crc32.Castagnoli)
	seed := crc32.Checksum(raw[16:32], table)
	head := raw[at : at+32]
	payload := raw[at+32 : at+32+int64(le.Uint32(head[4:])+7)&^7]
	i := bytes.Index(payload, old)
	if i < 0 {
		t.Fatal("the frame has no such entry")
	}
	copy(payload[i:], other)
	le.PutUint32(head[24:], crc32.Update(seed, table, payload))
	le.PutUint32(head[28:], crc32.Update(seed, table, head[:28]))
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestReadablePartIsBound changes each field that can be read without a key, with all
// checksums as they should be. The audit names the very event, also when the signed head over
// it was taken away by putting the one before back, and so does opening, which would sign a
// head over it otherwise.
func TestReadablePartIsBound(t *testing.T) {
	p, s := newOpen(t)
	tok := createToken(t, s, "a")
	p.close(s)
	heads, err := os.ReadFile(filepath.Join(p.opts.Dir, headsName))
	if err != nil {
		t.Fatal(err)
	}
	s = p.open()
	createToken(t, s, "b")
	at := s.log.End().Offset
	event, _ := change1(t, s, model.Revoke{Token: tok.ID})
	createToken(t, s, "c")
	p.close(s)
	for name, edit := range map[string]func(*header){
		"time":    func(h *header) { h.At ^= 1 },
		"actor":   func(h *header) { h.Actor++ },
		"door":    func(h *header) { h.Door ^= 1 },
		"action":  func(h *header) { h.Action ^= 1 },
		"outcome": func(h *header) { h.Outcome ^= 1 },
		"kind":    func(h *header) { h.Kind ^= 1 },
		"target":  func(h *header) { h.Target ^= 2 },
		"subject": func(h *header) { h.Subject ^= 1 },
		"count":   func(h *header) { h.Count++ },
	} {
		c := p.crash()
		path := lastSegment(t, c.opts.Dir)
		old, other := headerAt(t, path, at, edit)
		reframe(t, path, at, old, other)
		if a := audit(t, c); a.Verdict != Tampered || a.Bad != event.Seq {
			t.Errorf("%s: %+v", name, a)
		}
		if err := os.WriteFile(filepath.Join(c.opts.Dir, headsName), heads, 0o600); err != nil {
			t.Fatal(err)
		}
		if a := audit(t, c); a.Verdict != Tampered || a.Bad != event.Seq {
			t.Errorf("%s, with the head before: %+v", name, a)
		}
		if err := os.RemoveAll(filepath.Join(c.opts.Dir, stateName)); err != nil {
			t.Fatal(err)
		}
		s := c.open()
		if d := s.Health().Damage; d == nil || s.Health().Signed.Events >= event.Seq {
			t.Errorf("%s: it opens, %+v", name, s.Health())
		}
		c.close(s)
	}
}

// headerAt returns the readable part of the first event in a frame as it is and as edited.
func headerAt(t *testing.T, path string, at int64, edit func(*header)) (old, other []byte) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n := int64(binary.LittleEndian.Uint32(raw[at+32:]))
	e, h, err := parseEntry(raw[at+36 : at+36+n])
	if err != nil {
		t.Fatal(err)
	}
	edit(&h)
	if other, err = encoding.Marshal(h); err != nil {
		t.Fatal(err)
	}
	return e.Header, other
}

// TestReadablePartOfBefore reads events of a jeton that kept no digest of it.
func TestReadablePartOfBefore(t *testing.T) {
	if err := (private{}).reads(header{Seq: 7}); err != nil {
		t.Error(err)
	}
}
