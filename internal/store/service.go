package store

import (
	"context"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Decided is one person's outcome and how far it has been carried out.
type Decided struct {
	Person   int              `db:"person_no"`
	Outcome  casefile.Outcome `db:"outcome"`
	ServedOn clock.Date       `db:"served_on"`
	StatusOn clock.Date       `db:"status_issued_on"`
	NoAppeal clock.Date       `db:"no_appeal_on"`
	AppealOn clock.Date       `db:"appeal_on"`
	// AppealEnded is when the appeal ended, AppealResult how; FellOn is when the decision
	// fell for the person.
	AppealEnded  clock.Date `db:"appeal_ended_on"`
	AppealResult string     `db:"appeal_result"`
	FellOn       clock.Date `db:"fell_on"`
	// How the person was served.
	How string `db:"served_how"`
	// DocumentOn is when the document reached the person that an earlier decision with the
	// same outcome gave; zero if none did.
	DocumentOn clock.Date `db:"document_on"`
}

// Decided lists the outcomes of a decided case, but those of people whose part has ended
// since.
func (t *Tx) Decided(ctx context.Context, ref string) ([]Decided, error) {
	var rows []Decided
	err := t.all(ctx, &rows, `
		select o.person_no, o.outcome, o.served_on, coalesce(o.served_how, '') as served_how, o.status_issued_on, o.no_appeal_on, o.appeal_on,
		       o.appeal_ended_on, coalesce(o.appeal_result, '') as appeal_result, o.fell_on,
		       (select max(e.status_issued_on) from decision_outcome e where e.case_ref = o.case_ref and e.person_no = o.person_no
		           and e.decision_no < o.decision_no and e.outcome = o.outcome) as document_on
		from outcome_in_force o join present p on p.case_ref = o.case_ref and p.no = o.person_no
		where o.case_ref = $1 order by o.person_no`, ref)
	return rows, err
}

// ofPerson finds the outcome of person $2 in the decision of case $1 that stands.
const ofPerson = `case_ref = $1 and person_no = $2 and decision_no = (select max(d.no) from decision d where d.case_ref = $1)`

// Serve records service on one person, with its proof (C9).
func (t *Tx) Serve(ctx context.Context, ref string, person int, f casefile.ServiceFields, on clock.Date) error {
	return t.exec(ctx, `
		update decision_outcome set served_on = $3, served_how = $4, proof = $5 where `+ofPerson,
		ref, person, on, f.How, f.Proof)
}

// IssueStatus records that a person has the document.
func (t *Tx) IssueStatus(ctx context.Context, ref string, person int, on clock.Date) error {
	return t.exec(ctx, `update decision_outcome set status_issued_on = $3 where `+ofPerson, ref, person, on)
}

// NoAppeal records that no appeal was found for a person.
func (t *Tx) NoAppeal(ctx context.Context, ref string, person int, on clock.Date) error {
	return t.exec(ctx, `update decision_outcome set no_appeal_on = $3 where `+ofPerson, ref, person, on)
}

// Appeal records that a person has appealed, and whether the tribunal's leave to appeal late
// is asked for or granted; empty for an appeal in time. A further appeal takes the place of the
// one that ended, which stays in the timeline.
func (t *Tx) Appeal(ctx context.Context, ref string, person int, permission string, on clock.Date) error {
	return t.exec(ctx, `
		update decision_outcome set appeal_on = $3, appeal_permission = nullif($4, ''),
			appeal_heard_on = null, appeal_result = null, appeal_ended_on = null where `+ofPerson,
		ref, person, on, permission)
}

// AppealHeard records that the tribunal has heard a person's appeal.
func (t *Tx) AppealHeard(ctx context.Context, ref string, person int, on clock.Date) error {
	return t.exec(ctx, `update decision_outcome set appeal_heard_on = $3 where `+ofPerson, ref, person, on)
}

// AppealEnded records how a person's appeal ended.
func (t *Tx) AppealEnded(ctx context.Context, ref string, person int, result string, on clock.Date) error {
	return t.exec(ctx, `update decision_outcome set appeal_result = $4, appeal_ended_on = $3 where `+ofPerson,
		ref, person, on, result)
}

// Fall records that the decision in force decides a person no more, and why: appeal, court or
// submissions.
func (t *Tx) Fall(ctx context.Context, ref string, person int, why string, on clock.Date) error {
	return t.exec(ctx, `update decision_outcome set fell_on = $3, fell_why = $4 where `+ofPerson, ref, person, on, why)
}

// KeepService carries over to the decision in force what was carried out of the one before,
// for those to whom it gives the same outcome, and for whom that one has not fallen.
func (t *Tx) KeepService(ctx context.Context, ref string) error {
	return t.exec(ctx, `
		update decision_outcome n set served_on = o.served_on, served_how = o.served_how, proof = o.proof,
			status_issued_on = o.status_issued_on, no_appeal_on = o.no_appeal_on, appeal_on = o.appeal_on,
			appeal_permission = o.appeal_permission, appeal_heard_on = o.appeal_heard_on,
			appeal_result = o.appeal_result, appeal_ended_on = o.appeal_ended_on
		from decision_outcome o, decision_in_force d
		where d.case_ref = $1 and n.case_ref = d.case_ref and n.decision_no = d.no
		  and o.case_ref = n.case_ref and o.decision_no = d.no - 1 and o.person_no = n.person_no
		  and o.outcome = n.outcome and o.fell_on is null and o.served_on is not null`, ref)
}

// Unserve takes a service back whose letter came back: nobody was served by it (C9).
func (t *Tx) Unserve(ctx context.Context, ref string, person int) error {
	return t.exec(ctx, `
		update decision_outcome set served_on = null, served_how = null, proof = null where `+ofPerson, ref, person)
}

// Fallen is a person whose refusal does not stand, and why.
type Fallen struct {
	Person int    `db:"person_no"`
	Why    string `db:"why"` // court or submissions
}

// FellWhileClosed lists those whose refusal a court has quashed, or for whom a fresh claim was
// accepted, and whom the decision in force is still said to decide.
func (t *Tx) FellWhileClosed(ctx context.Context, ref string) ([]Fallen, error) {
	var rows []Fallen
	err := t.all(ctx, &rows, `
		select o.person_no, case when exists (select from submission s where s.case_ref = o.case_ref
			and s.person_no = o.person_no and s.result = 'accepted') then 'submissions' else 'court' end as why
		from outcome_in_force o join present p on p.case_ref = o.case_ref and p.no = o.person_no
		where o.case_ref = $1 and o.outcome not like 'GRANT%' and o.fell_on is null
		  and (exists (select from submission s join command_outcome k on k.command_id = s.considered_by
		               join decision d on d.case_ref = s.case_ref and d.no = o.decision_no
		           where s.case_ref = o.case_ref and s.person_no = o.person_no and s.result = 'accepted'
		             and k.business_at > d.signed_at)
		       or exists (select from proceeding c where c.case_ref = o.case_ref and c.fell = o.decision_no
		           and c.person_no in (0, o.person_no)))
		order by 1`, ref)
	return rows, err
}
