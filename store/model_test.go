package store

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"jeton/model"
)

// TestModel does random things to a store and to the reference, with the store closed,
// killed, robbed of its state, torn, short of disk, backed up and restored at any moment,
// and compares. The long run is
//
//	go test ./store -run '^TestModel$' -rapid.checks=10000 -timeout 0
func TestModel(t *testing.T) {
	setDefault(t, "rapid.checks", "10")
	setDefault(t, "rapid.steps", "20")
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // each opening takes memory for a table
	rapid.Check(t, func(rt *rapid.T) {
		m := newMachine(t, rt)
		defer m.end()
		rt.Repeat(map[string]func(*rapid.T){
			"changes": m.changes,
			"group":   m.group,
			"reveal":  m.reveal,
			"checks":  m.checks,
			"put":     m.put,
			"space":   m.space,
			"stop":    m.stop,
			"backup":  m.backup,
			"restore": m.restore,
			"":        m.compare,
		})
		m.close(rt)
		m.audit(rt)
	})
}

func setDefault(t *testing.T, name, value string) {
	t.Helper()
	if f := flag.Lookup(name); f.Value.String() == f.DefValue {
		if err := f.Value.Set(value); err != nil {
			t.Fatal(err)
		}
	}
}

// machine is a store and what it should be. Nothing of the store runs by itself: who
// changes something commits it, and heads are signed when the machine says so, so that
// what failed once fails again.
type machine struct {
	t      *testing.T
	dir    string // of everything
	dirs   int
	place  *place
	free   *atomic.Uint64
	store  *Store // nil: closed
	ref    *reference
	used   map[model.TokenID]useCount
	hidden map[model.TokenID]useCount // see lostUses

	epoch uint64
	heads []seenHead // kept elsewhere
	taken []takenBackup
}

type seenHead struct {
	text   []byte
	events []happened
}

func newMachine(t *testing.T, rt *rapid.T) *machine {
	dir, err := os.MkdirTemp("", "jeton-model-")
	if err != nil {
		rt.Fatal(err)
	}
	m := &machine{t: t, dir: dir, place: newPlaceIn(t, dir), free: &atomic.Uint64{}, ref: newReference(), used: map[model.TokenID]useCount{}, epoch: 1}
	m.place.opts.FreeSpace = func(string) (uint64, error) { return m.free.Load(), nil }
	m.free.Store(muchRoom)
	m.place.create()
	found := model.Found{Organization: "acme", Login: "ana", Account: 1000, Deployments: []string{"prod", "staging"}}
	if err := m.ref.change(ana, model.TimeOf(m.place.opts.Clock()), found, model.Secret{}); err != nil {
		rt.Fatal(err)
	}
	m.open(rt)
	return m
}

// end lets go of everything, whatever failed.
func (m *machine) end() {
	if m.store != nil {
		go m.store.run() // closing waits for it
		_ = m.store.Close()
	}
	if err := os.RemoveAll(m.dir); err != nil {
		m.t.Error(err)
	}
}

// fresh is a name that nothing has yet.
func (m *machine) fresh(what string) string {
	m.dirs++
	return filepath.Join(m.dir, fmt.Sprintf("%s-%d", what, m.dirs))
}

func (m *machine) open(rt *rapid.T) {
	s, err := openFiles(ctx, m.place.opts)
	if err != nil {
		rt.Fatal(err)
	}
	m.store = s
	m.lostUses(rt)
}

// close closes the store, which writes down what it counted and signs a head.
func (m *machine) close(rt *rapid.T) {
	low, store := m.short(), m.store
	go store.run() // closing waits for it
	err := store.Close()
	head := store.Head()
	m.store = nil
	if err != nil {
		rt.Fatal(err)
	}
	if low {
		clear(m.ref.counts) // nothing that only counts is written any more
	} else {
		m.ref.due(-1)
	}
	if h, err := readHeadFile(filepath.Join(m.place.opts.Dir, headsName)); err != nil || string(h.text) != string(head) || h.tree.Size() != uint64(len(m.ref.events)) {
		rt.Fatalf("the head after closing is over %d of %d events (%v)", h.tree.Size(), len(m.ref.events), err)
	}
	m.keep(head)
}

