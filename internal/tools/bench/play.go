package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/internal/store"
)

// typical is two adults and two children at school, of Glasgow, six years here,
// represented and supported.
func typical(key string, today clock.Date) casefile.Family {
	f := practice.Family(key, today)
	f.People = append(f.People, practice.Member(key, 4, casefile.Child, today, 7))
	for i := range f.People {
		if p := &f.People[i]; p.Relationship == casefile.Child {
			p.School = "SYNTHETIC Primary School"
		}
	}
	f.People[0].OwnClaim = true
	return f
}

// manner is how it is worked on: granted after a representation.
var manner = practice.Manner{Represent: true}

// typicalReview is the review of one family, played by an office that does everything
// half-way to its deadline.
type typicalReview struct {
	h   *installation
	ref string
	now time.Time
	// around is called with each thing that is done, and does it. The label is the
	// act, or skip for what the review does by itself while its clock is moved.
	around func(label string, stage casefile.Stage, do func() error) error
	// second tells that the grant was one of those drawn for a second officer.
	second bool
}

const (
	labelStart = "start"
	labelSkip  = "(rungs and stages)"
)

// begin imports a typical family, lists it for a working day some days on, and
// starts its review as StartReviews does.
func (r *typicalReview) begin(ctx context.Context, key string) error {
	r.now = time.Now()
	today := clock.DateOf(r.now)
	archie, err := r.h.as(ctx, "archie")
	if err != nil {
		return err
	}
	families := []casefile.Family{typical(key, today)}
	if _, err := archie.Store.Import(ctx, families, key, true, today, func() {}); err != nil {
		return err
	}
	calendar, err := clock.Embedded().Calendar(clock.EnglandAndWales)
	if err != nil {
		return err
	}
	on := calendar.AddWorkingDays(today, 25)
	err = r.h.sqlGet(ctx, &r.ref, `select case_ref from family where family_key = $1`, key)
	if err != nil {
		return err
	}
	return r.around(labelStart, casefile.Listed, func() error {
		err := r.h.store.InTx(ctx, func(tx *store.Tx) error {
			_, err := tx.List(ctx, r.ref, r.now, on, "bench")
			return err
		})
		if err != nil {
			return err
		}
		start := casefile.NewReview(r.ref, casefile.Legacy, "S12000049", r.now, on)
		options := contract.ReviewOptions(start, taskQueue)
		if _, err := r.h.client.ExecuteWorkflow(ctx, options, contract.CaseReviewWorkflow, start); err != nil {
			return err
		}
		return r.forward(ctx, r.now.Add(time.Minute))
	})
}

// play plays the review to its end.
func (r *typicalReview) play(ctx context.Context) error {
	for range 400 {
		var state casefile.Facts
		type due struct {
			task casefile.Task
			at   time.Time
		}
		var first due
		err := r.h.store.InTx(ctx, func(tx *store.Tx) (err error) {
			if state, err = tx.Review(ctx, r.ref); err != nil {
				return err
			}
			for _, t := range state.Tasks {
				row, err := tx.Task(ctx, r.ref, t.Kind, t.Subject)
				if err != nil {
					return err
				}
				at := row.Began.AddDays((row.DueOn.DaysSince(row.Began) + 1) / 2).Start().Add(10 * time.Hour)
				if first.at.IsZero() || at.Before(first.at) {
					first = due{t, at}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if state.Stage == casefile.Closed {
			return nil
		}
		if first.at.IsZero() {
			first.at = state.ListingAt.Add(time.Hour)
		}
		if first.at.After(r.now) {
			if err := r.around(labelSkip, state.Stage, func() error { return r.forward(ctx, first.at) }); err != nil {
				return err
			}
			continue
		}
		deeds := manner.Answer(first.task)
		if len(deeds) == 0 {
			return fmt.Errorf("nobody knows what to do about %s", first.task.Kind)
		}
		r.second = r.second || first.task.Kind == casefile.TaskAgree
		for _, d := range deeds {
			if err := r.around(string(d.Act), state.Stage, func() error { return r.do(ctx, d) }); err != nil {
				return fmt.Errorf("%s: %w", d.Act, err)
			}
		}
	}
	return errors.New("the review does not come to its end")
}

func (r *typicalReview) forward(ctx context.Context, to time.Time) (err error) {
	r.now, err = r.h.clock().Forward(ctx, r.ref, r.now, to)
	return err
}

// do does one act through the desk.
func (r *typicalReview) do(ctx context.Context, d practice.Deed) error {
	at, err := r.h.as(ctx, d.Login)
	if err != nil {
		return err
	}
	f := practice.File{People: []int{1, 2, 3, 4}, Today: clock.DateOf(r.now)}
	if f.Revision, err = r.revision(ctx); err != nil {
		return err
	}
	if d.Text != "" {
		d.Text = text
	}
	cmd, err := desk.New(r.ref, d.Act, d.Subject, f.Today, d.On(f), d.Text)
	if err != nil {
		return err
	}
	receipt, err := at.Do(ctx, cmd)
	if err == nil && receipt.Refused != nil {
		err = receipt.Refused
	}
	return err
}

// revision is the file's, as an author reads it from the record: as the superuser, so
// that it is not counted, for nobody would ask for it alone.
func (r *typicalReview) revision(ctx context.Context) (n int, err error) {
	return n, r.h.sqlGet(ctx, &n, `select coalesce(max(revision), 0) from review where case_ref = $1`, r.ref)
}

// text is as long as what an officer writes.
const text = "SYNTHETIC: what was said, at the length of a short letter, so that it takes about as much room as " +
	"one would."

// playTypical plays a family that was not drawn for a second officer: a grant in
// ten is, and would make one run's figures another's.
func playTypical(
	ctx context.Context,
	h *installation,
	around func(r *typicalReview, label string, stage casefile.Stage, do func() error) error,
	restart func(),
) (*typicalReview, error) {
	for n := range 20 {
		restart()
		r := &typicalReview{h: h}
		r.around = func(label string, stage casefile.Stage, do func() error) error { return around(r, label, stage, do) }
		if err := r.begin(ctx, fmt.Sprintf("SYN-TYPICAL%d", n)); err != nil {
			return nil, err
		}
		if err := r.play(ctx); err != nil {
			return nil, err
		}
		if !r.second {
			return r, nil
		}
	}
	return nil, errors.New("twenty grants in turn were drawn for a second officer")
}

// settled waits until a workflow has nothing under way.
func settled(ctx context.Context, c client.Client, id string) (events int64, err error) {
	for {
		d, err := c.DescribeWorkflowExecution(ctx, id, "")
		if err != nil {
			return 0, err
		}
		if d.GetPendingWorkflowTask() == nil && len(d.GetPendingActivities()) == 0 {
			return d.GetWorkflowExecutionInfo().GetHistoryLength(), nil
		}
		time.Sleep(5 * time.Millisecond)
	}
}
