package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
)

// OpenTask opens a task with its deadline, for the party awaited. An open one of
// the same kind and subject stays as it is: opening is idempotent.
func (t *Tx) OpenTask(ctx context.Context, ref string, rule casefile.TaskRule, awaiting casefile.Party, subject int,
	l policy.Ladder, at time.Time) error {
	b := l.Deadline.Budget
	first := l.First.At
	if l.DueOn.IsZero() {
		first = time.Time{} // its clock is stopped: not even a rung whose day passed before acts
	}
	return t.exec(ctx, `
		insert into task (case_ref, kind, subject, stage, awaiting, began, days, unit, calendar, calendar_version, due_on, provisional,
		                  opened_at, next_rung, next_no, next_at, opened_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, `+theAct+`)
		on conflict (case_ref, kind, subject) where closed_at is null do nothing`,
		ref, rule.Kind, subject, rule.Stage, awaiting, l.Deadline.Began, b.Days, b.Unit, b.Calendar, l.Calendar, l.DueOn,
		l.Provisional,
		at, l.First.Kind, l.First.No, instant(first))
}

// CloseTask closes an open task with a result and the day attested for it,
// zero if nobody attested one. It reports whether one was open. Whether it is
// overdue follows from the day attested, whether or not a rung came first: a
// timely answer that was entered late takes the mark away.
func (t *Tx) CloseTask(ctx context.Context, ref string, kind casefile.TaskKind, subject int,
	result casefile.TaskResult, on clock.Date, at time.Time) (bool, error) {
	return t.execOne(ctx, `
		update task set closed_at = $4, result = $5, attested_on = $6, overdue = coalesce($6::date > due_on and $7, overdue),
		       closed_by = `+theAct+`
		where case_ref = $1 and kind = $2 and subject = $3 and closed_at is null`, ref, kind, subject, at, result, on, kind.CanBeMissed())
}

// instant hands an instant to the database, the zero one as NULL: a stopped clock
// has no next.
func instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// TaskDates is a task with the facts that its dates follow from, but for the holds of
// its case, and with the dates as they are shown.
type TaskDates struct {
	ID       int64             `db:"id"`
	Kind     casefile.TaskKind `db:"kind"`
	Subject  int               `db:"subject"`
	Awaiting casefile.Party    `db:"awaiting"`
	Owed     casefile.Party    `db:"owed_by"` // whom it awaited when it was opened
	Began    clock.Date        `db:"began"`
	Days     int               `db:"days"`
	Unit     clock.Unit        `db:"unit"`
	Calendar clock.CalendarID  `db:"calendar"`
	Extended int               `db:"extended"` // days granted and not withdrawn
	Asked    int               `db:"asked"`    // of these, the days that somebody asked for

	Version     string              `db:"calendar_version"`
	KeptUnder   string              `db:"kept_under"`
	DueOn       clock.Date          `db:"due_on"`
	Provisional bool                `db:"provisional"`
	NextRung    casefile.RungKind   `db:"next_rung"`
	NextNo      int                 `db:"next_no"`
	Next        *time.Time          `db:"next_at"` // nil while the clock is stopped
	Overdue     bool                `db:"overdue"`
	Escalated   bool                `db:"escalated"`
	Result      casefile.TaskResult `db:"result"` // empty while it is open
	AttestedOn  clock.Date          `db:"attested_on"`

	Acted     actedRungs `db:"acted"`
	WasInTime bool       `db:"was_in_time"`
	PutOff    bool       `db:"put_off"`
	AskedAnew bool       `db:"asked_anew"`

	OpenedAt   time.Time  `db:"opened_at"`
	ClosedAt   *time.Time `db:"closed_at"`
	AnsweredAt *time.Time `db:"answered_at"` // when an answer came to a task whose time had passed
}

// actedRungs counts how often each kind of rung of a task has acted.
type actedRungs map[casefile.RungKind]int

// Scan reads the counts from JSON.
func (r *actedRungs) Scan(from any) error {
	body, ok := from.([]byte)
	if !ok {
		return fmt.Errorf("counts of rungs as %T", from)
	}
	return json.Unmarshal(body, r)
}

