package serve

import (
	_ "embed"
	"net/http"

	"jeton/model"
	"jeton/store/remote/wire"
)

//go:embed openapi.json
var openAPI []byte

// reads are the routes that change nothing.
func (a *api) reads() []handler {
	return []handler{
		{wire.GetSession, (*call).session},
		{wire.ListTokens, (*call).tokens},
		{wire.FindTokens, (*call).find},
		{wire.GetTokenRows, (*call).rows},
		{wire.GetToken, (*call).token},
		{wire.GetUsage, (*call).usage},
		{wire.ListKnocks, (*call).knocks},
		{wire.ExamineValue, (*call).examine},
		{wire.FindLeaked, (*call).whose},
		{wire.ListUsers, (*call).users},
		{wire.ListDeployments, (*call).deployments},
		{wire.GetOrganization, (*call).organization},
		{wire.ListEvents, (*call).events},
		{wire.GetHealth, (*call).health},
		{wire.Follow, (*call).follow},
		{wire.CheckHistory, (*call).checkHistory},
		{wire.GetOpenAPI, (*call).openAPI},
	}
}

// query takes the parameters apart; end says whether others were given too.
func (c *call) query() *wire.Query { return wire.ParseQuery(c.r.URL.RawQuery) }

// plain refuses parameters where there are none to give.
func (c *call) plain() error { return c.query().Err() }

// me is the session of who asks.
func (c *call) me() (model.Session, wire.Names, error) {
	s, err := c.org.Session(c.ctx(), c.actor)
	n := wire.Names{Logins: map[model.UserID]string{s.User.ID: s.User.Login}, Deployments: map[model.DeploymentID]string{}}
	for _, d := range s.Deployments {
		n.Deployments[d.ID] = d.Name
	}
	return s, n, err
}

func (c *call) session() error {
	if err := c.plain(); err != nil {
		return err
	}
	s, n, err := c.me()
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.SessionOf(s, n))
}

func (c *call) organization() error {
	if err := c.plain(); err != nil {
		return err
	}
	s, n, err := c.me()
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.OrganizationOf(s.Organization, n))
}

func (c *call) tokens() error {
	in := c.query()
	q, w := in.TokenQuery(), in.Window()
	if err := in.Err(); err != nil {
		return err
	}
	page, err := c.org.Tokens(c.ctx(), c.actor, q, w)
	if err != nil {
		return err
	}
	return c.page(page)
}

func (c *call) rows() error {
	in := c.query()
	ids := in.IDs()
	if err := in.Err(); err != nil {
		return err
	}
	page, err := c.org.TokenRows(c.ctx(), c.actor, ids)
	if err != nil {
		return err
	}
	return c.page(page)
}

// page answers with rows, and names the deployments they name.
func (c *call) page(p model.TokenPage) error {
	names, err := c.deploymentsIn(p.Rows)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.TokenPageOf(p, names))
}

func (c *call) deploymentsIn(rows []model.Token) (map[model.DeploymentID]string, error) {
	for _, t := range rows {
		if len(t.Permissions.Deployments) > 0 {
			_, n, err := c.me()
			return n.Deployments, err
		}
	}
	return nil, nil
}

func (c *call) token() error {
	if err := c.plain(); err != nil {
		return err
	}
	page, err := c.org.TokenRows(c.ctx(), c.actor, []model.TokenID{model.TokenID(c.id)})
	if err != nil {
		return err
	}
	names, err := c.deploymentsIn(page.Rows)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.TokenPageOf(page, names).Tokens[0])
}

func (c *call) find() error {
	in := c.query()
	q, after := in.TokenQuery(), in.After()
	if err := in.Err(); err != nil {
		return err
	}
	m, err := c.org.FindTokens(c.ctx(), c.actor, q, after)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.MatchOf(m))
}

func (c *call) users() error {
	if err := c.plain(); err != nil {
		return err
	}
	all, err := c.org.Users(c.ctx(), c.actor)
	if err != nil {
		return err
	}
	_, n, err := c.me()
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.UsersOf(all, n.Deployments))
}

func (c *call) deployments() error {
	if err := c.plain(); err != nil {
		return err
	}
	all, err := c.org.Deployments(c.ctx(), c.actor)
	if err != nil {
		return err
	}
	n, err := c.logins()
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.DeploymentsOf(all, n))
}

// logins are everyone's, for those who may list users.
func (c *call) logins() (wire.Names, error) {
	n := wire.Names{Logins: map[model.UserID]string{}}
	all, err := c.org.Users(c.ctx(), c.actor)
	for _, u := range all {
		n.Logins[u.ID] = u.Login
	}
	return n, err
}

func (c *call) events() error {
	in := c.query()
	q := in.EventQuery()
	if err := in.Err(); err != nil {
		return err
	}
	page, err := c.org.Events(c.ctx(), c.actor, q)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.EventPageOf(page))
}

func (c *call) health() error {
	if err := c.plain(); err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.HealthOf(c.org.Health()))
}

func (c *call) openAPI() error {
	if err := c.plain(); err != nil {
		return err
	}
	c.send(http.StatusOK, wire.JSON, openAPI)
	return nil
}
