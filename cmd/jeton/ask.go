package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
)

// asking tells whether there is a person to ask: what they type comes to this command.
func (p *program) asking() bool { return isatty.IsTerminal(p.std.in.Fd()) }

// maxAnswer is more than any answer has, in bytes.
const maxAnswer = 1024

// ask prints a question on the terminal and reads a line. The output may go elsewhere, so
// it is the terminal itself that is asked on.
func (p *program) ask(ctx context.Context, question string) (string, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return "", fmt.Errorf("ask on the terminal: %w", err)
	}
	defer tty.Close()
	if _, err := fmt.Fprint(tty, question); err != nil {
		return "", err
	}
	type line struct {
		text string
		err  error
	}
	typed := make(chan line, 1)
	go func() {
		text, err := bufio.NewReader(io.LimitReader(tty, maxAnswer)).ReadString('\n')
		if errors.Is(err, io.EOF) { // ctrl+d: as if nothing was typed
			err = nil
		}
		typed <- line{strings.TrimSpace(text), err}
	}()
	select {
	case l := <-typed:
		return l.text, l.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