// Ledger returns the task's ledger with the pauses given.
func (t TaskDates) Ledger(pauses []clock.Pause) policy.Ledger {
	return policy.Ledger{
		Kind: t.Kind, Deadline: t.Deadline(pauses), Owed: t.Owed, Acted: t.Acted, PutOff: t.PutOff,
		Result: t.Result, AnsweredOn: t.AttestedOn, WasInTime: t.WasInTime, AskedAnew: t.AskedAnew,
		Shown: policy.Dates{DueOn: t.DueOn, Provisional: t.Provisional, Next: t.Rung(), Awaiting: t.Awaiting,
			Overdue: t.Overdue, Escalated: t.Escalated, Version: t.Version, KeptUnder: t.KeptUnder},
	}
}

// Deadline returns the task's deadline with the pauses given.
func (t TaskDates) Deadline(pauses []clock.Pause) clock.Deadline {
	return clock.Deadline{Began: t.Began, Budget: clock.Budget{Days: t.Days, Unit: t.Unit, Calendar: t.Calendar},
		Extended: t.Extended, Pauses: pauses}
}

// Rung is the task's next rung as it stands.
func (t TaskDates) Rung() casefile.Rung {
	r := casefile.Rung{Kind: t.NextRung, No: t.NextNo}
	if t.Next != nil {
		r.At = *t.Next
	}
	return r
}

const selectTaskDates = `
	select t.id, t.kind, t.subject, t.awaiting, t.owed_by, t.began, t.days, t.unit, t.calendar,
	       coalesce(t.calendar_version, '') as calendar_version, coalesce(t.kept_under, '') as kept_under,
	       t.due_on, t.provisional, t.next_rung, t.next_no, t.next_at, t.overdue, t.escalated,
	       coalesce(t.result, '') as result, t.attested_on,
	       t.opened_at, t.closed_at, t.answered_at,
	       t.closed_at is not null and t.attested_on is not null
	           and coalesce(t.attested_on <= due_as_known(t, coalesce(t.answered_at, t.closed_at)), true) as was_in_time,
	       (select coalesce(sum(e.days), 0) from extension e
	        where e.task_id = t.id and e.decision = 'granted' and e.withdrawn_on is null) as extended,
	       (select coalesce(sum(e.days), 0) from extension e
	        where e.task_id = t.id and e.decision = 'granted' and e.withdrawn_on is null and e.asked_by <> 'nobody') as asked,
	       (select coalesce(jsonb_object_agg(a.kind, a.n), '{}')
	        from (select kind, count(*) as n from rung where task_id = t.id group by kind) a) as acted,
	       coalesce((select d.cause = 'post' and d.new_next = t.next_at from deadline_change d
	                 where d.task_id = t.id order by d.no desc limit 1), false) as put_off,
	       exists (select from task n where n.case_ref = t.case_ref and n.kind = t.kind and n.subject = t.subject and n.id > t.id
	               and n.void_at is null) as asked_anew
	from task t `

// Task returns an open task of a case. NotFound if there is none.
func (t *Tx) Task(ctx context.Context, ref string, kind casefile.TaskKind, subject int) (TaskDates, error) {
	var row TaskDates
	err := t.get(ctx, &row, selectTaskDates+`where t.case_ref = $1 and t.kind = $2 and t.subject = $3 and t.closed_at is null`, ref, kind, subject)
	return row, err
}

// TasksWithDates lists a case's open tasks, and those that were closed because
// their time had passed or while their clock was stopped: their dates follow from
// the ledger too. The latest comes first.
func (t *Tx) TasksWithDates(ctx context.Context, ref string) ([]TaskDates, error) {
	var rows []TaskDates
	err := t.all(ctx, &rows, selectTaskDates+`
		where t.case_ref = $1 and t.void_at is null and (t.closed_at is null or t.overdue or t.due_on is null or time_passed(t.result)) order by t.id desc`, ref)
	return rows, err
}

// OpenSubjects lists the subjects for which a kind of task is open, in order.
func (t *Tx) OpenSubjects(ctx context.Context, ref string, kind casefile.TaskKind) ([]int, error) {
	var subjects []int
	err := t.all(ctx, &subjects, `select subject from task where case_ref = $1 and kind = $2 and closed_at is null order by subject`, ref, kind)
	return subjects, err
}

