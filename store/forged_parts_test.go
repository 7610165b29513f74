package store

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
	"jeton/store/state"
)

// twoSegments is a closed store with three events in its first segment and two in the second.
func twoSegments(t *testing.T) (p *place, head []byte) {
	t.Helper()
	p, s := newOpen(t)
	createToken(t, s, "one")
	createToken(t, s, "two")
	s.log.Distrust() // a segment is begun, and nothing is wrong with the one before
	createToken(t, s, "three")
	change1(t, s, model.Revoke{Token: 1})
	p.close(s)
	s = p.open()
	p.close(s)
	return p, s.Head()
}

func segmentPaths(t *testing.T, p *place) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(p.opts.Dir, journalName, "*.segment"))
	if err != nil || len(paths) != 2 {
		t.Fatalf("%v, %v", paths, err)
	}
	return paths
}

// forgeHeader changes both copies of a segment's header and their checksums.
func forgeHeader(t *testing.T, path string, change func(block []byte)) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range [][]byte{b[:4096], b[4096:8192]} {
		change(block)
		binary.LittleEndian.PutUint32(block[4092:], crc32.Checksum(block[:4092], crc32.MakeTable(crc32.Castagnoli)))
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestForgedSegmentHeaders changes the headers, with good checksums. A wrapped data key is bound
// to store and segment, so another one in its place opens nothing: the copy in state does, and
// nothing of history is changed, but that the header lost its key is named; without that copy
// the segment's first event is.
func TestForgedSegmentHeaders(t *testing.T) {
	whole, head := twoSegments(t)
	for name, c := range map[string]struct {
		forge     func(t *testing.T, paths []string)
		want, bad int // with state
		alone     int // bad event without state
	}{
		"data key of the other segment": {func(t *testing.T, paths []string) {
			var other []byte
			forgeHeader(t, paths[0], func(b []byte) { other = append([]byte(nil), b[44:4092]...) })
			forgeHeader(t, paths[1], func(b []byte) { copy(b[44:4092], other) })
		}, int(Tampered), 0, 4},
		"no data key": {func(t *testing.T, paths []string) {
			forgeHeader(t, paths[1], func(b []byte) { clear(b[44:4092]) })
		}, int(Tampered), 0, 4},
		"another first event": {func(t *testing.T, paths []string) {
			forgeHeader(t, paths[1], func(b []byte) { binary.LittleEndian.PutUint64(b[32:], 5) })
		}, int(Good), 0, 0},
		"another number": {func(t *testing.T, paths []string) {
			forgeHeader(t, paths[1], func(b []byte) { binary.LittleEndian.PutUint32(b[12:], 7) })
		}, int(Tampered), 4, 4},
		"another store": {func(t *testing.T, paths []string) {
			forgeHeader(t, paths[1], func(b []byte) { b[16] ^= 1 })
		}, int(Tampered), 0, 4},
		"of the other segment": {func(t *testing.T, paths []string) {
			one, err := os.ReadFile(paths[0])
			if err != nil {
				t.Fatal(err)
			}
			two, err := os.ReadFile(paths[1])
			if err != nil {
				t.Fatal(err)
			}
			copy(two[:8192], one[:8192])
			if err := os.WriteFile(paths[1], two, 0o600); err != nil {
				t.Fatal(err)
			}
		}, int(Tampered), 4, 4},
		"segments exchanged": {func(t *testing.T, paths []string) {
			aside := paths[0] + ".aside"
			for _, move := range [][2]string{{paths[0], aside}, {paths[1], paths[0]}, {aside, paths[1]}} {
				if err := os.Rename(move[0], move[1]); err != nil {
					t.Fatal(err)
				}
			}
		}, int(Good), 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := whole.crash()
			c.forge(t, segmentPaths(t, p))
			a := audit(t, p, head)
			if int(a.Verdict) != c.want || int(a.Bad) != c.bad {
				t.Errorf("with state: %+v", a)
			}
			if err := os.RemoveAll(filepath.Join(p.opts.Dir, stateName)); err != nil {
				t.Fatal(err)
			}
			if a := audit(t, p, head); int(a.Bad) != c.alone || a.Verdict == Good != (c.alone == 0) {
				t.Errorf("without state: %+v", a)
			}
		})
	}
}

// TestExchangedStores puts another store of the same keyset, whole or in parts, in the place
// of one.
func TestExchangedStores(t *testing.T) {
	whole, _, head := forgedPlace(t)
	q := newPlace(t)
	q.opts.Keyset = whole.opts.Keyset
	q.create()
	s := q.open()
	for range 7 {
		createToken(t, s, "of another organization")
	}
	q.close(s)
	for name, c := range map[string]struct {
		parts []string
		want  Verdict
		says  string
	}{
		"whole":             {[]string{journalName, headsName, stateName}, Tampered, "head 1 of those given"},
		"journal":           {[]string{journalName}, Tampered, "head"},
		"heads":             {[]string{headsName}, Tampered, "head"},
		"journal and heads": {[]string{journalName, headsName}, Tampered, "head 1 of those given"},
		"state":             {[]string{stateName}, Tampered, "state"},
	} {
		t.Run(name, func(t *testing.T) {
			p := whole.crash()
			for _, part := range c.parts {
				if err := os.RemoveAll(filepath.Join(p.opts.Dir, part)); err != nil {
					t.Fatal(err)
				}
				copyTree(t, filepath.Join(q.opts.Dir, part), filepath.Join(p.opts.Dir, part))
			}
			if a := audit(t, p, head); a.Verdict != c.want || !strings.Contains(a.What, c.says) {
				t.Errorf("%+v", a)
			}
		})
	}
}

