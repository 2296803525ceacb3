package activities_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/policy"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
)

// The tests of this package play acts on a case as people do: a command is a row
// under the login of the officer who types it, and an activity of the worker's records
// it, at a business instant that the test chooses.

// monday is the day on which the families of these tests are listed: Monday 2
// March 2026, in a year whose holidays are published.
var monday = clock.NewDate(2026, time.March, 2)

// at is nine in the morning of a day.
func at(d clock.Date) time.Time { return d.Start().Add(9 * time.Hour) }

func day(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// staffed is one database with its staff and the worker's activities.
type staffed struct {
	*activities.Activities
	*testdb.Harness
	families int
}

func newStaffed(t *testing.T) *staffed {
	t.Helper()
	h := testdb.NewHarness(t)
	worker, err := store.Open(t.Context(), h.Worker, 8)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, worker.Close()) })
	return &staffed{Activities: &activities.Activities{Store: worker}, Harness: h}
}

// sql connects with plain SQL; postgres is the stack's superuser.
func (o *staffed) sql(login string) *sqlx.DB { return o.SQL(o.T, login) }

func (o *staffed) desk(login string) *store.Store { return o.As(o.T, login) }

// journey is one case on its way.
type journey struct {
	*staffed
	t      testing.TB
	ref    string
	now    time.Time
	review casefile.Facts
	// instead answers a kind of task in another way than the usual one; a nil
	// function leaves it unanswered.
	instead map[casefile.TaskKind]func(casefile.Task)
	// sampled is whether the next grant is drawn for a second officer.
	sampled bool
	// confirming is whether commands are typed with --confirm.
	confirming bool
	// joining is what the text of an act says of somebody who joins, beside the name.
	joining string
}

// people counts those who were ever of the family.
func (s *journey) people() int {
	return testdb.Value[int](s.staffed, `select count(*) from person where case_ref = $1`, s.ref)
}

// family imports a family, draws it for Monday and opens its review on that day.
func (o *staffed) family(t testing.TB, change func(*casefile.Family)) *journey {
	t.Helper()
	o.families++
	key := fmt.Sprintf("F%d", o.families)
	f := practice.Family(key, monday)
	if change != nil {
		change(&f)
	}
	s := &journey{staffed: o, t: t, now: at(monday), instead: map[casefile.TaskKind]func(casefile.Task){}}
	_, err := o.desk("archie").Import(t.Context(), []casefile.Family{f}, "test", false, monday.AddDays(-70), func() {})
	require.NoError(t, err)
	s.ref = testdb.Value[string](o, `select case_ref from family where family_key = $1`, key)
	require.NoError(t, o.Store.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.List(t.Context(), s.ref, s.now, monday, "test")
		return err
	}))
	s.review, err = o.OpenReview(t.Context(), activities.OpenReviewParams{Case: s.ref, Lane: f.Lane, Now: s.now})
	require.NoError(t, err)
	return s
}

func (s *journey) today() clock.Date { return clock.DateOf(s.now) }

// on moves the journey's clock to nine in the morning of a day.
func (s *journey) on(d clock.Date) { s.now = at(d) }

// command records an act as a row, attested for a day.
func (s *journey) command(login string, act casefile.Act, subject int, on clock.Date, fields casefile.Fields) store.NewCommand {
	s.t.Helper()
	text := ""
	if act.Rule().NeedsText {
		text = "SYNTHETIC: why and what."
	}
	if _, joins := casefile.Joins(fields); joins {
		text = fmt.Sprintf("given_names: Synthetic %d\nfamily_name: Joined\n%s", s.people(), s.joining)
	}
	c, err := desk.New(s.ref, act, subject, on, fields, text)
	require.NoError(s.t, err)
	if s.confirming {
		c.Fields, err = casefile.Confirm(c.Fields)
		require.NoError(s.t, err)
	}
	require.NoError(s.t, s.desk(login).InsertCommand(s.t.Context(), c))
	return c
}

// record lets the worker record a command.
func (s *journey) record(c store.NewCommand) *casefile.Refusal {
	s.t.Helper()
	out, err := s.RecordAct(s.t.Context(), activities.RecordActParams{Case: s.ref, Command: c.ID, Act: c.Act.Rule().Wire(), Now: s.now})
	require.NoError(s.t, err)
	s.review = out.Review
	return out.Refused
}

