package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"jeton/model"
)

// Every change that has a route arrives as it was asked for.
func TestChangesCross(t *testing.T) {
	asked := map[string]bool{}
	for _, c := range []model.Change{
		model.CreateToken{Kind: model.UserToken, Owner: 2, Description: "Größe"},
		model.Describe{Token: 1 << 63, Revision: 7, Description: ""},
		model.SetPermissions{Token: 1, Permissions: model.Permissions{Deployments: []model.DeploymentID{1, 2}, AllBranches: true}},
		model.SetPermissions{Token: 1, Permissions: model.OrgAgent()},
		model.Reveal{Token: 3, Copy: true}, model.Reveal{Token: 3}, model.Revoke{Token: 4},
		model.AddPerson{Login: "eva", Name: "Eva", OrgAdmin: true, Grants: []model.Grant{{Deployment: 1, Role: model.Viewer}}, Accounts: []uint32{5}},
		model.RenamePerson{User: 3, Revision: 1, Login: "eve"}, model.SetRoles{User: 3, Grants: nil},
		model.SetAccounts{User: 3}, model.SetActive{User: 3, Active: true}, model.AddDeployment{Name: "x"},
		model.RenameDeploy{Deployment: 2, Revision: 3, Name: "y"}, model.RemoveDeployment{Deployment: 2},
		model.RenameOrg{Name: "z"}, model.SetSettings{Settings: model.Settings{PrivateUserTokens: true}},
	} {
		route, id, body, err := Ask(c)
		if err != nil {
			t.Fatal(err)
		}
		asked[route.Name] = true
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range Changes() {
			if r.Route != route {
				continue
			}
			got := r.New()
			if err := Strict(raw, got); err != nil {
				t.Errorf("%T: %v", c, err)
			}
			// This is what request numbers are compared by.
			if g, w := fmt.Sprintf("%T %+v", got.Change(id), got.Change(id)), fmt.Sprintf("%T %+v", c, c); g != w {
				t.Errorf("got %s, want %s", g, w)
			}
		}
	}
	for _, r := range Changes() {
		if !asked[r.Name] {
			t.Errorf("nothing is asked by %s", r.Name)
		}
	}
}

func TestChangesWithoutARoute(t *testing.T) {
	for _, c := range []model.Change{model.Found{}, model.Restored{}, model.RotateKeys{}} {
		var refused *model.RefusedError
		if _, _, _, err := Ask(c); !errors.As(err, &refused) {
			t.Errorf("%T: %v", c, err)
		}
	}
}

func TestRoutesMatch(t *testing.T) {
	for _, r := range Routes() {
		number, ok := r.Match(r.Path(14))
		if !ok || strings.Contains(r.Pattern, "{") != (number == "14") {
			t.Errorf("%s %s: %q, %v", r.Method, r.Path(14), number, ok)
		}
		for _, other := range []string{r.Path(14) + "/", r.Path(14) + "/x", "/x" + r.Path(14), ""} {
			if _, ok := r.Match(other); ok {
				t.Errorf("%s matches %q", r.Pattern, other)
			}
		}
	}
}

func TestRoutesAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Routes() {
		for _, key := range []string{r.Name, r.Method + " " + r.Pattern} {
			if seen[key] {
				t.Errorf("%s is there twice", key)
			}
			seen[key] = true
		}
	}
}

