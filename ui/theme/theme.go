package theme

import (
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"jeton/ui/draw"
)

// Background is what is known of the terminal's background colour.
type Background int

// Backgrounds. Unknown is drawn so that it can be read on either.
const (
	Unknown Background = iota
	Dark
	Light
)

// String returns "unknown", "dark" or "light".
func (b Background) String() string {
	switch b {
	case Dark:
		return "dark"
	case Light:
		return "light"
	}
	return "unknown"
}

// Theme is the look of one session. It does not change once made.
type Theme struct {
	Text    Paint // the terminal's own text colour
	Title   Paint // bold: names of screens and dialogs, the tab one is on
	Muted   Paint // present, but not what one came for
	Accent  Paint // the one accent: the selection's marker, the tab's underline
	Agent   Paint // an agent token's reach (Org Agent)
	Success Paint // it worked
	Warning Paint // not you, not confirmed, about to expire
	Danger  Paint // revoke, failure
	Rule    Paint // thin rules and borders

	Key   Paint // the key of a hint: bright
	Word  Paint // the word of a hint: muted
	Match Paint // what a filter matched: underlined
	Field Paint // a text field's text
	// Cursor is the cell under a text field's cursor. Without colours it does
	// nothing: then write Glyphs.Caret where the cursor stands at the end.
	Cursor Paint

	Selected    Paint // background of the selected row; see [Paint.On]
	Secret      Paint // a revealed secret, on its background
	SecretSpent Paint // the part of that background that has drained

	Glyphs     Glyphs
	Background Background
	Colours    bool // false when nothing but glyphs tells states apart
}

// New makes the theme of a session from its own renderer: the renderer's colour
// profile decides between 24-bit, 256 and 16 colours or none.
func New(r *lipgloss.Renderer, bg Background, glyphs Glyphs) *Theme {
	p := r.ColorProfile()
	t := &Theme{Glyphs: glyphs, Background: bg, Colours: p != termenv.Ascii}
	if !t.Colours {
		return t
	}
	c := map[Background]palette{Dark: dark, Light: light, Unknown: either}[bg]
	if p == termenv.ANSI256 {
		c.selected, c.secret, c.secretBack = c.grounds256[0], c.grounds256[1], c.grounds256[2]
	}
	role := func(hex string) Paint { return newPaint(text(p, hex), "", "") }
	t.Muted, t.Accent, t.Agent = role(c.muted), role(c.accent), role(c.agent)
	t.Success, t.Warning, t.Danger = role(c.success), role(c.warning), role(c.danger)
	t.Rule, t.Word = role(c.rule), role(c.muted)
	t.Title = newPaint("", termenv.BoldSeq, "")
	t.Key = t.Title
	t.Match = newPaint("", termenv.UnderlineSeq, "")
	t.Cursor = newPaint("", "", reverse)
	t.backgrounds(p, c)
	return t
}

// backgrounds sets the roles that have one. Sixteen colours are the user's own
// scheme: what is named white there may be anything, so a selection is its
// pair reversed, and a secret its black on its yellow.
func (t *Theme) backgrounds(p termenv.Profile, c palette) {
	t.Selected = newPaint("", "", back(p, c.selected))
	t.Secret = newPaint(text(p, c.secret), "", back(p, c.secretBack))
	t.SecretSpent = newPaint(text(p, c.secret), "", "")
	if p == termenv.ANSI {
		t.Secret = newPaint(text(p, "0"), "", back(p, "3"))
	}
	if t.Background == Unknown || p == termenv.ANSI {
		t.Selected = newPaint("", "", reverse)
		t.SecretSpent = Paint{}
	}
}

// palette holds the colours of one kind of background.
type palette struct {
	muted, accent, agent, success, warning, danger, rule string
	selected, secret, secretBack                         string

	// grounds256 are the last three of 256 colours: the nearest ones are far off in
	// hue, a navy selection and a secret on dark red.
	grounds256 [3]string
}

var (
	light = palette{
		muted: "#66666E", accent: "#5A4FCF", agent: "#00647A", success: "#00703C",
		warning: "#8A5300", danger: "#C0123C", rule: "#C9C8D3",
		selected: "#E9E6FF", secret: "#3D2C00", secretBack: "#FFF1C2",
		grounds256: [3]string{"255", "236", "229"},
	}
	dark = palette{
		muted: "#9A9AA5", accent: "#9D8CFF", agent: "#5CCFE6", success: "#4ADE9C",
		warning: "#F2C14E", danger: "#FF7A93", rule: "#3F3D56",
		selected: "#2F2A54", secret: "#FFE7A3", secretBack: "#3A2F0B",
		grounds256: [3]string{"236", "229", "58"},
	}
	// either has the light hues in the one tone that stands out from white as far as
	// from black.
	either = palette{
		muted: "#75757E", accent: "#7067D5", agent: "#00809D", success: "#008748",
		warning: "#A96600", danger: "#E61648", rule: "#8E8D99",
		selected: "#E9E6FF", secret: "#3D2C00", secretBack: "#FFF1C2",
		grounds256: [3]string{"255", "236", "229"},
	}
)

// Safe makes text from people harmless for this terminal: [draw.Safe], or
// [draw.SafeASCII] where the terminal does not read UTF-8.
func (t *Theme) Safe(s string) string {
	if t.Glyphs.Bytes {
		return draw.SafeASCII(s)
	}
	return draw.Safe(s)
}

// Drain returns a secret in exactly w cells, the part of its background that
// is left (1 all of it, 0 none) at the start and the rest drained.
func (t *Theme) Drain(s string, w int, left float64) string {
	s = draw.Fit(s, w, "")
	at := int(min(max(left, 0), 1)*float64(w) + 0.5)
	return t.Secret.Render(draw.Cut(s, 0, at)) + t.SecretSpent.Render(draw.Cut(s, at, w))
}

// RuleLine returns a thin rule of w cells.
func (t *Theme) RuleLine(w int) string { return t.Rule.Render(repeat(t.Glyphs.Rule, w)) }
