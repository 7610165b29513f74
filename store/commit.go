package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"jeton/model"
	"jeton/store/journal"
)

// job is something an actor asks the committer for, with what could be done before.
type job struct {
	actor   model.Actor
	request model.Request
	ask     model.Change
	value   model.Secret // of a token to create
	lookup  []byte       // its keyed hash
	refused *change      // instead of ask: a refusal to read, to be written down
	answer  chan answer
}

type answer struct {
	event  model.Event
	record model.Record
	err    error
}

// submit has the job committed and waits for its answer. When nobody commits, the
// caller does it itself, which saves two changes of goroutine, a quarter of the time of
// a change that comes alone; else the job waits for the next group. A job that was
// taken up is carried to its end, whatever becomes of ctx.
func (s *Store) submit(ctx context.Context, j *job) answer {
	if ctx.Err() != nil {
		return answer{err: fmt.Errorf("nothing was changed: %w", ctx.Err())}
	}
	j.answer = make(chan answer, 1)
	if s.turn.TryLock() {
		s.lead(j)
		return <-j.answer
	}
	select {
	case s.queue <- j:
	case <-s.closing:
		return answer{err: model.ErrClosed}
	case <-ctx.Done():
		return answer{err: fmt.Errorf("nothing was changed: %w", ctx.Err())}
	}
	select {
	case a := <-j.answer:
		return a
	case <-s.done:
	case <-ctx.Done():
		return answer{err: fmt.Errorf("%w: %w", model.ErrUnknown, ctx.Err())}
	}
	select { // the committer may have answered just before it ended
	case a := <-j.answer:
		return a
	default:
		return answer{err: model.ErrClosed}
	}
}

// lead commits the job and what waits with it. The caller has s.turn, lead gives it up.
func (s *Store) lead(j *job) {
	defer s.turn.Unlock()
	if s.ended {
		j.answer <- answer{err: model.ErrClosed}
		return
	}
	s.commitAll(s.gather([]*job{j}))
	s.stir()
}

// stir has the committer look when something is due next. The caller has s.turn.
func (s *Store) stir() {
	if s.nextWake() < asleep {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// commitAll commits the jobs, in as many groups as they need. The caller has s.turn. A
// panic on the way leaves a store that writes nothing more: what is in state is then
// unknown.
func (s *Store) commitAll(jobs []*job) {
	left := true
	defer func() {
		if left {
			s.breakOff(model.ErrUnknown)
		}
	}()
	for len(jobs) > 0 {
		jobs = s.commit(jobs, false)
	}
	left = false
}

// run commits what waits, and what is due without anybody waiting.
func (s *Store) run() {
	defer close(s.done)
	defer s.caught()
	timer := time.NewTimer(asleep)
	defer timer.Stop()
	for {
		select {
		case j := <-s.queue:
			s.turn.Lock()
			s.commitAll(s.gather([]*job{j}))
		case <-timer.C:
			s.turn.Lock()
			s.commit(nil, false)
		case <-s.wake:
			s.turn.Lock()
		case <-s.closing:
			s.turn.Lock()
			s.commit(nil, true)
			s.ended = true
			s.turn.Unlock()
			return
		}
		timer.Reset(s.nextWake())
		s.turn.Unlock()
	}
}

// gather takes what else waits, up to the size of a group.
func (s *Store) gather(jobs []*job) []*job {
	for len(jobs) < s.opts.GroupSize {
		select {
		case j := <-s.queue:
			jobs = append(jobs, j)
		default:
			return jobs
		}
	}
	return jobs
}

// asleep is how long there is nothing to do when nothing is due.
const asleep = time.Hour

// nextWake tells how long the committer may sleep: while the disk is almost full it
// looks for room every second, and counted refusals are written when their minute is
// over.
func (s *Store) nextWake() time.Duration {
	switch {
	case s.low.Load():
		return time.Second
	case len(s.refusals.open) > 0:
		return time.Minute
	}
	return asleep
}

// commit decides the jobs in order, writes what they come to as one frame, applies it
// and answers. It returns the jobs that did not fit. closing also writes down the
// refusals counted so far.
func (s *Store) commit(jobs []*job, closing bool) []*job {
	s.measure()
	b := s.newBatch()
	if b.broken == nil && b.damage == nil && !s.low.Load() {
		for _, c := range s.refusals.due(b.at, closing) {
			b.add(c, nil)
		}
	}
	for i, j := range jobs {
		if b.bytes > groupBytes {
			b.finish()
			return jobs[i:]
		}
		b.decide(j)
	}
	b.finish()
	return nil
}

// finish writes, applies and answers.
func (b *batch) finish() {
	if len(b.changes) > 0 {
		if err := b.write(); err != nil {
			b.fail(err)
		}
	}
	for _, a := range b.answers {
		a.job.answer <- a.answer
	}
	if len(b.changes) > 0 && b.failed == nil {
		b.notify()
		b.maybeMark()
	}
}

// write makes the batch durable and applies it.
func (b *batch) write() error {
	first := b.changes[0].event.Seq
	size := 0
	for _, c := range b.changes {
		size += c.size()
	}
	// Making room first lets a new segment's data key seal what goes there.
	if _, err := b.log.Reserve(first, len(b.changes), size); err != nil {
		return b.writeFailed(err)
	}
	entries, err := b.seal()
	if err != nil {
		return err
	}
	at, err := b.log.Append(first, entries)
	if err != nil {
		return b.writeFailed(err)
	}
	changes := make([]change, len(b.changes))
	for i, c := range b.changes {
		changes[i] = *c
	}
	b.mu.Lock()
	err = b.apply([]frame{{at: at, end: b.log.End(), changes: changes}})
	b.mu.Unlock()
	if err != nil {
		_ = b.suspectIf(err)
		b.breakOff(fmt.Errorf("%w: it is in the journal and will be there after reopening: %w", model.ErrUnknown, err))
		return b.brokenErr()
	}
	b.remember()
	for _, c := range b.changes {
		b.requests.put(c)
	}
	return nil
}

func (b *batch) writeFailed(err error) error {
	if errors.Is(err, journal.ErrUnknown) || errors.Is(err, journal.ErrBroken) {
		b.breakOff(fmt.Errorf("%w: %w", model.ErrUnknown, err))
		return b.brokenErr()
	}
	if journal.NoRoom(err) {
		return fmt.Errorf("%w (%w)", model.ErrFull, err)
	}
	return fmt.Errorf("nothing was changed: %w", err)
}

// seal seals all changes, on two processors when it is worth it.
func (b *batch) seal() ([][]byte, error) {
	key, number := b.keys.sealing()
	entries := make([][]byte, len(b.changes))
	part := func(from, to int) (err error) {
		for i := from; i < to && err == nil; i++ {
			b.changes[i].dataKey = number
			entries[i], err = b.changes[i].seal(b.id, key)
		}
		return err
	}
	half := len(entries) / 2
	if half < 4 {
		return entries, part(0, len(entries))
	}
	var other error
	var wait sync.WaitGroup
	wait.Go(func() { other = part(0, half) })
	err := part(half, len(entries))
	wait.Wait()
	return entries, errors.Join(err, other)
}
