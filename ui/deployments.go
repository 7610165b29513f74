package ui

import (
	"cmp"
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"jeton/keymap"
	"jeton/model"
	"jeton/ui/draw"
	"jeton/ui/grid"
)

// deployments is the Deployments tab: the full deployments and how many agent tokens
// name each. Removed ones are not shown.
type deployments struct {
	s     *session
	list  heldList[model.Deployment]
	order int
	on    bool // it is the tab on the screen

	counts map[model.DeploymentID]int  // agent tokens that name it, as last read
	fresh  map[model.DeploymentID]bool // read since the last change of the store
	gen    int                         // of the store: what was asked before a change is asked again
	asking bool
	err    error
}

// deploymentsCounted is how many agent tokens name these deployments.
type deploymentsCounted struct {
	gen    int
	counts map[model.DeploymentID]int
	err    error
}

const (
	colTokens = "tokens"
	colBy     = "by"
)

func newDeployments(s *session) screen {
	d := &deployments{s: s, counts: map[model.DeploymentID]int{}, fresh: map[model.DeploymentID]bool{}}
	d.list = heldList[model.Deployment]{s: s, all: d.all,
		id:    func(dep model.Deployment) uint64 { return uint64(dep.ID) },
		texts: func(dep model.Deployment) []string { return []string{dep.Name, s.login(dep.CreatedBy, nil)} },
	}
	d.list.fill()
	return d
}

// deploymentOrders are the orders of the list, in the order in which sort goes through
// them.
var deploymentOrders = ordersBy(colName)

func (d *deployments) all() []model.Deployment {
	return inOrder(d.s.live(), deploymentOrders[d.order],
		func(a, b model.Deployment) int { return cmp.Compare(model.FoldName(a.Name), model.FoldName(b.Name)) },
		func(dep model.Deployment) (model.Time, uint64) { return dep.CreatedAt, uint64(dep.ID) })
}

// Title is the tab's place in the breadcrumb.
func (d *deployments) Title() string { return "Deployments" }

// Scope is that of the list, or of the filter being typed.
func (d *deployments) Scope() keymap.Scope {
	if d.list.filtering {
		return keymap.Filter
	}
	return keymap.Deployments
}

// Place says where the cursor is.
func (d *deployments) Place() string { return d.list.Place() }

// Status is the filter while it is typed.
func (d *deployments) Status(width int) *draw.Line { return d.list.Status(width) }

// Keys lists what can be done with the list and the selected deployment.
func (d *deployments) Keys() []keymap.Action {
	s, one := d.s, ""
	if d.list.filtering {
		return filterKeys(s)
	}
	if _, ok := d.list.selected(); !ok {
		one = "No deployment is selected."
	}
	keys := []keymap.Action{s.action(keymap.DeploymentCreate, ""), s.action(keymap.DeploymentRename, one), s.action(keymap.DeploymentRemove, one)}
	keys = append(keys, filtering(s, d.list.filter)...)
	return append(keys, s.action(keymap.PageSort, ""), s.action(keymap.DeploymentDetails, one), s.action(keymap.PageReload, ""))
}

// Update takes actions, keys and replies.
func (d *deployments) Update(msg tea.Msg) (screen, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case act:
		cmd = d.act(msg.id)
	case tea.KeyMsg:
		d.list.typed(msg)
	case wheel, rowChosen:
		d.list.point(msg)
	case shown:
		d.on = true
	case hidden:
		d.on, d.list.filtering = false, false
	case storeChanged:
		d.gen++
		clear(d.fresh)
	case sessionRenewed:
		d.err = nil
		d.list.fill()
	case directoryRead:
		d.err = msg.err
	case deploymentsCounted:
		d.counted(msg)
	case changed:
		if dep, ok := msg.record.(model.Deployment); ok && msg.err == nil && !dep.Removed() {
			d.list.follow(uint64(dep.ID))
		}
	default:
		return d, nil
	}
	return d, tea.Batch(cmd, d.count())
}

func (d *deployments) act(id keymap.ID) tea.Cmd {
	switch id {
	case keymap.PageSort:
		d.order = (d.order + 1) % len(deploymentOrders)
		d.list.fill()
		return nil
	case keymap.PageReload:
		d.err = nil
		clear(d.fresh)
		d.s.post(sessionAsked{})
		return nil
	case keymap.DeploymentCreate:
		d.s.push(newDeploymentForm(d.s, model.Deployment{}))
		return nil
	}
	if d.list.act(id) {
		return nil
	}
	dep, ok := d.list.selected()
	if !ok {
		return nil
	}
	switch id {
	case keymap.DeploymentRename:
		d.s.push(newDeploymentForm(d.s, dep))
	case keymap.DeploymentRemove:
		return removeDeployment(d.s, dep)
	case keymap.DeploymentDetails:
		return openDeployment(d.s, dep)
	}
	return nil
}

