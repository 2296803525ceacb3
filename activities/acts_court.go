package activities

import (
	"context"
	"fmt"
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// lodge records what was lodged at the court, and holds the case at once: no refusal is
// signed or served, and nobody's case is closed, while anything stands there. It is one
// hold, on ground court, however much is lodged. On a closed case it is held all the same.
func lodge(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	kind, hour := cmd.Act.Lodges(), fields.(*casefile.CourtFields).At
	if hour != "" && cmd.AttestedOn == c.today && hour > clock.InLondon(c.now).Format("15:04") {
		return casefile.Refuse(casefile.RefusedFuture, fmt.Sprintf("it is not yet %s: say when it was lodged", hour))
	}
	standing, err := c.AtCourt(ctx, c.ref)
	if err != nil {
		return err
	}
	twice := slices.ContainsFunc(standing, func(s casefile.Standing) bool {
		return s.Person == cmd.Subject && s.Kind == kind
	})
	if twice && !c.confirmed {
		return casefile.Refuse(casefile.RefusedUnconfirmed,
			"the same stands at the court already: if it is another one, type it again with --confirm")
	}
	err = c.AddProceeding(ctx, c.ref, cmd.Subject, kind, cmd.AttestedOn, hour, cmd.ID)
	if err != nil {
		return err
	}
	if cmd.Subject != 0 {
		if err := c.SetFlag(ctx, c.ref, store.PersonFlag{Person: cmd.Subject, Flag: casefile.FlagJudicialReview,
			State: casefile.FlagConfirmed}); err != nil {
			return err
		}
	}
	if err := c.hold(ctx, casefile.GroundCourt, cmd); err != nil {
		return err
	}
	if !c.before.Signed || c.before.Stage == casefile.Closed {
		return nil
	}
	served, err := c.refusalsServed(ctx, cmd.Subject)
	if err != nil || !casefile.ServedAfterInterdict(kind, cmd.AttestedOn, served) {
		return err
	}
	return c.open(ctx, casefile.TaskLateArrival, 0, c.today)
}

// refusalsServed are the days on which a person, or with 0 anybody of the family, was
// served with a refusal.
func (c *change) refusalsServed(ctx context.Context, person int) ([]clock.Date, error) {
	people, err := c.Decided(ctx, c.ref)
	var days []clock.Date
	for _, p := range people {
		if !p.Outcome.IsGrant() && !p.ServedOn.IsZero() && (person == 0 || person == p.Person) {
			days = append(days, p.ServedOn)
		}
	}
	return days, err
}

// courtEnd records how proceedings ended. The hold ends with the last of them about the
// same person, or the family. A signed decision that was reduced has fallen: nobody is
// served with a refusal of it any more, the time to appeal against it is moot, and it is
// made anew for those whom it refused.
func courtEnd(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	result := fields.(*casefile.CourtEndFields).Result
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	standing, err := c.AtCourt(ctx, c.ref)
	if err != nil {
		return err
	}
	end, err := casefile.EndAtCourt(standing, cmd.Subject, result, c.before.Signed)
	if err != nil {
		return err
	}
	fell := 0
	if end.DecisionFell {
		d, err := c.DecisionInForce(ctx, c.ref)
		if err != nil {
			return err
		}
		fell = d.No
	}
	if err := c.EndProceedings(ctx, c.ref, end.Ended, result, cmd.AttestedOn, fell, cmd.ID); err != nil {
		return err
	}
	if end.DecisionFell {
		if err := c.decisionFell(ctx, cmd, "court"); err != nil {
			return err
		}
	}
	if !end.HoldEnds {
		return nil
	}
	if hold, stands, err := c.openHold(ctx, cmd.Subject, casefile.GroundCourt); err != nil || !stands {
		return err
	} else if result == casefile.CourtMistake {
		if err := c.voidUnlessCountedOn(ctx, hold); err != nil {
			return err
		}
	}
	if cmd.Subject != 0 {
		if err := c.SetFlag(ctx, c.ref, store.PersonFlag{Person: cmd.Subject, Flag: casefile.FlagJudicialReview,
			State: casefile.FlagOff}); err != nil {
			return err
		}
	}
	return c.endHold(ctx, cmd.Subject, casefile.GroundCourt, cmd.AttestedOn, cmd.ID)
}

// decisionFell lets the decision in force decide those no more whom it refuses: the person whom
// the act is about, or everybody. A decision maker makes it anew. On a closed case a senior
// caseworker has it reopened first.
func (c *change) decisionFell(ctx context.Context, cmd store.Command, why string) error {
	people, err := c.Decided(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, p := range people {
		refused := !p.Outcome.IsGrant() && p.FellOn.IsZero()
		if !refused || (cmd.Subject != 0 && cmd.Subject != p.Person) {
			continue
		}
		if c.before.Stage == casefile.Closed {
			return c.open(ctx, casefile.TaskAnew, 0, c.today)
		}
		if err := c.falls(ctx, cmd, p.Person, why); err != nil {
			return err
		}
	}
	return nil
}

// whileItStands refuses to end a hold, or to clear the flag that stands for it, while
// what it rests on stands: at the court, or further submissions that nobody considered.
func (c *change) whileItStands(ctx context.Context, person int, ground casefile.Ground) error {
	if ground == casefile.GroundSubmissions {
		waits, err := c.SubmissionsWait(ctx, c.ref, person)
		if err == nil && waits {
			err = casefile.Refuse(casefile.RefusedBlocked,
				"what was submitted is not considered yet: service consider ends the hold")
		}
		return err
	}
	if ground != casefile.GroundCourt {
		return nil
	}
	standing, err := c.AtCourt(ctx, c.ref)
	if err == nil && slices.ContainsFunc(standing, func(s casefile.Standing) bool { return s.Person == person }) {
		err = casefile.Refuse(casefile.RefusedBlocked,
			"it stands at the court: court end records how it ended, and ends the hold")
	}
	return err
}
