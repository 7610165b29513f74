package store

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"jeton/store/journal"
)

// forger is somebody who can write a store's directory and knows the code, but has no keyset:
// the checksums of the journal take no key, so what is forged carries good ones.
type forger struct {
	t      testing.TB
	p      *place
	store  [16]byte
	frames []forgedFrame
}

type forgedFrame struct {
	first   uint64
	entries [][]byte
}

// forge reads the journal of a closed store, which has one segment.
func forge(t testing.TB, p *place) *forger {
	t.Helper()
	log, err := journal.OpenReadOnly(filepath.Join(p.opts.Dir, journalName))
	if err != nil {
		t.Fatal(err)
	}
	f := &forger{t: t, p: p, store: log.StoreID()}
	for one, err := range log.Frames(journal.Position{}) {
		if err != nil {
			t.Fatal(err)
		}
		f.frames = append(f.frames, forgedFrame{one.First, one.Entries})
	}
	return f
}

// write puts the frames in the place of those that are there, with good checksums and, as the
// attacker would, state taken away, since it says where frames lie.
func (f *forger) write() {
	f.t.Helper()
	f.put()
	f.remove(stateName)
}

// put is write of an attacker who leaves state there. It returns where the frames end.
func (f *forger) put() (end int) {
	f.t.Helper()
	path := lastSegment(f.t, f.p.opts.Dir)
	old, err := os.ReadFile(path)
	if err != nil {
		f.t.Fatal(err)
	}
	out := append([]byte(nil), old[:8192]...)
	for _, one := range f.frames {
		out = f.frame(out, one)
	}
	end = len(out)
	out = append(out, make([]byte, max(0, len(old)-len(out)))...)
	if err := os.WriteFile(path, out, 0o600); err != nil {
		f.t.Fatal(err)
	}
	return end
}

// frame is the frame of package journal, written down a second time from its description.
func (f *forger) frame(out []byte, one forgedFrame) []byte {
	le, start := binary.LittleEndian, len(out)
	out = append(out, make([]byte, 32)...)
	for _, e := range one.entries {
		out = append(le.AppendUint32(out, uint32(len(e))), e...)
	}
	b := out[start:]
	copy(b, "jfrm")
	le.PutUint32(b[4:], uint32(len(b)-32))
	le.PutUint64(b[8:], one.first)
	le.PutUint32(b[16:], uint32(len(one.entries)))
	le.PutUint32(b[20:], 1)
	for (len(out)-start)%8 != 0 {
		out = append(out, 0)
	}
	b = out[start:]
	table := crc32.MakeTable(crc32.Castagnoli)
	seed := crc32.Update(0, table, f.store[:])
	le.PutUint32(b[24:], crc32.Update(seed, table, b[32:]))
	le.PutUint32(b[28:], crc32.Update(seed, table, b[:28]))
	return out
}

func (f *forger) remove(name string) {
	f.t.Helper()
	if err := os.RemoveAll(filepath.Join(f.p.opts.Dir, name)); err != nil {
		f.t.Fatal(err)
	}
}

// event changes the one entry of a frame, which is event n, with everything in it that takes
// no key.
func (f *forger) event(n int, change func(e *entry, h *header)) {
	f.t.Helper()
	raw := f.frames[n-1].entries[0]
	e, h, err := parseEntry(raw)
	if err != nil {
		f.t.Fatal(err)
	}
	change(&e, &h)
	if e.Header, err = encoding.Marshal(h); err == nil {
		raw, err = encoding.Marshal(e)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	f.frames[n-1].entries = [][]byte{raw}
}

// number gives all events from n on the numbers that follow, in frames and headers.
func (f *forger) number(n int) {
	for i := n - 1; i < len(f.frames); i++ {
		f.frames[i].first = uint64(i + 1)
		f.event(i+1, func(_ *entry, h *header) { h.Seq = uint64(i + 1) })
	}
}

// headSlots gives the two places of the heads file.
func (f *forger) headSlots(change func(a, b []byte) []byte) {
	f.t.Helper()
	path := filepath.Join(f.p.opts.Dir, headsName)
	b, err := os.ReadFile(path)
	if err != nil {
		f.t.Fatal(err)
	}
	b = append(b, make([]byte, max(0, 2*headSlot-len(b)))...)
	if err := os.WriteFile(path, change(b[:headSlot], b[headSlot:2*headSlot]), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// forgeMark changes what the mark of package journal says.
func forgeMark(b []byte, seq, offset uint64, clean bool) {
	le := binary.LittleEndian
	le.PutUint32(b[12:], 0)
	if clean {
		le.PutUint32(b[12:], 1)
	}
	le.PutUint64(b[32:], seq)
	le.PutUint64(b[40:], offset)
	le.PutUint32(b[60:], crc32.Checksum(b[:60], crc32.MakeTable(crc32.Castagnoli)))
}
