package wire

import (
	"testing"

	"jeton/model"
)

// benchPage is a page of 1,000 tokens, the most there are in one.
func benchPage() model.TokenPage {
	p := model.TokenPage{Logins: map[model.UserID]string{1: "ana"}, Total: 1000000}
	for i := range 1000 {
		p.Rows = append(p.Rows, model.Token{ID: model.TokenID(i + 1), Kind: model.AgentToken, Description: "etl agent for customer imports, eu-west-1", Permissions: model.OrgAgent(), LastFour: "aB3x", CreatedAt: 1770000000000, CreatedBy: 1, Revision: 77, EditedBy: 1})
	}
	return p
}

func BenchmarkEncodePage(b *testing.B) {
	p := benchPage()
	for b.Loop() {
		out, err := Append(nil, TokenPageOf(p, nil))
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(out)))
	}
}

func BenchmarkDecodePage(b *testing.B) {
	raw, err := Append(nil, TokenPageOf(benchPage(), nil))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		var p TokenPage
		if err := Read(raw, &p); err != nil {
			b.Fatal(err)
		}
		_ = p.Model()
	}
}
