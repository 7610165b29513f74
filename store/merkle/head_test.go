package merkle

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// fullHead has every line a head can have.
func fullHead(t tb) Head {
	l := newLog(t, 14)
	return Head{Store: store, Root: l.root(t, 14), Time: noon, Epoch: 2,
		Before:  &Before{Restored: l.root(t, 5), Newest: l.root(t, 9)},
		NextKey: VerifierKey(Origin(store), public(2)),
		Extra:   []string{"witnessed by nobody", "flag", "times 3"}}
}

func TestHeadGolden(t *testing.T) {
	signer, keys := storeKey(t)
	next, _ := key(t, Origin(store), 2)
	text := must(Sign(fullHead(t), signer, next))(t)
	golden(t, "head.golden", text)
	if got := must(Open(text, keys))(t); !reflect.DeepEqual(got, fullHead(t)) {
		t.Errorf("opened %+v", got)
	}
}

func drawHead(t *rapid.T) Head {
	root := func(name string, least uint64) Root {
		size := rapid.Uint64Range(least, MaxSize).Draw(t, name)
		if size == 0 {
			return Root{Hash: emptyHash()}
		}
		return Root{Size: size, Hash: tlog.RecordHash(rapid.SliceOf(rapid.Byte()).Draw(t, name))}
	}
	h := Head{Store: [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "store")),
		Time:  time.UnixMilli(rapid.Int64Range(-62135596800000, 253402300799999).Draw(t, "time")).UTC(),
		Epoch: rapid.Uint64Range(0, MaxSize).Draw(t, "epoch")}
	if rapid.Bool().Draw(t, "restored") {
		b := Before{Restored: root("restored", 0)}
		b.Newest, h.Root = b.Restored, b.Restored
		if b.Restored.Size < MaxSize {
			b.Newest, h.Root = root("newest", b.Restored.Size+1), root("root", b.Restored.Size+1)
		}
		h.Before = &b
	} else {
		h.Root = root("root", 0)
	}
	if rapid.Bool().Draw(t, "next") {
		h.NextKey = VerifierKey(Origin(h.Store), public(3))
	}
	for range rapid.IntRange(0, 3).Draw(t, "extra") {
		h.Extra = append(h.Extra, rapid.StringMatching(`x-[a-zé]{1,8}( [ -~]{0,20})?`).Draw(t, "line"))
	}
	return h
}

// What is signed comes back, and with one character changed nothing does.
func TestSignedHeadsOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHead(t)
		signer, verifier := key(t, Origin(h.Store), 1)
		text := must(Sign(h, signer))(t)
		if got := must(Open(text, note.VerifierList(verifier)))(t); !reflect.DeepEqual(got, h) {
			t.Fatalf("signed %+v\nopened %+v", h, got)
		}
		text[rapid.IntRange(0, len(text)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if got, err := Open(text, note.VerifierList(verifier)); err == nil {
			t.Fatalf("changed to %q: opened %+v", text, got)
		}
	})
}

func TestOpenTellsWhy(t *testing.T) {
	signer, keys := storeKey(t)
	h := fullHead(t)
	text := string(must(Sign(h, signer))(t))
	body, _, _ := strings.Cut(text, "\n\n")
	other := Head{Store: [16]byte{1}, Root: h.Root, Time: noon}
	otherSigner, otherKey := key(t, Origin(other.Store), 1)
	witness, witnessKey := key(t, "witness", 4)
	ofOther := must(note.Sign(&note.Note{Text: body + "\n"}, otherSigner, witness))(t)
	for name, c := range map[string]struct {
		text string
		keys note.Verifiers
		want error
	}{
		"nothing":              {"", keys, ErrUnsigned},
		"no signature":         {body + "\n", keys, ErrUnsigned},
		"signature cut off":    {body + "\n\n", keys, ErrUnsigned},
		"no keys":              {text, nil, ErrUnknownKey},
		"other keys":           {text, note.VerifierList(otherKey, witnessKey), ErrUnknownKey},
		"key of another log":   {string(ofOther), note.VerifierList(otherKey, witnessKey), ErrUnknownKey},
		"body changed":         {strings.Replace(text, "epoch 2", "epoch 3", 1), keys, ErrSignature},
		"body of another head": {strings.Replace(text, "x", "y", 1), keys, ErrSignature},
		"last newline gone":    {strings.TrimSuffix(text, "\n"), keys, ErrMalformed},
		"too long":             {text + strings.Repeat("x", MaxHead), keys, ErrMalformed},
		"many signatures":      {text + strings.Repeat("— w "+strings.Repeat("AAAA", 300)+"\n", 60), keys, ErrMalformed},
		"carriage returns":     {strings.ReplaceAll(text, "\n", "\r\n"), keys, ErrMalformed},
	} {
		got, err := Open([]byte(c.text), c.keys)
		if !reflect.DeepEqual(got, Head{}) {
			t.Errorf("%s: opened %+v", name, got)
		}
		t.Run(name, func(t *testing.T) { wantError(t, err, c.want) })
	}
}

