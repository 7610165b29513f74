package main

import (
	"os"
	"os/user"
	"strconv"
	"strings"
	"testing"
)

// TestPeopleByCommand walks through users, deployments, settings and service credentials.
func TestPeopleByCommand(t *testing.T) {
	s := steps{t, founded(t)}
	s.run(0, "user ben: added.", "user", "add", "ben", "--name", "Ben Löw", "--account", "4711", "--role", "prod=editor", "--role", "Staging=Admin")
	s.run(0, "user cy: added.", "user", "add", "cy", "--org-admin", "on")
	list, _ := s.run(0, "", "user", "list")
	if want := "     2  ben    4711      active  prod=Editor,staging=Admin  Ben Löw\n"; !strings.Contains(list, want) {
		t.Errorf("the list is\n%swant in it\n%s", list, want)
	}
	s.run(0, "user ben: roles saved.", "user", "roles", "ben", "--role", "prod=none", "--role", "staging=viewer")
	s.run(0, "user ben: nothing to change.", "user", "roles", "ben", "--role", "staging=viewer")
	s.run(0, "user benjamin: renamed.", "user", "rename", "ben", "benjamin")
	s.run(0, "user benjamin: accounts saved.", "user", "accounts", "benjamin", "--bind", "4712", "--unbind", "4711")
	s.run(0, "user token 1", "token", "create", "--user", "benjamin")
	s.run(0, "user benjamin: deactivated.", "user", "deactivate", "benjamin", "--yes")
	s.run(1, "reactivate them first", "token", "create", "--user", "benjamin")
	s.run(0, "user benjamin: reactivated.", "user", "reactivate", "benjamin")
	s.run(0, "deployment dev: added.", "deployment", "add", "dev")
	s.run(0, "deployment develop: renamed from dev.", "deployment", "rename", "DEV", "develop")
	s.run(0, "deployment develop: removed.", "deployment", "remove", "develop", "--yes")
	if list, _ = s.run(0, "staging", "deployment", "list"); strings.Contains(list, "develop") {
		t.Errorf("a removed deployment is listed:\n%s", list)
	}
	s.run(0, "develop", "deployment", "list", "--removed")
	s.run(0, "private-user-tokens = on: saved.", "setting", "set", "private-user-tokens", "on")
	s.run(4, "only the owner may", "token", "reveal", "1")
	s.run(0, "organization = Acme Data: saved.", "setting", "set", "organization", "Acme Data")
	s.run(0, "organization         Acme Data\n", "setting", "list")
	s.run(0, "Created service credential 2", "service", "create", "--description", "edge")
	if shown, _ := s.run(0, "", "service", "reveal", "2"); !strings.HasPrefix(shown, "jts_") {
		t.Errorf("revealed %s", tidy(shown))
	}
	s.run(0, "service credential 2: described.", "service", "describe", "2", "edge1")
	s.run(0, "edge1", "service", "list")
	s.run(3, "that is user token 1; see jeton token show 1", "service", "show", "1")
	s.run(3, "service credential 2: revoked.", "service", "revoke", "1", "2", "--yes")
	if list, _ = s.run(0, "", "service", "list", "--json"); list != "" {
		t.Errorf("service credentials that work: %s", list)
	}
	s.run(0, `"org_admin":false`, "user", "roles", "ana", "--org-admin", "off", "--json") // and is told, though they may list nobody now
	s.run(4, "needs an Organization Admin", "user", "list")
	s.run(0, "", "token", "list", "--user")
	s.run(4, "another user's tokens", "token", "reveal", "1")
}

// TestPeopleAsJSON holds the forms that scripts rely on against what is documented.
func TestPeopleAsJSON(t *testing.T) {
	s := steps{t, founded(t)}
	uid := strconv.Itoa(os.Geteuid())
	ben := `{"id":2,"login":"ben","name":"Ben <B>","org_admin":false,"roles":[{"deployment":"prod","deployment_id":1,"role":"editor"}],"accounts":[],` +
		`"created_at":"TIME","created_by":"ana","created_by_id":1,"deactivated_at":null,"deactivated_by":null,"revision":2,"edited_by":"ana","edited_by_id":1}` + "\n"
	acme := `{"name":"acme","settings":{"private_user_tokens":true},"revision":4,"edited_by":"ana","edited_by_id":1,` +
		`"keys":{"wrapping":0,"signing":0,"lookup":0},"numbers_passed_over":{"token":0,"user":0,"deployment":0}}` + "\n"
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"user", "add", "ben", "--name", "Ben <B>", "--role", "prod=editor"}, ben},
		{[]string{"user", "list"},
			`{"id":1,"login":"ana","name":"","org_admin":true,"roles":[],"accounts":[` + uid + `],"created_at":"TIME","created_by":null,` +
				`"deactivated_at":null,"deactivated_by":null,"revision":1,"edited_by":"ana","edited_by_id":1}` + "\n" + ben},
		{[]string{"deployment", "remove", "staging", "--yes"},
			`{"id":2,"name":"staging","created_at":"TIME","created_by":"ana","created_by_id":1,` +
				`"removed_at":"TIME","removed_by":"ana","removed_by_id":1,"revision":3,"edited_by":"ana","edited_by_id":1}` + "\n"},
		{[]string{"deployment", "list"},
			`{"id":1,"name":"prod","created_at":"TIME","created_by":"ana","created_by_id":1,` +
				`"removed_at":null,"removed_by":null,"revision":1,"edited_by":"ana","edited_by_id":1}` + "\n"},
		{[]string{"setting", "set", "private-user-tokens", "on"}, acme},
		{[]string{"setting", "list"}, acme},
	} {
		if out, _ := s.run(0, "", append(c.args, "--json")...); tidy(out) != c.want {
			t.Errorf("jeton %q prints\n%swant\n%s", c.args, tidy(out), c.want)
		}
	}
}

