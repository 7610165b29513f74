package storetest

import (
	"testing"

	"jeton/model"
	"jeton/store"
	"jeton/store/share"
)

// A store is what it is compared with.
func TestConform(t *testing.T) {
	Conform(t, func(_ testing.TB, s *store.Store, _ model.UserID) share.Organization { return s })
}