// sign signs a head over all events.
func (m *machine) sign() {
	m.store.notary.sign()
	m.keep(m.store.Head())
}

// keep keeps a head over all events elsewhere, as an anchor does.
func (m *machine) keep(head []byte) {
	m.heads = append(m.heads, seenHead{head, slices.Clone(m.ref.events)})
}

// move goes on with a copy of an open store, which has forgotten its counts.
func (m *machine) move(rt *rapid.T) {
	copied := *m.place
	copied.opts.Dir = m.fresh("store")
	m.place.copyTo(copied.opts.Dir)
	store := m.store
	m.store = nil
	go store.run()
	if err := store.Close(); err != nil {
		rt.Fatal(err)
	}
	if err := os.RemoveAll(m.place.opts.Dir); err != nil {
		rt.Fatal(err)
	}
	m.place = &copied
	clear(m.ref.counts)
}

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
		model.CreateToken{Kind: model.ServiceToken, Description: text},
		model.Describe{Token: token, Description: text, Revision: revision},
		model.SetPermissions{Token: token, Permissions: model.Permissions{Deployments: []model.DeploymentID{dep}}},
		model.SetPermissions{Token: token, Permissions: model.Permissions{Deployments: []model.DeploymentID{1, dep, 2}, AllBranches: admin}},
		model.SetPermissions{Token: token, Permissions: model.Permissions{Deployments: []model.DeploymentID{dep}, OrgAgent: true}},
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

// job draws a change, with the value of the token it may create.
func (m *machine) job(rt *rapid.T) *job {
	actor, c := m.draw(rt)
	j := &job{actor: actor, ask: c, answer: make(chan answer, 1)}
	if ct, ok := c.(model.CreateToken); ok {
		if err := m.store.newValue(j, ct.Kind); err != nil {
			rt.Fatal(err)
		}
	}
	return j
}

// changes are changes that come one by one.
func (m *machine) changes(rt *rapid.T) {
	for range rapid.IntRange(1, 6).Draw(rt, "changes") {
		m.place.tick() // so that every refusal is written
		j := m.job(rt)
		got := m.store.submit(ctx, j)
		m.sameError(rt, j.ask, got.err, m.expect(j))
	}
}

// group puts several changes into one frame.
func (m *machine) group(rt *rapid.T) {
	var jobs []*job
	m.place.tick()
	for range rapid.IntRange(2, 6).Draw(rt, "size") {
		jobs = append(jobs, m.job(rt))
	}
	m.store.turn.Lock()
	m.store.commitAll(jobs)
	m.store.turn.Unlock()
	for _, j := range jobs {
		m.sameError(rt, j.ask, (<-j.answer).err, m.expect(j))
	}
}

// reveal asks for the value of a token: what comes is the value, and an event before it.
func (m *machine) reveal(rt *rapid.T) {
	m.place.tick()
	actor := ana
	actor.User = model.UserID(rapid.IntRange(1, 4).Draw(rt, "actor"))
	ask := model.Reveal{Token: model.TokenID(rapid.IntRange(1, 8).Draw(rt, "token")), Copy: rapid.Bool().Draw(rt, "copy")}
	secret, err := m.store.Reveal(ctx, actor, model.Request{}, ask)
	m.sameError(rt, ask, err, m.expect(&job{actor: actor, ask: ask}))
	if want := m.ref.values[ask.Token]; err == nil && (secret != want || secret.Empty()) || err != nil && !secret.Empty() {
		rt.Fatalf("the value of token %d is another one (%v)", ask.Token, err)
	}
}

// expect has the reference do what the store was asked for.
func (m *machine) expect(j *job) error {
	at := model.TimeOf(m.place.opts.Clock())
	if m.short() {
		return m.ref.changeOnFullDisk(j.actor, at, j.ask)
	}
	return m.ref.change(j.actor, at, j.ask, j.value)
}

func (m *machine) sameError(rt *rapid.T, c model.Change, got, want error) {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		rt.Fatalf("%#v: store says %v, reference %v", c, got, want)
	}
}
