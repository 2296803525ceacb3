package contract

import (
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"hame/internal/casefile"
)

// The search attributes: few, coarse, never personal. Setup creates them.
var (
	AttributeStage    = temporal.NewSearchAttributeKeyKeyword("CaseStage")
	AttributeLane     = temporal.NewSearchAttributeKeyKeyword("CaseLane")
	AttributeCouncil  = temporal.NewSearchAttributeKeyKeyword("CouncilArea")
	AttributeAwaiting = temporal.NewSearchAttributeKeyKeyword("AwaitingRole")
	AttributeNext     = temporal.NewSearchAttributeKeyTime("NextDeadline")
	AttributeFlags    = temporal.NewSearchAttributeKeyKeywordList("CaseFlags")
)

// Attributes lists the search attributes.
var Attributes = []temporal.SearchAttributeKey{AttributeStage, AttributeLane, AttributeCouncil, AttributeAwaiting,
	AttributeNext, AttributeFlags}

// ReviewOptions are the options under which a review is started, in every place that
// starts one. It starts with the attributes that do not change while it runs, and its
// first stage.
func ReviewOptions(r casefile.Review, taskQueue string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:        r.Case,
		TaskQueue: taskQueue,
		// Only a reopening may start a closed review again.
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy:                 enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowExecutionErrorWhenAlreadyStarted: false,
		StaticSummary:                            fmt.Sprintf("%s: review, %s lane", r.Case, r.Lane),
		TypedSearchAttributes: temporal.NewSearchAttributes(AttributeStage.ValueSet(string(r.Stage)),
			AttributeLane.ValueSet(string(r.Lane)), AttributeCouncil.ValueSet(r.Council)),
	}
}
