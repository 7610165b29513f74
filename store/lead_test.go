package store

import (
	"errors"
	"sync"
	"testing"

	"jeton/model"
)

// TestEveryoneLeads lets many change and read at once while the store closes: each
// change is answered once, and what was answered as done is there.
func TestEveryoneLeads(t *testing.T) {
	p, s := newOpen(t)
	var mu sync.Mutex
	done := map[model.TokenID]bool{}
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			for {
				_, r, err := s.Change(ctx, ana, model.Request{}, model.CreateToken{Kind: model.AgentToken})
				if errors.Is(err, model.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if id := r.(model.Token).ID; done[id] {
					t.Errorf("token %d was created twice", id)
				} else {
					done[id] = true
				}
				if len(done) == 400 {
					wait.Go(func() { p.close(s) })
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	s = p.open()
	rows := listAll(t, s, agentList)
	if len(rows) != len(done) {
		t.Fatalf("%d tokens were answered for, %d are there", len(done), len(rows))
	}
	for _, row := range rows {
		if !done[row.ID] {
			t.Errorf("token %d is there and nobody was told", row.ID)
		}
	}
}

// TestPanicOnTheWay breaks a commit in the middle: the store writes nothing more, does
// not hang, and after opening again is what it was.
func TestPanicOnTheWay(t *testing.T) {
	p, s := newOpen(t)
	createToken(t, s, "a")
	p.close(s)
	broken := true
	p.opts.Decide = func(v model.View, c model.Case, ask model.Change) (model.Decision, error) {
		if _, ok := ask.(model.CreateToken); ok && broken {
			panic("a bug")
		}
		return model.Decide(v, c, ask)
	}
	s = p.open()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		createToken(t, s, "b")
	}()
	broken = false
	if _, _, err := s.Change(ctx, ana, model.Request{}, model.CreateToken{Kind: model.AgentToken}); !errors.Is(err, model.ErrUnknown) {
		t.Errorf("after the panic: %v", err)
	}
	p.close(s)
	s = p.open()
	if rows := listAll(t, s, agentList); len(rows) != 1 {
		t.Fatalf("after opening again: %+v", rows)
	}
	createToken(t, s, "c")
}

// TestCountedRefusalsWakeTheCommitter: who leads tells the committer, which sleeps,
// that a count has to be written when its minute is over.
func TestCountedRefusalsWakeTheCommitter(t *testing.T) {
	p, s := newOpen(t)
	p.close(s)
	s = p.openIdle()
	s.turn.Lock()
	s.lead(&job{actor: model.Actor{User: 99}, ask: model.CreateToken{Kind: model.AgentToken}, answer: make(chan answer, 1)})
	if len(s.wake) != 1 || s.nextWake() == asleep {
		t.Error("nobody was told")
	}
	go s.run() // closing waits for it
}

// TestPanicBehindTheScenes breaks the goroutine that nobody called: who opened the store
// is told, the store writes nothing more, and it closes.
func TestPanicBehindTheScenes(t *testing.T) {
	p, s := newOpen(t)
	p.close(s)
	told := make(chan any, 1)
	p.opts.Crashed = func(thrown any) { told <- thrown }
	p.opts.Decide = func(model.View, model.Case, model.Change) (model.Decision, error) { panic("a bug") }
	s = p.open()
	s.queue <- &job{actor: ana, ask: model.CreateToken{Kind: model.AgentToken}, answer: make(chan answer, 1)}
	if thrown := <-told; thrown != "a bug" {
		t.Errorf("told %v", thrown)
	}
	if _, _, err := s.Change(ctx, ana, model.Request{}, model.Revoke{Token: 1}); err == nil {
		t.Error("it goes on writing")
	}
	p.close(s)
}
