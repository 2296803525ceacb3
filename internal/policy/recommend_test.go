package policy

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hame/internal/casefile"
)

// plain is a person of 34 with one child, two years here, of whom everything is
// known and nothing is for a grant or against one. What their life here is made of is
// the exception: it is never known not to be so.
func plain() Facts {
	lives := Facts{}
	for _, kind := range casefile.LifeKinds {
		lives[LivedHere(kind)] = NotKnown()
	}
	known := Facts{
		"age_years": Is(34), "residence_years": Is(2), "child_residence_years": Is(2), "children": Is(1),
		"children_born_in_scotland": Is(0), "child_turns_18_within_6_months": Is(false), "claim_years": Is(2), "supported": Is(true),
		"serious_illness": Is(false), "public_harm_alleged": Is(false), "public_harm_confirmed": Is(false), "security_check": Is("clear"),
		"health_evidence": Is("nothing_held"), "community_evidence": Is(false), "best_interests": Is("undetermined"),
		"representation_accepted": Is(false),
	}
	maps.Copy(known, lives)
	return known
}

func but(changes Facts) Facts {
	f := plain()
	maps.Copy(f, changes)
	return f
}

func TestThePlainPersonsFactsAreAll(t *testing.T) {
	require.ElementsMatch(t, slices.Collect(maps.Keys(Documented)), slices.Collect(maps.Keys(plain())))
}

