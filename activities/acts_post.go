package activities

import (
	"context"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
)

// receivePost records an item of post that came for the case, and asks that it be read.
func receivePost(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	until, err := policy.PostWaitsUntil(cmd.AttestedOn, c.holidays)
	if err != nil {
		return err
	}
	item, twice, err := c.AddPost(ctx, c.ref, fields.(*casefile.PostFields).From, cmd.AttestedOn, until, cmd.ID)
	if err != nil {
		return err
	}
	if twice && !c.confirmed {
		return casefile.Refuse(casefile.RefusedUnconfirmed,
			"an item of post of that day from there is on record for this case already: if it is another one, type it again with --confirm")
	}
	return c.open(ctx, casefile.TaskReadPost, item, cmd.AttestedOn)
}

func linkPost(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	item := fields.(*casefile.ItemFields).Item
	linked, err := c.LinkPost(ctx, c.ref, item, cmd.AttestedOn)
	if err != nil {
		return err
	}
	if !linked {
		return casefile.Refuse(casefile.RefusedNothingOpen, "no unlinked item of post has this number: post list shows them")
	}
	return c.open(ctx, casefile.TaskReadPost, item, cmd.AttestedOn)
}

func readPost(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	item := fields.(*casefile.ItemFields).Item
	read, err := c.ReadPost(ctx, c.ref, item, cmd.AttestedOn)
	if err != nil {
		return err
	}
	if !read {
		return casefile.Refuse(casefile.RefusedNothingOpen,
			"no unread item of this case has this number: link it first, or it was read")
	}
	_, err = c.done(ctx, casefile.TaskReadPost, item, "read", cmd.AttestedOn)
	return err
}

// waitsForPost lets a rung that would end somebody's time wait, if an item is
// received that may be their answer. It reports whether it does (C1).
func (c *change) waitsForPost(ctx context.Context, task store.TaskDates, rung casefile.Rung,
	effect casefile.Effect) (bool, error) {
	if rung.Kind == casefile.Reminder || rung.Kind == casefile.Diary || effect == casefile.EffectNone ||
		effect == casefile.EffectEscalate || effect == casefile.EffectReassign {
		return false, nil
	}
	received, err := c.LastPost(ctx, c.ref, c.today)
	if err != nil || received.IsZero() {
		return false, err
	}
	until, err := policy.PostWaitsUntil(received, c.holidays) // by those in force, which may have changed since
	if err != nil || until.Before(c.today) {
		return false, err
	}
	later := policy.Plan{Dates: task.Ledger(nil).Shown}
	later.Next = casefile.Rung{Kind: rung.Kind, No: rung.No, At: clock.LateAt(until)}
	return true, c.MoveTask(ctx, task.ID, task.Deadline(nil).Budget, later, store.CausePost, uuid.Nil, c.now)
}
