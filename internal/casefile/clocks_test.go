package casefile

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWhatAHoldStops: trafficking stops the person's decision and what the family must do,
// a medical crisis what the family must do, and no ground the time of a child, a council,
// a school, a minister, or the law's.
func TestWhatAHoldStops(t *testing.T) {
	family, decision, after := TaskQuestionnaire, TaskPropose, TaskNoAppeal
	for ground, stopped := range map[Ground][]TaskKind{
		GroundAgeDispute:      {family, after},
		GroundChildProtection: {family, after},
		GroundMedical:         {family, after},
		GroundTrafficking:     {family, decision, after},
		GroundSubmissions:     {after},
		GroundCourt:           {after},
	} {
		for _, rule := range TaskRules {
			want := false
			for _, k := range stopped {
				want = want || k == rule.Kind
			}
			require.Equal(t, want, ground.Stops(rule.Kind), "%s: %s", ground, rule.Kind)
		}
		held := File{Holds: 1, FamilyAnswered: true, People: []FilePerson{{No: 1, Relationship: Principal, Interviewed: true}}}
		require.Contains(t, SignatureBlocks(held, []Proposed{{Person: 1, Outcome: RefusedUpheld}}, Convention), BlockHold)
		require.NotContains(t, SignatureBlocks(held, []Proposed{{Person: 1, Outcome: GrantILR}}, Convention), BlockHold)
	}
}
