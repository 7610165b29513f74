package store

import (
	"testing"

	"jeton/model"
)

func TestComparedOnceAsked(t *testing.T) {
	p, s := newOpen(t)
	createToken(t, s, "first")
	p.close(s)
	s = p.open()
	if h := s.Health(); h.Compared {
		t.Fatalf("compared by opening alone: %+v", h)
	}
	if err := s.Compare(ctx); err != nil {
		t.Fatal(err)
	}
	if h := s.Health(); !h.Compared || h.Damage != nil {
		t.Fatalf("after comparing: %+v", h)
	}
	s.condition.suspect = true
	if h := s.Health(); h.Compared {
		t.Fatalf("state gave something damaged, and is said to be whole: %+v", h)
	}
}

func TestDeploymentNameOfNow(t *testing.T) {
	_, s := newOpen(t)
	_, r, err := s.Change(ctx, ana, model.Request{}, model.AddDeployment{Name: "qa"})
	if err != nil {
		t.Fatal(err)
	}
	d := r.(model.Deployment)
	if name := s.DeploymentName(d.ID); name != "qa" {
		t.Errorf("name %q", name)
	}
	change1(t, s, model.RemoveDeployment{Deployment: d.ID})
	if name := s.DeploymentName(d.ID); name != "" {
		t.Errorf("name of a removed one %q", name)
	}
	if name := s.DeploymentName(99); name != "" {
		t.Errorf("name of none %q", name)
	}
}
