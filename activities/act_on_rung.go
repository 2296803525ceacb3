package activities

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// ActOnRungParams lets a rung of a deadline act.
type ActOnRungParams struct {
	Case    string            `json:"case"`
	Kind    casefile.TaskKind `json:"kind"`
	Subject int               `json:"subject,omitempty"`
	Rung    casefile.Rung     `json:"rung"`
	Now     time.Time         `json:"now"`
}

// ActOnRung lets a rung act once. It reads the facts again first: a rung whose
// task is done, whose clock was stopped or given more time, or that has acted,
// does nothing. No rung writes an outcome (R1).
//
// A rung and an act in the same second come one after the other, as they take the
// review's row: an answer that is first leaves the rung nothing to do; after the
// rung it is recorded all the same, late or in time by its attested day; a hold
// that is recorded after the rung takes back what the rung did, if it is attested
// for its last day or before.
func (a *Activities) ActOnRung(ctx context.Context, in ActOnRungParams) (casefile.Facts, error) {
	r, err := a.changing(ctx, in.Case, in.Now, func(c *change) error {
		if err := c.mended(ctx); err != nil {
			return err
		}
		task, err := c.Task(ctx, c.ref, in.Kind, in.Subject)
		if store.IsKind(err, store.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if c.isBehind(task) {
			// A calendar has come into force, and the case was not moved yet.
			if _, err := c.moveDeadline(ctx, task, store.CauseCalendar, uuid.Nil); err != nil {
				return err
			}
			if task, err = c.Task(ctx, c.ref, in.Kind, in.Subject); err != nil {
				return err
			}
		}
		// A rung whose clock was stopped, or given more time, does nothing.
		if task.NextRung != in.Rung.Kind || task.NextNo != in.Rung.No || task.Next == nil || in.Now.Before(*task.Next) {
			return nil
		}
		rule, _ := in.Kind.Rule()
		effect := casefile.EffectNone
		switch in.Rung.Kind {
		case casefile.Due:
			effect = rule.OnDue
		case casefile.Escalation:
			effect = rule.OnEscalation
		}
		// The rung is dated by its own instant, not by when a worker came round to it.
		rung := task.Rung()
		if waits, err := c.waitsForPost(ctx, task, rung, effect); err != nil || waits {
			return err
		}
		acted, err := c.ActRung(ctx, task.ID, rung, effect, in.Now)
		if err != nil || !acted {
			return err
		}
		if err := c.act(ctx, task, rule, rung, effect); err != nil {
			return err
		}
		awaited := in.Kind == casefile.TaskPropose || in.Kind == casefile.TaskAgree
		if !c.before.Signed && awaited || in.Kind == casefile.TaskUndecided {
			return c.renewLapsed(ctx)
		}
		return nil
	})
	return r, classify("act on rung", err)
}

func (c *change) act(ctx context.Context, task store.TaskDates, rule casefile.TaskRule, rung casefile.Rung,
	effect casefile.Effect) error {
	var never clock.Date
	closeAs := func(result casefile.TaskResult) error {
		_, err := c.done(ctx, task.Kind, task.Subject, result, never)
		return err
	}
	overdue := rung.Kind != casefile.Reminder
	switch effect {
	case casefile.EffectGap:
		if err := c.MarkOverdue(ctx, task.ID); err != nil {
			return err
		}
		return closeAs(casefile.ResultGap)
	case casefile.EffectLapse:
		return closeAs(casefile.ResultLapsed)
	case casefile.EffectSearchAppeal:
		if err := closeAs("window_ended"); err != nil {
			return err
		}
		return c.open(ctx, casefile.TaskNoAppeal, task.Subject, clock.DateOf(rung.At))
	case casefile.EffectSettle:
		on := clock.DateOf(rung.At)
		if err := closeAs("thought_over"); err != nil {
			return err
		}
		if err := c.ThoughtOver(ctx, c.ref, task.Subject, on); err != nil {
			return err
		}
		return c.open(ctx, casefile.TaskSettleWithdrawal, task.Subject, on)
	case casefile.EffectContact:
		if err := c.open(ctx, casefile.TaskContact, 0, clock.DateOf(rung.At)); err != nil {
			return err
		}
	case casefile.EffectDefaultPriority:
		if err := c.RaisePriority(ctx, c.ref, 3); err != nil {
			return err
		}
	}
	awaiting, escalated := task.Awaiting, rung.Kind == casefile.Escalation || effect == casefile.EffectEscalate
	// Where the ladder ends with a gap, the one who can still chase it hears when it is due.
	if rung.Kind == casefile.Escalation || (rung.Kind == casefile.Due && rule.OnEscalation == casefile.EffectGap) {
		awaiting, escalated = rule.EscalateTo, true
	}
	next, err := c.nextRung(ctx, task, rung)
	if err != nil {
		return err
	}
	return c.Advance(ctx, task.ID, next, awaiting, overdue, escalated)
}

// renewLapsed asks again for what a signature would find lapsed: security
// checks over 90 days old, welfare checks over six months old (C2), unless they
// are asked for already. It is looked at when one of them lapses while a decision
// is awaited, and whenever that decision comes up.
func (c *change) renewLapsed(ctx context.Context) error {
	file, err := c.SignatureFile(ctx, c.ref, c.today)
	if err != nil {
		return err
	}
	awaited, err := c.OpenSubjects(ctx, c.ref, casefile.TaskCheck)
	if err != nil {
		return err
	}
	for _, p := range file.People {
		if p.Settled {
			continue
		}
		if p.NeedsCheck(c.today) && p.CheckLapsed(c.today) && !slices.Contains(awaited, p.No) {
			if err := c.open(ctx, casefile.TaskRequestCheck, 0, c.today); err != nil {
				return err
			}
		}
		if !p.IsChild(c.today) || !p.WelfareLapsed(c.today) || p.Waived {
			continue
		}
		underWay, err := c.checkUnderWay(ctx, p.No)
		if err == nil && !underWay {
			err = c.askForWelfare(ctx, p.No)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isOpen reports whether a task was open when the change began.
func (c *change) isOpen(kind casefile.TaskKind, subject int) bool {
	return slices.ContainsFunc(c.before.Tasks, func(t casefile.Task) bool {
		return t.Kind == kind && t.Subject == subject
	})
}

// checkUnderWay reports whether a child's welfare check waits to be assigned,
// written or signed.
func (c *change) checkUnderWay(ctx context.Context, person int) (bool, error) {
	for _, kind := range []casefile.TaskKind{casefile.TaskAssignWelfare, casefile.TaskReport, casefile.TaskSignWelfare} {
		if waiting, err := c.OpenSubjects(ctx, c.ref, kind); err != nil || slices.Contains(waiting, person) {
			return err == nil, err
		}
	}
	return false, nil
}

// mended records that a review which was stuck goes on: the step that it stuck
// at is being done.
func (c *change) mended(ctx context.Context) error {
	if c.before.Stuck == "" {
		return nil
	}
	return c.SetStuck(ctx, c.ref, "")
}

// MarkStuckParams records that a review can't go on, or, without a code, that it can.
type MarkStuckParams struct {
	Case string    `json:"case"`
	Code string    `json:"code"`
	Now  time.Time `json:"now"`
}

// MarkStuck records the code of a failure that no retry can mend; operations
// own the review from then on.
func (a *Activities) MarkStuck(ctx context.Context, in MarkStuckParams) (casefile.Facts, error) {
	r, err := a.changing(ctx, in.Case, in.Now, func(c *change) error { return c.SetStuck(ctx, c.ref, in.Code) })
	return r, classify("mark stuck", err)
}
