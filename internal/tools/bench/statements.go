package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hame/internal/casefile"
)

// statements counts what a typical review sends to the database.
func statements(ctx context.Context) (figures []Figure, err error) {
	h, err := newHouse(ctx, true)
	if err != nil {
		return nil, err
	}
	defer func() { err = after(err, h.raze) }()
	if err := h.open(ctx); err != nil {
		return nil, err
	}
	defer func() { err = after(err, func() error { return h.shut(ctx) }) }()
	acts := 0
	around := func(r *review, label string, stage casefile.Stage, do func() error) error {
		h.proxy.under(fmt.Sprintf("%s: %s", stage, label), false)
		err := do()
		if err == nil {
			_, err = settled(ctx, h.client, r.ref)
		}
		h.proxy.under("", false)
		if label != labelStart && label != labelSkip {
			acts++
		}
		return err
	}
	_, err = playTypical(ctx, h, around, func() {
		acts = 0
		clear(h.proxy.tally)
	})
	if err != nil {
		return nil, err
	}
	delete(h.proxy.tally, "")
	all := h.proxy.sum("")
	byStage, byAct := map[string]traffic{}, map[string]traffic{}
	for label, t := range h.proxy.tally {
		stage, act, _ := strings.Cut(label, ": ")
		for name, by := range map[string]map[string]traffic{stage: byStage, act: byAct} {
			sum := by[name]
			by[name] = traffic{sum.Statements + t.Statements - t.Looks, sum.RoundTrips + t.RoundTrips - t.Looks, sum.Staff + t.Staff, t.Looks}
		}
	}
	parts := func(pick func(traffic) int) []Part {
		var parts []Part
		for what, by := range map[string]map[string]traffic{"act": byAct, "stage": byStage} {
			for _, name := range slices.SortedFunc(maps.Keys(by), func(x, y string) int { return cmp.Or(pick(by[y])-pick(by[x]), cmp.Compare(x, y)) }) {
				parts = append(parts, Part{what + " " + name, float64(pick(by[name])), ""})
			}
		}
		slices.SortStableFunc(parts, func(x, y Part) int { return strings.Compare(y.Name[:3], x.Name[:3]) })
		return parts
	}
	// An act costs the dispatcher two looks that it would not need: one takes the act, one strikes it.
	idle := all.Looks - 2*acts
	all.Statements, all.RoundTrips = all.Statements-idle, all.RoundTrips-idle
	how := fmt.Sprintf("the same review of %d acts, counted on the wire: every message to PostgreSQL under the worker's and the staff's logins, "+
		"begin and commit included; of the statements %d are the staff's, who send one to record an act and one to wait for its outcome. "+
		"Of the dispatcher's %d looks for something to do the two are counted that take an act and strike it; the others are there without a review too. ",
		acts, all.Staff, all.Looks)
	return []Figure{
		{Name: "round trips", Unit: "round trips a review", Measured: float64(all.RoundTrips), Floor: float64(2 * acts), Ratio: float64(all.RoundTrips) / float64(2*acts),
			How: how + "Floor: one to record each act and one to act on it.", Parts: parts(func(t traffic) int { return t.RoundTrips })},
		{Name: "statements", Unit: "statements a review", Measured: float64(all.Statements), Floor: float64(6 * acts), Ratio: float64(all.Statements) / float64(6*acts),
			How:   how + "Floor: one to record each act; to act on it begin, read, write, the outcome, commit.",
			Parts: parts(func(t traffic) int { return t.Statements })},
	}, nil
}