// attempt does an act, attested for today.
func (s *journey) attempt(login string, act casefile.Act, subject int, fields casefile.Fields) *casefile.Refusal {
	s.t.Helper()
	return s.record(s.command(login, act, subject, s.today(), fields))
}

// do does an act, attested for today, which nothing may refuse.
func (s *journey) do(login string, act casefile.Act, subject int, fields casefile.Fields) {
	s.t.Helper()
	s.doOn(s.today(), login, act, subject, fields)
}

// doOn does an act, attested for a day and confirmed if that is far, which nothing
// may refuse.
func (s *journey) doOn(on clock.Date, login string, act casefile.Act, subject int, fields casefile.Fields) {
	s.t.Helper()
	rule := act.Rule()
	s.confirming = s.confirming || rule.Day.TakesDay() && s.today().DaysSince(on) > rule.Day.Within()
	refusal := s.record(s.command(login, act, subject, on, fields))
	s.confirming = false
	require.Nil(s.t, refusal, "%s by %s", act, login)
}

// earlier does an act as if the journey stood at an earlier day, and comes back: an
// act that decides or signs can't be attested for that day.
func (s *journey) earlier(on clock.Date, login string, act casefile.Act, subject int, fields casefile.Fields) {
	s.t.Helper()
	now := s.now
	s.on(on)
	s.do(login, act, subject, fields)
	s.now = now
}

// refused does an act that must be refused with a code, and checks that the
// refusal is on record and that no fact was changed by it.
func (s *journey) refused(code casefile.RefusalCode, login string, act casefile.Act, subject int, fields casefile.Fields) *casefile.Refusal {
	s.t.Helper()
	return s.refusedCommand(code, s.command(login, act, subject, s.today(), fields))
}

func (s *journey) refusedCommand(code casefile.RefusalCode, c store.NewCommand) *casefile.Refusal {
	s.t.Helper()
	before := s.facts()
	refusal := s.record(c)
	require.NotNil(s.t, refusal, "%s", c.Act)
	require.Equal(s.t, code, refusal.Code, "%s: %s", c.Act, refusal.Detail)
	s.unchanged(before)
	require.Equal(s.t, "refused "+string(code), s.outcome(c))
	return refusal
}

// outcome is what became of a command, as it is on record.
func (s *journey) outcome(c store.NewCommand) string {
	s.t.Helper()
	return testdb.Value[string](s.staffed, `select coalesce((select trim(outcome || ' ' || code) from command_outcome where command_id = $1), 'none')`, c.ID)
}

// holdNoFacts are the tables that hold no fact about a case, each with the reason. Every
// other table of the record does, also one that is added tomorrow.
var holdNoFacts = map[string]string{
	"command":               "the act itself, which is on record refused or not",
	"command_text":          "its text",
	"command_outcome":       "what became of it",
	"chain_head":            "where the chain of acts and outcomes ends",
	"undelivered":           "acts that wait for the worker",
	"case_read":             "who has looked at what",
	"import_staging":        "families of a file that is being imported",
	"import_staging_person": "and their people",
	"calendar_case":         "how far a change of the calendars has come",
	"calendar_gate":         "a lock on such a change",
	"lane_lock":             "a lock on a lane",
	"worker_seen":           "when a worker was last there",
}

// tablesOfFacts is what factTables found: all databases are copied from one template.
var tablesOfFacts struct {
	sync.Mutex
	is map[string]bool
}

// factTables are the tables of facts, by the catalogue: the value tells whether a table's
// rows are each of one case.
func (o *staffed) factTables() map[string]bool {
	o.T.Helper()
	tablesOfFacts.Lock()
	defer tablesOfFacts.Unlock()
	if tablesOfFacts.is != nil {
		return tablesOfFacts.is
	}
	tables := map[string]bool{}
	for _, row := range testdb.List[struct {
		Name   string `db:"name"`
		OfCase bool   `db:"of_case"`
	}](o, `
		select t.relname as name, exists (select from pg_attribute a
			where a.attrelid = t.oid and a.attname = 'case_ref' and not a.attisdropped) as of_case
		from pg_class t where t.relnamespace = 'hame'::regnamespace and t.relkind in ('r', 'p')`) {
		tables[row.Name] = row.OfCase
	}
	for name := range holdNoFacts {
		require.Contains(o.T, tables, name, "no such table")
		delete(tables, name)
	}
	tablesOfFacts.is = tables
	return tables
}

