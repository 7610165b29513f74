package theme

import "strings"

// Glyphs are the signs of a drawing, by role. All but the ones said to be wider or
// empty take exactly one cell, in both sets.
type Glyphs struct {
	Name string // "unicode" or "ascii"
	// Bytes is set when the terminal does not read UTF-8, so that text from
	// people must be spelled out as well.
	Bytes bool

	Marker   string // the selected row
	Point    string // the cursor in a list inside a dialog
	Mask     string // four cells: what stands for a secret before its last four
	Ellipsis string
	Rule     string
	Heavy    string // the underline of the tab one is on
	Down     string // opens something below
	Check    string // it worked
	Cross    string // it did not
	Warn     string // look at this
	Pencil   string // what it stands behind can be edited; empty in ASCII
	SortDown string
	SortUp   string
	Crumb    string // between the steps of a breadcrumb
	Dot      string // between words of one line
	Less     string // there is more to the left
	More     string // there is more to the right
	Caret    string // the cursor of a text field, where there are no colours

	TopLeft, TopRight, BottomLeft, BottomRight string
	Across, Side                               string // of a border

	Checked, Unchecked string // three cells
	On, Off            string // a toggle, three cells
	Enter              string // the enter key's name: one cell, or the word in ASCII
	Dots               string // after a verb that asks first: one cell, three in ASCII

	Full, Empty string    // of a progress bar
	Bars        [8]string // of a chart, the lowest first
	NoBar       string    // where a chart has none
	Spinner     []string  // frames, 100 ms each
}

// Unicode returns the usual glyphs: widely available, none from nerd fonts.
func Unicode() Glyphs {
	return Glyphs{
		Name: "unicode", Marker: "▌", Point: "›", Mask: "••••", Ellipsis: "…",
		Rule: "─", Heavy: "━", Down: "▾", Check: "✓", Cross: "✗", Warn: "!", Pencil: "✎",
		SortDown: "↓", SortUp: "↑", Crumb: "›", Dot: "·", Less: "‹", More: "›", Caret: "_",
		TopLeft: "╭", TopRight: "╮", BottomLeft: "╰", BottomRight: "╯", Across: "─", Side: "│",
		Checked: "[x]", Unchecked: "[ ]", On: "──●", Off: "○──", Enter: "↵", Dots: "…",
		Full: "█", Empty: "░", Bars: [8]string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, NoBar: "·",
		Spinner: []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"},
	}
}

// ASCII returns glyphs for terminals and fonts without the others.
func ASCII() Glyphs {
	return Glyphs{
		Name: "ascii", Marker: ">", Point: ">", Mask: "****", Ellipsis: "~",
		Rule: "-", Heavy: "=", Down: "v", Check: "+", Cross: "x", Warn: "!",
		SortDown: "v", SortUp: "^", Crumb: ">", Dot: "-", Less: "<", More: ">", Caret: "_",
		TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+", Across: "-", Side: "|",
		Checked: "[x]", Unchecked: "[ ]", On: "--*", Off: "o--", Enter: "enter", Dots: "...",
		Full: "#", Empty: ".", Bars: [8]string{":", "-", "=", "+", "*", "#", "%", "@"}, NoBar: ".",
		Spinner: []string{"|", "/", "-", "\\"},
	}
}

// Bar returns a progress bar of w cells, done from 0 to 1.
func (g Glyphs) Bar(w int, done float64) string {
	full := int(min(max(done, 0), 1) * float64(max(w, 0)))
	return repeat(g.Full, full) + repeat(g.Empty, w-full)
}

// Toggle returns the sign of a switch: three cells.
func (g Glyphs) Toggle(on bool) string {
	if on {
		return g.On
	}
	return g.Off
}

// Box returns the sign of a check box: three cells.
func (g Glyphs) Box(on bool) string {
	if on {
		return g.Checked
	}
	return g.Unchecked
}

func repeat(s string, n int) string { return strings.Repeat(s, max(n, 0)) }
