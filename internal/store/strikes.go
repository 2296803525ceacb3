package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
)

// DoneAct is an act on a case by its number in the case's chain.
type DoneAct struct {
	ID      uuid.UUID    `db:"id"`
	No      int          `db:"no"`
	Act     casefile.Act `db:"kind"`
	Subject int          `db:"subject_no"`
	Person  string       `db:"person"`
	Fields  []byte       `db:"fields"`
	// At is the business instant at which the act was done, nil if it is not done.
	At   *time.Time `db:"business_at"`
	Done bool       `db:"done"`
	// Kept says that what the act changed was kept: it is not of before there was a journal.
	Kept   bool `db:"kept"`
	Struck bool `db:"struck"`
}

// ActByNumber returns an act of a case. NotFound if the case has no act of this number.
func (t *Tx) ActByNumber(ctx context.Context, ref string, no int) (DoneAct, error) {
	var a DoneAct
	err := t.get(ctx, &a, `
		select c.id, c.chain_n as no, c.kind, c.subject_no, c.person, c.fields, o.business_at,
		       coalesce(o.outcome in ('accepted', 'filed'), false) as done, is_struck(c.id) as struck,
		       coalesce(o.recorded_at >= (select min(v.tstamp at time zone 'UTC') from goose_db_version v where v.version_id = 12), true) as kept
		from command c left join command_outcome o on o.command_id = c.id where c.case_ref = $1 and c.chain_n = $2`, ref, no)
	return a, err
}

// MayStrike reports whether the officer of a command may strike acts of a kind on its case.
func (t *Tx) MayStrike(ctx context.Context, command uuid.UUID, act casefile.Act) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `
		select may_strike(c.login, c.person, $2, c.case_ref, c.recorded_at) from command c where c.id = $1`, command, act)
	return yes, err
}

// MyAct is an act on a case that the login may strike.
type MyAct struct {
	Act     int          `db:"act" json:"act"`
	Kind    casefile.Act `db:"kind" json:"kind"`
	Subject int          `db:"subject_no" json:"subject,omitempty"`
	// Fields are the act's codes in one line, as in "provider gp, result complete".
	Fields string     `db:"fields" json:"fields,omitempty"`
	Person string     `db:"person" json:"person"`
	On     clock.Date `db:"done_on" json:"on"`
	// State is stands, struck, or who has asked that it be struck.
	State string `db:"state" json:"state"`
}

// MyActs lists the acts on a case that the login may strike, or ask a colleague to, and
// records the read. NotFound if there is no such case for this login.
func (s *Store) MyActs(ctx context.Context, ref string) ([]MyAct, error) {
	if err := s.recordRead(ctx, ref, "acts"); err != nil {
		return nil, err
	}
	acts := []MyAct{}
	err := s.db.SelectContext(
		ctx,
		&acts,
		`select act, kind, subject_no, fields, person, done_on, state from my_acts($1)`,
		ref,
	)
	return acts, mapError(err)
}

// Follows is what would follow if an act were struck.
type Follows struct {
	Act       int          `json:"act"`
	Kind      casefile.Act `json:"kind"`
	Subject   int          `json:"subject,omitempty"`
	Person    string       `json:"person"`
	On        clock.Date   `json:"done_on"`
	Own       bool         `json:"own"`
	Today     bool         `json:"today"`
	Struck    bool         `json:"struck,omitempty"`
	AskedBy   string       `json:"asked_by,omitempty"`
	AskedByMe bool         `json:"asked_by_me,omitempty"`
	Signed    bool         `json:"signed,omitempty"`
	// FileRests says that a proposal waits or the decision is signed.
	FileRests bool               `json:"file_rests,omitempty"`
	Rests     []casefile.Resting `json:"rests"`
	Facts     []string           `json:"facts"`
	Moot      []TaskNamed        `json:"moot"`
	OpenAgain []TaskNamed        `json:"open_again"`
}

// TaskNamed is a task by its kind and subject.
type TaskNamed struct {
	Kind    casefile.TaskKind `json:"kind"`
	Subject int               `json:"subject,omitempty"`
	Stage   casefile.Stage    `json:"stage"`
}

