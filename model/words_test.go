package model_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeton/model"
)

func TestWords(t *testing.T) {
	for want, s := range map[string]fmt.Stringer{
		"terminal": model.DoorTerminal, "SSH": model.DoorSSH, "command": model.DoorCommand, "jeton": model.DoorProgram, "unknown door": model.Door(0),
		"none": model.NoRole, "Viewer": model.Viewer, "Launcher": model.Launcher, "Editor": model.Editor, "Admin": model.Admin, "unknown role": model.Role(9),
		"agent token": model.AgentToken, "user token": model.UserToken, "token of unknown kind": model.TokenKind(0),
		"done": model.Done, "refused": model.Refused, "unknown outcome": model.Outcome(0),
		"14": model.TokenID(14), "18446744073709551615": ^model.TokenID(0), "000102000000000000000000000000ff": model.Request{0, 1, 2, 15: 255},
	} {
		if got := s.String(); got != want {
			t.Errorf("%T: %q, want %q", s, got, want)
		}
	}
	if roles := model.Roles(); !slices.IsSorted(roles) || len(roles) != 5 || roles[0] != model.NoRole {
		t.Errorf("roles are %v", roles)
	}
}

// TestNumbersOnDisk pins the numbers that stand in every journal there is.
func TestNumbersOnDisk(t *testing.T) {
	for _, pair := range [][2]int{
		{int(model.DoorTerminal), 1}, {int(model.DoorSSH), 2}, {int(model.DoorCommand), 3}, {int(model.DoorProgram), 4},
		{int(model.AgentToken), 1}, {int(model.UserToken), 2}, {int(model.Done), 1}, {int(model.Refused), 2}, {int(model.Viewer), 1}, {int(model.Admin), 4},
		{int(model.TargetOrganization), 1}, {int(model.TargetUser), 2}, {int(model.TargetDeployment), 3}, {int(model.TargetToken), 4},
		{int(model.CreateOrganization), 1}, {int(model.AddUser), 10}, {int(model.CreateDeployment), 20}, {int(model.CreateAgentToken), 30}, {int(model.RevokeAgentToken), 35},
		{int(model.CreateUserToken), 40}, {int(model.RevokeUserToken), 44}, {int(model.CreateService), 50}, {int(model.RevokeService), 54}, {int(model.ListServices), 66},
		{int(model.ListAgentTokens), 60},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%d on disk is now %d", pair[1], pair[0])
		}
	}
}

func TestTime(t *testing.T) {
	moment := time.Date(2026, 3, 7, 9, 14, 0, 123_999_999, time.FixedZone("", 3600))
	got := model.TimeOf(moment)
	if got != 1772871240123 || got.Never() || got.String() != "2026-03-07T08:14:00Z" {
		t.Errorf("%d, %s", got, got)
	}
	if std := got.Std(); std.Location() != time.UTC || !std.Equal(moment.Truncate(time.Millisecond)) {
		t.Errorf("back it is %s", std)
	}
	if never := model.Time(0); !never.Never() || never.String() != "never" {
		t.Errorf("the zero time is %s", never)
	}
}

func TestConcerns(t *testing.T) {
	for _, tt := range []struct {
		actor, subject model.UserID
		want           []model.UserID
	}{{0, 0, nil}, {ana, 0, []model.UserID{ana}}, {ana, ana, []model.UserID{ana}}, {0, ben, []model.UserID{ben}}, {ana, ben, []model.UserID{ana, ben}}} {
		if got := (model.Event{Actor: tt.actor, Subject: tt.subject}).Concerns(); !slices.Equal(got, tt.want) {
			t.Errorf("by %d about %d concerns %v", tt.actor, tt.subject, got)
		}
	}
}

func TestRoleIn(t *testing.T) {
	u := model.User{ID: ben, Grants: []model.Grant{{Deployment: prod, Role: model.Editor}}}
	if u.RoleIn(prod) != model.Editor || u.RoleIn(staging) != model.NoRole {
		t.Errorf("%s, %s", u.RoleIn(prod), u.RoleIn(staging))
	}
	if u.OrgAdmin = true; u.RoleIn(prod) != model.Admin || u.RoleIn(staging) != model.Admin {
		t.Error("an Organization Admin is not Admin everywhere")
	}
}

