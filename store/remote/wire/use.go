package wire

import (
	"encoding/hex"
	"fmt"

	"jeton/model"
)

// Standing is what a presented value came to: "unknown", "good", "revoked",
// "owner_deactivated", "out_of_reach" or "wrong_kind".
type Standing model.Standing

var standings = words[model.Standing]{model.Unknown: "unknown", model.Good: "good", model.Revoked: "revoked",
	model.OwnerGone: "owner_deactivated", model.OutOfReach: "out_of_reach", model.WrongKind: "wrong_kind"}

// Words lists the words there are.
func (Standing) Words() []string { return standings.list() }

// MarshalText writes the word.
func (s Standing) MarshalText() ([]byte, error) {
	return []byte(standings.text(model.Standing(s))), nil
}

// UnmarshalText reads the word.
func (s *Standing) UnmarshalText(text []byte) error {
	v, err := standings.value(string(text))
	*s = Standing(v)
	return err
}

// Place is what a token is presented for: one of the two, or neither.
type Place struct {
	Deployment string `json:"deployment,omitempty"`
	Branch     string `json:"branch_deployment,omitempty"`
}

// PlaceOf is the form of a place.
func PlaceOf(p model.Place) Place {
	if p.Branch {
		return Place{Branch: p.Name}
	}
	return Place{Deployment: p.Name}
}

// Model is the place. Both at once are none.
func (p Place) Model() (model.Place, error) {
	if p.Deployment != "" && p.Branch != "" {
		return model.Place{}, &InputError{"branch_deployment", "a deployment is named as well: ask about one of them"}
	}
	if p.Branch != "" {
		return model.Place{Name: p.Branch, Branch: true}, nil
	}
	return model.Place{Name: p.Deployment}, nil
}

// Examine asks what a value is of.
type Examine struct {
	Value Value `json:"value"`
	Place
}

// Verdict is what a value is of and whether it is good.
type Verdict struct {
	Standing Standing `json:"standing"`
	Allowed  bool     `json:"allowed"`
	Token    *Token   `json:"token"` // null when unknown
	Owner    *User    `json:"owner"` // of a user token
	Place
	Role Role   `json:"role"`
	Rule string `json:"rule"`
}

// VerdictOf is the form of a verdict.
func VerdictOf(v model.Verdict, n Names) Verdict {
	out := Verdict{Standing: Standing(v.Standing), Allowed: v.Allowed(), Place: PlaceOf(v.Place), Role: Role(v.Role), Rule: v.Rule}
	if v.Token.ID != 0 {
		t := TokenOf(v.Token, n)
		out.Token = &t
	}
	if v.Owner.ID != 0 {
		u := UserOf(v.Owner, n)
		out.Owner = &u
	}
	return out
}

// Model is the verdict.
func (v Verdict) Model() (model.Verdict, error) {
	place, err := v.Place.Model()
	out := model.Verdict{Standing: model.Standing(v.Standing), Place: place, Role: model.Role(v.Role), Rule: v.Rule}
	if v.Token != nil {
		out.Token = v.Token.Model()
	}
	if v.Owner != nil {
		out.Owner = v.Owner.Model()
	}
	return out, err
}

// Leak is what is known of a value that somebody found: one of the two.
type Leak struct {
	LastFour string `json:"last_four,omitempty"`
	SHA256   string `json:"sha256,omitempty"`
}

// LeakOf is the form of what is known.
func LeakOf(l model.Leak) Leak {
	out := Leak{LastFour: l.LastFour}
	if l.SHA256 != [32]byte{} {
		out.SHA256 = hex.EncodeToString(l.SHA256[:])
	}
	return out
}

// Model is what is known.
func (l Leak) Model() (model.Leak, error) {
	out := model.Leak{LastFour: l.LastFour}
	if l.SHA256 == "" {
		return out, nil
	}
	raw, err := hex.DecodeString(l.SHA256)
	if err != nil || len(raw) != len(out.SHA256) {
		return out, &InputError{"sha256", fmt.Sprintf("it has not %d hexadecimal digits", 2*len(out.SHA256))}
	}
	out.SHA256 = [32]byte(raw)
	return out, nil
}

// Tokens are tokens that were found.
type Tokens struct {
	Tokens []Token `json:"tokens"`
}

// Use is how a token was used, by one caller or all of them together.
type Use struct {
	First        Time     `json:"first_used_at"`
	Last         Time     `json:"last_used_at"`
	Count        uint64   `json:"count"`
	LastHour     uint64   `json:"last_hour"`
	Hours        []uint32 `json:"hours"` // the last is the hour that runs
	Refused      uint64   `json:"refused"`
	FirstRefused Time     `json:"first_refused_at"`
	LastRefused  Time     `json:"last_refused_at"`
	Why          Standing `json:"why_refused"`
}

