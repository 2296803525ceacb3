package activities

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
)

// takeBack does what follows from the striking of an act: its facts no longer count, the
// tasks that it opened are moot, and those that it answered wait again, with the time that
// was left. A stage that it finished is open again.
func (c *change) takeBack(ctx context.Context, target store.DoneAct, reason string, no int64) error {
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	if err := c.StopJournal(ctx); err != nil { // taking back is no change of its own
		return err
	}
	stays, err := c.takePostAway(ctx, target, reason)
	if err != nil {
		return err
	}
	if err := c.VoidOpenedBy(ctx, target.ID, c.now); err != nil {
		return err
	}
	answered, err := c.ClosedBy(ctx, target.ID)
	if err != nil {
		return err
	}
	if !stays {
		if err := c.TakeBack(ctx, no); err != nil {
			return err
		}
	}
	for _, t := range answered {
		if err := c.reopen(ctx, t); err != nil {
			return err
		}
	}
	if err := c.stillAsked(ctx, target); err != nil {
		return err
	}
	if c.before.Stage == casefile.Closed {
		return nil
	}
	if c.before.Signed {
		rests, err := c.DecidedSince(ctx, target.ID)
		if err != nil {
			return err
		}
		if rests { // the decision stands as it was signed; somebody looks whether it must be corrected
			if err := c.open(ctx, casefile.TaskLateArrival, 0, c.today); err != nil {
				return err
			}
		}
	} else if err := c.goBack(ctx); err != nil {
		return err
	}
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	return c.follow(ctx, c.cmd, h.AfterStrike())
}

// reopen lets a new task take the place of one whose answer was struck, with the days that
// were left on the day attested for it. Exceptions: another act that stands answers it; or
// its time had passed before the answer came.
func (c *change) reopen(ctx context.Context, t store.TaskDates) error {
	rule, _ := t.Kind.Rule()
	if err := c.VoidTask(ctx, t.ID, c.now); err != nil {
		return err
	}
	if gone, err := c.hasGone(ctx, t); err != nil || gone {
		return err
	}
	if t.Kind == casefile.TaskAgree {
		return nil // the proposal went back, and stays with its author
	}
	if t.Kind == casefile.TaskHold {
		if holds, err := c.OpenHolds(ctx, c.ref); err != nil || holds == 0 {
			return err // a hold that has ended is not reviewed
		}
	}
	if c.before.Signed && rule.Stage.Before(casefile.Service) && t.Kind != casefile.TaskAllocate {
		return nil // it is not asked any more: the decision is signed
	}
	if slices.Contains(askedByStage[rule.Stage], t.Kind) && !c.before.HasOpened(rule.Stage) {
		return nil // its stage will ask when it is open again
	}
	answer, err := c.AnswerOf(ctx, c.ref, t.Kind, t.Subject, t.OpenedAt)
	answered := err == nil
	if err != nil && !store.IsKind(err, store.NotFound) {
		return err
	}
	to := store.Reopened{Days: t.Days, Dates: t.Ledger(nil).Shown}
	if !answered && t.AnsweredAt == nil {
		if to, err = c.withWhatWasLeft(ctx, t); err != nil {
			return err
		}
	}
	id, err := c.Reopen(ctx, t.ID, to, c.cmd.ID, c.now)
	switch {
	case store.IsKind(err, store.NotFound):
		return c.AskedFor(ctx, t.ID) // it was asked again since, and is open
	case err != nil:
		return err
	case answered:
		late := t.Kind.CanBeMissed() && !to.DueOn.IsZero() && to.DueOn.Before(answer.On)
		return c.CloseAs(ctx, id, answer.Result, answer.On, late, answer.Command, c.now)
	case t.AnsweredAt != nil:
		result := casefile.ResultGap
		if rule.OnDue == casefile.EffectLapse {
			result = casefile.ResultLapsed
		}
		return c.CloseAs(ctx, id, result, clock.Date{}, t.Kind.CanBeMissed(), uuid.Nil, c.now)
	}
	return nil
}

// hasGone reports whether a task is about a person whose part in the case has ended.
func (c *change) hasGone(ctx context.Context, t store.TaskDates) (bool, error) {
	if !t.Kind.IsPersonal() || t.Subject == 0 {
		return false, nil // the household need not be read
	}
	h, err := c.household(ctx)
	return err == nil && h.HasGone(t.Kind, t.Subject), err
}

// withWhatWasLeft works out the dates of a task that is open again: the last day moves on
// by the days in which it counted as answered, so that as much is left as was then.
func (c *change) withWhatWasLeft(ctx context.Context, t store.TaskDates) (store.Reopened, error) {
	pauses, err := c.pauses(ctx, t.Kind)
	if err != nil {
		return store.Reopened{}, err
	}
	answered := clock.DateOf(*t.ClosedAt)
	if !t.AttestedOn.IsZero() && t.AttestedOn.Before(answered) {
		answered = t.AttestedOn
	}
	// A task that is open again has been open since then, and not since it began.
	if opened := clock.DateOf(t.OpenedAt); answered.Before(opened) {
		answered = opened
	}
	if answered.Before(t.Began) {
		answered = t.Began
	}
	deadline := t.Deadline(pauses)
	to := store.Reopened{Days: deadline.Budget.Days}
	if to.Days, err = policy.LengthenedBy(deadline, c.holidays, answered, c.today); err != nil {
		return to, err
	}
	deadline.Budget.Days = to.Days
	if !t.DueOn.IsZero() { // it was shown, and is kept or moved on
		if to.Days, err = policy.UntilAtLeast(deadline, c.holidays, t.DueOn); err != nil {
			return to, err
		}
		deadline.Budget.Days = to.Days
	}
	day, err := policy.DayBy(deadline, c.holidays)
	if err != nil {
		return to, err
	}
	to.Dates = policy.Dates{DueOn: day.On, Provisional: day.Provisional, Version: c.holidays.Version()}
	next, no := t.NextRung, t.NextNo
	if late := next != casefile.Reminder && next != casefile.Due; late && day.Passed(c.today) {
		to.Overdue, to.Escalated = true, t.Escalated
	} else if late {
		next, no = casefile.Due, t.Acted[casefile.Due] // it was due, and the new day has not passed
	}
	if to.Next, err = c.rules.Rung(t.Kind, deadline, c.holidays, next, no); err != nil {
		return to, err
	}
	if next == casefile.Diary && t.Next != nil {
		to.Next.At = *t.Next
	}
	if day.On.IsZero() {
		to.Next.At = time.Time{}
	}
	return to, nil
}

