package policy

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestTheOrderOfListing is row 2 of domain.md 6.2: 1 harm, 2 a child ageing out
// within six months or a serious illness, 3 families here longest, 4 supported,
// 5 the rest; and before all the families that have waited past the longest wait (R4).
func TestTheOrderOfListing(t *testing.T) {
	nothing := Facts{"supported": Is(false)}
	for _, c := range []struct {
		family  string
		changes Facts
		weeks   int // waited
		want    Place
	}{
		{"nothing sets it apart", nothing, 0, Place{5, "rest"}},
		{"supported", Facts{"supported": Is(true)}, 0, Place{4, "supported"}},
		{"here for five years, with a child", Facts{"supported": Is(false), "residence_years": Is(5)}, 0, Place{3, "longest_resident"}},
		{"here for five years, with a child, and supported", Facts{"supported": Is(true), "residence_years": Is(5)}, 0, Place{3, "longest_resident"}},
		{"here for four years, with a child", Facts{"supported": Is(false), "residence_years": Is(4)}, 0, Place{5, "rest"}},
		{"here for nine years, without a child", Facts{"supported": Is(false), "residence_years": Is(9), "children": Is(0)}, 0, Place{5, "rest"}},
		{"a serious illness", Facts{"supported": Is(false), "serious_illness": Is(true)}, 0, Place{2, "medical"}},
		{"a child who may be 18 within six months", Facts{"supported": Is(false), "child_turns_18_within_6_months": Is(true)}, 0, Place{2, "ageing_out"}},
		{"both of these", Facts{"serious_illness": Is(true), "child_turns_18_within_6_months": Is(true)}, 0, Place{2, "ageing_out"}},
		{"harm is alleged: an allegation may order, and no more", Facts{"supported": Is(false), "public_harm_alleged": Is(true)}, 0, Place{1, "public_harm"}},
		{"everything at once", Facts{"supported": Is(true), "public_harm_alleged": Is(true), "serious_illness": Is(true), "residence_years": Is(9)}, 0, Place{1, "public_harm"}},

		{"waited 104 weeks: not yet past the longest wait", nothing, 104, Place{5, "rest"}},
		{"waited 105 weeks", nothing, 105, Place{0, "longest_wait"}},
		{"waited 105 weeks, and harm is alleged: still before all", Facts{"public_harm_alleged": Is(true)}, 105, Place{0, "longest_wait"}},
		{"waited 104 weeks, and harm is alleged", Facts{"public_harm_alleged": Is(true)}, 104, Place{1, "public_harm"}},

		{"whether anybody is ill is unknown", Facts{"supported": Is(false), "serious_illness": NotKnown()}, 0, Place{5, "rest"}},
		{"whether anybody is ill is disputed, and the family supported", Facts{"supported": Is(true), "serious_illness": InDispute()}, 0, Place{4, "supported"}},
		{"whether harm is alleged is unknown", Facts{"supported": Is(false), "public_harm_alleged": NotKnown()}, 0, Place{5, "rest"}},
		{"how long they have lived here is unknown", Facts{"supported": Is(false), "residence_years": NotKnown()}, 0, Place{5, "rest"}},
		{"how many children there are is disputed", Facts{"supported": Is(false), "residence_years": Is(9), "children": InDispute()}, 0, Place{5, "rest"}},
		{"whether they are supported is unknown", Facts{"supported": NotKnown()}, 0, Place{5, "rest"}},
	} {
		t.Run(c.family, func(t *testing.T) {
			place, err := set(t, legacy).Place(but(c.changes), c.weeks)
			require.NoError(t, err)
			require.Equal(t, c.want, place)
		})
	}
}

// TestTheLongestWait of each lane: the family that has waited longer comes first (R4),
// even if nothing is known of them.
func TestTheLongestWait(t *testing.T) {
	for _, c := range []struct {
		id    string
		weeks int
		want  Place
	}{
		{legacy, 0, Place{5, "rest"}}, {legacy, 104, Place{5, "rest"}}, {legacy, 105, Place{0, "longest_wait"}}, {legacy, 5000, Place{0, "longest_wait"}},
		{fastTrack, 26, Place{5, "rest"}}, {fastTrack, 27, Place{0, "longest_wait"}},
		{scottish, 5000, Place{5, "rest"}}, // a set of comparison lists nobody
	} {
		place, err := set(t, c.id).Place(nil, c.weeks)
		require.NoError(t, err)
		require.Equal(t, c.want, place, "%s after %d weeks", c.id, c.weeks)
	}
}

// TestClassesStandInTheirOrder: the first class that holds is then the best one.
func TestClassesStandInTheirOrder(t *testing.T) {
	for _, id := range []string{legacy, fastTrack} {
		var priorities []int
		for _, c := range set(t, id).Listing.order {
			priorities = append(priorities, c.Priority)
		}
		require.Equal(t, []int{1, 2, 2, 3, 4}, priorities, id)
	}
}

// TestAnUnknownPutsNobodyInAClass: to know less of a family never moves it
// forward, and nobody starves: past the longest wait everybody is first.
func TestAnUnknownPutsNobodyInAClass(t *testing.T) {
	sets := []*RuleSet{set(t, legacy), set(t, fastTrack)}
	names := slices.Sorted(maps.Keys(Documented))
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(sets).Draw(t, "set")
		facts := drawFacts(t)
		weeks := rapid.IntRange(0, 300).Draw(t, "weeks")
		place, err := s.Place(facts, weeks)
		require.NoError(t, err)
		require.Equal(t, weeks > s.Listing.LongestWaitWeeks, place.Priority == 0)
		require.LessOrEqual(t, place.Priority, 5)
		require.NotEmpty(t, place.Why)
		for _, unknown := range []Fact{NotKnown(), InDispute()} {
			less := maps.Clone(facts)
			for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 1, 4).Draw(t, "hidden") {
				less[name] = unknown
			}
			hidden, err := s.Place(less, weeks)
			require.NoError(t, err)
			require.GreaterOrEqual(t, hidden.Priority, place.Priority)
		}
	})
}
