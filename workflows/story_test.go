package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/policy"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
	"hame/workflows"
)

// drawnOn is the Monday on which the families of these stories are drawn, and
// listedOn the Monday two weeks on for which they are listed. Easter falls on
// 28 March 2027: Good Friday is no working day anywhere, Easter Monday none in
// England and Wales.
var (
	drawnOn  = clock.NewDate(2027, time.March, 1)
	listedOn = clock.NewDate(2027, time.March, 15)
)

// morning is when families are drawn, and afternoon when the office sits down to
// its tasks.
func morning(d clock.Date) time.Time   { return d.Start().Add(9 * time.Hour) }
func afternoon(d clock.Date) time.Time { return d.Start().Add(16 * time.Hour) }

// world is a database with families in it, and what the stories of it share.
type world struct {
	testing.TB
	db         testdb.DB
	record     *sqlx.DB // as hame_worker reads it
	activities *activities.Activities
	refs       map[string]string // case references by family key
}

// newWorld imports families: one of practice.Quillfeather under each key, as change makes it.
func newWorld(t testing.TB, change func(*casefile.Family), keys ...string) *world {
	t.Helper()
	w := &world{TB: t, db: testdb.New(t)}
	w.record = w.db.SQL(t, "hame_worker")
	w.activities = &activities.Activities{Store: w.db.As(t, "hame_worker")}
	var families []casefile.Family
	for _, key := range keys {
		f := practice.Quillfeather(key)
		if change != nil {
			change(&f)
		}
		families = append(families, f)
	}
	w.refs = w.db.Import(t, drawnOn, families...)
	_, err := w.db.SQL(t, "postgres").Exec(`update hame.programme set synthetic = true`) // its clock runs ahead
	require.NoError(t, err)
	w.sample(false)
	return w
}

// sample sets the programme's key so that the first proposal of every case is
// drawn for a second officer, or none is: left to chance, one story in ten would
// go another way.
func (w *world) sample(drawn bool) {
	w.Helper()
	for n := range 100_000 {
		key := fmt.Sprint("key ", n)
		fits := true
		for _, ref := range w.refs {
			fits = fits && policy.Sampled(key, ref, 1) == drawn
		}
		if fits {
			admin, err := sqlx.Connect("postgres", w.db.Admin)
			require.NoError(w, err)
			_, err = admin.Exec(`update hame.programme set sampling_key = $1`, key)
			require.NoError(w, err)
			require.NoError(w, admin.Close())
			return
		}
	}
	require.Fail(w, "no such sampling key")
}

func (w *world) desk(login string) *store.Store { return w.db.As(w, login) }

// act is a command that was recorded, and what became of it.
type act struct {
	store.NewCommand
	login   string
	at      time.Time // when it was sent
	done    bool
	receipt contract.Receipt
	// refused is what the validator or the receipt said; failed any other error.
	refused *casefile.Refusal
	failed  error
	// then goes on with the story once the act is answered, in this leg or the next.
	then func()
}

// story plays one family's review on a virtual clock, leg by leg where it
// continues as new. Its acts are real rows of real logins, its activities the
// real ones on a real database.
type story struct {
	*world
	t   testing.TB
	ref string
	now time.Time // where the clock stands between legs

	state casefile.Review // what the coming leg starts with
	legs  int
	// ended is set when the review has closed.
	ended   bool
	env     *testsuite.TestWorkflowEnvironment
	atStart []func()
	planned []*planned
	acts    []*act
	faces   []casefile.Shown // the search attributes as they were written, in order
	shown   []string         // every summary and attribute

	manner practice.Manner
	// answers tells whether the diligent office sees to an open task today; nil:
	// nobody does anything.
	answers func(openTask) bool
	// daily runs each working day after the office.
	daily func()

	// prepare changes a leg's environment before it runs.
	prepare func(*testsuite.TestWorkflowEnvironment)
	// payloads collects what the environment carried, if not nil.
	payloads *payloads
	logger   log.Logger
}

