package serve

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"jeton/model"
	"jeton/store/remote/wire"
)

// asked is a request and what it is answered with.
type asked struct {
	who    model.UserID
	ask    string
	status int
}

// everyRoute asks each route for something it can do, in an order in which that can be.
var everyRoute = []asked{
	{apiAna, `GET /v1/session`, 200},
	{apiEva, `GET /v1/session`, 200},
	{apiAna, `POST /v1/tokens {"kind":"agent","description":"for prod"}`, 201},
	{apiAna, `POST /v1/tokens {"kind":"service"}`, 201},
	{apiAna, `PATCH /v1/tokens/4 {"description":"for staging"}`, 200},
	{apiAna, `PUT /v1/tokens/4/permissions {"org_agent":false,"deployments":["staging"],"all_branch_deployments":true}`, 200},
	{apiAna, `POST /v1/tokens/4/reveal`, 200},
	{apiAna, `POST /v1/tokens/4/reveal {"copy":true}`, 200},
	{apiAna, `POST /v1/check {"value":"VALUE"}`, 200},
	{apiAna, `POST /v1/check {"value":"VALUE","deployment":"staging"}`, 200},
	{apiAna, `POST /v1/check {"value":"jta_00000000000000000000000000000000000000000000lGL3F","branch_deployment":"x"}`, 422},
	{apiAna, `POST /v1/whose {"last_four":"none"}`, 200},
	{apiAna, `POST /v1/whose {"sha256":"` + strings.Repeat("ab", 32) + `"}`, 200},
	{apiAna, `GET /v1/tokens/4`, 200},
	{apiAna, `GET /v1/tokens/4/usage`, 200},
	{apiAna, `POST /v1/tokens/4/revoke`, 200},
	{apiAna, `GET /v1/knocks`, 200},
	{apiAna, `GET /v1/tokens?kind=agent&revoked=true`, 200},
	{apiBen, `GET /v1/tokens?kind=user&owner=2`, 200},
	{apiAna, `GET /v1/tokens/rows?id=4&id=1`, 200},
	{apiAna, `GET /v1/tokens/find?kind=agent&revoked=true&filter=staging`, 200},
	{apiAna, `POST /v1/users {"login":"zoe","accounts":[1001]}`, 201},
	{apiAna, `PATCH /v1/users/4 {"login":"zoë","name":"Zoë"}`, 422},
	{apiAna, `PATCH /v1/users/4 {"login":"zoe","name":"Zoë"}`, 200},
	{apiAna, `PUT /v1/users/4/roles {"org_admin":false,"roles":[{"deployment_id":1,"role":"admin"}]}`, 200},
	{apiAna, `PUT /v1/users/4/accounts {"accounts":[]}`, 200},
	{apiAna, `PUT /v1/users/4/active {"active":false}`, 200},
	{apiAna, `GET /v1/users`, 200},
	{apiBen, `GET /v1/users`, 403},
	{apiAna, `POST /v1/deployments {"name":"canary"}`, 201},
	{apiAna, `PATCH /v1/deployments/3 {"name":"canary2"}`, 200},
	{apiAna, `PATCH /v1/deployments/3 {"name":"canary3","revision":1}`, 409},
	{apiAna, `DELETE /v1/deployments/3`, 200},
	{apiAna, `GET /v1/deployments`, 200},
	{apiAna, `PATCH /v1/organization {"name":"Acme"}`, 200},
	{apiAna, `PUT /v1/settings {"private_user_tokens":true}`, 200},
	{apiBen, `GET /v1/organization`, 200},
	{apiAna, `GET /v1/events`, 200},
	{apiBen, `GET /v1/events?outcome=refused&target=user`, 200},
	{apiAna, `GET /v1/health`, 200},
	{apiAna, `POST /v1/history/check`, 200},
	{apiAna, `GET /v1/openapi.json`, 200},
	{apiAna, `GET /v1/nothing`, 404},
	{apiAna, `PUT /v1/session`, 405},
	{0, `GET /v1/session`, 401},
}