func TestPermissions(t *testing.T) {
	for _, tt := range []struct {
		p              model.Permissions
		prod, branches bool
	}{
		{model.Permissions{}, false, false}, // empty is no access, never all
		{model.Permissions{Deployments: []model.DeploymentID{}}, false, false},
		{model.OrgAgent(), true, true},
		{model.Permissions{Deployments: []model.DeploymentID{staging}}, false, false},
		{model.Permissions{Deployments: []model.DeploymentID{staging, prod}}, true, false},
		{model.Permissions{AllBranches: true}, false, true},
	} {
		if tt.p.Reaches(prod) != tt.prod || tt.p.ReachesBranches() != tt.branches {
			t.Errorf("%+v reaches prod %t, branches %t", tt.p, tt.p.Reaches(prod), tt.p.ReachesBranches())
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfN(rapid.Map(rapid.IntRange(1, 6), func(n int) model.DeploymentID { return model.DeploymentID(n) }), 0, 8).Draw(t, "ids")
		p := model.Permissions{Deployments: ids, OrgAgent: rapid.Bool().Draw(t, "org"), AllBranches: rapid.Bool().Draw(t, "branches")}
		given := slices.Clone(ids)
		n := p.Normal()
		if !slices.Equal(ids, given) {
			t.Fatal("Normal sorted its argument")
		}
		for i := 1; i < len(n.Deployments); i++ {
			if n.Deployments[i-1] >= n.Deployments[i] {
				t.Fatalf("normal is %v", n.Deployments)
			}
		}
		shuffled := p
		shuffled.Deployments = append(rapid.Permutation(ids).Draw(t, "order"), ids...)
		if !p.Equal(n) || !p.Equal(shuffled) || n.Deployments != nil && len(n.Deployments) == 0 {
			t.Fatalf("%+v, normal %+v, shuffled %+v", p, n, shuffled)
		}
		other := p
		other.Deployments = append(slices.Clone(ids), 7)
		flipped := p
		flipped.OrgAgent = !p.OrgAgent
		if p.Equal(other) || p.Equal(flipped) {
			t.Fatal("different permissions are equal")
		}
		for d := range model.DeploymentID(8) {
			if n.Reaches(d) != (p.OrgAgent || slices.Contains(ids, d)) {
				t.Fatalf("%+v reaches %d: %t", p, d, n.Reaches(d))
			}
		}
	})
}

func TestPlainQuery(t *testing.T) {
	for want, queries := range map[bool][]model.TokenQuery{
		true:  {{}, {Sort: model.OldestFirst}, {Kind: model.UserToken, Owner: ana, Revoked: true}},
		false: {{Filter: "a"}, {Sort: model.ByDescription}},
	} {
		for _, q := range queries {
			if q.Plain() != want {
				t.Errorf("%+v plain: %t", q, !want)
			}
		}
	}
}

// TestErrorsSayWhatFailedAndWhatIsNext for those that screens show as they are.
func TestErrorsSayWhatFailedAndWhatIsNext(t *testing.T) {
	locked := &model.LockedError{Path: "/srv/acme", PID: 4121, User: "ana", Since: time.Unix(0, 0).UTC(), Terminal: "pts/3"}
	for _, tt := range []struct {
		err  error
		says []string
	}{
		{&model.TextError{What: "login", Reason: "it is empty; type one"}, []string{"login not kept: it is empty"}},
		{&model.RefusedError{Action: model.RevealAgentToken, Reason: "ask ana"}, []string{"refused to reveal an agent token: ask ana"}},
		{&model.ConflictError{What: "agent token 14", By: "ben"}, []string{"agent token 14 was changed by ben", "look at it again"}},
		{locked, []string{"/srv/acme", "4121", "ana", "1970-01-01T00:00:00Z"}},
		{&model.UnknownUserError{Account: "eve", Organization: "acme"}, []string{"eve is not in acme", "ask an Organization Admin to add you"}},
		{&model.UnknownUserError{Account: "eve", Organization: "acme", Admins: []string{"ben", "ana"}}, []string{"ask ben (Organization Admin)"}},
		{&model.UnknownUserError{Account: "eve", Organization: "acme", Deactivated: true, Admins: []string{"ben"}}, []string{"eve is deactivated in acme: ask ben"}},
		{&model.DamageError{What: "journal segment 3", Next: "restore it"}, []string{"journal segment 3: restore it"}},
	} {
		for _, part := range tt.says {
			if !strings.Contains(tt.err.Error(), part) {
				t.Errorf("%q does not say %q", tt.err, part)
			}
		}
	}
	sentinels := []error{model.ErrNoStore, model.ErrNoKeyset, model.ErrAhead, model.ErrDirectory, model.ErrNotAToken, model.ErrNotFound, model.ErrTaken, model.ErrRevoked, model.ErrFull,
		model.ErrLastAdmin, model.ErrNothing, model.ErrLowSpace, model.ErrUnknown, model.ErrClosed, model.ErrRequestReuse}
	for i, a := range sentinels {
		for j, b := range sentinels {
			if i != j && (errors.Is(a, b) || a.Error() == b.Error()) {
				t.Errorf("%v and %v are one", a, b)
			}
		}
	}
}
