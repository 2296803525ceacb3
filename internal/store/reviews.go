package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Review returns a review's state as the facts have it, rebuilt whole: what the
// workflow carries is only ever a copy of this. NotFound if no review is open
// under the reference.
func (t *Tx) Review(ctx context.Context, ref string) (casefile.Facts, error) {
	var body []byte
	err := t.get(ctx, &body, `select review_state($1)`, ref)
	if err == nil && body == nil {
		err = &Error{Kind: NotFound}
	}
	if err != nil {
		return casefile.Facts{}, err
	}
	return decodeReview(body)
}

// RecordedReview returns a review's state as the record has it, from which the
// worker starts it again. NotFound if no review is open under the reference.
func (s *Store) RecordedReview(ctx context.Context, ref string) (casefile.Facts, error) {
	var body []byte
	err := s.db.GetContext(ctx, &body, `select review_state($1)`, ref)
	if err == nil && body == nil {
		err = &Error{Kind: NotFound}
	}
	if err != nil {
		return casefile.Facts{}, mapError(err)
	}
	return decodeReview(body)
}

func decodeReview(body []byte) (casefile.Facts, error) {
	var recorded struct {
		casefile.Facts
		People []casefile.PersonDays `json:"people"`
	}
	if err := json.Unmarshal(body, &recorded); err != nil {
		return casefile.Facts{}, err
	}
	r := recorded.WithThresholds(recorded.People)
	slices.Sort(r.Opened)
	r.Opened = slices.Compact(r.Opened) // one that is open again was entered twice
	r.ListingAt = r.ListingDate.Start()
	return r, nil
}

// Locked is what is in force while a review's row is held.
type Locked struct {
	Calendar string `db:"calendar"` // the version of the calendars
	// Latest is the latest instant at which something may happen now; nil in a
	// synthetic database, whose reviews run ahead.
	Latest *time.Time `db:"latest"`
	// Apart says that the review runs among those of restricted families.
	Apart bool `db:"apart"`
	// Moving is true while an open review runs in neither namespace, because the worker
	// moves it.
	Moving bool `db:"moving"`
}

// LockReview takes the review's row for the rest of the transaction, so that two
// acts on one case never interleave. NotFound if there is no such review.
func (t *Tx) LockReview(ctx context.Context, ref string) (Locked, error) {
	var row struct {
		Row *string `db:"locked"`
		Locked
	}
	err := t.get(ctx, &row, `select locked, calendar, latest, apart, moving from lock_review($1)`, ref)
	if err == nil && row.Row == nil {
		err = &Error{Kind: NotFound}
	}
	return row.Locked, err
}

// LatestInstant is the latest instant at which something may happen now; nil in a
// synthetic database, whose lanes run ahead.
func (t *Tx) LatestInstant(ctx context.Context) (*time.Time, error) {
	var latest *time.Time
	err := t.get(ctx, &latest, `select latest_instant()`)
	return latest, err
}

// Unserved counts the people of a case who have not been served with a decision, and whose
// part has not ended by itself.
func (t *Tx) Unserved(ctx context.Context, ref string) (int, error) {
	var n int
	err := t.get(ctx, &n, `
		select count(*) from present p left join outcome_in_force o on o.case_ref = p.case_ref and o.person_no = p.no
		where p.case_ref = $1 and o.served_on is null`, ref)
	return n, err
}

// OpenReview writes the review of a listed family; apart says whether it runs among
// those of restricted families. It reports false, and changes nothing, if the review
// is there already.
func (t *Tx) OpenReview(ctx context.Context, ref, ruleSet string, apart bool, at time.Time) (bool, error) {
	return t.execOne(ctx, `
		insert into review (case_ref, stage, lane, rule_set, opened_at, listing_date, apart)
		select l.case_ref, 'listed', l.lane, $2, $3, l.listing_date, $4 from listing l where l.case_ref = $1
		on conflict (case_ref) do nothing`, ref, ruleSet, at, apart)
}

