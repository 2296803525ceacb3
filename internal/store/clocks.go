package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
)

// Cause is why a deadline's dates changed.
type Cause string

// The causes. Why a case is held stands in its hold alone.
const (
	CauseHold       Cause = "hold"
	CauseRelease    Cause = "release"
	CauseHoldReview Cause = "hold_review" // a hold was given another day of review
	CauseExtension  Cause = "extension"
	CauseWithdrawal Cause = "withdrawal"
	CauseCalendar   Cause = "calendar"
	CausePost       Cause = "post" // an item of post is waited for (C1)
	CauseStrike     Cause = "strike"
	CauseMove       Cause = "move" // the family moved to another council
)

// Causes lists them.
var Causes = []Cause{CauseHold, CauseRelease, CauseHoldReview, CauseExtension, CauseWithdrawal, CauseCalendar,
	CausePost, CauseStrike, CauseMove}

// MoveTask gives a task the dates of a plan, and keeps the old ones with the cause of
// the change, in one statement: neither is there without the other. budget is that of
// the deadline, which changes for the review of a hold alone. command is the act that
// caused it, uuid.Nil for a calendar.
func (t *Tx) MoveTask(ctx context.Context, task int64, budget clock.Budget, to policy.Plan, cause Cause,
	command uuid.UUID, at time.Time) error {
	return t.exec(ctx, `
		with kept as (
			insert into deadline_change (task_id, no, cause, at, command_id, days_left, old_due, new_due, old_next, new_next,
			                             provisional, was_provisional, old_version, new_version)
			select t.id, 1 + (select coalesce(max(no), 0) from deadline_change where task_id = t.id), $2, $3, $4, $5,
			       t.due_on, $6, t.next_at, $7, $8, t.provisional, t.calendar_version, $9
			from task t where t.id = $1)
		update task set due_on = $6, next_at = $7, provisional = $8, calendar_version = $9, days = $10, next_rung = $11, next_no = $12,
		       awaiting = $13, overdue = $14, escalated = $15, unit = $17, kept_under = nullif($18, ''),
		       closed_at = case when $16 then null else closed_at end, result = case when $16 then null else result end,
		       closed_by = case when $16 then null else closed_by end
		where id = $1`,
		task, string(cause), at, commandOrNone(command), to.DaysLeft, to.DueOn, instant(to.Next.At), to.Provisional,
		to.Version,
		budget.Days, to.Next.Kind, to.Next.No, to.Awaiting, to.Overdue, to.Escalated, to.Reopened, budget.Unit, to.KeptUnder)
}

// commandOrNone hands an act's id to the database, and NULL where no act is the cause.
func commandOrNone(id uuid.UUID) any {
	if id == uuid.Nil {
		return nil
	}
	return id
}

// StampCalendar records that a task's dates are the same by another version of
// the calendars, or are kept under one.
func (t *Tx) StampCalendar(ctx context.Context, task int64, version, keptUnder string) error {
	return t.exec(ctx, `update task set calendar_version = $2, kept_under = nullif($3, '') where id = $1`, task, version,
		keptUnder)
}

// HoldRow is a hold of a case. Until is zero while it stands.
type HoldRow struct {
	Person   int             `db:"person_no"`
	Ground   casefile.Ground `db:"ground"`
	From     clock.Date      `db:"opened_on"`
	Until    clock.Date      `db:"ended_on"`
	ReviewOn clock.Date      `db:"review_on"`
	// RunsOn is a hold that stops no clock: one from before clocks could be stopped,
	// or one that was opened by mistake.
	RunsOn bool `db:"runs_on"`
}

// Holds lists a case's holds, ended ones too.
func (t *Tx) Holds(ctx context.Context, ref string) ([]HoldRow, error) {
	var rows []HoldRow
	err := t.all(ctx, &rows, `
		select person_no, ground, opened_on, ended_on, review_on, runs_on from hold where case_ref = $1 order by id`, ref)
	return rows, err
}

// BeginHold lets an open hold begin on a day, and stop the clocks that its ground
// stops: also one that was recorded with a later day, or that let every clock run.
func (t *Tx) BeginHold(ctx context.Context, ref string, person int, ground casefile.Ground, on clock.Date) error {
	return t.exec(ctx, `
		update hold set opened_on = $4, runs_on = false where case_ref = $1 and person_no = $2 and ground = $3 and ended_on is null`, ref, person, ground, on)
}

// VoidHold lets an open hold have stopped no clock: it was opened by mistake.
func (t *Tx) VoidHold(ctx context.Context, ref string, person int, ground casefile.Ground) error {
	return t.exec(ctx, `
		update hold set runs_on = true where case_ref = $1 and person_no = $2 and ground = $3 and ended_on is null`, ref, person, ground)
}

