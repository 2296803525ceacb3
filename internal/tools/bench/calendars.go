package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/store"
)

const (
	movedDeadlines = 10_000
	deadlinesEach  = 8 // of a review that moves
	idlePart       = 4 // one review in so many has no deadline that moves
)

// calendars measures how fast the deadlines of running reviews are moved when a
// day becomes a holiday, and what it costs the reviews of which none moves.
func calendars(ctx context.Context) (figures []Figure, err error) {
	moving := share(movedDeadlines) / deadlinesEach
	idle := moving / idlePart
	h, err := newInstallation(ctx, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = after(err, h.raze) }()
	if err := h.bring(ctx, (moving+idle)*3/2); err != nil {
		return nil, err
	}
	if err := h.open(ctx); err != nil {
		return nil, err
	}
	defer func() { err = after(err, func() error { return h.shut(ctx) }) }()
	draw := activities.DrawFamiliesParams{Lane: casefile.Legacy, Capacity: (moving + idle) / 6, Now: time.Now()}
	if _, err := h.acts.DrawFamilies(ctx, draw); err != nil {
		return nil, err
	}
	var refs []string
	if err := h.selects(ctx, &refs, `select case_ref from listing order by case_ref`); err != nil {
		return nil, err
	}
	if len(refs) < idle*2 {
		return nil, fmt.Errorf("%d families were drawn; %d are needed", len(refs), moving+idle)
	}
	if _, err := h.startReviews(ctx, len(refs)); err != nil {
		return nil, err
	}
	idle = min(idle, len(refs)-1)
	moving = len(refs) - idle
	added, err := h.givesScottishDeadlines(ctx, refs[idle:])
	if err != nil {
		return nil, err
	}
	before, err := h.lengths(ctx, refs[:idle])
	if err != nil {
		return nil, err
	}
	progress("calendars: %d reviews with deadlines that move, %d without", moving, idle)
	progressed, took, err := h.changesCalendar(ctx, added)
	if err != nil {
		return nil, err
	}
	now, err := h.lengths(ctx, refs[:idle])
	if err != nil {
		return nil, err
	}
	progress("calendars: %d Updates of bare workflows", moving)
	floor, err := h.updatesBares(ctx, moving)
	if err != nil {
		return nil, err
	}
	aSecond := func(d time.Duration) float64 { return float64(progressed.Deadlines) / d.Seconds() }
	how := "a day becomes a holiday in Scotland, within %d running deadlines of %d reviews (eight each): the " +
		"version is stored, the cases found, and each moved by one Update that works out " +
		"its deadlines, keeps the old dates and sets the timer anew; until the change is recorded as done. Floor: one " +
		"Update each of as many bare workflows, as many at once, with a local activity that does nothing; no database."
	return []Figure{
		{
			Name:     "calendar",
			Unit:     "deadlines moved a second",
			Measured: aSecond(took),
			Floor:    aSecond(floor),
			Ratio:    aSecond(took) / aSecond(floor),
			How:      fmt.Sprintf(how, progressed.Deadlines, progressed.Cases),
			Parts: []Part{
				{"deadlines moved", float64(progressed.Deadlines), ""},
				{"reviews, one Update each", float64(progressed.Cases), ""},
				{"seconds", took.Seconds(), ""},
				{"floor: seconds", floor.Seconds(), ""},
			},
		},
		Figure{Name: "calendar, idle", Unit: "events", Measured: float64(now - before),
			How: fmt.Sprintf("events that the change added to the histories of %d reviews of which no deadline moved: "+
				"without an event there was no workflow task.", idle),
		}.aims("measured", atMost, 0),
	}, nil
}

