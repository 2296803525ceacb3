package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hame/activities"
)

// Register registers the workflows under their names.
func Register(w worker.WorkflowRegistry) {
	w.RegisterWorkflowWithOptions(CaseReview, workflow.RegisterOptions{Name: activities.CaseReviewWorkflow})
	w.RegisterWorkflowWithOptions(ApplyCalendar, workflow.RegisterOptions{Name: activities.ApplyCalendarWorkflow})
	w.RegisterWorkflowWithOptions(ClearBacklog, workflow.RegisterOptions{Name: activities.ClearBacklogWorkflow})
}
