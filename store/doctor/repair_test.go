package doctor

import (
	"errors"
	"maps"
	"os"
	"testing"

	"jeton/model"
)

// TestRepair makes state again where that is due, and afterwards all is well.
func TestRepair(t *testing.T) {
	w := newWorld(t)
	w.must(os.RemoveAll(w.in(stateName)))
	w.must(Repair(t.Context(), w.opts, ""))
	if r := NewReport(w.examine()); r.Worst != Good {
		t.Errorf("after repairing:\n%s", text(r.Verdicts))
	}
}

// TestRepairRefuses leaves alone what somebody has open, and a state that may know more
// than a damaged journal.
func TestRepairRefuses(t *testing.T) {
	w := newWorld(t)
	w.flip(w.segment(), 8192+40)
	before := w.snapshot()
	if err := Repair(t.Context(), w.opts, ""); !errors.Is(err, ErrOnlyState) {
		t.Errorf("a damaged journal: %v", err)
	}
	if !maps.Equal(before, w.snapshot()) {
		t.Error("something was changed")
	}
	w.must(os.RemoveAll(w.in(stateName)))
	var damage *model.DamageError
	if err := Repair(t.Context(), w.opts, ""); !errors.As(err, &damage) {
		t.Errorf("a damaged journal without a state: %v", err)
	}
	w = newWorld(t)
	pid := w.hold()
	before = w.snapshot()
	var locked *model.LockedError
	if err := Repair(t.Context(), w.opts, ""); !errors.As(err, &locked) || locked.PID != pid {
		t.Errorf("a held store: %v", err)
	}
	if !maps.Equal(before, w.snapshot()) {
		t.Error("something was changed under its holder")
	}
}
