package casefile

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWhatGivesNoLess: a refusal becomes any grant, shorter leave becomes longer, and leave
// becomes protection. Indefinite leave and protection are not weighed against each other.
func TestWhatGivesNoLess(t *testing.T) {
	better := map[Outcome][]Outcome{
		RefusedUpheld: {GrantRefugee, GrantHP, GrantILR, GrantDL36M, GrantLLR30M},
		GrantLLR30M:   {GrantDL36M, GrantHP, GrantILR, GrantRefugee},
		GrantDL36M:    {GrantHP, GrantILR, GrantRefugee},
		GrantHP:       {GrantRefugee},
	}
	for _, was := range Outcomes {
		var noLess []Outcome
		for _, o := range Outcomes {
			if o.NoLessThan(was) {
				noLess = append(noLess, o)
			}
		}
		require.ElementsMatch(t, append([]Outcome{was}, better[was]...), noLess, "%s", was)
	}
}

// TestWhatMayCorrectADecision: before anybody is served any other outcomes; afterwards only
// such as take nothing from anybody; and none of a decision that somebody has appealed against.
func TestWhatMayCorrectADecision(t *testing.T) {
	const yes, less, no = GrantILR, GrantDL36M, RefusedUpheld
	for _, c := range []struct {
		what     string
		was, now [2]Outcome
		served   bool
		appealed bool
		code     RefusalCode
	}{
		{"a grant that is not served becomes a refusal", [2]Outcome{yes, yes}, [2]Outcome{no, yes}, false, false, ""},
		{"the same outcomes", [2]Outcome{yes, no}, [2]Outcome{yes, no}, false, false, RefusedAlreadyDone},
		{"the same outcomes, served", [2]Outcome{yes, no}, [2]Outcome{yes, no}, true, false, RefusedAlreadyDone},
		{"a served refusal becomes a grant", [2]Outcome{no, no}, [2]Outcome{yes, no}, true, false, ""},
		{"the other's grant becomes a refusal", [2]Outcome{no, yes}, [2]Outcome{yes, no}, true, false, RefusedTooLate},
		{"the other's grant becomes shorter", [2]Outcome{no, yes}, [2]Outcome{yes, less}, true, false, RefusedTooLate},
		{"the other's grant becomes longer", [2]Outcome{no, less}, [2]Outcome{no, yes}, true, false, ""},
		{"somebody has appealed", [2]Outcome{no, no}, [2]Outcome{yes, yes}, true, true, RefusedTooLate},
		{"somebody has appealed before the service is on record", [2]Outcome{no, no}, [2]Outcome{yes, yes}, false, true, RefusedTooLate},
	} {
		refusal := CheckCorrection(1,
			[]StandingOutcome{{Person: 1, Outcome: c.was[0], Served: c.served, Appealed: c.appealed}, {Person: 2, Outcome: c.was[1]}},
			[]ProposedOutcome{{Person: 1, Outcome: c.now[0]}, {Person: 2, Outcome: c.now[1]}})
		if c.code == "" {
			require.Nil(t, refusal, c.what)
			continue
		}
		require.NotNil(t, refusal, c.what)
		require.Equal(t, c.code, refusal.Code, c.what)
	}
}

// TestWhoMayCorrectADecision: two officers, one of whom did not sign it.
func TestWhoMayCorrectADecision(t *testing.T) {
	for _, c := range []struct {
		author, second string
		signers        []string
		may            bool
	}{
		{"ewan", "ailsa", []string{"ewan"}, true},
		{"ewan", "ailsa", []string{"ewan", "ailsa"}, false},
		{"ewan", "struan", []string{"ewan", "ailsa"}, true},
		{"gregor", "ailsa", []string{"ewan", "ailsa"}, true},
		{"gregor", "struan", []string{"ewan", "ailsa"}, true},
		{"ewan", "", []string{"ewan", "ailsa"}, true}, // nobody has agreed yet
	} {
		require.Equal(t, c.may, CheckCorrectors(1, c.author, c.second, c.signers) == nil, "%+v", c)
	}
}
