package main

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"

	tea "github.com/charmbracelet/bubbletea"
)

// A crash is a panic that was caught. It says where, and what kind of value was thrown,
// but neither the value nor any argument: both can hold a secret, or parts of one, and
// what is printed ends in scrollback and in logs.
type crash struct {
	kind  string
	trace []string
}

func (c *crash) Error() string {
	return fmt.Sprintf("a mistake in jeton (%s); nothing that was acknowledged is lost. Please report this:\n  %s",
		c.kind, strings.Join(c.trace, "\n  "))
}

// newCrash describes the panic that is being recovered from.
func newCrash(thrown any) *crash {
	c := &crash{kind: fmt.Sprintf("%T", thrown)}
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			c.trace = append(c.trace, fmt.Sprintf("%s (%s:%d)", f.Function, base(f.File), f.Line))
		}
		if !more {
			return c
		}
	}
}

// base is a file without its directories: where the program was built is nobody's business.
func base(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// guard is a model whose mistakes end the program in order. Bubble Tea would catch them
// as well, but it prints what was thrown, with all arguments, on the screen.
type guard struct {
	tea.Model
	fail func(*crash) // ends the program; called from any goroutine
}

// crashes remembers the first one and stops the program. It is safe for use by several
// goroutines at once.
type crashes struct {
	stop func()

	mu    sync.Mutex
	first *crash
}

func (cs *crashes) fail(c *crash) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.first == nil {
		cs.first = c
	}
	cs.stop()
}

// thrown is fail for a panic that somebody else is recovering from just now.
func (cs *crashes) thrown(value any) { cs.fail(newCrash(value)) }

// any returns the first crash there was; nil: none.
func (cs *crashes) any() *crash {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return cs.first
}

// guarded wraps a model.
func guarded(m tea.Model, cs *crashes) tea.Model { return guard{m, cs.fail} }

func (g guard) catch() {
	if thrown := recover(); thrown != nil {
		g.fail(newCrash(thrown))
	}
}

// Init starts the model.
func (g guard) Init() tea.Cmd {
	defer g.catch()
	return g.command(g.Model.Init())
}

// Update hands on a message. After a crash the model is not trusted with another one.
func (g guard) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	next = g
	defer g.catch()
	m, cmd := g.Model.Update(msg)
	return guard{m, g.fail}, g.command(cmd)
}

// View draws the model, or nothing if that fails.
func (g guard) View() string {
	defer g.catch()
	return g.Model.View()
}

// command guards a command and those it returns.
func (g guard) command(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		defer g.catch()
		return g.message(cmd())
	}
}

var commandType = reflect.TypeFor[tea.Cmd]()

// message guards the commands within a message that is a batch or a sequence of them.
// The type of the latter is not exported, so it is known by what it is made of.
func (g guard) message(msg tea.Msg) tea.Msg {
	v := reflect.ValueOf(msg)
	if !v.IsValid() || v.Kind() != reflect.Slice || v.Type().Elem() != commandType {
		return msg
	}
	out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		out.Index(i).Set(reflect.ValueOf(g.command(v.Index(i).Interface().(tea.Cmd))))
	}
	return out.Interface()
}