// TestForgedEpochs: a log that was restored begins an epoch, which its heads say. Heads of
// before in their place, or none, do not hide that from who kept one.
func TestForgedEpochs(t *testing.T) {
	p, file := lostPlace(t)
	before, err := NewestHead(p.opts.Dir)
	if err != nil {
		t.Fatal(err)
	}
	r := p.elsewhere()
	if _, err := Restore(ctx, Restoring{Options: r.opts, Old: p.opts.Dir}, file); err != nil {
		t.Fatal(err)
	}
	s := r.open()
	r.close(s)
	after := s.Head()
	if a := audit(t, r, after); a.Verdict != Good || a.Head.Epoch != 2 {
		t.Errorf("restored: %+v", a)
	}
	if a := audit(t, r, before); a.Verdict != CutShort || a.Bad != 7 || !strings.Contains(a.What, "restored to event 6") {
		t.Errorf("against a head that was given up: %+v", a)
	}
	c := r.crash()
	if err := os.Remove(filepath.Join(c.opts.Dir, headsName)); err != nil {
		t.Fatal(err)
	}
	copyTree(t, filepath.Join(p.opts.Dir, headsName), filepath.Join(c.opts.Dir, headsName))
	if a := audit(t, c); a.Verdict != CutShort || a.Bad != 8 {
		t.Errorf("with the heads of before: %+v", a)
	}
	c = r.crash()
	if err := os.Remove(filepath.Join(c.opts.Dir, headsName)); err != nil {
		t.Fatal(err)
	}
	c.close(c.open())
	if a := audit(t, c, after); a.Verdict != Tampered || !strings.Contains(a.What, "epoch") {
		t.Errorf("signed anew, as if nothing had been restored: %+v", a)
	}
}

// TestForgedRecords changes what takes no key in state: the audit and the check name it, and
// nothing panics over it.
func TestForgedRecords(t *testing.T) {
	whole, s := newOpen(t)
	createToken(t, s, "one")
	createToken(t, s, "two")
	all := contents(t, s)
	whole.close(s)
	head := s.Head()
	credential := state.RecordKey(state.Credential, 1)
	alias := append([]byte("Rc"), credential[1:]...)
	token := state.RecordKey(state.AgentToken, 1)
	for name, edit := range map[string]func(all map[string]string) []state.Write{
		// Its element would be the same one, were there two keys for a record.
		"credential under a second key": func(all map[string]string) []state.Write {
			return []state.Write{{Key: alias, Value: []byte(all[string(credential)])}}
		},
		// A digest has no room for such a number.
		"event beyond all numbers": func(all map[string]string) []state.Write {
			value := []byte(all[string(token)])
			value[0] ^= 0x80
			return []state.Write{{Key: token, Value: value}}
		},
		"event nought": func(all map[string]string) []state.Write {
			value := []byte(all[string(token)])
			clear(value[:8])
			return []state.Write{{Key: token, Value: value}}
		},
		"record of a token that never was": func(all map[string]string) []state.Write {
			return []state.Write{{Key: state.RecordKey(state.AgentToken, 99), Value: []byte(all[string(token)])}}
		},
		// Not what it holds counts for the digest, but the event that left it: its seal is what
		// binds the one to the other, and the check opens it.
		"another record of the same event": func(all map[string]string) []state.Write {
			value := []byte(all[string(credential)])
			return []state.Write{{Key: token, Value: value}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := whole.crash()
			editState(t, p, func(*Store) []state.Write { return edit(all) })
			if a := audit(t, p, head); a.Verdict != Tampered || !strings.Contains(a.What, "state") {
				t.Errorf("%+v", a)
			}
			s := p.open()
			change1(t, s, model.Revoke{Token: 2})
			if err := s.CheckHistory(ctx); err != nil || s.Health().Damage == nil && !strings.Contains(s.Health().Notice, "made again") {
				t.Errorf("the check: %v, %+v", err, s.Health())
			}
			p.close(s)
			s = p.open()
			if err := s.CheckHistory(ctx); err != nil || s.Health().Damage != nil {
				t.Errorf("opened again: %v, %+v", err, s.Health())
			}
			p.close(s)
			if a := audit(t, p, head); a.Verdict != Good || a.State != "" {
				t.Errorf("mended: %+v", a)
			}
		})
	}
}
