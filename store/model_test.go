package store

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jeton/model"
)

// TestModel does random things to a store and to the reference, with the store
// closed, killed, robbed of its state or torn at any moment, and compares.
func TestModel(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := f.Value.Set("10"); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		m := newMachine(t)
		defer func() { m.place.close(m.store) }()
		rt.Repeat(map[string]func(*rapid.T){
			"change":      m.change,
			"group":       m.group,
			"reopen":      m.reopen,
			"crash":       m.crash,
			"deleteState": m.deleteState,
			"tornTail":    m.tornTail,
			"halfState":   m.halfState,
			"":            m.compare,
		})
	})
}

type machine struct {
	t     *testing.T
	place *place
	store *Store
	ref   *reference
}

func newMachine(t *testing.T) *machine {
	p, s := newOpen(t)
	m := &machine{t: t, place: p, store: s, ref: newReference()}
	found := model.Found{Organization: "acme", Login: "ana", Account: 1000, Deployments: []string{"prod", "staging"}}
	if err := m.ref.change(ana, model.TimeOf(p.opts.Clock()), found, model.Secret{}); err != nil {
		t.Fatal(err)
	}
	return m
}

// tick moves the clock to another minute, so that every refusal is written.
func (m *machine) tick() { m.place.tick() }

func (m *machine) draw(rt *rapid.T) (model.Actor, model.Change) {
	actor := ana
	actor.User = model.UserID(rapid.IntRange(1, 4).Draw(rt, "actor"))
	token := model.TokenID(rapid.IntRange(1, 8).Draw(rt, "token"))
	user := model.UserID(rapid.IntRange(1, 4).Draw(rt, "user"))
	dep := model.DeploymentID(rapid.IntRange(1, 4).Draw(rt, "deployment"))
	revision := uint64(rapid.IntRange(0, 3).Draw(rt, "revision"))
	text := rapid.SampledFrom([]string{"", "nightly", "データ", "Übung", "a\x1b]52;c;x"}).Draw(rt, "text")
	name := rapid.SampledFrom([]string{"ben", "eva", "kim", "Prod", "eu"}).Draw(rt, "name")
	var grants []model.Grant
	if rapid.Bool().Draw(rt, "granted") {
		grants = []model.Grant{{Deployment: dep, Role: model.Editor}}
	}
	var accounts []uint32
	if rapid.Bool().Draw(rt, "bound") {
		accounts = []uint32{uint32(1000 + user)}
	}
	admin := rapid.Bool().Draw(rt, "admin")
	return actor, rapid.SampledFrom([]model.Change{
		model.CreateToken{Kind: model.AgentToken, Description: text},
		model.CreateToken{Kind: model.UserToken, Owner: user, Description: text},
		model.Describe{Token: token, Description: text, Revision: revision},
		model.SetPermissions{Token: token, Permissions: model.Permissions{Deployments: []model.DeploymentID{dep}}},
		model.SetPermissions{Token: token, Permissions: model.Permissions{Deployments: []model.DeploymentID{1, dep, 2}, AllBranches: admin}},
		model.Reveal{Token: token, Copy: admin},
		model.Revoke{Token: token},
		model.AddPerson{Login: name, OrgAdmin: admin, Grants: grants, Accounts: accounts},
		model.RenamePerson{User: user, Login: name},
		model.SetRoles{User: user, OrgAdmin: admin, Grants: grants},
		model.SetAccounts{User: user, Accounts: accounts},
		model.SetActive{User: user, Active: admin},
		model.AddDeployment{Name: name},
		model.RenameDeploy{Deployment: dep, Name: name},
		model.RemoveDeployment{Deployment: dep},
		model.RenameOrg{Name: name},
		model.SetSettings{Settings: model.Settings{PrivateUserTokens: admin}},
	}).Draw(rt, "change")
}

func (m *machine) change(rt *rapid.T) {
	m.tick()
	actor, c := m.draw(rt)
	j := &job{actor: actor, ask: c}
	if ct, ok := c.(model.CreateToken); ok {
		if err := m.store.newValue(j, ct.Kind); err != nil {
			rt.Fatal(err)
		}
	}
	got := m.store.submit(ctx, j)
	m.sameError(rt, c, got.err, m.ref.change(actor, model.TimeOf(m.place.opts.Clock()), c, j.value))
}