// HadTask reports whether a task of a kind and subject was ever opened, and still counts.
func (t *Tx) HadTask(ctx context.Context, ref string, kind casefile.TaskKind, subject int) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `select exists (select from task where case_ref = $1 and kind = $2 and subject = $3 and void_at is null)`, ref,
		kind, subject)
	return yes, err
}

// ClosedRung is a rung that is due of a task on a closed case.
type ClosedRung struct {
	Case    string            `db:"case_ref"`
	Kind    casefile.TaskKind `db:"kind"`
	Subject int               `db:"subject"`
	casefile.Rung
}

// RungsOfClosed lists the rungs of closed cases that are due at an instant.
func (s *Store) RungsOfClosed(ctx context.Context, now time.Time) ([]ClosedRung, error) {
	var rows []struct {
		Case    string            `db:"case_ref"`
		Kind    casefile.TaskKind `db:"kind"`
		Subject int               `db:"subject"`
		Next    casefile.RungKind `db:"next_rung"`
		No      int               `db:"next_no"`
		At      time.Time         `db:"next_at"`
	}
	err := s.db.SelectContext(ctx, &rows, `
		select t.case_ref, t.kind, t.subject, t.next_rung, t.next_no, t.next_at
		from task t join review r using (case_ref)
		where t.closed_at is null and r.stage = 'closed' and t.next_at <= $1 order by t.next_at limit 1000`, now)
	rungs := make([]ClosedRung, len(rows))
	for i, r := range rows {
		rungs[i] = ClosedRung{r.Case, r.Kind, r.Subject, casefile.Rung{Kind: r.Next, No: r.No, At: r.At}}
	}
	return rungs, mapError(err)
}

// ActRung writes that a rung acted, once: it reports false if it had already.
func (t *Tx) ActRung(ctx context.Context, task int64, rung casefile.Rung, effect casefile.Effect, at time.Time,
) (bool, error) {
	return t.execOne(ctx, `
		insert into rung (task_id, kind, no, on_at, acted_at, effect) values ($1, $2, $3, $4, $5, $6)
		on conflict do nothing`, task, rung.Kind, rung.No, rung.At, at, effect)
}

// Advance sets a task's next rung and its marks.
func (t *Tx) Advance(ctx context.Context, task int64, next casefile.Rung, awaiting casefile.Party, overdue,
	escalated bool) error {
	return t.exec(ctx, `
		update task set next_rung = $2, next_no = $3, next_at = $4, awaiting = $5, overdue = overdue or $6, escalated = escalated or $7
		where id = $1`, task, next.Kind, next.No, instant(next.At), awaiting, overdue, escalated)
}

// MarkOverdue marks a task whose due day has passed.
func (t *Tx) MarkOverdue(ctx context.Context, task int64) error {
	return t.exec(ctx, `update task set overdue = true where id = $1`, task)
}

// AnswerLate gives a task that was closed with a gap the answer that came after
// all. An answer attested for a day before the deadline takes the missed mark
// away; a late one is recorded as late. at is the instant at which it is recorded.
func (t *Tx) AnswerLate(ctx context.Context, ref string, kind casefile.TaskKind, subject int,
	result casefile.TaskResult, on clock.Date, at time.Time) error {
	return t.exec(ctx, `
		update task set result = $4, attested_on = $5, answered_at = $6, overdue = coalesce($5::date > due_on and $7, overdue),
		       closed_by = `+theAct+`
		where id = (select max(id) from task where case_ref = $1 and kind = $2 and subject = $3 and time_passed(result)
		            and void_at is null)`,
		ref, kind, subject, result, on, at, kind.CanBeMissed())
}

// CloseKind closes every open task of a kind of a case with one result.
func (t *Tx) CloseKind(ctx context.Context, ref string, kind casefile.TaskKind, result casefile.TaskResult,
	at time.Time) error {
	return t.exec(ctx, `
		update task set closed_at = $3, result = $4, closed_by = `+theAct+` where case_ref = $1 and kind = $2 and closed_at is null`,
		ref, kind, at, result)
}

// CloseAll closes every open task of a case that is still open, with one result.
func (t *Tx) CloseAll(ctx context.Context, ref string, result casefile.TaskResult, at time.Time) error {
	return t.exec(ctx, `update task set closed_at = $2, result = $3 where case_ref = $1 and closed_at is null`, ref, at,
		result)
}
