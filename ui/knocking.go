package ui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// knocksEvery is how often it is looked for tokens that still knock while their page is
// not on the screen: the Tokens tab says how many there are.
const knocksEvery = 30 * time.Second

// knocking is the page of the tokens that stopped working and are presented all the same:
// agents retry for ever. It is no tab but a step aside from the Tokens tab.
type knocking struct {
	s      *session
	on     bool
	gen    int // of the question under way, or of the tick before the next
	known  bool
	err    error
	knocks model.Knocks
	list   heldList[model.Knock]
}

// Messages.
type (
	knocksDue  struct{ gen int }
	knocksRead struct {
		gen    int
		knocks model.Knocks
		err    error
	}
)

func newKnocking(s *session) screen {
	k := &knocking{s: s}
	k.list = heldList[model.Knock]{s: s, all: func() []model.Knock { return k.knocks.Knocks },
		id: func(n model.Knock) uint64 { return uint64(n.Token.ID) }, texts: k.texts}
	return k
}

// texts are what the filter looks at: the token, whose it is, and who presents it.
func (k *knocking) texts(n model.Knock) []string {
	texts := []string{n.Token.Description, n.Token.LastFour, whyKnock(n)}
	if n.Token.Kind == model.UserToken {
		texts = append(texts, k.s.login(n.Token.Owner, k.knocks.Logins))
	}
	for _, c := range n.Callers {
		texts = append(texts, c.Agent, c.Addr, c.Place.Name)
	}
	return texts
}

// Title is the page's place in the breadcrumb.
func (k *knocking) Title() string { return "Still knocking" }

// Scope is that of the list, or of the filter being typed.
func (k *knocking) Scope() keymap.Scope {
	if k.list.filtering {
		return keymap.Filter
	}
	return keymap.Knocking
}

// Place says where the cursor is.
func (k *knocking) Place() string { return k.list.Place() }

// Status is the filter while it is typed.
func (k *knocking) Status(width int) *draw.Line { return k.list.Status(width) }

// Keys lists what can be done here; the tokens themselves are beyond help.
func (k *knocking) Keys() []keymap.Action {
	if k.list.filtering {
		return filterKeys(k.s)
	}
	one := ""
	if _, ok := k.list.selected(); !ok {
		one = "No token is selected."
	}
	keys := append([]keymap.Action{k.s.action(keymap.KnockDetails, one)}, filtering(k.s, k.list.filter)...)
	if k.list.filter.text == "" {
		keys = append(keys, worded(k.s.action(keymap.PageBack, ""), "back to tokens"))
	}
	return append(keys, k.s.action(keymap.PageReload, ""))
}

// Update takes actions, keys and replies.
func (k *knocking) Update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case act:
		return k, k.act(msg.id)
	case tea.KeyMsg:
		k.list.typed(msg)
	case wheel, rowChosen:
		k.list.point(msg)
	case shown:
		k.on = true
		return k, k.ask()
	case hidden:
		k.on, k.list.filtering = false, false
	case sessionRenewed:
		if k.gen == 0 {
			return k, k.ask()
		}
	case knocksDue:
		if msg.gen == k.gen {
			return k, k.ask()
		}
	case knocksRead:
		return k, k.read(msg)
	}
	return k, nil
}

func (k *knocking) act(id keymap.ID) tea.Cmd {
	switch {
	case id == keymap.PageReload:
		return k.ask()
	case id == keymap.PageBack && k.list.filter.text == "":
		k.s.post(tabChosen{tabTokens})
	case k.list.act(id):
	case id == keymap.KnockDetails:
		if n, ok := k.list.selected(); ok {
			k.s.push(&knockDetails{s: k.s, knock: n, logins: k.knocks.Logins})
		}
	}
	return nil
}

func (k *knocking) ask() tea.Cmd {
	k.gen = k.s.generation()
	s, gen := k.s, k.gen
	return s.ask(func(ctx context.Context) tea.Msg {
		knocks, err := s.store.Knocks(ctx, s.actor)
		return knocksRead{gen, knocks, err}
	})
}

// read takes a reply in, and asks again after a while: sooner while it is looked at.
func (k *knocking) read(m knocksRead) tea.Cmd {
	if m.gen != k.gen {
		return nil
	}
	if k.err = m.err; m.err == nil {
		k.known, k.knocks = true, m.knocks
		k.list.fill()
		k.list.hold()
	}
	again := knocksEvery
	if k.on {
		again = useEvery
	}
	return tea.Tick(again, func(time.Time) tea.Msg { return knocksDue{m.gen} })
}

// knockCount is what a token list says of the tokens that knock.
type knockCount struct {
	gen     int
	n       int
	more    bool // there are others
	revoked bool // each of them
}

func (c *knockCount) take(m knocksRead) {
	if m.err != nil || m.gen < c.gen {
		return
	}
	*c = knockCount{m.gen, len(m.knocks.Knocks), m.knocks.More > 0, true}
	for _, n := range m.knocks.Knocks {
		c.revoked = c.revoked && n.Token.Revoked()
	}
}
