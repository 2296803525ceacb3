package activities

import (
	"errors"

	"go.temporal.io/api/serviceerror"
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

// StartAttributes are the attributes with which a review starts: those that do
// not change while it runs, and its first stage.
func StartAttributes(r casefile.Review) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(AttributeStage.ValueSet(string(r.Stage)), AttributeLane.ValueSet(string(r.Lane)),
		AttributeCouncil.ValueSet(r.Council))
}

func alreadyThere(err error) bool {
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	return errors.As(err, &already)
}
