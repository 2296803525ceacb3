package carrier

import (
	"context"
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/store"
)

// startReviews starts the reviews of cases that were reopened, and of files on which people
// stand who parted from a family, as far as they were not started: a worker died half way, or
// the closed run had not ended yet.
func (d *Dispatcher) startReviews(ctx context.Context) error {
	cases, err := d.Record.ReviewsToStart(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, x := range cases {
		failed = errors.Join(failed, d.start(ctx, x))
	}
	return failed
}

// start starts the review of a new file, or of a reopened case from its record. In a synthetic database
// its clock is moved to the moment of the reopening: a new run of a closed review begins at
// wall time. Doing it again does nothing.
func (c *Carrier) start(ctx context.Context, x store.ReviewToStart) error {
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
		if x.New {
			return c.Record.ReviewStarted(ctx, x.Case)
		}
		running, err := c.stateOf(ctx, x.Apart, x.Case)
		switch {
		case err != nil:
			return err
		case running.HasOpened(casefile.Closed):
			return errors.New("the run that closed the case has not ended yet")
		}
		return c.Record.ReviewStarted(ctx, x.Case)
	}
	state, ok, err := c.toStart(ctx, x)
	if err != nil {
		return err
	}
	if !ok {
		return c.Record.ReviewStarted(ctx, x.Case)
	}
	o := contract.ReviewOptions(state, c.TaskQueue)
	if !x.New {
		o.WorkflowIDReusePolicy = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	}
	if _, err := c.Temporal.Of(x.Apart).ExecuteWorkflow(ctx, o, contract.CaseReviewWorkflow, state); err != nil {
		return fmt.Errorf("start a review: %w", err)
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

// toStart is the state with which a review starts; false if it went on to its closing since.
func (c *Carrier) toStart(ctx context.Context, x store.ReviewToStart) (casefile.Review, bool, error) {
	if x.New {
		family, err := c.Record.FamilyToOpen(ctx, x.Case)
		if err != nil || family.Stage == casefile.Closed {
			return casefile.Review{}, false, err
		}
		return casefile.NewReview(x.Case, family.Lane, family.Council, x.At, clock.DateOf(x.At)), true, nil
	}
	facts, err := c.Record.RecordedReview(ctx, x.Case)
	if err != nil {
		return casefile.Review{}, false, err
	}
	return casefile.FromRecord(facts), facts.Stage != casefile.Closed, nil
}
