package ui

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// personForm adds a user or changes a login, a name and the accounts. The host is
// asked about accounts outside of Update: it may ask the network in turn.
type personForm struct {
	*form
	was      model.User // as the store has it; the zero User while adding
	gen      int        // of the question under way
	asked    string     // accounts as they were asked about
	uids     []uint32   // what asked came to
	known    bool       // asked is answered, and every account in it exists
	guessed  bool       // the accounts in the field are our guess from the login
	entered  bool       // enter was pressed before the answer came
	unbidden bool       // the field was typed in: no more guessing
}

// What the form calls its fields, as errors of the model do.
const (
	whatLogin   = "login"
	whatName    = "name"
	whatAccount = "account"
	whatRole    = "role"
)

// pause is how long typing rests before the host is asked about a login.
const pause = 250 * time.Millisecond

type (
	accountsDue   struct{ gen int }
	accountsFound struct {
		gen   int
		text  string
		uids  []uint32
		err   error
		guess bool
	}
)

func newPersonForm(s *session, p model.User) screen {
	f := &personForm{was: p}
	login := func(text string) error { _, err := model.CleanLogin(text); return err }
	name := func(text string) error { _, err := model.CleanName(whatName, text, true); return err }
	spec := formSpec{title: "Add user", accept: "add", kept: f.kept, theirs: f.theirs, said: f.said, needed: f.needed,
		inputs: []input{
			{what: whatLogin, label: "Login", note: "Lower-case letters, digits and . _ - @ +", needed: true, check: login, field: newField(p.Login)},
			{what: whatName, label: "Name", note: "The person's name; may stay empty.", check: name, field: newField(p.Name)},
			{what: whatAccount, label: "Account", note: "User of this host who is this person: a name or a number, several with commas; may stay empty."},
		}}
	if p.ID == 0 {
		spec.inputs = append(spec.inputs, input{what: whatRole, label: "Role", note: "Organization Admin", toggle: true})
	} else {
		spec.title, spec.accept = "Rename user "+p.Login, "save"
		spec.inputs[2].field = newField(strings.Trim(strings.ReplaceAll(fmt.Sprint(p.Accounts), " ", ", "), "[]"))
		f.asked, f.uids, f.known, f.unbidden = spec.inputs[2].field.text, p.Accounts, true, true
	}
	f.form = newForm(s, spec)
	return f
}

// Update does what every form does, and asks the host about accounts.
func (f *personForm) Update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case accountsDue:
		return f, f.due(msg)
	case accountsFound:
		return f, f.found(msg)
	case act:
		if msg.id == keymap.FormAccept {
			return f, f.enter()
		}
	}
	login, accounts := f.inputs.text(whatLogin), f.inputs.text(whatAccount)
	_, cmd := f.form.Update(msg)
	switch msg.(type) {
	case act, tea.KeyMsg:
		f.entered = false // something else was wanted before the host answered
	}
	if f.inputs.text(whatAccount) != accounts {
		f.unbidden, f.guessed = true, false
	} else if f.inputs.text(whatLogin) != login && !f.unbidden {
		return f, tea.Batch(cmd, f.later())
	}
	return f, cmd
}

// later asks about the login as an account when typing rests.
func (f *personForm) later() tea.Cmd {
	f.gen++
	f.known = false
	gen := f.gen
	return tea.Tick(pause, func(time.Time) tea.Msg { return accountsDue{gen} })
}

func (f *personForm) due(m accountsDue) tea.Cmd {
	if m.gen != f.gen {
		return nil
	}
	return f.ask(f.inputs.text(whatLogin), true)
}

// ask asks the host which accounts these are.
func (f *personForm) ask(text string, guess bool) tea.Cmd {
	f.gen++
	gen := f.gen
	return f.s.ask(func(context.Context) tea.Msg {
		uids, err := hostAccounts(text)
		return accountsFound{gen, text, uids, err, guess}
	})
}

// found takes the host's answer in. A guess fills the field; what was typed there is
// judged.
func (f *personForm) found(m accountsFound) tea.Cmd {
	if m.gen != f.gen {
		return nil
	}
	in := f.inputs.input(whatAccount)
	switch {
	case m.guess && m.err == nil && len(m.uids) > 0:
		in.field, in.err, f.guessed = newField(m.text), nil, true
	case m.guess:
		in.field, in.err, f.guessed = field{}, nil, false
		m.text, m.uids = "", nil
	case m.err != nil:
		in.err, f.entered = m.err, false
		f.inputs.at = slices.IndexFunc(f.inputs.list, func(i input) bool { return i.what == whatAccount })
		return nil
	}
	f.asked, f.uids, f.known = m.text, m.uids, true
	if f.entered {
		f.entered = false
		return f.form.accept()
	}
	return nil
}