// WhatFollows returns what would follow if an act were struck, and records the read.
// NotFound if the case has no such act that the login may strike.
func (s *Store) WhatFollows(ctx context.Context, ref string, act int) (Follows, error) {
	var f Follows
	if err := s.recordRead(ctx, ref, "acts"); err != nil {
		return f, err
	}
	var body []byte
	if err := s.db.GetContext(ctx, &body, `select what_follows($1, $2)`, ref, act); err != nil {
		return f, mapError(err)
	}
	if body == nil {
		return f, &Error{Kind: NotFound}
	}
	return f, json.Unmarshal(body, &f)
}

// RestingAct is an act that rests on another.
type RestingAct struct {
	ID uuid.UUID `db:"command_id"`
	casefile.Resting
}

// RestsOn lists the acts that rest on an act and stand, in the order in which they were typed.
func (t *Tx) RestsOn(ctx context.Context, command uuid.UUID) ([]RestingAct, error) {
	var acts []RestingAct
	err := t.all(ctx, &acts, `select command_id, act, kind from rests_on($1)`, command)
	return acts, err
}

// StrikeRequest is an officer's request that an act be struck, which waits for a second officer.
type StrikeRequest struct {
	No      int64  `db:"no"`
	FirstBy string `db:"first_by"`
	Reason  string `db:"reason"`
}

// OpenStrike returns the request to strike an act that waits. NotFound if none does.
func (t *Tx) OpenStrike(ctx context.Context, command uuid.UUID) (StrikeRequest, error) {
	var r StrikeRequest
	err := t.get(ctx, &r, `select no, first_by, reason from strike where command_id = $1 and result is null`, command)
	return r, err
}

// AskToStrike records that an officer wants an act struck, and whether it takes a second
// one. by is the officer's own act.
func (t *Tx) AskToStrike(ctx context.Context, target DoneAct, ref, reason, person string, takesTwo bool, on clock.Date,
	by uuid.UUID) (int64, error) {
	var no int64
	err := t.get(ctx, &no, `
		insert into strike (command_id, case_ref, reason, first_by, first_id, asked_on, takes_two)
		values ($1, $2, $3, $4, $5, $6, $7) returning no`, target.ID, ref, reason, person, by, on, takesTwo)
	return no, err
}

// SettleStrike records what became of a request. second is empty where the author of the
// act struck it alone, or withdraws the request.
func (t *Tx) SettleStrike(ctx context.Context, no int64, result, second string, by uuid.UUID, at time.Time) error {
	return t.exec(ctx, `
		update strike set result = $2, second_by = nullif($3, ''), second_id = case when $3 <> '' then $4::uuid end, settled_at = $5
		where no = $1`, no, result, second, by, at)
}

// TakeBack takes back what a struck act made of the facts. What it made stays readable.
func (t *Tx) TakeBack(ctx context.Context, strike int64) error {
	return t.exec(ctx, `select take_back($1)`, strike)
}

// VoidOpenedBy makes moot what an act opened: its tasks count until this instant. What
// arrived after the signature, or after the closing, is read in any case: other arrivals may
// wait with it.
func (t *Tx) VoidOpenedBy(ctx context.Context, command uuid.UUID, at time.Time) error {
	return t.exec(ctx, `
		update task set void_at = $2, closed_at = coalesce(closed_at, $2), result = coalesce(result, $3)
		where opened_by = $1 and void_at is null and kind <> all($4)`,
		command, at, casefile.ResultMoot, pq.Array([]casefile.TaskKind{casefile.TaskLateArrival, casefile.TaskArrival}))
}

// VoidTasks makes a case's open tasks of some kinds moot. subject is that of the task, or
// less than 0 for any.
func (t *Tx) VoidTasks(ctx context.Context, ref string, subject int, at time.Time, kinds ...casefile.TaskKind) error {
	return t.exec(ctx, `
		update task set void_at = $2, closed_at = $2, result = $3
		where case_ref = $1 and kind = any($4) and closed_at is null and ($5 < 0 or subject = $5)`,
		ref, at, casefile.ResultMoot, pq.Array(kinds), subject)
}

// VoidTask lets a task count until this instant and no longer.
func (t *Tx) VoidTask(ctx context.Context, id int64, at time.Time) error {
	return t.exec(ctx, `
		update task set void_at = $2, closed_at = coalesce(closed_at, $2), result = coalesce(result, $3) where id = $1`,
		id, at, casefile.ResultMoot)
}

