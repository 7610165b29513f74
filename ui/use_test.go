package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/theme"
)

// before is a moment before the sessions of these tests.
func before(s *session, d time.Duration) model.Time { return model.TimeOf(s.now().Add(-d)) }

// busy is how a token is used that many rely on: by two runners, a branch, one that was
// refused, and others.
func busy(s *session, token model.Token) model.Usage {
	u := model.Usage{Token: token.ID, At: model.TimeOf(s.now()), Since: 1, Alone: model.Alone{Deployments: []model.DeploymentID{4}, Branches: true}}
	u.All = model.Use{First: 5, Last: before(s, 4*time.Second), Count: 5123, LastHour: 412,
		Refused: 3, FirstRefused: 5, LastRefused: before(s, 2*time.Hour), Why: model.OutOfReach}
	for i := range u.All.Hours {
		u.All.Hours[i] = uint32(i * i % 500)
	}
	u.All.Hours[model.UseHours-1], u.All.Hours[0] = 412, 0
	use := func(agent, addr string, at model.Place, last time.Duration, hour uint64) {
		u.Callers = append(u.Callers, model.CallerUse{Caller: model.Caller{Agent: agent, Addr: addr, Place: at},
			Use: model.Use{First: 5, Last: before(s, last), Count: hour + 1, LastHour: hour}})
	}
	use("runner-7", "10.2.0.14", model.Place{Name: "staging"}, 4*time.Second, 300)
	use("runner-9", "10.2.0.16", model.Place{Name: "staging-blue"}, 9*time.Second, 100)
	use("", "fd00:10:2::1234:5678", model.Place{Name: "feature/夜間", Branch: true}, 12*time.Minute, 11)
	use("", "", model.Place{}, 40*time.Minute, 1)
	use("old runner \u202e\x1b[31m", "10.2.0.99", model.Place{Name: "prod-us"}, 50*time.Hour, 0)
	u.Callers[4].Refused, u.Callers[4].LastRefused, u.Callers[4].Why = 3, before(s, 2*time.Hour), model.OutOfReach
	return u
}

// hostileUse is that by callers who call themselves what no rule lets in.
func hostileUse(s *session) model.Usage {
	u := busy(s, agentToken())
	for _, text := range hostile {
		u.Callers = append([]model.CallerUse{{Caller: model.Caller{Agent: text, Addr: text, Place: model.Place{Name: text, Branch: true}},
			Use: model.Use{Last: before(s, time.Minute), Count: 1, LastHour: 1, LastRefused: before(s, time.Hour)}}}, u.Callers...)
	}
	u.All.LastHour, u.All.Count = 1<<63, 1<<63
	return u
}

// knowing is a dialog to which this was told about the token's use.
func knowing(d screen, usage model.Usage) screen {
	set := func(u *useOf, token model.TokenID) {
		*u = useOf{s: u.s, token: token, gen: 1, known: true, usage: usage}
	}
	switch d := d.(type) {
	case *details:
		set(&d.use, d.token.ID)
	case *revoke:
		set(&d.use, d.token.ID)
	case *tokens:
		token, _ := d.selected()
		set(&d.use, token.ID)
	}
	return d
}

// TestUseLook keeps what is shown of use as it was judged.
func TestUseLook(t *testing.T) {
	glyphs := map[string]theme.Glyphs{"": theme.Unicode(), "-ascii": theme.ASCII()}
	for _, size := range [][2]int{{40, 10}, {80, 24}, {140, 40}} {
		for set, g := range glyphs {
			s := mySession()
			s.width, s.height, s.theme = size[0], size[1], testTheme(termenv.Ascii, theme.Unknown, g)
			token := agentToken()
			list := listOf(s, token)
			list.list().rows.lastUsed, list.list().rows.useSince = map[model.TokenID]model.Time{14: before(s, 4*time.Second)}, 1
			all := map[string]screen{"details": newDetails(s, token, nil), "revoke": newRevoke(s, token, nil), "pane": list}
			for name, d := range all {
				height := size[1]
				if name == "pane" {
					height = s.rowsShown() + 2
				}
				golden(t, fmt.Sprintf("use-%s%s-%dx%d", name, set, size[0], size[1]), ansi.Strip(knowing(d, busy(s, token)).Draw(size[0], height).String())+"\n")
			}
		}
	}
}