// givesScottishDeadlines gives each of the cases the deadlines of a review whose
// evidence is gathered, all by Scotland's calendar, and returns a day within them.
func (h *installation) givesScottishDeadlines(ctx context.Context, refs []string) (clock.Date, error) {
	scotland, err := clock.Embedded().Calendar(clock.Scotland)
	if err != nil {
		return clock.Date{}, err
	}
	today := clock.DateOf(time.Now())
	due := scotland.AddWorkingDays(today, 20)
	err = h.sql(ctx, func(c *sqlx.Conn) error {
		query, args, err := sqlx.In(`
			insert into task (case_ref, kind, subject, stage, awaiting, began, days, unit, calendar, due_on,
				provisional, opened_at, next_rung, next_at)
			select r.case_ref, 'evidence.housing', 100 + k, 'evidence', 'housing', ?, 20, 'working', 'scotland', ?,
				false, now(), 'due', ?
			from review r, generate_series(1, ?) k where r.case_ref in (?)`, today, due, clock.LateAt(due), deadlinesEach, refs)
		if err == nil {
			_, err = c.ExecContext(ctx, c.Rebind(query), args...)
		}
		return err
	})
	return scotland.AddWorkingDays(today, 3), err
}

// changesCalendar makes a day a holiday in Scotland, and returns how long it takes
// until every deadline is moved.
func (h *installation) changesCalendar(
	ctx context.Context,
	day clock.Date,
) (store.CalendarProgress, time.Duration, error) {
	var progressed store.CalendarProgress
	archie, err := h.as(ctx, "archie")
	if err != nil {
		return progressed, 0, err
	}
	begun := time.Now()
	no, err := h.putsInForce(ctx, archie, day)
	if err != nil {
		return progressed, 0, err
	}
	for progressed.No != no || !progressed.Finished {
		if progressed, err = archie.Store.CalendarProgress(ctx); err != nil {
			return progressed, 0, err
		}
		select {
		case <-ctx.Done():
			return progressed, 0, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return progressed, time.Since(begun), nil
}

// putsInForce puts a version of the calendars in force in which a day more is a
// holiday in Scotland, and returns the number of the change.
func (h *installation) putsInForce(ctx context.Context, archie *desk.Desk, day clock.Date) (int64, error) {
	from, err := archie.Store.HolidaysInForce(ctx)
	if err != nil {
		return 0, err
	}
	to, err := clock.NewHolidays(
		"bench",
		append(from.Days(), clock.Holiday{Division: clock.DivisionScotland, Date: day, Title: "bench"}),
	)
	if err != nil {
		return 0, err
	}
	cmd, err := desk.New(
		"",
		casefile.ActApplyCalendar,
		0,
		clock.DateOf(time.Now()),
		&casefile.CalendarFields{Version: to.Version(), Label: to.Label(), Reason: "bench"},
		"",
	)
	if err != nil {
		return 0, err
	}
	cmd.Office = store.CalendarOffice
	return archie.Store.ApplyCalendar(ctx, cmd, from, to)
}

// lengths is how many events the histories of reviews have together.
func (h *installation) lengths(ctx context.Context, refs []string) (int64, error) {
	var sum atomic.Int64
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(8)
	for _, ref := range refs {
		all.Go(func() error {
			d, err := h.client.DescribeWorkflowExecution(ctx, ref, "")
			if err == nil {
				sum.Add(d.GetWorkflowExecutionInfo().GetHistoryLength())
			}
			return err
		})
	}
	err := all.Wait()
	return sum.Load(), err
}

// updatesBares sends one Update to each of so many bare workflows that wait, and
// returns how long that takes.
func (h *installation) updatesBares(ctx context.Context, n int) (time.Duration, error) {
	if _, err := h.startBareOnes(ctx, "idle", n); err != nil {
		return 0, err
	}
	begun := time.Now()
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(activities.MovedAtOnce)
	for i := range n {
		all.Go(func() error {
			handle, err := h.client.UpdateWorkflow(
				ctx,
				client.UpdateWorkflowOptions{WorkflowID: fmt.Sprintf("idle-%d", i), UpdateName: bareUpdate, UpdateID: "one",
					Args: []any{"one"}, WaitForStage: client.WorkflowUpdateStageCompleted},
			)
			if err != nil {
				return err
			}
			return handle.Get(ctx, nil)
		})
	}
	err := all.Wait()
	return time.Since(begun), err
}
