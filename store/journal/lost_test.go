package journal

import (
	"context"
	"strings"
	"testing"
)

// TestFilesLostOrMixed takes whole files away, exchanges and cuts them, and puts strange ones in.
func TestFilesLostOrMixed(t *testing.T) {
	o := options(newDir(t))
	files, _ := closed(t, o, true)
	n := segmentNames(files)
	other := options(newDir(t))
	other.StoreID[0]++
	foreign, _ := closed(t, other, true)
	for name, c := range map[string]struct {
		change func(map[string]string)
		want   string // in what Open or Check say
		events int    // still read
	}{
		"middle missing":     {func(f map[string]string) { delete(f, n[1]) }, "segment 2, which comes before it, is missing", 7},
		"first missing":      {func(f map[string]string) { delete(f, n[0]) }, "segment 1, which comes before it, is missing", 10},
		"last missing":       {func(f map[string]string) { delete(f, n[2]) }, "segment 3, which the mark says was reached, is missing", 0},
		"swapped":            {func(f map[string]string) { f[n[0]], f[n[2]] = f[n[2]], f[n[0]] }, "its name should be " + n[2], 15},
		"swapped in history": {func(f map[string]string) { f[n[0]], f[n[1]] = f[n[1]], f[n[0]] }, "its name should be " + n[1], 0},
		"renamed":            {func(f map[string]string) { f["old.segment"] = f[n[1]]; delete(f, n[1]) }, "not the name of a segment", 7},
		"twice":              {func(f map[string]string) { f[segmentName(4, 40)] = f[n[1]] }, "repeats or precedes", 15},
		"cut in a frame":     {func(f map[string]string) { f[n[1]] = f[n[1]][:dataStart+50] }, "the file ends inside the frame", 0},
		"cut in a header":    {func(f map[string]string) { f[n[1]] = f[n[1]][:5000] }, "the file ends inside its header", 0},
		"cut before mark":    {func(f map[string]string) { f[n[2]] = f[n[2]][:dataStart+8] }, "the mark says this was reached", 0},
		"empty":              {func(f map[string]string) { f[n[0]] = "" }, "the file ends inside its header", 0},
		"another store's":    {func(f map[string]string) { f[n[1]] = foreign[n[1]] }, "belongs to another store", 0},
		"another's mark":     {func(f map[string]string) { f[markName] = foreign[markName] }, "move it aside", 15},
		"headers mixed": {func(f map[string]string) {
			h := encodeHeader(SegmentHeader{Number: 1, First: 1, Opaque: []byte("another key"), store: testStore})
			f[n[0]] = change(f[n[0]], headerBlock, string(h[headerBlock:]))
		}, "the two copies of the header differ", 15},
		"something behind": {func(f map[string]string) { f[n[0]] += "x" }, "not a frame and not zeros", 15},
	} {
		t.Run(name, func(t *testing.T) {
			mixed := map[string]string{}
			for k, v := range files {
				mixed[k] = v
			}
			c.change(mixed)
			restore(t, o.Dir, mixed)
			l, r := reopen(t, o)
			all := ""
			for _, d := range r.Damage {
				all += d.Error() + "\n"
			}
			if err := l.Check(context.Background(), nil); err != nil {
				all += err.Error()
			}
			if !strings.Contains(all, c.want) {
				t.Errorf("want %q in:\n%s", c.want, all)
			}
			if got, _ := read(t, l); len(got) < c.events {
				t.Errorf("%d events read, want %d", len(got), c.events)
			}
			must(l.Append(l.Next(), [][]byte{[]byte("revoke")}))(t)
		})
	}
	restore(t, o.Dir, map[string]string{markName: files[markName]})
	if _, _, err := Open(o); !IsDamage(err) {
		t.Errorf("only a mark left: %v", err)
	}
}

// TestLostNumberIsNotGivenAgain loses the newest segment and appends: the mark, or else the owner, still speaks of the lost one,
// so the fresh one must not be taken for it when the journal is opened again.
func TestLostNumberIsNotGivenAgain(t *testing.T) {
	o := options(newDir(t))
	files, _ := closed(t, o, true)
	n := segmentNames(files)
	delete(files, n[2])
	for _, marked := range []bool{true, false} {
		o.Acknowledged = 15
		if !marked {
			delete(files, markName)
			o.Used = 3
		}
		restore(t, o.Dir, files)
		l, _ := reopen(t, o)
		at := must(l.Append(l.Next(), [][]byte{[]byte("revoke")}))(t)
		last := l.Last()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if at.Segment != 4 {
			t.Errorf("marked %v: appended to segment %d, and 3 was given before", marked, at.Segment)
		}
		o.Acknowledged = last
		l, r := reopen(t, o)
		if got, _ := read(t, l); got[last] != "revoke" || l.Last() != last || r.Ahead || len(r.Damage) == 0 {
			t.Errorf("marked %v: opened again it ends with event %d of %d: %+v", marked, l.Last(), last, r)
		}
	}
}

// TestTheNextNameIsTaken puts a copy of a segment where the one that is begun because of damage would be.
func TestTheNextNameIsTaken(t *testing.T) {
	o := options(newDir(t))
	files, _ := closed(t, o, true)
	n := segmentNames(files)
	files[segmentName(4, 16)] = files[n[0]]
	restore(t, o.Dir, files)
	l, _ := reopen(t, o)
	l.Distrust()
	must(l.Append(l.Next(), [][]byte{[]byte("revoke")}))(t)
	if got, _ := read(t, l); got[16] != "revoke" {
		t.Errorf("event 16 is %q", got[16])
	}
}

func TestDamageText(t *testing.T) {
	for want, d := range map[string]Damage{
		"journal/a: events 40 to 43 at byte 12345: frame does not match its checksum": {File: "journal/a", Offset: 12345, First: 40, Last: 43, What: "frame does not match its checksum"},
		"journal/a: event 4 at byte 8: missing":                                       {File: "journal/a", Offset: 8, First: 4, Last: 4, What: "missing"},
		"journal/a: events from 4 on at byte 8: missing":                              {File: "journal/a", Offset: 8, First: 4, What: "missing"},
		"journal/mark: odd": {File: "journal/mark", What: "odd"},
	} {
		if got := d.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
