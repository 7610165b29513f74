package merkle

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// exports are the two kinds, and one of another log with a single event.
func exports(t tb) map[string][]byte {
	l := newLog(t, 5)
	one := new(log)
	one.add(t, []byte("the leaf of another log"))
	return map[string][]byte{"complete": l.export(t), "selection": l.export(t, 1, 2, 4), "one": one.export(t, 1)}
}

func refuse(t *testing.T, text []byte, keys note.Verifiers) error {
	t.Helper()
	got, err := Verify(bytes.NewReader(text), keys, checkSays)
	if err == nil {
		t.Fatalf("taken:\n%s", text)
	}
	if got.Events != 0 || got.Head.Size != 0 {
		t.Fatalf("refused with %v, but told %+v", err, got)
	}
	bad, ok := errors.AsType[*BadLine](err)
	if !ok || bad.Line < 1 || bad.Line > bytes.Count(text, []byte("\n"))+1 {
		t.Fatalf("refused with %v, which names no line", err)
	}
	return err
}

// Every change of one byte is refused: each bit flipped, a byte taken out, a byte put in, everything behind it cut off.
func TestEveryByteCounts(t *testing.T) {
	_, keys := storeKey(t)
	for name, text := range exports(t) {
		t.Run(name, func(t *testing.T) {
			must(Verify(bytes.NewReader(text), keys, checkSays))(t)
			for i := range text {
				for bit := range 8 {
					changed := bytes.Clone(text)
					changed[i] ^= 1 << bit
					refuse(t, changed, keys)
				}
				refuse(t, text[:i], keys)
				refuse(t, slices.Delete(bytes.Clone(text), i, i+1), keys)
			}
			for i := range len(text) + 1 {
				for _, c := range []byte("\n\r \x00\"0,}") {
					changed := slices.Insert(bytes.Clone(text), i, c)
					if c == ' ' && sameMeaning(changed, text) {
						continue
					}
					refuse(t, changed, keys)
				}
			}
		})
	}
}

// sameMeaning reports whether two exports differ in nothing but white space inside events, outside of strings.
func sameMeaning(a, b []byte) bool {
	as, bs := bytes.SplitAfter(a, []byte("\n")), bytes.SplitAfter(b, []byte("\n"))
	for i := range min(len(as), len(bs)) {
		aStart, aEvent, _ := bytes.Cut(as[i], []byte(eventStart))
		bStart, bEvent, _ := bytes.Cut(bs[i], []byte(eventStart))
		aEvent, aClosed := bytes.CutSuffix(aEvent, []byte("}\n"))
		bEvent, _ = bytes.CutSuffix(bEvent, []byte("}\n"))
		var x, y bytes.Buffer
		if bytes.Equal(as[i], bs[i]) {
			continue
		}
		if !bytes.Equal(aStart, bStart) || !aClosed || aEvent[0] != '{' ||
			json.Compact(&x, aEvent) != nil || json.Compact(&y, bEvent) != nil || x.String() != y.String() {
			return false
		}
	}
	return len(as) == len(bs)
}

// Lines taken out, doubled, exchanged or brought from another export are refused.
func TestEveryLineCounts(t *testing.T) {
	_, keys := storeKey(t)
	all := exports(t)
	for name, text := range all {
		t.Run(name, func(t *testing.T) {
			lines := strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
			lines[len(lines)-1] += "\n"
			try := func(lines []string) { t.Helper(); refuse(t, []byte(strings.Join(lines, "")), keys) }
			for i := range lines {
				try(slices.Delete(slices.Clone(lines), i, i+1))
				try(slices.Insert(slices.Clone(lines), i, lines[i]))
				for j := range i {
					swapped := slices.Clone(lines)
					swapped[i], swapped[j] = swapped[j], swapped[i]
					try(swapped)
				}
				for other, text := range all {
					for _, from := range strings.SplitAfter(string(text), "\n") {
						if changed := slices.Clone(lines); other != name && from != lines[i] && from != "" {
							changed[i] = from
							try(changed)
						}
					}
				}
			}
		})
	}
}

