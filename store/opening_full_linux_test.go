package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"jeton/model"
)

// TestTheRoomGoesWhileItIsOpened has another file take the room while a store is opened, at
// many points between all and nothing. It opens every time, and takes changes once there is
// room again.
func TestTheRoomGoesWhileItIsOpened(t *testing.T) {
	for name, before := range map[string]func(dir string) error{
		"killed":        func(string) error { return nil },
		"without state": func(dir string) error { return os.RemoveAll(filepath.Join(dir, stateName)) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newFilling(t)
			if err := before(d.killed); err != nil {
				t.Fatal(err)
			}
			for _, leave := range []int64{36 << 20, 20 << 20, 18 << 20, 17 << 20, 16 << 20, 8 << 20, 0} {
				s := d.open(leave)
				change1(t, s, model.Revoke{Token: d.token})
				d.drain()
				createAgain(t, s, "with room again")
				if h := s.Health(); h.LowSpace || h.Damage != nil {
					t.Fatalf("%d KiB left, and room again: %+v", leave>>10, h)
				}
				if got, err := s.durableToken(d.token); err != nil || !got.Revoked() {
					t.Fatalf("%d KiB left: %+v, %v", leave>>10, got, err)
				}
				d.place.close(s)
			}
		})
	}
}

// TestWhoWaitsForRoomIsToldSo opens a store again that the same process could not close for
// want of room.
func TestWhoWaitsForRoomIsToldSo(t *testing.T) {
	d := newFilling(t)
	s := d.open(18 << 20)
	if len(unclosed(d.place.opts.Dir)) == 0 {
		t.Fatal("no table waits for room: the disk was to be full in the middle of opening")
	}
	d.place.close(s)
	if _, err := Open(ctx, d.place.opts); !errors.Is(err, model.ErrLowSpace) {
		t.Fatalf("opened again: %v", err)
	}
	d.drain()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		s, err := Open(ctx, d.place.opts)
		if err == nil {
			d.place.close(s)
			return
		}
		if !errors.Is(err, model.ErrLowSpace) || time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// TestStateIsMadeAgainInLittleRoom has room for changes, and for a state, but not for one that
// is made in large steps: that took what there was and waited for more.
func TestStateIsMadeAgainInLittleRoom(t *testing.T) {
	d := newFilling(t)
	if err := os.RemoveAll(filepath.Join(d.killed, stateName)); err != nil {
		t.Fatal(err)
	}
	s := d.open(100 << 20)
	if len(unclosed(d.place.opts.Dir)) > 0 || s.inMemory || s.Health().LowSpace {
		t.Fatalf("in memory %v, %+v", s.inMemory, s.Health())
	}
	createToken(t, s, "more")
	d.place.close(s)
}

// filling is a small disk, and a store that was killed there with a log of some six MiB.
type filling struct {
	t      *testing.T
	place  *place
	filler string
	killed string
	token  model.TokenID
}

func newFilling(t *testing.T) *filling {
	at := smallDisk(t, "size=120m")
	d := &filling{t: t, place: newPlaceIn(t, at), filler: filepath.Join(at, "filler"), killed: filepath.Join(t.TempDir(), "killed")}
	d.place.create()
	s := d.place.open()
	d.token = createToken(t, s, "one").ID
	for range 2500 {
		createToken(t, s, strings.Repeat("x", 200))
	}
	d.place.copyTo(d.killed)
	d.place.close(s)
	return d
}

// open opens the killed store on a disk on which only so many bytes are left once it looked.
func (d *filling) open(leave int64) *Store {
	d.t.Helper()
	if err := os.RemoveAll(d.place.opts.Dir); err != nil {
		d.t.Fatal(err)
	}
	copyTree(d.t, d.killed, d.place.opts.Dir)
	looked := false
	d.place.opts.FreeSpace = func(dir string) (uint64, error) {
		free, err := freeSpace(dir)
		if !looked {
			looked = true
			d.fill(int64(free) - leave)
		}
		return free, err
	}
	s, err := Open(ctx, d.place.opts)
	if err != nil {
		d.t.Fatalf("%d KiB left: %v", leave>>10, err)
	}
	return s
}

// fill takes so many bytes of the disk.
func (d *filling) fill(bytes int64) {
	d.t.Helper()
	f, err := os.Create(d.filler)
	if err == nil {
		err = errors.Join(unix.Fallocate(int(f.Fd()), 0, 0, max(bytes, 1)), f.Close())
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *filling) drain() {
	d.t.Helper()
	if err := os.Remove(d.filler); err != nil {
		d.t.Fatal(err)
	}
}
