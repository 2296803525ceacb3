package e2e

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"hame/internal/casefile"
	"hame/internal/contract"
)

// traces says what one of the namespaces keeps of a case; empty if nothing.
func (s *system) traces(t *testing.T, apart bool, ref string) string {
	t.Helper()
	d, err := s.clients.Of(apart).DescribeWorkflowExecution(t.Context(), ref, "")
	var missing *serviceerror.NotFound
	if err == nil {
		return d.GetWorkflowExecutionInfo().GetStatus().String()
	}
	if !errors.As(err, &missing) {
		return err.Error()
	}
	runs, err := s.clients.Of(apart).ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: fmt.Sprintf("WorkflowId = '%s'", ref)})
	require.NoError(t, err)
	if n := len(runs.GetExecutions()); n > 0 {
		return fmt.Sprintf("%d run(s) in the list", n)
	}
	return ""
}

// standsIn waits until a case's review runs in one of the namespaces, and the other
// keeps nothing of it.
func (s *system) standsIn(t *testing.T, apart bool, ref string) {
	t.Helper()
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		require.Equal(c, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING.String(), s.traces(t, apart, ref), "where it belongs")
		require.Empty(c, s.traces(t, !apart, ref), "elsewhere")
	}, time.Minute, 50*time.Millisecond, "%s is to run apart: %v", ref, apart)
}

// TestRestrictedReviewsRunApart: in the namespace that most people read Temporal keeps
// nothing of a restricted family: not from its listing, and nothing any more once it
// becomes restricted, at any stage. Its review goes on as it was, and comes back
// when the family is restricted no longer (F4).
func TestRestrictedReviewsRunApart(t *testing.T) {
	s := newSystem(t)
	w := s.startWorker(t)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(w.log)
		}
	})
	born, late := couple("A"), couple("D")
	born.People[0].Flags = []casefile.Flag{casefile.FlagRestricted}
	late.Lane = casefile.FastTrack // no draw: it is closed on record
	refs := s.begins(t, born, couple("B"), couple("C"), couple("E"), late)
	s.standsIn(t, true, refs["A"])
	s.standsIn(t, false, refs["C"])
	s.standsIn(t, false, refs["E"])
	s.asked(t, refs, "C")

	s.day(t, refs, "--as fiona case flag B/1 restricted on", "--as fiona case flag C/1 restricted on")
	s.standsIn(t, true, refs["B"])
	s.standsIn(t, true, refs["C"])
	s.day(t, refs, "--as fiona case assign C --to morag", "--as morag evidence receive C --provider gp",
		"--as fiona case assign A --to morag", "--as morag case reconcile A --paper-file found --record agrees")
	s.types(t, refs, 0, "--as una verify", nothingWrong)

	// Somebody who reaches the frontend and holds the keyset starts the review again where
	// it was. That run changes nothing on the record, and the comparison finds it.
	facts, err := s.db.As(t, "hame_worker").RecordedReview(t.Context(), refs["C"])
	require.NoError(t, err)
	state := casefile.FromRecord(facts)
	admin := s.db.SQL(t, "postgres")
	allMoved := func() {
		require.Eventually(t, func() bool {
			var left int
			return admin.Get(&left, `select count(*) from review_to_move`) == nil && left == 0
		}, time.Minute, 50*time.Millisecond)
	}
	allMoved() // what is started now would else be deleted with the old runs
	due := func() (n int) {
		require.NoError(t, admin.Get(&n, `select count(*) from task where case_ref = $1`, refs["C"]))
		return n
	}
	before := due()
	state.Tasks = nil // as if evidence were complete: it opens the next stage
	_, err = s.client.ExecuteWorkflow(t.Context(), contract.ReviewOptions(state, "hame"), contract.CaseReviewWorkflow, state)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		answer, err := s.client.QueryWorkflow(t.Context(), refs["C"], "", "review")
		var running casefile.Review
		return err == nil && answer.Get(&running) == nil && strings.Contains(running.Stuck, "this run is not the review's any more")
	}, 30*time.Second, 50*time.Millisecond, "the forged run is not refused")
	require.Equal(t, before, due())
	s.types(t, refs, 1, "--as una verify", "restricted reviews stand apart", refs["C"])
	require.NotContains(t, s.types(t, refs, 0, "--as archie verify"), refs["C"], "operations may not know that it is restricted")
	require.NoError(t, s.client.TerminateWorkflow(t.Context(), refs["C"], "", "found"))
	s.deleteRun(t, refs["C"])

	s.day(t, refs, "--as fiona case flag C/1 restricted off")
	s.standsIn(t, false, refs["C"])
	s.day(t, refs, "--as morag evidence receive C --provider community")
	s.types(t, refs, 0, "--as una verify", nothingWrong)

	// Of a case that is restricted after its closing nothing runs, and the traces go.
	s.closed(t, refs["D"])
	_, err = s.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: refs["D"], TaskQueue: "nobody"}, contract.CaseReviewWorkflow, state)
	require.NoError(t, err)
	require.NoError(t, s.client.TerminateWorkflow(t.Context(), refs["D"], "", "it was closed"))
	s.db.SQL(t, "hame_worker").MustExec(`update family set restricted = true where case_ref = $1`, refs["D"])
	require.Eventually(t, func() bool { return s.traces(t, false, refs["D"])+s.traces(t, true, refs["D"]) == "" }, 30*time.Second, 50*time.Millisecond)
	allMoved()
	require.NotContains(t, w.log.String(), refs["A"], "operations read the worker's log")
}

// deleteRun deletes what the namespace that most people read keeps of a case.
func (s *system) deleteRun(t *testing.T, ref string) {
	t.Helper()
	d, err := s.client.DescribeWorkflowExecution(t.Context(), ref, "")
	require.NoError(t, err)
	_, err = s.client.WorkflowService().DeleteWorkflowExecution(t.Context(), &workflowservice.DeleteWorkflowExecutionRequest{
		Namespace: s.namespace, WorkflowExecution: d.GetWorkflowExecutionInfo().GetExecution()})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return s.traces(t, false, ref) == "" }, time.Minute, 50*time.Millisecond)
}
