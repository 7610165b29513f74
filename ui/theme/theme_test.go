package theme

import (
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"jeton/ui/draw"
)

func renderer(p termenv.Profile) *lipgloss.Renderer {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(p)
	return r
}

var profiles = []termenv.Profile{termenv.TrueColor, termenv.ANSI256, termenv.ANSI, termenv.Ascii}

// roles are the paints text is written with.
func roles(t *Theme) map[string]Paint {
	return map[string]Paint{
		"Text": t.Text, "Title": t.Title, "Muted": t.Muted, "Accent": t.Accent, "Agent": t.Agent,
		"Success": t.Success, "Warning": t.Warning, "Danger": t.Danger, "Key": t.Key, "Word": t.Word,
		"Match": t.Match, "Field": t.Field, "SecretSpent": t.SecretSpent,
	}
}

type rgb [3]float64

func (c rgb) luminance() float64 {
	var l float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v := c[i] / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		l += weight * v
	}
	return l
}

func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

var rgbParams = regexp.MustCompile(`([34])8;2;(\d+);(\d+);(\d+)`)

// colours reads the text and the background colour out of what a paint writes.
func colours(t *testing.T, p Paint, text, back rgb) (rgb, rgb) {
	for _, m := range rgbParams.FindAllStringSubmatch(p.Render("x"), -1) {
		var c rgb
		for i := range c {
			n, err := strconv.Atoi(m[i+2])
			if err != nil {
				t.Fatal(err)
			}
			c[i] = float64(n)
		}
		if m[1] == "3" {
			text = c
		} else {
			back = c
		}
	}
	return text, back
}

func TestContrast(t *testing.T) {
	black, white := rgb{}, rgb{255, 255, 255}
	tests := []struct {
		bg         Background
		text, back rgb
		least      float64
	}{
		{Dark, white, black, 4.5},
		{Light, black, white, 4.5},
		{Unknown, black, white, 4.5},
		{Unknown, white, black, 4.5},
	}
	for _, tt := range tests {
		theme := New(renderer(termenv.TrueColor), tt.bg, Unicode())
		check := func(name string, p Paint) {
			text, back := colours(t, p, tt.text, tt.back)
			if got := contrast(text, back); got < tt.least {
				t.Errorf("%v, terminal %v: %s has contrast %.2f, want %.1f", tt.bg, tt.back, name, got, tt.least)
			}
		}
		for name, p := range roles(theme) {
			check(name, p)
			check(name+" on Selected", p.On(theme.Selected))
		}
		check("Secret", theme.Secret)
		check("Danger on Secret", theme.Danger.On(theme.Secret))
	}
}

