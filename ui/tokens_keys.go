package ui

import (
	"fmt"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
)

// Keys lists what can be done with the list and the selected token.
func (t *tokens) Keys() []keymap.Action {
	s := t.s
	switch t.Scope() {
	case keymap.Describe:
		return t.describeKeys()
	case keymap.Filter:
		return filterKeys(s)
	case keymap.Revealed:
		return t.revealedKeys()
	}
	keys := []keymap.Action{}
	add := func(id keymap.ID, off string) { keys = append(keys, s.action(id, off)) }
	add(keymap.TokenReveal, t.off(keymap.TokenReveal))
	add(keymap.TokenCopy, t.off(keymap.TokenCopy))
	add(keymap.TokenDescribe, t.off(keymap.TokenDescribe))
	if t.kind == model.AgentToken {
		add(keymap.TokenEdit, t.off(keymap.TokenEdit))
	}
	add(keymap.TokenCreate, t.createOff())
	add(keymap.TokenRevoke, t.off(keymap.TokenRevoke))
	keys = append(keys, filtering(s, t.list().filter)...)
	if len(t.lists) > 1 {
		add(keymap.TokensOwner, "")
		add(keymap.TokensOther, "")
	}
	add(keymap.PageSort, "")
	add(keymap.TokensRevoked, "")
	add(keymap.TokenDetails, t.off(keymap.TokenDetails))
	add(keymap.PageReload, "")
	if t.reveal.pending() && t.list().filter.text == "" {
		add(keymap.PageBack, "") // calls it off
	}
	if s.width >= longWords {
		return t.Full(keys)
	}
	return keys
}

// Refused are keys with no use on these lists, or for who looks.
func (t *tokens) Refused() []keymap.Action {
	if t.Scope() != keymap.Tokens {
		return nil
	}
	var keys []keymap.Action
	if why := wordsOf(t.kind).noEdit; why != "" {
		keys = append(keys, t.s.action(keymap.TokenEdit, why))
	}
	switch {
	case t.kind == model.ServiceToken:
		keys = append(keys, t.s.action(keymap.TokensOwner, "Service credentials belong to the organization, not to a user."),
			t.s.action(keymap.TokensOther, "There is one list of service credentials; agent and user tokens are on the Tokens tab."))
	case len(t.lists) == 1:
		const others = "Other people's tokens and agent tokens need an Organization Admin."
		keys = append(keys, t.s.action(keymap.TokensOwner, others), t.s.action(keymap.TokensOther, others))
	}
	return keys
}

// revealedKeys shows hiding under each of its keys.
func (t *tokens) revealedKeys() []keymap.Action {
	keys := []keymap.Action{t.s.action(keymap.RevealedCopy, "")}
	hide := t.s.action(keymap.RevealedHide, "")
	for _, key := range hide.Keys {
		hide.Keys = []string{key}
		keys = append(keys, hide)
	}
	return keys
}

func (t *tokens) describeKeys() []keymap.Action {
	save, cancel := t.s.action(keymap.DescribeSave, ""), t.s.action(keymap.DescribeCancel, "")
	if t.describe.fresh {
		save.Word, cancel.Word = "save description", "leave blank"
	}
	return []keymap.Action{save, cancel, t.s.action(keymap.DescribeClear, "")}
}

// createAction is Create as an empty list offers it.
func (t *tokens) createAction() keymap.Action {
	return t.Full([]keymap.Action{t.s.action(keymap.TokenCreate, t.createOff())})[0]
}

func (t *tokens) createOff() string {
	if pending(t.creating) {
		return "A token is being created."
	}
	if login, others := t.whose(); others && t.stopped() {
		return fmt.Sprintf("%s is deactivated and gets no new tokens: reactivate them first.", login)
	}
	return t.private()
}

// stopped reports whether the user whose tokens these are is deactivated.
func (t *tokens) stopped() bool {
	owner, known := t.s.user(t.owner)
	return known && !owner.Active()
}

// Place says where the cursor is, and what the filter leaves.
func (t *tokens) Place() string {
	l := t.list()
	place := fmt.Sprintf("%d of %d", min(l.grid.Cursor+1, l.rows.total), l.rows.total)
	switch {
	case l.rows.query.Filter == "":
		return place
	case l.rows.reading && !l.rows.again:
		return short(l.rows.total) + t.s.theme.Glyphs.Ellipsis
	case l.rows.total == 0:
		return foundNothing(t.s, l.filter.text, t.filtering)
	case t.filtering:
		return fmt.Sprintf("%s of %s", short(l.rows.total), short(t.whole()))
	}
	return filterPlace(t.s, l.filter.text, place)
}

// whole is how long the list is without its filter. The session counts the working
// tokens and hears of every change; anything else is as it was when it was last read.
func (t *tokens) whole() int {
	_, others := t.whose()
	if l := t.list(); l.rows.query.Revoked || others {
		return l.whole.total
	}
	return working(t.s, t.kind)
}

// Saying is what keeps the description that is being typed from being saved.
func (t *tokens) Saying() string {
	if t.describe == nil || t.describe.err == nil {
		return ""
	}
	return sentence(t.describe.err.Error())
}

// Status is the status line while something is typed; otherwise nil.
func (t *tokens) Status(width int) *draw.Line {
	th := t.s.theme
	switch d := t.describe; {
	case t.filtering:
		return filterLine(th, t.list().filter, width)
	case d == nil || d.err != nil || d.fresh && d.field.text == "":
		return nil
	default:
		style := draw.Style(th.Muted)
		if d.field.length() > model.MaxDescription {
			style = th.Danger
		}
		return draw.NewLine(width).Space(1).Text(th.Text, "Description  ").
			Text(style, fmt.Sprintf("%d of %d", d.field.length(), model.MaxDescription))
	}
}
