package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"go.temporal.io/sdk/client"

	"hame/activities"
	"hame/internal/casefile"
)

const started = 1_400 // reviews, of seven listing dates

// waiting is an installation with a worker that is warm, and families that are drawn and
// not started.
func waiting(ctx context.Context) (h *installation, n int, err error) {
	if h, err = newInstallation(ctx, false); err != nil {
		return nil, 0, err
	}
	if err := h.bring(ctx, share(started)*3/2); err != nil {
		return h, 0, err
	}
	if err := h.open(ctx); err != nil {
		return h, 0, err
	}
	_, err = h.acts.DrawFamilies(
		ctx,
		activities.DrawFamiliesParams{Lane: casefile.Legacy, Capacity: share(started) / 7, Now: time.Now()},
	)
	if err != nil {
		return h, 0, err
	}
	if err := h.sqlGet(ctx, &n, `select count(*) from listing`); err != nil {
		return h, 0, err
	}
	_, err = h.startBareOnes(ctx, "warm", n/10)
	return h, n, err
}

// starts measures how many reviews are started a second.
func starts(ctx context.Context) (figures []Figure, err error) {
	h, n, err := waiting(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = after(err, h.raze) }()
	defer func() { err = after(err, func() error { return h.shut(ctx) }) }()
	progress("starts: %d reviews", n)
	took, err := h.startReviews(ctx, n)
	if err != nil {
		return nil, err
	}
	progress("starts: %d bare workflows", n)
	floor, err := h.startBareOnes(ctx, "bare", n)
	if err != nil {
		return nil, err
	}
	aSecond := func(d time.Duration) float64 { return float64(n) / d.Seconds() }
	return []Figure{
		Figure{
			Name:     "starts",
			Unit:     "reviews a second",
			Measured: aSecond(took),
			Floor:    aSecond(floor),
			Ratio:    aSecond(took) / aSecond(floor),
			How: fmt.Sprintf("StartReviews starts the reviews of %d families that are drawn, until the last is open: "+
				"start with attributes and summary, OpenReview (a transaction), "+
				"attributes, the timer of the first rung. Floor: an activity starts as many workflows in the same way, each "+
				"of which runs a local activity that does nothing and starts a timer, "+
				"until the last has done so.", n),
		}.aims("ratio", atLeast, 0.8),
	}, nil
}

// startReviews runs StartReviews, and returns when all of them are open.
func (h *installation) startReviews(ctx context.Context, n int) (time.Duration, error) {
	return h.startAll(ctx, "reviews", bareStarts{}, func() (bool, error) {
		var open int
		err := h.sqlGet(ctx, &open, `select count(*) from review`)
		return open == n, err
	})
}

// startBareOnes starts bare workflows, and returns when all have done their activity.
func (h *installation) startBareOnes(ctx context.Context, prefix string, n int) (time.Duration, error) {
	nothings.Store(0)
	return h.startAll(ctx, prefix, bareStarts{prefix, n}, func() (bool, error) { return nothings.Load() == int64(n), nil })
}

func (h *installation) startAll(
	ctx context.Context,
	id string,
	bare bareStarts,
	done func() (bool, error),
) (time.Duration, error) {
	begun := time.Now()
	run, err := h.client.ExecuteWorkflow(
		ctx,
		client.StartWorkflowOptions{ID: "starter-" + id, TaskQueue: taskQueue},
		starterFlow,
		bare,
	)
	if err != nil {
		return 0, err
	}
	if err := run.Get(ctx, nil); err != nil {
		return 0, err
	}
	for range 600 {
		if all, err := done(); err != nil || all {
			return time.Since(begun), err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return 0, errors.New("not all that was started came to be open")
}

// memory measures what an open review takes of the worker's memory.
func memory(ctx context.Context) (figures []Figure, err error) {
	h, n, err := waiting(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = after(err, h.raze) }()
	defer func() { err = after(err, func() error { return h.shut(ctx) }) }()
	none := inUse()
	if _, err := h.startReviews(ctx, n); err != nil {
		return nil, err
	}
	reviews := inUse()
	if _, err := h.startBareOnes(ctx, "bare", n); err != nil {
		return nil, err
	}
	bares := inUse()
	each := func(now, before uint64) float64 { return (float64(now) - float64(before)) / float64(n) / 1024 }
	return []Figure{
		{
			Name:     "memory of a review",
			Unit:     "KiB in the worker's cache",
			Measured: each(reviews, none),
			Floor:    each(bares, reviews),
			Ratio:    each(reviews, none) / each(bares, reviews),
			How: fmt.Sprintf("heap and stacks in use after a "+
				"collection, with %d open reviews in the cache against none, each. "+
				"Floor: with as many bare workflows against none.", n),
		},
	}, nil
}

// inUse is the memory that the heap's objects and the stacks take, in bytes.
func inUse() uint64 {
	time.Sleep(2 * time.Second) // until the last tasks' answers are sent and dropped
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
