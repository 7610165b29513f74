package ui

import (
	"errors"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// settings is the Settings tab: what Organization Admins decide for everyone, and
// below it facts about this program and its surroundings, which only tell.
type settings struct {
	s       *session
	grid    grid.Grid
	request model.Request // turning a setting
	err     error
}

// setting is one row.
type setting struct {
	name  string
	value string
	style draw.Style
	edit  bool // enter edits it
	flip  bool // space turns it
}

// Rows that can be changed stand first.
const (
	rowOrganization = iota
	rowPrivate
)

func newSettings(s *session) screen {
	p := &settings{s: s}
	p.grid.Set(len(p.rows()))
	return p
}

// rows lists the settings and the facts as they are now.
func (p *settings) rows() []setting {
	t, a, o := p.s.theme, p.s.about, p.s.self.Organization
	private := setting{"Private user tokens", "off", t.Text, false, true}
	if o.Settings.PrivateUserTokens {
		private.value, private.style = "on", t.Agent
	}
	rows := []setting{{"Organization name", o.Name, t.Text, true, false}, private}
	fact := func(name, value string, style draw.Style) {
		if value == "" {
			value, style = "(none)", t.Muted
		}
		rows = append(rows, setting{name: name, value: value, style: style})
	}
	health, style := p.health()
	fact("Store health", health, style)
	fact("Events in the journal", fmt.Sprint(p.s.health.Events), t.Text)
	fact("Newest signed head", p.signed(), t.Text)
	fact("Heads are sent to", a.Anchor, t.Text)
	fact("Store directory", a.Store, t.Text)
	fact("Store open in", p.s.openIn(), t.Text)
	fact("Keyset file", a.Keyset, t.Text)
	fact("Configuration file", a.Config, t.Text)
	fact("Clipboard", p.s.clip.Ways(), t.Text)
	fact("Theme", a.Theme, t.Text)
	fact("Glyphs", a.Glyphs, t.Text)
	fact("Account", a.Account, t.Text)
	fact("Version", a.Version, t.Text)
	return rows
}

// health says in words what the store knows of its own condition.
func (p *settings) health() (string, draw.Style) {
	t, h := p.s.theme, p.s.health
	switch {
	case h.Damage != nil:
		return "damaged: " + h.Damage.Error(), t.Danger
	case h.LowSpace:
		return "disk almost full: changes and reveals are refused", t.Warning
	case h.Checking:
		return "good so far; history is being checked", t.Text
	case h.Notice != "":
		return h.Notice, t.Warning
	}
	return "good", t.Success
}

// signed says what the newest signed head covers: the beginning of its hash is what one
// compares by eye with a head kept elsewhere.
func (p *settings) signed() string {
	h := p.s.health.Signed
	if h.Events == 0 {
		return ""
	}
	text := fmt.Sprintf("up to event %d, %s, %s", h.Events, h.At, h.Hash[:8])
	if h.Epoch > 1 {
		text += fmt.Sprintf(", epoch %d", h.Epoch)
	}
	return text
}

// Title is the tab's place in the breadcrumb.
func (p *settings) Title() string { return "Settings" }

// Scope is that of the list of settings.
func (p *settings) Scope() keymap.Scope { return keymap.Settings }

// Place says where the cursor is.
func (p *settings) Place() string { return fmt.Sprintf("%d of %d", p.grid.Cursor+1, p.grid.Total) }

// Keys lists what can be done with the selected row.
func (p *settings) Keys() []keymap.Action {
	row := p.rows()[p.grid.Cursor]
	edit, toggle := p.s.action(keymap.SettingEdit, ""), p.s.action(keymap.SettingToggle, "")
	const fact = "This row only tells; it is not a setting of the organization."
	switch {
	case row.edit:
		toggle.Off = "This is a name: edit it."
	case row.flip:
		edit.Word = "turn " + onOff(!p.s.self.Organization.Settings.PrivateUserTokens)
		if pending(p.request) {
			edit.Off = "It is being saved."
		}
	default:
		edit.Off, toggle.Off = fact, fact
	}
	if row.flip {
		return []keymap.Action{edit, p.s.action(keymap.PageReload, "")}
	}
	return []keymap.Action{edit, toggle, p.s.action(keymap.PageReload, "")}
}

// Refused is the second key of what the footer shows under one: turning a setting.
func (p *settings) Refused() []keymap.Action {
	if !p.rows()[p.grid.Cursor].flip {
		return nil
	}
	off := ""
	if pending(p.request) {
		off = "It is being saved."
	}
	return []keymap.Action{p.s.action(keymap.SettingToggle, off)}
}

// Update takes actions and replies.
func (p *settings) Update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case act:
		return p, p.act(msg.id)
	case wheel:
		p.grid.Move(msg.rows, p.s.rowsShown())
	case rowChosen:
		p.grid.Go(msg.at, p.s.rowsShown())
		if msg.do != "" {
			p.s.post(act{msg.do})
		}
	case directoryRead:
		p.err = msg.err
	case changed:
		p.changed(msg)
	}
	return p, nil
}

