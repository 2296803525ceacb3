package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
)

// AddEvidence records what a provider sent. It reports whether the same is on record
// already: from the same provider, about the same person, received on the same day. What
// it shows of the life lived here does not make it another one.
func (t *Tx) AddEvidence(ctx context.Context, ref string, f casefile.EvidenceFields, person int, on clock.Date,
	command uuid.UUID) (twice bool, err error) {
	err = t.get(ctx, &twice, `
		insert into evidence (case_ref, no, provider, person_no, result, received_on, command_id, kinds)
		select $1, 1 + greatest(max(no), struck_no('evidence', $1)), $2, $3, $4, $5, $6, coalesce($7::text[], '{}') from evidence where case_ref = $1
		returning exists (select from evidence o where o.case_ref = $1 and o.provider = $2 and o.person_no = $3 and o.result = $4 and o.received_on = $5)`,
		ref, f.Provider, person, f.Result, on, command, pq.Array(f.Kinds))
	return twice, err
}

// CitableEvidence lists the numbers of evidence that a reason may rest on: what
// held something.
func (t *Tx) CitableEvidence(ctx context.Context, ref string) ([]int, error) {
	var numbers []int
	err := t.all(ctx, &numbers, `select no from evidence where case_ref = $1 and result <> 'nothing_held'`, ref)
	return numbers, err
}

// Answered reports whether a provider's whole answer about a person, or the
// family, is on file.
func (t *Tx) Answered(ctx context.Context, ref string, provider casefile.Provider, person int) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `
		select exists (select from evidence where case_ref = $1 and provider = $2 and person_no = $3 and result <> 'partial')`, ref, provider, person)
	return yes, err
}

// AddLetter makes a letter that a caseworker is to send, and returns its number. One that
// gives the family a decision is that of the decision which stands.
func (t *Tx) AddLetter(ctx context.Context, ref, kind string, at time.Time) (int, error) {
	var no int
	err := t.get(ctx, &no, `
		insert into letter (case_ref, no, kind, created_at, decision_no)
		select $1, 1 + greatest(max(no), struck_no('letter', $1)), $2, $3,
		       (select d.no from decision_in_force d where d.case_ref = $1 and $2 in ('decision', 'correction'))
		from letter where case_ref = $1 returning no`, ref, kind, at)
	return no, err
}

// Letter is a letter to the family and its representative.
type Letter struct {
	Kind string `db:"kind"`
	// Decision is the number of the decision that the letter gives the family, 0 if it gives none.
	Decision int `db:"decision_no"`
	// CorrectedBy is the decision that stands in its place, signed on CorrectedOn; 0 if
	// none does. The letter is then withheld: nobody is sent it any more.
	CorrectedBy int        `db:"corrected_by"`
	CorrectedOn clock.Date `db:"corrected_on"`
}

// Letter returns the letter that a number stands for. NotFound if there is none.
func (t *Tx) Letter(ctx context.Context, ref string, no int) (Letter, error) {
	var l Letter
	err := t.get(ctx, &l, `
		select l.kind, coalesce(l.decision_no, 0) as decision_no, coalesce(d.no, 0) as corrected_by, d.signed_on as corrected_on
		from letter l left join decision_in_force d on d.case_ref = l.case_ref and d.no > l.decision_no
		where l.case_ref = $1 and l.no = $2`, ref, no)
	return l, err
}

// EarlierDecisionSent reports whether anybody was sent a letter with a decision that does
// not stand any more.
func (t *Tx) EarlierDecisionSent(ctx context.Context, ref string) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `
		select exists (select from letter l join letter_sent s using (case_ref, no) join decision_in_force d using (case_ref)
			where l.case_ref = $1 and l.decision_no < d.no)`, ref)
	return yes, err
}

// SayItCorrects turns the letter of the decision that stands into one that says what it
// corrects, if nobody was sent it yet.
func (t *Tx) SayItCorrects(ctx context.Context, ref string) error {
	return t.exec(ctx, `
		update letter l set kind = 'correction'
		where l.case_ref = $1 and l.decision_no = (select d.no from decision_in_force d where d.case_ref = $1)
		  and not exists (select from letter_sent s where s.case_ref = l.case_ref and s.no = l.no)`, ref)
}

// SendLetter records that a letter was sent to somebody. It reports false if
// that was recorded before.
func (t *Tx) SendLetter(ctx context.Context, ref string, no int, f casefile.LetterFields, on clock.Date,
	command uuid.UUID) (bool, error) {
	return t.execOne(ctx, `
		insert into letter_sent (case_ref, no, to_whom, by_how, sent_on, command_id) values ($1, $2, $3, $4, $5, $6)
		on conflict do nothing`, ref, no, f.To, f.By, on, command)
}

