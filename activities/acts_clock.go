package activities

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
)

// holdCase holds a case on a ground, from the day attested, which may have
// passed. One that is held on that ground already is held on, until another day
// of review.
func holdCase(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.HoldFields)
	if err := c.notOvertaken(ctx, cmd, "ground", casefile.ActHold, casefile.ActRelease); err != nil {
		return err
	}
	if refusal := casefile.CheckReviewDay(f.ReviewOn, c.today); refusal != nil {
		return refusal
	}
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	flag := f.Ground.Flag()
	if cmd.Subject == 0 && f.Ground.AboutOne() {
		return casefile.Refuse(casefile.RefusedNoSubject,
			fmt.Sprintf("a hold for %s is about one person: name them as in %s/2", f.Ground, c.ref))
	}
	if _, stands, err := c.openHold(ctx, cmd.Subject, f.Ground); err != nil {
		return err
	} else if stands {
		if err := c.ReviewHold(ctx, c.ref, cmd.Subject, f.Ground, f.ReviewOn); err != nil {
			return err
		}
	} else if flag != "" && cmd.Subject != 0 {
		if err := c.SetFlag(ctx, c.ref, store.PersonFlag{Person: cmd.Subject, Flag: flag,
			State: casefile.FlagConfirmed}); err != nil {
			return err
		}
	}
	if err := c.beginHold(ctx, cmd.Subject, f.Ground, cmd.AttestedOn, f.ReviewOn, cmd.ID); err != nil {
		return err
	}
	if f.Ground == casefile.GroundAgeDispute {
		return c.seeTheChild(ctx, cmd.Subject)
	}
	return nil
}

// beginHold holds a case from a day, and stops the clocks that the ground stops. A
// hold that stands, with its own day of review, began on the earlier of its day and
// this one; one that let every clock run stops those of its ground from this day.
// command is the act that asked for it, uuid.Nil for none.
func (c *change) beginHold(ctx context.Context, person int, ground casefile.Ground, from, reviewOn clock.Date,
	command uuid.UUID) error {
	hold, stands, err := c.openHold(ctx, person, ground)
	switch {
	case err != nil:
		return err
	case !stands:
		_, err = c.OpenHold(ctx, c.ref, person, ground, from, reviewOn)
	case hold.RunsOn || from.Before(hold.From):
		err = c.BeginHold(ctx, c.ref, person, ground, from)
	}
	if err != nil {
		return err
	}
	if err := c.reviewHolds(ctx, command); err != nil {
		return err
	}
	return c.moveDeadlines(ctx, store.CauseHold, command)
}

// notOvertaken refuses an act that reaches the review after one that was recorded
// later, of these kinds and with the same code in a field: a hold that was saved
// and not delivered must not come back when it was released meanwhile [D].
func (c *change) notOvertaken(ctx context.Context, cmd store.Command, field string, acts ...casefile.Act) error {
	overtaken, err := c.Overtaken(ctx, cmd.ID, field, acts...)
	if err == nil && overtaken {
		err = casefile.Refuse(casefile.RefusedStale, "it reached the review after a later act on the same clock, which stands: see clock show, and type it again if it is still meant")
	}
	return err
}

// openHold returns the hold of a person on a ground that stands, and whether one does.
func (c *change) openHold(ctx context.Context, person int, ground casefile.Ground) (store.HoldRow, bool, error) {
	holds, err := c.Holds(ctx, c.ref)
	i := slices.IndexFunc(holds, func(h store.HoldRow) bool {
		return h.Person == person && h.Ground == ground &&
			h.Until.IsZero()
	})
	if err != nil || i < 0 {
		return store.HoldRow{}, false, err
	}
	return holds[i], true, nil
}

// releaseCase ends a hold on the day attested, with the flag that stood for it. One
// that was opened by mistake has stopped nothing, unless a last day would so have
// passed that somebody still counts on: then it stopped what it stopped until it
// ended, for nobody can use a day that is over [D].
func releaseCase(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.ReleaseFields)
	if err := c.notOvertaken(ctx, cmd, "ground", casefile.ActHold, casefile.ActRelease); err != nil {
		return err
	}
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	hold, stands, err := c.openHold(ctx, cmd.Subject, f.Ground)
	switch {
	case err != nil:
		return err
	case !stands:
		return casefile.Refuse(casefile.RefusedNothingOpen,
			"no such hold stands: clock show lists them, with whom each is about")
	}
	if err := c.whileItStands(ctx, cmd.Subject, f.Ground); err != nil {
		return err
	}
	if f.Reason == casefile.ReleasedAsMistake {
		if err := c.voidUnlessCountedOn(ctx, hold); err != nil {
			return err
		}
	}
	if flag := f.Ground.Flag(); flag != "" && cmd.Subject != 0 {
		if err := c.SetFlag(ctx, c.ref, store.PersonFlag{Person: cmd.Subject, Flag: flag,
			State: casefile.FlagOff}); err != nil {
			return err
		}
	}
	return c.endHold(ctx, cmd.Subject, f.Ground, cmd.AttestedOn, cmd.ID)
}

// voidUnlessCountedOn lets a hold that was opened by mistake have stopped nothing, unless
// somebody still counts on a last day that would so have passed.
func (c *change) voidUnlessCountedOn(ctx context.Context, hold store.HoldRow) error {
	counted, err := c.countedOn(ctx, hold)
	if err != nil || counted {
		return err
	}
	return c.VoidHold(ctx, c.ref, hold.Person, hold.Ground)
}

