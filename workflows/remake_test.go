package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/practice"
)

// TestACorrectedDecisionIsServedAndClosed: a grant that its author signed alone is corrected
// before it is served. The review takes the correction and the second officer's agreement
// while it waits for service; then the new decision is served on its own letter.
func TestACorrectedDecisionIsServedAndClosed(t *testing.T) {
	s := newStory(t).Diligently(practice.Manner{}, casefile.TaskServe)
	correct := &act{}
	var served bool
	s.daily = func() {
		f := s.query(s.env)
		waits := func(kind casefile.TaskKind) bool {
			for _, task := range f.Tasks {
				if task.Kind == kind {
					return true
				}
			}
			return false
		}
		switch {
		case f.Stage != casefile.Service || waits(casefile.TaskAgree) || served:
		case len(s.column(`select no::text from decision where case_ref = $1`)) == 1:
			s.send(correct, practice.Deed{Login: "ewan", Act: casefile.ActCorrectDecision, Text: practice.Text,
				Fields: func(f practice.File) casefile.Fields { return practice.Proposal(f, casefile.GrantRefugee) }})
		default:
			served = true
			sent := func(to string) practice.Deed {
				return practice.Deed{Login: "morag", Act: casefile.ActLetterSent, Subject: 3,
					Fields: func(practice.File) casefile.Fields {
						return &casefile.LetterFields{To: to, By: "recorded_delivery"}
					}}
			}
			s.does([]practice.Deed{sent("family"), sent("representative"), {Login: "morag", Act: casefile.ActRecordService,
				Fields: func(practice.File) casefile.Fields { return practice.Served() }}}, func() {})
		}
	}
	s.Run(aYear)

	s.accepted(correct)
	require.True(t, s.ended, "at %s with %v", s.state.Stage, s.state.Tasks)
	require.Equal(t, []string{"1 ewan no", "2 ewan ailsa correction"}, s.column(`
		select concat_ws(' ', no, author, second, second_due) from decision where case_ref = $1 order by no`))
	require.Equal(t, []string{"GRANT_REFUGEE", "GRANT_REFUGEE", "GRANT_REFUGEE"}, s.column(`
		select outcome from outcome_in_force where case_ref = $1 and served_on is not null and status_issued_on is not null`))
	require.Empty(t, s.column(`select no::text from letter_sent where case_ref = $1 and no = 2`), "the first decision's letter was withheld")
	s.verified()
}
