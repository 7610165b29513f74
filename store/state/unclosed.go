package state

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// roomWithin is how long is waited for Badger while its tables wait for room.
const roomWithin = 2 * time.Second

// patiently waits for what Badger comes to, unless all that time tables wait for room: then
// ok is false, and it goes on by itself.
func patiently[T any](ended <-chan T) (result T, ok bool) {
	look := time.NewTicker(roomWithin / 20)
	defer look.Stop()
	for stuck := 0; stuck < 20; {
		select {
		case result = <-ended:
			return result, true
		case <-look.C:
			if stuck++; waiting.Load() == 0 {
				stuck = 0
			}
		}
	}
	return result, false
}

// unclosed are the directories that Badger still writes though this process gave them up,
// with what is closed when that ends.
var unclosed = struct {
	sync.Mutex
	at map[string]chan struct{}
}{at: map[string]chan struct{}{}}

// Unclosed returns nil unless a state in dir was given up by this process and waits for room
// to end: then what is closed once nobody writes there any more.
func Unclosed(dir string) <-chan struct{} {
	unclosed.Lock()
	defer unclosed.Unlock()
	if ended := unclosed.at[dir]; ended != nil {
		return ended
	}
	return nil
}

// keep notes that a directory is still written, unless that has ended meanwhile.
func keep(dir string, ended chan struct{}) {
	unclosed.Lock()
	defer unclosed.Unlock()
	select {
	case <-ended:
	default:
		unclosed.at[dir] = ended
	}
}

// drop notes that it is not any more.
func drop(dir string, ended chan struct{}) {
	unclosed.Lock()
	defer unclosed.Unlock()
	if unclosed.at[dir] == ended {
		delete(unclosed.at, dir)
	}
	close(ended)
}

// free refuses a directory that is still written.
func free(dir string) error {
	if Unclosed(dir) != nil {
		return fmt.Errorf("%w: what is in %s is not closed yet", ErrNoRoom, dir)
	}
	return nil
}

// Remove removes a closed state, of which there may be nothing. ErrNoRoom: it is still written.
func Remove(dir string) error {
	if err := free(dir); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}