// Other signatures say nothing, unless they are by a key that is known and false.
func TestOtherSignatures(t *testing.T) {
	signer, keys := storeKey(t)
	next, nextKey := key(t, Origin(store), 2)
	witness, witnessKey := key(t, "witness", 4)
	_, storeOnly := key(t, Origin(store), 1)
	text := must(Sign(fullHead(t), signer, next, witness))(t)
	for _, keys := range []note.Verifiers{keys, note.VerifierList(nextKey), note.VerifierList(storeOnly, nextKey, witnessKey)} {
		must(Open(text, keys))(t)
	}
	_, err := Open(text, note.VerifierList(witnessKey))
	wantError(t, err, ErrUnknownKey)

	lines := strings.SplitAfter(string(text), "\n")
	last := len(lines) - 2
	other := fullHead(t)
	other.Epoch++
	lines[last] = strings.SplitAfter(string(must(Sign(other, signer, next, witness))(t)), "\n")[last]
	forged := []byte(strings.Join(lines, ""))
	must(Open(forged, keys))(t)
	_, err = Open(forged, note.VerifierList(storeOnly, witnessKey))
	wantError(t, err, ErrSignature)
}

func TestParseHeadRefuses(t *testing.T) {
	good := fullHead(t).text()
	must(parseHead(good))(t)
	l := newLog(t, 14)
	edit := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %q in the head", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for name, text := range map[string]string{
		"empty":               "",
		"two lines":           "jeton/00112233445566778899aabbccddeeff\n14\n",
		"other origin":        edit("jeton/", "go.sum/"),
		"short origin":        edit("eeff\n", "ee\n"),
		"origin in capitals":  edit("aabb", "AABB"),
		"no time":             edit("time "+noon.Format(timeLayout)+"\n", ""),
		"no epoch":            edit("epoch 2\n", ""),
		"time twice":          good + "time " + noon.Format(timeLayout) + "\n",
		"next key twice":      good + "next-key " + VerifierKey(Origin(store), public(2)) + "\n",
		"time in a zone":      edit(".678Z", ".678+00:00"),
		"time of seconds":     edit(".678Z", "Z"),
		"time with comma":     edit(".678Z", ",678Z"),
		"leap day":            edit("2026-01-02", "2026-02-29"),
		"size signed":         edit("\n14\n", "\n+14\n"),
		"size with zero":      edit("\n14\n", "\n014\n"),
		"size with underline": edit("\n14\n", "\n1_4\n"),
		"size too large":      edit("\n14\n", "\n281474976710657\n"),
		"size beyond all":     edit("\n14\n", "\n"+strings.Repeat("9", 400)+"\n"),
		"size under restored": edit("\n14\n", "\n4\n"),
		"size of restored":    edit("\n14\n", "\n5\n"),
		"hash spare bits":     edit("Y=\ntime", "Z=\ntime"),
		"hash too long":       edit("=\ntime", "A\ntime"),
		"hash too short":      edit("=\ntime", "\ntime"),
		"hash in pieces":      edit("=\ntime", "=\r\ntime"),
		"empty with a hash":   edit("\n14\n", "\n0\n"),
		"leaves, empty hash":  edit(l.root(t, 14).Hash.String(), emptyHash().String()),
		"epoch negative":      edit("epoch 2", "epoch -2"),
		"epoch and more":      edit("epoch 2", "epoch 2 3"),
		"before of one":       edit("before 5 "+l.root(t, 5).Hash.String(), "before"),
		"newest older":        edit(" 9 ", " 4 "),
		"restored empty":      edit(" 5 ", " 0 "),
		"newest empty":        edit(beforeText(fullHead(t)), strings.Join([]string{"0", emptyHash().String(), "9", emptyHash().String()}, " ")),
		"two of one size":     edit(" 9 ", " 5 "),
		"key of another":      edit("next-key jeton/00", "next-key jeton/01"),
		"no key":              edit(VerifierKey(Origin(store), public(2)), ""),
		"blank line":          edit("\ntime", "\n\ntime"),
		"space before":        edit("\nepoch", "\n epoch"),
		"long line":           good + "x " + strings.Repeat("x", MaxExtraLine) + "\n",
		"many lines":          good + strings.Repeat("x\n", MaxExtra),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseHead(text)
			wantError(t, err, ErrMalformed)
		})
	}
}

