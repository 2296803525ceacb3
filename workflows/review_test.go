package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/workflows"
)

// aYear is longer than any of these stories takes.
var aYear = drawnOn.AddYears(1).Start()

func TestAFamilyIsGrantedAndHasItsDocuments(t *testing.T) {
	s := newStory(t).Diligently(practice.Manner{Represent: true})
	s.Run(aYear)

	require.True(t, s.ended, "at %s with %v", s.state.Stage, s.state.Tasks)
	require.Equal(t, casefile.Closed, s.state.Stage)
	require.Equal(t, []string{"listed", "evidence", "welfare", "representation", "decision", "service", "closed"},
		s.column(`select stage from stage_entry where case_ref = $1 order by opened_at, array_position(array['listed', 'evidence', 'welfare'], stage)`))
	require.Empty(t, s.column(`select stage from stage_entry where case_ref = $1 and closed_at is null`))
	require.Equal(t, []string{"ALL_GRANTED"}, s.column(`select rollup from decision where case_ref = $1`))
	require.Equal(t, []string{"GRANT_ILR", "GRANT_ILR", "GRANT_ILR"}, s.column(`select outcome from decision_outcome where case_ref = $1 and status_issued_on >= served_on`))
	require.Equal(t, []string{"accepted"}, s.column(`select answer from representation where case_ref = $1 and from_kind = 'minister'`))
	require.Empty(t, s.column(`select kind from task where case_ref = $1 and (overdue or closed_at is null)`))
	for _, a := range s.acts {
		s.accepted(a)
	}
	s.verified()
}

func TestARefusalTakesTwoOfficersAndASearchForAnAppeal(t *testing.T) {
	s := newStory(t).Diligently(practice.Manner{Refuse: true})
	s.Run(aYear)

	require.True(t, s.ended, "at %s with %v", s.state.Stage, s.state.Tasks)
	require.Equal(t, []string{"ALL_REFUSED ewan ailsa refusal"}, s.column(`select concat_ws(' ', rollup, author, second, second_due) from decision where case_ref = $1`))
	windows := s.tasks(casefile.TaskAppealWindow)
	require.Len(t, windows, 3)
	for i, w := range windows {
		require.Equal(t, "window_ended", w.Result)
		require.Equal(t, w.Began.AddDays(14), w.DueOn, "fourteen calendar days from service on that person")
		search := s.tasks(casefile.TaskNoAppeal)[i]
		require.Equal(t, w.DueOn.AddDays(1).Start().UTC(), search.OpenedAt.UTC(), "a caseworker is asked when the window has ended")
		require.Equal(t, "none_found", search.Result)
	}
	require.Len(t, s.column(`select no_appeal_on::text from decision_outcome where case_ref = $1 and no_appeal_on is not null`), 3)
	s.verified()
}

func TestAGrantThatIsDrawnWaitsForASecondOfficer(t *testing.T) {
	w := newWorld(t, nil, "F1")
	w.sample(true)
	s := w.story(t, "F1").Diligently(practice.Manner{})
	s.Run(aYear)
	require.True(t, s.ended)
	require.Equal(t, []string{"ALL_GRANTED ewan ailsa sample"}, s.column(`select concat_ws(' ', rollup, author, second, second_due) from decision where case_ref = $1`))
}

// TestAStateOfANewerVersion: a review that a newer worker has continued is not gone on
// with by an older one, which would lose what it does not know.
func TestAStateOfANewerVersion(t *testing.T) {
	state := casefile.NewReview("K7F-M2Q8", casefile.Legacy, "S12000049", time.Now(), clock.DateOf(time.Now()))
	state.Schema++
	env := (&testsuite.WorkflowTestSuite{}).NewTestWorkflowEnvironment()
	env.RegisterWorkflow(workflows.CaseReview)
	env.ExecuteWorkflow(workflows.CaseReview, state)
	require.ErrorContains(t, env.GetWorkflowError(), "deploy the newer worker")
}
