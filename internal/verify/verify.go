// Package verify checks what must always be true. Each check has a name; it looks at the
// record, or at what the worker found when it compared the record with Temporal. The
// rules that the record alone can show are views of the database, one file each, under
// internal/store/schema/85_verify.
package verify

import (
	"context"
	"fmt"
	"time"

	"hame/internal/store"
)

// Check is one thing that must always be true. It returns a breach for each place where
// it is not.
type Check struct {
	Name string
	find func(ctx context.Context, s *store.Store) ([]store.Breach, error)
}

// OfDeadlines lists the checks of last days against what they follow from.
var OfDeadlines = []Check{
	{"a change of the calendars is finished", calendarFinished},
	{"deadlines follow from their ledger", deadlines},
	{"the time to answer adverse material follows from its ledger", answers},
}

// OfTheRecord lists the checks that need no worker. They are for operations, who are
// told of the cases that they may see, and the auditor.
var OfTheRecord = append([]Check{{"the rules of the record", rulesOfTheRecord}}, OfDeadlines...)

func rulesOfTheRecord(ctx context.Context, s *store.Store) ([]store.Breach, error) {
	return s.Verify(ctx)
}

// Make makes checks, one after the other.
func Make(ctx context.Context, s *store.Store, checks []Check) ([]store.Breach, error) {
	var found []store.Breach
	for _, check := range checks {
		breaches, err := check.find(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", check.Name, err)
		}
		found = append(found, breaches...)
	}
	return found, nil
}

// All makes every check. The comparison of record and Temporal is the worker's: it is
// asked for first, and waited for last.
func All(ctx context.Context, s *store.Store) ([]store.Breach, error) {
	asked, err := s.AskComparison(ctx)
	if err != nil {
		return nil, err
	}
	found, err := Make(ctx, s, OfTheRecord)
	if err != nil {
		return nil, err
	}
	compared, err := comparison(ctx, s, asked)
	return append(found, compared...), err
}

const (
	// comparing is how long a worker is waited for that begins the comparison of record
	// and Temporal [D].
	comparing = 20 * time.Second
	// beganToo is how long a comparison that a worker has begun is waited for [D]: longer
	// than the worker takes over one before it gives it up.
	beganToo = 10 * time.Minute
)

// comparison waits for the comparison that was asked for. If no worker makes it, it
// returns what the last one found, and says so.
func comparison(ctx context.Context, s *store.Store, asked int64) ([]store.Breach, error) {
	begun := time.Now()
	for {
		state, err := s.AwaitComparison(ctx, asked, 3*time.Second)
		switch {
		case err != nil:
			return nil, err
		case state.Finished != nil:
			c, err := s.Comparison(ctx, asked)
			return c.Breaches, err
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case time.Since(begun) < comparing:
			continue
		}
		seen, err := s.WorkerSeen(ctx)
		if err != nil {
			return nil, err
		}
		if state.Began == nil || seen.Away() || time.Since(begun) > beganToo {
			c, err := s.Comparison(ctx, 0)
			return append(c.Breaches, store.Breach{Rule: "a worker answers", Detail: silence(c, seen)}), err
		}
	}
}

// silence says that no worker has compared record and Temporal, how long none has
// been there, and how old the last comparison is.
func silence(c store.Comparison, seen store.WorkerSeen) string {
	words := fmt.Sprintf("no worker has compared record and Temporal within %s", comparing)
	if away := seen.InWords(); away != "" {
		words += "; " + away
	}
	if c.Finished == nil {
		return words + "; the two were never compared"
	}
	return words + "; what is said of Temporal was found at " + c.Finished.UTC().Format("2006-01-02 15:04") + " UTC"
}
