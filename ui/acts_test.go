package ui

import (
	"strings"
	"testing"

	"jeton/model"
)

// never fails when the text is on the screen now.
func (r *terminal) never(text string) {
	r.t.Helper()
	if screen := r.screen(); strings.Contains(screen, text) {
		r.t.Fatalf("%q is on the screen:\n%s", text, screen)
	}
}

// TestOnlyWhatIsOffered: a key that is bound where the keys are heard, for an action
// that is not offered there now, does nothing but say why.
func TestOnlyWhatIsOffered(t *testing.T) {
	const roles = "its owner's roles decide"
	w := newWorld(t)
	ben := w.person("ben")
	w.do(w.ana, model.CreateToken{Kind: model.UserToken, Owner: w.ana.User, Description: "of ana"})
	w.do(ben, model.CreateToken{Kind: model.UserToken, Owner: ben.User, Description: "of ben"})
	t.Run("member", func(t *testing.T) {
		r := w.terminal(ben)
		r.until("of ben")
		r.press("e")
		r.until(roles)
		r.never("Permissions ·")
	})
	t.Run("list", func(t *testing.T) {
		r := w.terminal(w.ana)
		r.until("No agent tokens yet")
		r.press("tab")
		r.until("of ana")
		r.press("e")
		r.until(roles)
		r.never("Permissions ·")
	})
	t.Run("details", func(t *testing.T) {
		r := w.terminal(w.ana)
		r.until("No agent tokens yet")
		r.press("tab")
		r.until("of ana")
		r.press("enter")
		r.until("User token 1")
		r.press("e")
		r.until(roles)
		r.until("User token 1")
		r.never("Permissions ·")
	})
}

// TestDetailsForwardWhatTheyOffer: the other keys of the list below are not heard.
func TestDetailsForwardWhatTheyOffer(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	r.until("▌ one")
	r.press("enter")
	for _, key := range []string{"q", "n", "2", "v", "s", "tab", "@", "/", ":", "w", "u"} {
		r.press(key)
		r.until("Agent token 1")
		r.until("esc close")
	}
	if r.quit || w.count() != 1 {
		t.Errorf("it quit (%v), or created: %d tokens", r.quit, w.count())
	}
	r.press("esc")
	r.gone("Agent token 1")
	r.until("CREATED ↓")
}

// TestQuestionsTakeTheirAnswersOnly: saving does not answer whether to discard, nor the
// other way round.
func TestQuestionsTakeTheirAnswersOnly(t *testing.T) {
	w, r, token := editing(t)
	r.press("o", "space", "esc")
	r.until("Your edits are not saved.")
	r.press("s", "enter")
	r.until("Your edits are not saved.")
	r.press("esc", "a", "a")
	r.until("This token will reach nothing.")
	r.press("enter")
	r.until("s save   esc back")
	r.press("D")
	r.until("s save   esc back")
	if !w.token(token.ID).Permissions.OrgAgent {
		t.Fatal("the wrong answer saved")
	}
	r.press("s")
	r.until("Permissions saved")
}

// TestRefusalsEndWithWhatTheyAreAbout: why something was not done is gone with the next
// thing that is.
func TestRefusalsEndWithWhatTheyAreAbout(t *testing.T) {
	w := newWorld(t)
	ben := w.person("ben")
	one := w.do(ben, model.CreateToken{Kind: model.UserToken, Owner: ben.User, Description: "one"}).(model.Token)
	r := w.terminal(ben)
	r.until("▌ one")
	const tab = "This tab needs an Organization Admin."
	r.press("2")
	r.until(tab)
	r.press("4")
	r.gone(tab)
	r.press("1")
	r.until("▌ one")
	r.press("X", "enter")
	r.until("Type 4 more.")
	r.typeText(one.LastFour[:2])
	r.gone("Type 4 more.")
	r.press("enter")
	r.until("Type 2 more.")
	r.press("esc")
	r.gone("Type 2 more.")
	r.press(":")
	r.typeText("nothing of the kind")
	r.press("enter")
	r.until("No command contains")
	r.press("esc")
	r.gone("No command contains")
}

// TestUndoOutlivesOtherMessages: for its time it is there, whatever is said meanwhile,
// and is said again.
func TestUndoOutlivesOtherMessages(t *testing.T) {
	w, r := newTestApp(t)
	token := w.agent("one")
	r.until("▌ one")
	r.press("d")
	r.typeText("!")
	r.press("enter")
	r.until("Description saved   u undo")
	r.press("y")
	r.until("Sent to your terminal's clipboard")
	r.send(toastEnded{r.app.toastGen})
	r.until("Description saved   u undo")
	r.press("u")
	r.until("Undone.")
	if got := w.token(token.ID).Description; got != "one" {
		t.Errorf("undone to %q", got)
	}
	r.press("u")
	r.until("Nothing to undo")
	r.press(":")
	r.typeText("undo")
	r.until("Not now: Nothing to undo")
}

func TestUndoEnds(t *testing.T) {
	w, r := newTestApp(t)
	w.agent("one")
	r.until("▌ one")
	r.press("d")
	r.typeText("!")
	r.press("enter")
	r.until("Description saved   u undo")
	w.clock.forward(r.app.s.times.Undo)
	r.never("u undo")
	r.press("u")
	r.until("Nothing to undo")
}

// TestCopyLineKeepsItsEnd: at 80 columns it stands alone, as long as it needs the room.
func TestCopyLineKeepsItsEnd(t *testing.T) {
	w, r := newTestApp(t)
	for range 12 {
		w.agent("")
	}
	r.until("1 of 12")
	r.press("y")
	r.until("✓ Sent to your terminal's clipboard (OSC 52). Cleared in 0:45 while connected.")
	r.resize(81, 24)
	r.until("while connected.")
	r.never("1 of 12")
}
