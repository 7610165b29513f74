package torture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"jeton/model"
	"jeton/store"
	"jeton/store/journal"
	"jeton/store/seal"
)

// damageSet is where the templates lie that every trial begins with a copy of. All are one
// store at different times, under one keyset:
//
//	old/     early, closed in order
//	closed/  late, closed in order
//	open/    the same, copied while it was open
//
// and beside the store each has the keyset, plain and under a passphrase, the anchor to
// which every head went, and a backup.
type damageSet struct{ dir string }

const (
	damagePhrase = "correct horse battery staple"
	damageStore  = "store"
	damageKeyset = "keyset"
	damageLocked = "keyset.age"
	damageAnchor = "anchor"
	damageBackup = "backup"
)

// damageKnown is what is right of a template.
type damageKnown struct {
	Values  map[model.TokenID]string // of every token
	Live    []model.TokenID          // that can be revealed and revoked
	Head    []byte                   // the newest signed one
	Answers []damageAnswer
}

var damageTemplates = []string{"old", "closed", "open"}

func damageOptions(dir string, keyset *seal.Keyset) store.Options {
	return store.Options{Dir: filepath.Join(dir, damageStore), Keyset: keyset, Anchor: filepath.Join(dir, damageAnchor)}
}

// damageMaker lives the life of the store that is damaged.
type damageMaker struct {
	damageSet
	work   string // the living store's directory
	keyset *seal.Keyset
	known  damageKnown
	store  *store.Store
	round  int
}

var (
	damageAna = model.Actor{User: 1, Source: model.Source{Door: model.DoorTerminal, Origin: "pts/3 from 10.0.0.7"}}
	damageBen = model.Actor{User: 2, Source: model.Source{Door: model.DoorTerminal}}
)

// makeDamageSet makes the templates below dir.
func makeDamageSet(ctx context.Context, dir string) error {
	m := &damageMaker{damageSet: damageSet{dir}, work: filepath.Join(dir, "work"), known: damageKnown{Values: map[model.TokenID]string{}}}
	if err := os.Mkdir(m.work, 0o700); err != nil {
		return err
	}
	var err error
	if m.keyset, err = seal.Create(filepath.Join(m.work, damageKeyset)); err != nil {
		return err
	}
	found := model.Found{Organization: "acme", Login: "ana", Account: 1000, Deployments: []string{"prod", "staging", "dev"}}
	if err := store.Create(ctx, damageOptions(m.work, m.keyset), found, damageAna.Source); err != nil {
		return err
	}
	if err := m.wrapKeyset(); err != nil {
		return err
	}
	steps := []func(context.Context) error{m.people, m.live, m.live, m.segments, m.live, m.backup, m.keep("old"),
		m.live, m.live, m.segments, m.live, m.live, m.live, m.backup, m.keep("closed"), m.keepOpen}
	for n, step := range steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("template, step %d: %w", n, err)
		}
	}
	return os.RemoveAll(m.work)
}

// wrapKeyset wraps the keyset by a passphrase with little work, as seal does with much.
func (m *damageMaker) wrapKeyset() error {
	plain, err := os.ReadFile(filepath.Join(m.work, damageKeyset))
	if err != nil {
		return err
	}
	r, err := age.NewScryptRecipient(damagePhrase)
	if err != nil {
		return err
	}
	r.SetWorkFactor(4)
	var out bytes.Buffer
	armored := armor.NewWriter(&out)
	w, err := age.Encrypt(armored, r)
	if err != nil {
		return err
	}
	_, err = w.Write(plain)
	if err := errors.Join(err, w.Close(), armored.Close()); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(m.work, damageLocked), out.Bytes(), 0o600)
}

// session opens the living store for some changes and closes it again.
func (m *damageMaker) session(ctx context.Context, do func(ctx context.Context) error) (err error) {
	if m.store, err = store.Open(ctx, damageOptions(m.work, m.keyset)); err != nil {
		return err
	}
	return errors.Join(do(ctx), m.store.Close())
}

