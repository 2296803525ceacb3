package workflows_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/practice"
)

// TestTheReviewGoesBackAndOn: in the decision stage the last evidence turns out to be
// another family's, and two officers strike it. The review is at evidence again; when the
// provider has answered it goes on to the decision, without asking the minister again,
// and ends as any other. So it does where it continues as new at each step.
func TestTheReviewGoesBackAndOn(t *testing.T) {
	for name, every := range map[string]int{"in one run": 0, "continued as new at each step": 1} {
		t.Run(name, func(t *testing.T) {
			s := newStory(t).Diligently(practice.Manner{})
			s.state.ContinueAfter = every
			first, second := &act{}, &act{}
			struck := func() int {
				numbers := s.column(`select max(c.chain_n)::text from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
					where c.case_ref = $1 and c.kind = 'evidence.receive'`)
				no, err := strconv.Atoi(numbers[0])
				require.NoError(t, err)
				return no
			}
			strikes := func(login string, no int) practice.Deed {
				return practice.Deed{Login: login, Act: casefile.ActStrike, Fields: func(practice.File) casefile.Fields {
					return &casefile.StrikeFields{Act: no, Reason: casefile.SlipWrongCase}
				}}
			}
			no := 0
			s.daily = func() {
				f := s.query(s.env)
				switch {
				case f.Stage == casefile.Decision && no == 0:
					no = struck()
					s.send(first, strikes("morag", no))
				case no > 0 && second.Act == "" && first.done:
					s.send(second, strikes("isla", no))
				}
			}
			s.Run(aYear)
			s.accepted(first)
			s.accepted(second)
			require.True(t, s.ended, "at %s with %v", s.state.Stage, s.state.Tasks)
			require.Equal(t, []string{"2"}, s.column(`select count(*)::text from stage_entry where case_ref = $1 and stage = 'decision'`))
			require.Equal(t, []string{"1"}, s.column(`select count(*)::text from task where case_ref = $1 and kind = 'representation.window' and void_at is null`))
			s.verified()
		})
	}
}