type planned struct {
	at   time.Time
	do   func()
	done bool
}

// openTask is an open task as the record has it.
type openTask struct {
	Kind      casefile.TaskKind `db:"kind"`
	Subject   int               `db:"subject"`
	Awaiting  casefile.Party    `db:"awaiting"`
	OpenedAt  time.Time         `db:"opened_at"`
	NextRung  casefile.RungKind `db:"next_rung"`
	NextAt    *time.Time        `db:"next_at"` // nil while a hold stops it
	Escalated bool              `db:"escalated"`
}

// newStory draws a family of a new world, to be listed two weeks on.
func newStory(t testing.TB) *story {
	t.Helper()
	w := newWorld(t, nil, "F1")
	return w.story(t, "F1")
}

// story draws a family of this world.
func (w *world) story(t testing.TB, key string) *story {
	t.Helper()
	ref := w.refs[key]
	require.NotEmpty(t, ref)
	drawnAt := morning(drawnOn)
	w.db.List(t, ref, drawnAt, listedOn)
	return &story{world: w, t: t, ref: ref, now: drawnAt, logger: quiet,
		state: casefile.NewReview(ref, casefile.Legacy, "S12000049", drawnAt, listedOn)}
}

var quiet = log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))

// Diligently makes the office see to every open task on the working day after
// it was opened, but for those of the kinds named.
func (s *story) Diligently(m practice.Manner, except ...casefile.TaskKind) *story {
	s.manner = m
	s.answers = func(t openTask) bool { return !slices.Contains(except, t.Kind) }
	return s
}

// On makes a member of staff do an act at ten o'clock of a day; acts on one day
// follow each other by the minute, in the order in which they were told.
func (s *story) On(day clock.Date, login string, kind casefile.Act, subject int, fields casefile.Fields, text string) *act {
	s.t.Helper()
	at := day.Start().Add(10 * time.Hour)
	for slices.ContainsFunc(s.planned, func(p *planned) bool { return p.at.Equal(at) }) {
		at = at.Add(time.Minute)
	}
	return s.At(at, login, kind, subject, fields, text)
}

// At is On at an instant.
func (s *story) At(at time.Time, login string, kind casefile.Act, subject int, fields casefile.Fields, text string) *act {
	a := &act{login: login}
	s.Then(at, func() {
		s.send(a, practice.Deed{Login: login, Act: kind, Subject: subject, Text: text,
			Fields: func(practice.File) casefile.Fields { return fields }})
	})
	return a
}

// Then runs f at an instant of the story.
func (s *story) Then(at time.Time, f func()) {
	p := &planned{at: at}
	p.do = func() { p.done = true; f() }
	s.planned = append(s.planned, p)
	if s.env != nil {
		require.True(s.t, at.After(s.env.Now()), "%s is past", at)
		s.env.RegisterDelayedCallback(p.do, at.Sub(s.env.Now()))
	}
}

// send records the command of a deed as its login and sends the Update.
func (s *story) send(a *act, d practice.Deed) {
	s.t.Helper()
	cmd, err := desk.New(s.ref, d.Act, d.Subject, clock.DateOf(s.env.Now()), d.On(s.file()), d.Text)
	require.NoError(s.t, err)
	a.NewCommand, a.login = cmd, d.Login
	require.NoError(s.t, s.desk(d.Login).InsertCommand(s.t.Context(), cmd))
	s.acts = append(s.acts, a)
	s.deliver(a)
}

// deliver sends an act's Update, or again in the next leg when the one before
// ended without having taken it.
func (s *story) deliver(a *act) {
	a.at = s.env.Now()
	s.update(a, string(a.Act.Rule().Wire()), contract.Act{Command: a.ID, Kind: a.Act.Rule().Wire()})
}

