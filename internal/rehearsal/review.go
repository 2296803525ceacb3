package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/timeskip"
)

// inPlay is one family's review in play.
type inPlay struct {
	ref       string
	apart     bool // it runs among the reviews of restricted families
	council   string
	key       string
	now       time.Time
	random    *rand.Rand
	owner     string
	rep       bool
	people    []store.PersonFacts
	refuse    bool // this family's scenario ends in a refusal
	plans     map[string]intent
	assigned  map[int]string // the child's lead professional
	represent bool           // the minister will represent; else the window is declined
	weekday   time.Weekday   // on which the case is worked on
	onHorizon bool
	waited    time.Duration // in vain, for what was to have happened

	bad          incidents
	events       []event
	inPost       clock.Date // when the questionnaire came that was just found in the post
	repHasLetter bool
	lastLetter   map[string]int // by its kind
	returned     int            // proposals that second officers have returned

	walled       bool       // its people parted after domestic abuse, and a wall keeps it from their old file
	keptApart    []string   // who works on the other side of the wall
	repChangedOn clock.Date // when another representative took over
	bothUntil    clock.Date // until when the one before is written to as well
	opposed      bool       // what is done against a refusal before its service has been drawn
	submitted    bool       // further submissions were made
}

// intent is when somebody will do a task, and on which day they will attest it.
type intent struct {
	act      time.Time
	attested clock.Date
	never    bool
}

// newReview puts a drawn family into play.
func (r *Rehearsal) newReview(ctx context.Context, l store.Listing) (*inPlay, error) {
	now, err := r.skip(l.Apart).Now(ctx, l.Case)
	if err != nil {
		return nil, err
	}
	v := &inPlay{
		ref:      l.Case,
		apart:    l.Apart,
		council:  l.Council,
		now:      now,
		plans:    map[string]intent{},
		assigned: map[int]string{},

		lastLetter: map[string]int{},
	}
	err = r.o.Store.InTx(ctx, func(tx *store.Tx) error {
		f, err := tx.Family(ctx, l.Case)
		if err != nil {
			return err
		}
		v.rep, v.key = f.Represented, f.Key
		if v.people, err = tx.People(ctx, l.Case); err != nil {
			return err
		}
		if v.walled, err = tx.Walled(ctx, l.Case); err != nil {
			return err
		}
		// An earlier rehearsal may have got some way.
		for _, p := range v.people {
			check, err := tx.LatestWelfareCheck(ctx, l.Case, p.No)
			if err != nil && !store.IsKind(err, store.NotFound) {
				return err
			}
			v.assigned[p.No] = check.AssignedTo
		}
		return nil
	})
	v.random, v.bad = r.random(v.key), incidentsOf(v.key)
	v.owner = pick(v.random, practice.Logins(casefile.Caseworker))
	// domain.md 6.5, outcome scenario: of a hundred families that are decided on
	// their merits, 85 are granted and 7 refused.
	v.refuse = v.random.Float64() < 7.0/92
	v.represent = representsOneInFive(v.random)
	v.weekday = time.Weekday(1 + v.random.IntN(5))
	if err == nil && !r.o.Silent {
		v.lives(l.DrawnAt)
	}
	return v, err
}

// step forwards the review to its next stop and does what people do there.
func (v *inPlay) step(ctx context.Context, r *Rehearsal) (time.Time, error) {
	if v.onHorizon {
		return v.now, timeskip.ErrEnded
	}
	state, err := v.state(ctx, r)
	if store.IsKind(err, store.NotFound) {
		// Drawn, and not yet opened: its clock stands before the draw.
		drawn, err := r.o.Store.DrawnAt(ctx, v.ref)
		if err != nil {
			return v.now, err
		}
		return v.forwardTo(ctx, r, drawn)
	}
	if errors.Is(err, timeskip.ErrEnded) {
		return v.afterwards(ctx, r, state)
	}
	if err != nil {
		return v.now, err
	}
	if happened, err := v.happen(ctx, r); err != nil || happened {
		return v.now, err
	}
	// What else is open may have changed by what was done: look again at this very moment.
	if done, err := v.actOnTasks(ctx, r, state); err != nil || done {
		return v.now, err
	}
	next := v.nextStop(r, state)
	if next.After(r.o.Horizon) {
		v.onHorizon = true
		next = r.o.Horizon
	}
	return v.forwardTo(ctx, r, next)
}

