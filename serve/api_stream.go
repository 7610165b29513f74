package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"jeton/store/remote/wire"
)

type endKey struct{}

// WithEnd tells answers that go on for long to end when the channel is closed: a server
// that stops waits for answers, and these would never come to an end.
func WithEnd(ctx context.Context, end <-chan struct{}) context.Context {
	return context.WithValue(ctx, endKey{}, end)
}

func ended(ctx context.Context) <-chan struct{} {
	c, _ := ctx.Value(endKey{}).(<-chan struct{})
	return c
}

// lasting takes the time limits of the server off this answer.
func (c *call) lasting() *http.ResponseController {
	rc := http.NewResponseController(c.w)
	// Where there are no such limits there is nothing to take off.
	_ = rc.SetReadDeadline(time.Time{})
	_ = rc.SetWriteDeadline(time.Time{})
	return rc
}

// follow streams the newest sequence number, at once and whenever something changed, a
// line each; an empty line says that there is nothing new. It ends when the store is
// closed, and when who follows may no longer be here.
func (c *call) follow() error {
	if err := c.plain(); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(c.ctx())
	defer stop()
	news := c.org.Follow(ctx)
	beat := time.NewTicker(c.beat)
	defer beat.Stop()
	rc := c.lasting()
	c.w.Header().Set("X-Accel-Buffering", "no")
	c.send(http.StatusOK, wire.JSONLines, seqLine(c.org.Health().Seq))
	for {
		// Who does not read for this long is gone.
		_ = rc.SetWriteDeadline(time.Now().Add(3 * c.beat))
		if rc.Flush() != nil {
			return nil
		}
		next := []byte("\n")
		select {
		case seq, ok := <-news:
			if !ok {
				return nil
			}
			next = seqLine(seq)
		case <-beat.C:
		case <-ended(ctx):
			return nil
		}
		if who, err := c.door.Still(c.r); err != nil || who.User != c.actor.User {
			return nil
		}
		if _, err := c.w.Write(next); err != nil {
			return nil
		}
	}
}

func seqLine(seq uint64) []byte {
	out, _ := json.Marshal(wire.Seq{Seq: seq}) // of a number: cannot fail
	return append(out, '\n')
}

// turn waits until nobody else has the history read, or does not care any more.
func (c *call) turn() (leave func(), ok bool) {
	select {
	case c.checking <- struct{}{}:
		return func() { <-c.checking }, true
	case <-c.ctx().Done():
	case <-ended(c.ctx()):
	}
	return nil, false
}

// checkHistory has the history read, unless it was since the store was opened: each
// screen asks for it, and once is enough.
func (c *call) checkHistory() error {
	if err := c.plain(); err != nil {
		return err
	}
	if err := c.noBody(); err != nil {
		return err
	}
	if c.org.Health().Checking {
		c.lasting()
		if leave, ok := c.turn(); ok {
			defer leave()
		}
	}
	if c.org.Health().Checking { // it was not done while this waited
		ctx, stop := context.WithCancel(c.ctx())
		defer stop()
		over := make(chan struct{})
		defer close(over)
		go func() {
			select {
			case <-ended(ctx):
				stop()
			case <-over:
			}
		}()
		if err := c.org.CheckHistory(ctx); err != nil {
			return err
		}
	}
	return c.write(http.StatusOK, wire.HealthOf(c.org.Health()))
}
