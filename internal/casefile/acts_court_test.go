package casefile

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/clock"
)

// TestHowProceedingsEnd: what each result ends of what stands, and whether the hold goes.
func TestHowProceedingsEnd(t *testing.T) {
	jr := func(no, person int) Standing { return Standing{No: no, Person: person, Kind: JudicialReview} }
	interdict := func(no, person int) Standing { return Standing{No: no, Person: person, Kind: InterimInterdict} }
	for _, c := range []struct {
		what     string
		standing []Standing
		person   int
		result   CourtResult
		signed   bool
		ended    []int // nil if it is refused
		holdEnds bool
		fell     bool
	}{
		{"a petition is dismissed", []Standing{jr(1, 0)}, 0, CourtDismissed, true, []int{1}, true, false},
		{"a petition is withdrawn", []Standing{jr(1, 0)}, 0, CourtWithdrawn, false, []int{1}, true, false},
		{"a dismissal ends the interim order too", []Standing{jr(1, 0), interdict(2, 0)}, 0, CourtDismissed, true, []int{1, 2}, true, false},
		{"a recall ends the interim order alone", []Standing{jr(1, 0), interdict(2, 0)}, 0, CourtRecalled, true, []int{2}, false, false},
		{"an interdict without a petition is recalled", []Standing{interdict(1, 0)}, 0, CourtRecalled, true, []int{1}, true, false},
		{"an interdict without a petition falls with a dismissal", []Standing{interdict(1, 0)}, 0, CourtDismissed, true, []int{1}, true, false},
		{"a signed decision is reduced", []Standing{jr(1, 2)}, 2, CourtReduced, true, []int{1}, true, true},
		{"a reduction before the signature quashes nothing of Hame's", []Standing{jr(1, 0)}, 0, CourtReduced, false, []int{1}, true, false},
		{"it was recorded by mistake", []Standing{jr(1, 0)}, 0, CourtMistake, true, []int{1}, true, false},
		{"of two people's petitions one ends", []Standing{jr(1, 1), jr(2, 2)}, 2, CourtDismissed, true, []int{2}, true, false},
		{"nothing stands", nil, 0, CourtDismissed, true, nil, false, false},
		{"it is about another", []Standing{jr(1, 2)}, 0, CourtDismissed, true, nil, false, false},
		{"no interim order to recall", []Standing{jr(1, 0)}, 0, CourtRecalled, true, nil, false, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			end, err := EndAtCourt(c.standing, c.person, c.result, c.signed)
			if c.ended == nil {
				refusal, ok := AsRefusal(err)
				require.True(t, ok)
				require.Equal(t, RefusedNothingOpen, refusal.Code)
				return
			}
			require.NoError(t, err)
			require.Equal(t, CourtEnding{Ended: c.ended, HoldEnds: c.holdEnds, DecisionFell: c.fell}, end)
		})
	}
}

// TestServedAlthoughForbidden: only an interdict forbids a service, from its own day on.
func TestServedAlthoughForbidden(t *testing.T) {
	on := func(d int) clock.Date { return clock.NewDate(2026, 5, d) }
	require.True(t, ServedAfterInterdict(InterimInterdict, on(4), []clock.Date{on(4)}))
	require.True(t, ServedAfterInterdict(InterimInterdict, on(4), []clock.Date{on(3), on(5)}))
	require.False(t, ServedAfterInterdict(InterimInterdict, on(4), []clock.Date{on(3), {}}))
	require.False(t, ServedAfterInterdict(JudicialReview, on(4), []clock.Date{on(5)}))
}
