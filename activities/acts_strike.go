package activities

import (
	"context"
	"fmt"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// strike strikes an act that was entered by mistake (docs/process.md, Slips): alone if its
// author does so on the same day, else when a second officer does the same. The first
// one's wish waits as a task.
func strike(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.StrikeFields)
	target, err := c.doneAct(ctx, cmd, f.Act)
	if err != nil {
		return err
	}
	if f.Reason != casefile.SlipStands { // what was asked for can be let stand in any stage
		if err := c.mayBeStruck(ctx, target); err != nil {
			return err
		}
	}
	request, err := c.OpenStrike(ctx, target.ID)
	waits := !store.IsKind(err, store.NotFound)
	if err != nil && waits {
		return err
	}
	switch {
	case f.Reason == casefile.SlipStands && !waits:
		return casefile.NotAskedToStrike(f.Act)
	case f.Reason == casefile.SlipStands:
		return c.letStand(ctx, cmd, target, request)
	case waits && request.FirstBy != cmd.Person && request.Reason != f.Reason:
		return casefile.Refuse(
			casefile.RefusedConstraint,
			fmt.Sprintf(
				"%s asked for it with another reason, %s: type the same, or let the act stand with --reason stands",
				request.FirstBy,
				request.Reason,
			),
		)
	case waits && request.FirstBy == cmd.Person:
		return casefile.Refuse(
			casefile.RefusedFourEyes,
			"you asked for it yourself: another officer who may do such an act must strike it too",
		)
	case waits:
		if err := c.SettleStrike(ctx, request.No, "struck", cmd.Person, cmd.ID, c.now); err != nil {
			return err
		}
		if _, err := c.done(ctx, casefile.TaskStrike, target.No, "struck", c.today); err != nil {
			return err
		}
		return c.takeBack(ctx, target, f.Reason, request.No)
	}
	proposed, err := c.proposalWaits(ctx)
	if err != nil {
		return err
	}
	s := casefile.Struck{
		Rule:  target.Act.Rule(),
		Today: clock.DateOf(*target.At) == c.today,
		Own:   target.Person == cmd.Person,
		Rests: c.before.Signed || proposed,
	}
	request.No, err = c.AskToStrike(ctx, target, c.ref, f.Reason, cmd.Person, s.TakesTwo(), c.today, cmd.ID)
	if err != nil {
		return err
	}
	if s.TakesTwo() {
		c.fileUntouched = true // nothing has changed yet
		return c.openFor(ctx, casefile.TaskStrike, target.No, c.today, s.Rule.Roles[0])
	}
	if err := c.SettleStrike(ctx, request.No, "struck", "", cmd.ID, c.now); err != nil {
		return err
	}
	return c.takeBack(ctx, target, f.Reason, request.No)
}

// doneAct returns an act of the case that was done and is not struck, and that this officer
// may strike.
func (c *change) doneAct(ctx context.Context, cmd store.Command, no int) (store.DoneAct, error) {
	notYours := casefile.NoActToStrike(c.ref, no)
	target, err := c.ActByNumber(ctx, c.ref, no)
	if store.IsKind(err, store.NotFound) {
		return target, notYours
	}
	if err != nil {
		return target, err
	}
	may, err := c.MayStrike(ctx, cmd.ID, target.Act)
	switch {
	case err != nil:
		return target, err
	case !may:
		return target, notYours // the kind of act is not theirs to know
	case !target.Done:
		return target, casefile.Refuse(
			casefile.RefusedNothingOpen,
			fmt.Sprintf("act %d was not done: there is nothing to strike", no),
		)
	case target.Struck:
		return target, casefile.StruckAlready(no)
	case !target.Kept:
		return target, casefile.Refuse(
			casefile.RefusedNotStruck,
			fmt.Sprintf("act %d was recorded before Hame kept what acts change: put it right by a new act", no),
		)
	}
	return target, nil
}

// mayBeStruck refuses to strike an act that its rule, the case's stage, a decision that was
// corrected since or a later act does not allow to be struck.
func (c *change) mayBeStruck(ctx context.Context, target store.DoneAct) error {
	no := target.No
	if refusal := c.before.MayBeStruck(target.Act.Rule()); refusal != nil {
		return refusal
	}
	if rule := target.Act.Rule(); rule.From == casefile.Service || rule.Subject == casefile.AboutLetter {
		by, err := c.CorrectedSince(ctx, c.ref, target)
		if err != nil {
			return err
		}
		if by > 0 {
			return casefile.Refuse(
				casefile.RefusedNotStruck,
				fmt.Sprintf(
					"act %d carried out a decision that decision %d has corrected since: it stays on record, and nothing rests on it",
					no,
					by,
				),
			)
		}
	}
	if target.Act == casefile.ActConfirm {
		done, err := c.ConfirmedAct(ctx, target.ID)
		if err != nil {
			return err
		}
		switch {
		case done == casefile.ActSplit:
			return casefile.Refuse(casefile.RefusedNotStruck,
				fmt.Sprintf("act %d was done: who has left this file goes on to a decision of their own, and is not brought back", no))
		case done != "" && !done.Rule().Slip.CanBeStruck():
			return c.before.MayBeStruck(done.Rule()) // it refuses, and says what helps
		}
	}
	resting, err := c.RestsOn(ctx, target.ID)
	if err != nil {
		return err
	}
	acts := make([]casefile.Resting, len(resting))
	for i, r := range resting {
		acts[i] = r.Resting
	}
	if refusal := casefile.CheckResting(no, casefile.NotStruckAlong(target.Act, acts)); refusal != nil {
		return refusal
	}
	return nil
}

// letStand settles a request to strike an act: it was no mistake.
func (c *change) letStand(
	ctx context.Context,
	cmd store.Command,
	target store.DoneAct,
	request store.StrikeRequest,
) error {
	second := cmd.Person
	if request.FirstBy == cmd.Person {
		second = "" // the officer who asked has thought better of it
	}
	c.fileUntouched = true
	if err := c.SettleStrike(ctx, request.No, "stands", second, cmd.ID, c.now); err != nil {
		return err
	}
	_, err := c.done(ctx, casefile.TaskStrike, target.No, "stands", c.today)
	return err
}

func (c *change) proposalWaits(ctx context.Context) (bool, error) {
	_, err := c.OpenProposal(ctx, c.ref)
	if store.IsKind(err, store.NotFound) {
		return false, nil
	}
	return err == nil, err
}
