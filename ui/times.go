package ui

import (
	"fmt"
	"time"

	"jeton/model"
)

// day writes the day of a moment, UTC, as lists show it.
func day(t model.Time) string { return t.Std().Format(time.DateOnly) }

// ago says how long ago a moment was, as people say it; beyond a month, its day.
func ago(now time.Time, t model.Time) string {
	switch d := now.Sub(t.Std()); {
	case d < time.Minute:
		return "just now"
	case d < 2*time.Minute:
		return "a minute ago"
	case d < time.Hour:
		return fmt.Sprintf("%d minutes ago", int(d.Minutes()))
	case d < 2*time.Hour:
		return "an hour ago"
	case d < 24*time.Hour:
		return fmt.Sprintf("%d hours ago", int(d.Hours()))
	case d < 48*time.Hour:
		return "yesterday"
	case d < 31*24*time.Hour:
		return fmt.Sprintf("%d days ago", int(d.Hours()/24))
	}
	return "on " + day(t)
}
