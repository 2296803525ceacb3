package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"hame/internal/casefile"
)

// statements counts what a typical review sends to the database.
func statements(ctx context.Context) (figures []Figure, err error) {
	h, err := newInstallation(ctx, true)
	if err != nil {
		return nil, err
	}
	defer func() { err = after(err, h.raze) }()
	if err := h.open(ctx); err != nil {
		return nil, err
	}
	defer func() { err = after(err, func() error { return h.shut(ctx) }) }()
	acts := 0
	var all sent
	byStage, byAct := map[string]sent{}, map[string]sent{}
	around := func(r *typicalReview, label string, stage casefile.Stage, do func() error) error {
		if label != labelStart && label != labelSkip {
			acts++
		}
		var s sent
		err := h.counting(ctx, &s, func() error {
			err := do()
			if err == nil {
				_, err = settled(ctx, h.client, r.ref)
			}
			return err
		})
		all.add(s)
		for name, by := range map[string]map[string]sent{string(stage): byStage, label: byAct} {
			sum := by[name]
			sum.add(s)
			by[name] = sum
		}
		return err
	}
	_, err = playTypical(ctx, h, around, func() {
		acts, all = 0, sent{}
		clear(byStage)
		clear(byAct)
	})
	if err != nil {
		return nil, err
	}
	// Of a stage or an act the dispatcher's looks are left out: it looks without them too.
	parts := func(what string, by map[string]sent) (parts []Part) {
		of := func(name string) int { return by[name].Statements - by[name].Looks }
		most := func(x, y string) int { return cmp.Or(of(y)-of(x), cmp.Compare(x, y)) }
		for _, name := range slices.SortedFunc(maps.Keys(by), most) {
			parts = append(parts, Part{what + " " + name, float64(of(name)), ""})
		}
		return parts
	}
	// An act costs the dispatcher two looks that it would not need: one takes the act, one strikes it.
	measured := float64(all.Statements - all.Looks + 2*acts)
	return []Figure{
		{Name: "statements", Unit: "statements a review",
			Measured: measured, Floor: float64(6 * acts), Ratio: measured / float64(6*acts),
			How: fmt.Sprintf("the same review of %d acts, counted by PostgreSQL (pg_stat_statements): "+
				"what the worker and the staff sent, begin and commit included, each a round trip; "+
				"%d of them are the staff's, who send one to record an act and one to wait for its outcome. "+
				"Of the dispatcher's %d looks for something to do the two are counted that take an act and strike it; "+
				"the others are there without a review too. "+
				"Floor: one to record each act; to act on it begin, read, write, the outcome, commit.",
				acts, all.Staff, all.Looks),
			Parts: slices.Concat(parts("stage", byStage), parts("act", byAct),
				[]Part{{"run inside them, by functions and triggers", float64(all.Nested), "not in the sum"}})},
	}, nil
}