func (m *damageMaker) change(ctx context.Context, changes ...model.Change) error {
	for _, c := range changes {
		if _, _, err := m.store.Change(ctx, damageAna, model.Request{}, c); err != nil {
			return fmt.Errorf("%T: %w", c, err)
		}
	}
	return nil
}

func (m *damageMaker) people(ctx context.Context) error {
	return m.session(ctx, func(ctx context.Context) error {
		return m.change(ctx,
			model.AddPerson{Login: "ben", Name: "Ben Élan", Grants: []model.Grant{{Deployment: 1, Role: model.Editor}}, Accounts: []uint32{1001}},
			model.AddPerson{Login: "cy", OrgAdmin: true, Accounts: []uint32{1002, 1003}},
			model.AddPerson{Login: "dee", Accounts: []uint32{1004}},
			model.AddDeployment{Name: "lab"},
			model.SetRoles{User: 2, Grants: []model.Grant{{Deployment: 1, Role: model.Admin}, {Deployment: 2, Role: model.Viewer}}},
			model.RenameOrg{Name: "Acme Rockets"})
	})
}

// live is a few days of an organization's life.
func (m *damageMaker) live(ctx context.Context) error { return m.session(ctx, m.liveOn) }

func (m *damageMaker) liveOn(ctx context.Context) error {
	m.round++
	var made []model.TokenID
	for n := range 9 {
		c := model.CreateToken{Kind: model.AgentToken, Description: fmt.Sprintf("agent %d of round %d", n, m.round)}
		if n%3 == 2 {
			owner := model.UserID(1 + n/3)
			if m.round%2 == 1 { // user 4 is active
				owner++
			}
			c = model.CreateToken{Kind: model.UserToken, Owner: owner, Description: fmt.Sprintf("script %d", 100-n)}
		}
		_, r, err := m.store.Change(ctx, damageAna, model.Request{byte(m.round), byte(n), 1}, c)
		if err != nil {
			return fmt.Errorf("create: %w", err)
		}
		made = append(made, r.(model.Token).ID)
	}
	if err := m.reveal(ctx, made); err != nil {
		return err
	}
	name := fmt.Sprintf("dev-%d", m.round)
	if err := m.change(ctx,
		model.Describe{Token: made[0], Description: "payments — " + name},
		model.SetPermissions{Token: made[1], Permissions: model.Permissions{Deployments: []model.DeploymentID{1, 3}}},
		model.SetPermissions{Token: made[3], Permissions: model.Permissions{Deployments: []model.DeploymentID{2}, AllBranches: true}},
		model.SetPermissions{Token: made[1], Permissions: model.Permissions{Deployments: []model.DeploymentID{3, 4}}},
		model.RenameDeploy{Deployment: 3, Name: name},
		model.RenamePerson{User: 4, Login: fmt.Sprintf("dee%d", m.round), Name: "Dee"},
		model.SetActive{User: 4, Active: m.round%2 == 0},
		model.Revoke{Token: made[4]}, model.Revoke{Token: made[8]}); err != nil {
		return err
	}
	m.known.Live = slices.DeleteFunc(append(m.known.Live, made...), func(id model.TokenID) bool { return id == made[4] || id == made[8] })
	return nil
}

func (m *damageMaker) reveal(ctx context.Context, ids []model.TokenID) error {
	for _, id := range ids {
		value, err := m.store.Reveal(ctx, damageAna, model.Request{}, model.Reveal{Token: id})
		if err != nil {
			return fmt.Errorf("reveal: %w", err)
		}
		m.known.Values[id] = value.Expose()
		if _, err := m.store.Check(ctx, value.Expose(), model.Place{Name: "prod"}, model.Caller{Addr: "10.0.0.7"}); err != nil {
			return fmt.Errorf("use: %w", err)
		}
	}
	return nil
}