// keptSince lengthens a deadline that begins anew after an act was struck, if a later last
// day was shown before: what somebody was shown is never shortened behind their back [D].
func (c *change) keptSince(
	ctx context.Context,
	kind casefile.TaskKind,
	subject int,
	d clock.Deadline,
) (clock.Deadline, error) {
	if !c.before.Struck || kind == casefile.TaskHold {
		return d, nil
	}
	shown, err := c.LastShown(ctx, c.ref, kind, subject)
	if err != nil || shown.IsZero() {
		return d, err
	}
	d.Budget.Days, err = policy.UntilAtLeast(d, c.holidays, shown)
	return d, err
}

// stillAsked opens or makes moot the tasks that follow from several acts together.
func (c *change) stillAsked(ctx context.Context, target store.DoneAct) error {
	switch target.Act {
	case casefile.ActLetterSent:
		return c.openingAskedAgain(ctx)
	case casefile.ActEvidence:
		return c.askWhoWasNotAsked(ctx)
	case casefile.ActRecordCheck, casefile.ActLookInto:
		if c.before.HasOpened(casefile.Decision) {
			return c.askToLookInto(ctx)
		}
	case casefile.ActRecordService, casefile.ActStatusIssued:
		return c.servedAgain(ctx)
	}
	return nil
}

// askWhoWasNotAsked asks the providers who were not, because their answer was on record
// before it was asked for, and who have not answered now.
func (c *change) askWhoWasNotAsked(ctx context.Context) error {
	if c.before.Signed || !c.before.HasOpened(casefile.Evidence) {
		return nil
	}
	asked, err := c.asked(ctx)
	if err != nil {
		return err
	}
	sent, err := c.OpeningSent(ctx, c.ref)
	if err != nil {
		return err
	}
	if len(sent) > 0 {
		asked = append(asked, asking{casefile.ProviderQuestionnaire, 0})
	}
	for _, x := range asked {
		had, err := c.HadTask(ctx, c.ref, x.provider.Task(), x.person)
		if err != nil {
			return err
		}
		if had {
			continue
		}
		if err := c.ask(ctx, x.provider, x.person, c.today); err != nil {
			return err
		}
	}
	return nil
}

// openingAskedAgain makes the family's questionnaire moot, if an addressee of the opening
// letter still waits for it.
func (c *change) openingAskedAgain(ctx context.Context) error {
	if c.before.Signed {
		return nil
	}
	sent, err := c.OpeningSent(ctx, c.ref)
	if err != nil || len(sent) > 0 {
		return err
	}
	if err := c.VoidTasks(ctx, c.ref, -1, c.now, casefile.TaskQuestionnaire, casefile.TaskContact); err != nil {
		return err
	}
	asked, err := c.LastClosed(ctx, c.ref, casefile.TaskQuestionnaire, 0)
	switch {
	case err == nil:
		if err := c.VoidTask(ctx, asked.ID, c.now); err != nil {
			return err
		}
	case !store.IsKind(err, store.NotFound):
		return err
	}
	return c.askedAgain(ctx, casefile.TaskOpeningLetter)
}

// askedAgain opens a task of the whole case anew that another act had closed meanwhile.
func (c *change) askedAgain(ctx context.Context, kind casefile.TaskKind) error {
	closed, err := c.LastClosed(ctx, c.ref, kind, 0)
	if store.IsKind(err, store.NotFound) {
		return nil // it is open
	}
	if err != nil {
		return err
	}
	return c.reopen(ctx, closed)
}

// servedAgain sees to the tasks of service after one was struck: a person who is not served
// waits to be, and has no window to appeal in yet.
func (c *change) servedAgain(ctx context.Context) error {
	people, err := c.Decided(ctx, c.ref)
	if err != nil {
		return err
	}
	unserved, documents := false, false
	for _, p := range people {
		documents = documents || (p.Outcome.IsGrant() && !p.ServedOn.IsZero() && p.StatusOn.IsZero())
		if !p.ServedOn.IsZero() {
			continue
		}
		unserved = true
		if err := c.VoidTasks(ctx, c.ref, p.Person, c.now, casefile.TaskAppealWindow, casefile.TaskNoAppeal); err != nil {
			return err
		}
	}
	if unserved {
		if err := c.askedAgain(ctx, casefile.TaskServe); err != nil {
			return err
		}
	}
	if documents {
		if err := c.askedAgain(ctx, casefile.TaskStatus); err != nil {
			return err
		}
		return c.open(ctx, casefile.TaskStatus, 0, c.today)
	}
	return c.VoidTasks(ctx, c.ref, 0, c.now, casefile.TaskStatus)
}
