package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeton/keymap"
)

func TestConfigPrintsItselfWithReasons(t *testing.T) {
	c, err := parseConfig("/a\nb.toml", []byte("keys.setting.toggle = 'space'\nreveal.hide_after = '60s'"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := c.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\n[reveal]\n# A revealed secret is hidden after this time.\n# From 5s to 5m. Set by: \"/a\\nb.toml\":2.\nhide_after = \"1m\"\n",
		"Set by: default.\nmouse = true\n",
		"Set by: \"/a\\nb.toml\":1.\n\"setting.toggle\" = [\"space\"]\n",
		"\n# Tokens\n# Shows the secret of the selected token in its row, for a while; the reveal is recorded. Set by: default.\n\"token.reveal\" = [\"r\"]\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	if err := c.Write(failingWriter{}); err == nil {
		t.Error("a failed write is not reported")
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("no room") }

// Whatever holds, printed and read again, holds.
func TestConfigRoundTrip(t *testing.T) {
	keys := []string{"a", "b", "c", "Z", "Y", "|", "\"", "\\", "`", "#", "é", "デ", "space", "f7", "alt+q", "ctrl+g", "ctrl+t", "insert", "shift+up"}
	actions := keymap.Default().Actions()
	path := rapid.Custom(func(t *rapid.T) string { return "/" + rapid.String().Draw(t, "path") })
	rapid.Check(t, func(t *rapid.T) {
		c := defaultConfig()
		for _, s := range configSettings {
			var text string
			switch {
			case strings.HasPrefix(s.name, "store."):
				text = path.Draw(t, s.name)
			case s.truth:
				text = fmt.Sprint(rapid.Bool().Draw(t, s.name))
			case strings.HasPrefix(s.limit, "From"):
				text = time.Duration(rapid.Int64Range(0, int64(11*time.Minute)).Draw(t, s.name)).String()
			default:
				text = rapid.SampledFrom([]string{"dark", "ascii", "tmux", "off", "light", "native"}).Draw(t, s.name)
			}
			from := Origin{Source(rapid.IntRange(0, 3).Draw(t, "source")), rapid.String().Draw(t, "where"), 3}
			if next, err := c.With(s.name, text, from); err == nil {
				c = next
			}
		}
		for range rapid.IntRange(0, 6).Draw(t, "rebindings") {
			o := keymap.Override{ID: rapid.SampledFrom(actions).Draw(t, "action").ID, Keys: rapid.SliceOfN(rapid.SampledFrom(keys), 0, 3).Draw(t, "keys")}
			if next, err := c.Keys.With(o); err == nil {
				c.Keys = next
			}
		}
		var printed strings.Builder
		if err := c.Write(&printed); err != nil {
			t.Fatal(err)
		}
		again, err := parseConfig("printed.toml", []byte(printed.String()))
		if err != nil {
			t.Fatalf("%v\n%s", err, printed.String())
		}
		if diff := configDiff(c, again); diff != "" {
			t.Fatalf("%s\n%s", diff, printed.String())
		}
	})
}
