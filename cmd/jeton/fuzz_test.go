package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"

	"jeton/model"
	"jeton/store"
	"jeton/store/merkle"
)

// FuzzHeadFile takes any bytes apart as a file of heads kept elsewhere: each piece begins
// like a head and ends with one line break, and nothing but empty lines between them is lost.
func FuzzHeadFile(f *testing.F) {
	head, err := store.NewestHead(filepath.Join("..", "..", "store", "testdata", "small"))
	if err != nil {
		f.Fatal(err)
	}
	twice := string(head) + "\n" + string(head) + "\n"
	f.Add(string(head))
	f.Add(twice)
	f.Add(twice[:len(twice)-30])
	f.Add("\n\njeton/")
	if got, err := splitHeads([]byte(twice)); err != nil || len(got) != 2 || !bytes.Equal(got[0], head) || !bytes.Equal(got[1], head) {
		f.Fatalf("%q, %v", got, err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		heads, err := splitHeads([]byte(text))
		if (err == nil) != strings.HasPrefix(text, "jeton/") || err != nil && heads != nil {
			t.Fatalf("%q: %q, %v", text, heads, err)
		}
		rest := text
		for _, h := range heads {
			bare := strings.TrimRight(string(h), "\n")
			if !strings.HasPrefix(bare, "jeton/") || len(h) != len(bare)+1 || strings.Contains(bare, "\njeton/") {
				t.Fatalf("%q holds the head %q", text, h)
			}
			if !strings.HasPrefix(rest, bare) {
				t.Fatalf("%q became %q", text, heads)
			}
			rest = strings.TrimLeft(rest[len(bare):], "\n")
			if _, err := merkle.Open(h, note.VerifierList()); err == nil || !printable(strings.ReplaceAll(err.Error(), "\n", " ")) {
				t.Fatalf("%q without a key: %v", h, err)
			}
		}
		if rest != "" && err == nil {
			t.Fatalf("%q is left of %q", rest, text)
		}
	})
}

// FuzzPublicKeys reads any text as public keys: what is taken is one key a line.
func FuzzPublicKeys(f *testing.F) {
	key := "jeton/00112233445566778899aabbccddeeff+9e2f1a3c+AaAgbmV2ZXIgbWluZA=="
	f.Add(key + "\n")
	f.Add("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n")
	f.Add("\n")
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := publicKeys(text)
		if (err == nil) != (len(keys) > 0) || err != nil && !printable(err.Error()) {
			t.Fatalf("%q: %v, %v", text, keys, err)
		}
		if lines := strings.Count(strings.TrimRight(text, "\n"), "\n") + 1; err == nil && len(keys) != lines {
			t.Fatalf("%q has %d lines and %d keys", text, lines, len(keys))
		}
		for _, k := range keys {
			if k.Name() == "" || k.Verify([]byte("text"), make([]byte, 64)) {
				t.Fatalf("%q has the key %q", text, k.Name())
			}
		}
	})
}

// FuzzAuditLine says any event on one line that a terminal only draws.
func FuzzAuditLine(f *testing.F) {
	f.Add("ana", "pts/3 from 10.0.0.7", "staging", "", "description", "a", "b", uint64(3), int64(1_770_000_000_000), uint8(4), false)
	f.Add("a\x1b]52;c;aGk=\a", "\u202e", "\xff", "\u2028", "\r", "\u200b", "\u009b", uint64(0), int64(-1), uint8(250), true)
	f.Fuzz(func(t *testing.T, login, origin, label, reason, field, from, to string, target uint64, at int64, action uint8, refused bool) {
		e := model.Event{Seq: 1, At: model.Time(at), Actor: 1, Door: model.Door(action), Action: model.Action(action), Target: model.Target{ID: target},
			Details: model.Details{Origin: origin, Label: label, Reason: reason, Changes: []model.FieldChange{{Field: field, From: from, To: to}}}}
		if refused {
			e.Outcome = model.Refused
		}
		line := auditLine(e, names{1: login})
		if !printable(line) {
			t.Fatalf("%q", line)
		}
		if login != "" && printable(login) && !strings.Contains(line, login) {
			t.Fatalf("%q does not name %q", line, login)
		}
	})
}