// LetterUnderWay reports whether a letter was sent to somebody, and is not recorded
// as having arrived or come back.
func (t *Tx) LetterUnderWay(ctx context.Context, ref string, no int, to string) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `
		select exists (select from letter_sent
			where case_ref = $1 and no = $2 and to_whom = $3 and delivered_on is null and returned_on is null)`, ref, no, to)
	return yes, err
}

// LetterArrived records that a letter was delivered.
func (t *Tx) LetterArrived(ctx context.Context, ref string, no int, to string, on clock.Date) error {
	return t.exec(ctx, `update letter_sent set delivered_on = $4 where case_ref = $1 and no = $2 and to_whom = $3`, ref,
		no, to, on)
}

// LetterReturned records that a letter came back, and why.
func (t *Tx) LetterReturned(ctx context.Context, ref string, no int, f casefile.ReturnedFields, on clock.Date) error {
	return t.exec(ctx, `
		update letter_sent set returned_on = $4, returned_why = $5 where case_ref = $1 and no = $2 and to_whom = $3`,
		ref, no, f.To, on, f.Reason)
}

// ReturnsFromFamily counts the letters that came back from the family since one
// was last delivered to it, it was last reached in person, or it last answered.
func (t *Tx) ReturnsFromFamily(ctx context.Context, ref string) (int, error) {
	var n int
	err := t.get(ctx, &n, `
		select count(*) from letter_sent s where s.case_ref = $1 and s.to_whom = 'family' and s.returned_on is not null
			and s.returned_on >= coalesce((select max(d.delivered_on) from letter_sent d where d.case_ref = $1 and d.to_whom = 'family'), '-infinity')
			and s.returned_on >= coalesce((select max(c.made_on) from contact c where c.case_ref = $1 and c.how <> 'representative'), '-infinity')
			and s.returned_on >= coalesce((select max(e.received_on) from evidence e where e.case_ref = $1 and e.provider = 'questionnaire'), '-infinity')`, ref)
	return n, err
}

// UnsentLetter returns the number of a letter of a kind that nobody was sent yet, 0 if
// there is none. One that is withheld does not count.
func (t *Tx) UnsentLetter(ctx context.Context, ref, kind string) (int, error) {
	var no int
	err := t.get(ctx, &no, `
		select coalesce(max(l.no), 0) from letter l where l.case_ref = $1 and l.kind = $2
			and not exists (select from decision d where d.case_ref = l.case_ref and d.no > l.decision_no)
			and not exists (select from letter_sent s where s.case_ref = l.case_ref and s.no = l.no)`, ref, kind)
	return no, err
}

// AwaitedAnswer is adverse material that was put to a person who has not answered.
// AnswerBy is zero while a hold keeps the time from ending; it rests on a version
// of the calendars.
type AwaitedAnswer struct {
	Interview uuid.UUID  `db:"command_id"`
	PutOn     clock.Date `db:"put_on"`
	AnswerBy  clock.Date `db:"answer_by"`
	Version   string     `db:"calendar_version"`
	KeptUnder string     `db:"kept_under"` // see TaskDates
	Extended  int        `db:"extended"`   // working days that were added
}

// AnswersAwaited lists a case's adverse material that was not answered, at a later
// interview either.
func (t *Tx) AnswersAwaited(ctx context.Context, ref string) ([]AwaitedAnswer, error) {
	var rows []AwaitedAnswer
	err := t.all(ctx, &rows, `
		select i.command_id, i.put_on, i.answer_by, coalesce(i.calendar_version, '') as calendar_version, coalesce(i.kept_under, '') as kept_under,
			i.extended
		from interview i where i.case_ref = $1 and i.adverse <> 'none' and not answered(i)
		order by i.held_on, i.command_id`, ref)
	return rows, err
}

// MoveAnswer moves the last day on which a person may answer to one by a version
// of the calendars, and keeps the old one with the cause; where it is the same day,
// it records the version, and the one in force under which it was kept, if any.
// command is the act that caused it, uuid.Nil for a calendar.
func (t *Tx) MoveAnswer(ctx context.Context, x AwaitedAnswer, to policy.Day, cause Cause, command uuid.UUID,
	at time.Time) error {
	return t.exec(ctx, `
		with kept as (
			insert into answer_change (interview, no, cause, at, command_id, old_by, new_by, old_version, new_version)
			select i.command_id, 1 + (select coalesce(max(no), 0) from answer_change where interview = $1), $2, $3, $4, i.answer_by, $5, i.calendar_version, $6
			from interview i where i.command_id = $1 and i.answer_by is distinct from $5)
		update interview set answer_by = $5, calendar_version = $6, kept_under = nullif($7, '')
		where command_id = $1 and (answer_by, calendar_version, kept_under) is distinct from ($5, $6, nullif($7, ''))`,
		x.Interview, string(cause), at, commandOrNone(command), to.On, to.By.Version(), to.KeptUnder)
}

