package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
)

// act does an action: App's own, or the top screen's if it offers it now. What a
// screen does not offer never reaches it, whatever key is bound to it: only moving
// about in rows goes without saying.
func (a *App) act(id keymap.ID) tea.Cmd {
	if cmd, done := a.anywhere(id); done {
		return cmd
	}
	k, offered := a.offer(id)
	switch {
	case offered && k.Off != "":
		return a.refuse(k.Off)
	case offered, k.Scope == keymap.List && slices.Contains(a.top().Scope().Heard(), keymap.List):
		a.forgive()
		return a.tell(act{id})
	case len(a.dialogs) == 0 && a.opening == nil:
		return a.pageAct(id)
	}
	return nil
}

// offer finds an action among those the top screen offers, or says why not now.
func (a *App) offer(id keymap.ID) (keymap.Action, bool) {
	own := a.own(a.top())
	if i := slices.IndexFunc(own, func(k keymap.Action) bool { return k.ID == id }); i >= 0 {
		return own[i], true
	}
	return a.s.action(id, ""), false
}

// own lists a screen's actions: what its footer shows, then what it hears only to say
// why not.
func (a *App) own(s screen) []keymap.Action {
	keys := s.Keys()
	if r, ok := s.(interface{ Refused() []keymap.Action }); ok {
		keys = append(keys, r.Refused()...)
	}
	return keys
}

// anywhere does what is heard over any screen.
func (a *App) anywhere(id keymap.ID) (cmd tea.Cmd, done bool) {
	switch id {
	case keymap.AppInterrupt:
		return a.interrupt(), true
	case keymap.AppSuspend:
		if why := a.Held(); why != "" {
			return a.refuse(why), true
		}
		return tea.Sequence(a.broadcast(secretsHidden{}), tea.Suspend), true
	case keymap.AppMouse:
		return a.toggleMouse(), true
	case keymap.AppHelp:
		if _, open := a.top().(*help); !open {
			a.s.push(newHelp(a.s, a.everything()))
		}
		return a.posted(), true
	}
	return nil, false
}

// interrupt leaves without asking. Our copy does not stay on the clipboard unasked;
// whoever does not want to wait for that presses again.
func (a *App) interrupt() tea.Cmd {
	cmd := a.broadcast(secretsHidden{})
	if a.left() && !a.leaving {
		a.leaving = true
		return tea.Batch(cmd, a.clearClip(true))
	}
	return tea.Sequence(cmd, tea.Quit)
}

// pageAct does what every page under the tabs hears, unless a row is being typed in:
// what was typed is neither kept nor dropped by a click somewhere else.
func (a *App) pageAct(id keymap.ID) tea.Cmd {
	if a.base().Scope() == keymap.Describe {
		return a.refuse(describeFirst(a.s))
	}
	for _, p := range a.pages {
		if p.key == id {
			a.forgive()
			return tea.Batch(a.choose(p.id), a.posted())
		}
	}
	var cmd tea.Cmd
	switch id {
	case keymap.AppCommands:
		a.s.push(newPalette(a.s, a.everything()))
	case keymap.AppWho:
		a.s.push(newWho(a.s))
	case keymap.AppQuit:
		cmd = a.quit()
	case keymap.PageUndo:
		cmd = a.undo()
	case keymap.TabTokens, keymap.TabUsers, keymap.TabDeployments, keymap.TabActivity, keymap.TabSettings, keymap.TabServices:
		cmd = a.refuse("This tab needs an Organization Admin.")
	}
	return tea.Batch(cmd, a.posted())
}

// everything lists what can be done from here: the top screen's own actions first,
// then what is heard with them.
func (a *App) everything() []keymap.Action {
	own := a.own(a.top())
	if p, ok := a.top().(interface {
		Full([]keymap.Action) []keymap.Action
	}); ok {
		own = p.Full(own)
	}
	all := slices.Clone(own)
	for _, k := range a.s.keys.In(a.top().Scope().Heard()...) {
		if slices.ContainsFunc(own, func(o keymap.Action) bool { return o.ID == k.ID }) || !a.heard(k) {
			continue
		}
		if k.ID == keymap.PageUndo {
			k.Off = a.noUndo()
		}
		all = append(all, k)
	}
	return all
}

// heard reports whether an action that the top screen does not offer itself does
// something there: moving about, and what App does over every page and everywhere.
func (a *App) heard(k keymap.Action) bool {
	switch k.ID {
	case keymap.TabTokens, keymap.TabUsers, keymap.TabDeployments, keymap.TabActivity, keymap.TabSettings, keymap.TabServices, keymap.PageKnocking:
		return len(a.dialogs) == 0 && slices.ContainsFunc(a.pages, func(p page) bool { return p.key == k.ID })
	case keymap.AppCommands, keymap.AppWho, keymap.AppQuit, keymap.PageUndo:
		return len(a.dialogs) == 0
	}
	return k.Scope == keymap.List || k.Scope == keymap.Global
}
