package serve

import (
	"net/http"

	"jeton/model"
	"jeton/store/remote/wire"
)

func (c *call) usage() error {
	if err := c.plain(); err != nil {
		return err
	}
	u, err := c.org.Usage(c.ctx(), c.actor, model.TokenID(c.id))
	if err != nil {
		return err
	}
	_, n, err := c.me()
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.UsageOf(u, n))
}

func (c *call) knocks() error {
	if err := c.plain(); err != nil {
		return err
	}
	k, err := c.org.Knocks(c.ctx(), c.actor)
	if err != nil {
		return err
	}
	_, n, err := c.me()
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.KnocksOf(k, n))
}

// examine tells a person what a value is of. The answer does not repeat it.
func (c *call) examine() error {
	if err := c.plain(); err != nil {
		return err
	}
	var in wire.Examine
	if err := c.read(&in); err != nil {
		return err
	}
	at, err := in.Place.Model()
	if err != nil {
		return err
	}
	v, err := c.org.Examine(c.ctx(), c.actor, in.Value.Secret, at)
	if err != nil {
		return err
	}
	var n wire.Names
	if v.Token.ID != 0 {
		n = c.names(v.Token)
	}
	return c.write(http.StatusOK, wire.VerdictOf(v, n))
}

// whose finds tokens by what is known of a value.
func (c *call) whose() error {
	if err := c.plain(); err != nil {
		return err
	}
	var in wire.Leak
	if err := c.read(&in); err != nil {
		return err
	}
	leak, err := in.Model()
	if err != nil {
		return err
	}
	found, err := c.org.Whose(c.ctx(), c.actor, leak)
	if err != nil {
		return err
	}
	ids := make([]model.TokenID, len(found))
	for i, t := range found {
		ids[i] = t.ID
	}
	page, err := c.org.TokenRows(c.ctx(), c.actor, ids)
	if err != nil {
		return err
	}
	names, err := c.deploymentsIn(page.Rows)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.Tokens{Tokens: wire.TokenPageOf(page, names).Tokens})
}