// count asks how many agent tokens name the deployments on the screen, unless that is
// known or being asked.
func (d *deployments) count() tea.Cmd {
	if !d.on || d.asking || d.err != nil {
		return nil
	}
	rows := d.s.rowsShown()
	first := d.list.grid.First(rows)
	var ids []model.DeploymentID
	for _, dep := range d.list.rows[first:min(first+rows, len(d.list.rows))] {
		if !d.fresh[dep.ID] {
			ids = append(ids, dep.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	d.asking = true
	s, gen := d.s, d.gen
	return s.ask(func(ctx context.Context) tea.Msg { return countTokens(ctx, s, gen, ids) })
}

func countTokens(ctx context.Context, s *session, gen int, ids []model.DeploymentID) deploymentsCounted {
	m := deploymentsCounted{gen: gen, counts: map[model.DeploymentID]int{}}
	for _, id := range ids {
		page, err := s.store.Tokens(ctx, s.actor, naming(id), model.Window{Limit: 1})
		if err != nil {
			m.err = err
			return m
		}
		m.counts[id] = page.Total
	}
	return m
}

// naming is the list of the agent tokens whose permissions name a deployment.
func naming(id model.DeploymentID) model.TokenQuery {
	return model.TokenQuery{Kind: model.AgentToken, Deployment: id}
}

func (d *deployments) counted(m deploymentsCounted) {
	d.asking = false
	if m.err != nil {
		d.err = m.err
		return
	}
	for id, n := range m.counts {
		d.counts[id], d.fresh[id] = n, m.gen == d.gen
	}
}

// Draw draws the count, the heads and the rows.
func (d *deployments) Draw(width, height int) draw.Frame {
	t := d.s.theme
	head := draw.NewLine(width).Space(1).Text(t.Title, "Deployments").Text(t.Text, " "+short(d.list.whole))
	switch {
	case d.err != nil:
		try := worded(d.s.action(keymap.PageReload, ""), "try again")
		return draw.Rows(head).Below(notice(d.s, width, height-1, t.Danger, t.Safe(sentence(explain(d.err))), "", try))
	case d.list.whole == 0:
		return draw.Rows(head).Below(notice(d.s, width, height-1, t.Text, "No deployments yet",
			"Agent tokens and roles can name them.", d.s.action(keymap.DeploymentCreate, "")))
	case len(d.list.rows) == 0:
		return draw.Rows(head).Below(d.list.nothing(width, height-1))
	}
	order := deploymentOrders[d.order]
	return draw.Rows(head).Below(d.list.grid.View(grid.Options{Width: width, Height: height - 1, Theme: t,
		Columns: deploymentColumns(), Heads: height-1 >= listHeads, Sort: order.column, Desc: order.desc, Row: d.row}))
}

func deploymentColumns() []grid.Column {
	return []grid.Column{
		{ID: colName, Title: "NAME", Want: 12, Max: 100, Flex: true, Priority: 9, Do: act{keymap.PageSort}},
		{ID: colTokens, Title: "TOKENS", Want: 8, Right: true, Priority: 3},
		{ID: colRoles, Title: "ROLES", Want: 7, Right: true, Priority: 2},
		{ID: colCreated, Title: "CREATED", Want: 10, Priority: 1, Do: act{keymap.PageSort}},
		{ID: colBy, Title: "BY", Want: 14, Min: 6, Priority: 0},
	}
}

func (d *deployments) row(i int) grid.Row {
	t, dep := d.s.theme, d.list.rows[i]
	tokens := t.Glyphs.Dot
	if n, ok := d.counts[dep.ID]; ok {
		tokens = short(n)
	}
	who := marked(t, d.list.match, d.s.login(dep.CreatedBy, nil), t.Muted, nil)
	return grid.Row{Do: rowChosen{at: i}, Cells: []grid.Cell{
		marked(t, d.list.match, dep.Name, t.Text, nil),
		{{Text: tokens, Paint: t.Text, Do: rowChosen{i, keymap.DeploymentDetails}}},
		grid.Plain(t.Text, short(len(rolesIn(d.s, dep.ID)))),
		grid.Plain(t.Muted, day(dep.CreatedAt)), who}}
}

// rolesIn lists the users who were given a role in a deployment.
func rolesIn(s *session, id model.DeploymentID) []model.User {
	var out []model.User
	for _, u := range s.users {
		if !u.OrgAdmin && u.RoleIn(id) != model.NoRole {
			out = append(out, u)
		}
	}
	return out
}