// ClosedBy lists the tasks that an act closed, or answered late.
func (t *Tx) ClosedBy(ctx context.Context, command uuid.UUID) ([]TaskDates, error) {
	var rows []TaskDates
	err := t.all(ctx, &rows, selectTaskDates+`where t.closed_by = $1 and t.void_at is null order by t.id`, command)
	return rows, err
}

// LastClosed returns the latest task of a kind and subject that counts. NotFound if there is
// none, or if that one is open.
func (t *Tx) LastClosed(ctx context.Context, ref string, kind casefile.TaskKind, subject int) (TaskDates, error) {
	var row TaskDates
	err := t.get(ctx, &row, selectTaskDates+`
		where t.id = (select max(n.id) from task n where n.case_ref = $1 and n.kind = $2 and n.subject = $3 and n.void_at is null)
		  and t.closed_at is not null`, ref, kind, subject)
	return row, err
}

// LastShown returns the latest last day that was shown of a kind of task which does not
// count any more; zero if there is none.
func (t *Tx) LastShown(ctx context.Context, ref string, kind casefile.TaskKind, subject int) (clock.Date, error) {
	var day clock.Date
	err := t.get(ctx, &day, `
		select max(due_on) from task where case_ref = $1 and kind = $2 and subject = $3 and void_at is not null`, ref, kind, subject)
	return day, err
}

// Reopened is the task that takes the place of one whose answer was struck.
type Reopened struct {
	// Days is its budget, with the days in which it was closed; what was added to it stays
	// added.
	Days int
	policy.Dates
}

// Reopen lets a new task take the place of one that counts no more, with the rungs that
// have acted. It returns the new task's id, and NotFound if one of its kind is open already.
func (t *Tx) Reopen(ctx context.Context, old int64, to Reopened, command uuid.UUID, at time.Time) (int64, error) {
	var id int64
	err := t.get(
		ctx,
		&id,
		`
		insert into task (case_ref, kind, subject, stage, awaiting, began, days, unit, calendar, calendar_version, due_on, provisional,
		                  opened_at, next_rung, next_no, next_at, opened_by, overdue, escalated)
		select case_ref, kind, subject, stage, owed_by, began, $2, unit, calendar, $3, $4, $5, $6, $7, $8, $9, opened_by, $10, $11
		from task where id = $1
		on conflict (case_ref, kind, subject) where closed_at is null do nothing returning id`,
		old,
		to.Days,
		to.Version,
		to.DueOn,
		to.Provisional,
		at,
		to.Next.Kind,
		to.Next.No,
		instant(to.Next.At),
		to.Overdue,
		to.Escalated,
	)
	if err != nil {
		return 0, err
	}
	for _, statement := range []string{
		`update task set awaiting = o.awaiting from task o where task.id = $1 and o.id = $2 and task.escalated`,
		`update extension set task_id = $1 where task_id = $2`,
		`insert into rung (task_id, kind, no, on_at, acted_at, effect) select $1, kind, no, on_at, acted_at, effect from rung where task_id = $2`,
	} {
		if err := t.exec(ctx, statement, id, old); err != nil {
			return 0, err
		}
	}
	return id, t.exec(ctx, `
		insert into deadline_change (task_id, no, cause, at, command_id, days_left, old_due, new_due, old_next, new_next,
		                             provisional, was_provisional, old_version, new_version)
		select n.id, 1, $3, $4, $5, 0, o.due_on, n.due_on, o.next_at, n.next_at, n.provisional, o.provisional,
		       o.calendar_version, n.calendar_version
		from task n join task o on o.id = $2 where n.id = $1 and n.due_on is distinct from o.due_on`,
		id, old, string(CauseStrike), at, command)
}

// AskedFor records that the open task of a kind is asked for by what had opened one that
// counts no more: it stays, also if the act that opened it is struck.
func (t *Tx) AskedFor(ctx context.Context, old int64) error {
	return t.exec(ctx, `
		update task set opened_by = o.opened_by from task o
		where o.id = $1 and task.case_ref = o.case_ref and task.kind = o.kind and task.subject = o.subject and task.closed_at is null`, old)
}

