package wire

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"jeton/model"
)

// plainly is what encoding/json writes.
func plainly(t interface{ Fatal(...any) }, form any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(form); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// anyToken draws a token with any text and number in every field there is, so that a new
// field is noticed.
func anyToken(t *rapid.T) Token {
	var out Token
	v := reflect.ValueOf(&out).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		switch f := v.Field(i).Addr().Interface().(type) {
		case *Kind:
			*f = Kind(rapid.SampledFrom([]model.TokenKind{0, model.AgentToken, model.UserToken, model.ServiceToken, 200}).Draw(t, name))
		case *Time:
			*f = Time(rapid.Int64Range(0, 4e12).Draw(t, name))
		case **Permissions:
			if rapid.Bool().Draw(t, name) {
				*f = anyPermissions(t)
			}
		case *string:
			*f = rapid.String().Draw(t, name)
		case *Name:
			*f = Name(rapid.String().Draw(t, name))
		case *model.UserID:
			*f = model.UserID(rapid.Uint32().Draw(t, name))
		case *model.TokenID:
			*f = model.TokenID(rapid.Uint64().Draw(t, name))
		case *uint64:
			*f = rapid.Uint64().Draw(t, name)
		default:
			t.Fatalf("%s is a %T: write it, read it, and draw it", name, f)
		}
	}
	return out
}

func anyPermissions(t *rapid.T) *Permissions {
	return &Permissions{OrgAgent: rapid.Bool().Draw(t, "org agent"), AllBranches: rapid.Bool().Draw(t, "branches"),
		Deployments:   rapid.SliceOf(rapid.String()).Draw(t, "deployments"),
		DeploymentIDs: rapid.SliceOf(rapid.Map(rapid.Uint32(), func(n uint32) model.DeploymentID { return model.DeploymentID(n) })).Draw(t, "ids")}
}

// TestTokensAreWrittenAsEver holds what is written and read by hand against encoding/json.
func TestTokensAreWrittenAsEver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		page := TokenPage{Offset: rapid.IntMin(0).Draw(t, "offset"), Total: rapid.IntMin(0).Draw(t, "total"),
			AnchorAt: rapid.IntMin(-1).Draw(t, "anchor"), Tokens: rapid.SliceOfN(rapid.Custom(anyToken), 0, 4).Draw(t, "tokens"),
			Seq: rapid.Uint64().Draw(t, "seq"), UseSince: Time(rapid.Int64Range(0, 4e12).Draw(t, "since"))}
		for _, form := range []any{page, anyToken(t)} {
			got, err := Append([]byte("before"), form)
			if want := append([]byte("before"), plainly(t, form)...); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("wrote %q, %v\nwant  %q", got, err, want)
			}
		}
		samePage(t, plainly(t, page))
	})
}

// TestTokensAreReadByHand has no page of our own left to encoding/json.
func TestTokensAreReadByHand(t *testing.T) {
	p := benchPage()
	p.AnchorAt = -1
	p.Rows[3].Description = "Größe \"x\" \\ \n 東京"
	p.Rows[4].Kind, p.Rows[4].Owner, p.Rows[4].Permissions = model.UserToken, 1, model.Permissions{}
	p.Rows[5].Permissions = model.Permissions{Deployments: []model.DeploymentID{1, 2}, AllBranches: true}
	raw, err := Append(nil, TokenPageOf(p, map[model.DeploymentID]string{1: "prod"}))
	if err != nil {
		t.Fatal(err)
	}
	r := reading{rest: raw}
	if r.page(); !r.ended() {
		t.Fatalf("not read on at %.80q", r.rest)
	}
	samePage(t, raw)
}

// samePage fails unless an answer is read as encoding/json reads it, or refused as it is.
func samePage(t interface{ Fatalf(string, ...any) }, raw []byte) {
	var got, want TokenPage
	wrong, plain := Read(raw, &got), json.Unmarshal(raw, &want)
	if (wrong == nil) != (plain == nil) || plain == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("%q\nread  %+v, %v\nwant %+v, %v", raw, got, wrong, want, plain)
	}
}

// FuzzTokenPage reads pages from servers that are none of ours.
func FuzzTokenPage(f *testing.F) {
	p := benchPage()
	p.Rows = p.Rows[:2]
	p.Rows[0].Permissions = model.Permissions{Deployments: []model.DeploymentID{1, 2}}
	p.Rows[1].Description = "Größe \"x\""
	whole, err := Append(nil, TokenPageOf(p, map[model.DeploymentID]string{1: "prod", 2: "sta\\ging"}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"offset":0,"total":0,"anchor_at":-1,"tokens":[],"seq":18446744073709551615,"use_since":null}`))
	f.Add([]byte(`{"offset":00,"total":1}`))
	f.Fuzz(func(t *testing.T, raw []byte) { samePage(t, raw) })
}
