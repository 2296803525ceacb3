package activities

import (
	"context"
	"fmt"
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// appeal records that a person has appealed. The review waits for the tribunal, with an owner
// and a date; nothing about the person is final meanwhile (row 11). After the last day it
// takes the tribunal's leave, asked for or granted; so does a further one, after the first was
// dismissed or withdrawn.
func appeal(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	permission := fields.(*casefile.AppealFields).Permission
	p, err := c.refusedPerson(ctx, cmd.Subject)
	switch {
	case err != nil:
		return err
	case !p.AppealOn.IsZero() && p.AppealEnded.IsZero():
		return casefile.Refuse(casefile.RefusedAlreadyDone, fmt.Sprintf("this person's appeal of %s is on record, and waits for the tribunal", p.AppealOn))
	case cmd.AttestedOn.Before(p.AppealEnded):
		return casefile.Refuse(casefile.RefusedBefore, fmt.Sprintf("this person's appeal ended on %s: a further one comes after it", p.AppealEnded))
	case permission == "" && !p.AppealEnded.IsZero():
		return casefile.Refuse(casefile.RefusedTooLate, fmt.Sprintf(
			"this person's appeal ended on %s: a further one takes the court's or tribunal's leave: --permission asked or granted", p.AppealEnded))
	}
	window, err := c.LastClosed(ctx, c.ref, casefile.TaskAppealWindow, cmd.Subject)
	switch {
	case store.IsKind(err, store.NotFound): // it is open, or has not begun
	case err != nil:
		return err
	case permission == "" && !window.DueOn.IsZero() && window.DueOn.Before(cmd.AttestedOn):
		return casefile.Refuse(casefile.RefusedTooLate, fmt.Sprintf(
			"this person could appeal until %s: a later appeal takes the tribunal's leave: --permission asked or granted",
			window.DueOn))
	}
	if err := c.Appeal(ctx, c.ref, cmd.Subject, permission, cmd.AttestedOn); err != nil {
		return err
	}
	for _, kind := range []casefile.TaskKind{casefile.TaskAppealWindow, casefile.TaskNoAppeal, casefile.TaskReturn} {
		if _, err := c.done(ctx, kind, cmd.Subject, "appealed", cmd.AttestedOn); err != nil {
			return err
		}
	}
	return c.open(ctx, casefile.TaskAppeal, cmd.Subject, c.today)
}

// refusedPerson is a person whose refusal stands.
func (c *change) refusedPerson(ctx context.Context, person int) (store.Decided, error) {
	people, err := c.Decided(ctx, c.ref)
	if err != nil {
		return store.Decided{}, err
	}
	i := slices.IndexFunc(people, func(p store.Decided) bool { return p.Person == person })
	switch {
	case i < 0 || people[i].Outcome.IsGrant():
		return store.Decided{}, casefile.Refuse(casefile.RefusedNoSubject, "this person was not refused")
	case !people[i].FellOn.IsZero():
		return store.Decided{}, casefile.Refuse(casefile.RefusedNothingOpen,
			fmt.Sprintf("the refusal of this person fell on %s, and is made anew", people[i].FellOn))
	}
	return people[i], nil
}

// openAppeal is a person whose appeal waits for the tribunal.
func (c *change) openAppeal(ctx context.Context, cmd store.Command) (store.Decided, error) {
	p, err := c.refusedPerson(ctx, cmd.Subject)
	switch {
	case err != nil:
		return p, err
	case p.AppealOn.IsZero() || !p.AppealEnded.IsZero():
		return p, casefile.Refuse(casefile.RefusedNothingOpen, "no appeal of this person waits for the tribunal: service appeal records one")
	case cmd.AttestedOn.Before(p.AppealOn):
		return p, casefile.Refuse(casefile.RefusedBefore, fmt.Sprintf("the person appealed on %s", p.AppealOn))
	}
	return p, nil
}

func appealHeard(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	if _, err := c.openAppeal(ctx, cmd); err != nil {
		return err
	}
	return c.AppealHeard(ctx, c.ref, cmd.Subject, cmd.AttestedOn)
}

// appealEnded records how an appeal ended. One that was allowed lets the decision fall for the
// person; after the others the refusal is upheld, and the person's return waits to be settled.
func appealEnded(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	result := fields.(*casefile.AppealEndedFields).Result
	if _, err := c.openAppeal(ctx, cmd); err != nil {
		return err
	}
	if err := c.AppealEnded(ctx, c.ref, cmd.Subject, result, cmd.AttestedOn); err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskAppeal, cmd.Subject, casefile.TaskResult(result), cmd.AttestedOn); err != nil {
		return err
	}
	if result == casefile.AppealAllowed {
		return c.falls(ctx, cmd, cmd.Subject, "appeal")
	}
	return c.open(ctx, casefile.TaskReturn, cmd.Subject, c.today)
}

