package activities

import (
	"context"
	"slices"

	"hame/internal/casefile"
	"hame/internal/store"
)

// furtherSubmissions records what was submitted for a refused person after the decision. A
// service of the refusal, and a removal, are held at once until a decision maker has
// considered it, also on a closed case.
func furtherSubmissions(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	people, err := c.Decided(ctx, c.ref)
	if err != nil {
		return err
	}
	var outcome casefile.Outcome
	if i := slices.IndexFunc(people, func(p store.Decided) bool { return p.Person == cmd.Subject }); i >= 0 {
		outcome = people[i].Outcome
	}
	if refusal := casefile.CheckSubmitter(outcome); refusal != nil {
		return refusal
	}
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	if err := c.AddSubmission(ctx, c.ref, cmd.Subject, cmd.AttestedOn, cmd.ID); err != nil {
		return err
	}
	if err := c.SetFlag(ctx, c.ref, store.PersonFlag{Person: cmd.Subject, Flag: casefile.FlagFurtherSubmissions,
		State: casefile.FlagConfirmed}); err != nil {
		return err
	}
	if err := c.hold(ctx, casefile.GroundSubmissions, cmd); err != nil {
		return err
	}
	return c.open(ctx, casefile.TaskConsider, cmd.Subject, c.today)
}

// consider records what a decision maker makes of a person's further submissions: rejected,
// the hold ends; accepted as a fresh claim, it stands until the decision is made anew for
// the person, or ends if the person has left or died meanwhile.
func consider(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	result := fields.(*casefile.ConsiderFields).Result
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	considered, err := c.ConsiderSubmissions(ctx, c.ref, cmd.Subject, result, cmd.AttestedOn, cmd.ID)
	if err != nil {
		return err
	}
	if !considered {
		return casefile.Refuse(casefile.RefusedNothingOpen, "no further submissions of this person wait to be considered: service submissions records some")
	}
	if _, err := c.done(ctx, casefile.TaskConsider, cmd.Subject, casefile.TaskResult(result), cmd.AttestedOn); err != nil {
		return err
	}
	if !result.EndsHold() {
		h, err := c.household(ctx)
		if err != nil {
			return err
		}
		if m, ok := h.Member(cmd.Subject); ok && m.Present() {
			return c.decisionFell(ctx, cmd, "submissions")
		}
		// Of somebody who has left, or died, nothing is decided anew: the hold has nothing to wait for.
	}
	if result == casefile.SubmissionMistake {
		if hold, stands, err := c.openHold(ctx, cmd.Subject, casefile.GroundSubmissions); err != nil {
			return err
		} else if stands {
			if err := c.voidUnlessCountedOn(ctx, hold); err != nil {
				return err
			}
		}
	}
	if err := c.SetFlag(ctx, c.ref, store.PersonFlag{Person: cmd.Subject, Flag: casefile.FlagFurtherSubmissions,
		State: casefile.FlagOff}); err != nil {
		return err
	}
	return c.endHold(ctx, cmd.Subject, casefile.GroundSubmissions, cmd.AttestedOn, cmd.ID)
}

// madeAnew ends what waited for a new decision: the holds for fresh claims that were accepted,
// and on a case that was reopened for it the task.
func (c *change) madeAnew(ctx context.Context) error {
	if _, err := c.done(ctx, casefile.TaskAnew, 0, "remade", c.today); err != nil {
		return err
	}
	return c.endFreshClaims(ctx, 0)
}

// endFreshClaims ends the holds for fresh claims that were accepted, of one person or with 0 of
// everybody: they are decided anew, or the person has left. What waits to be considered holds on.
func (c *change) endFreshClaims(ctx context.Context, person int) error {
	holds, err := c.Holds(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, h := range holds {
		if h.Ground != casefile.GroundSubmissions || !h.Until.IsZero() || person != 0 && h.Person != person {
			continue
		}
		waiting, err := c.SubmissionsWait(ctx, c.ref, h.Person)
		if err != nil {
			return err
		}
		if waiting {
			continue
		}
		if err := c.endHold(ctx, h.Person, h.Ground, c.today, c.cmd.ID); err != nil {
			return err
		}
	}
	return nil
}
