package store

import (
	"context"
	"database/sql"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// About says what an act is about, where the facts that bound its day depend on it.
type About struct {
	Person int
	Letter int
	To     string // the letter's addressee
	Ground casefile.Ground
}

// KnownDays returns the days of the facts on record before which nothing that an act
// reports can have happened. The draw of the family is the review's own to know.
func (t *Tx) KnownDays(ctx context.Context, ref string, about About) (casefile.Known, error) {
	var row struct {
		Claim      string       `db:"claim"`
		Birth      string       `db:"birth"`
		Reconciled clock.Date   `db:"reconciled"`
		Asked      clock.Date   `db:"asked"`
		Made       sql.NullTime `db:"made"`
		Sent       clock.Date   `db:"sent"`
		CheckAsked clock.Date   `db:"check_asked"`
		Decision   sql.NullTime `db:"decision"`
		Cleared    sql.NullTime `db:"cleared"`
		Draft      clock.Date   `db:"draft"`
		Signed     clock.Date   `db:"signed"`
		First      clock.Date   `db:"first_signed"`
		Letters    clock.Date   `db:"letters"`
		Served     clock.Date   `db:"served"`
		Hold       clock.Date   `db:"hold"`
	}
	err := t.get(ctx, &row, `
		select (select coalesce(min(nullif(p.claim_date, '')), min(nullif(p.arrived_on, '')), '') from person p where p.case_ref = $1) as claim,
			coalesce((select p.date_of_birth from person p where p.case_ref = $1 and p.no = $2), '') as birth,
			(select r.reconciled_on from review r where r.case_ref = $1) as reconciled,
			(select min(s.sent_on) from letter l join letter_sent s using (case_ref, no)
				where l.case_ref = $1 and l.kind = 'opening' and s.to_whom = 'family') as asked,
			(select l.created_at from letter l where l.case_ref = $1 and l.no = $3) as made,
			(select s.sent_on from letter_sent s where s.case_ref = $1 and s.no = $3 and s.to_whom = $4) as sent,
			(select max(c.requested_on) from security_check c where c.case_ref = $1 and c.person_no = $2 and c.done_on is null) as check_asked,
			(select min(e.opened_at) from stage_entry e where e.case_ref = $1 and e.stage = 'decision') as decision,
			(select max(o.business_at) from command c join command_outcome o on o.command_id = c.id
				where c.case_ref = $1 and c.kind = 'representation.clear' and o.outcome = 'accepted'
				and not is_struck(c.id)) as cleared,
			(select r.signed_on from representation r where r.case_ref = $1 and r.from_kind = 'minister' and r.received_on is null and r.withdrawn_on is null) as draft,
			(select d.signed_on from decision_in_force d where d.case_ref = $1) as signed,
			(select min(d.signed_on) from decision d where d.case_ref = $1) as first_signed,
			(select max(x.sent_on) from (
				select min(s.sent_on) as sent_on from letter l join letter_sent s using (case_ref, no)
				where l.case_ref = $1 and l.decision_no = (select d.no from decision_in_force d where d.case_ref = $1)
				  and s.returned_on is null group by s.to_whom) x) as letters,
			(select max(o.served_on) from outcome_in_force o where o.case_ref = $1 and $2 in (0, o.person_no) and o.status_issued_on is null) as served,
			(select h.opened_on from hold h where h.case_ref = $1 and h.person_no = $2 and h.ground = $5 and h.ended_on is null) as hold`,
		ref, about.Person, about.Letter, about.To, about.Ground)
	if err != nil {
		return nil, err
	}
	day := func(at sql.NullTime) clock.Date {
		if !at.Valid {
			return clock.Date{}
		}
		return clock.DateOf(at.Time)
	}
	known := casefile.Known{casefile.FactReconciled: row.Reconciled, casefile.FactAsked: row.Asked,
		casefile.FactLetterMade: day(row.Made), casefile.FactLetterSent: row.Sent, casefile.FactCheckAsked: row.CheckAsked,
		casefile.FactDecisionOpened: day(row.Decision), casefile.FactCleared: day(row.Cleared),
		casefile.FactDraftSigned: row.Draft,
		casefile.FactSigned:      row.Signed, casefile.FactFirstSigned: row.First, casefile.FactDecisionSent: row.Letters, casefile.FactServed: row.Served,
		casefile.FactHoldBegan: row.Hold}
	// A day that can't be read bounds nothing.
	for fact, text := range map[casefile.Fact]string{casefile.FactClaim: row.Claim, casefile.FactBirth: row.Birth} {
		if day, err := clock.ParsePartial(text); err == nil && !day.IsZero() {
			known[fact] = day.Earliest()
		}
	}
	return known, nil
}
