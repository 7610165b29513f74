package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/model"
)

// line runs a command line in this process with nothing on its terminal.
func line(t *testing.T, env map[string]string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	dir := t.TempDir()
	open := func(name string) *os.File {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	std := streams{open("in"), open("out"), open("err")}
	code = run(args, func(name string) string { return env[name] }, std)
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	return read("out"), read("err"), code
}

func TestCommandLinesThatMakeNoSense(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"a command there is not", []string{"frobnicate"}, `jeton has no command "frobnicate"; see jeton --help`},
		{"a mistyped command", []string{"inti"}, `jeton has no command "inti", did you mean init?`},
		{"help on what there is not", []string{"help", "tokn"}, `jeton has no command "tokn", did you mean token?`},
		{"help on a command below", []string{"help", "token", "nonsense"}, `jeton token has no command "nonsense"; see jeton token --help`},
		{"a flag there is not", []string{"--colour"}, "unknown flag: --colour; see jeton --help"},
		{"an argument too many", []string{"init", "acme"}, `jeton init takes no argument, and "acme" is one`},
		{"init without a name", []string{"init"}, "give --organization"},
		{"an unknown theme", []string{"config", "--theme", "blue"}, `--theme = "blue": must be one of auto, dark, light`},
		{"a demonstration of nobody", []string{"demo", "--as", "mallory"}, "nobody in the demonstration has this login"},
		{"a demonstration on a real store", []string{"demo", "--store", "/tmp/x"}, "demo has a store of its own"},
		{"filling nothing", []string{"demo", "--fill", "0", "--store", "/tmp/x"}, "1 or more"},
		{"filling nowhere", []string{"demo", "--fill", "10"}, "say where with --store"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, errs, code := line(t, map[string]string{"HOME": t.TempDir()}, c.args...)
			if code != 2 || out != "" {
				t.Errorf("exit code %d, output %q", code, out)
			}
			if !strings.Contains(errs, c.want) || !strings.HasPrefix(errs, "jeton: ") || strings.Count(errs, "\n") != 1 {
				t.Errorf("said %q, want one line with %q", errs, c.want)
			}
		})
	}
}

func TestScreensNeedATerminal(t *testing.T) {
	for _, args := range [][]string{{}, {"demo"}} {
		_, errs, code := line(t, map[string]string{"HOME": t.TempDir(), "TERM": "xterm"}, args...)
		if code != 1 || !strings.Contains(errs, errNoTerminal.Error()) {
			t.Errorf("jeton %v: exit code %d, said %q", args, code, errs)
		}
	}
}

func TestConfigSaysWhereValuesComeFrom(t *testing.T) {
	env := map[string]string{"HOME": t.TempDir(), "JETON_STORE": "/srv/acme"}
	out, errs, code := line(t, env, "config", "--theme", "light", "--ascii", "--no-mouse", "--keyset", "/srv/keyset")
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d, said %q", code, errs)
	}
	for _, want := range []string{
		"Set by: --theme.\ntheme = \"light\"", "Set by: --ascii.\nglyphs = \"ascii\"", "Set by: --no-mouse.\nmouse = false",
		"Set by: $JETON_STORE.\ndirectory = \"/srv/acme\"", "Set by: --keyset.\nkeyset = \"/srv/keyset\"",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the configuration does not say %q", want)
		}
	}
}

func TestRefusedConfiguration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte("theme = \"blue\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs, code := line(t, map[string]string{"HOME": t.TempDir(), "JETON_CONFIG": path}, "config")
	if code != 1 || !strings.Contains(errs, path+":1:1: theme = \"blue\": must be one of auto, dark, light") {
		t.Errorf("exit code %d, said %q", code, errs)
	}
}

func TestVersion(t *testing.T) {
	out, _, code := line(t, nil, "version")
	if code != 0 || !strings.HasPrefix(out, "jeton ") || strings.Count(out, "\n") != 1 {
		t.Errorf("exit code %d, printed %q", code, out)
	}
}

func TestWording(t *testing.T) {
	since := time.Date(2026, 3, 9, 9, 14, 0, 0, time.Local)
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{&signalled{syscall.SIGHUP}, ""},
		{fmt.Errorf("write /dev/stdout: %w", syscall.EPIPE), ""},
		{&model.GoneError{Cause: syscall.EPIPE}, model.ErrGone.Error() + ": broken pipe"},
		{fmt.Errorf("list: %w", context.Canceled), "list: context canceled"},
		{&model.LockedError{Path: "/s", PID: 4121, User: "ana", Since: since, Terminal: "pts/3 from 10.0.0.7"},
			"store /s is open in another jeton: pid 4121, user ana, since 2026-03-09 09:14:00, on pts/3 from 10.0.0.7; leave it there, then try again"},
		{&model.LockedError{Path: "/s"}, "store /s is open in another jeton; leave it there, then try again"},
		{fmt.Errorf("/s: %w", model.ErrNoStore), "/s: no organization here; create one with jeton init, or look around with jeton demo"},
		{model.ErrLowSpace, model.ErrLowSpace.Error()},
	} {
		if got := wording(c.err); got != c.want {
			t.Errorf("said %q, want %q", got, c.want)
		}
	}
}