// CloseAs closes a task that has been opened anew, because another act answers it or its
// time had passed; command is uuid.Nil if no act answers it.
func (t *Tx) CloseAs(ctx context.Context, task int64, result casefile.TaskResult, on clock.Date, overdue bool,
	command uuid.UUID, at time.Time) error {
	return t.exec(ctx, `
		update task set closed_at = $2, result = $3, attested_on = $4, overdue = $5, closed_by = $6 where id = $1`,
		task, at, result, on, overdue, commandOrNone(command))
}

// Answer is an act that stands and answers a task.
type Answer struct {
	Command uuid.UUID           `db:"command_id"`
	Result  casefile.TaskResult `db:"result"`
	On      clock.Date          `db:"answered_on"`
}

// AnswerOf returns the first act that stands and answers a kind of task that two kinds of
// act answer; of a case's new owner, the first since the task was opened. NotFound
// if none does.
func (t *Tx) AnswerOf(ctx context.Context, ref string, kind casefile.TaskKind, subject int, since time.Time,
) (Answer, error) {
	var a Answer
	err := t.get(ctx, &a, `
		select x.command_id, x.result, x.answered_on from (
			select e.command_id, e.result, e.received_on as answered_on from evidence e
			where e.case_ref = $1 and 'evidence.' || e.provider = $2 and e.result <> 'partial'
			  and ($3 = 0 or e.person_no = $3)
			union all
			select c.command_id, c.how, c.made_on from contact c where c.case_ref = $1 and $2 = 'evidence.contact'
			union all
			select e.command_id, 'answered', e.received_on from evidence e
			where e.case_ref = $1 and e.provider = 'questionnaire' and e.result <> 'partial' and $2 = 'evidence.contact'
			union all
			select c.id, 'assigned', c.attested_on from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
			where c.case_ref = $1 and c.kind = 'case.assign' and c.fields->>'role' is null and not is_struck(c.id)
			  and ($2 = 'listed.allocate' or $2 = 'case.new_owner' and o.business_at >= $4)) x
		join command c on c.id = x.command_id order by c.chain_n limit 1`, ref, kind, subject, since)
	return a, err
}

// VoidStages closes stages that were opened because of an act which is struck: they count as
// never opened.
func (t *Tx) VoidStages(ctx context.Context, ref string, stages []casefile.Stage, at time.Time) error {
	return t.exec(ctx, `
		update stage_entry set void_at = $3, closed_at = coalesce(closed_at, $3)
		where case_ref = $1 and stage = any($2) and void_at is null`, ref, pq.Array(stages), at)
}

// DecidedSince reports whether the decision that stands was signed after an act was done.
func (t *Tx) DecidedSince(ctx context.Context, command uuid.UUID) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `
		select exists (
			select from command c join command_outcome o on o.command_id = c.id
			join decision_in_force d on d.case_ref = c.case_ref
			join command x on x.case_ref = c.case_ref and x.kind in ('decision.propose', 'decision.agree')
			join command_outcome y on y.command_id = x.id and y.outcome = 'accepted' and y.business_at = d.signed_at
			where c.id = $1 and y.chain_n > o.chain_n)`, command)
	return yes, err
}

// StopJournal ends the act's journal: what the rest of the transaction changes of the
// facts, opens and closes is no act's.
func (t *Tx) StopJournal(ctx context.Context) error {
	return t.exec(ctx, `select set_config('hame.act', '', true)`)
}

// WindowAnswered reports whether the minister has represented, or declined to, by an act
// that stands.
func (t *Tx) WindowAnswered(ctx context.Context, ref string) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `
		select exists (select from task where case_ref = $1 and kind = $2 and void_at is null and closed_by is not null
			and result in ('represented', 'declined'))`, ref, casefile.TaskWindow)
	return yes, err
}

// TakeItemAway takes an item of post away from the file to which it does not belong: it
// waits in the mailroom again.
func (t *Tx) TakeItemAway(ctx context.Context, ref string, item int) error {
	return t.exec(ctx, `
		update post_item set case_ref = null, linked_on = null, read_on = null where no = $2 and case_ref = $1`, ref, item)
}

// ItemOf returns the item of post that an act received, 0 if it received none.
func (t *Tx) ItemOf(ctx context.Context, command uuid.UUID) (int, error) {
	var no int
	err := t.get(ctx, &no, `select coalesce((select no from post_item where command_id = $1), 0)`, command)
	return no, err
}