// actOnTasks does the first task whose time has come, if any of them can be done.
func (v *inPlay) actOnTasks(ctx context.Context, r *Rehearsal, state casefile.Facts) (bool, error) {
	for _, t := range state.Tasks {
		p := v.planFor(r, t)
		if p.never || p.act.After(v.now) {
			continue
		}
		// Done before it is tried: what is struck meanwhile is planned anew.
		v.plans[planKey(t)] = intent{never: true}
		v.plans[planKey(t)+fmt.Sprintf("/%d", t.Next.No)] = intent{never: true}
		done, err := v.act(ctx, r, t, p)
		if err != nil {
			return false, fmt.Errorf("%s, %s: %w", v.ref, t.Kind, err)
		}
		if done {
			return true, nil
		}
	}
	return false, nil
}

// afterwards does what is still asked of somebody when a case is closed. Nothing runs there
// whose clock would have to go on.
func (v *inPlay) afterwards(ctx context.Context, r *Rehearsal, state casefile.Facts) (time.Time, error) {
	if done, err := v.actOnTasks(ctx, r, state); err != nil || done {
		return v.now, err
	}
	next := r.o.Horizon
	for _, t := range state.Tasks {
		if p := v.planFor(r, t); !p.never && p.act.Before(next) {
			next = p.act
		}
	}
	if !next.After(v.now) || !next.Before(r.o.Horizon) {
		return v.now, timeskip.ErrEnded
	}
	v.now = next
	return v.now, nil
}

// state reads the review's state from the record; closed reviews have ended.
func (v *inPlay) state(ctx context.Context, r *Rehearsal) (casefile.Facts, error) {
	var state casefile.Facts
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		state, err = tx.Review(ctx, v.ref)
		return err
	})
	if err == nil && state.Stage == casefile.Closed {
		return state, timeskip.ErrEnded
	}
	return state, err
}

// inVain is how long a review is waited for that does not do what by its record is
// over: longer than a stuck one takes until it tries again [D].
const inVain = 48 * time.Hour

func (v *inPlay) forwardTo(ctx context.Context, r *Rehearsal, at time.Time) (time.Time, error) {
	// A minute past the instant: the clock skips that minute only once what was
	// due at the instant has acted.
	to := at.Add(time.Minute)
	if to.After(v.now) {
		v.waited = 0
	} else {
		if v.waited > inVain {
			return v.now, fmt.Errorf("%s: by its record something was to act at %s, and it is %s: starter verify says "+
				"what", v.ref, at, v.now)
		}
		more := min(max(v.waited, time.Minute), time.Hour)
		v.waited += more
		to = v.now.Add(more)
	}
	now, err := r.forward(ctx, v.apart, v.ref, v.now, to)
	if errors.Is(err, timeskip.ErrEnded) {
		now, err = v.moved(ctx, r)
	}
	switch {
	case err == nil:
		v.now = now
	case errors.Is(err, timeskip.ErrEnded):
		if _, closed := v.state(ctx, r); !errors.Is(closed, timeskip.ErrEnded) {
			err = fmt.Errorf("%s: %w", v.ref, errNotRunning)
		}
	default:
		err = fmt.Errorf("%s: %w", v.ref, err)
	}
	return v.now, err
}

