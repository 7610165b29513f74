package ui

import (
	"context"
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
)

// Replies about the store itself.
type (
	opened struct {
		store Store
		actor model.Actor
		err   error
	}
	directoryRead struct {
		self        model.Session
		users       []model.User
		deployments []model.Deployment
		health      model.Health
		err         error
	}
	followed struct {
		seq  uint64
		more bool
	}
)

// tabID names a tab.
type tabID uint8

const (
	tabTokens tabID = iota
	tabUsers
	tabDeployments
	tabActivity
	tabSettings
	tabServices
	pageKnocking // not a tab
)

// opened starts the session once the store is open; until its directory is read the
// opening screen stays.
func (a *App) opened(m opened) tea.Cmd {
	if m.err != nil {
		return nil // the opening screen says so
	}
	a.s.store, a.s.actor = m.store, m.actor
	a.changes = m.store.Follow(a.s.ctx)
	return tea.Batch(a.readDirectory(), a.follow(), a.shared(m.store))
}

// readDirectory reads who looks and the names of users and deployments.
func (a *App) readDirectory() tea.Cmd {
	if a.loading {
		a.stale = true
		return nil
	}
	a.loading = true
	s := a.s
	return s.ask(func(ctx context.Context) tea.Msg { return readDirectory(ctx, s.store, s.actor) })
}

func readDirectory(ctx context.Context, store Store, actor model.Actor) directoryRead {
	m := directoryRead{health: store.Health()}
	if m.self, m.err = store.Session(ctx, actor); m.err != nil {
		return m
	}
	if !m.self.User.OrgAdmin {
		m.users, m.deployments = []model.User{m.self.User}, m.self.Deployments
		return m
	}
	if m.users, m.err = store.Users(ctx, actor); m.err != nil {
		return m
	}
	m.deployments, m.err = store.Deployments(ctx, actor)
	return m
}

func (a *App) directoryRead(m directoryRead) tea.Cmd {
	a.loading = false
	if m.err != nil {
		return a.shutOut(m.err)
	}
	was := a.s.self.User
	a.s.self, a.s.users, a.s.deployments, a.s.health = m.self, m.users, m.deployments, m.health
	var cmds []tea.Cmd
	if a.pages == nil || was.OrgAdmin != m.self.User.OrgAdmin {
		cmds = append(cmds, a.begin())
	}
	cmds = append(cmds, a.broadcast(sessionRenewed{}))
	if a.stale {
		a.stale = false
		cmds = append(cmds, a.readDirectory())
	}
	return tea.Batch(cmds...)
}

// shutOut ends the session of somebody who may no longer look, or whose directory
// cannot be read at the start; any other failure is said and tried again.
func (a *App) shutOut(err error) tea.Cmd {
	var refused *model.RefusedError
	if a.pages != nil && !errors.As(err, &refused) {
		return a.say(toast{mood: bad, text: explain(err)})
	}
	cmd := a.broadcast(secretsHidden{})
	shut := newOpening(a.s, a.opener, a.root).(*opening)
	shut.err = err
	a.opening = shut
	a.pages, a.dialogs, a.s.covered = nil, nil, false
	return cmd
}

// begin lays out the tabs this user has.
func (a *App) begin() tea.Cmd {
	a.opening, a.dialogs, a.tab = nil, nil, 0
	a.s.covered = false
	a.pages = []page{{tabTokens, keymap.TabTokens, newTokens(a.s)}}
	if a.s.admin() {
		a.pages = append(a.pages,
			page{tabUsers, keymap.TabUsers, newUsers(a.s)},
			page{tabDeployments, keymap.TabDeployments, newDeployments(a.s)})
	}
	a.pages = append(a.pages, page{tabActivity, keymap.TabActivity, newActivity(a.s)})
	if a.s.admin() {
		a.pages = append(a.pages,
			page{tabSettings, keymap.TabSettings, newSettings(a.s)},
			page{tabServices, keymap.TabServices, newServices(a.s)})
	}
	a.pages = append(a.pages, page{pageKnocking, keymap.PageKnocking, newKnocking(a.s)})
	return tea.Batch(a.tell(shown{}), a.check())
}

// check has history compared once, after the first list is on the screen.
func (a *App) check() tea.Cmd {
	if a.checked {
		return nil
	}
	a.checked = true
	s := a.s
	return s.ask(func(ctx context.Context) tea.Msg {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return nil
		}
		return historyChecked{s.store.CheckHistory(ctx)}
	})
}

// historyChecked tells that history was compared; damage it found is in Health.
type historyChecked struct{ err error }

func (a *App) historyChecked(m historyChecked) tea.Cmd {
	if m.err != nil && !errors.Is(m.err, context.Canceled) {
		return tea.Batch(a.readDirectory(), a.say(toast{mood: bad, text: "History could not be checked: " + explain(m.err)}))
	}
	return a.readDirectory()
}

// shown tells a page that it is on the screen now; hidden that another one is.
type (
	shown  struct{}
	hidden struct{}
)

// choose goes to a tab.
func (a *App) choose(id tabID) tea.Cmd {
	for i, p := range a.pages {
		if p.id == id && i != a.tab {
			leave := a.tell(hidden{})
			a.tab = i
			return tea.Batch(leave, a.tell(shown{}))
		}
	}
	return nil
}

// follow waits for the next change of the store.
func (a *App) follow() tea.Cmd {
	changes := a.changes
	return func() tea.Msg {
		seq, more := <-changes
		return followed{seq, more}
	}
}

func (a *App) followed(m followed) tea.Cmd {
	if !m.more {
		return nil
	}
	return tea.Batch(a.follow(), a.readDirectory(), a.broadcast(storeChanged{m.seq}))
}
