package rehearsal

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/synthetic"
)

// Share returns how many new claims come beside a backlog of so many families: some sixty
// beside the 1,100 of domain.md 6.5 [D], and in proportion.
func Share(families int) int { return (families*60 + 550) / 1100 }

// claimYears is over how many years the new claims come.
const claimYears = 5

// arrivals are the families that make a new claim while the backlog is cleared: evenly over
// [claimYears], also before an earlier horizon, so that a shorter rehearsal sees fewer of them.
type arrivals struct {
	first int // the number of the first of them
	days  []clock.Date
}

// newArrivals spreads so many claims from a day on. last is the greatest number that a
// synthetic family of the database has.
func newArrivals(claims, last int, from clock.Date) *arrivals {
	a := &arrivals{first: last + 1}
	span := from.AddYears(claimYears).DaysSince(from)
	for i := range claims {
		a.days = append(a.days, from.AddDays((2*i+1)*span/(2*claims)))
	}
	return a
}

// come brings in those who have come by a day, each with the file of its own day, as
// operations import a file. What is imported is not imported again.
func (a *arrivals) come(ctx context.Context, r *Rehearsal, today clock.Date) error {
	claims := len(a.days)
	for i := r.Tally().Claims; i < claims && !today.Before(a.days[i]); i++ {
		operations, err := r.deskOf(ctx, practice.Logins(casefile.Operations)[0])
		if err != nil {
			return err
		}
		// All of them are made, relative to today, and one is taken: so each is another household.
		var file bytes.Buffer
		err = synthetic.Generate(&file, synthetic.Options{Cases: claims, Seed: r.o.Seed, AsOf: today,
			Lane: casefile.FastTrack, First: a.first})
		if err != nil {
			return err
		}
		key := synthetic.Key(a.first + i)
		one := func(take func(casefile.Family) error) (store.Brought, error) {
			_, err := backlog.Scan(file.Bytes(), today, func(f casefile.Family) error {
				if f.Key != key {
					return nil
				}
				return take(f)
			})
			return store.Brought{Synthetic: true}, err
		}
		done, err := operations.Store.ImportFrom(ctx, one, fmt.Sprintf("%s of %s", key, today), today)
		if err != nil {
			return fmt.Errorf("import %s: %w", key, err)
		}
		r.count(func(t *Tally) { t.Claims, t.Acts = t.Claims+1, t.Acts+1 })
		if done.Created != 1 {
			return fmt.Errorf("import %s: it brought %d families", key, done.Created)
		}
	}
	return nil
}

// addArrivals lets new claims come to the fast-track lane, if it is worked on.
func (r *Rehearsal) addArrivals(ctx context.Context, begun time.Time) (*arrivals, error) {
	if r.o.Claims == 0 || r.o.Silent {
		return nil, nil
	}
	var last int
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		last, err = tx.LastFamily(ctx, synthetic.KeyPrefix)
		return err
	})
	return newArrivals(r.o.Claims, last, clock.DateOf(begun)), err
}
