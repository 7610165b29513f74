package wire

import (
	"bytes"
	"encoding/json"
	"math"

	"jeton/model"
)

// reading reads what AppendJSON wrote. After the first thing that it would not have written
// it gives zeros, and has not ended well.
type reading struct {
	rest   []byte
	failed bool
}

// ended reports whether everything was read, and nothing else was there but a line's end.
func (r *reading) ended() bool { return !r.failed && len(bytes.TrimRight(r.rest, "\n")) == 0 }

// is takes a text if it is next.
func (r *reading) is(text string) bool {
	if r.failed || len(r.rest) < len(text) || string(r.rest[:len(text)]) != text {
		return false
	}
	r.rest = r.rest[len(text):]
	return true
}

// must takes a text.
func (r *reading) must(text string) {
	if !r.is(text) {
		r.failed = true
	}
}

// number takes a member that is a number of at most 18 digits, as JSON writes it: more may be
// too many for its type.
func (r *reading) number(member string) (n uint64) {
	r.must(member)
	at := 0
	for ; at < len(r.rest) && '0' <= r.rest[at] && r.rest[at] <= '9'; at++ {
		n = n*10 + uint64(r.rest[at]-'0')
	}
	if at == 0 || at > 18 || at > 1 && r.rest[0] == '0' || r.failed {
		r.failed = true
		return 0
	}
	r.rest = r.rest[at:]
	return n
}

// id takes the number of a user, which is left out where it is 0.
func (r *reading) id(member string) model.UserID {
	if !r.is(member) {
		return 0
	}
	n := r.number("")
	if n > math.MaxUint32 {
		r.failed = true
		return 0
	}
	return model.UserID(n)
}

func (r *reading) bool(member string) bool {
	r.must(member)
	if r.is("true") {
		return true
	}
	r.must("false")
	return false
}

// quoted takes a text in quotes that stands there as it is, and leaves all others.
func (r *reading) quoted() []byte {
	r.must(`"`)
	end := bytes.IndexByte(r.rest, '"')
	if r.failed || end < 0 {
		r.failed = true
		return nil
	}
	text := r.rest[:end]
	r.rest = r.rest[end+1:]
	return text
}

// text takes a member that is a text.
func (r *reading) text(member string) string {
	r.must(member)
	whole := r.rest
	text := r.quoted()
	if r.failed || plain(text) {
		return string(text)
	}
	return r.escaped(whole)
}

// escaped takes a text with something in it that does not stand there as it is.
func (r *reading) escaped(whole []byte) (text string) {
	end := 1
	for end < len(whole) && whole[end] != '"' {
		if whole[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(whole) || json.Unmarshal(whole[:end+1], &text) != nil {
		r.failed = true
		return ""
	}
	r.rest = whole[end+1:]
	return text
}

func (r *reading) name(member string) Name {
	r.must(member)
	if r.is("null") {
		return ""
	}
	return Name(r.text(""))
}

func (r *reading) time(member string) (t Time) {
	r.must(member)
	if r.is("null") {
		return 0
	}
	whole := r.rest
	if inner := r.quoted(); r.failed || t.UnmarshalJSON(whole[:len(inner)+2]) != nil {
		r.failed = true
		return 0
	}
	return t
}

func (r *reading) token() (t Token) {
	t.ID = model.TokenID(r.number(`{"id":`))
	kind, err := kinds.value(r.text(`,"kind":`))
	r.failed = r.failed || err != nil
	t.Kind = Kind(kind)
	t.Description = r.text(`,"description":`)
	t.Owner, t.OwnerID = r.name(`,"owner":`), r.id(`,"owner_id":`)
	if !r.is(`,"permissions":null`) {
		t.Permissions = r.permissions()
	}
	t.CreatedAt, t.CreatedBy, t.CreatedByID = r.time(`,"created_at":`), r.name(`,"created_by":`), r.id(`,"created_by_id":`)
	t.RevokedAt, t.RevokedBy, t.RevokedByID = r.time(`,"revoked_at":`), r.name(`,"revoked_by":`), r.id(`,"revoked_by_id":`)
	t.LastUsedAt = r.time(`,"last_used_at":`)
	t.LastFour = r.text(`,"last_four":`)
	t.RevealedAt, t.RevealedBy, t.RevealedByID = r.time(`,"revealed_at":`), r.name(`,"revealed_by":`), r.id(`,"revealed_by_id":`)
	t.Revision = r.number(`,"revision":`)
	t.EditedBy, t.EditedByID = r.name(`,"edited_by":`), r.id(`,"edited_by_id":`)
	r.must("}")
	return t
}

func (r *reading) permissions() *Permissions {
	p := &Permissions{OrgAgent: r.bool(`,"permissions":{"org_agent":`), Deployments: []string{}, DeploymentIDs: []model.DeploymentID{}}
	r.list(`,"deployments":[`, func() { p.Deployments = append(p.Deployments, r.text("")) })
	r.list(`,"deployment_ids":[`, func() {
		n := r.number("")
		r.failed = r.failed || n > math.MaxUint32
		p.DeploymentIDs = append(p.DeploymentIDs, model.DeploymentID(n))
	})
	p.AllBranches = r.bool(`,"all_branch_deployments":`)
	r.must("}")
	return p
}

// list takes a member that is a list.
func (r *reading) list(member string, one func()) {
	r.must(member)
	for first := true; !r.failed && !r.is("]"); first = false {
		if !first {
			r.must(",")
		}
		one()
	}
}

func (r *reading) page() (p TokenPage) {
	p.Offset, p.Total = int(r.number(`{"offset":`)), int(r.number(`,"total":`))
	if p.AnchorAt = -1; !r.is(`,"anchor_at":-1`) {
		p.AnchorAt = int(r.number(`,"anchor_at":`))
	}
	p.Tokens = []Token{}
	r.list(`,"tokens":[`, func() { p.Tokens = append(p.Tokens, r.token()) })
	p.Seq, p.UseSince = r.number(`,"seq":`), r.time(`,"use_since":`)
	r.must("}")
	return p
}