// segments lays the journal out anew in segments of a few dozen events, as one that is a
// thousand times as long has them: the events and their order stay, the newest segment has a
// data key that seals what comes next.
func (m *damageMaker) segments(context.Context) error {
	dir := filepath.Join(m.work, damageStore, "journal")
	from, err := journal.OpenReadOnly(dir)
	if err != nil {
		return err
	}
	id := from.StoreID()
	header := func(n uint32, _ uint64) ([]byte, error) {
		if h, err := from.Header(n); err == nil {
			return h.Opaque, nil
		}
		wrapped, key, err := m.keyset.NewDataKey(append(id[:len(id):len(id)], byte(n>>24), byte(n>>16), byte(n>>8), byte(n)))
		if err == nil {
			key.Wipe()
		}
		return wrapped, err
	}
	to, err := journal.Create(journal.Options{Dir: dir + ".new", StoreID: id, SegmentSize: 24 << 10, Preallocate: 16 << 10, Header: header})
	if err != nil {
		return err
	}
	for f, err := range from.Frames(journal.Position{}) {
		if journal.IsDamage(err) {
			continue
		}
		if err != nil {
			return err
		}
		if _, err := to.Append(f.First, f.Entries); err != nil {
			return err
		}
	}
	return errors.Join(to.Close(), os.RemoveAll(dir), os.Rename(dir+".new", dir), os.RemoveAll(filepath.Join(m.work, damageStore, "state")))
}

func (m *damageMaker) backup(ctx context.Context) error {
	file := filepath.Join(m.work, damageBackup)
	if err := os.RemoveAll(file); err != nil {
		return err
	}
	_, err := store.Backup(ctx, damageOptions(m.work, m.keyset), file)
	return err
}

// keep puts the closed store aside as a template, with what is right of it.
func (m *damageMaker) keep(name string) func(context.Context) error {
	return func(ctx context.Context) error {
		image, err := readDamageImage(m.work)
		if err != nil {
			return err
		}
		if err := image.write(filepath.Join(m.dir, name)); err != nil {
			return err
		}
		return m.session(ctx, func(ctx context.Context) error { return m.keepKnown(ctx, name) })
	}
}

// keepOpen is keep for a store that is open. The journal is copied last, since heads and state
// never know what the journal does not.
func (m *damageMaker) keepOpen(ctx context.Context) error {
	return m.session(ctx, func(ctx context.Context) error {
		if err := m.liveOn(ctx); err != nil {
			return err
		}
		if err := m.awaitHead(); err != nil {
			return err
		}
		for _, part := range []string{damageKeyset, damageLocked, damageBackup, "store/lock", "store/heads", "store/state", "store/journal", damageAnchor} {
			var image damageImage
			var err error
			if info, e := os.Stat(filepath.Join(m.work, part)); e == nil && info.IsDir() {
				image, err = readDamageImage(filepath.Join(m.work, part))
			} else {
				image = damageImage{}
				image[""], err = readDamageFile(filepath.Join(m.work, part))
			}
			if err == nil {
				err = image.write(filepath.Join(m.dir, "open", part))
			}
			if err != nil {
				return err
			}
		}
		return m.keepKnown(ctx, "open")
	})
}

// awaitHead waits until the newest event is under a signed head.
func (m *damageMaker) awaitHead() error {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		lines := bytes.Split(m.store.Head(), []byte("\n"))
		if len(lines) > 1 && string(lines[1]) == fmt.Sprint(m.store.Health().Seq) {
			return nil
		}
		time.Sleep(5 * time.Millisecond) // polling: nothing tells when a head was signed
	}
	return errors.New("no head was signed for the newest event")
}

func (m *damageMaker) keepKnown(ctx context.Context, name string) error {
	m.known.Head = m.store.Head()
	m.known.Answers = damageAnswers(ctx, m.store, m.known.Values)
	raw, err := json.Marshal(m.known)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(m.dir, name+".json"), raw, 0o600)
}