// ExtendAnswers adds working days to the time of each who may still answer adverse
// material on a day.
func (t *Tx) ExtendAnswers(ctx context.Context, ref string, days int, today clock.Date) error {
	return t.exec(ctx, `
		update interview i set extended = extended + $2
		where i.case_ref = $1 and i.adverse <> 'none' and not answered(i) and (i.answer_by is null or i.answer_by >= $3)`,
		ref, days, today)
}

// Sent is when and how a letter went to an addressee.
type Sent struct {
	On clock.Date `db:"sent_on"`
	By string     `db:"by_how"`
}

// OpeningSent returns when the opening letter went to each addressee, nothing
// while the family or its representative still waits for it: only then does a
// clock against the family start (process.md, Stages).
func (t *Tx) OpeningSent(ctx context.Context, ref string) ([]Sent, error) {
	var rows []struct {
		Sent
		To     string `db:"to_whom"`
		Needed int    `db:"needed"`
		Owed   bool   `db:"owed"`
	}
	err := t.all(ctx, &rows, `
		select distinct on (s.to_whom) s.to_whom, s.sent_on, s.by_how, case when f.representative <> '' then 2 else 1 end as needed,
		       owed_to_former(s.case_ref, s.no) as owed
		from letter l join letter_sent s using (case_ref, no) join family f using (case_ref)
		where l.case_ref = $1 and l.kind = 'opening' and s.returned_on is null
		order by s.to_whom, s.sent_on desc`, ref)
	var sent []Sent
	former := 0
	for _, r := range rows {
		if r.Owed {
			return nil, err
		}
		if r.To == casefile.FormerRepresentative {
			former++
		}
		sent = append(sent, r.Sent)
	}
	if err != nil || len(sent) == 0 || len(sent)-former < rows[0].Needed {
		return nil, err
	}
	return sent, nil
}

// AddContact records that somebody was reached in person. It reports whether the same
// officer has the same contact of that day on record already. Exception: a contact that
// repeats an earlier word on names counts as new, if another word on names came in
// between.
func (t *Tx) AddContact(ctx context.Context, ref string, f casefile.ContactFields, on clock.Date,
	command uuid.UUID) (twice bool, err error) {
	err = t.get(ctx, &twice, `
		insert into contact (case_ref, how, names, made_on, command_id) values ($1, $2, nullif($3, ''), $4, $5)
		returning exists (
			select from contact o join command c on c.id = o.command_id join command m on m.id = $5 and m.person = c.person
			where o.case_ref = $1 and o.how = $2 and o.made_on = $4 and coalesce(o.names, '') = $3
			  and not exists (select from contact l join command d on d.id = l.command_id
			                  where $3 <> '' and l.case_ref = $1 and l.made_on = $4 and l.names <> $3 and d.chain_n > c.chain_n))`,
		ref, f.How, f.Names, on, command)
	return twice, err
}

// AddInterview records an interview. answerBy is the last day to answer adverse
// material that was put, zero if none was, by a version of the calendars.
func (t *Tx) AddInterview(ctx context.Context, ref string, person int, f casefile.InterviewFields, on,
	answerBy clock.Date, version string, command uuid.UUID) error {
	return t.exec(ctx, `
		insert into interview (case_ref, person_no, held_on, adverse, put_on, answer_by, calendar_version, command_id) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		ref, person, on, f.Adverse, f.PutOn, answerBy, version, command)
}

// DecisionLetter is to whom the letter with the decision that stands was sent and did not come back.
type DecisionLetter struct {
	Represented      bool `db:"represented"`
	ToFamily         bool `db:"to_family"`
	ToRepresentative bool `db:"to_representative"`
	// OwedToFormer says that it went to a representative while letters also go to the one
	// before, who was not sent it.
	OwedToFormer bool `db:"owed_to_former"`
}

// DecisionLetter returns to whom a case's decision letter was sent.
func (t *Tx) DecisionLetter(ctx context.Context, ref string) (DecisionLetter, error) {
	var d DecisionLetter
	err := t.get(ctx, &d, `
		select f.representative <> '' as represented,
			exists (select from letter l join letter_sent s using (case_ref, no)
				where l.case_ref = $1 and l.decision_no = d.no and s.to_whom = 'family' and s.returned_on is null) as to_family,
			exists (select from letter l join letter_sent s using (case_ref, no)
				where l.case_ref = $1 and l.decision_no = d.no and s.to_whom = 'representative' and s.returned_on is null) as to_representative,
			exists (select from letter l where l.case_ref = $1 and l.decision_no = d.no and owed_to_former(l.case_ref, l.no)) as owed_to_former
		from family f left join decision_in_force d using (case_ref) where f.case_ref = $1`, ref)
	return d, err
}
