package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeton/model"
	"jeton/store/state"
)

// TestNoticesAreInPlainWords harms state in every way opening finds: people are told what
// was wrong with it, and nothing of how that was found.
func TestNoticesAreInPlainWords(t *testing.T) {
	p, s := newOpen(t)
	createToken(t, s, "one")
	p.close(s)
	mark := func(change func(*applied)) func(*place) error {
		return func(c *place) error {
			editState(t, c, func(s *Store) []state.Write {
				a := applied{Format: StateFormat, Store: s.id, Seq: s.applied}
				change(&a)
				return []state.Write{{Key: state.AppliedKey(), Value: s.signer.Sign(state.AppliedKey(), a.encode())}}
			})
			return nil
		}
	}
	for want, harm := range map[string]func(c *place) error{
		"it was missing": func(c *place) error { return os.RemoveAll(filepath.Join(c.opts.Dir, stateName)) },
		"it was damaged": func(c *place) error {
			return os.WriteFile(filepath.Join(c.opts.Dir, stateName, "MANIFEST"), []byte("Bdgr"), 0o600)
		},
		"it was of another version's format":        mark(func(a *applied) { a.Format = 1 }),
		"it was found damaged before":               mark(func(a *applied) { a.Format = condemned }),
		"the last time that was from a damaged one": mark(func(a *applied) { a.Partial = true }),
		"it belonged to another store":              mark(func(a *applied) { a.Store[0]++ }),
		"it lacked events that were in it before":   mark(func(a *applied) { a.Seq-- }),
		"the journal's mark was missing":            func(c *place) error { return os.Remove(filepath.Join(c.opts.Dir, journalName, "mark")) },
	} {
		t.Run(want, func(t *testing.T) {
			c := p.crash()
			if err := harm(c); err != nil {
				t.Fatal(err)
			}
			s := c.open()
			if got := s.Health().Notice; got != "state was made again from the journal: "+want {
				t.Errorf("says %q", got)
			}
			c.close(s)
		})
	}
}

func TestMadeAgainKeepsInternalsOut(t *testing.T) {
	why := fmt.Errorf("record 52750000000000000001: %w", errors.New("sealed bytes do not open"))
	if got := madeAgain(why); strings.Contains(got, "record") || strings.Contains(got, "sealed") || !strings.Contains(got, "it was damaged") {
		t.Errorf("says %q", got)
	}
}

// TestADeactivatedUserIsToldByTheirLogin: the account of the system is not what they are
// called here.
func TestADeactivatedUserIsToldByTheirLogin(t *testing.T) {
	_, s := newOpen(t)
	account := uint32(2000)
	_, r := change1(t, s, model.AddPerson{Login: "marek", Name: "Marek", Accounts: []uint32{account}})
	u := r.(model.User)
	change1(t, s, model.SetActive{User: u.ID, Active: false})
	var unknown *model.UnknownUserError
	if _, err := s.Identify(account, model.Source{}, "root"); !errors.As(err, &unknown) || unknown.Account != "marek" {
		t.Errorf("told %v", err)
	}
}
