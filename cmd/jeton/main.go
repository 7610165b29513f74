// Command jeton is a token authority for the terminal.
//
// Each command has a file of its own and decides nothing: it reads flags, opens what
// the packages below offer and puts them together. What every way of leaving has in
// common stands in leave.go and guard.go: the terminal is restored, what we put on the
// clipboard is cleared, the store is closed, and the exit code says why.
package main

import (
	"context"
	"os"
	"syscall"

	"github.com/spf13/cobra"

	"jeton/cmd/jeton/hush"
)

func main() {
	hush.End()
	harden()
	syscall.Umask(0o077) // everything we write is the user's alone
	os.Exit(run(os.Args[1:], os.Getenv, streams{os.Stdin, os.Stdout, os.Stderr}))
}

// streams are where a command reads and writes.
type streams struct{ in, out, err *os.File }

// run runs a command line and returns the exit code.
func run(args []string, getenv func(string) string, std streams) int {
	p := &program{getenv: getenv, std: std}
	ctx, stop := untilSignal(context.Background(), &p.lastly)
	defer stop()
	root := newRoot(p)
	root.SetArgs(args)
	err := execute(ctx, root)
	complain(ctx, std.err, err)
	return exitCode(ctx, err)
}

// execute runs the command, and makes an error of a mistake of ours: the runtime would print
// what was thrown, and all of it.
func execute(ctx context.Context, root *cobra.Command) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = newCrash(thrown)
		}
	}()
	return root.ExecuteContext(ctx)
}
