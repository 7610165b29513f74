package clip

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const secret = "jta_i3YIT4hGExqbwZetGi4IFS8VgHHzAhlk5It30Ee4HMm3C9f3E"

// world is everything outside a Clipboard, faked.
type world struct {
	t       *testing.T
	env     map[string]string
	out     bytes.Buffer
	buffers map[string]string // of tmux
	calls   [][]string
	loads   []string
	tmuxErr map[string]error // by subcommand

	desk     string
	deskErr  error // of writing
	readErr  error
	garble   bool // writing stores something else
	hang     chan struct{}
	touched  bool
	writeErr error // of Out
}

func newWorld(t *testing.T, env ...string) *world {
	w := &world{t: t, env: map[string]string{"TERM": "xterm-256color"}, buffers: map[string]string{}, tmuxErr: map[string]error{}}
	for _, kv := range env {
		k, v, _ := strings.Cut(kv, "=")
		w.env[k] = v
	}
	return w
}

func (w *world) clipboard(mode Mode) *Clipboard {
	return New(Options{
		Mode: mode, Getenv: func(k string) string { return w.env[k] },
		Out: w, IsTerminal: true, Run: w.run, Desktop: w,
	})
}

func (w *world) Write(p []byte) (int, error) {
	if w.writeErr != nil {
		return 0, w.writeErr
	}
	return w.out.Write(p)
}

func (w *world) run(_ context.Context, stdin, name string, args ...string) (string, error) {
	w.calls = append(w.calls, append([]string{name}, args...))
	if strings.Contains(fmt.Sprint(args), secret) {
		w.t.Error("the value is in the arguments")
	}
	if len(args) > 2 && args[0] == "-S" {
		args = args[2:]
	}
	if err := w.tmuxErr[args[0]]; err != nil {
		return "", err
	}
	switch args[0] {
	case "load-buffer":
		w.buffers[args[2]] = stdin
		w.loads = append(w.loads, stdin)
	case "show-buffer":
		if b, ok := w.buffers[args[2]]; ok {
			return b, nil
		}
		return "", errors.New("no buffer jeton")
	case "delete-buffer":
		delete(w.buffers, args[2])
	}
	return "", nil
}

func (w *world) ReadAll() (string, error) {
	w.touched = true
	return w.desk, w.readErr
}

func (w *world) WriteAll(s string) error {
	w.touched = true
	if w.hang != nil {
		<-w.hang
	}
	if w.deskErr != nil {
		return w.deskErr
	}
	if w.desk = s; w.garble {
		w.desk = "something else"
	}
	return nil
}

func want(t *testing.T, r Result, o Outcome, route string) {
	t.Helper()
	if r.Outcome != o || r.Route != route {
		t.Fatalf("got %+v, want outcome %d by %q", r, o, route)
	}
	if text := fmt.Sprintf("%+v %s", r, r); strings.Contains(text, secret) {
		t.Fatalf("the value is in the result: %s", text)
	}
	if o == Failed && r.Reason == "" {
		t.Fatal("failed without a reason")
	}
}

func osc(value string) string {
	return "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(value)) + "\a"
}

var ctx = context.Background()

func TestRoute(t *testing.T) {
	tests := []struct {
		mode Mode
		env  []string
		want string
	}{
		{Auto, nil, routeNative},
		{"", nil, routeNative},
		{Auto, []string{"TMUX=/s,1,0"}, routeTmux},
		{Auto, []string{"TMUX=/s,1,0", "SSH_TTY=/dev/pts/1", "STY=1.x"}, routeTmux},
		{Auto, []string{"STY=1.x", "SSH_TTY=/dev/pts/1"}, routeScreen},
		{Auto, []string{"SSH_TTY=/dev/pts/1", "DISPLAY=:10"}, routeOSC},
		{Auto, []string{"SSH_CONNECTION=a b c d"}, routeOSC},
		{OSC52, []string{"TMUX=/s,1,0", "STY=1.x"}, routeOSC},
		{OSC52, []string{"STY=1.x"}, routeScreen},
		{Native, []string{"TMUX=/s,1,0"}, routeNative},
		{Tmux, nil, routeTmux},
		{Off, []string{"TMUX=/s,1,0"}, routeOff},
	}
	for _, tt := range tests {
		if got := newWorld(t, tt.env...).clipboard(tt.mode).Route(); got != tt.want {
			t.Errorf("mode %q in %v: route %q, want %q", tt.mode, tt.env, got, tt.want)
		}
	}
}

