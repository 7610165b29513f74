package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
)

// TestNoHeaderLeft cuts the only segment inside its header: the mark tells whose journal
// it was and state has its key, so reading and revoking go on, here and after reopening.
func TestNoHeaderLeft(t *testing.T) {
	p, s := newOpen(t)
	createToken(t, s, "keep")
	die := createToken(t, s, "die")
	p.close(s)
	for _, size := range []int64{0, 100} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			c := p.crash()
			path := lastSegment(t, c.opts.Dir)
			if err := os.Truncate(path, size); err != nil {
				t.Fatal(err)
			}
			s := c.open()
			damaged(t, s, die.ID)
			if d := s.Health().Damage; !strings.Contains(d.What, filepath.Base(path)) {
				t.Errorf("the file is not named: %v", d)
			}
			c.close(s)
			s = c.open()
			if got, err := s.durableToken(die.ID); err != nil || !got.Revoked() {
				t.Errorf("after reopening: %+v, %v", got, err)
			}
			if info, err := os.Stat(path); err != nil || info.Size() != size {
				t.Errorf("the damaged file was changed: %v", err)
			}
		})
	}
}

// TestNothingTellsWhoseItIs leaves neither a header nor a mark, or no segment at all: the
// error says which file, and what to do, once.
func TestNothingTellsWhoseItIs(t *testing.T) {
	p, s := newOpen(t)
	p.close(s)
	for name, harm := range map[string]func(dir, segment string) error{
		"no header": func(dir, segment string) error {
			return errors.Join(os.Truncate(segment, 0), os.Remove(filepath.Join(dir, journalName, "mark")))
		},
		"no segment": func(_, segment string) error { return os.Remove(segment) },
	} {
		t.Run(name, func(t *testing.T) {
			c := p.crash()
			segment := lastSegment(t, c.opts.Dir)
			if err := harm(c.opts.Dir, segment); err != nil {
				t.Fatal(err)
			}
			_, err := Open(ctx, c.opts)
			var d *model.DamageError
			if !errors.As(err, &d) || strings.Count(err.Error(), "restore") != 1 || strings.Contains(err.Error(), "byte 0") {
				t.Fatalf("says %v", err)
			}
			if name == "no header" && !strings.Contains(err.Error(), filepath.Base(segment)) {
				t.Errorf("does not name the file: %v", err)
			}
		})
	}
}
