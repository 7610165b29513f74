package remote

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"jeton/model"
	"jeton/store/remote/wire"
)

// healthWait is how long the store's health is waited for.
const healthWait = 5 * time.Second

// Health tells what the store says of its own condition. When it does not answer it is what
// it said last, or, before it said anything, a notice alone.
func (s *Store) Health() model.Health {
	ctx, cancel := context.WithTimeout(s.life, healthWait)
	defer cancel()
	var out wire.Health
	if err := s.ask(ctx, question{Route: wire.GetHealth}, &out); err != nil {
		if last := s.last.Load(); last != nil {
			return *last
		}
		return model.Health{Notice: fmt.Sprintf("its condition is not known: %v", err)}
	}
	h := out.Model()
	s.last.Store(&h)
	return h
}

// missedBeats is after how many beats without a word the other end is given up.
const missedBeats = 3

// Follow sends the newest sequence number, once it is known and whenever something
// changed, until ctx ends or the connection does; numbers that came meanwhile are skipped.
// The channel is closed at the end. Following again is for the caller.
func (s *Store) Follow(ctx context.Context) <-chan uint64 {
	news := make(chan uint64, 1)
	go func() {
		defer close(news)
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(s.life, cancel)()
		watch := time.AfterFunc(missedBeats*s.beat, cancel)
		defer watch.Stop()
		req, err := s.request(ctx, question{Route: wire.Follow})
		if err != nil {
			return
		}
		res, err := s.client.Do(req)
		if err != nil {
			return
		}
		defer res.Body.Close()
		if res.StatusCode == http.StatusOK {
			followed(res.Body, news, func() { watch.Reset(missedBeats * s.beat) })
		}
	}()
	return news
}

// followed reads a stream of sequence numbers to its end; alive is called at each line.
func followed(stream io.Reader, news chan uint64, alive func()) {
	lines := bufio.NewScanner(stream)
	for lines.Scan() {
		alive()
		if len(lines.Bytes()) == 0 {
			continue
		}
		var at wire.Seq
		if json.Unmarshal(lines.Bytes(), &at) != nil {
			return
		}
		select {
		case <-news: // make room: only the newest number counts
		default:
		}
		news <- at.Seq
	}
}