// countedOn reports whether somebody's last day would have passed, had a hold that
// stands stopped nothing.
func (c *change) countedOn(ctx context.Context, hold store.HoldRow) (bool, error) {
	holds, err := c.Holds(ctx, c.ref)
	if err != nil {
		return false, err
	}
	without := slices.DeleteFunc(holds, func(h store.HoldRow) bool { return h == hold })
	tasks, err := c.TasksWithDates(ctx, c.ref)
	if err != nil {
		return false, err
	}
	for _, t := range tasks {
		if t.Result != "" || !hold.Ground.Stops(t.Kind) || passed(t.DueOn, c.today) {
			continue
		}
		by, err := c.calendars(ctx, t.Version)
		if err != nil {
			return false, err
		}
		day, err := policy.LastDay(t.Deadline(pausesBy(without, t.Kind)), by, t.KeptUnder, c.today)
		if err != nil || day.Passed(c.today) {
			return true, err
		}
	}
	if !hold.Ground.Stops(casefile.TaskQuestionnaire) {
		return false, nil
	}
	answers, err := c.AnswersAwaited(ctx, c.ref)
	if err != nil {
		return false, err
	}
	for _, x := range answers {
		day, err := c.answerBy(ctx, x, pausesBy(without, casefile.TaskQuestionnaire))
		if err != nil || (day.Passed(c.today) && !passed(x.AnswerBy, c.today)) {
			return true, err
		}
	}
	return false, nil
}

// holdFrom opens a hold that begins on a day, with the senior caseworker as its
// owner and the usual day of review, counted from another. command is the act that
// asked for it.
func (c *change) holdFrom(ctx context.Context, person int, ground casefile.Ground, from, reviewFrom clock.Date,
	command uuid.UUID) error {
	reviewOn, err := c.usualReview(reviewFrom)
	if err != nil {
		return err
	}
	return c.beginHold(ctx, person, ground, from, reviewOn, command)
}

// hold opens a hold by an act, from the day attested for it; no clock of the case
// ran before it was drawn.
func (c *change) hold(ctx context.Context, ground casefile.Ground, cmd store.Command) error {
	from := cmd.AttestedOn
	if drawn := clock.DateOf(c.before.DrawnAt); from.Before(drawn) {
		from = drawn
	}
	return c.holdFrom(ctx, cmd.Subject, ground, from, c.today, cmd.ID)
}

// endHold ends a hold. The clocks that nothing else stops go on with what was left.
func (c *change) endHold(ctx context.Context, person int, ground casefile.Ground, on clock.Date,
	command uuid.UUID) error {
	left, err := c.EndHold(ctx, c.ref, person, ground, on)
	if err != nil {
		return err
	}
	if left == 0 {
		if _, err := c.done(ctx, casefile.TaskHold, 0, "ended", on); err != nil {
			return err
		}
	} else if err := c.reviewHolds(ctx, command); err != nil {
		return err
	}
	return c.moveDeadlines(ctx, store.CauseRelease, command)
}

// extend records the decision on a request for more time: granted within the
// task's cap, refused, or what was given withdrawn. No last day is moved to one
// that has passed: time that nobody can use is not given, and none is taken away
// behind somebody's back.
func extend(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.ExtendFields)
	if err := c.notOvertaken(ctx, cmd, "task", casefile.ActExtend); err != nil {
		return err
	}
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	task, err := c.Task(ctx, c.ref, f.Task, cmd.Subject)
	if store.IsKind(err, store.NotFound) {
		about := c.ref
		if cmd.Subject != 0 {
			about = fmt.Sprintf("%s/%d", c.ref, cmd.Subject)
		}
		return casefile.Refuse(casefile.RefusedNothingOpen,
			fmt.Sprintf("%s is not open for %s: clock show lists what is, with whom each is about; what comes late is taken all the same", f.Task, about))
	}
	if err != nil {
		return err
	}
	c.fileUntouched = true // more time says nothing about the family
	if f.Decision == casefile.ExtensionWithdrawn {
		days, err := c.WithdrawExtension(ctx, task.ID, cmd.Person, cmd.AttestedOn, cmd.ID)
		if err != nil {
			return err
		}
		if days == 0 {
			return casefile.Refuse(casefile.RefusedNothingOpen, "no extension of this task stands")
		}
		return c.giveTime(ctx, task, store.CauseWithdrawal, cmd.ID)
	}
	if f.AskedOn.Before(task.Began) {
		return casefile.Refuse(casefile.RefusedBefore, fmt.Sprintf("%s began on %s: more time for it was not asked for on %s", f.Task, task.Began, f.AskedOn))
	}
	if refusal := f.CheckCap(task.Asked); refusal != nil {
		return refusal
	}
	if err := c.AddExtension(ctx, c.ref, task.ID, *f, cmd.Person, cmd.AttestedOn, cmd.ID); err != nil {
		return err
	}
	if f.Decision == casefile.ExtensionRefused {
		return nil
	}
	return c.giveTime(ctx, task, store.CauseExtension, cmd.ID)
}

func (c *change) giveTime(ctx context.Context, task store.TaskDates, cause store.Cause, command uuid.UUID) error {
	task, err := c.Task(ctx, c.ref, task.Kind, task.Subject) // with what was just given or taken
	if err != nil {
		return err
	}
	to, err := c.moveDeadline(ctx, task, cause, command)
	if err == nil && !to.DueOn.IsZero() && to.DueOn.Before(c.today) {
		return casefile.Refuse(casefile.RefusedTooLate, fmt.Sprintf("%s would be due on %s, which has passed: today is %s",
			task.Kind, to.DueOn, c.today))
	}
	return err
}
