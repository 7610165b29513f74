package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/atotto/clipboard"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/term"
	"github.com/mattn/go-isatty"
	"github.com/muesli/termenv"
	"github.com/spf13/cobra"

	"jeton/store/doctor"
	"jeton/ui/clip"
	"jeton/ui/theme"
)

// doctorFlags are what doctor alone takes.
type doctorFlags struct{ deep, repair, json, network bool }

// errUnwell ends doctor with exit code 1: what is bad was printed already.
var errUnwell = errors.New("")

func newDoctor(p *program) *cobra.Command {
	var f doctorFlags
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look at everything jeton depends on and say what to do",
		Long: "doctor looks at the store, its disk, journal, state and keyset, at the clock, the\n" +
			"terminal, the clipboard and the process, and gives a verdict on each. It writes\n" +
			"nothing without --repair, and can run while a jeton has the store open. It ends with\n" +
			"1 when something is bad, and with 0 otherwise.",
		Example: "  jeton doctor --deep\n  jeton doctor --json | jq -r '.verdicts[] | select(.verdict == \"bad\").next'",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.doctor(cmd.Context(), f) },
	}
	c.Flags().BoolVar(&f.deep, "deep", false, "read the whole journal with its checksums")
	c.Flags().BoolVar(&f.repair, "repair", false, "first make state again from the journal")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	c.Flags().BoolVar(&f.network, "allow-network-filesystem", false, "the store may lie on a network file system")
	return c
}

func (p *program) doctor(ctx context.Context, f doctorFlags) error {
	s, refused, err := p.setupAnyway()
	if err != nil {
		return err
	}
	options := doctor.Options{Dir: s.store, Keyset: s.keyset, Config: s.configFile,
		Deep: f.deep, AllowNetwork: f.network, Machine: doctor.ThisMachine()}
	if f.repair {
		if err := doctor.Repair(ctx, options, source(p.getenv, ttyName()).Origin); err != nil {
			return err
		}
	}
	all, err := doctor.Examine(ctx, options)
	if err != nil {
		return err
	}
	all = append(all, configVerdict(s.configFile, refused), p.terminalVerdict(s.config), clipboardVerdict(p.getenv, s.config))
	report := doctor.NewReport(all)
	if f.json {
		err = report.WriteJSON(p.std.out)
	} else {
		err = report.WriteText(p.std.out, p.paint(s.config))
	}
	if err == nil && report.Worst == doctor.Bad {
		err = errUnwell
	}
	return err
}

// setupAnyway is setup that goes on without a configuration that is refused.
func (p *program) setupAnyway() (s setup, refused, err error) {
	s, refused = p.setup()
	var usage *usageError
	if refused == nil || errors.As(refused, &usage) {
		return s, nil, refused
	}
	s = setup{config: defaultConfig()}
	s.configFile, _ = configPath(p.flags.config, p.getenv)
	if s.store, _, err = storeDir(p.flags.store, p.getenv, s.config); err == nil {
		s.keyset, _, err = keysetFile(p.flags.keyset, p.getenv, s.config)
	}
	return s, refused, err
}

func configVerdict(path string, refused error) doctor.Verdict {
	const check = "configuration"
	if refused != nil {
		return doctor.New(check, doctor.Bad, oneLine(refused.Error()), "correct it; until then jeton does not start, and this looked where the defaults lead")
	}
	if _, err := os.Stat(path); err != nil {
		return doctor.New(check, doctor.Good, "none: the defaults hold", "")
	}
	return doctor.New(check, doctor.Good, path, "")
}

// terminalVerdict says what the screens would find.
func (p *program) terminalVerdict(c Config) doctor.Verdict {
	const check = "terminal"
	at := p.terminal()
	if at == nil {
		return doctor.New(check, doctor.Warning, "none here, so what the screens would find is not known", "run jeton doctor in the terminal itself (over ssh: ssh -t)")
	}
	if p.dumb() {
		return doctor.New(check, doctor.Bad, "TERM is dumb or not set, so nothing can be drawn", "export TERM=xterm-256color, or what your terminal is")
	}
	width, height, err := term.GetSize(at.Fd())
	if err != nil {
		return doctor.New(check, doctor.Warning, fmt.Sprintf("%s, and its size cannot be told: %v", p.getenv("TERM"), err), "try another terminal")
	}
	says := fmt.Sprintf("%s, %s", describeTerminal(p.getenv, width, height, colours(p.getenv, at)), onOff("mouse", c.Mouse))
	switch {
	case width < 40 || height < 10:
		return doctor.New(check, doctor.Warning, says, "make it 40x10 or larger")
	case theme.DetectGlyphs(p.getenv, false).Bytes:
		return doctor.New(check, doctor.Warning, says+", the locale is not UTF-8: everything is spelled out in ASCII", "export LANG=C.UTF-8, or another locale that is UTF-8")
	}
	return doctor.New(check, doctor.Good, says+", UTF-8", "")
}

