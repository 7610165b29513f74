package store

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestPipesInPlaceOfFiles puts a pipe that nobody writes to in the place of a file: that is
// said, and not waited for.
func TestPipesInPlaceOfFiles(t *testing.T) {
	for _, name := range []string{"segment", "mark", headsName} {
		t.Run(name, func(t *testing.T) {
			p, s := newOpen(t)
			createToken(t, s, "one")
			p.close(s)
			path := filepath.Join(p.opts.Dir, name)
			switch name {
			case "segment":
				path = lastSegment(t, p.opts.Dir)
			case "mark":
				path = filepath.Join(p.opts.Dir, journalName, name)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Skip(err)
			}
			waits, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			ended := make(chan error, 2)
			go func() {
				a, err := AuditStore(waits, Auditing{Options: p.opts})
				if err == nil && a.Verdict == Good && name != "mark" {
					t.Errorf("the audit found nothing: %+v", a)
				}
				ended <- err
				opened, err := Open(waits, p.opts)
				if err == nil {
					err = opened.Close()
				}
				ended <- err
			}()
			for _, what := range []string{"the audit", "opening"} {
				select {
				case err := <-ended:
					t.Logf("%s: %v", what, err)
				case <-waits.Done():
					t.Fatalf("%s waits", what)
				}
			}
		})
	}
}