type record map[string]string

// facts is every fact of the case, table by table, in a form that can be compared. Of
// a table whose rows are not each of one case it is the whole table.
func (s *journey) facts() record {
	s.t.Helper()
	var each []string
	tables := s.factTables()
	for _, table := range slices.Sorted(maps.Keys(tables)) { // always the same query, which is planned once
		query := fmt.Sprintf(`select '%[1]s' as name, coalesce(string_agg(t::text, e'\n' order by t::text), '') as rows from %[1]s t`, table)
		if tables[table] {
			query += ` where case_ref = $1`
		}
		each = append(each, query)
	}
	all := record{}
	for _, row := range testdb.List[struct{ Name, Rows string }](s.staffed, strings.Join(each, " union all "), s.ref) {
		all[row.Name] = row.Rows
	}
	return all
}

// unchanged requires that the case's facts are those of an earlier moment.
func (s *journey) unchanged(before record) {
	s.t.Helper()
	for table, now := range s.facts() {
		require.Equal(s.t, before[table], now, "%s: no fact is to change", table)
	}
}

// openTasks names the open tasks, as in welfare.report/3, in alphabetical order.
func (s *journey) openTasks() []string {
	names := []string{}
	for _, t := range s.review.Tasks {
		name := string(t.Kind)
		if t.Subject > 0 {
			name += fmt.Sprintf("/%d", t.Subject)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// task returns an open task.
func (s *journey) task(kind casefile.TaskKind, subject int) casefile.Task {
	s.t.Helper()
	for _, t := range s.review.Tasks {
		if t.Kind == kind && t.Subject == subject {
			return t
		}
	}
	require.Failf(s.t, "no such task", "%s/%d is not open: %v", kind, subject, s.openTasks())
	return casefile.Task{}
}

// closedTask is the last task of a kind that was closed.
type closedTask struct {
	Result   string     `db:"result"`
	Attested clock.Date `db:"attested_on"`
	Overdue  bool       `db:"overdue"`
}

func (s *journey) closed(kind casefile.TaskKind, subject int) closedTask {
	s.t.Helper()
	return testdb.Value[closedTask](s.staffed, `select result, attested_on, overdue from task
		where case_ref = $1 and kind = $2 and subject = $3 and closed_at is not null order by id desc limit 1`, s.ref, kind, subject)
}

func (s *journey) open(stage casefile.Stage) {
	s.t.Helper()
	var err error
	s.review, err = s.OpenStage(s.t.Context(), activities.OpenStageParams{Case: s.ref, Stage: stage, Now: s.now})
	require.NoError(s.t, err)
}

// goOn opens the stage that is due, as the workflow's spine does.
func (s *journey) goOn() {
	s.t.Helper()
	if s.review.Ended() && !s.review.HasOpened(casefile.Closed) {
		s.open(casefile.Closed)
	}
	if s.review.Over {
		return
	}
	for _, step := range []struct {
		finished []casefile.Stage
		next     casefile.Stage
	}{
		{[]casefile.Stage{casefile.Listed}, casefile.Evidence},
		{[]casefile.Stage{casefile.Evidence, casefile.Welfare}, casefile.Representation},
		{[]casefile.Stage{casefile.Representation}, casefile.Decision},
		{[]casefile.Stage{casefile.Decision}, casefile.Service},
		{[]casefile.Stage{casefile.Service}, casefile.Closed},
	} {
		done := !slices.ContainsFunc(step.finished, func(f casefile.Stage) bool { return !s.review.Finished(f) })
		if done && !s.review.HasOpened(step.next) {
			s.open(step.next)
		}
	}
}

// until answers every task in the usual way, on the journey's day, until a stage
// is opened. Tasks that the test leaves unanswered don't hold it up.
func (s *journey) until(stage casefile.Stage) *journey {
	s.t.Helper()
	for steps := 0; ; steps++ {
		require.Less(s.t, steps, 100, "the journey does not get to %s: %v", stage, s.openTasks())
		s.goOn()
		if s.review.HasOpened(stage) {
			return s
		}
		answerable := func(t casefile.Task) bool {
			instead, other := s.instead[t.Kind]
			return t.Stage.Before(stage) && t.Kind != casefile.TaskHold && (!other || instead != nil)
		}
		// A proposal comes last: it waits for what else is open.
		i := slices.IndexFunc(s.review.Tasks, func(t casefile.Task) bool { return t.Kind != casefile.TaskPropose && answerable(t) })
		if i < 0 {
			i = slices.IndexFunc(s.review.Tasks, answerable)
		}
		if i < 0 {
			s.open(stage)
			continue
		}
		if instead := s.instead[s.review.Tasks[i].Kind]; instead != nil {
			instead(s.review.Tasks[i])
		} else {
			s.answer(s.review.Tasks[i])
		}
	}
}

// usual are the officers of these stories: who answers a representation is not the
// author of the proposal.
var usual = func() practice.Officers {
	o := practice.GlasgowOfficers
	o.DecisionMaker = "catriona"
	return o
}()

// answer answers a task in the usual way.
func (s *journey) answer(t casefile.Task) {
	s.t.Helper()
	if t.Kind == casefile.TaskServe {
		s.serve(0) // the letter's number depends on what came back
		return
	}
	alone := testdb.Value[bool](s.staffed, `select representative = '' from family where case_ref = $1`, s.ref)
	deeds := practice.Manner{Officers: usual, Alone: alone}.Answer(t)
	require.NotEmpty(s.t, deeds, "no usual answer: %s", t.Kind)
	if t.Kind == casefile.TaskPropose {
		s.drawNext(s.sampled)
		deeds[len(deeds)-1].Login = "ewan"
	}
	for _, d := range deeds {
		s.do(d.Login, d.Act, d.Subject, d.On(practice.File{Today: s.today(), Revision: s.review.Revision,
			People: testdb.List[int](s.staffed, `select no from present where case_ref = $1 order by no`, s.ref)}))
	}
}

// serve sends the decision letter to whom it is due, and records service on a person,
// or with 0 on everybody.
func (s *journey) serve(person int) {
	s.t.Helper()
	s.sendDecision()
	s.do("morag", casefile.ActRecordService, person, practice.Served())
}

// sendDecision records that the decision letter was sent to each to whom it is due
// and who does not have it.
func (s *journey) sendDecision() {
	s.t.Helper()
	for _, to := range testdb.List[string](s.staffed, `
		select a.whom from (values ('family'), ('representative')) a (whom)
		where (a.whom = 'family' or (select representative <> '' from family where case_ref = $1))
		  and not exists (select from letter l join letter_sent x using (case_ref, no) join decision_in_force d using (case_ref)
		                  where l.case_ref = $1 and l.decision_no = d.no and x.to_whom = a.whom and x.returned_on is null)`, s.ref) {
		no := testdb.Value[int](s.staffed, `
			select max(l.no) from letter l join decision_in_force d using (case_ref) where l.case_ref = $1 and l.decision_no = d.no`, s.ref)
		s.do("morag", casefile.ActLetterSent, no, &casefile.LetterFields{To: to, By: "recorded_delivery"})
	}
}

func (s *journey) triage(priority int) {
	s.t.Helper()
	s.do("morag", casefile.ActTriage, 0, &casefile.TriageFields{Priority: priority, PublicHarmScreen: "clear", FamilyILR: casefile.No,
		SevenYears: casefile.Unknown, Vulnerable: casefile.Unknown})
}

// letter records that the opening letter was sent.
func (s *journey) letter(to string, on clock.Date) {
	s.t.Helper()
	s.doOn(on, "morag", casefile.ActLetterSent, 1, &casefile.LetterFields{To: to, By: "post"})
}

func (s *journey) check(person int, done clock.Date) {
	s.t.Helper()
	s.do("morag", casefile.ActRecordCheck, person, &casefile.CheckFields{Result: "clear", DoneOn: done})
}

func (s *journey) contact(how string) {
	s.t.Helper()
	defer func(was bool) { s.confirming = was }(s.confirming)
	s.confirming = true // the same one may be meant again
	s.do("morag", casefile.ActContact, 0, &casefile.ContactFields{How: how})
}

// toDecision plays the usual way to a file in which nothing is missing for any
// outcome, with both adults interviewed and their checks recorded.
func (s *journey) toDecision() *journey {
	s.t.Helper()
	s.until(casefile.Decision)
	s.interview(1)
	s.interview(2)
	s.answer(s.task(casefile.TaskRequestCheck, 0))
	for _, t := range slices.Clone(s.review.Tasks) {
		if t.Kind == casefile.TaskCheck {
			s.answer(t)
		}
	}
	return s
}

func (s *journey) interview(person int) {
	s.t.Helper()
	s.do("morag", casefile.ActInterview, person, &casefile.InterviewFields{Adverse: "none"})
}

// evidence returns the number of what a provider sent, 0 if nothing.
func (s *journey) evidence(p casefile.Provider) int {
	s.t.Helper()
	return testdb.Value[int](s.staffed, `select coalesce(min(no), 0) from evidence where case_ref = $1 and provider = $2`, s.ref, p)
}

// The outcomes proposed for persons 1, 2 and 3.
var (
	grantAll   = []casefile.Outcome{casefile.GrantILR, casefile.GrantILR, casefile.GrantILR}
	refuseAll  = []casefile.Outcome{casefile.RefusedUpheld, casefile.RefusedUpheld, casefile.RefusedUpheld}
	refuseSome = func(no int) []casefile.Outcome {
		outcomes := slices.Clone(grantAll)
		outcomes[no-1] = casefile.RefusedUpheld
		return outcomes
	}
)

// proposal makes a proposal on the file as it stands. A refusal rests on what
// community organisations sent.
func (s *journey) proposal(outcomes []casefile.Outcome) *casefile.ProposeFields {
	s.t.Helper()
	f := &casefile.ProposeFields{Revision: s.review.Revision, Reasons: practice.Findings(nil)}
	for i, o := range outcomes {
		f.Outcomes = append(f.Outcomes, casefile.ProposedOutcome{Person: i + 1, Outcome: o})
		if !o.IsGrant() {
			against := &f.Reasons[slices.Index(casefile.Factors, casefile.FactorConnections)]
			against.Finding, against.Evidence = casefile.FindingAgainst, []int{s.evidence(casefile.ProviderCommunity)}
		}
	}
	return f
}

// drawNext sets the key of the draw so that the case's next grant is drawn for a
// second officer, or is not. A draw that was made once stands, under any key.
func (s *journey) drawNext(drawn bool) {
	s.t.Helper()
	next := testdb.Value[int](s.staffed, `select 1 + coalesce(max(no), 0) from proposal where case_ref = $1`, s.ref)
	for i := 0; ; i++ {
		if key := fmt.Sprintf("key %d", i); policy.Sampled(key, s.ref, next) == drawn {
			s.Exec(`update programme set sampling_key = $1`, key)
			return
		}
	}
}

// tryPropose proposes outcomes as a decision maker.
func (s *journey) tryPropose(login string, f *casefile.ProposeFields) *casefile.Refusal {
	s.t.Helper()
	s.drawNext(s.sampled)
	return s.attempt(login, casefile.ActPropose, 0, f)
}

func (s *journey) propose(login string, outcomes []casefile.Outcome) {
	s.t.Helper()
	require.Nil(s.t, s.tryPropose(login, s.proposal(outcomes)))
}

func (s *journey) agreement() *casefile.AgreeFields {
	return &casefile.AgreeFields{Revision: s.review.Revision, Reasons: practice.Findings(nil)}
}

func (s *journey) rung(kind casefile.TaskKind, subject int) {
	s.t.Helper()
	t := s.task(kind, subject)
	s.now = t.Next.At.UTC()
	var err error
	s.review, err = s.ActOnRung(s.t.Context(), activities.ActOnRungParams{Case: s.ref, Kind: kind, Subject: subject, Rung: t.Next, Now: s.now})
	require.NoError(s.t, err)
}

// parts lists who played which part.
func (s *journey) parts() map[string]string {
	s.t.Helper()
	parts := map[string]string{}
	for _, row := range testdb.List[struct{ Person, Part string }](s.staffed, `select person, part from officer where case_ref = $1`, s.ref) {
		parts[row.Person] = row.Part
	}
	return parts
}

// grantedAndClosed is a family that was granted and practice.Served(), and whose case is closed.
func (o *staffed) grantedAndClosed(t *testing.T) *journey {
	t.Helper()
	s := o.family(t, nil)
	s.decided(grantAll)
	s.serve(0)
	s.do("morag", casefile.ActStatusIssued, 0, nil)
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
	return s
}
