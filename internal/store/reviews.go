package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Review returns a review's state as the facts have it, rebuilt whole: what the
// workflow carries is only ever a copy of this. NotFound if no review is open
// under the reference.
func (t *Tx) Review(ctx context.Context, ref string) (casefile.Review, error) {
	var body []byte
	err := t.get(ctx, &body, `
		select jsonb_build_object(
			'schema', $2::int, 'case', r.case_ref, 'lane', r.lane, 'council', f.council, 'rule_set', r.rule_set,
			'drawn_at', l.drawn_at, 'listing_date', l.listing_date, 'stage', r.stage, 'revision', r.revision,
			'ready', r.owner is not null and r.reconciled_on is not null and r.triaged_on is not null,
			'signed', r.signed_on is not null, 'stuck', r.stuck, 'recovered', r.recovered,
			'held', exists (select from hold h where h.case_ref = r.case_ref and h.ended_on is null),
			'opened', (select jsonb_agg(e.stage) from stage_entry e where e.case_ref = r.case_ref),
			'tasks', (select jsonb_agg(jsonb_build_object(
					'kind', t.kind, 'subject', t.subject, 'stage', t.stage, 'awaiting', t.awaiting, 'due_on', t.due_on,
					'next', jsonb_build_object('kind', t.next_rung, 'no', t.next_no, 'at', t.next_at),
					'overdue', t.overdue, 'escalated', t.escalated, 'provisional', t.provisional) order by t.id)
				from task t where t.case_ref = r.case_ref and t.closed_at is null))
		from review r join listing l using (case_ref) join family f using (case_ref)
		where r.case_ref = $1`, ref, casefile.ReviewSchema)
	var r casefile.Review
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return r, err
	}
	r.ListingAt = r.ListingDate.Start()
	return r, nil
}

// LockReview takes the review's row for the rest of the transaction, so that two
// acts on one case never interleave.
func (t *Tx) LockReview(ctx context.Context, ref string) error {
	var got string
	return t.get(ctx, &got, `select case_ref from review where case_ref = $1 for update`, ref)
}

// OpenReview writes the review of a listed family. It reports false, and
// changes nothing, if the review is there already.
func (t *Tx) OpenReview(ctx context.Context, ref, ruleSet string, at time.Time) (bool, error) {
	return t.execOne(ctx, `
		insert into review (case_ref, stage, lane, rule_set, opened_at, listing_date)
		select l.case_ref, 'listed', l.lane, $2, $3, l.listing_date from listing l where l.case_ref = $1
		on conflict (case_ref) do nothing`, ref, ruleSet, at)
}

// EnterStage records that a stage was opened. It reports false if it was before.
func (t *Tx) EnterStage(ctx context.Context, ref string, stage casefile.Stage, at time.Time) (bool, error) {
	return t.execOne(ctx, `
		insert into stage_entry (case_ref, stage, opened_at) values ($1, $2, $3)
		on conflict (case_ref, stage) do nothing`, ref, stage, at)
}

// LeaveStage records that a stage is finished, once.
func (t *Tx) LeaveStage(ctx context.Context, ref string, stage casefile.Stage, at time.Time) error {
	return t.exec(ctx, `update stage_entry set closed_at = $3 where case_ref = $1 and stage = $2 and closed_at is null`, ref, stage, at)
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
func (t *Tx) NameOnCase(ctx context.Context, ref, person string, role casefile.Party, on clock.Date, command uuid.UUID) error {
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

// SetStuck records the code of what stopped a review.
func (t *Tx) SetStuck(ctx context.Context, ref, code string) error {
	return t.exec(ctx, `update review set stuck = $2 where case_ref = $1`, ref, code)
}
