package carrier

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"hame/internal/casefile"
	"hame/internal/contract"
	"hame/internal/store"
)

// recover restarts a review from its recorded state where none runs, frees a stuck
// one, and has one that stands elsewhere than its record go on from there. It
// refuses to touch a review that runs well.
func (c *Carrier) recover(ctx context.Context, a store.Claimed) error {
	r, err := c.Record.ReviewOnRecord(ctx, a.Case)
	switch {
	case store.IsKind(err, store.NotFound):
		return c.refuse(ctx, a, casefile.Refuse(casefile.RefusedUnlisted,
			"the family is not listed: no review runs for it yet"))
	case err != nil:
		return err
	case r.Stage == casefile.Closed:
		return c.refuse(ctx, a, casefile.Refuse(casefile.RefusedClosed, "the case is closed: nothing has to run for it"))
	}
	ill, err := c.ill(ctx, r)
	if err != nil {
		return err
	}
	if !ill {
		return c.refuse(ctx, a, casefile.Refuse(casefile.RefusedNothingOpen,
			"the review runs well: there is nothing to recover"))
	}
	facts, err := c.Record.RecordedReview(ctx, a.Case)
	state := casefile.FromRecord(facts)
	if store.IsKind(err, store.NotFound) { // drawn, and its review was never opened
		state = casefile.NewReview(r.Case, r.Lane, r.Council, r.DrawnAt, r.ListingDate)
	} else if err != nil {
		return err
	}
	state.Recovered = true
	o := contract.ReviewOptions(state, c.TaskQueue)
	o.WorkflowIDReusePolicy = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	return c.updateWithStart(ctx, a, r.Apart, o, contract.CaseReviewWorkflow, state)
}

// ill reports whether a review needs operations: it is stuck, does not run, was
// ended or cancelled by other means, or stands elsewhere than its record.
func (c *Carrier) ill(ctx context.Context, r store.OnRecord) (bool, error) {
	if r.Stuck != "" {
		return true, nil
	}
	runs, err := c.runs(ctx, r.Apart, r.Case)
	if err != nil || !runs {
		return !runs, err
	}
	for _, look := range []func() ([]store.Breach, error){
		func() ([]store.Breach, error) {
			return c.disturbed(ctx, r.Apart, "WorkflowId = '"+r.Case+"' AND ", []store.OnRecord{r})
		},
		func() ([]store.Breach, error) { return c.standsElsewhere(ctx, r.Apart, r.Case) },
	} {
		switch found, err := look(); {
		case deaf(err) && ctx.Err() == nil, len(found) > 0:
			return true, nil
		case err != nil:
			return false, err
		}
	}
	return false, nil
}

// runs asks Temporal about one workflow, which unlike a list never lags.
func (c *Carrier) runs(ctx context.Context, apart bool, id string) (bool, error) {
	status, err := c.status(ctx, apart, id)
	return status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, err
}

// status is a workflow's latest status; unspecified where Temporal knows none of the id.
func (c *Carrier) status(ctx context.Context, apart bool, id string) (enumspb.WorkflowExecutionStatus, error) {
	d, err := c.Temporal.Of(apart).DescribeWorkflowExecution(ctx, id, "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return enumspb.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED, nil
	}
	return d.GetWorkflowExecutionInfo().GetStatus(), err
}

// looks is how often a review is looked at before it is said to stand elsewhere [D].
const looks = 4

// standsElsewhere finds that a running review goes on from another state than the
// one on record: the record was restored from a copy, or its server failed and lost
// what it had committed last. In the moment of an act the two may differ too: it
// looks several times.
func (c *Carrier) standsElsewhere(ctx context.Context, apart bool, ref string) ([]store.Breach, error) {
	var found []store.Breach
	for range looks {
		running, err := c.stateOf(ctx, apart, ref)
		if err != nil {
			return nil, err
		}
		recorded, err := c.Record.RecordedReview(ctx, ref)
		if store.IsKind(err, store.NotFound) && !running.HasOpened(casefile.Listed) {
			return nil, nil // drawn, and about to be opened
		}
		if err != nil && !store.IsKind(err, store.NotFound) {
			return nil, err
		}
		found = nil
		if running.Head.N > 0 {
			// The record may be ahead; what the review was told of it must still stand there.
			stands, err := c.Record.IsLink(ctx, ref, running.Head)
			if err != nil {
				return nil, err
			}
			if !stands {
				found = append(found, store.Breach{Rule: ruleLost, Case: ref, Detail: fmt.Sprintf(
					"its review was told of link %d of the chain, which the record has not: the record was rewritten or restored; case recover goes on from it", running.Head.N)})
			}
		}
		if err != nil || !running.Agrees(recorded) {
			found = append(found, store.Breach{Rule: ruleAgree, Case: ref,
				Detail: "its review stands elsewhere than its record: case recover has it go on from there"})
		}
		if len(found) == 0 {
			return nil, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(tryAgain):
		}
	}
	return found, nil
}

// stateOf asks a running review for its state. It waits ten seconds for a worker.
func (c *Carrier) stateOf(ctx context.Context, apart bool, ref string) (casefile.Review, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var running casefile.Review
	answer, err := c.Temporal.Of(apart).QueryWorkflow(ctx, ref, "", contract.ReviewQuery)
	if err == nil {
		err = answer.Get(&running)
	}
	if err != nil {
		return running, fmt.Errorf("the review of %s does not say where it stands: %w", ref, err)
	}
	return running, nil
}
