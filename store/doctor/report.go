package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Report is everything found, in the order of the checks.
type Report struct {
	Verdicts []Verdict `json:"verdicts"`
	Worst    Level     `json:"worst"`
}

// NewReport gathers verdicts.
func NewReport(all []Verdict) Report {
	r := Report{Verdicts: all}
	for _, v := range all {
		r.Worst = max(r.Worst, v.Level)
	}
	return r
}

// WriteJSON writes the report as one JSON object.
func (r Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // the next steps are commands
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteText writes a line for each verdict, "ok", "warn" or "bad" first, with the next
// step below, and a last line that sums up. paint colours the first word; nil does not.
func (r Report) WriteText(w io.Writer, paint func(Level, string) string) error {
	column := 0
	for _, v := range r.Verdicts {
		column = max(column, len(v.Check))
	}
	var b strings.Builder
	for _, v := range r.Verdicts {
		word := fmt.Sprintf("%-4s", [...]string{"ok", "warn", "bad"}[v.Level])
		if paint != nil {
			word = paint(v.Level, word)
		}
		fmt.Fprintf(&b, "%s  %-*s  %s\n", word, column, v.Check, v.Says)
		if v.Next != "" {
			fmt.Fprintf(&b, "%*s  next: %s\n", 4+2+column, "", v.Next)
		}
	}
	b.WriteString(r.summary() + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (r Report) summary() string {
	var count [3]int
	for _, v := range r.Verdicts {
		count[v.Level]++
	}
	bad, warnings := count[Bad], counted(uint64(count[Warning]), "warning")
	switch {
	case r.Worst == Good:
		return "All is well."
	case r.Worst == Warning:
		return "Nothing is bad; " + warnings + "."
	case count[Warning] == 0:
		return fmt.Sprintf("%d bad. Begin with the first of them.", bad)
	}
	return fmt.Sprintf("%d bad, %s. Begin with the first that is bad.", bad, warnings)
}
