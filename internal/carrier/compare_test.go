package carrier

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/mocks"
	"google.golang.org/protobuf/types/known/timestamppb"

	"hame/internal/store"
	"hame/internal/temporalnamespace"
)

// TestOneRecoveryIsEnough for a review that was terminated or reset several times before
// it. One that was ended after its recovery is found again, however often it was
// recovered before. In a synthetic database, where a new run begins at the wall clock,
// recoveries are counted too.
func TestOneRecoveryIsEnough(t *testing.T) {
	const ref = "K7F-M2Q8"
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	recovered := func(after time.Duration) *time.Time { at := noon.Add(after); return &at }
	var ended []*workflowpb.WorkflowExecutionInfo
	for minute := range 3 {
		ended = append(ended, &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: ref},
			CloseTime: timestamppb.New(noon.Add(time.Duration(-minute) * time.Minute))})
	}
	temporal := &mocks.Client{}
	broken := mock.MatchedBy(func(r *workflowservice.ListWorkflowExecutionsRequest) bool {
		return strings.Contains(r.GetQuery(), "Terminated")
	})
	temporal.On("ListWorkflow", mock.Anything, broken).Return(&workflowservice.ListWorkflowExecutionsResponse{Executions: ended}, nil)
	temporal.On("ListWorkflow", mock.Anything, mock.Anything).Return(&workflowservice.ListWorkflowExecutionsResponse{}, nil)
	c := &Carrier{Temporal: temporalnamespace.Clients{Open: temporal}}
	for _, x := range []struct {
		what  string
		r     store.OnRecord
		found int
	}{
		{"never recovered", store.OnRecord{}, 1},
		{"recovered once, after three ends", store.OnRecord{RecoveredAt: recovered(time.Second)}, 0},
		{"ended after its recovery", store.OnRecord{RecoveredAt: recovered(-time.Second)}, 1},
		{"a rehearsal, recovered each time", store.OnRecord{RecoveredAt: recovered(-time.Hour), Recoveries: 3}, 0},
		{"a rehearsal, recovered twice", store.OnRecord{RecoveredAt: recovered(-time.Hour), Recoveries: 2}, 1},
		{"being moved to the other namespace", store.OnRecord{Moving: true}, 0},
		{"to run in the other namespace", store.OnRecord{Listing: store.Listing{Apart: true}}, 0},
	} {
		x.r.Case = ref
		found, err := c.disturbed(t.Context(), false, "", []store.OnRecord{x.r})
		require.NoError(t, err)
		require.Len(t, found, x.found, x.what)
	}
}