// The first event that is wrong is named, with its line and the reason.
func TestBadLineNamesTheEvent(t *testing.T) {
	_, keys := storeKey(t)
	edit := func(text []byte, old, new string) []byte {
		if !bytes.Contains(text, []byte(old)) {
			t.Fatalf("no %q in the export", old)
		}
		return bytes.Replace(text, []byte(old), []byte(new), 1)
	}
	l := newLog(t, 5)
	complete, selection := l.export(t), l.export(t, 2, 4, 5)
	leaf4, leaf5 := "bGVhZiBvZiBldmVudCA0", "bGVhZiBvZiBldmVudCA1"
	for name, c := range map[string]struct {
		text []byte
		line int
		seq  uint64
		want error
	}{
		"leaf":               {edit(selection, leaf4, leaf5), 3, 4, ErrProof},
		"number":             {edit(selection, `"seq":4`, `"seq":3`), 3, 3, ErrProof},
		"event":              {edit(selection, `event 4"`, `event 3"`), 3, 4, ErrEvent},
		"no proof":           {edit(selection, `"seq":4,"leaf":"`+leaf4+`","proof":[`, `"seq":4,"leaf":"`+leaf4+`","x":[`), 3, 4, ErrForm},
		"escape character":   {edit(selection, `event 4"`, "event 4\u009b\""), 3, 4, ErrForm},
		"name in capitals":   {edit(selection, `{"seq":4`, `{"Seq":4`), 3, 0, ErrForm},
		"no beginning":       {edit(selection, `{"seq":4`, `4`), 3, 0, ErrForm},
		"no leaf":            {edit(selection, `{"seq":4,"leaf":`, `{"seq":4,"leaves":`), 3, 0, ErrForm},
		"one too many":       {edit(complete, `{"events":5}`, `{"seq":6,"leaf":"","event":{}}`), 7, 6, ErrRange},
		"much too many":      {append(bytes.Clone(complete), make([]byte, MaxLine+1)...), 8, 0, ErrTrailing},
		"name more":          {edit(selection, `{"seq":4`, `{"x":1,"seq":4`), 3, 0, ErrForm},
		"huge number":        {edit(selection, `"seq":4`, `"seq":99999999999999999999999`), 3, 0, ErrForm},
		"beyond":             {edit(selection, `"seq":5`, `"seq":6`), 4, 6, ErrRange},
		"order":              {edit(selection, `"seq":4`, `"seq":2`), 3, 2, ErrOrder},
		"gap":                {edit(complete, `"seq":4`, `"seq":5`), 5, 5, ErrOrder},
		"leaf of a complete": {edit(edit(complete, leaf4, leaf5), `event 4"`, `event 5"`), 7, 0, ErrOtherTree},
		"count":              {edit(complete, `"events":5`, `"events":4`), 7, 0, ErrTruncated},
		"behind the end":     {append(bytes.Clone(complete), "\n"...), 8, 0, ErrTrailing},
		"more at the end":    {append(bytes.Clone(complete), "x"...), 8, 0, ErrTrailing},
		"without an end":     {edit(complete, "{\"events\":5}\n", ""), 7, 0, ErrTruncated},
		"head":               {edit(complete, `epoch 1`, `epoch 2`), 1, 0, ErrSignature},
		"head unsigned":      {edit(complete, "\\n\\n— ", "\\n\\n- "), 1, 0, ErrUnsigned},
		"head spelled anew":  {edit(complete, `epoch 1`, `\u0065poch 1`), 1, 0, ErrForm},
		"nothing":            {nil, 1, 0, ErrTruncated},
	} {
		t.Run(name, func(t *testing.T) {
			err := refuse(t, c.text, keys)
			wantError(t, err, c.want)
			if bad, _ := errors.AsType[*BadLine](err); bad.Line != c.line || bad.Seq != c.seq {
				t.Errorf("named line %d, event %d: %v", bad.Line, bad.Seq, err)
			}
		})
	}
}

// What no signature covers: who has a selection can make a smaller one, and it never calls itself complete.
func TestSelectionsAreNotComplete(t *testing.T) {
	_, keys := storeKey(t)
	text := string(newLog(t, 5).export(t, 1, 2, 3, 4, 5))
	if got := must(Verify(strings.NewReader(text), keys, checkSays))(t); !got.Complete {
		t.Error("all events with proofs are not called complete")
	}
	lines := strings.SplitAfter(text, "\n")
	smaller := strings.Join(slices.Delete(lines, 3, 4), "")
	smaller = strings.Replace(smaller, `{"events":5}`, `{"events":4}`, 1)
	if got := must(Verify(strings.NewReader(smaller), keys, checkSays))(t); got.Complete || got.Events != 4 {
		t.Errorf("%+v", got)
	}
}

func TestOtherKeysVerifyNothing(t *testing.T) {
	_, other := key(t, Origin(store), 9)
	for _, text := range exports(t) {
		wantError(t, refuse(t, text, note.VerifierList(other)), ErrUnknownKey)
		wantError(t, refuse(t, text, nil), ErrUnknownKey)
	}
}

// FuzzVerify takes any bytes for an export. Whatever is made of them, only leaves of the log in their places are proven, and a
// line has one form.
func FuzzVerify(f *testing.F) {
	_, keys := storeKey(f)
	l := newLog(f, 5)
	f.Add(l.export(f))
	f.Add(l.export(f, 1, 2, 4))
	f.Add([]byte("{\"events\":0}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var events uint64
		foreign := false
		got, err := Verify(bytes.NewReader(text), keys, func(seq uint64, leaf []byte, event json.RawMessage) error {
			events++
			foreign = foreign || seq > 5 || !bytes.Equal(leaf, l.leaves[seq-1])
			return checkSays(seq, leaf, event)
		})
		if err != nil {
			if _, ok := errors.AsType[*BadLine](err); !ok {
				t.Fatal(err)
			}
		} else if foreign || got.Events != events || got.Complete != (events == got.Head.Size) {
			t.Fatalf("%+v of %q", got, text)
		}
		for b := range bytes.SplitSeq(text, []byte("\n")) {
			if parsed, err := parseLine(b); err == nil && string(parsed.appendTo(nil)) != string(b)+"\n" {
				t.Fatalf("line %q has another form", b)
			}
		}
	})
}