// dumb is a terminal on which nothing can be drawn.
func (p *program) dumb() bool {
	name := p.getenv("TERM")
	return name == "" || name == "dumb"
}

// terminal is the one that a stream leads to, or nil.
func (p *program) terminal() *os.File {
	for _, f := range []*os.File{p.std.out, p.std.in, p.std.err} {
		if isatty.IsTerminal(f.Fd()) {
			return f
		}
	}
	return nil
}

func describeTerminal(getenv func(string) string, width, height int, colours string) string {
	parts := []string{getenv("TERM"), fmt.Sprintf("%dx%d", width, height), colours}
	switch {
	case getenv("TMUX") != "":
		parts = append(parts, "in tmux")
	case getenv("STY") != "":
		parts = append(parts, "in screen")
	}
	if getenv("SSH_CONNECTION") != "" || getenv("SSH_TTY") != "" {
		parts = append(parts, "over SSH")
	}
	return strings.Join(parts, ", ")
}

func onOff(what string, on bool) string {
	if on {
		return what + " on"
	}
	return what + " off"
}

// environment is what termenv asks.
type environment func(string) string

func (e environment) Environ() []string         { return nil }
func (e environment) Getenv(name string) string { return e(name) }

func colours(getenv func(string) string, at *os.File) string {
	switch termenv.NewOutput(at, termenv.WithEnvironment(environment(getenv))).EnvColorProfile() {
	case termenv.TrueColor:
		return "24-bit colours"
	case termenv.ANSI256:
		return "256 colours"
	case termenv.ANSI:
		return "16 colours"
	}
	return "no colours"
}

// clipboardVerdict rehearses a copy: everything is as it would be, but what would reach
// tmux, the terminal or the desktop reaches nobody.
func clipboardVerdict(getenv func(string) string, c Config) doctor.Verdict {
	const check = "clipboard"
	stage := &rehearsal{}
	r := clip.New(clip.Options{Mode: clip.Mode(c.ClipboardMode), Getenv: getenv, Out: io.Discard, IsTerminal: true,
		Run: stage.run, Desktop: stage}).Copy(context.Background(), "rehearsal")
	switch {
	case r.Outcome == clip.Failed && clip.Mode(c.ClipboardMode) == clip.Off:
		return doctor.New(check, doctor.Good, "copying is turned off", "")
	case r.Outcome == clip.Failed:
		return doctor.New(check, doctor.Warning, "a copy would fail: "+r.Reason, r.Help)
	case r.Outcome == clip.Copied:
		return doctor.New(check, doctor.Good, "a copy goes to the desktop's clipboard, and is confirmed by reading it back", "")
	case r.Reason != "":
		return doctor.New(check, doctor.Good, "a copy goes by "+r.Route+": "+r.Reason, "")
	}
	return doctor.New(check, doctor.Good, "a copy goes to your terminal by "+r.Route+", which nobody confirms", "")
}

// paint colours the first word of a verdict; nil where there are no colours. Nobody is
// asked for the background: without a setting, the colours that suit both are taken.
func (p *program) paint(c Config) func(doctor.Level, string) string {
	if !isatty.IsTerminal(p.std.out.Fd()) || p.getenv("NO_COLOR") != "" || p.dumb() {
		return nil
	}
	background := map[string]theme.Background{"dark": theme.Dark, "light": theme.Light}[c.Theme]
	t := theme.New(lipgloss.DefaultRenderer(), background, theme.ASCII())
	return func(l doctor.Level, word string) string {
		return [...]theme.Paint{t.Success, t.Warning, t.Danger}[l].Render(word)
	}
}

// rehearsal stands where tmux and the desktop would be.
type rehearsal struct{ held string }

// WriteAll keeps what was copied, if there is a tool that would have taken it.
func (r *rehearsal) WriteAll(s string) error {
	if clipboard.Unsupported {
		return errors.New("no clipboard tool is installed")
	}
	r.held = s
	return nil
}

// ReadAll returns what WriteAll was given.
func (r *rehearsal) ReadAll() (string, error) { return r.held, nil }

// run is tmux, if it is there to be run.
func (r *rehearsal) run(_ context.Context, stdin, name string, args ...string) (string, error) {
	if _, err := exec.LookPath(name); err != nil {
		return "", fmt.Errorf("%s is not to be found", name)
	}
	if slices.Contains(args, "load-buffer") {
		r.held = stdin
	}
	return r.held, nil
}
