package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"

	"hame/internal/casefile"
)

// events counts the events of a typical review's history, and the actions that
// Temporal Cloud would bill for it.
func events(ctx context.Context) (figures []Figure, err error) {
	h, err := newInstallation(ctx, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = after(err, h.raze) }()
	if err := h.open(ctx); err != nil {
		return nil, err
	}
	defer func() { err = after(err, func() error { return h.shut(ctx) }) }()
	type segment struct {
		label string
		stage casefile.Stage
		until int64
	}
	var segments []segment
	around := func(r *typicalReview, label string, stage casefile.Stage, do func() error) error {
		if err := do(); err != nil {
			return err
		}
		until, err := settled(ctx, h.client, r.ref)
		segments = append(segments, segment{label, stage, until})
		return err
	}
	r, err := playTypical(ctx, h, around, func() { segments = nil })
	if err != nil {
		return nil, err
	}
	history, err := read(ctx, h.client, r.ref, "")
	if err != nil {
		return nil, err
	}

	all, skips := costs{}, 0
	by := map[string]map[string]costs{"stage": {}, "type": {}, "act": {}}
	acts, i := 0, 0
	bill := billing{}
	for _, e := range history.GetEvents() {
		for e.GetEventId() > segments[i].until && i < len(segments)-1 {
			i++
		}
		billed := bill.of(e)
		if isSkip(e) {
			skips++
			continue
		}
		kind := strings.TrimPrefix(e.GetEventType().String(), "EVENT_TYPE_")
		names := map[string]string{"stage": string(segments[i].stage), "type": kind, "act": segments[i].label}
		for what, name := range names {
			c := by[what][name]
			by[what][name] = costs{c.events + 1, c.actions + billed}
		}
		all = costs{all.events + 1, all.actions + billed}
	}
	times := map[string]int{}
	for _, s := range segments {
		times[s.label]++
		if s.label != labelStart && s.label != labelSkip {
			acts++
		}
	}
	parts := func(pick func(costs) int) []Part {
		var parts []Part
		for _, what := range []string{"stage", "type", "act"} {
			names := slices.SortedFunc(maps.Keys(by[what]), func(x, y string) int {
				return cmp.Or(pick(by[what][y])-pick(by[what][x]), cmp.Compare(x, y))
			})
			for _, name := range names {
				n := pick(by[what][name])
				if n == 0 {
					continue
				}
				note := ""
				if what == "act" {
					note = fmt.Sprintf("%d times", times[name])
				}
				parts = append(parts, Part{what + " " + name, float64(n), note})
			}
		}
		return parts
	}
	how := fmt.Sprintf("one review of two adults and two children, granted after a representation that was "+
		"answered: %d acts, each half-way to its deadline. "+
		"Floor: a start, and for each act an Update with one local activity (%s). By the stage, the type and the act "+
		"in which it was written", acts, "%s")
	return []Figure{
		Figure{Name: "events", Unit: "events a review", Measured: float64(all.events), Floor: float64(5 + 6*acts),
			Ratio: float64(all.events) / float64(5+6*acts), How: fmt.Sprintf(how, "six events") +
				fmt.Sprintf("; the %d events of skipping time, which no real review has, are left out.", skips),
			Parts: parts(func(c costs) int { return c.events }),
		}.aims("measured", atMost, 250),
		Figure{Name: "actions", Unit: "billed actions a review", Measured: float64(all.actions), Floor: float64(1 + 2*acts),
			Ratio: float64(all.actions) / float64(1+2*acts), How: fmt.Sprintf(how, "two actions") + ".",
			Parts: parts(func(c costs) int { return c.actions }),
		}.aims("measured", atMost, 80),
	}, nil
}

type costs struct{ events, actions int }

// billing counts billed actions (temporal.io, Temporal Cloud actions): all local
// activities of one workflow task are one.
type billing struct{ task int64 }

func (b *billing) of(e *historypb.HistoryEvent) int {
	switch e.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
		enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED,
		enumspb.EVENT_TYPE_TIMER_STARTED,
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
		enumspb.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
		return 1
	case enumspb.EVENT_TYPE_MARKER_RECORDED:
		a := e.GetMarkerRecordedEventAttributes()
		if a.GetMarkerName() != "LocalActivity" || a.GetWorkflowTaskCompletedEventId() == b.task {
			return 0
		}
		b.task = a.GetWorkflowTaskCompletedEventId()
		return 1
	}
	return 0
}

// isSkip tells an event of time skipping, which only a rehearsal has.
func isSkip(e *historypb.HistoryEvent) bool {
	switch e.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED:
		return true
	}
	return false
}

// read reads a run's history.
func read(ctx context.Context, c client.Client, id, run string) (*historypb.History, error) {
	history := &historypb.History{}
	for it := c.GetWorkflowHistory(ctx, id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); it.HasNext(); {
		e, err := it.Next()
		if err != nil {
			return nil, err
		}
		history.Events = append(history.Events, e)
	}
	return history, nil
}
