package store

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/policy"
)

// TestAnUnreadableBirthDateIsUnknown: the order of listing takes such a person for one of
// unknown age, and leaves no person out (A14).
func TestAnUnreadableBirthDateIsUnknown(t *testing.T) {
	w := waiting{Members: []string{"principal|1980||2019-02-30|no", "child|soon|||yes", "child||disputed||unknown"}}
	require.Equal(t, []policy.WaitingPerson{
		{Relationship: casefile.Principal, Birth: w.family().People[0].Birth, BornInScotland: casefile.No},
		{Relationship: casefile.Child, BornInScotland: casefile.Yes},
		{Relationship: casefile.Child, AgeDisputed: true, BornInScotland: casefile.Unknown},
	}, w.family().People)
	require.False(t, w.family().People[0].Birth.IsZero())
}