func TestWays(t *testing.T) {
	tests := []struct {
		mode Mode
		env  []string
		want string
	}{
		{Auto, []string{"DISPLAY=:0"}, "desktop, else OSC 52"},
		{Auto, []string{"TMUX=/s,1,0"}, "tmux"},
		{Auto, []string{"SSH_TTY=/dev/pts/1"}, "OSC 52"},
		{Native, []string{"DISPLAY=:0"}, "desktop"},
		{Off, nil, "off"},
	}
	for _, tt := range tests {
		if got := newWorld(t, tt.env...).clipboard(tt.mode).Ways(); got != tt.want {
			t.Errorf("mode %q in %v: %q, want %q", tt.mode, tt.env, got, tt.want)
		}
	}
}

func TestTmuxCopiesAndClears(t *testing.T) {
	w := newWorld(t, "TMUX=/run/tmux.sock,42,0", "DISPLAY=:0")
	c := w.clipboard(Auto)
	want(t, c.Copy(ctx, secret), Sent, routeTmux)
	if w.buffers["jeton"] != secret || !c.Holding() || w.touched || w.out.Len() > 0 {
		t.Fatalf("copied wrongly: %v, holding %v, desktop %v, terminal %q", w.buffers, c.Holding(), w.touched, &w.out)
	}
	if load := []string{"tmux", "-S", "/run/tmux.sock", "load-buffer", "-b", "jeton", "-w", "-"}; !slices.Equal(w.calls[0], load) {
		t.Fatalf("ran %q", w.calls[0])
	}
	want(t, c.Clear(ctx), Sent, routeTmux)
	if _, there := w.buffers["jeton"]; there || w.loads[1] != blank || c.Holding() {
		t.Fatalf("not cleared: %v after %q, holding %v", w.buffers, w.loads, c.Holding())
	}
}

func TestTmuxLeavesOthersAlone(t *testing.T) {
	w := newWorld(t, "TMUX=/s,1,0")
	c := w.clipboard(Auto)
	c.Copy(ctx, secret)
	w.buffers["jeton"] = "somebody else's"
	want(t, c.Clear(ctx), Kept, routeTmux)
	if w.buffers["jeton"] != "somebody else's" || len(w.loads) != 1 {
		t.Fatal("touched a buffer that is not ours")
	}
	c.Copy(ctx, secret)
	delete(w.buffers, "jeton")
	want(t, c.Clear(ctx), Kept, routeTmux)
	if len(w.loads) != 2 || c.Holding() {
		t.Fatalf("blanked a clipboard after our buffer was gone: %q", w.loads)
	}
}

func TestTmuxFails(t *testing.T) {
	w := newWorld(t, "TMUX=/s,1,0")
	w.tmuxErr["load-buffer"] = errors.New("unknown option -- w, given " + secret)
	c := w.clipboard(Auto)
	r := c.Copy(ctx, secret)
	want(t, r, Failed, routeTmux)
	if !strings.Contains(r.Help, "3.2") || c.Holding() {
		t.Fatalf("%+v, holding %v", r, c.Holding())
	}
	want(t, newWorld(t).clipboard(Tmux).Copy(ctx, secret), Failed, routeTmux)

	w.tmuxErr = map[string]error{}
	c.Copy(ctx, secret)
	w.tmuxErr = map[string]error{"show-buffer": errSlow, "list-buffers": errSlow}
	want(t, c.Clear(ctx), Failed, routeTmux)
	if !c.Holding() {
		t.Fatal("forgot a copy that was not cleared")
	}
}

