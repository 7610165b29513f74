package storetest

import (
	"context"
	"path/filepath"
	"testing"

	"jeton/model"
	"jeton/store"
	"jeton/store/seal"
)

func TestDescribe(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	k, err := seal.Create(filepath.Join(dir, "keyset"))
	if err != nil {
		t.Fatal(err)
	}
	o := store.Options{Dir: filepath.Join(dir, "store"), Keyset: k}
	if err := store.Create(ctx, o, model.Found{Organization: "acme", Login: "ana"}, model.Source{}); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	ana := model.Actor{User: 1}
	_, _, err = s.Change(ctx, ana, model.Request{}, model.CreateToken{Kind: model.AgentToken})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	const hostile = "\x1b]52;c;aGk=\x07\u202e\u009b31m"
	if err := Describe(ctx, o, 1, hostile); err != nil {
		t.Fatal(err)
	}
	if s, err = store.Open(ctx, o); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	page, err := s.TokenRows(ctx, ana, []model.TokenID{1})
	if err != nil || page.Rows[0].Description != hostile {
		t.Fatalf("%+v, %v", page, err)
	}
}
