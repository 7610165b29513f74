package ui

import (
	"context"
	"fmt"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/model"
)

// endless is a store with as many agent tokens as asked for and nothing behind them.
type endless struct {
	Store
	total int
}

func (e endless) Session(context.Context, model.Actor) (model.Session, error) {
	return model.Session{User: model.User{ID: 1, Login: "ana", OrgAdmin: true}, Organization: model.Organization{Name: "acme"}, AgentTokens: e.total}, nil
}

func (e endless) Users(context.Context, model.Actor) ([]model.User, error) {
	return []model.User{{ID: 1, Login: "ana", OrgAdmin: true}}, nil
}

func (e endless) Deployments(context.Context, model.Actor) ([]model.Deployment, error) {
	return []model.Deployment{{ID: 1, Name: "prod"}, {ID: 2, Name: "staging"}}, nil
}

func (e endless) CheckHistory(context.Context) error { return nil }

func (e endless) Usage(context.Context, model.Actor, model.TokenID) (model.Usage, error) {
	return model.Usage{}, nil
}

func (e endless) Knocks(context.Context, model.Actor) (model.Knocks, error) {
	return model.Knocks{}, nil
}

func (e endless) Health() model.Health { return model.Health{} }

func (e endless) Follow(ctx context.Context) <-chan uint64 { return make(chan uint64) }

func (e endless) Tokens(_ context.Context, _ model.Actor, _ model.TokenQuery, w model.Window) (model.TokenPage, error) {
	page := model.TokenPage{Offset: w.Offset, Total: e.total, AnchorAt: -1}
	if w.Anchor != 0 {
		page.AnchorAt = e.total - int(w.Anchor)
		page.Offset = max(0, page.AnchorAt-w.Offset)
	}
	for i := page.Offset; i < min(page.Offset+w.Limit, e.total); i++ {
		page.Rows = append(page.Rows, model.Token{ID: model.TokenID(e.total - i), Kind: model.AgentToken, LastFour: "9f3E",
			Description: fmt.Sprintf("staging runner, blue %d", i), Permissions: model.OrgAgent(), CreatedAt: 1_770_000_000_000, CreatedBy: 1})
	}
	return page, nil
}

// BenchmarkFrame is the own work of one key down a long list: Update and View, in
// 120x40, at 100 and at 1,000,000 tokens.
func BenchmarkFrame(b *testing.B) {
	for _, total := range []int{100, 1_000_000} {
		b.Run(fmt.Sprint(total), func(b *testing.B) { benchmarkFrame(b, total) })
	}
}

func benchmarkFrame(b *testing.B, total int) {
	c := Config{Opener: doorman{w: &world{}, store: endless{total: total}}, Now: time.Now,
		Times: Times{Hide: time.Minute, Clear: time.Minute, Undo: time.Minute}}
	benchTheme(&c)
	app := New(context.Background(), c)
	app.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	drain(app, app.Init())
	down, up := tea.KeyMsg{Type: tea.KeyDown}, tea.KeyMsg{Type: tea.KeyUp}
	var own time.Duration
	for i := range b.N {
		key := down
		if i/90%2 == 1 {
			key = up
		}
		start := time.Now()
		_, cmd := app.Update(key)
		if app.View() == "" {
			b.Fatal("nothing drawn")
		}
		own += time.Since(start)
		drain(app, cmd)
	}
	b.ReportMetric(float64(own.Nanoseconds())/float64(b.N)/1e6, "ms/frame")
}

// drain runs commands that answer at once until none is left; ticks and waiting are
// left to themselves.
func drain(app *App, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	answer := make(chan tea.Msg, 1)
	go func() { answer <- cmd() }()
	select {
	case msg := <-answer:
		if cmds, ok := many(msg); ok {
			for _, c := range cmds {
				drain(app, c)
			}
			return
		}
		if msg != nil {
			_, next := app.Update(msg)
			drain(app, next)
		}
	case <-time.After(50 * time.Millisecond):
	}
}