// ReviewHold gives an open hold another day of review.
func (t *Tx) ReviewHold(ctx context.Context, ref string, person int, ground casefile.Ground, on clock.Date) error {
	return t.exec(ctx, `
		update hold set review_on = $4 where case_ref = $1 and person_no = $2 and ground = $3 and ended_on is null`, ref, person, ground, on)
}

// AskedByNobody stands for who asked for more time that follows from what happened, and
// that counts under no cap.
const AskedByNobody = "nobody"

// AddExtension records the decision on a request for more time.
func (t *Tx) AddExtension(ctx context.Context, ref string, task int64, f casefile.ExtendFields, by string,
	on clock.Date, command uuid.UUID) error {
	return t.exec(ctx, `
		insert into extension (case_ref, no, task_id, days, reason, asked_by, asked_on, decision, decided_by, decided_on, command_id)
		select $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10 from extension where case_ref = $1`,
		ref, task, f.Days, f.Reason, f.AskedBy, f.AskedOn, f.Decision, by, on, command)
}

// WithdrawExtension takes back the last extension that was given to a task. It
// returns how many days it had, 0 if none stands.
func (t *Tx) WithdrawExtension(ctx context.Context, task int64, by string, on clock.Date, command uuid.UUID,
) (int, error) {
	var days int
	err := t.get(ctx, &days, `
		update extension set withdrawn_on = $3, withdrawn_by = $2, withdrawal_id = $4
		where (case_ref, no) = (select case_ref, max(no) from extension where task_id = $1 and decision = 'granted' and withdrawn_on is null group by case_ref)
		returning days`, task, by, on, command)
	if IsKind(err, NotFound) {
		return 0, nil
	}
	return days, err
}

// DeadlineOnRecord is a task that runs, with what its last day follows from.
type DeadlineOnRecord struct {
	TaskDates
	Case   string
	Pauses []clock.Pause
}

// DeadlinesOnRecord lists the tasks that run, in the order of their numbers: those after
// one, at most so many. NotPermitted but for operations, the auditor and the worker.
func (s *Store) DeadlinesOnRecord(ctx context.Context, after int64, atMost int) ([]DeadlineOnRecord, error) {
	var rows []struct {
		TaskDates
		Case   string `db:"case_ref"`
		Pauses []byte `db:"pauses"`
	}
	err := s.db.SelectContext(ctx, &rows, `
		select id, case_ref, kind, subject, awaiting, began, days, unit, calendar, calendar_version, due_on, provisional, extended, pauses
		from deadlines_on_record($1, $2)`, after, atMost)
	if err != nil {
		return nil, mapError(err)
	}
	found := make([]DeadlineOnRecord, len(rows))
	for i, r := range rows {
		found[i] = DeadlineOnRecord{TaskDates: r.TaskDates, Case: r.Case}
		if err := json.Unmarshal(r.Pauses, &found[i].Pauses); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// AnswerOnRecord is the time in which a person may answer adverse material, with what
// its last day follows from.
type AnswerOnRecord struct {
	Case    string
	Person  int
	PutOn   clock.Date
	By      clock.Date // the last day; zero while it is stopped
	Version string     // of the calendars
	// Extended are the working days that were added.
	Extended int
	Pauses   []clock.Pause
}

// AnswersOnRecord lists the times to answer that nobody has answered in. NotPermitted
// but for operations, the auditor and the worker.
func (s *Store) AnswersOnRecord(ctx context.Context) ([]AnswerOnRecord, error) {
	var rows []struct {
		Case     string     `db:"case_ref"`
		Person   int        `db:"subject"`
		PutOn    clock.Date `db:"began"`
		Version  string     `db:"calendar_version"`
		By       clock.Date `db:"due_on"`
		Extended int        `db:"extended"`
		Pauses   []byte     `db:"pauses"`
	}
	err := s.db.SelectContext(ctx, &rows, `select case_ref, subject, began, calendar_version, due_on, extended, pauses from answers_on_record()`)
	if err != nil {
		return nil, mapError(err)
	}
	found := make([]AnswerOnRecord, len(rows))
	for i, r := range rows {
		found[i] = AnswerOnRecord{Case: r.Case, Person: r.Person, PutOn: r.PutOn, By: r.By, Version: r.Version,
			Extended: r.Extended}
		if err := json.Unmarshal(r.Pauses, &found[i].Pauses); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// CaseClocks reads a case's deadlines as the login may see them, and records
// that they were read. NotFound if there is no such case for this login.
func (s *Store) CaseClocks(ctx context.Context, ref string) (json.RawMessage, error) {
	if err := s.recordRead(ctx, ref, "clocks"); err != nil {
		return nil, err
	}
	var body []byte
	if err := s.db.GetContext(ctx, &body, `select case_clocks($1)`, ref); err != nil {
		return nil, mapError(err)
	}
	if body == nil {
		return nil, &Error{Kind: NotFound}
	}
	return body, nil
}
