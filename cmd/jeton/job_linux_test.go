package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// inShell starts the screens from a shell with job control, with a token whose value is
// shown.
func inShell(t *testing.T) (c *console, shown string) {
	t.Helper()
	env := append(founded(t), "SSH_CONNECTION=10.0.0.7 51234 10.0.0.1 22", "PS1=shell> ", "ENV=", "JETON="+jeton(t))
	c = start(t, 100, 30, env, "/bin/sh", "-c", "exec sh -i 2>&1")
	c.until("shell>")
	c.press("$JETON\r")
	c.until("No agent tokens yet")
	c.press("n")
	c.until("Created agent token 1")
	c.press(escape)
	c.until("(no description)", "r Reveal")
	return c, c.reveal()
}

// reveal shows the value of the token the cursor is on.
func (c *console) reveal() string {
	c.t.Helper()
	c.press("r")
	c.until("hides in")
	return value.FindString(c.screen())
}

// quit leaves the screens and waits until the shell goes on, which is when they have ended.
func (c *console) quit() {
	c.t.Helper()
	c.press("q")
	c.until("shell>")
	c.press("echo o''ver\r")
	c.until("over")
}

// foreground is the process group that has the terminal.
func (c *console) foreground() int {
	c.t.Helper()
	group, err := unix.IoctlGetInt(int(c.tty.Fd()), unix.TIOCGPGRP)
	if err != nil {
		c.t.Fatal(err)
	}
	return group
}

// send sends a signal to the program that has the terminal, and to nobody else.
func (c *console) send(s syscall.Signal) {
	c.t.Helper()
	if err := syscall.Kill(c.foreground(), s); err != nil {
		c.t.Fatal(err)
	}
}

// cooked reports whether the terminal collects lines and echoes them.
func (c *console) cooked() bool {
	c.t.Helper()
	state, err := unix.IoctlGetTermios(int(c.tty.Fd()), unix.TCGETS)
	if err != nil {
		c.t.Fatal(err)
	}
	return state.Lflag&(unix.ICANON|unix.ECHO) == unix.ICANON|unix.ECHO
}

// works fails the test unless the screens are drawn whole, have hidden what was shown, hear
// single keys, and give the terminal back.
func (c *console) works(shown string) {
	c.t.Helper()
	c.when("the screens, and nothing else", func(screen string) bool {
		return c.vt.alt && !c.vt.modes["25"] && strings.Contains(screen, "(no description)") && strings.Contains(screen, "r Reveal") &&
			!strings.Contains(screen, "shell>") && !strings.Contains(screen, "hides in") && !strings.Contains(screen, shown)
	})
	if again := c.reveal(); again != shown {
		c.t.Errorf("shows %q", again)
	}
	c.press(escape)
	c.gone("hides in")
	c.quit()
	c.restored()
	if !c.cooked() {
		c.t.Error("the terminal was left raw")
	}
	c.spilled(shown)
}

// TestStoppingGivesTheTerminalBack stops the screens by key and by the signals a shell or
// a person sends, with a secret on them, and has them go on.
func TestStoppingGivesTheTerminalBack(t *testing.T) {
	for name, stop := range map[string]func(*console){
		"ctrl+z":  func(c *console) { c.press("\x1a") },
		"SIGTSTP": func(c *console) { c.send(syscall.SIGTSTP) },
		"SIGTTIN": func(c *console) { c.send(syscall.SIGTTIN) },
	} {
		t.Run(name, func(t *testing.T) {
			c, shown := inShell(t)
			stop(c)
			c.until("Stopped", "shell>")
			c.restored()
			if !c.cooked() {
				t.Error("the shell got a raw terminal")
			}
			if strings.Contains(c.screen(), shown) {
				t.Error("the secret stayed on the screen")
			}
			c.press("fg\r")
			c.works(shown)
		})
	}
}

// TestGoingOnTakesTheTerminalAgain stops the screens in the way nobody hears of.
func TestGoingOnTakesTheTerminalAgain(t *testing.T) {
	c, shown := inShell(t)
	c.send(syscall.SIGSTOP)
	c.until("Stopped", "shell>")
	c.press("stty sane\n") // the terminal is raw still, and enter is no line's end there
	c.when("a cooked terminal", func(string) bool { return c.cooked() })
	c.press("fg\r")
	c.works(shown)
}

// TestAStoppedJobCanBeEnded ends stopped screens as most shells' kill does: it has them go
// on in the background: they end there, without drawing anything.
func TestAStoppedJobCanBeEnded(t *testing.T) {
	c, shown := inShell(t)
	group := c.foreground()
	c.press("\x1a")
	c.until("Stopped", "shell>")
	c.press("kill %1; kill -CONT %1\r")
	// What has ended has no command line, whether or not the shell knows of it yet.
	c.when("the end of the job", func(string) bool {
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", group))
		if err != nil || len(line) == 0 {
			return true
		}
		_, _ = c.tty.WriteString("\r")
		return false
	})
	c.restored()
	c.press("$JETON\r")
	c.until("(no description)", "r Reveal")
	c.quit()
	c.spilled(shown)
}

// TestWhereNothingCanBeStopped presses ctrl+z where there is no shell to come back from.
func TestWhereNothingCanBeStopped(t *testing.T) {
	c, shown := revealed(t)
	c.press("\x1a")
	c.gone("hides in")
	c.until("(no description)", "r Reveal")
	if c.reveal() != shown {
		t.Error("is deaf")
	}
	c.signal(syscall.SIGTERM)
	c.wait()
	c.restored()
}

// TestStartedInTheBackgroundNothingIsDrawn starts the screens behind a shell's prompt.
func TestStartedInTheBackgroundNothingIsDrawn(t *testing.T) {
	env := append(founded(t), "PS1=shell> ", "ENV=", "JETON="+jeton(t))
	c := start(t, 100, 30, env, "/bin/sh", "-c", "exec sh -i 2>&1")
	c.until("shell>")
	c.press("$JETON --theme dark &\r")
	// The shell says what became of its jobs before it asks for the next line.
	c.when("a stopped job", func(screen string) bool {
		if strings.Contains(screen, "Stopped") {
			return true
		}
		_, _ = c.tty.WriteString("\r")
		return false
	})
	c.restored()
	c.press("fg\r")
	c.until("No agent tokens yet")
	c.quit()
	c.restored()
}
