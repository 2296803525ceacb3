package activities

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/store"
)

// TakeStockParams has a review look at its record again.
type TakeStockParams struct {
	Case string    `json:"case"`
	Now  time.Time `json:"now"`
}

// TakeStock opens a task for what has come onto the record by itself and no
// task stands for: a difference that a later import found, an act that expired
// undelivered or was refused too late to tell its author, an owner who has left, a hold. It
// ends the tasks for differences whose import was taken back. On a closed case all of it is one task, for a senior
// caseworker. It changes no fact, and doing it again does nothing.
func (a *Activities) TakeStock(ctx context.Context, in TakeStockParams) (casefile.Facts, error) {
	r, err := a.changing(ctx, in.Case, in.Now, func(c *change) error {
		differences, err := c.OpenDifferences(ctx, c.ref)
		if err != nil {
			return err
		}
		if c.before.Stage == casefile.Closed {
			if len(differences) == 0 {
				return nil
			}
			return c.open(ctx, casefile.TaskArrival, 0, c.today)
		}
		if c.before.Over {
			return nil // nobody is left to decide about: the review has only to see that, and closes
		}
		for _, d := range differences {
			if err := c.open(ctx, casefile.TaskDifference, d.No, c.today); err != nil {
				return err
			}
		}
		gone, err := c.DifferencesTakenBack(ctx, c.ref)
		if err != nil {
			return err
		}
		for _, no := range gone {
			if _, err := c.done(ctx, casefile.TaskDifference, no, casefile.ResultMoot, c.today); err != nil {
				return err
			}
		}
		if err := c.reviewHolds(ctx, uuid.Nil); err != nil {
			return err
		}
		left, err := c.OwnerHasLeft(ctx, c.ref)
		if err != nil {
			return err
		}
		if left {
			if err := c.open(ctx, casefile.TaskNewOwner, 0, c.today); err != nil {
				return err
			}
		}
		return c.openExpired(ctx)
	})
	return r, classify("take stock", err)
}

// openExpired asks the author of an act that was saved and not done to look at it.
func (c *change) openExpired(ctx context.Context) error {
	expired, err := c.ExpiredActs(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, x := range expired {
		had, err := c.HadTask(ctx, c.ref, casefile.TaskExpired, x.No)
		if err != nil {
			return err
		}
		if had {
			continue
		}
		if err := c.openFor(ctx, casefile.TaskExpired, x.No, c.today, x.Role); err != nil {
			return err
		}
	}
	return nil
}

// doneAgain ends the task of an act that had expired, when it is done anew.
func (c *change) doneAgain(ctx context.Context, cmd store.Command) error {
	if !slices.ContainsFunc(c.before.Tasks, func(t casefile.Task) bool { return t.Kind == casefile.TaskExpired }) {
		return nil
	}
	expired, err := c.ExpiredActs(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, x := range expired {
		if x.Act == cmd.Act && x.About == cmd.Subject {
			if _, err := c.done(ctx, casefile.TaskExpired, x.No, "done_again", cmd.AttestedOn); err != nil {
				return err
			}
		}
	}
	return nil
}

// recoverReview takes a review up again from its record, or frees a stuck one.
func recoverReview(ctx context.Context, c *change, _ store.Command, _ casefile.Fields) error {
	return c.SetRecovered(ctx, c.ref)
}
