package merkle

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

func TestExportGolden(t *testing.T) {
	_, keys := storeKey(t)
	l := newLog(t, 5)
	for name, c := range map[string]struct {
		seqs []uint64
		want Summary
	}{
		"complete.golden":  {nil, Summary{Events: 5, First: 1, Last: 5, Complete: true}},
		"selection.golden": {[]uint64{2, 5}, Summary{Events: 2, First: 2, Last: 5}},
	} {
		text := l.export(t, c.seqs...)
		golden(t, name, text)
		got := must(Verify(bytes.NewReader(text), keys, checkSays))(t)
		if got.Head.Root != l.root(t, 5) || got.Head.Time != noon || got.Head.Store != store {
			t.Errorf("%s: head %+v", name, got.Head)
		}
		if got.Head = (Head{}); got.Events != c.want.Events || got.First != c.want.First || got.Last != c.want.Last || got.Complete != c.want.Complete {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestExportOfNothing(t *testing.T) {
	_, keys := storeKey(t)
	for size, complete := range map[int]bool{0: true, 3: false} {
		var b bytes.Buffer
		w := must(NewWriter(&b, newLog(t, size).signed(t)))(t)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got := must(Verify(&b, keys, checkSays))(t)
		if got.Events != 0 || got.First != 0 || got.Last != 0 || got.Complete != complete {
			t.Errorf("none of %d: %+v", size, got)
		}
	}
}

// Whatever a Writer takes Verify takes, and what is read is what was written.
func TestExportsVerify(t *testing.T) {
	_, keys := storeKey(t)
	rapid.Check(t, func(t *rapid.T) {
		l, events := new(log), []map[string]any{}
		for range rapid.IntRange(0, 20).Draw(t, "leaves") {
			l.add(t, rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "leaf"))
			events = append(events, map[string]any{
				"text": rapid.String().Draw(t, "text"), "list": []any{rapid.String().Draw(t, "item"), nil, true}})
		}
		proofs := rapid.Bool().Draw(t, "proofs")
		var b bytes.Buffer
		w := must(NewWriter(&b, l.signed(t)))(t)
		written := 0
		for i, leaf := range l.leaves {
			var proof tlog.RecordProof
			if proofs {
				if !rapid.Bool().Draw(t, "chosen") {
					continue
				}
				proof = must(tlog.ProveRecord(int64(len(l.leaves)), int64(i), l))(t)
			}
			event := must(json.MarshalIndent(events[i], "", "\t"))(t)
			if err := w.Add(uint64(i+1), leaf, proof, event); err != nil {
				t.Fatal(err)
			}
			written++
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		read := 0
		got, err := Verify(iotest.OneByteReader(bytes.NewReader(b.Bytes())), keys, func(seq uint64, leaf []byte, event json.RawMessage) error {
			read++
			want := must(json.Marshal(events[seq-1]))(t)
			var m map[string]any
			if err := json.Unmarshal(event, &m); err != nil {
				return err
			}
			if again := must(json.Marshal(m))(t); !bytes.Equal(again, want) || !bytes.Equal(leaf, l.leaves[seq-1]) {
				t.Fatalf("event %d: %s, want %s", seq, again, want)
			}
			return nil
		})
		if err != nil || read != written || got.Complete != (written == len(l.leaves)) {
			t.Fatalf("%d of %d read: %+v, %v", read, written, got, err)
		}
	})
}

func TestWriterRefuses(t *testing.T) {
	l := newLog(t, 3)
	proof := func(seq int64) tlog.RecordProof { return must(tlog.ProveRecord(3, seq-1, l))(t) }
	none := json.RawMessage(`{}`)
	for name, c := range map[string]struct {
		add  func(*Writer) error
		want error
	}{
		"leaf of another":  {func(w *Writer) error { return w.Add(1, l.leaves[1], proof(1), none) }, ErrProof},
		"beyond the head":  {func(w *Writer) error { return w.Add(4, nil, proof(1), none) }, ErrRange},
		"number 0":         {func(w *Writer) error { return w.Add(0, nil, proof(1), none) }, ErrOrder},
		"gap":              {func(w *Writer) error { return w.Add(2, l.leaves[1], nil, none) }, ErrOrder},
		"no event":         {func(w *Writer) error { return w.Add(1, l.leaves[0], nil, nil) }, ErrForm},
		"no object":        {func(w *Writer) error { return w.Add(1, l.leaves[0], nil, json.RawMessage(`[]`)) }, ErrForm},
		"two objects":      {func(w *Writer) error { return w.Add(1, l.leaves[0], nil, json.RawMessage(`{}{}`)) }, ErrForm},
		"no UTF-8":         {func(w *Writer) error { return w.Add(1, l.leaves[0], nil, json.RawMessage("{\"a\":\"\xff\"}")) }, ErrForm},
		"name twice":       {func(w *Writer) error { return w.Add(1, l.leaves[0], nil, json.RawMessage(`{"a":1,"A":1}`)) }, ErrForm},
		"too long":         {func(w *Writer) error { return w.Add(1, make([]byte, MaxLine), nil, none) }, ErrTooLong},
		"closed too early": {func(w *Writer) error { return errors.Join(w.Add(1, l.leaves[0], nil, none), w.Close()) }, ErrIncomplete},
		"proof, then none": {func(w *Writer) error {
			return errors.Join(w.Add(1, l.leaves[0], proof(1), none), w.Add(2, l.leaves[1], nil, none))
		}, ErrMixed},
		"twice": {func(w *Writer) error {
			return errors.Join(w.Add(2, l.leaves[1], proof(2), none), w.Add(2, l.leaves[1], proof(2), none))
		}, ErrOrder},
		"other leaves": {func(w *Writer) error {
			return errors.Join(w.Add(1, nil, nil, none), w.Add(2, nil, nil, none), w.Add(3, nil, nil, none), w.Close())
		}, ErrOtherTree},
	} {
		t.Run(name, func(t *testing.T) {
			w := must(NewWriter(io.Discard, l.signed(t)))(t)
			wantError(t, c.add(w), c.want)
			wantError(t, w.Add(1, l.leaves[0], nil, none), ErrClosed)
			wantError(t, w.Close(), ErrClosed)
		})
	}
	_, err := NewWriter(io.Discard, []byte(fullHead(t).text()))
	wantError(t, err, ErrUnsigned)
}

// failing takes n writes and then no more.
type failing struct{ n int }

var errDisk = errors.New("no space left")

func (f *failing) Write(b []byte) (int, error) {
	if f.n--; f.n < 0 {
		return 0, errDisk
	}
	return len(b), nil
}

func TestErrorsFromBelow(t *testing.T) {
	_, keys := storeKey(t)
	l := newLog(t, 1)
	_, err := NewWriter(&failing{0}, l.signed(t))
	wantError(t, err, errDisk)
	w := must(NewWriter(&failing{1}, l.signed(t)))(t)
	wantError(t, w.Add(1, l.leaves[0], nil, json.RawMessage(`{}`)), errDisk)
	wantError(t, w.Close(), ErrClosed)
	w = must(NewWriter(&failing{2}, l.signed(t)))(t)
	wantError(t, errors.Join(w.Add(1, l.leaves[0], nil, json.RawMessage(`{}`)), w.Close()), errDisk)

	text := l.export(t)
	for n := range len(text) {
		_, err := Verify(io.MultiReader(bytes.NewReader(text[:n]), iotest.ErrReader(errDisk)), keys, nil)
		wantError(t, err, errDisk)
		if bad := (*BadLine)(nil); errors.As(err, &bad) {
			t.Fatalf("after %d bytes the disk's failure is called a bad line: %v", n, err)
		}
	}
	_, err = Verify(io.MultiReader(bytes.NewReader(text), iotest.ErrReader(errDisk)), keys, nil)
	wantError(t, err, errDisk)
}

// The longest line is taken, and one byte more is not, without reading on.
func TestLongestLine(t *testing.T) {
	_, keys := storeKey(t)
	l := new(log)
	l.add(t, nil)
	empty := len(line{seq: 1, event: json.RawMessage(`{"":""}`)}.appendTo(nil))
	for over, want := range map[int]error{0: nil, 1: ErrTooLong} {
		event := `{"":"` + strings.Repeat("x", MaxLine-empty+over) + `"}`
		text := must(appendHead(nil, l.signed(t)))(t)
		text = line{seq: 1, event: json.RawMessage(event)}.appendTo(text)
		_, err := Verify(bytes.NewReader(appendCount(text, 1)), keys, nil)
		wantError(t, err, want)
		w := must(NewWriter(io.Discard, l.signed(t)))(t)
		wantError(t, w.Add(1, nil, nil, json.RawMessage(event)), want)
	}
	_, err := Verify(endless{}, keys, nil)
	wantError(t, err, ErrTooLong)
}

// endless is a file without line breaks.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestEventNames(t *testing.T) {
	for event, ok := range map[string]bool{
		`{}`:                                true,
		`{"a":{"a":[{"a":1},{"a":1e999}]}}`: true,
		`{"a":1,"b":"a","c":"a"}`:           true,
		`{"a":1,"a":1}`:                     false,
		`{"a":1,"\u0061":1}`:                false,
		`{"a":1,"A":1}`:                     false,
		`{"k":1,"` + "\u212a" + `":1}`:      false,
		`{"s":1,"` + "\u017f" + `":1}`:      false,
		`{"x":[{"y":{"b":1,"b":2}}]}`:       false,
		`{"a":}`:                            false,
		` {}`:                               false,
		`"{}"`:                              false,
		``:                                  false,
	} {
		if err := checkEvent(json.RawMessage(event)); (err == nil) != ok {
			t.Errorf("%s: %v", event, err)
		}
	}
}

// What a terminal would act on is written as an escape, with the same meaning.
func TestEscape(t *testing.T) {
	in := "{\n\t\"a\": \"\x7f \u009b \u202e \U000e0001 \u00e9 \u3000\"\n}"
	want := `{"a":"\u007f \u009b \u202e \udb40\udc01 ` + "\u00e9" + ` \u3000"}`
	if got := must(Escape(json.RawMessage(in)))(t); string(got) != want {
		t.Errorf("%s", got)
	}
}
