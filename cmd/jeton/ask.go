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
	return awaited(ctx, func() (string, error) {
		text, err := bufio.NewReader(io.LimitReader(tty, maxAnswer)).ReadString('\n')
		if errors.Is(err, io.EOF) { // ctrl+d: as if nothing was typed
			err = nil
		}
		return strings.TrimSpace(text), err
	})
}

// awaited is what f comes to, unless ctx ends first: nothing wakes who reads.
func awaited[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	ready := make(chan outcome, 1)
	go func() {
		value, err := f()
		ready <- outcome{value, err}
	}()
	select {
	case o := <-ready:
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
