package wire

import (
	"bytes"
	"encoding/json"
	"strconv"

	"jeton/model"
)

// Lists of a million tokens cross here, and are printed: a token and a page of them are
// written and read by hand, in a quarter of the time. What is written is, byte for byte, what
// encoding/json makes of the form; only that is read, and everything else is left to it.

// AppendJSON appends the form as JSON.
func (t Token) AppendJSON(b []byte) []byte {
	b = strconv.AppendUint(append(b, `{"id":`...), uint64(t.ID), 10)
	b = appendText(append(b, `,"kind":`...), kinds.text(model.TokenKind(t.Kind)))
	b = appendText(append(b, `,"description":`...), t.Description)
	b = appendName(append(b, `,"owner":`...), t.Owner)
	b = appendNumber(b, `,"owner_id":`, uint64(t.OwnerID))
	b = append(b, `,"permissions":`...)
	if t.Permissions == nil {
		b = append(b, null...)
	} else {
		b = t.Permissions.appendJSON(b)
	}
	b = appendTime(append(b, `,"created_at":`...), t.CreatedAt)
	b = appendName(append(b, `,"created_by":`...), t.CreatedBy)
	b = appendNumber(b, `,"created_by_id":`, uint64(t.CreatedByID))
	b = appendTime(append(b, `,"revoked_at":`...), t.RevokedAt)
	b = appendName(append(b, `,"revoked_by":`...), t.RevokedBy)
	b = appendNumber(b, `,"revoked_by_id":`, uint64(t.RevokedByID))
	b = appendTime(append(b, `,"last_used_at":`...), t.LastUsedAt)
	b = appendText(append(b, `,"last_four":`...), t.LastFour)
	b = appendTime(append(b, `,"revealed_at":`...), t.RevealedAt)
	b = appendName(append(b, `,"revealed_by":`...), t.RevealedBy)
	b = appendNumber(b, `,"revealed_by_id":`, uint64(t.RevealedByID))
	b = strconv.AppendUint(append(b, `,"revision":`...), t.Revision, 10)
	b = appendName(append(b, `,"edited_by":`...), t.EditedBy)
	b = appendNumber(b, `,"edited_by_id":`, uint64(t.EditedByID))
	return append(b, '}')
}

func (p *Permissions) appendJSON(b []byte) []byte {
	b = strconv.AppendBool(append(b, `{"org_agent":`...), p.OrgAgent)
	b = appendList(append(b, `,"deployments":`...), p.Deployments, appendText)
	b = appendList(append(b, `,"deployment_ids":`...), p.DeploymentIDs, func(b []byte, id model.DeploymentID) []byte {
		return strconv.AppendUint(b, uint64(id), 10)
	})
	b = strconv.AppendBool(append(b, `,"all_branch_deployments":`...), p.AllBranches)
	return append(b, '}')
}

func appendList[T any](b []byte, list []T, one func([]byte, T) []byte) []byte {
	if list == nil {
		return append(b, null...)
	}
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, v)
	}
	return append(b, ']')
}

// AppendJSON appends the form as JSON.
func (p TokenPage) AppendJSON(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"offset":`...), int64(p.Offset), 10)
	b = strconv.AppendInt(append(b, `,"total":`...), int64(p.Total), 10)
	b = strconv.AppendInt(append(b, `,"anchor_at":`...), int64(p.AnchorAt), 10)
	b = appendList(append(b, `,"tokens":`...), p.Tokens, func(b []byte, t Token) []byte { return t.AppendJSON(b) })
	b = strconv.AppendUint(append(b, `,"seq":`...), p.Seq, 10)
	b = appendTime(append(b, `,"use_since":`...), p.UseSince)
	return append(b, '}')
}

// appendNumber appends a member that is left out where it is 0.
func appendNumber(b []byte, member string, n uint64) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendUint(append(b, member...), n, 10)
}

func appendTime(b []byte, t Time) []byte {
	if model.Time(t).Never() {
		return append(b, null...)
	}
	b = model.Time(t).Std().AppendFormat(append(b, '"'), timeForm)
	return append(b, '"')
}

func appendName(b []byte, n Name) []byte {
	if n == "" {
		return append(b, null...)
	}
	return appendText(b, string(n))
}

// appendText appends a text. Most are of the kind that stands there as it is.
func appendText(b []byte, s string) []byte {
	if !plain(s) {
		quoted, err := marshal(s)
		if err != nil {
			panic("wire: a text cannot be written as JSON") // encoding/json writes every text
		}
		return append(b, quoted...)
	}
	return append(append(append(b, '"'), s...), '"')
}

// plain reports whether a text stands in JSON as it is.
func plain[T string | []byte](s T) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// Append appends a form as a line of JSON, without escaping what only HTML needs escaped.
func Append(b []byte, form any) ([]byte, error) {
	if f, ok := form.(interface{ AppendJSON([]byte) []byte }); ok {
		return append(f.AppendJSON(b), '\n'), nil
	}
	out := bytes.NewBuffer(b)
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	err := e.Encode(form)
	return out.Bytes(), err
}

// Read reads an answer into a pointer to its form.
func Read(raw []byte, into any) error {
	if p, ok := into.(*TokenPage); ok {
		r := reading{rest: raw}
		if page := r.page(); r.ended() {
			*p = page
			return nil
		}
	}
	return json.Unmarshal(raw, into)
}