// falls lets the decision in force decide a person no more. What a new one would find lapsed
// is asked for again.
func (c *change) falls(ctx context.Context, cmd store.Command, person int, why string) error {
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	effects, refusal := h.Fall(person)
	if refusal != nil {
		return refusal
	}
	if err := c.Fall(ctx, c.ref, person, why, cmd.AttestedOn); err != nil {
		return err
	}
	if err := c.follow(ctx, cmd, effects); err != nil {
		return err
	}
	if err := c.recommend(ctx, c.before.Revision+1); err != nil {
		return err
	}
	return c.renewLapsed(ctx)
}

// remakeDecision proposes a new decision for those whom the signed one does not decide, or not
// any more. It always takes a second officer, and an author who did not sign the one that fell.
func remakeDecision(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.ProposeFields)
	if err := c.mayRemake(ctx, f.Outcomes, cmd.Person); err != nil {
		return err
	}
	p, _, _, err := c.mayBeProposed(ctx, cmd, f)
	if err != nil {
		return err
	}
	p.SecondDue = casefile.SecondForRemake
	if err := c.AddProposal(ctx, c.ref, p, f.Reasons, cmd.AttestedOn, c.now, cmd.ID); err != nil {
		return err
	}
	return c.open(ctx, casefile.TaskAgree, 0, c.today)
}

// remakes reports whether a proposal would make a signed decision anew.
func remakes(p store.Proposal) bool { return p.SecondDue == casefile.SecondForRemake }

// mayRemake refuses outcomes that can't stand beside the decision in force, and an author who
// signed it.
func (c *change) mayRemake(ctx context.Context, outcomes []casefile.ProposedOutcome, author string) error {
	d, err := c.DecisionInForce(ctx, c.ref)
	if err != nil {
		return err
	}
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	people, err := c.Decided(ctx, c.ref)
	if err != nil {
		return err
	}
	var allowed []int
	for _, p := range people {
		if p.AppealResult == casefile.AppealAllowed {
			allowed = append(allowed, p.Person)
		}
	}
	if refusal := casefile.CheckRemake(h.People, allowed, outcomes); refusal != nil {
		return refusal
	}
	if refusal := casefile.CheckRemaker(author, d.Signers()); refusal != nil {
		return refusal
	}
	return nil
}

// serveRemade lets a decision that was made anew be carried out for those for whom it was:
// everybody else keeps what they have.
func (c *change) serveRemade(ctx context.Context, p store.Proposal) error {
	for _, o := range p.Outcomes {
		if _, err := c.done(ctx, casefile.TaskUndecided, o.Person, "decided", c.today); err != nil {
			return err
		}
	}
	if err := c.KeepService(ctx, c.ref); err != nil {
		return err
	}
	if _, err := c.AddLetter(ctx, c.ref, decisionLetter, c.now); err != nil {
		return err
	}
	if err := c.open(ctx, casefile.TaskServe, 0, c.today); err != nil {
		return err
	}
	return c.madeAnew(ctx)
}

// onlyUndecided refuses the welfare check of a person whose decision is signed and stands.
func (c *change) onlyUndecided(ctx context.Context, rule *casefile.ActRule, person int) error {
	if !c.before.Signed || rule.Group() != "welfare" || rule.Receives {
		return nil
	}
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	if m, ok := h.Member(person); !ok || !m.Undecided() {
		return casefile.Refuse(casefile.RefusedNothingOpen,
			"the decision on this person is signed and stands: no check of theirs is outstanding")
	}
	return nil
}