// TestPeopleCommandsThatFail has each mistake named, with the next step and a code of its own.
func TestPeopleCommandsThatFail(t *testing.T) {
	s := steps{t, founded(t)}
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{2, "jeton user has no command", []string{"user", "nonsense"}},
		{2, "needs a login", []string{"user", "add"}},
		{1, "login not kept", []string{"user", "add", "B e"}},
		{1, "name not kept", []string{"user", "add", "be", "--name", "a\x1bb"}},
		{5, "login ana: already taken", []string{"user", "add", "ana"}},
		{2, "say on or off", []string{"user", "add", "be", "--org-admin", "yes"}},
		{2, "admin and none; see jeton user add --help", []string{"user", "add", "be", "--role", "prod"}},
		{2, "write DEPLOYMENT=ROLE", []string{"user", "roles", "ana", "--role", "prod=king"}},
		{3, "jeton deployment list", []string{"user", "roles", "ana", "--role", "nowhere=viewer"}},
		{2, "two roles in prod: choose one; see jeton user add", []string{"user", "add", "be", "--role", "prod=viewer", "--role", "PROD=admin"}},
		{1, "account 4294967295 is nobody's", []string{"user", "add", "be", "--account", "4294967295"}},
		{2, "this host has none", []string{"user", "add", "be", "--account", "no such account"}},
		{2, "say what is to change", []string{"user", "roles", "ana"}},
		{5, "last Organization Admin", []string{"user", "roles", "ana", "--org-admin", "off"}},
		{3, `user "be": not found; jeton user list`, []string{"user", "rename", "be", "ce"}},
		{2, "needs a login, and a new one", []string{"user", "rename", "ana"}},
		{2, "say what is to change", []string{"user", "accounts", "ana"}},
		{2, "needs the login", []string{"user", "deactivate"}},
		{2, "give --yes", []string{"user", "deactivate", "ana"}},
		{5, "last Organization Admin", []string{"user", "deactivate", "ana", "--yes"}},
		{3, "not found", []string{"user", "reactivate", "be"}},
		{2, "needs the name", []string{"deployment", "add"}},
		{1, "deployment name not kept", []string{"deployment", "add", "a b"}},
		{5, "deployment PROD: already taken", []string{"deployment", "add", "PROD"}},
		{3, "jeton deployment list", []string{"deployment", "rename", "nowhere", "x"}},
		{5, "already taken", []string{"deployment", "rename", "prod", "staging"}},
		{2, "give --yes", []string{"deployment", "remove", "prod"}},
		{3, "jeton deployment list", []string{"deployment", "remove", "nowhere", "--yes"}},
		{2, "needs the name of a setting", []string{"setting", "set", "x"}},
		{3, "jeton setting list", []string{"setting", "set", "x", "y"}},
		{2, "say on or off", []string{"setting", "set", "private-user-tokens", "maybe"}},
		{1, "organization not kept", []string{"setting", "set", "organization", ""}},
		{2, "takes no argument", []string{"service", "create", "x"}},
		{2, "needs one of bash", []string{"completion", "tcsh"}},
		{2, "needs a directory", []string{"man"}},
		{1, "give a directory that is there", []string{"man", "/nowhere/at/all"}},
	} {
		out, errs := s.run(c.code, c.says, c.args...)
		if out != "" || strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "jeton: ") {
			t.Errorf("jeton %q: printed %q, said %q", c.args, out, errs)
		}
	}
}

func TestHostAccounts(t *testing.T) {
	me, err := user.Current()
	if err != nil {
		t.Skip(err)
	}
	got, err := hostAccounts(newUser(&program{}), []string{me.Username, "4711"})
	if err != nil || len(got) != 2 || strconv.Itoa(int(got[0])) != me.Uid || got[1] != 4711 {
		t.Errorf("%v, %v", got, err)
	}
}

// TestDeactivateAndRemoveAsk: only yes is yes.
func TestDeactivateAndRemoveAsk(t *testing.T) {
	s := steps{t, founded(t)}
	s.run(0, "", "user", "add", "ben")
	s.run(0, "", "token", "create", "--user", "ben")
	for _, c := range []struct {
		args   []string
		shown  string
		kept   string
		killed string
	}{
		{[]string{"user", "deactivate", "ben"}, "1 user token of theirs", "user ben stays as it is", "user ben: deactivated."},
		{[]string{"deployment", "remove", "staging"}, "No agent token names it.", "deployment staging stays as it is", "deployment staging: removed."},
	} {
		con := start(t, 100, 24, s.env, jeton(t), c.args...)
		con.until(c.shown, "[y/N]")
		con.press("\r")
		if code := con.wait(); code != 1 || !strings.Contains(con.stderr.String(), c.kept) {
			t.Errorf("%q ended with %d, said %q", c.args, code, con.stderr.String())
		}
		con = start(t, 100, 24, s.env, jeton(t), c.args...)
		con.until("[y/N]")
		con.press("y", "\r")
		con.until(c.killed)
		if code := con.wait(); code != 0 {
			t.Errorf("%q ended with %d, said %q", c.args, code, con.stderr.String())
		}
	}
}