// EnterStage records that a stage was opened. It reports false if it was before, and not
// because of an act that was struck.
func (t *Tx) EnterStage(ctx context.Context, ref string, stage casefile.Stage, at time.Time) (bool, error) {
	return t.execOne(ctx, `
		insert into stage_entry (case_ref, stage, no, opened_at)
		select $1, $2, coalesce(max(no), 0) + 1, $3 from stage_entry where case_ref = $1 and stage = $2
		having count(*) filter (where void_at is null) = 0`, ref, stage, at)
}

// ReenterStage records that a finished stage is open again: a hold or a calendar gave
// somebody their time back, or an act that finished it was struck. Nothing is recorded
// where it is open.
func (t *Tx) ReenterStage(ctx context.Context, ref string, stage casefile.Stage, at time.Time) error {
	return t.exec(ctx, `
		insert into stage_entry (case_ref, stage, no, opened_at)
		select $1, $2, max(no) + 1, $3 from stage_entry where case_ref = $1 and stage = $2 having bool_and(closed_at is not null)`, ref, stage, at)
}

// LeaveStage records that a stage is finished, once.
func (t *Tx) LeaveStage(ctx context.Context, ref string, stage casefile.Stage, at time.Time) error {
	return t.exec(ctx, `update stage_entry set closed_at = $3 where case_ref = $1 and stage = $2 and closed_at is null`,
		ref, stage, at)
}

// ShowStage sets the stage that the case shows.
func (t *Tx) ShowStage(ctx context.Context, ref string, stage casefile.Stage, at time.Time) error {
	return t.exec(ctx, `
		update review set stage = $2, closed_at = case when $2 = 'closed' then $3::timestamptz end where case_ref = $1`, ref, string(stage), at)
}

// Revise counts up the revision of the file.
func (t *Tx) Revise(ctx context.Context, ref string) error {
	return t.exec(ctx, `update review set revision = revision + 1 where case_ref = $1`, ref)
}

// SetOwner names the case owner.
func (t *Tx) SetOwner(ctx context.Context, ref, person string) error {
	return t.exec(ctx, `update review set owner = $2 where case_ref = $1`, ref, person)
}

// NameOnCase names a person on a case in a role, once.
func (t *Tx) NameOnCase(ctx context.Context, ref, person string, role casefile.Party, on clock.Date,
	command uuid.UUID) error {
	return t.exec(ctx, `
		insert into named_on_case (case_ref, person, role, named_on, command_id) values ($1, $2, $3, $4, $5)
		on conflict do nothing`, ref, person, role, on, command)
}

// SetReconciled records the day of the comparison.
func (t *Tx) SetReconciled(ctx context.Context, ref string, on clock.Date) error {
	return t.exec(ctx, `update review set reconciled_on = $2 where case_ref = $1`, ref, on)
}

// SetTriaged records the triage and its priority.
func (t *Tx) SetTriaged(ctx context.Context, ref string, on clock.Date, priority int) error {
	return t.exec(ctx, `update review set triaged_on = $2, priority = $3 where case_ref = $1`, ref, on, priority)
}

// RaisePriority moves a family up to a priority, never down.
func (t *Tx) RaisePriority(ctx context.Context, ref string, priority int) error {
	return t.exec(ctx, `update review set priority = least(priority, $2) where case_ref = $1`, ref, priority)
}

// SetRecovered records that operations have restarted or freed a review.
func (t *Tx) SetRecovered(ctx context.Context, ref string) error {
	return t.exec(ctx, `update review set recovered = true, stuck = '' where case_ref = $1`, ref)
}

// SetListingDate brings a listed family forward to a day.
func (t *Tx) SetListingDate(ctx context.Context, ref string, on clock.Date, why string) error {
	if err := t.exec(ctx, `update listing set listing_date = $2, why = $3 where case_ref = $1`, ref, on, why); err != nil {
		return err
	}
	return t.exec(ctx, `update review set listing_date = $2 where case_ref = $1`, ref, on)
}

// SetStuck records the code of what stopped a review.
func (t *Tx) SetStuck(ctx context.Context, ref, code string) error {
	return t.exec(ctx, `update review set stuck = $2 where case_ref = $1`, ref, code)
}
