package main

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/rehearsal"
)

const (
	rehearsed = 60 // families
	parallel  = 24 // as starter rehearse has it
)

// rehearse measures how many families a minute a rehearsal plays through, against
// bare workflows with as many messages.
func rehearse(ctx context.Context) (figures []Figure, err error) {
	h, err := newInstallation(ctx, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = after(err, h.raze) }()
	families := share(rehearsed)
	if err := h.bring(ctx, families); err != nil {
		return nil, err
	}
	if err := h.open(ctx); err != nil {
		return nil, err
	}
	defer func() { err = after(err, func() error { return h.shut(ctx) }) }()
	progress("rehearsal: %d families, two years", families)
	archie, err := h.as(ctx, "archie")
	if err != nil {
		return nil, err
	}
	today := clock.DateOf(time.Now())
	lane := casefile.BacklogFields{Lane: casefile.Legacy, Capacity: families}
	if _, err := archie.DoOnLane(ctx, casefile.ActBacklogStart, today, lane); err != nil {
		return nil, err
	}
	r, err := rehearsal.New(ctx, rehearsal.Options{Store: h.store, DatabaseURL: h.admin, Temporal: h.clients,
		Horizon: today.AddYears(2).Start(), Seed: 2007, Parallel: parallel})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	begun := time.Now()
	if err := r.Run(ctx); err != nil {
		return nil, err
	}
	took := time.Since(begun)
	tally := r.Tally()

	var refs []struct {
		Case  string `db:"case_ref"`
		Apart bool   `db:"apart"` // a restricted family's review runs in a namespace of its own
	}
	if err := h.selects(ctx, &refs, `select case_ref, apart from review`); err != nil {
		return nil, err
	}
	timers, locals := 0, 0
	for _, ref := range refs {
		history, err := read(ctx, h.clients.Of(ref.Apart), ref.Case, "")
		if err != nil {
			return nil, err
		}
		for _, e := range history.GetEvents() {
			switch e.GetEventType() {
			case enumspb.EVENT_TYPE_TIMER_STARTED:
				timers++
			case enumspb.EVENT_TYPE_MARKER_RECORDED:
				locals++
			}
		}
	}
	each := func(n int) int { return int(math.Round(float64(n) / float64(len(refs)))) }
	s := bareState{Timers: each(timers), Acts: each(tally.Acts), Apart: 14 * 24 * time.Hour}
	progress("rehearsal: %d bare workflows", len(refs))
	floor, err := h.playBare(ctx, len(refs), s, each(tally.Forwards))
	if err != nil {
		return nil, err
	}
	aMinute := func(d time.Duration) float64 { return float64(len(refs)) / d.Minutes() }
	return []Figure{
		Figure{
			Name:     "rehearsal",
			Unit:     "families a minute",
			Measured: aMinute(took),
			Floor:    aMinute(floor),
			Ratio:    aMinute(took) / aMinute(floor),
			How: fmt.Sprintf("%d families that were imported are drawn, started and played for two years by simulated "+
				"people, %d at once, as starter rehearse does. "+
				"Floor: as many bare workflows with the same average of Updates (%d), timers (%d) and skips of time (%d), "+
				"and a local activity that does nothing for each Update and timer; "+
				"no database.", len(refs), parallel, s.Acts, s.Timers, each(tally.Forwards)),
			Parts: []Part{
				{"acts", float64(tally.Acts), ""},
				{"of them refused by a rule", float64(tally.Refused), ""},
				{"timers started", float64(timers), ""},
				{
					"local activities",
					float64(locals),
					"",
				},
				{"skips of time", float64(tally.Forwards), ""},
				{"reviews ended", float64(tally.Ended), ""},
			},
		}.aims("ratio", atLeast, 0.7),
	}, nil
}

// playBare plays bare workflows to their end, as many at once as the rehearsal,
// and returns how long it took.
func (h *installation) playBare(ctx context.Context, n int, s bareState, forwards int) (time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	begun := time.Now()
	var players sync.WaitGroup
	turns := make(chan string, n)
	for i := range n {
		turns <- fmt.Sprintf("bare-%d", i)
	}
	close(turns)
	for range parallel {
		players.Go(func() {
			for id := range turns {
				if err := h.playOneBare(ctx, id, s, forwards); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	players.Wait()
	return time.Since(begun), context.Cause(ctx)
}

func (h *installation) playOneBare(ctx context.Context, id string, s bareState, forwards int) error {
	if err := h.startBare(ctx, id, s); err != nil {
		return err
	}
	now, sent := time.Now(), 0
	step := (s.Apart*time.Duration(s.Timers) + time.Hour) / time.Duration(forwards)
	for f := range forwards {
		var err error
		if now, err = h.clock().Forward(ctx, id, now, now.Add(step)); err != nil {
			return err
		}
		for ; sent < s.Acts*(f+1)/forwards; sent++ {
			act := fmt.Sprint(sent)
			handle, err := h.client.UpdateWorkflow(
				ctx,
				client.UpdateWorkflowOptions{WorkflowID: id, UpdateName: bareUpdate, UpdateID: act, Args: []any{act},
					WaitForStage: client.WorkflowUpdateStageCompleted},
			)
			if err != nil {
				return err
			}
			if err := handle.Get(ctx, nil); err != nil {
				return err
			}
		}
	}
	return h.client.GetWorkflow(ctx, id, "").Get(ctx, nil)
}
