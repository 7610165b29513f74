package main

import (
	"slices"
	"testing"

	"jeton/model"
)

func TestUsedWords(t *testing.T) {
	l := &listing{deployments: []model.Deployment{{ID: 1, Name: "prod"}, {ID: 2, Name: "staging"}}}
	token := model.Token{ID: 14, CreatedAt: 1_000}
	use := func(agent, addr string, hour uint64) model.CallerUse {
		return model.CallerUse{Caller: model.Caller{Agent: agent, Addr: addr}, Use: model.Use{LastHour: hour}}
	}
	for name, c := range map[string]struct {
		u    model.Usage
		want []string
	}{
		"never":   {model.Usage{Since: 500}, []string{"Never used since it was created."}},
		"unknown": {model.Usage{Since: 2_000}, []string{"Not used since 1970-01-01T00:00:02Z. What was before is not known."}},
		"idle":    {model.Usage{All: model.Use{Count: 3, Last: 5_000}}, []string{"Not used in the last hour, last 1970-01-01T00:00:05Z."}},
		"once": {model.Usage{All: model.Use{Count: 9, LastHour: 1}, Callers: []model.CallerUse{use("runner-7", "10.0.0.7", 1), use("old", "", 0)}, Alone: model.Alone{Branches: true}},
			[]string{"Used once in the last hour by runner-7.", "No other agent token reaches branch deployments."}},
		"busy": {model.Usage{All: model.Use{Count: 9, LastHour: 412},
			Callers: []model.CallerUse{use("a", "", 1), use("", "10.0.0.7", 1), use("c", "", 1), use("d", "", 1), use("", "", 9), use("e", "", 1)}, Alone: model.Alone{Deployments: []model.DeploymentID{2, 1}}},
			[]string{"Used 412 times in the last hour by a, 10.0.0.7, c, 2 more.", "No other agent token reaches prod, staging."}},
	} {
		if got := l.usedWords(token, c.u); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
