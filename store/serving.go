package store

import (
	"context"

	"jeton/model"
)

// Compare compares state with what its newest event says was left, if that was not done since
// opening, at full speed. Health says how it came out: until it is Compared, a record of
// before that was put back might answer, and nobody should be let in on it. While the disk
// is almost full nothing is compared.
func (s *Store) Compare(ctx context.Context) error { return s.awaitCompared(ctx) }

// DeploymentName returns the name of a deployment as it is now, and "" of one that is not
// there any more. It asks no actor: the doors that tell it say who may ask.
func (s *Store) DeploymentName(id model.DeploymentID) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d := s.people.deployments[id]
	if d.Removed() {
		return ""
	}
	return d.Name
}
