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
	w := waiting{Members: []string{"principal|1980|", "child|soon|", "child||disputed"}}
	require.Equal(t, []policy.WaitingPerson{
		{Relationship: casefile.Principal, Birth: w.family().People[0].Birth},
		{Relationship: casefile.Child},
		{Relationship: casefile.Child, AgeDisputed: true},
	}, w.family().People)
	require.False(t, w.family().People[0].Birth.IsZero())
}