// TestRevokeSaysWhatStops: who used it in the last hour, or when it was last used, as far
// as that is known.
func TestRevokeSaysWhatStops(t *testing.T) {
	s := plainSession()
	token := agentToken()
	idle := busy(s, token)
	idle.All.LastHour, idle.All.Last, idle.Alone = 0, before(s, 75*time.Hour), model.Alone{}
	for i := range idle.Callers {
		idle.Callers[i].Last, idle.Callers[i].LastHour = before(s, time.Duration(i+75)*time.Hour), 0
	}
	once := busy(s, token)
	once.All.LastHour, once.Callers, once.Alone = 1, once.Callers[:1], model.Alone{Deployments: []model.DeploymentID{1, 2, 3, 4, 77}}
	for name, test := range map[string]struct {
		usage model.Usage
		says  []string
		not   string
	}{
		"busy": {busy(s, token), []string{"Used 412 times in the last hour", "runner-7", "10.2.0.14", "staging-blue", "9 s ago", "branch feat", "12 min ago",
			"No other agent token reaches staging-blue or branch deployments."}, "old runner"},
		"idle":  {idle, []string{"Not used in the last hour, last 3 days ago by runner-7."}, "No other"},
		"once":  {once, []string{"Used once in the last hour", "reaches prod-eu, prod-us, staging or 2 more"}, "others"},
		"never": {model.Usage{Since: 1}, []string{"Never used since it was created."}, "Used "},
		"lost":  {model.Usage{Since: before(s, time.Hour)}, []string{"Not used since 2026-03-09 08:14 UTC. What was before is not known."}, "Never used"},
	} {
		screen := text(knowing(newRevoke(s, token, nil), test.usage), 80, 24)
		said := strings.Join(strings.Fields(strings.ReplaceAll(screen, "│", "")), " ")
		for _, want := range test.says {
			if !strings.Contains(said, want) {
				t.Errorf("%s does not say %q:\n%s", name, want, screen)
			}
		}
		if strings.Contains(said, test.not) {
			t.Errorf("%s says %q:\n%s", name, test.not, screen)
		}
	}
}

// TestUseIsNeverInvented: before it is read there is nothing but that it is being read,
// and what cannot be read is said.
func TestUseIsNeverInvented(t *testing.T) {
	s := plainSession()
	r := newRevoke(s, agentToken(), nil).(*revoke)
	r.use.begin(r.token.ID)
	const reading, failed = "Reading how it is used…", "Its use could not be read: disk gone."
	if screen := text(r, 80, 24); !strings.Contains(screen, reading) || strings.Contains(screen, "sed since") {
		t.Errorf("before the reply:\n%s", screen)
	}
	tell(r, useRead{gen: r.use.gen - 1, usage: busy(s, r.token)})
	if screen := text(r, 80, 24); !strings.Contains(screen, reading) {
		t.Errorf("after a reply that was meant for another:\n%s", screen)
	}
	tell(r, useRead{gen: r.use.gen, err: errors.New("disk gone")})
	if screen := text(r, 80, 24); !strings.Contains(screen, failed) || strings.Contains(screen, reading) {
		t.Errorf("after an error:\n%s", screen)
	}
	tell(r, useRead{gen: r.use.gen, usage: busy(s, r.token)})
	if screen := text(r, 80, 24); !strings.Contains(screen, "Used 412 times") || strings.Contains(screen, failed) {
		t.Errorf("after a reply:\n%s", screen)
	}
}

