package serve

import (
	"net/http"
	"net/url"
	"strings"

	"jeton/model"
)

// The headers by which a proxy says what it asks for, as net/http spells them.
const (
	deploymentHeader = "Jeton-Deployment"
	branchHeader     = "Jeton-Branch-Deployment"
	agentHeader      = "Jeton-Agent"
)

// The parameters by which the same is said.
const (
	deploymentParameter = "deployment"
	branchParameter     = "branch_deployment"
)

// asking gathers the place that is asked about: it may be said once.
type asking struct {
	place   model.Place
	refusal *refusal
}

// say adds what one header or parameter says.
func (a *asking) say(values []string, branch bool) {
	if len(values) == 0 || a.refusal != nil {
		return
	}
	if len(values) > 1 || a.place != (model.Place{}) {
		a.refusal = twoPlaces
		return
	}
	clean := model.CleanDeploymentName
	if branch {
		clean = cleanBranch
	}
	name, err := clean(values[0])
	if err != nil || holdsValue(name) {
		a.refusal = unclearPlace
		return
	}
	a.place = model.Place{Name: name, Branch: branch}
}

// cleanBranch is for branch deployments, which are never registered: their names are what
// a platform makes of the names of branches.
func cleanBranch(s string) (string, error) { return model.CleanName("branch deployment", s, false) }

// sayParameters adds what parameters say. One that is nearly of the name is refused: passed
// over, as others are, it would ask about no place and let in wherever a token works.
func (a *asking) sayParameters(v url.Values) {
	for key := range v {
		if a.refusal == nil && nearlyPlace(key) {
			a.place, a.refusal = model.Place{}, misspeltPlace
		}
	}
	a.say(v[deploymentParameter], false)
	a.say(v[branchParameter], true)
}

// joined takes out what joins words.
var joined = strings.NewReplacer("_", "", "-", "")

// nearlyPlace reports whether a parameter is one of those for places but for case, _ and -.
func nearlyPlace(key string) bool {
	if len(key) < len(deploymentParameter) || len(key) > len(branchHeader) || key == deploymentParameter || key == branchParameter {
		return false
	}
	switch joined.Replace(strings.ToLower(key)) {
	case "deployment", "branchdeployment", "jetondeployment", "jetonbranchdeployment":
		return true
	}
	return false
}

// sayRequest adds what the headers and the query of a request say.
func (a *asking) sayRequest(r *http.Request) {
	a.say(r.Header[deploymentHeader], false)
	a.say(r.Header[branchHeader], true)
	if r.URL.RawQuery == "" {
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		a.place, a.refusal = model.Place{}, unclearQuery
		return
	}
	a.sayParameters(query)
}

// placeOf returns the place that the headers and the query of a request ask about; the zero
// place when they ask about none.
func placeOf(r *http.Request) (model.Place, *refusal) {
	var a asking
	a.sayRequest(r)
	return a.place, a.refusal
}

// labelOf returns what an agent calls itself, which the store makes fit to be kept. A label
// refuses nobody: one with a token in it is left out.
func labelOf(h http.Header) string {
	values := h[agentHeader]
	if len(values) != 1 || holdsValue(values[0]) {
		return ""
	}
	return values[0]
}
