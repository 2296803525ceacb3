package casefile

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheOrderOfStages is process.md's table of stages.
func TestTheOrderOfStages(t *testing.T) {
	require.Equal(t, []Stage{"unlisted", "listed", "evidence", "welfare", "representation", "decision", "service", "closed"}, Stages)
	require.Len(t, constants(t, "Stage"), len(Stages))
	for i, s := range Stages {
		for j, other := range Stages {
			require.Equal(t, i < j, s.Before(other), "%s before %s", s, other)
		}
	}
	require.True(t, Stage("nonsense").Before(Unlisted), "a stage that is none comes before all, so that nothing is allowed in it")
	refusal, ok := AsRefusal(Facts{}.Allowed(ActPropose))
	require.True(t, ok)
	require.Equal(t, RefusedTooEarly, refusal.Code)
}

// TestEveryPartyIsARoleOrOutside, and has a name that a letter can use.
func TestEveryPartyIsARoleOrOutside(t *testing.T) {
	outside := []string{"family", "school", "gp", "social_work", "scra", "police", "housing", "community", "new_council", ""}
	require.Len(t, Roles, 11, "process.md, Roles")
	for _, p := range constants(t, "Party") {
		require.NotEqual(t, Party(p).IsRole(), contains(outside, p), "%q is either a role or outside", p)
		require.NotContains(t, Party(p).InWords(), "_")
	}
	require.Equal(t, "council's social work", SocialWork.InWords())
	require.Equal(t, "minister", Minister.InWords())
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func TestOutcomesAndWhatTheyComeTo(t *testing.T) {
	require.Len(t, constants(t, "Outcome"), len(Outcomes)+len(Ends)+1, "and who was refused and remains: no act makes that")
	for _, o := range Ends {
		require.False(t, o.IsGrant(), "%s", o)
		require.NotContains(t, Outcomes, o, "nobody proposes %s", o)
	}
	for _, o := range Outcomes {
		require.Equal(t, o != RefusedUpheld, o.IsGrant(), "%s", o)
	}
	for _, c := range []struct {
		facts string
		of    []Outcome
		want  Rollup
	}{
		{"one grant", []Outcome{GrantILR}, AllGranted},
		{"grants of several kinds", []Outcome{GrantRefugee, GrantHP, GrantILR, GrantDL36M, GrantLLR30M}, AllGranted},
		{"one refusal", []Outcome{RefusedUpheld}, AllRefused},
		{"a family refused", []Outcome{RefusedUpheld, RefusedUpheld}, AllRefused},
		{"a part-refusal, the first granted", []Outcome{GrantILR, RefusedUpheld}, Mixed},
		{"a part-refusal, the last granted", []Outcome{RefusedUpheld, RefusedUpheld, GrantDL36M}, Mixed},
	} {
		t.Run(c.facts, func(t *testing.T) { require.Equal(t, c.want, RollUp(c.of)) })
	}
}

// TestTheEightFactors are those of paragraph 395C (i) to (viii) [S29], in its order.
func TestTheEightFactors(t *testing.T) {
	require.Equal(t, []Factor{"age", "length_of_residence", "connections", "personal_history", "domestic_circumstances",
		"criminal_record", "compassionate_circumstances", "representations"}, Factors)
	require.Len(t, constants(t, "Factor"), len(Factors))
}
