package store

import (
	"context"
	"time"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
)

// OpenTask opens a task with its deadline, for whoever is awaited. An open one of
// the same kind and subject stays as it is: opening is idempotent.
func (t *Tx) OpenTask(ctx context.Context, ref string, rule casefile.TaskRule, awaiting casefile.Party, subject int, l policy.Ladder, at time.Time) error {
	b := l.Deadline.Budget
	return t.exec(ctx, `
		insert into task (case_ref, kind, subject, stage, awaiting, began, days, unit, calendar, due_on, provisional, opened_at,
		                  next_rung, next_no, next_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		on conflict (case_ref, kind, subject) where closed_at is null do nothing`,
		ref, rule.Kind, subject, rule.Stage, awaiting, l.Deadline.Began, b.Days, b.Unit, b.Calendar, l.DueOn, l.Provisional, at,
		l.First.Kind, l.First.No, l.First.At)
}

// CloseTask closes an open task with a result and the day attested for it,
// zero if nobody attested one. It reports whether one was open. A timely answer
// that was entered late takes the overdue mark away.
func (t *Tx) CloseTask(ctx context.Context, ref string, kind casefile.TaskKind, subject int, result string, on clock.Date, at time.Time) (bool, error) {
	return t.execOne(ctx, `
		update task set closed_at = $4, result = $5, attested_on = $6, overdue = overdue and not coalesce($6::date <= due_on, false)
		where case_ref = $1 and kind = $2 and subject = $3 and closed_at is null`, ref, kind, subject, at, result, on)
}

// OpenTaskRow is an open task with what its next rung needs.
type OpenTaskRow struct {
	ID       int64             `db:"id"`
	Kind     casefile.TaskKind `db:"kind"`
	Subject  int               `db:"subject"`
	Stage    casefile.Stage    `db:"stage"`
	Awaiting casefile.Party    `db:"awaiting"`
	Began    clock.Date        `db:"began"`
	DueOn    clock.Date        `db:"due_on"`
	NextRung casefile.RungKind `db:"next_rung"`
	NextNo   int               `db:"next_no"`
	NextAt   time.Time         `db:"next_at"`
}

// Task returns an open task of a case. NotFound if there is none.
func (t *Tx) Task(ctx context.Context, ref string, kind casefile.TaskKind, subject int) (OpenTaskRow, error) {
	var row OpenTaskRow
	err := t.get(ctx, &row, `
		select id, kind, subject, stage, awaiting, began, due_on, next_rung, next_no, next_at
		from task where case_ref = $1 and kind = $2 and subject = $3 and closed_at is null`, ref, kind, subject)
	return row, err
}

// OpenSubjects lists the subjects for which a kind of task is open, in order.
func (t *Tx) OpenSubjects(ctx context.Context, ref string, kind casefile.TaskKind) ([]int, error) {
	var subjects []int
	err := t.all(ctx, &subjects, `select subject from task where case_ref = $1 and kind = $2 and closed_at is null order by subject`, ref, kind)
	return subjects, err
}

// HadTask reports whether a task of a kind and subject was ever opened.
func (t *Tx) HadTask(ctx context.Context, ref string, kind casefile.TaskKind, subject int) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `select exists (select from task where case_ref = $1 and kind = $2 and subject = $3)`, ref, kind, subject)
	return yes, err
}

// ActRung writes that a rung acted, once: it reports false if it had already.
func (t *Tx) ActRung(ctx context.Context, task int64, rung casefile.Rung, effect casefile.Effect, at time.Time) (bool, error) {
	return t.execOne(ctx, `
		insert into rung (task_id, kind, no, on_at, acted_at, effect) values ($1, $2, $3, $4, $5, $6)
		on conflict do nothing`, task, rung.Kind, rung.No, rung.At, at, effect)
}

// Advance sets a task's next rung and its marks.
func (t *Tx) Advance(ctx context.Context, task int64, next casefile.Rung, awaiting casefile.Party, overdue, escalated bool) error {
	return t.exec(ctx, `
		update task set next_rung = $2, next_no = $3, next_at = $4, awaiting = $5, overdue = overdue or $6, escalated = escalated or $7
		where id = $1`, task, next.Kind, next.No, next.At, awaiting, overdue, escalated)
}

// MarkOverdue marks a task whose due day has passed.
func (t *Tx) MarkOverdue(ctx context.Context, task int64) error {
	return t.exec(ctx, `update task set overdue = true where id = $1`, task)
}

// AnswerLate gives a task that was closed with a gap the answer that came after
// all. An answer attested for a day before the deadline takes the missed mark
// away; a late one is recorded as late. at is the instant at which it is recorded.
func (t *Tx) AnswerLate(ctx context.Context, ref string, kind casefile.TaskKind, subject int, result string, on clock.Date, at time.Time) error {
	return t.exec(ctx, `
		update task set result = $4, attested_on = $5, answered_at = $6, overdue = overdue and $5::date > due_on
		where id = (select max(id) from task where case_ref = $1 and kind = $2 and subject = $3 and result in ('gap', 'lapsed'))`,
		ref, kind, subject, result, on, at)
}

// Postpone lets a task's next rung act later than it would, and nothing else.
func (t *Tx) Postpone(ctx context.Context, task int64, at time.Time) error {
	return t.exec(ctx, `update task set next_at = $2 where id = $1`, task, at)
}

// CloseAll closes every open task of a case that is still open, with one result.
func (t *Tx) CloseAll(ctx context.Context, ref, result string, at time.Time) error {
	return t.exec(ctx, `update task set closed_at = $2, result = $3 where case_ref = $1 and closed_at is null`, ref, at, result)
}