// TestTheHomeOfficesRecommendation on one person, with what differs from plain.
func TestTheHomeOfficesRecommendation(t *testing.T) {
	ids := func(s ...string) []string { return s }
	for _, c := range []struct {
		facts   string
		changes Facts
		advice  Advice
		outcome casefile.Outcome
		met     []string
		against []string
		unknown []string
	}{
		{"everything is known, nothing is for or against", nil, AdviseNoGround, "", nil, nil, nil},
		{"a child has lived here for seven years", Facts{"child_residence_years": Is(7)}, AdviseGrant, casefile.GrantILR, ids("children-seven-years"), nil, nil},
		{"a child has lived here for six", Facts{"child_residence_years": Is(6)}, AdviseNoGround, "", nil, nil, nil},
		{"a parent has lived here for four years, and it is best for the child to remain", Facts{"residence_years": Is(4), "best_interests": Is("remain")},
			AdviseGrant, casefile.GrantILR, ids("family-residence"), nil, nil},
		{"the same after three years", Facts{"residence_years": Is(3), "best_interests": Is("remain")}, AdviseNoGround, "", nil, nil, nil},
		{"four years, and it is best for the child to return", Facts{"residence_years": Is(4), "best_interests": Is("return")}, AdviseNoGround, "", nil, nil, nil},
		{"four years without a child", Facts{"residence_years": Is(4), "children": Is(0), "best_interests": Is("remain")}, AdviseNoGround, "", nil, nil, nil},
		{"six years", Facts{"residence_years": Is(6)}, AdviseGrant, casefile.GrantILR, ids("long-residence"), nil, nil},
		{"five years", Facts{"residence_years": Is(5)}, AdviseNoGround, "", nil, nil, nil},
		{"a serious illness that the GP's evidence shows", Facts{"serious_illness": Is(true), "health_evidence": Is("complete")},
			AdviseGrant, casefile.GrantDL36M, ids("serious-illness"), nil, nil},
		{"a serious illness, the GP's evidence partial", Facts{"serious_illness": Is(true), "health_evidence": Is("partial")}, AdviseNoGround, "", nil, nil, nil},
		{"two grounds for: the outcome is the first one's", Facts{"child_residence_years": Is(8), "serious_illness": Is(true), "health_evidence": Is("complete")},
			AdviseGrant, casefile.GrantILR, ids("children-seven-years", "serious-illness"), nil, nil},

		{"harm is confirmed, and nothing is for a grant", Facts{"public_harm_confirmed": Is(true)}, AdviseNoGround, "", nil, ids("public-harm"), nil},
		{"the check was referred, and nothing is for a grant", Facts{"security_check": Is("refer")}, AdviseNoGround, "", nil, ids("check-referred"), nil},
		{"seven years, and harm is confirmed: to be weighed", Facts{"child_residence_years": Is(7), "public_harm_confirmed": Is(true)},
			AdviseWeigh, "", ids("children-seven-years"), ids("public-harm"), nil},
		{"six years, and both are against", Facts{"residence_years": Is(6), "public_harm_confirmed": Is(true), "security_check": Is("refer")},
			AdviseWeigh, "", ids("long-residence"), ids("public-harm", "check-referred"), nil},
		{"to be weighed, though something else is unknown", Facts{"residence_years": Is(6), "public_harm_confirmed": Is(true), "security_check": NotKnown()},
			AdviseWeigh, "", ids("long-residence"), ids("public-harm"), ids("security_check")},

		{"how long the child has lived here is unknown", Facts{"child_residence_years": NotKnown()}, AdviseMoreEvidence, "", nil, nil, ids("child_residence_years")},
		{"how long the child has lived here is disputed", Facts{"child_residence_years": InDispute()}, AdviseMoreEvidence, "", nil, nil, ids("child_residence_years")},
		{"four years, and no report yet on the child", Facts{"residence_years": Is(4), "best_interests": NotKnown()}, AdviseMoreEvidence, "", nil, nil, ids("best_interests")},
		{"two years: a report on the child would change nothing", Facts{"best_interests": NotKnown()}, AdviseNoGround, "", nil, nil, nil},
		{"ill, and the GP has not answered", Facts{"serious_illness": Is(true), "health_evidence": NotKnown()}, AdviseMoreEvidence, "", nil, nil, ids("health_evidence")},
		{"not ill, and the GP has not answered", Facts{"health_evidence": NotKnown()}, AdviseNoGround, "", nil, nil, nil},
		{"when they came is unknown: each fact is named once", Facts{"residence_years": NotKnown(), "best_interests": Is("remain")},
			AdviseMoreEvidence, "", nil, nil, ids("residence_years")},
		{"for a grant on one ground, another ground unknown", Facts{"child_residence_years": Is(7), "residence_years": NotKnown()},
			AdviseGrant, casefile.GrantILR, ids("children-seven-years"), nil, ids("residence_years")},
		{"whether harm is confirmed is unknown, and nothing else is for them", Facts{"public_harm_confirmed": NotKnown()},
			AdviseMoreEvidence, "", nil, nil, ids("public_harm_confirmed")},
		{"six years, and no check yet: find out, grant nothing, hold nothing against them", Facts{"residence_years": Is(6), "security_check": NotKnown()},
			AdviseMoreEvidence, "", ids("long-residence"), nil, ids("security_check")},
		{"six years, and the check's result is disputed", Facts{"residence_years": Is(6), "security_check": InDispute()},
			AdviseMoreEvidence, "", ids("long-residence"), nil, ids("security_check")},
		{"harm is confirmed, and residence unknown: what may speak for them is looked for first", Facts{"public_harm_confirmed": Is(true), "child_residence_years": NotKnown()},
			AdviseMoreEvidence, "", nil, ids("public-harm"), ids("child_residence_years")},

		{"harm is alleged: it counts for nothing", Facts{"public_harm_alleged": Is(true)}, AdviseNoGround, "", nil, nil, nil},
		{"harm is alleged of somebody with six years: it counts for nothing", Facts{"public_harm_alleged": Is(true), "residence_years": Is(6)},
			AdviseGrant, casefile.GrantILR, ids("long-residence"), nil, nil},
		{"whether harm is alleged is unknown: it counts for nothing", Facts{"public_harm_alleged": NotKnown()}, AdviseNoGround, "", nil, nil, nil},
	} {
		for _, id := range []string{legacy, fastTrack} {
			t.Run(id+"/"+c.facts, func(t *testing.T) {
				r, err := set(t, id).Recommend(3, but(c.changes))
				require.NoError(t, err)
				require.Equal(t, Recommendation{Person: 3, Advice: c.advice, Outcome: c.outcome, Met: c.met, Against: c.against, Unknown: c.unknown}, r)
			})
		}
	}
}

