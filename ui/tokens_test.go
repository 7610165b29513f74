package ui

import (
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"jeton/model"
	"jeton/ui/clip"
)

var tokenValue = regexp.MustCompile(`jt[aus]_[0-9A-Za-z]{49}`)

// TestGuideAgentToken is the guide, step by step, for an agent token.
func TestGuideAgentToken(t *testing.T) {
	_, r := newTestApp(t)
	r.until("No agent tokens yet")
	r.press("n")
	r.until("Created agent token 1, Org Agent.")
	r.until("save description")
	r.typeText("staging runner, blue")
	r.until("Description  20 of 256")
	r.press("enter")
	r.until("Description saved")
	r.until("Agent tokens 1")

	r.press("r")
	r.when("a value", func() bool { return tokenValue.MatchString(r.screen()) })
	r.until("hides in 0:30")
	value := tokenValue.FindString(r.screen())
	r.click("jta_")
	r.until("Sent to your terminal's clipboard")
	if got := copiedText(t, r); got != value {
		t.Errorf("the clipboard has %d bytes, not the value on the screen", len(got))
	}
	r.press("esc")
	r.gone(value)

	r.press("e")
	r.until("Org Agent")
	r.until("reaches every deployment")
	r.press("o")
	r.until("Deployments this token may reach")
	r.press("enter")
	r.until("Permissions saved")
	r.press("X")
	r.until("It stops working at once. This cannot be undone.")
	r.press("enter")
	r.until("It stops working at once.") // enter is dead
	r.typeText(strings.ToLower(value[len(value)-4:]))
	r.press("enter")
	r.until("Revoked agent token 1")
	r.until("No agent tokens yet")
	r.press("v")
	r.until("revoked  staging runner, blue")
}

// copiedText decodes what was last sent to the terminal's clipboard.
func copiedText(t *testing.T, r *terminal) string {
	t.Helper()
	all := regexp.MustCompile(`\x1b\]52;c;([A-Za-z0-9+/=]*)`).FindAllStringSubmatch(r.copied.String(), -1)
	if len(all) == 0 {
		return ""
	}
	text, err := base64.StdEncoding.DecodeString(all[len(all)-1][1])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestGuideUserTokens is the guide for user tokens, own and another user's.
func TestGuideUserTokens(t *testing.T) {
	w, r := newTestApp(t)
	w.person("ben")
	r.until("No agent tokens yet")
	r.press("tab")
	r.until("No user tokens yet")
	r.until("Manage tokens for ana (you)")
	r.press("n")
	r.until("Created user token 1, yours.")
	r.press("esc", "@")
	r.until("ben")
	r.typeText("ben")
	r.press("enter")
	r.until("Manage tokens for ben (not you)")
	r.press("n")
	r.until("Created user token 2, for ben.")
	r.press("esc", "X")
	r.until("Revoke user token 2")
	// Leaving the tab goes back to yourself.
	r.press("esc", "2")
	r.until("LOGIN")
	r.press("1", "tab", "tab")
	r.until("Manage tokens for ana (you)")
}

// TestMemberSeesOwnTokensOnly looks at the screens as a plain member.
func TestMemberSeesOwnTokensOnly(t *testing.T) {
	w := newWorld(t)
	ben := w.person("ben")
	w.agent("not for ben")
	w.do(w.ana, model.CreateToken{Kind: model.UserToken, Owner: w.ana.User, Description: "ana's own"})
	r := w.terminal(ben)
	r.until("No user tokens yet")
	for _, key := range []string{"@", "tab"} {
		r.press(key)
		r.until("need an Organization Admin")
	}
	r.press("2", "3", "5")
	r.until("This tab needs an Organization Admin")
	r.press("e")
	r.until("its owner's roles decide")
	r.press("n")
	r.until("Created user token 3, yours.")
	for _, hidden := range []string{"Agent tokens", "not for ben", "ana's own", "Users", "Deployments", "Settings  ", "Manage tokens for"} {
		if strings.Contains(r.screen(), hidden) {
			t.Errorf("a member sees %q:\n%s", hidden, r.screen())
		}
	}
}

// TestSecretOnScreenOnlyWhileRevealed is the leak property: the value is on the screen
// only while it is revealed, and whatever ends that takes it away.
func TestSecretOnScreenOnlyWhileRevealed(t *testing.T) {
	ends := map[string]func(*world, *terminal){
		"esc":  func(_ *world, r *terminal) { r.press("esc") },
		"r":    func(_ *world, r *terminal) { r.press("r") },
		"move": func(_ *world, r *terminal) { r.press("down") },
		"help": func(_ *world, r *terminal) { r.press("tab") },
		"time": func(w *world, r *terminal) { w.clock.forward(31 * time.Second) },
		"blur": func(_ *world, r *terminal) { r.send(blur) },
		"tab":  func(_ *world, r *terminal) { r.press("4") },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			w, r := newTestApp(t)
			w.agent("one")
			w.agent("two")
			r.until("two")
			if tokenValue.MatchString(r.screen()) {
				t.Fatal("a value before any reveal")
			}
			r.press("r")
			r.when("a value", func() bool { return tokenValue.MatchString(r.screen()) })
			end(w, r)
			r.when("no value", func() bool { return !tokenValue.MatchString(r.screen()) })
		})
	}
}

