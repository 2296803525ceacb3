package store

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// TakePart records that a person plays a part on a case. The refusal is
// four_eyes if they already play another one there.
func (t *Tx) TakePart(ctx context.Context, ref, person string, part casefile.Part) error {
	var took bool
	err := t.get(ctx, &took, `
		with taken as (
			insert into officer (case_ref, person, part) values ($1, $2, $3) on conflict (case_ref, person) do nothing returning part)
		select exists (select from taken) or exists (select from officer where case_ref = $1 and person = $2 and part = $3)`, ref, person, part)
	if err == nil && !took {
		return casefile.Refuse(casefile.RefusedFourEyes, "this officer already plays another part on the case")
	}
	return err
}

// WelfareCheck is the latest check of a child.
type WelfareCheck struct {
	No         int        `db:"no"`
	AssignedTo string     `db:"assigned_to"`
	Author     string     `db:"author"`
	ReportedOn clock.Date `db:"reported_on"`
	SignedOn   clock.Date `db:"signed_on"`
}

// LatestWelfareCheck returns a child's latest check. NotFound if none was begun.
func (t *Tx) LatestWelfareCheck(ctx context.Context, ref string, person int) (WelfareCheck, error) {
	var c WelfareCheck
	err := t.get(ctx, &c, `
		select no, assigned_to, coalesce(author, '') as author, reported_on, signed_on
		from welfare_check where case_ref = $1 and person_no = $2 order by no desc limit 1`, ref, person)
	return c, err
}

// AssignWelfare begins a child's check, or hands an unreported one to another
// lead professional.
func (t *Tx) AssignWelfare(ctx context.Context, ref string, person int, to string, on clock.Date) error {
	return t.exec(ctx, `
		insert into welfare_check (case_ref, person_no, no, assigned_to, assigned_on)
		select $1, $2, coalesce(max(no) filter (where reported_on is null), 1 + coalesce(max(no), 0)), $3, $4
		from welfare_check where case_ref = $1 and person_no = $2
		on conflict (case_ref, person_no, no) do update set assigned_to = excluded.assigned_to, assigned_on = excluded.assigned_on`,
		ref, person, to, on)
}

// ReturnWelfare sends a report back to its author, who writes another; the
// returned one stays on file.
func (t *Tx) ReturnWelfare(ctx context.Context, ref string, person, no int, by string, on clock.Date) error {
	err := t.exec(ctx, `
		update welfare_check set returned_by = $4, returned_on = $5 where case_ref = $1 and person_no = $2 and no = $3`, ref, person, no, by, on)
	if err != nil {
		return err
	}
	return t.exec(ctx, `
		insert into welfare_check (case_ref, person_no, no, assigned_to, assigned_on)
		select case_ref, person_no, no + 1, assigned_to, assigned_on from welfare_check where case_ref = $1 and person_no = $2 and no = $3`,
		ref, person, no)
}

// ReportWelfare records the report on a child.
func (t *Tx) ReportWelfare(ctx context.Context, ref string, person, no int, author string, f casefile.ReportFields,
	on clock.Date) error {
	findings, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return t.exec(ctx, `
		update welfare_check set author = $4, reported_on = $5, findings = $6 where case_ref = $1 and person_no = $2 and no = $3`,
		ref, person, no, author, on, string(findings))
}

// SignWelfare records the signature under a report.
func (t *Tx) SignWelfare(ctx context.Context, ref string, person, no int, signer string, on clock.Date) error {
	return t.exec(ctx, `
		update welfare_check set signer = $4, signed_on = $5 where case_ref = $1 and person_no = $2 and no = $3`, ref, person, no, signer, on)
}

// WaiveWelfare records a waiver.
func (t *Tx) WaiveWelfare(ctx context.Context, ref string, person int, giver string, on clock.Date,
	command uuid.UUID) error {
	return t.exec(ctx, `
		insert into welfare_waiver (case_ref, person_no, giver, given_on, command_id) values ($1, $2, $3, $4, $5)`,
		ref, person, giver, on, command)
}

// BestInterests returns what the latest signed reports conclude of the
// children, one entry a child.
func (t *Tx) BestInterests(ctx context.Context, ref string) ([]string, error) {
	var all []string
	err := t.all(ctx, &all, `
		select distinct on (person_no) findings->>'best_interests' from welfare_check
		where case_ref = $1 and signed_on is not null order by person_no, no desc`, ref)
	return all, err
}