func TestStrict(t *testing.T) {
	for body, want := range map[string]string{
		`{"login":"eva"}`: "",
		`{"login":"eva","name":"","org_admin":false,"roles":[{"deployment_id":1,"role":"viewer"}],"accounts":[1,2]}`: "",
		`{"login":"eva","roles":[{"deployment":null,"deployment_id":1,"role":"viewer"}]}`:                            "",
		``:                                  "body not understood: it is not JSON",
		`[]`:                                "body not understood: it is not an object",
		`null`:                              "body not understood: it is null: leave it out instead",
		`{"login":"eva"} {}`:                "body not understood: it is not JSON",
		`{"login":"eva"`:                    "body not understood: it is not JSON",
		`{}`:                                "login not understood: it is missing",
		`{"Login":"eva"}`:                   "body not understood: it has a member that is not taken here; there are: login, name, org_admin, roles, accounts",
		`{"login":"eva","secret":1}`:        "body not understood: it has a member that is not taken here; there are: login, name, org_admin, roles, accounts",
		`{"login":"eva","login":"b"}`:       "login not understood: it is given twice",
		`{"login":null}`:                    "login not understood: it is null: leave it out instead",
		`{"login":7}`:                       "login not understood: it is not text",
		`{"login":"eva","org_admin":"yes"}`: "org_admin not understood: it is not true or false",
		`{"login":"eva","accounts":{}}`:     "accounts not understood: it is not a list",
		`{"login":"eva","accounts":[1,-2]}`: "accounts[1] not understood: it is not a whole number of at most 32 bits",
		`{"login":"eva","accounts":[1.5]}`:  "accounts[0] not understood: it is not a whole number of at most 32 bits",
		`{"login":"eva","roles":[{"deployment_id":4294967296}]}`: "roles[0].deployment_id not understood: it is not a whole number of at most 32 bits",
		`{"login":"eva","roles":[{"deployment_id":1}]}`:          "roles[0].role not understood: it is missing",
		`{"login":"eva","roles":[{"role":"owner"}]}`:             "roles[0].role not understood: it is none of none, viewer, launcher, editor, admin",
		`{"login":"eva","roles":[{"role":"1"}]}`:                 "roles[0].role not understood: it is none of none, viewer, launcher, editor, admin",
		`{"login":"eva","roles":[{"role":2}]}`:                   "roles[0].role not understood: it is not text",
		`{"login":"eva","roles":[7]}`:                            "roles[0] not understood: it is not an object",
	} {
		var into NewUser
		err := Strict([]byte(body), &into)
		if got := ""; err != nil {
			got = err.Error()
			if got != want {
				t.Errorf("%s\n got %s\nwant %s", body, got, want)
			}
		} else if want != "" {
			t.Errorf("%s: taken, want %s", body, want)
		}
	}
}

func TestQueriesAreStrict(t *testing.T) {
	for raw, want := range map[string]string{
		"kind=agent&offset=-3&limit=1000&anchor=7&revoked=true&sort=oldest&filter=a%20b&owner=1&deployment=2": "",
		"kind=9":                      "",
		"kind=agent&limit=1001":       "limit not understood: it is no whole number from 0 to 1000",
		"kind=agent&limit=-1":         "limit not understood: it is no whole number from 0 to 1000",
		"kind=agent&limit=+1":         "limit not understood: it is no whole number from 0 to 1000",
		"kind=agent&limit=":           "limit not understood: it is no whole number from 0 to 1000",
		"":                            "kind not understood: it is missing: say which list, agent, user, service",
		"owner=1":                     "kind not understood: it is missing: say which list, agent, user, service",
		"kind=agents":                 "kind not understood: it is none of agent, user, service",
		"kind=1":                      "kind not understood: it is none of agent, user, service",
		"kind=agent&kind=user":        "kind not understood: it is given more than once",
		"kind=agent&revoked=1":        "revoked not understood: it is neither true nor false",
		"kind=agent&owner=4294967296": "owner not understood: it is no whole number of at most 32 bits",
		"kind=agent&owner=01":         "owner not understood: it is no whole number of at most 32 bits",
		"kind=agent&secret=x":         "query not understood: it has a parameter that is not taken here; there are: anchor, deployment, filter, kind, limit, offset, owner, revoked, sort",
		"kind=%zz":                    "query not understood: it is not key=value pairs joined by &, percent-encoded",
	} {
		q := ParseQuery(raw)
		q.TokenQuery()
		q.Window()
		got := ""
		if err := q.Err(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", raw, got, want)
		}
	}
}

// Words are written and read as the same, and what has no word as its number.
func TestWords(t *testing.T) {
	for n := range 256 {
		for _, v := range []any{Kind(n), Role(n), Door(n), Action(n), Outcome(n), TargetKind(n), Standing(n)} {
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			back := reflect.New(reflect.TypeOf(v))
			if err := json.Unmarshal(raw, back.Interface()); err != nil || back.Elem().Interface() != v {
				t.Errorf("%s: %v, %v", raw, back.Elem(), err)
			}
		}
	}
}
