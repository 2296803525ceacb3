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

// Appeal records that a person has appealed.
func (t *Tx) Appeal(ctx context.Context, ref string, person int, on clock.Date) error {
	return t.exec(ctx, `update decision_outcome set appeal_on = $3 where `+ofPerson, ref, person, on)
}

// Unserve takes a service back whose letter came back: nobody was served by it (C9).
func (t *Tx) Unserve(ctx context.Context, ref string, person int) error {
	return t.exec(ctx, `
		update decision_outcome set served_on = null, served_how = null, proof = null where `+ofPerson, ref, person)
}