// group puts several changes into one frame.
func (m *machine) group(rt *rapid.T) {
	var jobs []*job
	m.tick()
	m.close()
	m.store = m.place.openIdle()
	for range rapid.IntRange(2, 6).Draw(rt, "size") {
		actor, c := m.draw(rt)
		j := &job{actor: actor, ask: c, answer: make(chan answer, 1)}
		if ct, ok := c.(model.CreateToken); ok {
			if err := m.store.newValue(j, ct.Kind); err != nil {
				rt.Fatal(err)
			}
		}
		jobs = append(jobs, j)
	}
	m.store.commit(jobs, false)
	for _, j := range jobs {
		err := m.ref.change(j.actor, model.TimeOf(m.place.opts.Clock()), j.ask, j.value)
		m.sameError(rt, j.ask, (<-j.answer).err, err)
	}
	go m.store.run()
}

// close closes the store, which writes down what it counted.
func (m *machine) close() {
	m.place.close(m.store)
	m.ref.due(-1)
}

// move goes on with a copy of an open store, which has forgotten its counts.
func (m *machine) move(copied *place) {
	m.place.close(m.store)
	m.place = copied
	clear(m.ref.counts)
}

func (m *machine) sameError(rt *rapid.T, c model.Change, got, want error) {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		rt.Fatalf("%#v: store says %v, reference %v", c, got, want)
	}
}

func (m *machine) reopen(*rapid.T) {
	m.close()
	m.store = m.place.open()
}

func (m *machine) crash(*rapid.T) {
	copied := m.place.crash()
	m.move(copied)
	m.store = copied.open()
}

func (m *machine) deleteState(rt *rapid.T) {
	if rapid.Bool().Draw(rt, "crashed") {
		m.move(m.place.crash())
	} else {
		m.close()
	}
	if err := os.RemoveAll(filepath.Join(m.place.opts.Dir, stateName)); err != nil {
		rt.Fatal(err)
	}
	m.store = m.place.open()
	if n := m.store.Health().Notice; !strings.Contains(n, "made again") {
		rt.Fatalf("state was deleted and the notice is %q", n)
	}
}

// halfState loses one file of an unclosed state.
func (m *machine) halfState(rt *rapid.T) {
	copied := m.place.crash()
	m.move(copied)
	files, err := os.ReadDir(filepath.Join(copied.opts.Dir, stateName))
	if err != nil {
		rt.Fatal(err)
	}
	f := files[rapid.IntRange(0, len(files)-1).Draw(rt, "file")]
	path := filepath.Join(copied.opts.Dir, stateName, f.Name())
	if rapid.Bool().Draw(rt, "zeroed") {
		info, _ := f.Info()
		err = os.WriteFile(path, make([]byte, min(info.Size(), 1<<20)), 0o600)
	} else {
		err = os.Remove(path)
	}
	if err != nil {
		rt.Fatal(err)
	}
	m.store = copied.open()
}

// tornTail leaves the beginning of a frame behind the last one.
func (m *machine) tornTail(rt *rapid.T) {
	for before := m.store.applied; m.store.applied == before; { // behind a clean mark it would be damage
		m.change(rt)
	}
	end := m.store.log.End()
	copied := m.place.crash()
	m.move(copied)
	f, err := os.OpenFile(lastSegment(m.t, copied.opts.Dir), os.O_RDWR, 0)
	if err != nil {
		rt.Fatal(err)
	}
	garbage := append([]byte("jfrm"), bytes.Repeat([]byte{0xa5}, rapid.IntRange(1, 300).Draw(rt, "torn"))...)
	if _, err := f.WriteAt(garbage, end.Offset); err != nil {
		rt.Fatal(err)
	}
	if err := f.Close(); err != nil {
		rt.Fatal(err)
	}
	m.store = copied.open()
	if h := m.store.Health(); h.Damage != nil || !strings.Contains(h.Notice, "never acknowledged") {
		rt.Fatalf("health after a torn write: %+v", h)
	}
}

func lastSegment(t testing.TB, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, journalName, "*.segment"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no segments: %v", err)
	}
	slices.Sort(names)
	return names[len(names)-1]
}
