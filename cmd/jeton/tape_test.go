package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestDemoTape plays demo.tape on a terminal of its own, without the pauses: what the
// recording shows is what the program does.
func TestDemoTape(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell to type into")
	}
	tape, err := os.Open(filepath.Join("..", "..", "demo.tape"))
	if err != nil {
		t.Fatal(err)
	}
	defer tape.Close()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(jeton(t), filepath.Join(dir, "bin", "jeton")); err != nil {
		t.Fatal(err)
	}
	// Under ssh a copy goes to this terminal, whatever the machine has.
	env := append(home(t), "PWD="+dir, "SSH_CONNECTION=10.0.0.7 51234 10.0.0.1 22")
	c := start(t, 120, 30, env, shell, "-c", "cd "+dir+" && exec "+shell)
	for lines := bufio.NewScanner(tape); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "Type":
			text, err := strconv.Unquote(rest)
			if err != nil {
				t.Fatalf("%s: %v", lines.Text(), err)
			}
			c.write(text)
		case "Enter":
			c.press(enter)
		case "Escape":
			c.press(escape)
		case "Tab":
			c.press(tab)
		case "Wait+Screen":
			wanted := regexp.MustCompile(strings.Trim(rest, "/"))
			c.when(rest, wanted.MatchString)
		case "", "#", "Output", "Set", "Env", "Hide", "Show", "Sleep":
		default:
			t.Fatalf("nobody here knows how to %q", lines.Text())
		}
	}
	c.gone("WHO")
	c.restored()
}
