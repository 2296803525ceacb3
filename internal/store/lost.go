package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// BeginTracing records that contact with a family is lost. The constraint one_open_tracing
// refuses a second one.
func (t *Tx) BeginTracing(ctx context.Context, ref, reason string, stage casefile.Stage, on clock.Date,
	command uuid.UUID) error {
	return t.exec(ctx, `
		insert into tracing (case_ref, no, reason, began_on, stage, command_id)
		select $1, 1 + greatest(max(no), struck_no('tracing', $1)), $2, $3, $4, $5 from tracing where case_ref = $1`,
		ref, reason, on, string(stage), command)
}

// Tracing is the tracing of a family that is under way.
type Tracing struct {
	No      int        `db:"no"`
	BeganOn clock.Date `db:"began_on"`
	// Steps are the kinds of step that were taken, each once.
	Steps pq.StringArray `db:"steps"`
	// Archived says that the family is archived; tracing goes on.
	Archived bool `db:"archived"`
}

// OpenTracing returns the tracing of a family that is under way. NotFound if there is none.
func (t *Tx) OpenTracing(ctx context.Context, ref string) (Tracing, error) {
	var x Tracing
	err := t.get(ctx, &x, `
		select r.no, r.began_on,
		       coalesce((select array_agg(distinct s.step) from trace_step s where s.case_ref = r.case_ref and s.tracing = r.no), '{}') as steps,
		       exists (select from archive a where a.case_ref = r.case_ref and a.until is null) as archived
		from tracing r where r.case_ref = $1 and r.ended_on is null`, ref)
	return x, err
}

// AddTraceStep records a step of a tracing. It reports true if the same step of that day, with
// the same result, was on record already.
func (t *Tx) AddTraceStep(ctx context.Context, ref string, tracing int, f casefile.TraceStepFields, on clock.Date,
	command uuid.UUID) (twice bool, err error) {
	err = t.get(ctx, &twice, `
		insert into trace_step (case_ref, tracing, no, step, result, taken_on, command_id)
		select $1, $2, 1 + greatest(max(no), struck_no('trace_step', $1)), $3, $4, $5, $6
		from trace_step where case_ref = $1 and tracing = $2
		returning exists (select from trace_step s where s.case_ref = $1 and s.tracing = $2 and s.step = $3
			and s.result = $4 and s.taken_on = $5)`, ref, tracing, f.Step, f.Result, on, command)
	return twice, err
}

// EndTracing records that a family was found, or its case closed.
func (t *Tx) EndTracing(ctx context.Context, ref, result string, on clock.Date) error {
	return t.exec(ctx, `update tracing set ended_on = $3, result = $2 where case_ref = $1 and ended_on is null`,
		ref, result, on)
}

// Archive records that two officers have archived a family that is not found.
func (t *Tx) Archive(ctx context.Context, ref string, tracing int, first, second string, at time.Time,
	command uuid.UUID) error {
	return t.exec(ctx, `
		insert into archive (case_ref, tracing, no, archived_at, first_by, second_by, command_id)
		select $1, $2, 1 + greatest(max(no), struck_no('archive', $1)), $3, $4, $5, $6 from archive where case_ref = $1`,
		ref, tracing, at, first, second, command)
}

// Unarchive ends a family's archive. It reports false if it was not archived.
func (t *Tx) Unarchive(ctx context.Context, ref string, at time.Time) (bool, error) {
	return t.execOne(ctx, `update archive set until = $2 where case_ref = $1 and until is null`, ref, at)
}

// MootTasks lists, of the tasks of a case that became moot, were not asked again since, and were not
// answered since either, the last of each kind and subject. An act that would have ended the task
// answers it also while nobody is asked: what comes for an archived or a closed case is recorded.
func (t *Tx) MootTasks(ctx context.Context, ref string) ([]casefile.TaskOf, error) {
	var kinds, acts []string
	for _, rule := range casefile.TaskRules {
		for _, act := range rule.Kind.EndedBy() {
			kinds, acts = append(kinds, string(rule.Kind)), append(acts, string(act))
		}
	}
	var tasks []casefile.TaskOf
	err := t.all(ctx, &tasks, `
		select t.kind, t.subject from task t left join command m on m.id = t.closed_by
		where t.case_ref = $1 and t.void_at is null and t.result = $2
		  and not exists (select from task n where n.case_ref = t.case_ref and n.kind = t.kind and n.subject = t.subject
		      and n.id > t.id and n.void_at is null)
		  and not exists (
		      select from unnest($3::text[], $4::text[]) e(kind, act)
		      join command c on c.case_ref = t.case_ref and c.kind = e.act
		      join command_outcome o on o.command_id = c.id and o.outcome in ('accepted', 'filed')
		      where e.kind = t.kind and c.subject_no in (0, t.subject) and not is_struck(c.id)
		        and (c.chain_n > m.chain_n or m.id is null and o.business_at >= t.closed_at)
		        and (c.kind <> 'evidence.receive' or c.fields->>'result' <> 'partial'
		             and (t.kind = 'evidence.' || (c.fields->>'provider')
		                  or t.kind = 'evidence.contact' and c.fields->>'provider' = 'questionnaire'))
		        and (c.kind <> 'case.assign' or coalesce(c.fields->>'role', '') = ''))
		order by t.id`, ref, casefile.ResultMoot, pq.Array(kinds), pq.Array(acts))
	return tasks, err
}

// LiftEnds brings a person back whose part in the case had ended, or with 0 everybody, but
// nobody whose end stays ([casefile.StaysEnded]). It returns how many.
func (t *Tx) LiftEnds(ctx context.Context, ref string, person int, on clock.Date, command uuid.UUID) (int, error) {
	var n int
	err := t.get(ctx, &n, `
		with lifted as (
			update person_end set lifted_on = $3, lifted_by = $4
			where case_ref = $1 and $2 in (0, person_no) and lifted_on is null and outcome <> all($5) returning 1)
		select count(*) from lifted`,
		ref, person, on, command, pq.Array(casefile.StaysEnded(person != 0)))
	return n, err
}

// AddReopening records that two officers have reopened a closed case. Its review is to be
// started.
func (t *Tx) AddReopening(ctx context.Context, ref, reason, first, second string, at time.Time,
	command uuid.UUID) error {
	return t.exec(ctx, `
		insert into reopening (case_ref, no, reason, reopened_at, first_by, second_by, command_id)
		select $1, 1 + coalesce(max(no), 0), $2, $3, $4, $5, $6 from reopening where case_ref = $1`,
		ref, reason, at, first, second, command)
}
