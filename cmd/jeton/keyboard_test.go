package main

import (
	"os"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// typed is what a keyboard hands on of these pieces, each being there to be read at once.
func typed(t *testing.T, pieces ...string) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	k, out, p := &keyboard{File: r}, "", make([]byte, 256)
	for _, piece := range pieces {
		if _, err := w.WriteString(piece); err != nil {
			t.Fatal(err)
		}
		for rest := len(piece); rest > 0; {
			held := len(k.held)
			n, err := k.Read(p)
			if err != nil {
				t.Fatal(err)
			}
			out, rest = out+string(p[:n]), rest-(len(p)/widest-held)
		}
	}
	return out
}

func TestKeyboardKeepsWhatIsNoUTF8(t *testing.T) {
	d := string(damaged)
	for name, c := range map[string]struct {
		in   []string
		want string
	}{
		"text":               {[]string{"abc"}, "abc"},
		"bytes":              {[]string{"ab\xff\xfe\xc3cd"}, "ab" + d + d + d + "cd"},
		"the sign of damage": {[]string{"a\uFFFDb"}, "a" + d + "b"},
		"a split character":  {[]string{"a\xe3", "\x83", "\x87b"}, "aデb"},
		"half a character":   {[]string{"a\xe3\x83", "b"}, "a" + d + d + "b"},
		"escape":             {[]string{"\x1b"}, "\x1b"},
		"an arrow":           {[]string{"\x1b[B\x1b[B"}, "\x1b[B\x1b[B"},
		"a paste":            {[]string{"\x1b[200~\xffa\x1b[201~"}, "\x1b[200~" + d + "a\x1b[201~"},
		"an old mouse":       {[]string{"\x1b[M \xf0\xf1x"}, "\x1b[M \xf0\xf1x"},
		"a late answer":      {[]string{"a\x1b]11;rgb:0d0d/1111/1717\x1b\\b\x1b]11;rgb:0/0/0\ac"}, "abc"},
		"a late answer, cut": {[]string{"a\x1b]11;rgb:0d", "0d/1111/1717\x1b", "\\b"}, "ab"},
		"alt and a bracket":  {[]string{"\x1b]1"}, "\x1b]1"},
		"more than a read":   {[]string{strings.Repeat("a", 84) + "\x1b[<35;10;7Mé" + strings.Repeat("\xff", 300)}, strings.Repeat("a", 84) + "\x1b[<35;10;7Mé" + strings.Repeat(d, 300)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := typed(t, c.in...); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestKeyboardCutsNothing has every length of text before a sequence, so that a read ends
// at each of its bytes once.
func TestKeyboardCutsNothing(t *testing.T) {
	for _, sequence := range []string{"\x1b[<35;10;7M", "\x1bOP", "\x1bx", "\x1b[M !!", "é"} {
		for n := range 100 {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			if _, err = w.WriteString(strings.Repeat("a", n) + sequence + strings.Repeat("b", 100)); err != nil {
				t.Fatal(err)
			}
			k, p := &keyboard{File: r}, make([]byte, 256)
			for read, whole := 0, false; !whole && read < n+len(sequence); {
				got, err := k.Read(p)
				if err != nil {
					t.Fatal(err)
				}
				read += got
				whole = strings.Contains(string(p[:got]), sequence)
				if !whole && strings.ContainsAny(string(p[:got]), sequence[:1]) {
					t.Fatalf("%q behind %d characters was cut: %q", sequence, n, p[:got])
				}
			}
			_, _ = r.Close(), w.Close()
		}
	}
}

func TestDamageIsWrittenAsEverywhere(t *testing.T) {
	k := asTyped(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'a', damaged}})
	if string(k.Runes) != "a\uFFFD" {
		t.Errorf("got %q", string(k.Runes))
	}
}

// describing starts the screens with a token and begins to describe it.
func describing(t *testing.T) *console {
	t.Helper()
	c := start(t, 100, 30, founded(t), jeton(t))
	c.until("No agent tokens yet")
	c.press("n")
	c.until("Created agent token 1")
	c.press(escape)
	c.until("(no description)")
	c.press("d")
	c.until("Description  0 of 256")
	return c
}

// TestWhatIsNoUTF8IsRefused types and pastes bytes into a description: nothing of it is
// kept, and all of it stays to be corrected.
func TestWhatIsNoUTF8IsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"typed":  "ab\xff\xfe\xc3cd",
		"pasted": "\x1b[200~ab\xff\xfe\xc3cd\x1b[201~",
	} {
		t.Run(name, func(t *testing.T) {
			c := describing(t)
			c.press(text)
			c.until("Description  7 of 256")
			c.press(enter)
			c.until("not UTF-8", "cd  ")
			c.press(escape)
			c.until("(no description)")
		})
	}
}

// TestASplitCharacterIsOne types a character whose bytes come one by one.
func TestASplitCharacterIsOne(t *testing.T) {
	c := describing(t)
	for _, b := range []byte("データ") {
		c.press(string([]byte{b}))
	}
	c.until("データ", "Description  3 of 256")
}

// TestNobodyIsAskedForNothing starts on a terminal that answers no question.
func TestNobodyIsAskedForNothing(t *testing.T) {
	deaf := func(*os.File) *vt { return newVT(100, 30, func(string) {}) }
	env := founded(t)
	for _, args := range [][]string{{"version"}, {"config"}, {"--theme", "dark"}, {"--theme", "auto"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			c := startOn(t, deaf, env, jeton(t), args...)
			if len(args) == 2 {
				c.until("No agent tokens yet")
				c.press("q")
			}
			c.wait()
			c.mu.Lock()
			asked := strings.Contains(c.all.String(), "\x1b]11;?")
			c.mu.Unlock()
			if asked != (args[len(args)-1] == "auto") {
				t.Errorf("was asked for its background: %v", asked)
			}
		})
	}
}

func TestDarkIn(t *testing.T) {
	for in, want := range map[string][2]bool{
		"\x1b]11;rgb:0d0d/1111/1717\x1b\\\x1b[?62c": {true, true},
		"\x1b]11;rgb:ff/ff/ff\a":                    {false, true},
		"x\x1b]11;rgb:f/0/0\a":                      {true, true},
		"\x1b[?62c":                                 {false, false},
		"\x1b]11;rgb:0d0d/1111\a":                   {false, false},
		"\x1b]11;rgb:0d0d/1111/xyz\a":               {false, false},
		"\x1b]11;rgb://\a":                          {false, false},
	} {
		if dark, known := darkIn([]byte(in)); dark != want[0] || known != want[1] {
			t.Errorf("%q: dark %v, known %v", in, dark, known)
		}
	}
	for in, want := range map[string]bool{"": false, "\x1b[?62": false, "\x1b[?62;22c": true, "\x1b[?1x\x1b[?6c": true} {
		if answered([]byte(in)) != want {
			t.Errorf("answered %q: %v", in, !want)
		}
	}
}