// moved finds a review in the other namespace, to which the worker has moved it since
// its family became restricted or is so no longer, and returns its clock.
func (v *inPlay) moved(ctx context.Context, r *Rehearsal) (time.Time, error) {
	place, err := r.o.Store.PlaceOf(ctx, v.ref)
	if err != nil {
		return v.now, err
	}
	if place.Moving || place.Apart == v.apart {
		return v.now, fmt.Errorf("%s: %w", v.ref, timeskip.ErrEnded)
	}
	now, err := r.skip(place.Apart).Now(ctx, v.ref)
	if err == nil {
		v.apart = place.Apart
	}
	return now, err
}

// nextStop is the earliest moment at which somebody acts, or at which a rung or a
// threshold changes what is open: there new plans have to be made.
func (v *inPlay) nextStop(r *Rehearsal, state casefile.Facts) time.Time {
	next := r.o.Horizon.Add(time.Hour)
	if state.ListingAt.After(v.now) {
		next = state.ListingAt
	}
	for _, e := range v.events {
		if e.at.Before(next) {
			next = e.at
		}
	}
	for _, t := range state.Tasks {
		p := v.planFor(r, t)
		if !p.never && p.act.Before(next) {
			next = p.act
		}
		if at, ok := effectAt(t, p); ok && at.Before(next) && !r.o.Silent {
			next = at
		}
	}
	if at := state.NextThreshold; !at.IsZero() && at.Before(next) && !r.o.Silent {
		next = at
	}
	return next
}

// effectAt is when a task's ladder will close it, open another, or hand it to
// somebody who has not made a plan yet.
func effectAt(t casefile.Task, p intent) (time.Time, bool) {
	if t.Stopped() {
		return time.Time{}, false
	}
	rule, _ := t.Kind.Rule()
	switch t.Next.Kind {
	case casefile.Reminder:
		return clock.LateAt(t.DueOn), rule.OnDue != casefile.EffectNone || p.never
	case casefile.Due:
		// Later than its day where an item of post is waited for.
		return t.Next.At, rule.OnDue != casefile.EffectNone || p.never
	case casefile.Escalation:
		return t.Next.At, rule.OnEscalation != casefile.EffectNone || p.never
	}
	return t.Next.At, p.never && t.Escalated
}

func planKey(t casefile.Task) string {
	return fmt.Sprintf("%s/%d/%s", t.Kind, t.Subject, t.DueOn)
}

// planFor returns when a task will be done, drawing it when the task is first
// seen. Where nobody meant to do it, each escalation and diary rung is a new
// chance that somebody does.
func (v *inPlay) planFor(r *Rehearsal, t casefile.Task) intent {
	if r.o.Silent || t.Stopped() {
		return intent{never: true} // nobody hurries while a clock is stopped
	}
	key := planKey(t)
	p, ok := v.plans[key]
	if !ok {
		p = v.draw(t, paceOf(t))
		v.plans[key] = p
	}
	if !p.never || !t.Escalated || !t.Awaiting.IsRole() {
		return p
	}
	key += fmt.Sprintf("/%d", t.Next.No)
	if p, ok = v.plans[key]; !ok {
		p = v.draw(t, pace{late: 0.7})
		v.plans[key] = p
	}
	return p
}

// draw draws when somebody does a task: most in time, some late, some never.
// All shares are [D], for the demo only.
func (v *inPlay) draw(t casefile.Task, m pace) intent {
	x := v.random.Float64()
	today := clock.DateOf(v.now)
	budget := max(t.DueOn.DaysSince(today), 1)
	var days int
	switch {
	case x < m.inTime:
		days = 1 + v.random.IntN(budget)
		if m.prompt {
			days = 1 + v.random.IntN(max(budget*2/3, 1))
		}
	case x < m.inTime+m.late:
		days = budget + 1 + v.random.IntN(20)
	default:
		return intent{never: true}
	}
	on := today.AddDays(days)
	calendar, err := clock.Embedded().Calendar(clock.Scotland)
	if err == nil && !calendar.IsWorkingDay(on) {
		on = calendar.NextWorkingDay(on)
	}
	typed := on
	if m.outside && v.random.Float64() < 0.05 {
		// It lay unopened for some days (C1): the attested day counts.
		typed = typed.AddDays(2 + v.random.IntN(5))
	}
	return intent{act: v.deskDay(typed).Start().Add(10 * time.Hour), attested: on}
}