func (s *story) update(a *act, name string, arg contract.Act) {
	env := s.env
	finish := func(err error) {
		var app *temporal.ApplicationError
		switch {
		case s.env != env || a.done:
			return // the leg ended meanwhile
		case errors.As(err, &app) && app.Type() == contract.RefusedError:
			// A pointer to a pointer takes both what went over a wire and what did not.
			require.NoError(s.t, app.Details(&a.refused))
		case err != nil:
			a.failed = err
		}
		a.done = true
		s.goOn(a)
	}
	env.UpdateWorkflow(name, arg.Command.String(), &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: finish,
		OnComplete: func(result any, err error) {
			if r, ok := result.(contract.Receipt); ok && err == nil {
				a.receipt, a.refused = r, r.Refused
			}
			finish(err)
		},
	}, arg)
}

// goOn runs what follows an act, once. A leg may end before it gets to that.
func (s *story) goOn(a *act) {
	s.env.RegisterDelayedCallback(func() {
		if then := a.then; then != nil {
			a.then = nil
			then()
		}
	}, 0)
}

func (s *story) file() practice.File {
	f := practice.File{Today: clock.DateOf(s.env.Now())}
	require.NoError(s.t, s.record.Get(&f.Revision, `select coalesce(max(revision), 0) from review where case_ref = $1`, s.ref))
	require.NoError(s.t, s.record.Select(&f.Evidence, `select no from evidence where case_ref = $1 and result <> 'nothing_held' order by no`, s.ref))
	return f
}

// Run plays the story up to an instant, or until the review has closed.
func (s *story) Run(until time.Time) {
	s.t.Helper()
	if s.answers != nil || s.daily != nil {
		s.planOffice(clock.DateOf(s.now))
	}
	for !s.ended && s.now.Before(until) {
		s.leg(until)
		require.Less(s.t, s.legs, 500, "the review continues as new without end")
	}
}

// leg plays one run of the workflow.
func (s *story) leg(until time.Time) {
	s.t.Helper()
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(s.logger)
	env := suite.NewTestWorkflowEnvironment()
	s.env = env
	defer func() { s.env = nil }()
	s.legs++
	s.atStart = nil
	env.SetTestTimeout(time.Minute)
	env.SetStartTime(s.now)
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: s.ref, TaskQueue: "hame"})
	env.SetWorkflowRunTimeout(until.Sub(s.now))
	if s.payloads != nil {
		env.SetDataConverter(s.payloads)
	}
	workflows.Register(env)
	s.activities.Register(env)
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&watcher{story: s}}})
	if s.prepare != nil {
		s.prepare(env)
	}
	for _, a := range s.acts {
		if a.done {
			s.atStart = append(s.atStart, func() { s.goOn(a) })
		} else {
			s.atStart = append(s.atStart, func() { s.deliver(a) })
		}
	}
	for _, p := range s.planned {
		switch wait := p.at.Sub(s.now); {
		case p.done:
		case wait <= 0:
			s.atStart = append(s.atStart, p.do)
		default:
			env.RegisterDelayedCallback(p.do, wait)
		}
	}
	env.ExecuteWorkflow(contract.CaseReviewWorkflow, s.state)
	require.True(s.t, env.IsWorkflowCompleted())
	s.now = env.Now()
	s.settle(env, env.GetWorkflowError())
}

// settle reads how a leg ended.
func (s *story) settle(env *testsuite.TestWorkflowEnvironment, err error) {
	s.t.Helper()
	var next *workflow.ContinueAsNewError
	var stopped *temporal.TimeoutError
	switch {
	case err == nil:
		s.ended = true
		s.state = s.query(env)
	case errors.As(err, &next):
		require.Equal(s.t, contract.CaseReviewWorkflow, next.WorkflowType.Name)
		s.state = casefile.Review{}
		require.NoError(s.t, s.converter().FromPayloads(next.Input, &s.state))
	case errors.As(err, &stopped):
		s.state = s.query(env) // the story's horizon
	default:
		require.NoError(s.t, err, "a review returns no error")
	}
}

func (s *story) converter() converter.DataConverter {
	if s.payloads != nil {
		return s.payloads
	}
	return converter.GetDefaultDataConverter()
}