func TestSignRefuses(t *testing.T) {
	signer, _ := storeKey(t)
	witness, _ := key(t, "witness", 4)
	for name, edit := range map[string]func(*Head){
		"line break in extra": func(h *Head) { h.Extra = []string{"x 1\nnext 2"} },
		"line break in key":   func(h *Head) { h.NextKey += "\nflag" },
		"another line in key": func(h *Head) { h.NextKey, h.Before = h.NextKey+"\nbefore "+beforeText(*h), nil },
		"DEL in extra":        func(h *Head) { h.Extra = []string{"x \x7f"} },
		"known word in extra": func(h *Head) { h.Extra = []string{"epoch 3"} },
		"empty extra":         func(h *Head) { h.Extra = []string{""} },
		"escape in extra":     func(h *Head) { h.Extra = []string{"x \x1b[2J"} },
		"C1 control in extra": func(h *Head) { h.Extra = []string{"x \u009b2J"} },
		"override in extra":   func(h *Head) { h.Extra = []string{"x \u202e"} },
		"no UTF-8 in extra":   func(h *Head) { h.Extra = []string{"x \xff"} },
		"no hash":             func(h *Head) { h.Hash, h.Size = tlog.Hash{}, 0 },
		"size":                func(h *Head) { h.Size = MaxSize + 1 },
		"year 10000":          func(h *Head) { h.Time = h.Time.AddDate(8000, 0, 0) },
		"year -1":             func(h *Head) { h.Time = h.Time.AddDate(-2028, 0, 0) },
		"key of another":      func(h *Head) { h.NextKey = VerifierKey("another", public(2)) },
		"before is nothing":   func(h *Head) { h.Before = new(Before) },
	} {
		t.Run(name, func(t *testing.T) {
			h := fullHead(t)
			edit(&h)
			_, err := Sign(h, signer)
			wantError(t, err, ErrMalformed)
		})
	}
	_, err := Sign(fullHead(t))
	wantError(t, err, ErrKey)
	_, err = Sign(fullHead(t), witness)
	wantError(t, err, ErrKey)
}

// beforeText is what the head says of the log before.
func beforeText(h Head) string {
	_, rest, _ := strings.Cut(h.text(), "\nbefore ")
	text, _, _ := strings.Cut(rest, "\n")
	return text
}

// A time of another zone and of microseconds is signed as UTC in milliseconds.
func TestTimeIsCut(t *testing.T) {
	signer, keys := storeKey(t)
	h := fullHead(t)
	h.Time = noon.Add(999 * time.Microsecond).In(time.FixedZone("somewhere", 3600))
	if got := must(Open(must(Sign(h, signer))(t), keys))(t); got.Time != noon {
		t.Errorf("time %v", got.Time)
	}
}

// FuzzOpen reads any text as a head, signed or not. None opens that was not signed, and none has two forms.
func FuzzOpen(f *testing.F) {
	signer, keys := storeKey(f)
	text := must(Sign(fullHead(f), signer))(f)
	f.Add(string(text))
	f.Add(string(newLog(f, 0).signed(f)))
	f.Add(fullHead(f).text())
	f.Fuzz(func(t *testing.T, s string) {
		if h, err := Open([]byte(s), keys); err == nil {
			opened := must(Sign(h, signer))(t)
			if body, _, _ := strings.Cut(string(opened), "\n\n"); !strings.HasPrefix(s, body+"\n\n") {
				t.Fatalf("opened %q", s)
			}
		}
		h, err := parseHead(s)
		if err != nil {
			wantError(t, err, ErrMalformed)
			return
		}
		if checkText([]byte(s)) != nil {
			return
		}
		signer, verifier := key(t, Origin(h.Store), 1)
		again := must(Open(must(Sign(h, signer))(t), note.VerifierList(verifier)))(t)
		if !reflect.DeepEqual(again, h) {
			t.Fatalf("%q is %+v and then %+v", s, h, again)
		}
	})
}