// TestCopyWithoutDrawing copies from the list: the value never stands on the screen.
func TestCopyWithoutDrawing(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	r.until("one")
	r.press("y")
	r.when("a copy", func() bool {
		if tokenValue.MatchString(r.screen()) {
			t.Fatal("the value was drawn")
		}
		return strings.Contains(r.screen(), "Sent to your terminal's clipboard")
	})
	if !tokenValue.MatchString(copiedText(t, r)) {
		t.Error("nothing was copied")
	}
}

// TestQuickKeysReachTheirDialog: keys that arrive in one read go where each was meant.
func TestQuickKeysReachTheirDialog(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	r.until("one")
	r.press("Xq") // q is typed into the field of the revoke dialog, it does not quit
	r.until("Revoke agent token 1")
	if r.quit {
		t.Fatal("q quit")
	}
}

// TestAnySize draws everything at any size: exactly that many lines, none too wide.
func TestAnySize(t *testing.T) {
	w, r := newTestApp(t)
	for _, d := range []string{"nightly-hybrid-eu", "データ基盤チームの夜間バッチ", "", strings.Repeat("long ", 50)} {
		w.agent(d)
	}
	r.until("nightly-hybrid-eu")
	steps := [][]string{{}, {"r"}, {"esc", "d"}, {"esc", "e"}, {"o"}, {"X"}, {"esc", "esc", "D", "?"}, {"esc", ":"}, {"esc", "w"}, {"esc", "@"},
		{"esc", "enter"}, {"esc", "/"}, {"esc", "2"}, {"n"}, {"esc", "e"}, {"esc", "3"}, {"n"}, {"esc", "4"}, {"enter"}, {"esc", "5"}}
	sizes := [][2]int{{1, 1}, {2, 200}, {39, 9}, {40, 10}, {41, 11}, {47, 12}, {60, 13}, {66, 14}, {67, 15}, {68, 16}, {80, 24}, {100, 30}, {119, 40}, {120, 40}, {140, 40}, {200, 60}, {300, 100}, {300, 1}}
	for _, step := range steps {
		r.press(step...)
		for _, size := range sizes {
			r.resize(size[0], size[1])
			checkSize(t, r, size[0], size[1])
		}
		r.resize(80, 24)
	}
}

func checkSize(t *testing.T, r *terminal, w, h int) {
	t.Helper()
	lines := strings.Split(r.app.View(), "\n")
	if len(lines) != h {
		t.Errorf("%dx%d: %d lines", w, h, len(lines))
	}
	for i, l := range lines {
		if n := ansi.StringWidth(l); n > w {
			t.Errorf("%dx%d: line %d has %d cells", w, h, i, n)
		}
	}
}

// TestInterruptClearsTheClipboard: ctrl+c leaves without asking, and takes our copy
// with it.
func TestInterruptClearsTheClipboard(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	r.until("one")
	r.press("y")
	r.until("Sent to your terminal's clipboard")
	r.press("ctrl+c")
	r.when("quitting", func() bool { return r.quit })
	if got := copiedText(t, r); got != "" {
		t.Error("the copy is still on the clipboard")
	}
}

// moody is a terminal that sometimes takes nothing.
type moody struct {
	to      *strings.Builder
	refuses atomic.Bool
}

func (m *moody) Write(p []byte) (int, error) {
	if m.refuses.Load() {
		return 0, errors.New("it takes nothing")
	}
	return m.to.Write(p)
}

// newCopied has copied a token to a terminal that may take no more from then on.
func newCopied(t *testing.T) (w *world, r *terminal, out *moody) {
	t.Helper()
	out = &moody{to: &strings.Builder{}}
	w, r = newTestApp(t, func(c *Config) {
		c.Clipboard = clip.New(clip.Options{Mode: clip.OSC52, Out: out, IsTerminal: true})
	})
	r.copied = out.to
	w.agent("one")
	r.until("one")
	r.press("y")
	r.until("Sent to your terminal's clipboard")
	return w, r, out
}

// TestAFailedCopyLeavesTheOneBefore has a second copy fail: the first is still there, asked
// about before leaving and cleared in its time.
func TestAFailedCopyLeavesTheOneBefore(t *testing.T) {
	w, r, out := newCopied(t)
	out.refuses.Store(true)
	r.press("y")
	r.until("Could not copy")
	out.refuses.Store(false)
	r.press("q")
	r.until("Token 1 is on the clipboard")
	r.press("esc")
	w.clock.forward(46 * time.Second)
	r.until("Asked your terminal to clear its clipboard")
	if got := copiedText(t, r); got != "" {
		t.Error("the copy is still on the clipboard")
	}
}

// TestWhatCouldNotBeClearedIsAskedAbout has clearing fail: whoever leaves is asked all the
// same, and it is tried again.
func TestWhatCouldNotBeClearedIsAskedAbout(t *testing.T) {
	w, r, out := newCopied(t)
	out.refuses.Store(true)
	w.clock.forward(46 * time.Second)
	r.until("Could not clear the clipboard")
	out.refuses.Store(false)
	r.press("q")
	r.until("Token 1 is on the clipboard")
	r.press("q")
	r.when("quitting", func() bool { return r.quit })
	if got := copiedText(t, r); got != "" {
		t.Error("the copy is still on the clipboard")
	}
}
