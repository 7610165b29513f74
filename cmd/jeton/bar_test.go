package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
)

// TestBar draws what is done: nothing, half, all, and more than there was to be done.
func TestBar(t *testing.T) {
	for _, c := range []struct {
		at   model.Progress
		want string
	}{
		{model.Progress{Done: 0, Total: 0}, "[" + strings.Repeat("-", barWidth) + "] 0 of 0"},
		{model.Progress{Done: 5, Total: 10}, "[" + strings.Repeat("#", barWidth/2) + strings.Repeat("-", barWidth/2) + "] 5 of 10"},
		{model.Progress{Done: 10, Total: 10}, "[" + strings.Repeat("#", barWidth) + "] 10 of 10"},
		{model.Progress{Done: 4096, Total: 10}, "[" + strings.Repeat("#", barWidth) + "] 4096 of 10"},
	} {
		out, err := os.Create(filepath.Join(t.TempDir(), "terminal"))
		if err != nil {
			t.Fatal(err)
		}
		(&bar{out: out}).progress(c.at)
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(out.Name()); err != nil || string(text) != "\r"+c.want {
			t.Errorf("drew %q, %v; want %q", text, err, c.want)
		}
	}
}