func (s *story) query(env *testsuite.TestWorkflowEnvironment) casefile.Review {
	s.t.Helper()
	value, err := env.QueryWorkflow(contract.ReviewQuery)
	require.NoError(s.t, err)
	var r casefile.Review
	require.NoError(s.t, value.Get(&r))
	return r
}

// details are the current details as the Web UI shows them.
func (s *story) details() string {
	s.t.Helper()
	value, err := s.env.QueryWorkflow("__temporal_workflow_metadata")
	require.NoError(s.t, err)
	var metadata sdkpb.WorkflowMetadata
	require.NoError(s.t, value.Get(&metadata))
	return metadata.GetCurrentDetails()
}

// planOffice opens the office on the next working day, and on each after it.
func (s *story) planOffice(after clock.Date) {
	calendar, err := clock.Embedded().Calendar(clock.EnglandAndWales)
	require.NoError(s.t, err)
	day := calendar.AddWorkingDays(after, 1)
	s.Then(afternoon(day), func() { s.sit(day) })
}

// sit sees to one open task after the other, and goes home when none is left.
func (s *story) sit(day clock.Date) {
	var tasks []openTask
	require.NoError(s.t, s.record.Select(&tasks, `
		select kind, subject, awaiting, opened_at, next_rung, next_at, escalated from task
		where case_ref = $1 and closed_at is null order by id`, s.ref))
	for _, t := range tasks {
		if s.answers == nil || !clock.DateOf(t.OpenedAt).Before(day) || !s.answers(t) {
			continue
		}
		if deeds := s.manner.Answer(casefile.Task{Kind: t.Kind, Subject: t.Subject}); len(deeds) > 0 {
			s.does(deeds, func() { s.sit(day) })
			return
		}
	}
	s.owned(tasks)
	if s.daily != nil {
		s.daily()
	}
	if !s.ended {
		s.planOffice(day)
	}
}

// does deeds one after the other, as far as they are accepted.
func (s *story) does(deeds []practice.Deed, then func()) {
	a := &act{}
	a.then = func() {
		require.NoError(s.t, a.failed)
		require.Nil(s.t, a.refused, "%s by %s", a.Act, a.login)
		if len(deeds) == 1 {
			then()
		} else {
			s.does(deeds[1:], then)
		}
	}
	s.send(a, deeds[0])
}

// owned checks that nothing is without an owner and a next date: each open task
// awaits somebody and has a rung to come, and an open review awaits a task, or
// its listing date.
func (s *story) owned(tasks []openTask) {
	now, r := s.env.Now(), s.query(s.env)
	if r.Stuck != "" || r.RetryAt.Equal(now) {
		return // TestAStuckReviewHasADate looks at these, which may be trying again at this instant
	}
	for _, t := range tasks {
		require.NotEmpty(s.t, t.Awaiting, "%s has no owner on %s", t.Kind, now)
		if t.NextAt == nil {
			require.True(s.t, slices.ContainsFunc(tasks, func(h openTask) bool { return h.Kind == casefile.TaskHold }), "%s is stopped, and nobody reviews why", t.Kind)
			continue
		}
		require.True(s.t, t.NextAt.After(now), "%s has no next date on %s", t.Kind, now)
	}
	if r.Stage != casefile.Closed && !r.ListingAt.After(now) {
		require.NotEmpty(s.t, tasks, "an open review at %s awaits nothing on %s", r.Stage, now)
	}
}

// taskRow is a task as the record has it, open or closed.
type taskRow struct {
	ID        int64             `db:"id"`
	Kind      casefile.TaskKind `db:"kind"`
	Subject   int               `db:"subject"`
	Awaiting  casefile.Party    `db:"awaiting"`
	Began     clock.Date        `db:"began"`
	DueOn     clock.Date        `db:"due_on"`
	OpenedAt  time.Time         `db:"opened_at"`
	ClosedAt  *time.Time        `db:"closed_at"`
	Attested  clock.Date        `db:"attested_on"`
	Result    string            `db:"result"`
	Overdue   bool              `db:"overdue"`
	Escalated bool              `db:"escalated"`
	NextAt    time.Time         `db:"next_at"`
}

