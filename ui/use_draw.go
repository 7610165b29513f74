package ui

import (
	"fmt"
	"slices"

	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/theme"
)

// useFact is the line of a token's facts that says when it was last used.
func useFact(s *session, token model.Token, u useOf, width int) []*draw.Line {
	t := s.theme
	switch {
	case u.gen == 0 || u.token != token.ID:
		return nil
	case u.err != nil:
		return factLines(s, width, "Used", t.Warning, "could not be read: "+explain(u.err))
	case !u.known:
		return []*draw.Line{draw.NewLine(width).Text(t.Muted, "Used").To(factsAt).Text(t.Muted, t.Glyphs.Dots)}
	}
	style := draw.Style(t.Text)
	if u.usage.All.Count == 0 {
		style = t.Muted
	}
	return factLines(s, width, "Used", style, usedWords(s, token, u.usage, width-factsAt))
}

// useLines is what stands below a token's facts: its last day by the hour, who used it,
// and refused uses.
func useLines(s *session, token model.Token, u useOf, width int) []*draw.Line {
	if !u.known || u.token != token.ID || u.err != nil {
		return nil
	}
	var lines []*draw.Line
	if u.usage.All.Refused > 0 {
		lines = append(lines, factLines(s, width, "Refused", s.theme.Warning, refusedUse(s, u.usage))...)
	}
	if hours := u.usage.All.Hours; slices.Max(hours[:]) > 0 {
		lines = append(lines, draw.NewLine(width))
		lines = append(lines, chart(s.theme, hours, width)...)
	}
	if len(u.usage.Callers) > 0 {
		lines = append(lines, draw.NewLine(width), draw.NewLine(width).Text(s.theme.Muted, "Callers, the latest first"))
		lines = append(lines, callerLines(s, u.usage.Callers, called, width)...)
	}
	return lines
}

// chart draws a day, a cell an hour and the hour that runs at the right, and says below
// it how much the highest is. Hours without use are no bar at all.
func chart(t *theme.Theme, hours [model.UseHours]uint32, width int) []*draw.Line {
	most := slices.Max(hours[:])
	bars := draw.NewLine(width).Text(t.Muted, "By the hour").To(factsAt)
	for _, n := range hours {
		if n == 0 {
			bars.Text(t.Muted, t.Glyphs.NoBar)
			continue
		}
		bars.Text(t.Accent, t.Glyphs.Bars[barOf(n, most)])
	}
	return []*draw.Line{bars, draw.NewLine(width).To(factsAt).Text(t.Muted, fmt.Sprintf("24 h, most %d an hour", most))}
}

// barOf is which of the bars stands for n: the lowest for the least there is, the highest
// only for the most.
func barOf(n, most uint32) int {
	bars := uint64(len(theme.Glyphs{}.Bars))
	return int((uint64(n)*bars+uint64(most)-1)/uint64(most)) - 1
}
