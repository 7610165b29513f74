package store_test

import (
	"jeton/store"
	"jeton/ui"
)

// What the screens need of a store is what a store has.
var _ ui.Store = (*store.Store)(nil)