// tasks are all tasks of a kind, the oldest first.
func (s *story) tasks(kind casefile.TaskKind) []taskRow {
	s.t.Helper()
	var rows []taskRow
	require.NoError(s.t, s.record.Select(&rows, `
		select id, kind, subject, awaiting, began, due_on, opened_at, closed_at, attested_on, coalesce(result, '') as result, overdue, escalated, next_at
		from task where case_ref = $1 and kind = $2 order by id`, s.ref, kind))
	return rows
}

// task is the only task of a kind.
func (s *story) task(kind casefile.TaskKind) taskRow {
	s.t.Helper()
	rows := s.tasks(kind)
	require.Len(s.t, rows, 1, "tasks of kind %s", kind)
	return rows[0]
}

type rungRow struct {
	Kind    casefile.RungKind `db:"kind"`
	No      int               `db:"no"`
	OnAt    time.Time         `db:"on_at"`
	ActedAt time.Time         `db:"acted_at"`
	Effect  casefile.Effect   `db:"effect"`
}

// rungs are the rungs of a task that have acted, in their order.
func (s *story) rungs(task taskRow) []rungRow {
	s.t.Helper()
	var rows []rungRow
	require.NoError(s.t, s.record.Select(&rows, `
		select kind, no, on_at, acted_at, effect from rung where task_id = $1
		order by on_at, array_position(array['reminder', 'due', 'escalation', 'diary'], kind), no`, task.ID))
	return rows
}

// column reads one text column of the record, in order.
func (s *story) column(query string) []string {
	s.t.Helper()
	var rows []string
	require.NoError(s.t, s.record.Select(&rows, query, s.ref))
	return rows
}

func (s *story) count(query string, args ...any) int {
	s.t.Helper()
	var n int
	require.NoError(s.t, s.record.Get(&n, query, args...))
	return n
}

// outcome is what the record says became of an act.
func (s *story) outcome(a *act) string {
	s.t.Helper()
	var out []string
	require.NoError(s.t, s.record.Select(&out, `select outcome || case when code = '' then '' else ':' || code end from command_outcome where command_id = $1`, a.ID))
	return strings.Join(out, ",")
}

// accepted checks that an act was done, once.
func (s *story) accepted(a *act) {
	s.t.Helper()
	require.True(s.t, a.done, "%s was not answered", a.Act)
	require.NoError(s.t, a.failed)
	require.Nil(s.t, a.refused)
	require.Equal(s.t, "accepted", s.outcome(a))
}

// neverRefused checks that nobody has an outcome that no person proposed and
// agreed to: silence leads to none (R1).
func (s *story) neverRefused() {
	s.t.Helper()
	require.Zero(s.t, s.count(`select count(*) from decision_outcome where case_ref = $1 and outcome not like 'GRANT%'`, s.ref))
	require.Zero(s.t, s.count(`select count(*) from decision d where d.case_ref = $1 and not exists (
		select from proposal p join command_outcome o using (command_id) where p.case_ref = d.case_ref and p.no = d.proposal_no and o.outcome = 'accepted')`, s.ref))
}

// verified checks the record's own invariants, as starter verify does.
func (s *story) verified() {
	s.t.Helper()
	var broken []string
	require.NoError(s.t, s.record.Select(&broken, `select rule || ': ' || detail from verify_record() where case_ref = $1`, s.ref))
	require.Empty(s.t, broken)
}