// TestLastUsed says never only of what was watched all its life.
func TestLastUsed(t *testing.T) {
	s := plainSession()
	token := agentToken()
	for _, test := range []struct {
		last, known model.Time
		want        string
	}{
		{before(s, 300*time.Millisecond), 1, "now"}, {before(s, 4*time.Second), 1, "4 s ago"}, {before(s, 59*time.Minute), 1, "59 minutes ago"},
		{before(s, 2*time.Hour), 1, "2 hours ago"}, {before(s, 48*24*time.Hour), 1, "2026-01-20"}, {0, 1, "never"},
		{0, token.CreatedAt, "never"}, {0, token.CreatedAt + 1, "unknown"}, {0, 0, ""},
	} {
		got := lastUsed(s, token, test.last, test.known)
		if got != test.want || len(got) > 14 {
			t.Errorf("last %d, known since %d: %q, want %q", test.last, test.known, got, test.want)
		}
	}
}

// TestChart: the most is the highest bar, the least there is the lowest, and no use no
// bar.
func TestChart(t *testing.T) {
	s := plainSession()
	draws := func(hours ...uint32) string {
		var day [model.UseHours]uint32
		copy(day[model.UseHours-len(hours):], hours)
		f := draw.Rows(chart(s.theme, day, 60)...)
		return strings.TrimSpace(strings.TrimPrefix(ansi.Strip(f.Lines[0]), "By the hour")) + "|" + strings.TrimSpace(ansi.Strip(f.Lines[1]))
	}
	dots := strings.Repeat("·", 20)
	for _, test := range []struct {
		hours []uint32
		want  string
	}{
		{[]uint32{0, 1, 400, 8000}, dots + "·▁▁█|24 h, most 8000 an hour"},
		{[]uint32{1, 1, 1, 1}, dots + "████|24 h, most 1 an hour"},
		{[]uint32{4294967295, 2147483648, 536870911, 536870912}, dots + "█▅▁▂|24 h, most 4294967295 an hour"},
	} {
		if got := draws(test.hours...); got != test.want {
			t.Errorf("%v: %q, want %q", test.hours, got, test.want)
		}
	}
	d := knowing(newDetails(s, agentToken(), nil), model.Usage{Since: 1})
	if screen := text(d, 80, 24); strings.Contains(screen, "By the hour") || !strings.Contains(screen, "Used         never") {
		t.Errorf("without a use there is a chart:\n%s", screen)
	}
}

// TestCallersFit: at any width when they called is whole, and no line is wider.
func TestCallersFit(t *testing.T) {
	s := plainSession()
	callers := busy(s, agentToken()).Callers
	for width := 24; width < 120; width++ {
		for i, l := range callerLines(s, callers, called, width) {
			line := ansi.Strip(draw.Rows(l).Lines[0])
			if draw.Width(line) > width {
				t.Fatalf("%d: %q", width, line)
			}
			if i == 0 && !strings.Contains(line, "4 s ago") {
				t.Fatalf("%d: when is cut: %q", width, line)
			}
			if strings.Contains(line, "10.2.0.1…") {
				t.Fatalf("%d: half an address: %q", width, line)
			}
		}
	}
}

// TestCallersWithoutALabel: where there is no room for addresses beside labels, those who
// have no label are told apart by their addresses.
func TestCallersWithoutALabel(t *testing.T) {
	s := plainSession()
	at := before(s, 6*time.Minute)
	callers := []model.CallerUse{{Use: model.Use{Refused: 3968, LastRefused: at}}}
	for _, c := range []model.Caller{{Addr: "10.117.230.251"}, {Addr: "10.2.0.14", Agent: "runner-7"}} {
		callers = append(callers, model.CallerUse{Caller: c, Use: model.Use{Refused: 1, LastRefused: at}})
	}
	var got []string
	for _, l := range callerLines(s, callers, knocked, 40) {
		got = append(got, strings.TrimRight(ansi.Strip(draw.Rows(l).Lines[0]), " "))
	}
	want := []string{"others          3968 times, 6 min ago", "10.117.230.251  once, 6 min ago", "runner-7        once, 6 min ago"}
	if !slices.Equal(got, want) {
		t.Errorf("\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
