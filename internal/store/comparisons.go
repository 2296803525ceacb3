package store

import (
	"context"
	"encoding/json"
	"time"

	"hame/internal/casefile"
)

// OnRecord is a drawn family's review as the record has it.
type OnRecord struct {
	Listing
	Stage casefile.Stage `db:"stage"`
	// Unstarted says that the family was drawn and its review is not open yet.
	Unstarted bool   `db:"unstarted"`
	Stuck     string `db:"stuck"`
	// RecoveredAt is when operations last restarted or freed the review, by its own
	// clock; nil if they never did.
	RecoveredAt *time.Time `db:"recovered_at"`
	// Recoveries counts how often they did, in a synthetic database only. There a
	// review that is started anew begins at the wall clock, before what had ended it.
	Recoveries int `db:"recoveries"`
	// Moving is true while the worker moves the review to the other namespace.
	Moving bool `db:"moving"`
}

const onRecord = `
	select l.case_ref, l.lane, f.council, l.drawn_at, l.listing_date, coalesce(r.stage, 'listed') as stage, r.case_ref is null as unstarted, coalesce(r.stuck, '') as stuck,
	       coalesce(r.apart, f.restricted) as apart, exists (select from review_to_move m where m.case_ref = l.case_ref) as moving,
	       x.recovered_at, case when p.synthetic then x.recoveries else 0 end as recoveries
	from programme p cross join listing l join family f using (case_ref) left join review r using (case_ref)
	cross join lateral (
		select max(o.business_at) as recovered_at, count(*) as recoveries
		from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
		where c.case_ref = l.case_ref and c.kind = 'case.recover') x`

// ReviewsOnRecord lists the reviews that should run, and those that should not any
// more, in the order of their references: those after one, at most so many. It is for
// the worker.
func (s *Store) ReviewsOnRecord(ctx context.Context, after string, atMost int) ([]OnRecord, error) {
	var rows []OnRecord
	err := s.db.SelectContext(ctx, &rows, onRecord+` where l.case_ref > $1 order by l.case_ref limit $2`, after, atMost)
	return rows, mapError(err)
}

// ReviewOnRecord returns one of them. NotFound for a family that was not drawn.
func (s *Store) ReviewOnRecord(ctx context.Context, ref string) (OnRecord, error) {
	var row OnRecord
	err := s.db.GetContext(ctx, &row, onRecord+` where l.case_ref = $1`, ref)
	return row, mapError(err)
}

// Lanes lists the lanes whose backlog was started. It is for the worker.
func (s *Store) Lanes(ctx context.Context) ([]LaneState, error) {
	var rows []LaneState
	err := s.db.SelectContext(ctx, &rows, `select lane, started_at, capacity, target, paused from backlog_lane order by lane`)
	return rows, mapError(err)
}

// ClaimComparison gives the worker a comparison of record and Temporal to make: one
// that was asked for, or the daily one. It returns 0 where none is due.
func (s *Store) ClaimComparison(ctx context.Context) (int64, error) {
	var no int64
	err := s.db.GetContext(ctx, &no, `select coalesce(claim_comparison(), 0)`)
	return no, mapError(err)
}

// RenewComparison renews the claim on a comparison that takes long. Conflict where
// another worker has taken it.
func (s *Store) RenewComparison(ctx context.Context, no int64) error {
	var held bool
	err := s.db.GetContext(ctx, &held, `select renew_comparison($1)`, no)
	if err == nil && !held {
		return &Error{Kind: Conflict}
	}
	return mapError(err)
}

// FinishComparison records what a comparison found.
func (s *Store) FinishComparison(ctx context.Context, no int64, found []Breach) error {
	if found == nil {
		found = []Breach{}
	}
	body, err := json.Marshal(found)
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, `select finish_comparison($1, $2)`, no, string(body))
	return mapError(err)
}

// AskComparison asks the worker to compare record and Temporal, and returns the
// comparison's number. NotPermitted but for operations and the auditor.
func (s *Store) AskComparison(ctx context.Context) (int64, error) {
	var no int64
	err := s.db.GetContext(ctx, &no, `select ask_comparison()`)
	return no, mapError(err)
}

// ComparisonState is how far a comparison is.
type ComparisonState struct {
	Began    *time.Time `db:"began_at"`
	Finished *time.Time `db:"finished_at"`
}

// AwaitComparison waits inside the database until a comparison is finished, or
// until the time given is over, five seconds at most.
func (s *Store) AwaitComparison(ctx context.Context, no int64, wait time.Duration) (ComparisonState, error) {
	var state ComparisonState
	err := s.db.GetContext(ctx, &state, `select began_at, finished_at from await_comparison($1, $2)`, no, wait.Seconds())
	return state, mapError(err)
}

// Comparison is a finished comparison of record and Temporal.
type Comparison struct {
	No       int64      `json:"comparison"`
	Finished *time.Time `json:"finished_at"` // nil where there never was one
	Breaches []Breach   `json:"breaches"`
}

// Comparison returns a finished comparison by its number, or the last one for 0.
func (s *Store) Comparison(ctx context.Context, no int64) (Comparison, error) {
	var rows []struct {
		No       int64     `db:"no"`
		Finished time.Time `db:"finished_at"`
		Rule     *string   `db:"rule"`
		Case     *string   `db:"case_ref"`
		Detail   *string   `db:"detail"`
	}
	err := s.db.SelectContext(ctx, &rows, `select no, finished_at, rule, case_ref, detail from comparison_findings(nullif($1, 0))`, no)
	c := Comparison{No: no}
	for _, r := range rows {
		c.No, c.Finished = r.No, &r.Finished
		if r.Rule != nil {
			c.Breaches = append(c.Breaches, Breach{*r.Rule, *r.Case, *r.Detail})
		}
	}
	return c, mapError(err)
}