// TestTwoSetsOnOneFamily: Scotland's set tells the minister's office whom to
// consider representing; the Home Office's is the one that a decision maker sees.
func TestTwoSetsOnOneFamily(t *testing.T) {
	for _, c := range []struct {
		family             string
		changes            Facts
		homeOffice         Advice
		scotland           Advice
		scotlandMet, scotA []string
	}{
		{"two children born here, three years, letters from the community",
			Facts{"children": Is(2), "children_born_in_scotland": Is(2), "residence_years": Is(3), "child_residence_years": Is(3), "community_evidence": Is(true)},
			AdviseNoGround, AdviseGrant, []string{"born-here", "integrated"}, nil},
		{"nobody born here, three years, no letters, and no word of school, sport or music", Facts{"residence_years": Is(3)},
			AdviseNoGround, AdviseMoreEvidence, nil, nil},
		{"nobody born here, three years, no letters, and a child who plays football",
			Facts{"residence_years": Is(3), LivedHere(casefile.LifeSport): Is(true)}, AdviseNoGround, AdviseGrant, []string{"integrated"}, nil},
		{"nobody born here, two years, and a child who plays football",
			Facts{"residence_years": Is(2), LivedHere(casefile.LifeSport): Is(true)}, AdviseNoGround, AdviseNoGround, nil, nil},
		{"nobody born here, three years, no letters, and a faith", Facts{"residence_years": Is(3), LivedHere(casefile.LifeFaith): Is(true)},
			AdviseNoGround, AdviseMoreEvidence, nil, nil},
		{"nobody born here, two years, letters", Facts{"community_evidence": Is(true)}, AdviseNoGround, AdviseNoGround, nil, nil},
		{"a child of seven years' residence, no letters", Facts{"residence_years": Is(7), "child_residence_years": Is(7)}, AdviseGrant, AdviseMoreEvidence, nil, nil},
		{"newly come, and it is best for the child to remain", Facts{"residence_years": Is(0), "child_residence_years": Is(0), "best_interests": Is("remain")},
			AdviseNoGround, AdviseGrant, []string{"best-interests"}, nil},
		{"a child born here, and harm is confirmed", Facts{"children_born_in_scotland": Is(1), "public_harm_confirmed": Is(true)},
			AdviseNoGround, AdviseWeigh, []string{"born-here"}, []string{"public-harm"}},
		{"a child born here, and harm is alleged", Facts{"children_born_in_scotland": Is(1), "public_harm_alleged": Is(true)},
			AdviseNoGround, AdviseGrant, []string{"born-here"}, nil},
		{"a child born here, and the check was referred: the Home Office's concern", Facts{"children_born_in_scotland": Is(1), "security_check": Is("refer")},
			AdviseNoGround, AdviseGrant, []string{"born-here"}, nil},
		{"where the children were born is unknown", Facts{"children_born_in_scotland": NotKnown()}, AdviseNoGround, AdviseMoreEvidence, nil, nil},
	} {
		t.Run(c.family, func(t *testing.T) {
			home, err := set(t, legacy).Recommend(1, but(c.changes))
			require.NoError(t, err)
			require.Equal(t, c.homeOffice, home.Advice)
			scots, err := set(t, scottish).Recommend(1, but(c.changes))
			require.NoError(t, err)
			require.Equal(t, c.scotland, scots.Advice)
			require.Equal(t, c.scotlandMet, scots.Met)
			require.Equal(t, c.scotA, scots.Against)
		})
	}
}

func drawFacts(t *rapid.T) Facts {
	f := Facts{}
	for name, doc := range Documented {
		switch rapid.IntRange(0, 5).Draw(t, name+" state") {
		case 0: // missing: unknown
		case 1:
			f[name] = NotKnown()
		case 2:
			f[name] = InDispute()
		default:
			switch doc.Type.String() {
			case "bool":
				f[name] = Is(rapid.Bool().Draw(t, name))
			case "int":
				f[name] = Is(rapid.IntRange(0, 12).Draw(t, name))
			default:
				f[name] = Is(rapid.SampledFrom([]string{"clear", "refer", "complete", "partial", "nothing_held", "remain", "return", "undetermined", "none"}).Draw(t, name))
			}
		}
	}
	return f
}