// split takes a request apart.
func (a asked) split() (method, path, body string) {
	parts := append(strings.SplitN(a.ask, " ", 3), "")
	return parts[0], parts[1], parts[2]
}

// Every route answers as the document says, with the members it says and no others.
func TestOpenAPIHoldsForAnswers(t *testing.T) {
	m, d := newManaged(t), newDocumented(t)
	answered := map[string]bool{"follow": true} // see TestAPIFollow
	for _, a := range everyRoute {
		method, path, body := a.split()
		body = strings.ReplaceAll(body, "VALUE", m.values[apiBen])
		res := m.ask(a.who, method, path, body)
		got := read(t, res)
		if res.StatusCode != a.status {
			t.Fatalf("%s: %d %s", a.ask, res.StatusCode, got)
		}
		bare, _, _ := strings.Cut(path, "?")
		route := wire.Route{}
		for _, r := range wire.Routes() {
			if _, ok := r.Match(bare); ok && r.Method == method {
				route = r
				break // the more exact come first
			}
		}
		if a.status < 300 {
			answered[route.Name] = true
		}
		d.holds(t, a.ask, route, res, got)
	}
	for _, r := range wire.Routes() {
		if !answered[r.Name] {
			t.Errorf("nothing was asked of %s", r.Name)
		}
	}
}

// documentedAPI is the document, which takes no members that it does not name.
type documentedAPI struct {
	paths    object
	compiler *jsonschema.Compiler
}

func newDocumented(t *testing.T) *documentedAPI {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(openAPI))
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range doc.(object)["components"].(object)["schemas"].(object) {
		form.(object)["additionalProperties"] = false
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	return &documentedAPI{doc.(object)["paths"].(object), c}
}

// holds compares an answer with what the document says of its route.
func (d *documentedAPI) holds(t *testing.T, what string, r wire.Route, res *http.Response, body string) {
	t.Helper()
	at := "openapi.json#/components/schemas/Problem"
	kind := wire.ProblemJSON
	if res.StatusCode < 300 {
		said := d.paths[r.Pattern].(object)[strings.ToLower(r.Method)].(object)["responses"].(object)[strconv.Itoa(res.StatusCode)]
		if said == nil {
			t.Errorf("%s: %d is not in the document", what, res.StatusCode)
			return
		}
		kind = wire.JSON
		form := said.(object)["content"].(object)[kind].(object)["schema"].(object)
		name, ok := form["$ref"].(string)
		if !ok {
			return // the document itself
		}
		at = "openapi.json" + name
	}
	schema, err := d.compiler.Compile(at)
	if err != nil {
		t.Fatal(err)
	}
	got, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil || res.Header.Get("Content-Type") != kind {
		t.Errorf("%s: %v, %v: %s", what, err, res.Header, body)
		return
	}
	if err := schema.Validate(got); err != nil {
		t.Errorf("%s: %v\n%s", what, err, body)
	}
}

// The forms that are asked with are those that are taken: every body that the test of
// answers sends is one that the document lets in.
func TestOpenAPIHoldsForRequests(t *testing.T) {
	d := newDocumented(t)
	for _, a := range everyRoute {
		method, path, body := a.split()
		if body == "" || a.status == 405 {
			continue
		}
		i := slices.IndexFunc(wire.Routes(), func(r wire.Route) bool { _, ok := r.Match(path); return ok && r.Method == method })
		r := wire.Routes()[i]
		form := d.paths[r.Pattern].(object)[strings.ToLower(method)].(object)["requestBody"].(object)["content"].(object)[wire.JSON].(object)["schema"].(object)
		schema, err := d.compiler.Compile("openapi.json" + form["$ref"].(string))
		if err != nil {
			t.Fatal(err)
		}
		var got any
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(got); err != nil {
			t.Errorf("%s: %v", a.ask, err)
		}
	}
}