// The values are a promise to people who tuned their terminals to them.
func TestHexValues(t *testing.T) {
	d := New(renderer(termenv.TrueColor), Dark, Unicode())
	l := New(renderer(termenv.TrueColor), Light, Unicode())
	u := New(renderer(termenv.TrueColor), Unknown, Unicode())
	tests := []struct {
		p    Paint
		want string
	}{
		{l.Muted, "38;2;102;102;110"}, {d.Muted, "38;2;154;154;165"},
		{l.Accent, "38;2;90;79;207"}, {d.Accent, "38;2;157;140;255"},
		{l.Danger, "38;2;192;18;60"}, {d.Danger, "38;2;255;122;147"},
		{l.Selected, "48;2;233;230;255"}, {d.Selected, "48;2;47;42;84"}, {u.Selected, "7"},
		{d.Secret, "38;2;255;231;163;48;2;58;47;11"}, {u.Secret, "38;2;61;44;0;48;2;255;241;194"},
		{u.Muted, "38;2;117;117;126"}, {u.Muted.On(u.Selected), "7"}, {u.Match.On(u.Selected), "4;7"},
		{d.Muted.On(d.Selected), "38;2;154;154;165;48;2;47;42;84"},
		{d.Text.On(d.Selected), "48;2;47;42;84"},
		{d.Muted.And(d.Match), "4;38;2;154;154;165"},
		{d.Title.And(d.Match).And(d.Match), "1;4"},
	}
	for _, tt := range tests {
		if got, want := tt.p.Render("x"), "\x1b["+tt.want+"mx\x1b[0m"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if d.Text.Render("x") != "x" || d.Danger.Render("") != "" {
		t.Error("text without colours, or no text, must be written as it is")
	}
}

func TestProfiles(t *testing.T) {
	for _, p := range profiles {
		for _, bg := range []Background{Unknown, Dark, Light} {
			theme := New(renderer(p), bg, Unicode())
			all := roles(theme)
			all["Selected"], all["Secret"], all["Rule"], all["Cursor"] = theme.Selected, theme.Secret, theme.Rule, theme.Cursor
			for name, paint := range all {
				got := paint.On(theme.Selected).Render("x")
				if ansi.Strip(got) != "x" {
					t.Errorf("%s changes the text: %q", name, got)
				}
				if p == termenv.Ascii && got+paint.Render("x") != "xx" {
					t.Errorf("%s writes %q without colours", name, got)
				}
				if p == termenv.ANSI && strings.Contains(got, "8;") {
					t.Errorf("%s writes %q with sixteen colours", name, got)
				}
			}
			if p != termenv.Ascii && theme.Selected.Render("x") == "x" {
				t.Errorf("profile %v, %v: the selection has no background", p, bg)
			}
		}
	}
}

// With 256 colours a background keeps its hue: a selection that was violet is grey, not
// blue, and a secret stays on yellow.
func TestGroundsOf256(t *testing.T) {
	for bg, want := range map[Background][2]string{Dark: {"48;5;236", "48;5;58"}, Light: {"48;5;255", "48;5;229"}} {
		theme := New(renderer(termenv.ANSI256), bg, Unicode())
		if got := [2]string{theme.Selected.p.back, theme.Secret.p.back}; got != want {
			t.Errorf("%v: selection and secret on %q, want %q", bg, got, want)
		}
	}
}

// Rounding to a smaller palette must not bring text and background together.
func TestSmallPalettesKeepTextApart(t *testing.T) {
	for _, p := range []termenv.Profile{termenv.ANSI256, termenv.ANSI} {
		for _, bg := range []Background{Dark, Light} {
			theme := New(renderer(p), bg, Unicode())
			for name, paint := range roles(theme) {
				for _, back := range []Paint{theme.Selected, theme.Secret} {
					on := paint.On(back)
					if on.p != nil && on.p.text != "" && strings.TrimPrefix(on.p.text, "3") == strings.TrimPrefix(on.p.back, "4") {
						t.Errorf("profile %v, %v: %s cannot be read: %q", p, bg, name, on.p.prefix)
					}
				}
			}
		}
	}
}

func TestTwoSessionsKeepTheirOwn(t *testing.T) {
	a, b := New(renderer(termenv.TrueColor), Dark, Unicode()), New(renderer(termenv.Ascii), Dark, ASCII())
	if a.Danger.Render("x") == b.Danger.Render("x") {
		t.Error("two renderers share their colours")
	}
	if a.Safe("é") != "é" || b.Safe("é") != "é" {
		t.Error("glyphs chosen by taste must not spell out text")
	}
	b.Glyphs.Bytes = true
	if got := b.Safe("é"); got != `\xe9` {
		t.Errorf("a terminal without UTF-8 was sent %q", got)
	}
}

func TestDrain(t *testing.T) {
	theme := New(renderer(termenv.TrueColor), Dark, Unicode())
	for _, tt := range []struct {
		left  float64
		cells int
	}{{-1, 0}, {0, 0}, {0.5, 5}, {0.51, 5}, {1, 10}, {2, 10}} {
		got := theme.Drain("secret", 10, tt.left)
		want := theme.Secret.Render("secret    "[:tt.cells]) + theme.SecretSpent.Render("secret    "[tt.cells:])
		if got != want {
			t.Errorf("%.2f left: got %q, want %q", tt.left, got, want)
		}
	}
	for w := range 300 {
		if got := draw.Width(theme.Drain("語語語", w, 0.3)); got != w {
			t.Fatalf("drained to %d cells, want %d", got, w)
		}
	}
}

func TestGlyphs(t *testing.T) {
	for _, g := range []Glyphs{Unicode(), ASCII()} {
		one := []string{
			g.Marker, g.Point, g.Ellipsis, g.Rule, g.Heavy, g.Down, g.Check, g.Cross, g.Warn, g.SortDown, g.SortUp,
			g.Crumb, g.Dot, g.Less, g.More, g.Caret, g.TopLeft, g.TopRight, g.BottomLeft, g.BottomRight, g.Across,
			g.Side, g.Full, g.Empty,
		}
		for _, s := range append(one, g.Spinner...) {
			if ansi.StringWidth(s) != 1 {
				t.Errorf("%s: %q takes %d cells, want 1", g.Name, s, ansi.StringWidth(s))
			}
		}
		for _, s := range []string{g.Checked, g.Unchecked, g.On, g.Off} {
			if ansi.StringWidth(s) != 3 {
				t.Errorf("%s: %q takes %d cells, want 3", g.Name, s, ansi.StringWidth(s))
			}
		}
		if ansi.StringWidth(g.Mask) != 4 {
			t.Errorf("%s: the mask takes %d cells", g.Name, ansi.StringWidth(g.Mask))
		}
		if got := ansi.StringWidth(g.Bar(7, 0.5)); got != 7 {
			t.Errorf("%s: a bar of 7 takes %d cells", g.Name, got)
		}
	}
	if s := strings.Join(ASCII().Spinner, "") + ASCII().Mask + ASCII().On + ASCII().Dots; draw.SafeASCII(s) != s {
		t.Error("the ASCII set is not ASCII")
	}
}
