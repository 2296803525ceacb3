package forecast_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/forecast"
)

// TestEveryActTakesMinutes: the assumption leaves no act out, and gives none to what is no act.
func TestEveryActTakesMinutes(t *testing.T) {
	for _, rule := range casefile.ActRules {
		n, role := forecast.Minutes(rule.Act)
		require.Positive(t, n, "%s: how many minutes does it take?", rule.Act)
		require.True(t, role.IsRole(), "%s: %q", rule.Act, role)
	}
	n, _ := forecast.Minutes("no.act")
	require.Zero(t, n)
	require.Equal(t, len(casefile.ActRules), forecast.Assumed(), "nothing stands in the table that is no act")
}

// TestOfficersWeeks: each of forty families took a proposal of six hours and, when it was
// served, half an hour of a caseworker. Ten families that wait take sixty hours of a decision
// maker: two weeks of thirty hours. Half of that is done for a family at the decision. Of
// families of whom half are never decided, half is to do.
func TestOfficersWeeks(t *testing.T) {
	acts := forecast.Acts{Decided: 40, CarriedOut: 40, Done: []forecast.Tally{
		{Phase: forecast.Decision, Act: casefile.ActPropose, Times: 40},
		{Phase: forecast.Service, Act: casefile.ActRecordService, Times: 40}}}
	weeks := func(r forecast.Record, acts forecast.Acts) map[casefile.Party]forecast.RoleWork {
		by := map[casefile.Party]forecast.RoleWork{}
		for _, w := range forecast.Work(r, 5, acts) {
			by[w.Role] = w
		}
		return by
	}
	waiting := forecast.Record{AsOf: monday, Waiting: []forecast.Waiting{{People: 2, Families: 10}}}
	of := weeks(waiting, acts)
	require.InDelta(t, 2, of[casefile.DecisionMaker].Weeks, 1e-9)
	require.InDelta(t, 1, of[casefile.DecisionMaker].Officers, 1e-9, "five families a week take thirty hours")
	require.InDelta(t, 5.0/30, of[casefile.Caseworker].Weeks, 1e-9)
	require.Len(t, of, 2)

	decided := forecast.Record{AsOf: monday, Spans: []forecast.Span{{People: 2, Phase: forecast.Decision, Days: 4, End: forecast.Running, Families: 10}}}
	require.InDelta(t, 1, weeks(decided, acts)[casefile.DecisionMaker].Weeks, 1e-9)
	waiting.Spans = []forecast.Span{{Phase: forecast.Gathering, End: forecast.Next, Families: 3}, {Phase: forecast.Gathering, End: forecast.Closed, Families: 2},
		{Phase: forecast.Gathering, End: forecast.Archived, Families: 1}}
	require.InDelta(t, 1, weeks(waiting, acts)[casefile.DecisionMaker].Weeks, 1e-9)

	acts.CarriedOut = forecast.Fewest - 1
	require.NotContains(t, weeks(waiting, acts), casefile.Caseworker, "too few were served")
	acts.Decided = forecast.Fewest - 1
	require.Nil(t, forecast.Work(waiting, 5, acts))
}