func useOf(u model.Use) Use {
	return Use{Time(u.First), Time(u.Last), u.Count, u.LastHour, u.Hours[:], u.Refused, Time(u.FirstRefused), Time(u.LastRefused), Standing(u.Why)}
}

// Model is the use.
func (u Use) Model() model.Use {
	out := model.Use{First: model.Time(u.First), Last: model.Time(u.Last), Count: u.Count, LastHour: u.LastHour,
		Refused: u.Refused, FirstRefused: model.Time(u.FirstRefused), LastRefused: model.Time(u.LastRefused), Why: model.Standing(u.Why)}
	copy(out.Hours[:], u.Hours)
	return out
}

// CallerUse is what one caller did.
type CallerUse struct {
	Address string `json:"address"`
	Agent   string `json:"agent"`
	Place
	Use
}

func callersOf(all []model.CallerUse) []CallerUse {
	out := make([]CallerUse, len(all))
	for i, c := range all {
		out[i] = CallerUse{c.Addr, c.Agent, PlaceOf(c.Place), useOf(c.Use)}
	}
	return out
}

func callers(all []CallerUse) ([]model.CallerUse, error) {
	if len(all) == 0 {
		return nil, nil
	}
	out := make([]model.CallerUse, len(all))
	for i, c := range all {
		place, err := c.Place.Model()
		if err != nil {
			return nil, err
		}
		out[i] = model.CallerUse{Caller: model.Caller{Addr: c.Address, Agent: c.Agent, Place: place}, Use: c.Use.Model()}
	}
	return out, nil
}

// Usage is what is known of the use of a token.
type Usage struct {
	TokenID model.TokenID `json:"token_id"`
	At      Time          `json:"at"`
	Since   Time          `json:"since"`
	All     Use           `json:"all"`
	Callers []CallerUse   `json:"callers"`
	Alone   Alone         `json:"alone"`
}

// Alone is what an agent token reaches that no other agent token that works does.
type Alone struct {
	Deployments   []string             `json:"deployments"`
	DeploymentIDs []model.DeploymentID `json:"deployment_ids"`
	Branches      bool                 `json:"branch_deployments"`
}

// UsageOf is the form of a usage.
func UsageOf(u model.Usage, n Names) Usage {
	out := Usage{u.Token, Time(u.At), Time(u.Since), useOf(u.All), callersOf(u.Callers), Alone{[]string{}, append([]model.DeploymentID{}, u.Alone.Deployments...), u.Alone.Branches}}
	for _, id := range u.Alone.Deployments {
		if name := n.Deployments[id]; name != "" {
			out.Alone.Deployments = append(out.Alone.Deployments, name)
		}
	}
	return out
}

// Model is the usage.
func (u Usage) Model() (model.Usage, error) {
	all, err := callers(u.Callers)
	return model.Usage{Token: u.TokenID, At: model.Time(u.At), Since: model.Time(u.Since), All: u.All.Model(), Callers: all,
		Alone: model.Alone{Deployments: u.Alone.DeploymentIDs, Branches: u.Alone.Branches}}, err
}

// Knocks are the tokens that do not work and are presented all the same.
type Knocks struct {
	Knocks []Knock `json:"knocks"`
	More   int     `json:"more"`
	Since  Time    `json:"since"`
}

// Knock is one of them.
type Knock struct {
	Token   Token       `json:"token"`
	Refused uint64      `json:"refused"`
	Last    Time        `json:"last_refused_at"`
	Callers []CallerUse `json:"callers"`
}

// KnocksOf is the form of knocks.
func KnocksOf(k model.Knocks, n Names) Knocks {
	n.Logins, n.LastUsed = k.Logins, k.LastUsed
	out := Knocks{make([]Knock, len(k.Knocks)), k.More, Time(k.Since)}
	for i, one := range k.Knocks {
		out.Knocks[i] = Knock{TokenOf(one.Token, n), one.Refused, Time(one.Last), callersOf(one.Callers)}
	}
	return out
}

// Model are the knocks.
func (k Knocks) Model() (model.Knocks, error) {
	out := model.Knocks{More: k.More, Since: model.Time(k.Since), Logins: map[model.UserID]string{}}
	for _, one := range k.Knocks {
		all, err := callers(one.Callers)
		if err != nil {
			return out, err
		}
		one.Token.names(out.Logins)
		one.Token.used(&out.LastUsed)
		out.Knocks = append(out.Knocks, model.Knock{Token: one.Token.Model(), Refused: one.Refused, Last: model.Time(one.Last), Callers: all})
	}
	return out, nil
}
