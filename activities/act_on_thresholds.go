package activities

import (
	"context"
	"time"

	"hame/internal/casefile"
)

// ActOnThresholdsParams lets the thresholds of a review act that have come. It names none of
// them: whose birthday came is personal (process.md, invariant 5).
type ActOnThresholdsParams struct {
	Case string    `json:"case"`
	Now  time.Time `json:"now"`
}

// ActOnThresholds lets the thresholds fire whose instant has come, each once. It reads the
// facts again first: one that a correction has moved away, or that has fired, does nothing.
//
// While the family is undecided the rule sets are asked again and the owner is told; a check
// that has lapsed is asked for anew. Once the decision is signed a threshold is recorded and
// nothing follows: the decision stands as it was signed. Nor does anything follow for a family
// that nobody has found, or that is being closed. None writes an outcome (R1).
func (a *Activities) ActOnThresholds(ctx context.Context, in ActOnThresholdsParams) (casefile.Facts, error) {
	r, err := a.changing(ctx, in.Case, in.Now, func(c *change) error {
		if err := c.mended(ctx); err != nil {
			return err
		}
		people, err := c.ThresholdDays(ctx, c.ref)
		if err != nil {
			return err
		}
		var fired []casefile.Crossing
		for _, x := range c.before.Crossings(people) {
			if x.At().After(in.Now) {
				break
			}
			if err := c.AddThreshold(ctx, c.ref, x, in.Now); err != nil {
				return err
			}
			fired = append(fired, x)
		}
		if len(fired) == 0 || c.before.Signed || c.before.Archived || c.before.Over {
			return nil
		}
		return c.crossed(ctx, fired)
	})
	return r, classify("act on thresholds", err)
}

// crossed does what follows from thresholds that have fired while the family is undecided.
func (c *change) crossed(ctx context.Context, fired []casefile.Crossing) error {
	told := false
	for _, x := range fired {
		if x.Kind.IsLapse() {
			continue
		}
		told = true
		if err := c.tellOf(ctx, x); err != nil {
			return err
		}
	}
	if told {
		if err := c.reconsider(ctx); err != nil {
			return err
		}
	}
	if !c.before.HasOpened(casefile.Decision) {
		return nil // its opening asks for the security checks
	}
	return c.renewLapsed(ctx)
}

// tellOf tells the case owner of a threshold, and the senior caseworker of a child who may
// be 18 within three months (C14). What is open for the person already serves for both.
func (c *change) tellOf(ctx context.Context, x casefile.Crossing) error {
	if x.Kind != casefile.ThresholdThreeMonths {
		return c.open(ctx, casefile.TaskThreshold, x.Person, c.today)
	}
	if err := c.openFor(ctx, casefile.TaskThreshold, x.Person, c.today, casefile.SeniorCaseworker); err != nil {
		return err
	}
	task, err := c.Task(ctx, c.ref, casefile.TaskThreshold, x.Person)
	if err != nil {
		return err
	}
	return c.Advance(ctx, task.ID, task.Rung(), casefile.SeniorCaseworker, false, true)
}
