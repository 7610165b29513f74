package clip

import (
	"errors"
	"testing"
	"time"
)

func TestNativeCopiesAndClears(t *testing.T) {
	w := newWorld(t, "DISPLAY=:0")
	c := w.clipboard(Auto)
	want(t, c.Copy(ctx, secret), Copied, routeNative)
	if w.desk != secret || w.out.Len() > 0 {
		t.Fatalf("desktop %q, terminal %q", w.desk, &w.out)
	}
	want(t, c.Clear(ctx), Cleared, routeNative)
	if w.desk != "" || c.Holding() {
		t.Fatalf("left %q", w.desk)
	}
	c.Copy(ctx, secret)
	w.desk = "somebody else's"
	want(t, c.Clear(ctx), Kept, routeNative)
	if w.desk != "somebody else's" {
		t.Fatal("cleared what is not ours")
	}
}

func TestNativeFallsBack(t *testing.T) {
	display := "WAYLAND_DISPLAY=wayland-0"
	w := newWorld(t, display)
	w.deskErr = errTool
	want(t, w.clipboard(Auto).Copy(ctx, secret), Sent, routeOSC)
	if w.out.String() != osc(secret) {
		t.Fatalf("wrote %q", &w.out)
	}
	want(t, w.clipboard(Native).Copy(ctx, secret), Failed, routeNative)

	w = newWorld(t) // no display: fails without trying
	want(t, w.clipboard(Auto).Copy(ctx, secret), Sent, routeOSC)
	if w.touched {
		t.Fatal("ran a clipboard tool without a display")
	}

	w = newWorld(t, display, "TERM=dumb")
	w.deskErr = errors.New("xclip: cannot open " + secret)
	want(t, w.clipboard(Auto).Copy(ctx, secret), Failed, routeNative)

	w = newWorld(t, display)
	w.readErr = errors.New("exit status 1")
	want(t, w.clipboard(Auto).Copy(ctx, secret), Sent, routeNative)

	w = newWorld(t, display, "SSH_TTY=/dev/pts/1")
	want(t, w.clipboard(Native).Copy(ctx, secret), Failed, routeNative)
	if w.touched {
		t.Fatal("used the remote host's clipboard")
	}
}

// A desktop that stores something else, or answers too late, may hold the value
// although the terminal was used in the end: clearing looks at both.
func TestNativeClearedAfterFallBack(t *testing.T) {
	w := newWorld(t, "DISPLAY=:0")
	w.garble = true
	c := w.clipboard(Auto)
	want(t, c.Copy(ctx, secret), Sent, routeOSC)
	w.desk, w.garble = secret, false
	want(t, c.Clear(ctx), Sent, routeOSC)
	if w.desk != "" {
		t.Fatal("left the value on the desktop's clipboard")
	}
}

func TestNativeHangs(t *testing.T) {
	w := newWorld(t, "DISPLAY=:0")
	w.hang = make(chan struct{})
	defer close(w.hang)
	c := w.clipboard(Native)
	c.wait = time.Millisecond
	want(t, c.Copy(ctx, secret), Failed, routeNative)
	if !c.Holding() {
		t.Fatal("a copy that may have arrived must be held")
	}
}

func TestNativeClearFails(t *testing.T) {
	w := newWorld(t, "DISPLAY=:0")
	c := w.clipboard(Auto)
	c.Copy(ctx, secret)
	w.deskErr = errors.New("exit status 1")
	want(t, c.Clear(ctx), Failed, routeNative)
	w.deskErr, w.readErr = nil, errors.New("exit status 1")
	want(t, c.Clear(ctx), Failed, routeNative)
	if !c.Holding() {
		t.Fatal("forgot a copy that was not cleared")
	}
	w.readErr = nil
	want(t, c.Clear(ctx), Cleared, routeNative)
}