func TestTmuxTooSlow(t *testing.T) {
	w := newWorld(t, "TMUX=/s,1,0")
	c := New(Options{Getenv: func(k string) string { return w.env[k] }, Run: func(ctx context.Context, _, _ string, _ ...string) (string, error) {
		<-ctx.Done()
		return "", errors.New("signal: killed")
	}})
	c.wait = time.Millisecond
	want(t, c.Copy(ctx, secret), Failed, routeTmux)
	if !c.Holding() {
		t.Fatal("a copy that may have arrived must be held")
	}
}

func TestOSC52(t *testing.T) {
	w := newWorld(t, "SSH_TTY=/dev/pts/3", "DISPLAY=:10.0")
	c := w.clipboard(Auto)
	want(t, c.Copy(ctx, secret), Sent, routeOSC)
	if w.out.String() != osc(secret) || w.touched {
		t.Fatalf("wrote %q, desktop touched: %v", &w.out, w.touched)
	}
	w.out.Reset()
	want(t, c.Clear(ctx), Sent, routeOSC)
	if w.out.String() != osc("") || c.Holding() {
		t.Fatalf("cleared with %q", &w.out)
	}
	w.out.Reset()
	want(t, c.Clear(ctx), Kept, routeOSC)
	if w.out.Len() > 0 {
		t.Fatal("cleared a clipboard that holds nothing of ours")
	}
}

func TestScreenWraps(t *testing.T) {
	w := newWorld(t, "STY=77.pts-1.host")
	want(t, w.clipboard(Auto).Copy(ctx, secret), Sent, routeScreen)
	got := w.out.String()
	if !strings.HasPrefix(got, "\x1bP") || !strings.HasSuffix(got, "\x1b\\") || !strings.Contains(got, "]52;c;") {
		t.Fatalf("not wrapped for screen: %q", got)
	}
}

func TestOSC52Fails(t *testing.T) {
	ssh := "SSH_TTY=/dev/pts/3"
	c := newWorld(t, ssh, "TERM=dumb").clipboard(Auto)
	want(t, c.Copy(ctx, secret), Failed, routeOSC)

	c = newWorld(t, ssh).clipboard(Auto)
	want(t, c.Copy(ctx, strings.Repeat("x", maxOSC+1)), Failed, routeOSC)
	want(t, c.Copy(ctx, strings.Repeat("x", maxOSC)), Sent, routeOSC)

	c = newWorld(t, ssh).clipboard(Auto)
	c.isTerminal = false
	want(t, c.Copy(ctx, secret), Failed, routeOSC)

	w := newWorld(t, ssh)
	w.writeErr = errors.New("broken pipe")
	c = w.clipboard(Auto)
	want(t, c.Copy(ctx, secret), Failed, routeOSC)
	if c.Holding() {
		t.Fatal("holding what was never written")
	}
}

func TestOffAndModes(t *testing.T) {
	w := newWorld(t, "TMUX=/s,1,0", "DISPLAY=:0")
	c := w.clipboard(Off)
	want(t, c.Copy(ctx, secret), Failed, routeOff)
	want(t, c.Clear(ctx), Kept, routeOff)
	if w.touched || len(w.calls) > 0 || w.out.Len() > 0 || c.Holding() {
		t.Fatal("off did something")
	}
	for _, s := range []string{"", "auto", "tmux", "osc52", "native", "off"} {
		if m, err := ParseMode(s); err != nil || m == "" {
			t.Errorf("ParseMode(%q) = %q, %v", s, m, err)
		}
	}
	if _, err := ParseMode("xclip"); !errors.Is(err, ErrMode) || !strings.Contains(err.Error(), "osc52") {
		t.Errorf("ParseMode(xclip): %v", err)
	}
}

// Nothing but a digest of the value stays in memory that is reachable from here.
func TestRemembersOnlyADigest(t *testing.T) {
	w := newWorld(t, "DISPLAY=:0")
	c := w.clipboard(Auto)
	c.desktop = struct{ Desktop }{w}
	c.Copy(ctx, secret)
	if s := fmt.Sprintf("%+v", *c.held.Load()); strings.Contains(s, secret) {
		t.Fatalf("remembers the value: %s", s)
	}
}
