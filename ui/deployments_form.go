package ui

import (
	"fmt"

	"jeton/model"
)

// newDeploymentForm creates a deployment, or renames one.
func newDeploymentForm(s *session, was model.Deployment) screen {
	check := func(text string) error { _, err := model.CleanDeploymentName(text); return err }
	spec := formSpec{title: "Create deployment", accept: "create", inputs: []input{{what: whatDeployment, label: "Name", needed: true,
		check: check, field: newField(was.Name), note: "Letters, digits and . _ -"}}}
	adding, before := was.ID == 0, was.Name
	if !adding {
		spec.title, spec.accept = "Rename deployment "+was.Name, "save"
	}
	spec.needed = func(in *inputs) (model.Change, error) {
		name, err := model.CleanDeploymentName(in.text(whatDeployment))
		switch {
		case err != nil || name == was.Name:
			return nil, err
		case was.ID == 0:
			return model.AddDeployment{Name: name}, nil
		}
		return model.RenameDeploy{Deployment: was.ID, Revision: was.Revision, Name: name}, nil
	}
	spec.kept = func(r model.Record) {
		if now, ok := r.(model.Deployment); ok {
			was = now
		}
	}
	spec.theirs = func(r model.Record) string {
		spec.kept(r)
		return "renamed it to " + was.Name
	}
	spec.said = func() string {
		if adding {
			return "Created " + was.Name + ". Org Agent tokens reach it; others need it added."
		}
		return fmt.Sprintf("Renamed %s to %s. Tokens and roles go with it.", before, was.Name)
	}
	return newForm(s, spec)
}