// enter saves once it is known which accounts are meant.
func (f *personForm) enter() tea.Cmd {
	if f.saving() || f.entered || !f.inputs.ready() {
		return nil
	}
	accounts := f.inputs.text(whatAccount)
	switch {
	case f.known && accounts == f.asked:
		return f.form.accept()
	case !f.unbidden:
		f.entered = true
		return f.ask(f.inputs.text(whatLogin), true)
	}
	f.entered = true
	return f.ask(accounts, false)
}

// needed compares the fields with what the store has.
func (f *personForm) needed(in *inputs) (model.Change, error) {
	login, err := model.CleanLogin(in.text(whatLogin))
	if err != nil {
		return nil, err
	}
	name, err := model.CleanName(whatName, in.text(whatName), true)
	if err != nil {
		return nil, err
	}
	switch {
	case f.was.ID == 0:
		return model.AddPerson{Login: login, Name: name, OrgAdmin: in.input(whatRole).yes, Accounts: f.uids}, nil
	case login != f.was.Login || name != f.was.Name:
		return model.RenamePerson{User: f.was.ID, Revision: f.was.Revision, Login: login, Name: name}, nil
	case !slices.Equal(sorted(f.uids), sorted(f.was.Accounts)):
		return model.SetAccounts{User: f.was.ID, Revision: f.was.Revision, Accounts: f.uids}, nil
	}
	return nil, nil
}

func sorted(in []uint32) []uint32 {
	out := slices.Clone(in)
	slices.Sort(out)
	return slices.Compact(out)
}

func (f *personForm) kept(r model.Record) {
	added := f.was.ID == 0
	if u, ok := r.(model.User); ok {
		f.was = u
	}
	if added {
		f.uids = f.was.Accounts
	}
}

func (f *personForm) theirs(r model.Record) string {
	now, ok := r.(model.User)
	if !ok {
		return "changed this user"
	}
	was := f.was
	f.was = now
	switch {
	case now.Login != was.Login:
		return "renamed this user to " + now.Login
	case now.Name != was.Name:
		return fmt.Sprintf("changed the name to %q", now.Name)
	case !slices.Equal(now.Accounts, was.Accounts):
		return "changed the accounts (" + accountsOf(now) + ")"
	}
	return "changed this user's roles or state"
}

func (f *personForm) said() string {
	if f.spec.accept != "add" {
		return "Saved " + f.was.Login + "."
	}
	if f.was.OrgAdmin {
		return "Added " + f.was.Login + ", Organization Admin."
	}
	return fmt.Sprintf("Added %s, no role yet: %s gives one.", f.was.Login, keyName(f.s, keymap.UserRoles))
}

// Draw says beside a guessed account where it comes from.
func (f *personForm) Draw(width, height int) draw.Frame {
	in := f.form.inputs
	if f.guessed {
		list := slices.Clone(in.list)
		for i := range list {
			if list[i].what == whatAccount {
				list[i].always = true
				list[i].note = fmt.Sprintf("uid %s on this host, guessed from the login; empty it if that is somebody else.",
					strings.Trim(fmt.Sprint(f.uids), "[]"))
			}
		}
		in.list = list
	}
	shown := *f.form
	shown.inputs = in
	return shown.Draw(width, height)
}

// hostAccounts finds the users of this host that are named, by name or by number and
// with commas between them.
func hostAccounts(text string) ([]uint32, error) {
	var out []uint32
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		number := part
		switch _, err := strconv.ParseUint(part, 10, 32); {
		case errors.Is(err, strconv.ErrRange):
			return nil, fmt.Errorf("%s is too large for a number of this host's users: at most %d", part, uint32(math.MaxUint32))
		case err != nil:
			u, err := user.Lookup(part)
			if err != nil {
				return nil, fmt.Errorf("no user of this host is called %s: type another name, or a number", part)
			}
			number = u.Uid
		}
		uid, err := strconv.ParseUint(number, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%s has no numeric account here: type the number", part)
		}
		out = append(out, uint32(uid))
	}
	return out, nil
}
