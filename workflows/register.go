package workflows

import (
	"hame/internal/contract"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Register registers the workflows under their names.
func Register(w worker.WorkflowRegistry) {
	w.RegisterWorkflowWithOptions(CaseReview, workflow.RegisterOptions{Name: contract.CaseReviewWorkflow})
	w.RegisterWorkflowWithOptions(ApplyCalendar, workflow.RegisterOptions{Name: contract.ApplyCalendarWorkflow})
	w.RegisterWorkflowWithOptions(ClearBacklog, workflow.RegisterOptions{Name: contract.ClearBacklogWorkflow})
}