func (p *settings) act(id keymap.ID) tea.Cmd {
	switch id {
	case keymap.PageReload:
		p.s.post(sessionAsked{})
		return nil
	case keymap.SettingEdit, keymap.SettingToggle:
		if p.grid.Cursor == rowPrivate {
			return p.flip()
		}
		if p.grid.Cursor == rowOrganization && id == keymap.SettingEdit {
			p.s.push(newOrganizationForm(p.s))
		}
	default:
		moveGrid(p.s, &p.grid, id)
	}
	return nil
}

// flip turns private user tokens on or off, as it was seen: if somebody changed the
// organization meanwhile, the store refuses and the row shows what it is now.
func (p *settings) flip() tea.Cmd {
	if pending(p.request) {
		return nil
	}
	o := p.s.self.Organization
	o.Settings.PrivateUserTokens = !o.Settings.PrivateUserTokens
	p.request = newRequest()
	return p.s.change(p.request, model.SetSettings{Revision: o.Revision, Settings: o.Settings})
}

func (p *settings) changed(m changed) {
	if !pending(p.request) || m.request != p.request {
		return
	}
	p.request = model.Request{}
	var conflict *model.ConflictError
	o, _ := m.record.(model.Organization)
	switch {
	case errors.As(m.err, &conflict):
		now, _ := conflict.Now.(model.Organization)
		p.s.say(careful, fmt.Sprintf("Not changed: %s changed the organization meanwhile. Private user tokens is %s now.",
			conflict.By, onOff(now.Settings.PrivateUserTokens)))
	case m.err != nil:
		p.s.say(bad, "Not changed: "+explain(m.err))
	case o.Settings.PrivateUserTokens:
		p.s.say(good, "Private user tokens is on: only owners create and reveal their tokens.")
	default:
		p.s.say(good, "Private user tokens is off: Organization Admins may create and reveal them too.")
	}
}

func newOrganizationForm(s *session) screen {
	was := s.self.Organization
	check := func(text string) error { _, err := model.CleanName(whatOrganization, text, false); return err }
	spec := formSpec{title: "Rename the organization", accept: "save",
		inputs: []input{{what: whatOrganization, label: "Name", needed: true, check: check, field: newField(was.Name),
			note: fmt.Sprintf("At most %d characters.", model.MaxName)}},
		needed: func(in *inputs) (model.Change, error) {
			name, err := model.CleanName(whatOrganization, in.text(whatOrganization), false)
			if err != nil || name == was.Name {
				return nil, err
			}
			return model.RenameOrg{Revision: was.Revision, Name: name}, nil
		},
		kept: func(r model.Record) {
			if now, ok := r.(model.Organization); ok {
				was = now
			}
		},
		theirs: func(r model.Record) string {
			now, ok := r.(model.Organization)
			if !ok || now.Name == was.Name {
				was.Revision = now.Revision
				return "changed its settings"
			}
			was = now
			return fmt.Sprintf("renamed it to %q", was.Name)
		},
		said: func() string { return "The organization is called " + was.Name + " now." },
	}
	return newForm(s, spec)
}