// deskDay is the next day on which the case lies on somebody's desk: each case
// does so once a week, and what happened meanwhile is typed in then, under the
// day on which it happened.
func (v *inPlay) deskDay(from clock.Date) clock.Date {
	for from.Weekday() != v.weekday {
		from = from.AddDays(1)
	}
	return from
}

// pace is how reliably a kind of task is done.
type pace struct {
	inTime, late float64
	prompt       bool // well before the deadline
	outside      bool // by somebody outside the office
}

func paceOf(t casefile.Task) pace {
	switch t.Kind {
	case casefile.TaskQuestionnaire:
		return pace{inTime: 0.80, late: 0.12, outside: true}
	case casefile.TaskSchool, casefile.TaskGP, casefile.TaskHousing, casefile.TaskSocialWork, casefile.TaskReporter:
		return pace{inTime: 0.85, late: 0.08, outside: true}
	case casefile.TaskCommunity:
		return pace{inTime: 0.5, outside: true}
	case casefile.TaskCheck:
		return pace{inTime: 0.88, late: 0.11, outside: true}
	case casefile.TaskTriage:
		return pace{inTime: 0.85, late: 0.10, prompt: true} // the priority that is set then is the default
	case casefile.TaskPropose:
		return pace{inTime: 0.85, late: 0.10}
	case casefile.TaskAcceptMove:
		return pace{inTime: 0.4, late: 0.5}
	case casefile.TaskReport:
		return pace{inTime: 0.88, late: 0.08}
	case casefile.TaskWindow:
		return pace{inTime: 0.75}
	case casefile.TaskThreshold, casefile.TaskThinkAgain:
		return pace{}
	case casefile.TaskAppealWindow:
		return pace{inTime: 0.6} // of those who appeal; the others appeal late
	case casefile.TaskAppeal:
		return pace{late: 0.8} // the tribunal takes its time
	case casefile.TaskTraceMonthly, casefile.TaskTraceAgain, casefile.TaskDeparture:
		return pace{inTime: 0.9, late: 0.1}
	case casefile.TaskHold:
		return pace{inTime: 0.5, late: 0.3}
	case casefile.TaskArrival: // no ladder runs on a closed case that gives it a second chance
		return pace{inTime: 0.95, late: 0.05}
	case casefile.TaskTrace, casefile.TaskTraceToServe:
		return pace{inTime: 0.6, late: 0.3}
	}
	return pace{inTime: 0.95, late: 0.04, prompt: true}
}

// do sits down at somebody's desk and does an act. It reports whether it was accepted.
func (v *inPlay) do(
	ctx context.Context,
	r *Rehearsal,
	login string,
	act casefile.Act,
	subject int,
	on clock.Date,
	fields casefile.Fields,
	text string,
) (bool, error) {
	d, err := r.deskOf(ctx, login)
	if err != nil {
		return false, err
	}
	cmd, err := desk.New(v.ref, act, subject, on, fields, text)
	if err == nil && act == casefile.ActContact { // the same one of that day may be meant again
		cmd.Fields, err = casefile.Confirm(cmd.Fields)
	}
	if err != nil {
		return false, err
	}
	var receipt contract.Receipt
	err = persist(ctx, func() (err error) {
		receipt, _, err = d.DoOnce(ctx, cmd)
		return err
	})
	hidden := store.IsKind(err, store.NotFound) // who does not see the case can't act on it
	if hidden {
		err = nil
	}
	r.count(func(t *Tally) {
		t.Acts++
		if hidden || receipt.Refused != nil {
			t.Refused++
		}
	})
	return !hidden && err == nil && receipt.Refused == nil, err
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