// facts are all that the record holds of a case that does not depend on ids, in
// one text: two stories with the same facts are the same.
func (s *story) facts() string {
	s.t.Helper()
	var body []byte
	require.NoError(s.t, s.record.Get(&body, `select jsonb_build_object(
		'review', (select to_jsonb(r) - 'case_ref' from review r where r.case_ref = $1),
		'stages', (select jsonb_agg(to_jsonb(e) - 'case_ref' order by e.opened_at, e.stage) from stage_entry e where e.case_ref = $1),
		'tasks', (select jsonb_agg(to_jsonb(t) - 'case_ref' - 'id' - 'opened_by' - 'closed_by' || jsonb_build_object('rungs', (
				select jsonb_agg(to_jsonb(x) - 'task_id' - 'recorded_at' order by x.on_at, x.kind, x.no) from rung x where x.task_id = t.id))
			order by t.opened_at, t.kind, t.subject) from task t where t.case_ref = $1),
		'letters', (select jsonb_agg(to_jsonb(l) - 'case_ref' order by l.no) from letter l where l.case_ref = $1),
		'evidence', (select jsonb_agg(to_jsonb(e) - 'case_ref' - 'command_id' order by e.no) from evidence e where e.case_ref = $1),
		'representations', (select jsonb_agg(to_jsonb(e) - 'case_ref' order by e.no) from representation e where e.case_ref = $1),
		'checks', (select jsonb_agg(to_jsonb(e) - 'case_ref' order by e.person_no, e.no) from security_check e where e.case_ref = $1),
		'welfare', (select jsonb_agg(to_jsonb(e) - 'case_ref' order by e.person_no, e.no) from welfare_check e where e.case_ref = $1),
		'officers', (select jsonb_agg(to_jsonb(e) - 'case_ref' order by e.person) from officer e where e.case_ref = $1),
		'recommended', (select jsonb_agg(to_jsonb(e) - 'case_ref' - 'id' order by e.revision, e.rule_set) from recommendation e where e.case_ref = $1),
		'proposals', (select jsonb_agg(to_jsonb(e) - 'case_ref' - 'command_id' order by e.no) from proposal e where e.case_ref = $1),
		'decision', (select to_jsonb(d) - 'case_ref' from decision d where d.case_ref = $1),
		'outcomes', (select jsonb_agg(to_jsonb(e) - 'case_ref' order by e.person_no) from decision_outcome e where e.case_ref = $1),
		'acts', (select jsonb_agg(jsonb_build_array(c.kind, c.subject_no, c.person, c.attested_on, o.outcome, o.code, o.revision, o.business_at) order by c.chain_n)
			from command c left join command_outcome o on o.command_id = c.id where c.case_ref = $1))`, s.ref))
	var v any
	require.NoError(s.t, json.Unmarshal(body, &v))
	pretty, err := json.MarshalIndent(v, "", " ")
	require.NoError(s.t, err)
	return string(pretty)
}

// watcher notes what a review shows: its search attributes, and the summaries of
// its timers and activities.
type watcher struct {
	interceptor.WorkerInterceptorBase
	story *story
}

func (w *watcher) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &incoming{WorkflowInboundInterceptorBase: interceptor.WorkflowInboundInterceptorBase{Next: next}, story: w.story}
}

type incoming struct {
	interceptor.WorkflowInboundInterceptorBase
	story *story
}

func (i *incoming) Init(outbound interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&outgoing{WorkflowOutboundInterceptorBase: interceptor.WorkflowOutboundInterceptorBase{Next: outbound}, story: i.story})
}

// ExecuteWorkflow lets what was left over from the leg before begin once this
// one has begun: the environment would fire a timer of no length before that.
func (i *incoming) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	for _, f := range i.story.atStart {
		i.story.env.RegisterDelayedCallback(f, 0)
	}
	return i.Next.ExecuteWorkflow(ctx, in)
}

type outgoing struct {
	interceptor.WorkflowOutboundInterceptorBase
	story *story
}

