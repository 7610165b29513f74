package ui

import (
	"fmt"
	"strings"
	"time"

	"jeton/model"
	"jeton/ui/draw"
)

// since says how long ago a use was: to the second while it is fresh, beyond a month
// its day.
func since(now time.Time, t model.Time) string {
	d := now.Sub(t.Std())
	switch {
	case d < time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	}
	return strings.TrimPrefix(ago(now, t), "on ")
}

// briefly is that in a column among others: "12 min ago".
func briefly(now time.Time, t model.Time) string {
	switch d := now.Sub(t.Std()); {
	case d < time.Minute:
		return since(now, t)
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	case d < 31*24*time.Hour:
		return fmt.Sprintf("%d d ago", int(d.Hours()/24))
	}
	return day(t)
}

// times says how often: "412 times".
func times(n uint64) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// usedWords says when a token was last used; what was before the first thing that is
// known is not guessed.
func usedWords(s *session, token model.Token, u model.Usage, room int) string {
	switch {
	case u.All.LastHour > 0:
		text := fmt.Sprintf("%s, %d in ", briefly(s.now(), u.All.Last), u.All.LastHour)
		if hour := "the last hour"; draw.Width(text+hour) <= room {
			return text + hour
		}
		return text + "60 min"
	case u.All.Count > 0:
		return since(s.now(), u.All.Last)
	case u.Since > token.CreatedAt:
		return "not since " + moment(u.Since) + ", unknown before"
	}
	return "never"
}

// lastUsed is that for a row of a list.
func lastUsed(s *session, token model.Token, last, known model.Time) string {
	switch {
	case !last.Never():
		return since(s.now(), last)
	case known.Never():
		return ""
	case known > token.CreatedAt:
		return "unknown"
	}
	return "never"
}

// refusedUse says how often a token was refused, when last, from where and why.
func refusedUse(s *session, u model.Usage) string {
	text := fmt.Sprintf("%s, last %s", times(u.All.Refused), briefly(s.now(), u.All.LastRefused))
	if at := lastBy(u.Callers, func(c model.CallerUse) model.Time { return c.LastRefused }); at != nil {
		if by := callerName(at.Caller); by != "" {
			text += " by " + by
		}
		if at.Place.Name != "" {
			text += " for " + at.Place.String()
		}
	}
	return text + ": " + u.All.Why.String()
}

// lastBy is the caller for whom when is latest, nil if it never was for any.
func lastBy(callers []model.CallerUse, when func(model.CallerUse) model.Time) *model.CallerUse {
	var last *model.CallerUse
	for i := range callers {
		if t := when(callers[i]); !t.Never() && (last == nil || t > when(*last)) {
			last = &callers[i]
		}
	}
	return last
}

// callerName is what a caller calls itself, else where it is.
func callerName(c model.Caller) string {
	if c.Agent != "" {
		return c.Agent
	}
	return c.Addr
}

// placeName is a place in a column of its own.
func placeName(p model.Place) string {
	if p.Branch && p.Name != "" {
		return "branch " + p.Name
	}
	return p.Name
}

// callerCells are what a caller's line says, made safe: what it calls itself, its
// address and the place.
func callerCells(s *session, c model.CallerUse) [4]string {
	t := s.theme
	cells := [4]string{t.Safe(c.Agent), t.Safe(c.Addr), t.Safe(placeName(c.Place))}
	switch {
	case c.Caller == model.Caller{}:
		cells[0] = "others"
	case c.Agent == "":
		cells[0] = "-"
	}
	return cells
}

// called says when a caller was there last, and whether in vain.
func called(s *session, c model.CallerUse) (string, draw.Style) {
	if c.LastRefused > c.Last {
		return "refused " + briefly(s.now(), c.LastRefused), s.theme.Warning
	}
	return briefly(s.now(), c.Last), s.theme.Muted
}

// knocked says how often a caller was refused, and when last.
func knocked(s *session, c model.CallerUse) (string, draw.Style) {
	return times(c.Refused) + ", " + briefly(s.now(), c.LastRefused), s.theme.Text
}

// callerLines writes callers in columns as wide as what stands in them, and at the end
// what is said of each: that is whole at any width, the others give way, the place first.
func callerLines(s *session, callers []model.CallerUse, said func(*session, model.CallerUse) (string, draw.Style), width int) []*draw.Line {
	cells, styles := make([][4]string, len(callers)), make([][4]draw.Style, len(callers))
	for i, c := range callers {
		m := s.theme.Muted
		cells[i], styles[i] = callerCells(s, c), [4]draw.Style{m, m, m, m}
		cells[i][3], styles[i][3] = said(s, c)
		if c.Agent != "" {
			styles[i][0] = s.theme.Text
		}
	}
	wide := columnsOf(s, callers, cells, width)
	lines := make([]*draw.Line, len(callers))
	for i := range callers {
		lines[i] = draw.NewLine(width)
		for k, text := range cells[i] {
			if wide[k] == 0 {
				continue
			}
			if lines[i].X() > 0 {
				lines[i].Space(2)
			}
			lines[i].Fit(styles[i][k], text, wide[k], s.theme.Glyphs.Ellipsis)
		}
	}
	return lines
}

// columnsOf returns how wide the columns are. Without room for addresses in a column of
// their own, those who call themselves nothing go by theirs: else they would all be "-".
func columnsOf(s *session, callers []model.CallerUse, cells [][4]string, width int) [4]int {
	wide := widest(cells)
	fitCallers(&wide, width)
	if wide[1] > 0 {
		return wide
	}
	for i, c := range callers {
		if c.Agent == "" && c.Addr != "" {
			cells[i][0] = s.theme.Safe(c.Addr)
		}
		cells[i][1], cells[i][2] = "", ""
	}
	wide = widest(cells)
	fitCallers(&wide, width)
	for i, c := range callers {
		if c.Agent == "" && draw.Width(cells[i][0]) > wide[0] {
			cells[i][0] = "-" // half an address would be another
		}
	}
	return wide
}

func widest(cells [][4]string) (wide [4]int) {
	for _, c := range cells {
		for k, text := range c {
			wide[k] = max(wide[k], draw.Width(text))
		}
	}
	return wide
}

// fitCallers narrows the columns of callers until they fit: the place and what the caller
// calls itself to eight cells, the address to fifteen, which cuts only long ones: half of
// 10.2.0.14 would be another. Where that is not enough the place goes, then the address.
func fitCallers(wide *[4]int, width int) {
	natural := *wide
	for _, gone := range [][]int{{}, {2}, {2, 1}} {
		*wide = natural
		for _, k := range gone {
			wide[k] = 0
		}
		for _, k := range []int{2, 1, 0} {
			least := min(wide[k], [4]int{8, 15, 8}[k])
			wide[k] = max(wide[k]-max(callersWidth(*wide)-width, 0), least)
		}
		if callersWidth(*wide) <= width {
			return
		}
	}
}

// callersWidth is the cells that columns of these widths take, with two between them.
func callersWidth(wide [4]int) int {
	n := -2
	for _, w := range wide {
		if w > 0 {
			n += w + 2
		}
	}
	return n
}
