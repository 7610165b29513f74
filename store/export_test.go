package store

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"jeton/model"
	"jeton/store/merkle"
)

// TestExport writes everything and selections, which the public key alone checks, while
// the store is open.
func TestExport(t *testing.T) {
	p, _ := historied(t)
	s := p.open()
	c, err := OpenChronicle(p.opts)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := verifiers(p.opts.Keyset, s.id)
	if err != nil {
		t.Fatal(err)
	}
	for name, keep := range map[string]func(Passage) bool{
		"everything": nil,
		"one":        func(p Passage) bool { return p.Event.Seq == 3 },
		"revoking":   func(p Passage) bool { return p.Event.Action == model.RevokeAgentToken },
		"nothing":    func(Passage) bool { return false },
	} {
		var out bytes.Buffer
		if err := c.Export(ctx, &out, keep); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sum, err := CheckExport(bytes.NewReader(out.Bytes()), keys)
		if err != nil || sum.Complete != (keep == nil) || sum.Head.Size != 6 {
			t.Fatalf("%s: %+v, %v", name, sum, err)
		}
		if keep == nil && (sum.Events != 6 || !strings.Contains(out.String(), `"action":"REVOKE_AGENT_TOKEN"`)) {
			t.Fatalf("%+v in\n%s", sum, out.String())
		}
		refuseEveryChange(t, name, out.Bytes(), func(b []byte) error {
			_, err := CheckExport(bytes.NewReader(b), keys)
			return err
		})
	}
}

// refuseEveryChange changes letters and digits of an export, one at a time.
func refuseEveryChange(t *testing.T, name string, export []byte, check func([]byte) error) {
	t.Helper()
	for at := 0; at < len(export); at += 3 {
		b := bytes.Clone(export)
		if b[at] ^= 1; b[at] == '\n' || b[at] == ' ' {
			continue
		}
		if err := check(b); err == nil {
			t.Fatalf("%s: byte %d of %d changed from %q to %q and it is good:\n%s", name, at, len(export), export[at], b[at], b)
		}
	}
}

// TestExportOfDamage ends at what cannot be proven.
func TestExportOfDamage(t *testing.T) {
	p, _ := historied(t)
	s := p.open()
	end := s.log.End().Offset
	p.close(s)
	flip(t, lastSegment(t, p.opts.Dir), end-40)
	c, err := OpenChronicle(p.opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Export(ctx, &bytes.Buffer{}, nil); err == nil || !strings.Contains(err.Error(), "event 6") {
		t.Fatalf("%v", err)
	}
	if _, err := CheckExport(strings.NewReader("{}\n"), nil); err == nil || errors.As(err, new(*merkle.BadLine)) == false {
		t.Fatalf("no export: %v", err)
	}
}
