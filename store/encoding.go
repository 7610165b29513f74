package store

import (
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"jeton/model"
	"jeton/store/state"
)

// Records and events are CBOR in its core deterministic form: one value, one
// encoding, so that digests mean something. Decoding has limits, since what is read
// may be damaged; text is taken as it is, since no door lets anything in that is not
// UTF-8, and a history that holds some all the same must still be read.
var encoding, decoding = modes()

// maxRecord is how large a record may become, in bytes: Badger and a group of
// changes must hold it.
const maxRecord = 128 << 10

var errTooLarge = errors.New("it has become too large to keep: make it smaller")

func modes() (cbor.EncMode, cbor.DecMode) {
	enc, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic("cbor encoding options: " + err.Error())
	}
	dec, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, UTF8: cbor.UTF8DecodeInvalid, IndefLength: cbor.IndefLengthForbidden,
		TagsMd: cbor.TagsForbidden, MaxNestedLevels: 8, MaxArrayElements: 1 << 17, MaxMapPairs: 1 << 10}.DecMode()
	if err != nil {
		panic("cbor decoding options: " + err.Error())
	}
	return enc, dec
}

// credential is model.Credential as it is kept; a model.Secret encodes to nothing
// useful by design.
type credential struct {
	Token model.TokenID   `cbor:"1,keyasint"`
	Kind  model.TokenKind `cbor:"2,keyasint"`
	Value string          `cbor:"3,keyasint"`
}

// recordKey returns where a record is kept.
func recordKey(r model.Record) []byte {
	switch r := r.(type) {
	case model.Organization:
		return state.RecordKey(state.Organization, 0)
	case model.User:
		return state.RecordKey(state.User, uint64(r.ID))
	case model.Deployment:
		return state.RecordKey(state.Deployment, uint64(r.ID))
	case model.Token:
		return state.RecordKey(tokenKind(r.Kind), uint64(r.ID))
	case model.Credential:
		return state.RecordKey(state.Credential, uint64(r.Token))
	}
	return nil
}

func tokenKind(k model.TokenKind) state.Kind {
	switch k {
	case model.AgentToken:
		return state.AgentToken
	case model.ServiceToken:
		return state.ServiceToken
	}
	return state.UserToken
}

func encodeRecord(r model.Record) ([]byte, error) {
	var v any = r
	if c, ok := r.(model.Credential); ok {
		v = credential{c.Token, c.Kind, c.Value.Expose()}
	}
	out, err := encoding.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", r, err)
	}
	if len(out) > maxRecord {
		return nil, fmt.Errorf("%s: %w", describe(r), errTooLarge)
	}
	return out, nil
}

// decodeRecord reads a record of the kind its key says.
func decodeRecord(k state.Kind, plain []byte) (model.Record, error) {
	switch k {
	case state.Organization:
		return decodeAs[model.Organization](plain)
	case state.User:
		return decodeAs[model.User](plain)
	case state.Deployment:
		return decodeAs[model.Deployment](plain)
	case state.AgentToken, state.UserToken, state.ServiceToken:
		return decodeAs[model.Token](plain)
	case state.Credential:
		c, err := decodeAs[credential](plain)
		return model.Credential{Token: c.Token, Kind: c.Kind, Value: model.SecretOf(c.Value)}, err
	}
	return nil, fmt.Errorf("record of unknown kind %q", k)
}

func decodeAs[T any](plain []byte) (T, error) {
	var v T
	if err := decoding.Unmarshal(plain, &v); err != nil {
		return v, fmt.Errorf("decode %T: %w", v, err)
	}
	return v, nil
}

// describe names a record for people.
func describe(r model.Record) string {
	switch r := r.(type) {
	case model.Organization:
		return "the organization"
	case model.User:
		return fmt.Sprintf("user %d", r.ID)
	case model.Deployment:
		return fmt.Sprintf("deployment %d", r.ID)
	case model.Token:
		return fmt.Sprintf("%s %d", r.Kind, r.ID)
	case model.Credential:
		return fmt.Sprintf("the value of %s %d", r.Kind, r.Token)
	}
	return "a record"
}
