package ui

import (
	"regexp"
	"strings"
	"testing"

	"jeton/model"
	"jeton/ui/draw"
)

// TestFieldCutsNoEscape scrolls a stack of marks through the left edge.
func TestFieldCutsNoEscape(t *testing.T) {
	whole := regexp.MustCompile(`^(\\u0301|[^\\])*$`)
	text := "abc e" + strings.Repeat("\u0301", 300)
	for width := range 40 {
		got := tail(draw.Safe, text, width)
		if !whole.MatchString(got) || draw.Width(got) > width || draw.Width(got)+len(`\u0301`) <= width {
			t.Errorf("in %d cells: %q", width, got)
		}
	}
	if got := tail(draw.Safe, "ae\u0301o", 2); got != "e\u0301o" {
		t.Errorf("a letter with its mark: %q", got)
	}
}

// TestFieldCountsWhatIsKept: the number in the field is that of the refusal.
func TestFieldCountsWhatIsKept(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "e\u0301": 1, "abc ": 3, strings.Repeat("e\u0301", 256): 256} {
		if got := newField(text).length(); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
		kept, err := model.CleanDescription(text)
		if err != nil || model.Characters(kept) != want {
			t.Errorf("%q: kept %q, %v", text, kept, err)
		}
	}
}
