package activities

import (
	"context"
	"fmt"
	"slices"

	"hame/internal/casefile"
	"hame/internal/store"
)

// takePostAway takes an item of post off the file to which it was linked by mistake, and
// strikes the acts that read it there. A task asks whose data it held, who saw it and who
// was told. It reports whether the item stays, in the mailroom; else all that the act changed
// is taken back.
func (c *change) takePostAway(ctx context.Context, target store.DoneAct, reason string) (bool, error) {
	item := 0
	var err error
	switch target.Act {
	case casefile.ActReceivePost:
		item, err = c.ItemOf(ctx, target.ID)
	case casefile.ActLinkPost:
		var fields casefile.Fields
		if fields, err = casefile.DecodeFields(target.Act, target.Fields); err == nil {
			item = fields.(*casefile.ItemFields).Item
		}
	}
	if err != nil || item == 0 {
		return false, err
	}
	resting, err := c.RestsOn(ctx, target.ID)
	if err != nil {
		return false, err
	}
	for _, r := range resting {
		along := store.DoneAct{ID: r.ID, No: r.No, Act: r.Act}
		if waits, err := c.OpenStrike(ctx, r.ID); err == nil { // somebody has asked for that one alone
			if err := c.letStand(ctx, store.Command{Person: waits.FirstBy}, along, waits); err != nil {
				return false, err
			}
			c.fileUntouched = false
		} else if !store.IsKind(err, store.NotFound) {
			return false, err
		}
		request, err := c.AskToStrike(ctx, along, c.ref, reason, c.cmd.Person, false, c.today, c.cmd.ID)
		if err != nil {
			return false, err
		}
		if err := c.SettleStrike(ctx, request, "struck", "", c.cmd.ID, c.now); err != nil {
			return false, err
		}
		if err := c.TakeBack(ctx, request); err != nil {
			return false, err
		}
	}
	if err := c.VoidTasks(ctx, c.ref, item, c.now, casefile.TaskReadPost); err != nil {
		return false, err
	}
	if target.Act == casefile.ActReceivePost &&
		!slices.Contains([]string{casefile.SlipWrongCase, casefile.SlipWrongPerson,
			casefile.SlipWrongItem}, reason) {
		return false, nil
	}
	if err := c.open(ctx, casefile.TaskBreach, item, c.today); err != nil {
		return false, err
	}
	if target.Act == casefile.ActLinkPost {
		return false, nil // what the link changed is taken back
	}
	return true, c.TakeItemAway(ctx, c.ref, item) // the item was received, for this case or another
}

// answerBreach records whose data a wrongly linked item held, who saw it and who was told.
func answerBreach(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	item := fields.(*casefile.BreachFields).Item
	c.fileUntouched = true // it says nothing about this family
	open, err := c.done(ctx, casefile.TaskBreach, item, "answered", cmd.AttestedOn)
	if err == nil && !open {
		return casefile.Refuse(
			casefile.RefusedNothingOpen,
			fmt.Sprintf("nothing is asked about item %d on this case: task list tells what is", item),
		)
	}
	return err
}
