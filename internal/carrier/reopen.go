package carrier

import (
	"context"
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"

	"hame/internal/casefile"
	"hame/internal/contract"
	"hame/internal/store"
)

// startReopenedCases starts the reviews of cases that were reopened and whose run was not
// started: a worker died half way, or the closed run had not ended yet.
func (d *Dispatcher) startReopenedCases(ctx context.Context) error {
	cases, err := d.Record.ReopenedCases(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, x := range cases {
		failed = errors.Join(failed, d.startReopened(ctx, x))
	}
	return failed
}

// startReopened starts the review of a reopened case from its record. In a synthetic database
// its clock is moved to the moment of the reopening: a new run of a closed review begins at
// wall time. Doing it again does nothing.
func (c *Carrier) startReopened(ctx context.Context, x store.ReopenedCase) error {
	if x.Moving {
		return nil // the move starts it where it belongs
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	runs, err := c.runs(ctx, x.Apart, x.Case)
	if err != nil {
		return err
	}
	if runs {
		running, err := c.stateOf(ctx, x.Apart, x.Case)
		switch {
		case err != nil:
			return err
		case running.HasOpened(casefile.Closed):
			return errors.New("the run that closed the case has not ended yet")
		}
		return c.Record.ReviewStarted(ctx, x.Case)
	}
	facts, err := c.Record.RecordedReview(ctx, x.Case)
	if err != nil {
		return err
	}
	if facts.Stage == casefile.Closed {
		return c.Record.ReviewStarted(ctx, x.Case) // and closed again
	}
	state := casefile.FromRecord(facts)
	o := contract.ReviewOptions(state, c.TaskQueue)
	o.WorkflowIDReusePolicy = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	if _, err := c.Temporal.Of(x.Apart).ExecuteWorkflow(ctx, o, contract.CaseReviewWorkflow, state); err != nil {
		return fmt.Errorf("start a reopened review: %w", err)
	}
	synthetic, err := c.Record.Synthetic(ctx)
	if err != nil {
		return err
	}
	if synthetic {
		if err := c.clockOf(x.Apart).CatchUp(ctx, x.Case, x.At); err != nil {
			return err
		}
	}
	return c.Record.ReviewStarted(ctx, x.Case)
}