func returnStep(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	if err := c.finallyRefused(ctx, cmd.Subject); err != nil {
		return err
	}
	return c.AddReturnStep(ctx, c.ref, cmd.Subject, fields.(*casefile.ReturnStepFields).Step, cmd.AttestedOn, cmd.ID)
}

// finallyRefused refuses a step of the return of somebody who may still appeal, or whose return
// is settled.
func (c *change) finallyRefused(ctx context.Context, person int) error {
	final := slices.ContainsFunc(c.before.Tasks, func(t casefile.Task) bool {
		return t.Kind == casefile.TaskReturn && t.Subject == person
	})
	if final {
		return nil
	}
	return casefile.Refuse(casefile.RefusedTooEarly, "the refusal of this person is not final, or their return is settled")
}

// remains records that somebody who was refused remains for now. A held case does not go on to
// a removal, and is not closed by it either.
func remains(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	if err := c.finallyRefused(ctx, cmd.Subject); err != nil {
		return err
	}
	_, err := c.done(ctx, casefile.TaskReturn, cmd.Subject, "remains", cmd.AttestedOn)
	return err
}

// nameWindow names a removal window of two officers. Hame records it, and holds back: it
// removes nobody.
func nameWindow(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.WindowFields)
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	r := casefile.Removal{Person: cmd.Subject, Final: c.finallyRefused(ctx, cmd.Subject) == nil,
		Waits: slices.ContainsFunc(h.People, casefile.Member.Undecided)}
	if r.NoticeOn, err = c.NoticeOf(ctx, c.ref, cmd.Subject); err != nil {
		return err
	}
	holds, err := c.OpenHolds(ctx, c.ref)
	if err != nil {
		return err
	}
	if r.Post, err = c.PostOutstanding(ctx, c.ref); err != nil {
		return err
	}
	r.Held = holds > 0
	days, err := c.holidays.Calendar(clock.EnglandAndWales)
	if err != nil {
		return err
	}
	if refusal := h.CheckWindow(r, *f, days.AddWorkingDays); refusal != nil {
		return refusal
	}
	if c.second == "" {
		return errTrial
	}
	return c.OpenRemovalWindow(ctx, c.ref, cmd.Subject, *f, cmd.Person, c.second, cmd.ID)
}

func closeWindow(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	closed, err := c.CloseRemovalWindows(ctx, c.ref, cmd.Subject, "closed", c.today)
	if err == nil && closed == 0 {
		err = casefile.Refuse(casefile.RefusedNothingOpen, "no removal window of this person is open")
	}
	return err
}

// removed confirms a removal within the window that two officers had named.
func removed(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	if err := c.finallyRefused(ctx, cmd.Subject); err != nil {
		return err
	}
	within, err := c.WindowOn(ctx, c.ref, cmd.Subject, cmd.AttestedOn)
	if err != nil {
		return err
	}
	if !within {
		return casefile.Refuse(casefile.RefusedBlocked, "no removal window of this person was open on that day: nobody is removed without one")
	}
	if err := c.end(ctx, cmd, cmd.Subject, casefile.Removed, fields.(*casefile.DepartedFields).Principal); err != nil {
		return err
	}
	_, err = c.CloseRemovalWindows(ctx, c.ref, cmd.Subject, "removed", c.today)
	return err
}

// closeWindows closes every open removal window: something has happened.
func (c *change) closeWindows(ctx context.Context, rule *casefile.ActRule) error {
	waits := slices.ContainsFunc(c.before.Tasks, func(t casefile.Task) bool { return t.Kind == casefile.TaskReturn })
	if !waits || rule.IsReturn() || rule.Act == casefile.ActConfirm || rule.Act == casefile.ActStrike {
		return nil
	}
	_, err := c.CloseRemovalWindows(ctx, c.ref, 0, "event", c.today)
	return err
}
