package activities

import (
	"context"
	"fmt"
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// loseContact begins the tracing of a family. The family's own clock stands still meanwhile: it
// can't answer what does not reach it. Nothing is found against anybody.
func loseContact(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	if _, err := c.OpenTracing(ctx, c.ref); err == nil {
		return casefile.Refuse(casefile.RefusedAlreadyDone, "the family is being traced already")
	} else if !store.IsKind(err, store.NotFound) {
		return err
	}
	err := c.BeginTracing(ctx, c.ref, fields.(*casefile.LostFields).Reason, c.before.Stage, cmd.AttestedOn, cmd.ID)
	if err != nil {
		return err
	}
	asked, err := c.done(ctx, casefile.TaskQuestionnaire, 0, casefile.ResultStopped, cmd.AttestedOn)
	if err != nil {
		return err
	}
	if asked { // the letter is sent again to where they are found
		if err := c.makeAgain(ctx, openingLetter); err != nil {
			return err
		}
		if err := c.open(ctx, casefile.TaskTrace, 0, c.today); err != nil {
			return err
		}
	}
	return c.open(ctx, casefile.TaskTraceMonthly, 0, cmd.AttestedOn)
}

// tracing is the tracing that an act is about.
func (c *change) tracing(ctx context.Context, cmd store.Command) (store.Tracing, error) {
	x, err := c.OpenTracing(ctx, c.ref)
	switch {
	case store.IsKind(err, store.NotFound):
		return x, casefile.Refuse(casefile.RefusedNothingOpen, "the family is not being traced: trace begin")
	case err == nil && cmd.AttestedOn.Before(x.BeganOn):
		return x, casefile.Refuse(casefile.RefusedBefore, fmt.Sprintf("the family is traced since %s", x.BeganOn))
	}
	return x, err
}

// traceStep records a step, and asks for the next one: a month on, and of an archived family
// half a year on.
func traceStep(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	x, err := c.tracing(ctx, cmd)
	if err != nil {
		return err
	}
	c.fileUntouched = true // it says nothing about the family
	f := fields.(*casefile.TraceStepFields)
	twice, err := c.AddTraceStep(ctx, c.ref, x.No, *f, cmd.AttestedOn, cmd.ID)
	if err != nil {
		return err
	}
	if twice && !c.confirmed {
		return casefile.Refuse(casefile.RefusedUnconfirmed,
			"the same step of that day is on file already: if it was taken twice, type it again with --confirm")
	}
	kind := casefile.TaskTraceMonthly
	if x.Archived {
		kind = casefile.TaskTraceAgain
	}
	if _, err := c.done(ctx, kind, 0, casefile.TaskResult(f.Result), cmd.AttestedOn); err != nil {
		return err
	}
	return c.open(ctx, kind, 0, cmd.AttestedOn)
}

// archive keeps the case of a family that six months of tracing have not found. It is no end
// and no outcome: what was asked is asked again when they are found.
func archive(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	x, err := c.tracing(ctx, cmd)
	switch {
	case err != nil:
		return err
	case x.Archived:
		return casefile.Refuse(casefile.RefusedAlreadyDone, "the family is archived already")
	}
	if refusal := casefile.CheckArchive(x.BeganOn, c.today, x.Steps); refusal != nil {
		return refusal
	}
	if post, err := c.PostOutstanding(ctx, c.ref); err != nil {
		return err
	} else if post {
		return casefile.BlockedRefusal([]casefile.Block{casefile.BlockPost})
	}
	if c.second == "" {
		return errTrial
	}
	if err := c.Archive(ctx, c.ref, x.No, cmd.Person, c.second, c.now, cmd.ID); err != nil {
		return err
	}
	now, err := c.Review(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, t := range now.Tasks {
		if t.Kind.Outlasts() {
			continue
		}
		if _, err := c.done(ctx, t.Kind, t.Subject, casefile.ResultMoot, clock.Date{}); err != nil {
			return err
		}
	}
	return c.open(ctx, casefile.TaskTraceAgain, 0, c.today)
}

// found takes the review of a family up again that was lost.
func found(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	x, err := c.tracing(ctx, cmd)
	if err != nil {
		return err
	}
	if err := c.EndTracing(ctx, c.ref, "found", cmd.AttestedOn); err != nil {
		return err
	}
	for _, kind := range []casefile.TaskKind{casefile.TaskTraceMonthly, casefile.TaskTraceAgain} {
		if _, err := c.done(ctx, kind, 0, "found", cmd.AttestedOn); err != nil {
			return err
		}
	}
	if !x.Archived {
		return nil
	}
	if _, err := c.Unarchive(ctx, c.ref, c.now); err != nil {
		return err
	}
	return c.askMootAgain(ctx)
}

// askMootAgain asks again for what had become moot and is due still, with deadlines of its own:
// of the people who are there, in the stages that were opened.
func (c *change) askMootAgain(ctx context.Context) error {
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	moot, err := c.MootTasks(ctx, c.ref)
	if err != nil {
		return err
	}
	if err := c.follow(ctx, c.cmd, casefile.Effects{Opens: h.AskedAgain(moot)}); err != nil {
		return err
	}
	if h.HasOpened(casefile.Decision) && (!h.Signed || slices.ContainsFunc(h.People, casefile.Member.Undecided)) {
		return c.renewLapsed(ctx)
	}
	return nil
}

// reopenCase takes a closed case up again, by two officers. What was recorded stays. A decided
// case is at its service again, an undecided one where it was closed; each deadline is worked
// out anew. The review is started when this is on record.
func reopenCase(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	if c.before.Stage != casefile.Closed {
		return casefile.Refuse(casefile.RefusedAlreadyDone, "the case is open")
	}
	lifted, err := c.LiftEnds(ctx, c.ref, cmd.Subject, c.today, cmd.ID)
	if err != nil {
		return err
	}
	if cmd.Subject != 0 && lifted == 0 && !c.before.Signed {
		return casefile.Refuse(casefile.RefusedNothingOpen,
			fmt.Sprintf("person %d has no end on record that could be lifted", cmd.Subject))
	}
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	switch {
	case h.NobodyLeft():
		return casefile.Refuse(casefile.RefusedNothingOpen,
			"nobody of this family is left to decide about: who has died, or stands on another file, is not brought back")
	case c.second == "":
		return errTrial
	}
	return c.takeUp(ctx, h, cmd, fields.(*casefile.ReopenFields).Reason)
}

// takeUp writes that a closed case is taken up again by the act of two officers, with its
// household as it is then.
func (c *change) takeUp(ctx context.Context, h casefile.Household, cmd store.Command, reason string) error {
	if err := c.AddReopening(ctx, c.ref, reason, cmd.Person, c.second, c.now, cmd.ID); err != nil {
		return err
	}
	if err := c.StopJournal(ctx); err != nil { // a reopening is no act that is struck
		return err
	}
	if !h.IsLed() { // its principal is not among those who are back
		if err := c.passClaim(ctx, h.Successor()); err != nil {
			return err
		}
	}
	arrived, err := c.done(ctx, casefile.TaskArrival, 0, "reopened", c.today)
	if err != nil {
		return err
	}
	if err := c.VoidStages(ctx, c.ref, []casefile.Stage{casefile.Closed}, c.now); err != nil {
		return err
	}
	again := h.ReopenedAt()
	for _, s := range again {
		if err := c.ReenterStage(ctx, c.ref, s, c.now); err != nil {
			return err
		}
	}
	if err := c.ShowStage(ctx, c.ref, again[0], c.now); err != nil {
		return err
	}
	if err := c.Revise(ctx, c.ref); err != nil {
		return err
	}
	if c.before.Signed {
		if _, err := c.done(ctx, casefile.TaskAnew, 0, "reopened", c.today); err != nil {
			return err
		}
		if err := c.fellWhileClosed(ctx, cmd); err != nil {
			return err
		}
		for _, m := range h.People {
			if m.Undecided() {
				if err := c.open(ctx, casefile.TaskUndecided, m.No, c.today); err != nil {
					return err
				}
			}
		}
		return c.open(ctx, casefile.TaskLateArrival, 0, c.today)
	}
	if arrived { // what was filed is not on the file: who reads it has it entered
		if err := c.open(ctx, casefile.TaskLateArrival, 0, c.today); err != nil {
			return err
		}
	}
	return c.askMootAgain(ctx)
}

// fellWhileClosed lets the decision fall for those for whom a court has quashed it, or a fresh
// claim was accepted, while the case was closed.
func (c *change) fellWhileClosed(ctx context.Context, cmd store.Command) error {
	fallen, err := c.FellWhileClosed(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, f := range fallen {
		if err := c.falls(ctx, cmd, f.Person, f.Why); err != nil {
			return err
		}
	}
	return nil
}
