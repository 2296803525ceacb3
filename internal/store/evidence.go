package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// AddEvidence records what a provider sent, and returns its number on the case,
// which reasons cite.
func (t *Tx) AddEvidence(ctx context.Context, ref string, provider casefile.Provider, person int, result string, on clock.Date, command uuid.UUID) (int, error) {
	var no int
	err := t.get(ctx, &no, `
		insert into evidence (case_ref, no, provider, person_no, result, received_on, command_id)
		select $1, 1 + coalesce(max(no), 0), $2, $3, $4, $5, $6 from evidence where case_ref = $1 returning no`,
		ref, provider, person, result, on, command)
	return no, err
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

// AddLetter makes a letter that a caseworker is to send, and returns its number.
func (t *Tx) AddLetter(ctx context.Context, ref, kind string, at time.Time) (int, error) {
	var no int
	err := t.get(ctx, &no, `
		insert into letter (case_ref, no, kind, created_at)
		select $1, 1 + coalesce(max(no), 0), $2, $3 from letter where case_ref = $1 returning no`, ref, kind, at)
	return no, err
}

// Letter returns what kind of letter a number stands for, and when it was made.
// NotFound if there is none.
func (t *Tx) Letter(ctx context.Context, ref string, no int) (kind string, made time.Time, err error) {
	var row struct {
		Kind string    `db:"kind"`
		Made time.Time `db:"created_at"`
	}
	err = t.get(ctx, &row, `select kind, created_at from letter where case_ref = $1 and no = $2`, ref, no)
	return row.Kind, row.Made, err
}

// SendLetter records that a letter was sent to somebody. It reports false if
// that was recorded before.
func (t *Tx) SendLetter(ctx context.Context, ref string, f casefile.LetterFields, on clock.Date, command uuid.UUID) (bool, error) {
	return t.execOne(ctx, `
		insert into letter_sent (case_ref, no, to_whom, by_how, sent_on, command_id) values ($1, $2, $3, $4, $5, $6)
		on conflict do nothing`, ref, f.Letter, f.To, f.By, on, command)
}

// OpeningSent returns the day on which the last addressee was sent the opening
// letter, zero while the family or its representative still waits for it: only
// then does a clock against the family start (process.md, Stages).
func (t *Tx) OpeningSent(ctx context.Context, ref string) (clock.Date, error) {
	var on clock.Date
	err := t.get(ctx, &on, `
		select case when count(*) >= case when max(f.representative) <> '' then 2 else 1 end then max(s.sent_on) end
		from letter l join letter_sent s using (case_ref, no) join family f using (case_ref)
		where l.case_ref = $1 and l.kind = 'opening'`, ref)
	return on, err
}

// AddContact records that somebody was reached in person.
func (t *Tx) AddContact(ctx context.Context, ref, how string, on clock.Date, command uuid.UUID) error {
	return t.exec(ctx, `insert into contact (case_ref, how, made_on, command_id) values ($1, $2, $3, $4)`, ref, how, on, command)
}

// AddInterview records an interview. answerBy is the last day to answer adverse
// material that was put, zero if none was.
func (t *Tx) AddInterview(ctx context.Context, ref string, person int, f casefile.InterviewFields, on, answerBy clock.Date, command uuid.UUID) error {
	return t.exec(ctx, `
		insert into interview (case_ref, person_no, held_on, adverse, put_on, answer_by, command_id) values ($1, $2, $3, $4, $5, $6, $7)`,
		ref, person, on, f.Adverse, f.PutOn, answerBy, command)
}
