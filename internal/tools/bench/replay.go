package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	sdklog "go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hame/internal/casefile"
	"hame/internal/codec"
	"hame/internal/settings"
	"hame/workflows"
)

const silentYears = 5

// replay measures how long a worker takes to have a review of five years in its
// cache again.
func replay(ctx context.Context) (figures []Figure, err error) {
	h, err := newInstallation(ctx, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = after(err, h.raze) }()
	if err := h.open(ctx); err != nil {
		return nil, err
	}
	defer func() { err = after(err, func() error { return h.shut(ctx) }) }()
	r := &typicalReview{h: h, around: func(_ string, _ casefile.Stage, do func() error) error { return do() }}
	if err := r.begin(ctx, "SYN-SILENT"); err != nil {
		return nil, err
	}
	progress("replay: five years of silence")
	if err := r.forward(ctx, r.now.AddDate(silentYears, 0, 0)); err != nil {
		return nil, err
	}
	history, err := read(ctx, h.client, r.ref, "")
	if err != nil {
		return nil, err
	}
	timers := 0
	for _, e := range history.GetEvents() {
		if e.GetEventType() == enumspb.EVENT_TYPE_TIMER_STARTED {
			timers++
		}
	}
	s := bareState{Timers: timers, Apart: 10 * 24 * time.Hour, Acts: 1} // it stays open
	if err := h.startBare(ctx, "silent", s); err != nil {
		return nil, err
	}
	now := time.Now()
	if _, err := h.clock().Forward(ctx, "silent", now, now.Add(s.Apart*time.Duration(timers)+time.Hour)); err != nil {
		return nil, err
	}
	plain, err := read(ctx, h.client, "silent", "")
	if err != nil {
		return nil, err
	}
	took, err := replayed(r.ref, history)
	if err != nil {
		return nil, err
	}
	floor, err := replayed("silent", plain)
	if err != nil {
		return nil, err
	}
	each := func(d time.Duration, h *historypb.History) float64 {
		return float64(d.Microseconds()) / float64(len(h.GetEvents()))
	}
	return []Figure{
		{
			Name:     "replay",
			Unit:     "microseconds an event",
			Measured: each(took, history),
			Floor:    each(floor, plain),
			Ratio:    each(took, history) / each(floor, plain),
			How: fmt.Sprintf("the history of a review about which nobody does anything for %d years, replayed from cold "+
				"by the SDK's replayer, payloads decrypted; the median of %d times. "+
				"Floor: that of a bare workflow with as many timers and local activities.", silentYears, replays),
			Parts: []Part{
				{"events", float64(len(history.GetEvents())), ""},
				{"the whole, milliseconds", float64(took.Microseconds()) / 1000, ""},
				{
					"floor: events",
					float64(len(plain.GetEvents())),
					"",
				},
				{"floor: the whole, milliseconds", float64(floor.Microseconds()) / 1000, ""},
			},
		},
	}, nil
}

const replays = 9

// replayed replays a history some times, and returns the median of how long it takes.
func replayed(id string, history *historypb.History) (time.Duration, error) {
	keyset, err := settings.Keyset()
	if err != nil {
		return 0, err
	}
	var took []time.Duration
	for range replays {
		r, err := sdkworker.NewWorkflowReplayerWithOptions(
			sdkworker.WorkflowReplayerOptions{Plugins: []sdkworker.Plugin{codec.WorkerPlugin(keyset)}},
		)
		if err != nil {
			return 0, err
		}
		workflows.Register(r)
		r.RegisterWorkflowWithOptions(bare, workflow.RegisterOptions{Name: bareWorkflow})
		begun := time.Now()
		err = r.ReplayWorkflowHistoryWithOptions(sdklog.NewStructuredLogger(settings.Quiet()), history,
			sdkworker.ReplayWorkflowHistoryOptions{OriginalExecution: workflow.Execution{ID: id}})
		if err != nil {
			return 0, err
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}