func TestExitCode(t *testing.T) {
	hungUp, cancel := context.WithCancelCause(context.Background())
	cancel(&signalled{syscall.SIGHUP})
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want int
	}{
		{context.Background(), nil, 0},
		{context.Background(), errors.New("no"), 1},
		{context.Background(), fmt.Errorf("no: %w", &usageError{"no", "jeton"}), 2},
		{context.Background(), newCrash("x"), exitCrashed},
		{hungUp, nil, 129},
		{hungUp, errors.New("no"), 129},
		{context.Background(), fmt.Errorf("write /dev/stdout: %w", syscall.EPIPE), 141},
		{context.Background(), &model.GoneError{Cause: syscall.EPIPE, Sent: true}, exitUnknown},
	} {
		if got := exitCode(c.ctx, c.err); got != c.want {
			t.Errorf("%v with %v: exit code %d, want %d", c.err, context.Cause(c.ctx), got, c.want)
		}
	}
}

func TestSource(t *testing.T) {
	for _, c := range []struct {
		connection, tty string
		want            model.Source
	}{
		{"", "/dev/pts/3", model.Source{Door: model.DoorTerminal, Origin: "pts/3"}},
		{"", "", model.Source{Door: model.DoorTerminal}},
		{"10.0.0.7 51234 10.0.0.1 22", "/dev/pts/3", model.Source{Door: model.DoorSSH, Origin: "pts/3 from 10.0.0.7"}},
		{"fe80::1%eth0 51234 fe80::2 22", "", model.Source{Door: model.DoorSSH, Origin: "from fe80::1"}},
		{"\x1b]52;c;aGk=\x07 1 2 3", "/dev/tty1", model.Source{Door: model.DoorSSH, Origin: "tty1"}},
	} {
		getenv := func(name string) string { return map[string]string{"SSH_CONNECTION": c.connection}[name] }
		if got := source(getenv, c.tty); got != c.want {
			t.Errorf("%q on %q: %+v, want %+v", c.connection, c.tty, got, c.want)
		}
	}
}

// faulty panics with a secret wherever it is told to.
type faulty struct{ in string }

const precious = "jta_precious"

func (f faulty) Init() tea.Cmd { return nil }

func (f faulty) Update(tea.Msg) (tea.Model, tea.Cmd) {
	fail := func() tea.Msg { panic(precious) }
	switch f.in {
	case "Update":
		panic(precious)
	case "command":
		return f, fail
	case "batch":
		return f, tea.Batch(nil, fail, tea.Batch(fail, fail))
	case "sequence":
		return f, tea.Sequence(fail, fail)
	}
	return f, nil
}

func (f faulty) View() string {
	if f.in == "View" {
		panic(precious)
	}
	return ""
}

func TestCrashesEndTheProgramAndSayNoSecret(t *testing.T) {
	for _, in := range []string{"Update", "command", "batch", "sequence", "View"} {
		t.Run(in, func(t *testing.T) {
			ctx, stop := context.WithCancel(context.Background())
			defer stop()
			crashed := &crashes{stop: stop}
			m := guarded(faulty{in}, crashed)
			p := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithoutSignalHandler(),
				tea.WithoutCatchPanics())
			go p.Send(struct{}{})
			if _, err := p.Run(); err == nil {
				t.Error("the program ended as if nothing had happened")
			}
			c := crashed.any()
			if c == nil {
				t.Fatal("nothing was caught")
			}
			text := wording(c)
			if strings.Contains(text, precious) || !strings.Contains(text, "string") || !strings.Contains(text, "faulty") {
				t.Errorf("said %q", text)
			}
		})
	}
}

func TestGuardedProgramsStillQuit(t *testing.T) {
	crashed := &crashes{stop: func() { t.Error("stopped without a crash") }}
	m := guarded(quits{}, crashed)
	p := tea.NewProgram(m, tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithoutSignalHandler())
	if _, err := p.Run(); err != nil || crashed.any() != nil {
		t.Errorf("%v, crashed: %v", err, crashed.any())
	}
}

// quits quits by a sequence of commands.
type quits struct{}

func (q quits) Init() tea.Cmd                       { return tea.Sequence(func() tea.Msg { return nil }, tea.Quit) }
func (q quits) Update(tea.Msg) (tea.Model, tea.Cmd) { return q, nil }
func (q quits) View() string                        { return "" }

func TestOrganizationOf(t *testing.T) {
	for host, want := range map[string]string{"ops3": "ops3", "Ops3.acme.io": "acme", "ops3.lan": "ops3", "ops3.eu.acme.io.": "acme",
		"localhost": "", "localhost.localdomain": "", "": "", "a\x1b[2Jb": ""} {
		if got := organizationOf(host); got != want {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
}
