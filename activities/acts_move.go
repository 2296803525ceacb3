package activities

import (
	"context"
	"slices"

	"hame/internal/casefile"
	"hame/internal/gazetteer"
	"hame/internal/policy"
	"hame/internal/store"
)

// moveCouncil records that the family moves to another council, which is asked whether it
// accepts it. Until then the family's council stays responsible, and nothing changes.
func moveCouncil(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	to := fields.(*casefile.MoveFields).To
	if gazetteer.CouncilName(to) == "" {
		return casefile.Refuse(casefile.RefusedFields, "to: it is the code of no Scottish council today")
	}
	asked, err := c.OpenMove(ctx, c.ref)
	if err != nil && !store.IsKind(err, store.NotFound) {
		return err
	}
	children, err := c.children(ctx)
	if err != nil {
		return err
	}
	step, err := casefile.CheckMove(to, c.council, asked.To, len(children))
	if err != nil {
		return err
	}
	if asked.No > 0 {
		if err := c.SettleMove(ctx, c.ref, store.MoveWithdrawn, c.now, cmd.ID); err != nil {
			return err
		}
		if _, err := c.done(ctx, casefile.TaskAcceptMove, 0, store.MoveWithdrawn, cmd.AttestedOn); err != nil {
			return err
		}
	}
	if step == casefile.MoveTakenBack {
		return nil
	}
	if err := c.AddMove(ctx, c.ref, c.council, to, cmd.AttestedOn, cmd.ID); err != nil {
		return err
	}
	if step == casefile.MoveAtOnce {
		return c.movesTo(ctx, to, cmd)
	}
	old := c.council
	c.council = to // the task is the new council's, and keeps its calendar
	err = c.open(ctx, casefile.TaskAcceptMove, 0, c.today)
	c.council = old
	return err
}

// acceptMove gives the family to the council that the officer acts for.
func acceptMove(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	move, err := c.OpenMove(ctx, c.ref)
	if store.IsKind(err, store.NotFound) {
		return casefile.Refuse(casefile.RefusedNothingOpen, "no move of the family waits to be accepted: case move records one")
	}
	if err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskAcceptMove, 0, store.MoveAccepted, cmd.AttestedOn); err != nil {
		return err
	}
	return c.movesTo(ctx, move.To, cmd)
}

// movesTo does what follows from the acceptance of a move: the family's council is another,
// its open tasks go on there with the days that are left, and what was under way with the
// old council's officers is assigned anew.
func (c *change) movesTo(ctx context.Context, to string, cmd store.Command) error {
	c.fileUntouched = cmd.Act == casefile.ActAcceptMove // it says nothing about the family
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	if err := c.SettleMove(ctx, c.ref, store.MoveAccepted, c.now, cmd.ID); err != nil {
		return err
	}
	if err := c.MoveFamily(ctx, c.ref, to, c.now); err != nil {
		return err
	}
	old := c.council
	c.council, c.before.Council = to, to
	if err := c.keepCalendarOf(ctx, old, cmd); err != nil {
		return err
	}
	gaps, err := c.OpenGaps(ctx, c.ref)
	if err != nil {
		return err
	}
	plan := casefile.AfterMove(c.before, gaps)
	for _, child := range plan.SetAside {
		check, err := c.LatestWelfareCheck(ctx, c.ref, child)
		if err != nil {
			return err
		}
		if err := c.ReturnWelfare(ctx, c.ref, child, check.No, cmd.Person, cmd.AttestedOn); err != nil {
			return err
		}
		if _, err := c.done(ctx, casefile.TaskSignWelfare, child, "moved", cmd.AttestedOn); err != nil {
			return err
		}
		if err := c.open(ctx, casefile.TaskReport, child, c.today); err != nil {
			return err
		}
	}
	for _, child := range plan.AssignAnew {
		if err := c.open(ctx, casefile.TaskAssignWelfare, child, c.today); err != nil {
			return err
		}
	}
	for _, gap := range plan.AskAnew {
		if err := c.open(ctx, gap.Kind, gap.Subject, c.today); err != nil {
			return err
		}
	}
	return nil
}

// keepCalendarOf lets the open tasks that kept the old council's calendar keep that of the
// family's council now. No last day that was shown comes earlier by it.
func (c *change) keepCalendarOf(ctx context.Context, old string, cmd store.Command) error {
	tasks, err := c.TasksWithDates(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if t.Result != "" || t.Calendar.Council() != old {
			continue
		}
		pauses, err := c.pauses(ctx, t.Kind)
		if err != nil {
			return err
		}
		shown := t.DueOn
		t.Calendar = t.Calendar.Base().KeptBy(c.council)
		if !shown.IsZero() {
			if t.Days, err = policy.UntilAtLeast(t.Deadline(pauses), c.holidays, shown); err != nil {
				return err
			}
		}
		if err := c.KeepCalendar(ctx, t.ID, t.Calendar); err != nil {
			return err
		}
		if _, err := c.moveDeadline(ctx, t, store.CauseMove, cmd.ID); err != nil {
			return err
		}
		if err := c.GiveDays(ctx, t.ID, t.Days); err != nil {
			return err
		}
	}
	return nil
}

// councilsOf are the councils for which officers may be named on a case: the family's, and
// the one that it moves to.
func (c *change) councilsOf(ctx context.Context) ([]string, error) {
	move, err := c.OpenMove(ctx, c.ref)
	if store.IsKind(err, store.NotFound) {
		return []string{c.council}, nil
	}
	return slices.Compact([]string{c.council, move.To}), err
}
