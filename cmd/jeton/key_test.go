package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPassphrase wraps a keyset, opens the screens with it, mistypes, exports, and makes
// it plain again. The passphrase is never shown.
func TestPassphrase(t *testing.T) {
	env := founded(t)
	dir := strings.TrimPrefix(env[0], "HOME=")
	const phrase = "correct horse"
	run := func(says string, talk func(c *console), args ...string) {
		t.Helper()
		c := start(t, 100, 24, env, jeton(t), args...)
		talk(c)
		c.wait()
		if !strings.Contains(c.stderr.String(), says) {
			t.Errorf("%v says %q, want %q", args, c.stderr.String(), says)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if strings.Contains(c.all.String(), phrase) {
			t.Errorf("%v shows the passphrase", args)
		}
	}
	if _, errs, code := command(t, env, "key", "passphrase"); code != 1 || !strings.Contains(errs, "the passphrase of the keyset is asked for on a terminal") {
		t.Errorf("without a terminal it ends with %d, says %q", code, errs)
	}
	run("not the same; nothing was changed", func(c *console) {
		c.until("New passphrase")
		c.press(phrase + enter)
		c.until("The same again")
		c.press(phrase + "r" + enter)
	}, "key", "passphrase")
	run("", func(c *console) {
		c.until("New passphrase")
		c.press(phrase + enter)
		c.until("The same again")
		c.press(phrase + enter)
		c.until("is wrapped by the passphrase")
	}, "key", "passphrase")
	if out, errs, code := command(t, env, "audit", "key"); code != 1 || out != "" || !strings.Contains(errs, "asked for on a terminal") {
		t.Errorf("without a terminal: %d, %q, %q", code, out, errs)
	}
	run("that is not its passphrase", func(c *console) {
		c.until("Passphrase of the keyset")
		c.press("wrong" + enter)
		c.when("a second question", func(screen string) bool { return strings.Count(screen, "Passphrase of the keyset") == 2 })
		c.press(phrase + enter)
		c.until("No agent tokens yet")
		c.press("q")
	})
	for _, args := range [][]string{{"audit", "verify"}, {"audit", "key"}} {
		c := start(t, 100, 24, env, jeton(t), args...)
		c.until("Passphrase of the keyset")
		c.press("\x03")
		if code := c.wait(); code != 130 || c.stderr.String() != "" {
			t.Errorf("%q: ctrl+c ended with %d, said %q", args, code, c.stderr.String())
		}
	}
	copied := filepath.Join(dir, "copy")
	run("does not belong on a screen", func(*console) {}, "key", "export")
	run("", func(c *console) {
		c.until("Passphrase of the keyset")
		c.press(phrase + enter)
	}, "key", "export", copied)
	text, err := os.ReadFile(copied)
	if err != nil || !strings.Contains(string(text), "BEGIN AGE ENCRYPTED FILE") {
		t.Fatalf("the export is %q (%v)", text, err)
	}
	run("", func(c *console) {
		c.until("Passphrase of the keyset")
		c.press(phrase + enter)
		c.until("New passphrase")
		c.press(enter)
		c.until("The same again")
		c.press(enter)
		c.until("has no passphrase")
	}, "key", "passphrase", "--keyset", copied)
	if _, errs, code := command(t, env, "audit", "key", "--keyset", copied); code != 0 {
		t.Errorf("the copy does not open: %q", errs)
	}
}

func TestReadHidden(t *testing.T) {
	for typed, want := range map[string]string{"abc\r": "abc", "ab\x7fc\n": "ac", "üä\x7f\x08x\r": "x", "\x7f\r": "", "junk\x15ok\r": "ok", "a b\r": "a b"} {
		if got, err := readHidden(strings.NewReader(typed)); err != nil || string(got) != want {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"abc\x03", "\x04", "abc"} {
		if got, err := readHidden(strings.NewReader(typed)); err == nil || got != nil {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
}
