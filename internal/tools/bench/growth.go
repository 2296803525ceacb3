package main

import (
	"bytes"
	"context"
	_ "embed" // what is in the database before
	"fmt"
	"time"

	"hame/activities"
	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
	"hame/internal/synthetic"
)

//go:embed fill.sql
var fill string

// capacity is the families listed a week in a programme of so many: a tenth in
// eleven weeks, as in the demo, and no more than a lane may have.
func capacity(families int) int { return min(max(families/110, 1), 1000) }

// reads is what the database did for something.
type reads struct {
	statements, rows, buffers float64
}

// growth measures whether a family costs the same however many there are.
func growth(ctx context.Context) ([]Figure, error) {
	sizes := []int{1_000, 10_000, 100_000}
	got := map[string][]reads{}
	names := []string{"review", "reading", "draw"}
	for _, n := range sizes {
		progress("growth: %d families", n)
		one, err := growthAt(ctx, n)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			got[name] = append(got[name], one[name])
		}
	}
	how := fmt.Sprintf("a family's review from its listing to its end (review), the lists that a caseworker reads "+
		"(reading), and its share of a week's draw, "+
		"for a programme whose capacity grows with it (draw), with %d families in the database already, a tenth of "+
		"them under review or closed. "+
		"Measured with %d, floor with %d. ", sizes[len(sizes)-1], sizes[len(sizes)-1], sizes[0])
	figure := func(name, unit string, pick func(reads) float64, of string) Figure {
		f := Figure{Name: name, Unit: unit, How: how + of}
		for i, size := range sizes {
			sum := 0.0
			for _, name := range names {
				sum += pick(got[name][i])
				f.Parts = append(f.Parts, Part{fmt.Sprintf("%d families: %s", size, name), pick(got[name][i]), ""})
			}
			if i == 0 {
				f.Floor = sum
			}
			f.Measured = sum
		}
		f.Ratio = f.Measured / f.Floor
		return f
	}
	return []Figure{
		figure(
			"growth of statements",
			"statements a family",
			func(r reads) float64 { return r.statements },
			"PostgreSQL counts the statements (pg_stat_statements); the dispatcher's looks for something to do are left out.",
		).aims("ratio", atMost, 1.1),
		figure("growth of rows read", "rows read a family", func(r reads) float64 { return r.rows },
			"Rows are those that the server read from tables (pg_stat_user_tables).").aims("ratio", atMost, 1.1),
		figure("growth of pages read", "pages a family", func(r reads) float64 { return r.buffers },
			"Pages of 8 kB of tables and indexes (pg_statio_user_tables); a deeper index has more, so that they grow "+
				"with the logarithm."),
	}, nil
}

func growthAt(ctx context.Context, n int) (got map[string]reads, err error) {
	h, err := newInstallation(ctx, true)
	if err != nil {
		return nil, err
	}
	defer func() { err = after(err, h.raze) }()
	if err := h.bring(ctx, n); err != nil {
		return nil, err
	}
	if err := h.exec(ctx, fill); err != nil {
		return nil, err
	}
	got = map[string]reads{}
	drawn := 0
	got["draw"], err = h.measured(ctx, func(all *sent) error {
		before := 0
		if err := h.sqlGet(ctx, &before, `select count(*) from listing`); err != nil {
			return err
		}
		err := h.counting(ctx, all, func() error {
			_, err := h.acts.DrawFamilies(
				ctx,
				activities.DrawFamiliesParams{Lane: casefile.Legacy, Capacity: capacity(n), Now: time.Now()},
			)
			return err
		})
		if err != nil {
			return err
		}
		if err := h.sqlGet(ctx, &drawn, `select count(*) from listing`); err != nil {
			return err
		}
		drawn -= before
		return nil
	})
	if err != nil {
		return nil, err
	}
	if drawn == 0 {
		return nil, fmt.Errorf("of %d families nobody was drawn", n)
	}
	d := got["draw"]
	got["draw"] = reads{d.statements / float64(drawn), d.rows / float64(drawn), d.buffers / float64(drawn)}
	var r *typicalReview
	for r == nil || r.second {
		got["review"], err = h.measured(ctx, func(all *sent) error {
			r = &typicalReview{h: h, around: func(_ string, _ casefile.Stage, do func() error) error {
				return h.counting(ctx, all, func() error {
					if err := do(); err != nil {
						return err
					}
					_, err := settled(ctx, h.client, r.ref)
					return err
				})
			}}
			if err := r.begin(ctx, fmt.Sprintf("SYN-TYPICAL%d", time.Now().UnixNano())); err != nil {
				return err
			}
			return r.play(ctx)
		})
		if err != nil {
			return nil, err
		}
	}
	got["reading"], err = h.measured(ctx, func(all *sent) error {
		morag, err := h.as(ctx, "morag")
		if err != nil {
			return err
		}
		s := morag.Store
		return h.counting(ctx, all, func() error {
			for range 10 { // a case is looked at some ten times
				if _, err := s.Tasks(ctx, store.TaskFilter{Mine: true}, 200); err != nil {
					return err
				}
				if _, err := s.CaseFile(ctx, r.ref, "case"); err != nil {
					return err
				}
				if _, err := s.CaseSummary(ctx, r.ref); err != nil {
					return err
				}
			}
			return nil
		})
	})
	return got, err
}

// measured opens the installation, does something in it, shuts it and says what the
// database did for it. What do adds to its argument are the statements that count;
// the dispatcher's looks for something to do are left out of them.
func (h *installation) measured(ctx context.Context, do func(*sent) error) (reads, error) {
	var before, then struct {
		Rows    float64 `db:"rows"`
		Buffers float64 `db:"buffers"`
	}
	const query = `select
		(select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) from pg_stat_user_tables) as rows,
		(select sum(coalesce(heap_blks_hit, 0) + coalesce(heap_blks_read, 0)
			+ coalesce(idx_blks_hit, 0) + coalesce(idx_blks_read, 0)) from pg_statio_user_tables) as buffers`
	if err := h.open(ctx); err != nil {
		return reads{}, err
	}
	var all sent
	err := h.sqlGet(ctx, &before, query)
	if err == nil {
		err = do(&all)
	}
	if err := after(err, func() error { return h.shut(ctx) }); err != nil {
		return reads{}, err
	}
	err = h.sqlGet(ctx, &then, query)
	return reads{float64(all.Statements - all.Looks), then.Rows - before.Rows, then.Buffers - before.Buffers}, err
}

// bring imports a synthetic backlog of so many families.
func (h *installation) bring(ctx context.Context, n int) error {
	var body bytes.Buffer
	today := clock.DateOf(time.Now())
	if err := synthetic.Generate(&body, synthetic.Options{Cases: n, Seed: 2007, AsOf: today}); err != nil {
		return err
	}
	address, err := store.As(h.admin, "archie")
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, address, 2)
	if err != nil {
		return err
	}
	_, err = s.ImportFrom(ctx, func(take func(casefile.Family) error) (store.Brought, error) {
		_, err := backlog.Scan(body.Bytes(), today, take)
		return store.Brought{Synthetic: true}, err
	}, "bench", today)
	return after(err, s.Close)
}
