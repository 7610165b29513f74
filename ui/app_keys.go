package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
)

// key finds what a key means on the top screen. Several characters that arrived in
// one read are one key message: each is taken by itself, since the first may open a
// dialog for which the second was meant. A paste is text and never a command.
func (a *App) key(k tea.KeyMsg) tea.Cmd {
	if k.Paste {
		if a.top().Scope().Typing() {
			return a.tell(k)
		}
		return nil
	}
	if k.Type != tea.KeyRunes {
		return a.oneKey(k)
	}
	var cmds []tea.Cmd
	for _, r := range k.Runes {
		cmds = append(cmds, a.oneKey(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: k.Alt}))
	}
	return tea.Batch(cmds...)
}

func (a *App) oneKey(k tea.KeyMsg) tea.Cmd {
	parts := a.s.keys.Split(k.String(), a.top().Scope().Heard()...)
	if len(parts) == 1 {
		return a.match(parts[0], k)
	}
	k.Alt = false
	return tea.Batch(a.match(parts[0], tea.KeyMsg{Type: tea.KeyEsc}), a.match(parts[1], k))
}

func (a *App) match(name string, k tea.KeyMsg) tea.Cmd {
	if a.s.width < minWidth || a.s.height < minHeight {
		return a.blindKey(name)
	}
	scope := a.top().Scope()
	if action, ok := a.s.keys.Match(name, scope.Heard()...); ok {
		return a.act(action.ID)
	}
	cmd := a.tell(k)
	// A key that only made the screen leave what it was doing (a revealed secret hides
	// on any move) is then heard as what it is.
	if now := a.top().Scope(); !scope.Typing() && now != scope {
		if action, ok := a.s.keys.Match(name, now.Heard()...); ok {
			return tea.Batch(cmd, a.act(action.ID))
		}
	}
	return cmd
}

// blindKey obeys only leaving while the window is too small to show anything.
func (a *App) blindKey(name string) tea.Cmd {
	if name == "q" || name == "ctrl+c" {
		return tea.Quit
	}
	return nil
}

// act does an action: App's own, or the top screen's unless it says why not.
func (a *App) act(id keymap.ID) tea.Cmd {
	switch id {
	case keymap.AppInterrupt:
		return a.interrupt()
	case keymap.AppSuspend:
		return tea.Sequence(a.broadcast(secretsHidden{}), tea.Suspend)
	case keymap.AppMouse:
		return a.toggleMouse()
	case keymap.AppHelp:
		if _, open := a.top().(*help); !open {
			a.s.push(newHelp(a.s, a.everything()))
		}
		return a.posted()
	}
	if len(a.dialogs) == 0 && a.opening == nil {
		if cmd, done := a.pageAct(id); done {
			return tea.Batch(cmd, a.posted())
		}
	}
	keys := a.top().Keys()
	if i := slices.IndexFunc(keys, func(k keymap.Action) bool { return k.ID == id }); i >= 0 && keys[i].Off != "" {
		return a.say(toast{mood: careful, text: keys[i].Off})
	}
	return a.tell(act{id})
}

// interrupt leaves without asking. Our copy does not stay on the clipboard unasked;
// whoever does not want to wait for that presses again.
func (a *App) interrupt() tea.Cmd {
	cmd := a.broadcast(secretsHidden{})
	if a.holding() && !a.leaving {
		a.leaving = true
		return tea.Batch(cmd, a.clearClip(true))
	}
	return tea.Sequence(cmd, tea.Quit)
}

// pageAct does what every page under the tabs hears.
func (a *App) pageAct(id keymap.ID) (tea.Cmd, bool) {
	for _, p := range a.pages {
		if p.key == id {
			return a.choose(p.id), true
		}
	}
	switch id {
	case keymap.AppCommands:
		a.s.push(newPalette(a.s, a.everything()))
	case keymap.AppWho:
		a.s.push(newWho(a.s))
	case keymap.AppQuit:
		return a.quit(), true
	case keymap.PageUndo:
		return a.undo(), true
	case keymap.TabTokens, keymap.TabUsers, keymap.TabDeployments, keymap.TabActivity, keymap.TabSettings:
		return a.say(toast{mood: careful, text: "This tab needs an Organization Admin."}), true
	default:
		return nil, false
	}
	return nil, true
}

// everything lists what can be done from here: the top screen's own actions first,
// then what is heard with them.
func (a *App) everything() []keymap.Action {
	own := a.top().Keys()
	if p, ok := a.top().(interface {
		Full([]keymap.Action) []keymap.Action
	}); ok {
		own = p.Full(own)
	}
	all := slices.Clone(own)
	for _, k := range a.s.keys.In(a.top().Scope().Heard()...) {
		if !slices.ContainsFunc(own, func(o keymap.Action) bool { return o.ID == k.ID }) && a.offered(k) {
			all = append(all, k)
		}
	}
	return all
}

// offered leaves out the tabs this user does not have.
func (a *App) offered(k keymap.Action) bool {
	switch k.ID {
	case keymap.TabTokens, keymap.TabUsers, keymap.TabDeployments, keymap.TabActivity, keymap.TabSettings:
		return slices.ContainsFunc(a.pages, func(p page) bool { return p.key == k.ID })
	}
	return k.Scope != a.top().Scope()
}

// click does what is under the mouse.
func (a *App) click(m tea.MouseMsg) tea.Cmd {
	if m.Action != tea.MouseActionPress {
		return nil
	}
	switch m.Button {
	case tea.MouseButtonWheelUp:
		return a.tell(wheel{-3})
	case tea.MouseButtonWheelDown:
		return a.tell(wheel{3})
	case tea.MouseButtonLeft:
		do, ok := a.Draw(a.s.width, a.s.height).At(m.X, m.Y)
		if !ok {
			return nil
		}
		if todo, ok := do.(act); ok {
			return a.act(todo.id)
		}
		return a.tell(do)
	}
	return nil
}

func (a *App) toggleMouse() tea.Cmd {
	a.mouse = !a.mouse
	if a.mouse {
		return tea.Batch(tea.EnableMouseCellMotion, a.say(toast{text: "Mouse on."}))
	}
	return tea.Batch(tea.DisableMouse, a.say(toast{text: "Mouse off: the terminal's own selection works."}))
}