func (o *outgoing) UpsertTypedSearchAttributes(ctx workflow.Context, updates ...temporal.SearchAttributeUpdate) error {
	err := o.Next.UpsertTypedSearchAttributes(ctx, updates...)
	all := workflow.GetTypedSearchAttributes(ctx)
	var f casefile.Shown
	stage, _ := all.GetKeyword(contract.AttributeStage)
	awaiting, _ := all.GetKeyword(contract.AttributeAwaiting)
	f.Stage, f.Awaiting = casefile.Stage(stage), casefile.Party(awaiting)
	f.Next, _ = all.GetTime(contract.AttributeNext)
	f.Flags, _ = all.GetKeywordList(contract.AttributeFlags)
	f.Council, _ = all.GetKeyword(contract.AttributeCouncil) // in these tests empty until it is written anew
	o.story.faces = append(o.story.faces, f)
	o.story.shown = append(o.story.shown, fmt.Sprint(stage, awaiting, f.Flags))
	return err
}

func (o *outgoing) NewTimerWithOptions(ctx workflow.Context, d time.Duration, options workflow.TimerOptions) workflow.Future {
	o.story.shown = append(o.story.shown, options.Summary)
	return o.Next.NewTimerWithOptions(ctx, d, options)
}

func (o *outgoing) ExecuteLocalActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	o.story.shown = append(o.story.shown, workflow.GetLocalActivityOptions(ctx).Summary)
	return o.Next.ExecuteLocalActivity(ctx, name, args...)
}

// failing replaces an activity by one that fails as long as is says so, and is
// the real one otherwise.
func failing[P, R any](env *testsuite.TestWorkflowEnvironment, name string, is func(P) error, real func(context.Context, P) (R, error)) {
	env.RegisterActivityWithOptions(func(ctx context.Context, in P) (R, error) {
		if err := is(in); err != nil {
			var none R
			return none, err
		}
		return real(ctx, in)
	}, activity.RegisterOptions{Name: name, DisableAlreadyRegisteredCheck: true})
}

// rungsBreak has every rung fail for good, as long as it is told to.
func (s *story) rungsBreak(broken *bool) func(*testsuite.TestWorkflowEnvironment) {
	return func(env *testsuite.TestWorkflowEnvironment) {
		failing(env, activities.ActOnRungActivity, func(activities.ActOnRungParams) error {
			if *broken {
				return temporal.NewNonRetryableApplicationError("act on rung: broken", activities.BrokenError, nil)
			}
			return nil
		}, func(ctx context.Context, in activities.ActOnRungParams) (casefile.Facts, error) {
			return s.activities.ActOnRung(ctx, in)
		})
	}
}

// representationBreaks has the opening of representation fail for good.
func (s *story) representationBreaks(env *testsuite.TestWorkflowEnvironment) {
	failing(env, activities.OpenStageActivity, func(in activities.OpenStageParams) error {
		if in.Stage != casefile.Representation {
			return nil
		}
		return temporal.NewNonRetryableApplicationError("open stage: the database refused it (42P01)", activities.BrokenError, nil)
	}, func(ctx context.Context, in activities.OpenStageParams) (casefile.Facts, error) {
		return s.activities.OpenStage(ctx, in)
	})
}

// payloads is a data converter that keeps a copy of everything it carries.
type payloads struct {
	converter.DataConverter
	mu      sync.Mutex
	carried []string
}

func newPayloads() *payloads { return &payloads{DataConverter: converter.GetDefaultDataConverter()} }

func (p *payloads) keep(all ...*commonpb.Payload) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range all {
		p.carried = append(p.carried, string(one.GetData()))
	}
}

func (p *payloads) ToPayload(v any) (*commonpb.Payload, error) {
	out, err := p.DataConverter.ToPayload(v)
	p.keep(out)
	return out, err
}

func (p *payloads) ToPayloads(v ...any) (*commonpb.Payloads, error) {
	out, err := p.DataConverter.ToPayloads(v...)
	p.keep(out.GetPayloads()...)
	return out, err
}

func newID(t testing.TB) uuid.UUID {
	t.Helper()
	id, err := uuid.NewV7()
	require.NoError(t, err)
	return id
}
