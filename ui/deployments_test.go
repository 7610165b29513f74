package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"jeton/model"
)

// onDeployments opens the Deployments tab; five tokens name prod-eu, one of them alone.
func onDeployments(t *testing.T) (*world, *terminal) {
	t.Helper()
	w, r := newTestApp(t)
	w.person("ben", model.Grant{Deployment: 1, Role: model.Editor})
	for i := range 6 {
		token := w.agent(fmt.Sprintf("runner %d", i))
		p := model.Permissions{Deployments: []model.DeploymentID{1, 3}}
		if i == 5 {
			p.Deployments = p.Deployments[:1]
		}
		w.do(w.ana, model.SetPermissions{Token: token.ID, Permissions: p})
	}
	w.agent("reaches everything")
	r.until("reaches everything")
	r.press("3")
	r.when("the count of prod-eu", func() bool { return cell(r, "prod-eu", 1) == "6" })
	return w, r
}

// cell is the n-th word after the row's name.
func cell(r *terminal, row string, n int) string {
	for line := range strings.Lines(r.screen()) {
		words := strings.Fields(line)
		if i := slices.Index(words, row); i >= 0 && len(words) > i+n {
			return words[i+n]
		}
	}
	return ""
}

func (w *world) deployments() []string {
	w.t.Helper()
	all, err := w.store.Deployments(w.t.Context(), w.ana)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, d := range all {
		if !d.Removed() {
			out = append(out, d.Name)
		}
	}
	return out
}

func TestCreateAndRenameDeployment(t *testing.T) {
	w, r := onDeployments(t)
	r.press("n")
	r.until("Create deployment")
	r.typeText("prod-us")
	r.press("enter")
	r.until("Deployment prod-us: already taken")
	r.typeText(" 2")
	r.until("is not allowed")
	r.press("backspace", "backspace")
	r.typeText("-2")
	r.press("enter")
	r.until("Created prod-us-2.")
	r.until("3 of 4") // the cursor is on it
	r.press("d")
	r.until("Rename deployment prod-us-2")
	r.press("ctrl+u")
	r.typeText("prod-asia")
	r.press("enter")
	r.until("Renamed prod-us-2 to prod-asia.")
	if got := w.deployments(); !slices.Contains(got, "prod-asia") || slices.Contains(got, "prod-us-2") {
		t.Errorf("deployments are %v", got)
	}
}

func TestRenameDeploymentConflict(t *testing.T) {
	w, r := onDeployments(t)
	r.press("d")
	r.until("Rename deployment prod-eu")
	r.typeText("-1")
	w.do(w.ana, model.RenameDeploy{Deployment: 1, Name: "prod-emea"})
	r.press("enter")
	r.until("ana renamed it to prod-emea meanwhile.")
	r.press("enter")
	r.until("prod-eu-1")
	r.gone("Rename deployment")
	if got := w.deployments(); !slices.Contains(got, "prod-eu-1") {
		t.Errorf("deployments are %v", got)
	}
}

func TestRemoveDeploymentNamesWhoLosesIt(t *testing.T) {
	w, r := onDeployments(t)
	r.press("X")
	r.until("6 agent tokens name it and lose it.")
	for _, text := range []string{"runner 5", "then reach", "then nothing", "and 2 more", "1 user loses their role there.",
		"Org Agent tokens reach the rest.", "This cannot be undone."} {
		r.until(text)
	}
	r.press("esc")
	r.gone("cannot be undone")
	if len(w.deployments()) != 3 {
		t.Fatal("esc removed a deployment")
	}
	r.press("X")
	r.until("6 agent tokens")
	r.press("enter")
	r.until("Removed prod-eu.")
	r.gone("cannot be undone")
	if got := w.deployments(); slices.Contains(got, "prod-eu") {
		t.Errorf("deployments are %v", got)
	}
}

// TestRemoveIsDeadUntilItIsKnownWhoLosesIt presses both keys before anything can answer.
func TestRemoveIsDeadUntilItIsKnownWhoLosesIt(t *testing.T) {
	w, r := onDeployments(t)
	r.press("X", "enter")
	if !strings.Contains(r.screen(), "Still reading which tokens lose it.") {
		t.Errorf("the screen is\n%s", r.screen())
	}
	r.until("6 agent tokens")
	if len(w.deployments()) != 3 {
		t.Error("a deployment was removed")
	}
}

func TestDeploymentDetails(t *testing.T) {
	w, r := onDeployments(t)
	r.press("enter")
	r.until("6 agent tokens name it")
	r.until("runner 5")
	r.press("G")
	r.until("1 user has a role there")
	r.until("Editor")
	w.do(w.ana, model.RenameDeploy{Deployment: 1, Name: "prod-emea"})
	r.until("Deployment 1 · prod-emea")
	r.press("esc")
	r.gone("has a role there")
}

func TestCountsFollowTheStore(t *testing.T) {
	w, r := onDeployments(t)
	token := w.agent("one more")
	w.do(w.ana, model.SetPermissions{Token: token.ID, Permissions: model.Permissions{Deployments: []model.DeploymentID{2}}})
	r.when("the count of prod-us", func() bool { return cell(r, "prod-us", 1) == "1" })
}

func TestDeploymentsFailing(t *testing.T) {
	_, r := onDeployments(t)
	d := r.app.pages[r.app.tab].screen.(*deployments)
	d.Update(deploymentsCounted{gen: d.gen, err: errors.New("read tokens: broken")})
	r.until("Read tokens: broken.")
	r.until("ctrl+r try again")
	r.press("ctrl+r")
	r.until("prod-eu")
}
