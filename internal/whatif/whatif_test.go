package whatif

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
)

var on = clock.NewDate(2026, 3, 2)

func question(t *testing.T, with map[string]string) Question {
	t.Helper()
	amnesties, err := policy.Amnesties()
	require.NoError(t, err)
	sets, err := policy.Embedded()
	require.NoError(t, err)
	longest := amnesties[slices.IndexFunc(amnesties, func(s *policy.RuleSet) bool { return s.ID == "amnesty-longest-resident" })]
	one, err := longest.With(with)
	require.NoError(t, err)
	q := Question{One: one, Other: map[casefile.Lane]*policy.RuleSet{}, On: on}
	for _, s := range sets {
		if s.Use == policy.Operative {
			q.Other[s.Lane] = s
		}
	}
	return q
}

// TestWhatAnAmnestyWouldChange on the sample families: who is granted by each set, and who is left, with
// the number of years as it stands in the set and with another.
func TestWhatAnAmnestyWouldChange(t *testing.T) {
	for _, c := range []struct {
		with                          map[string]string
		oneGrants, otherGrants, parts int
	}{
		{nil, 6, 6, 7},
		{map[string]string{"years": "3"}, 12, 6, 9},
		{map[string]string{"years": "50"}, 0, 6, 11},
	} {
		tally := NewTally(question(t, c.with))
		parted := 0
		for i, s := range policy.Samples(on) {
			f := Family{Case: string(rune('A' + i)), Counts: true, Lane: casefile.Legacy, Council: "S12000049", Nationality: "TUR", File: s.File}
			one, other, ok, err := tally.Answer(f)
			require.NoError(t, err)
			require.True(t, ok)
			if tally.Add(f, one, other) != nil {
				parted++
			}
		}
		one, other := 0, 0
		families := map[By]int{}
		for _, n := range tally.Counts() {
			families[n.By] += n.Families
			if n.By == All && n.One == GrantsAll {
				one += n.Families
			}
			if n.By == All && n.Other == GrantsAll {
				other += n.Families
			}
		}
		for _, by := range []By{All, ByLane, ByCouncil, ByYears, ByNationality} {
			require.Equal(t, 20, families[by], "%s has each family once", by)
		}
		require.Equal(t, []int{c.oneGrants, c.otherGrants, c.parts}, []int{one, other, parted}, "%v", c.with)
	}
}

// TestWhoIsCounted: a restricted family is counted apart, a decided one too; a file of people who parted
// counts its people and no family; a family of which nobody is left has no answer.
func TestWhoIsCounted(t *testing.T) {
	tally := NewTally(question(t, nil))
	sample := policy.Samples(on)[0].File
	for _, f := range []Family{
		{Case: "A", Counts: true, Lane: casefile.Legacy, File: sample},
		{Case: "B", Counts: true, Apart: true, Lane: casefile.Legacy, File: sample},
		{Case: "C", Counts: true, Decided: true, Lane: casefile.FastTrack, File: sample},
		{Case: "D", Lane: casefile.Legacy, File: sample},
	} {
		one, other, _, err := tally.Answer(f)
		require.NoError(t, err)
		tally.Add(f, one, other)
	}
	_, _, ok, err := tally.Answer(Family{Lane: casefile.Legacy})
	require.NoError(t, err)
	require.False(t, ok)
	all := slices.DeleteFunc(tally.Counts(), func(c Count) bool { return c.By != All })
	require.Equal(t, []Count{
		{By: All, One: NoGround, Other: NoGround, Families: 1, People: 6, Children: 2},
		{By: All, One: NoGround, Other: NoGround, Families: 1, People: 3, Children: 1, Apart: true},
		{By: All, One: NoGround, Other: NoGround, Families: 1, People: 3, Children: 1, Decided: true},
	}, all)
	_, _, _, err = tally.Answer(Family{Lane: "slow", File: sample})
	require.ErrorContains(t, err, `lane "slow"`)
}

// TestTheAnswerOfAFamily sums up what a set makes of its people.
func TestTheAnswerOfAFamily(t *testing.T) {
	for want, advice := range map[Answer][]policy.Advice{
		GrantsAll:    {policy.AdviseGrant, policy.AdviseGrant},
		GrantsSome:   {policy.AdviseGrant, policy.AdviseNoGround},
		Weigh:        {policy.AdviseMoreEvidence, policy.AdviseWeigh},
		MoreEvidence: {policy.AdviseNoGround, policy.AdviseMoreEvidence},
		NoGround:     {policy.AdviseNoGround, policy.AdviseNoGround},
	} {
		var people []policy.Recommendation
		for _, a := range advice {
			people = append(people, policy.Recommendation{Advice: a})
		}
		require.Equal(t, want, Of(people))
	}
}