func subset(t require.TestingT, part, whole []string, why string) {
	for _, x := range part {
		require.Contains(t, whole, x, why)
	}
}

// TestAnUnknownSatisfiesNothing: to take away what is known of a fact never
// adds a ground, for or against; no set ever advises a refusal; and "more
// evidence" says which.
func TestAnUnknownSatisfiesNothing(t *testing.T) {
	sets, err := Embedded()
	require.NoError(t, err)
	names := slices.Sorted(maps.Keys(Documented))
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(sets).Draw(t, "set")
		facts := drawFacts(t)
		full, err := s.Recommend(1, facts)
		require.NoError(t, err)
		require.Contains(t, []Advice{AdviseGrant, AdviseMoreEvidence, AdviseWeigh, AdviseNoGround}, full.Advice)
		require.Equal(t, full.Advice == AdviseGrant, full.Outcome.IsGrant(), "an outcome is advised only with a grant, and is a grant")
		require.Equal(t, len(full.Met) > 0 && len(full.Against) > 0, full.Advice == AdviseWeigh)
		if full.Advice == AdviseMoreEvidence {
			require.NotEmpty(t, full.Unknown, "it says which")
		}
		if full.Advice == AdviseNoGround {
			require.Empty(t, full.Unknown, "nothing is left to find out")
		}
		for _, name := range full.Unknown {
			require.NotEqual(t, Known, facts[name].State, "%s", name)
		}
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(full.Unknown))), len(full.Unknown), "each once")

		hidden, disputed := maps.Clone(facts), maps.Clone(facts)
		for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 1, 4).Draw(t, "hidden") {
			hidden[name], disputed[name] = NotKnown(), InDispute()
		}
		less, err := s.Recommend(1, hidden)
		require.NoError(t, err)
		subset(t, less.Met, full.Met, "no ground for is won by knowing less")
		subset(t, less.Against, full.Against, "nothing is held against anybody by knowing less")
		same, err := s.Recommend(1, disputed)
		require.NoError(t, err)
		require.Equal(t, less, same, "a disputed fact counts as an unknown one")
	})
}

// TestAnAllegationCountsInNoRecommendation (process.md, Four eyes).
func TestAnAllegationCountsInNoRecommendation(t *testing.T) {
	sets, err := Embedded()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(sets).Draw(t, "set")
		facts := drawFacts(t)
		var all []Recommendation
		for _, alleged := range []Fact{Is(true), Is(false), NotKnown(), InDispute()} {
			facts["public_harm_alleged"] = alleged
			r, err := s.Recommend(1, facts)
			require.NoError(t, err)
			all = append(all, r)
		}
		for _, r := range all[1:] {
			require.Equal(t, all[0], r)
		}
	})
}

func TestOfSomebodyOfWhomNothingIsKnown(t *testing.T) {
	for _, id := range []string{legacy, fastTrack, scottish} {
		r, err := set(t, id).Recommend(1, nil)
		require.NoError(t, err)
		require.Equal(t, AdviseMoreEvidence, r.Advice, id)
		require.Empty(t, r.Met)
		require.Empty(t, r.Against)
		require.NotContains(t, r.Unknown, "public_harm_alleged")
		subset(t, r.Unknown, slices.Collect(maps.Keys(Documented)), "a documented fact")
	}
	r, err := set(t, scottish).Recommend(1, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"children_born_in_scotland", "children", "community_evidence",
		"lived_here_exams", "lived_here_friends", "lived_here_music", "lived_here_school", "lived_here_sport", "residence_years",
		"best_interests", "public_harm_confirmed"}, r.Unknown,
		"in the order of the criteria")
}

// TestAFactOfTheWrongTypeIsAnError, and no finding for or against anybody.
func TestAFactOfTheWrongTypeIsAnError(t *testing.T) {
	_, err := set(t, legacy).Recommend(1, but(Facts{"child_residence_years": Is("seven")}))
	require.ErrorContains(t, err, "home-office-legacy, criterion children-seven-years")
	_, err = set(t, legacy).Place(but(Facts{"residence_years": Is("seven")}), 0)
	require.ErrorContains(t, err, "home-office-legacy, order longest_resident")
}