// FuzzTyped gives the keyboard any bytes in two pieces. All that is text comes through, in
// order, wherever it was cut, and all that comes through is text.
func FuzzTyped(f *testing.F) {
	f.Add([]byte("aデb\x1b[<35;10;7M"), 2, true)
	f.Add([]byte("a\x1b]11;rgb:0d0d/1111/1717\x1b\\b"), 9, false)
	f.Add([]byte("\x1b[M \xf0\xf1x\xff\uFFFD"), 4, false)
	f.Add([]byte("\x1b]1"), 1, true)
	f.Fuzz(func(t *testing.T, in []byte, cut int, more bool) {
		cut = int(uint(cut) % uint(len(in)+1))
		k := &keyboard{}
		out := k.take(nil, in[:cut], more, false)
		if len(k.held) > longest {
			t.Fatalf("%d bytes wait", len(k.held))
		}
		out = k.take(out, in[cut:], false, true)
		if len(k.held) > 0 || len(out) > widest*len(in) {
			t.Fatalf("%q wait and %q is there", k.held, out)
		}
		special := bytes.Contains(in, lateAnswer) || bytes.Contains(in, []byte("\x1b[M"))
		if !special && (!utf8.Valid(out) || utf8.Valid(in) && !bytes.ContainsRune(in, utf8.RuneError) && !bytes.Equal(out, in)) {
			t.Fatalf("%q cut at %d became %q", in, cut, out)
		}
		if whole := new(keyboard).take(nil, in, false, true); !bytes.Contains(in, lateAnswer[:1]) && !bytes.Equal(whole, out) {
			t.Fatalf("%q cut at %d became %q and whole %q", in, cut, out, whole)
		}
	})
}

// FuzzHidden types any bytes where a passphrase is asked for: what is taken is what was
// typed, without the keys that edit.
func FuzzHidden(f *testing.F) {
	f.Add([]byte("open sesame\r"))
	f.Add([]byte("é\x7f\x7fa\x15b\n"))
	f.Add([]byte("a\x03"))
	f.Fuzz(func(t *testing.T, typed []byte) {
		text, err := readHidden(bytes.NewReader(typed))
		line, _, ended := bytes.Cut(bytes.ReplaceAll(typed, []byte("\r"), []byte("\n")), []byte("\n"))
		gone := bytes.ContainsAny(line, "\x03\x04")
		var s *signalled
		switch {
		case gone && !errors.As(err, &s), !gone && !ended && !errors.Is(err, io.EOF), !gone && ended && err != nil:
			t.Fatalf("%q: %v", typed, err)
		case err != nil:
			if len(text) > 0 {
				t.Fatalf("%q gave %q and %v", typed, text, err)
			}
		case !bytes.ContainsAny(line, "\x08\x15\x7f") && !bytes.Equal(text, line):
			t.Fatalf("%q gave %q", typed, text)
		case bytes.ContainsAny(text, "\x03\x04\x08\x15\x7f\r\n") || len(text) > len(line):
			t.Fatalf("%q gave %q", typed, text)
		}
	})
}

// FuzzConfig reads any bytes as the configuration: what is refused says why in text and
// where, and what holds, printed and read again, holds.
func FuzzConfig(f *testing.F) {
	var printed strings.Builder
	if err := defaultConfig().Write(&printed); err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{printed.String(), "", "theme='dark'", "[keys]\na.b=['r']", "keys={a={}}", "[[keys]]", "a.b.\"c\"=1979-05-27", "x=[[[[]]]]", "\xef\xbb\xbftheme='dark'",
		"[audit]\nanchor='~/anchor'", "[reveal]\nhide_after='5s'\n[store]\ndir='/a\\tb'", "keys.token.reveal='R'\nkeys.token.copy=['y','f5']"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > maxConfig {
			return
		}
		c, err := parseConfig("c.toml", data)
		for _, p := range configProblems(t, err) {
			if text := p.Error(); !printable(text) || p.Line < 1 || p.Column < 1 {
				t.Fatalf("unreadable problem %q", text)
			}
		}
		if err != nil {
			if diff := configDiff(c, defaultConfig()); diff != "" {
				t.Fatal(diff)
			}
			return
		}
		var b strings.Builder
		if err := c.Write(&b); err != nil {
			t.Fatal(err)
		}
		if text := strings.ReplaceAll(b.String(), "\n", ""); !printable(text) {
			t.Fatalf("%q is printed as %q", data, text)
		}
		again, err := parseConfig("again.toml", []byte(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		if diff := configDiff(c, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestNoPublicKeys: an empty file of keys proves nothing and is not one.
func TestNoPublicKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&program{}).auditCheck(path, path, ""); err == nil || !strings.Contains(err.Error(), "there is no public key") {
		t.Fatal(err)
	}
}
