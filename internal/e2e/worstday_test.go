package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"hame/activities"
	"hame/internal/carrier"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/codec"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/devstack"
	"hame/internal/rehearsal"
	"hame/internal/settings"
	"hame/internal/store"
	"hame/internal/testdb"
	"hame/workflows"
)

// faulty is a system whose servers are the test's own to kill.
type faulty struct {
	*system
	t       *testing.T // of the whole test: a worker outlives the fault in which it was started
	stack   *devstack.Stack
	admin   *sqlx.DB
	workers []*workerProcess
	hired   []*workerProcess // those that were lost too
	rate    *rehearsal.Rehearsal
	later   []func(*testing.T) // what holds once every act is delivered
}

func newFaulty(t *testing.T) *faulty {
	t.Helper()
	t.Parallel() // its servers are its own: no other test meets its faults
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	stack, err := devstack.Up(ctx, devstack.Options{Name: fmt.Sprintf("faults-%d", os.Getpid()), Dir: root, Memory: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, stack.Down()) })
	keyset, err := codec.Load(stack.KeysetFile)
	require.NoError(t, err)
	f := &faulty{t: t, stack: stack, system: &system{db: testdb.Of(t, stack.AdminDatabaseURL, stack.DatabaseURL), namespace: stack.Namespace,
		address: stack.TemporalAddress, env: append(os.Environ(), stack.Env()...), keyset: keyset, logs: stack.Dir}}
	f.must(t, "setup")
	f.clients = f.dialBoth(t, "hame-test", keyset)
	f.client = f.clients.Open
	f.admin = f.db.SQL(t, "postgres")
	return f
}

func (f *faulty) hire() {
	w := f.startWorker(f.t)
	f.workers, f.hired = append(f.workers, w), append(f.hired, w)
}

// lose kills the worker that has run longest.
func (f *faulty) lose(t *testing.T, signal syscall.Signal) (*workerProcess, error) {
	t.Helper()
	w := f.workers[0]
	f.workers = f.workers[1:]
	return w, w.stop(t, signal)
}

// goesOn waits until so many more acts have been done: that much work is under
// way, and the fault before is got over.
func (f *faulty) goesOn(t *testing.T, acts int) {
	t.Helper()
	want := f.rate.Tally().Acts + acts
	require.Eventually(t, func() bool { return f.rate.Tally().Acts >= want }, 3*time.Minute, 10*time.Millisecond, "the rehearsal does not go on")
}

// TestFaults rehearses a hundred families while everything that they depend on
// fails under them, one after the other, and more than once: each family ends
// where it should be, nothing is lost, and nothing has happened twice. Every
// review continues as new every few steps, so that each fault also meets one that
// does.
//
// It takes longest of all, and stands in the last file so that it begins among the
// first: of tests that wait for each other, Go begins those at the end before the rest.
func TestFaults(t *testing.T) {
	f := newFaulty(t)
	csv := file(t, "backlog.csv", f.must(t, "backlog", "generate", "--cases", "104"))

	t.Run("an import that is killed leaves nothing, and is done again", func(t *testing.T) { f.interruptedImport(t, csv) })
	planted := f.plant(t)

	// The reviews are started by a worker whose reviews continue as new.
	first := worker.New(f.client, "hame", worker.Options{})
	record := f.db.As(t, "hame_worker")
	acts := &activities.Activities{Store: record, Temporal: f.clients, TaskQueue: "hame", ContinueAfter: 9}
	acts.Register(first)
	workflows.Register(first)
	require.NoError(t, first.Start())
	delivering, stop := context.WithCancel(t.Context())
	delivered := make(chan struct{})
	go func() {
		defer close(delivered)
		d := carrier.Dispatcher{Carrier: carrier.Carrier{Temporal: f.clients, Record: record, Acts: acts, TaskQueue: "hame"}, Logger: settings.Quiet()}
		d.Run(delivering, time.Second)
	}()
	t.Run("a backlog that is started twice at once is started once", f.startedTwice)
	var reviews int
	require.Eventually(t, func() bool {
		return f.admin.Get(&reviews, `select count(*) from review`) == nil && reviews >= 95
	}, time.Minute, 50*time.Millisecond)
	stop()
	<-delivered
	first.Stop()
	f.hire()
	planted = append(planted, f.typePersonal(t)...)

	t.Run("while a hundred families are under way", func(t *testing.T) {
		f.rehearseUnderFaults(t, []fault{
			{"a worker killed five times", f.workerKilled},
			{"two workers, of which one is killed", f.oneOfTwoKilled},
			{"a worker that is asked to end drains", f.drains},
			{"forged Updates", f.forged},
			{"Updates with rows of another case, of a role that may not, and replayed", f.forgedRows},
			{"starter killed at the moment of its row", f.starterKilledAtItsRow},
			{"starter killed before it hears", f.starterKilledBeforeHearing},
			{"the same command twice at once, and two officers in one second", f.twiceAtOnce},
			{"an import of the same file with three families changed", func(t *testing.T) { f.changedImport(t, csv) }},
			{"reviews terminated, reset and recovered", f.disturbed},
			{"PostgreSQL away for thirty seconds", f.postgresAway},
			{"PostgreSQL killed", f.postgresKilled},
			{"connections cut in mid-transaction", f.connectionsCut},
			{"a statement timeout", f.statementTimeout},
			{"serialization failures and deadlocks", f.serialization},
			{"the Temporal server killed", f.temporalKilled},
		})
	})

	if t.Failed() {
		return
	}
	t.Run("each family is where it should be", f.allIsWell)
	log := ""
	for _, w := range f.workers {
		log += w.log.String()
	}
	require.NotContains(t, log, "panic")
	t.Run("and nothing personal is in Temporal or a log", func(t *testing.T) {
		f.requireNothingPersonal(t, planted, map[string]string{"the worker's log": log})
	})
	for range f.workers {
		_, err := f.lose(t, syscall.SIGTERM)
		require.NoError(t, err, "SIGTERM ends a worker well")
	}
	t.Run("verify finds what was planted, and exits non-zero", f.planted)
}

// planted breaks what must always be true, behind the database's back, with no
// worker there to mend it.
func (f *faulty) planted(t *testing.T) {
	var refs []string
	require.NoError(t, f.admin.Select(&refs, `select distinct case_ref from review join decision using (case_ref) where stage = 'closed' order by 1 limit 5`))
	require.Len(t, refs, 5)
	silent, twice, overdue, tampered, nobody := refs[0], refs[1], refs[2], refs[3], refs[4]
	tamper := func(query string, args ...any) {
		tx, err := f.admin.Beginx()
		require.NoError(t, err)
		defer func() { _ = tx.Rollback() }()
		_, err = tx.Exec(`set local session_replication_role = replica`)
		require.NoError(t, err)
		_, err = tx.Exec(query, args...)
		require.NoError(t, err, "%s", query)
		require.NoError(t, tx.Commit())
	}
	opens := func(ref string) {
		tamper(`insert into task (case_ref, kind, subject, stage, awaiting, began, days, unit, calendar, due_on, provisional, opened_at, owed_by, next_rung, next_at)
			select case_ref, kind, subject, stage, awaiting, began, days, unit, calendar, due_on, provisional, opened_at, owed_by, 'due', business_now() - interval '2 hours'
			from task where case_ref = $1 order by id limit 1`, ref)
	}
	tamper(`update review set stage = 'evidence', closed_at = null where case_ref in ($1, $2)`, silent, overdue)
	f.admin.MustExec(`drop index one_open_task_of_a_kind`)
	opens(twice)
	opens(twice)
	opens(overdue)
	tamper(`update command set person = 'isla' where id = (select id from command where case_ref = $1 order by chain_n limit 1)`, tampered)
	tamper(`insert into decision_outcome (case_ref, decision_no, person_no, outcome) values ($1, 1, 99, 'GRANT_ILR')`, nobody)
	out, errs, code := f.starter(t, "--as", "una", "verify", "-o", "json")
	require.Equal(t, 1, code, errs)
	var breaches []store.Breach
	require.NoError(t, json.Unmarshal([]byte(out), &breaches), out)
	for _, want := range []store.Breach{
		{Rule: "an owner and a next date", Case: silent, Detail: "nothing is awaited"},
		{Rule: "a worker answers", Detail: "no worker has compared record and Temporal"},
		{Rule: "nothing happens twice", Case: twice, Detail: "2 open tasks of kind"},
		{Rule: "every rung acts", Case: overdue, Detail: "was to act at"},
		{Rule: "nothing is lost", Case: tampered, Detail: "the chain breaks at link 1"},
		{Rule: "people decide", Case: nobody, Detail: "an outcome for person 99, who is not of the family"},
	} {
		require.True(t, slices.ContainsFunc(breaches, func(b store.Breach) bool {
			return b.Rule == want.Rule && b.Case == want.Case && strings.Contains(b.Detail, want.Detail)
		}), "%v is found among %v", want, breaches)
	}
}

// fault is one that is got over.
type fault struct {
	name string
	f    func(*testing.T)
}

func (f *faulty) rehearseUnderFaults(t *testing.T, faults []fault) {
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	r, err := rehearsal.New(ctx, rehearsal.Options{Store: f.db.As(t, "hame_worker"), DatabaseURL: f.db.Worker, Temporal: f.clients,
		Horizon: time.Now().AddDate(3, 0, 0), Seed: 1, Parallel: 16})
	require.NoError(t, err)
	defer r.Close()
	f.rate = r
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	f.goesOn(t, 60)
	for _, fault := range faults {
		begun := r.Tally().Acts
		ok := t.Run(fault.name, func(t *testing.T) {
			fault.f(t)
			f.goesOn(t, 40)
		})
		t.Logf("%s: acts %d to %d", fault.name, begun, r.Tally().Acts)
		if !ok {
			cancel()
			break
		}
	}
	require.Less(t, r.Tally().At, time.Now().AddDate(3, 0, 0), "every fault came while families were under way")
	require.NoError(t, <-done)
}

// interruptedImport kills starter while it imports.
func (f *faulty) interruptedImport(t *testing.T, csv string) {
	tx, err := f.admin.Beginx()
	require.NoError(t, err)
	_, err = tx.Exec(`lock table family in share mode`) // the merge waits for it
	require.NoError(t, err)
	c := f.typing(t, "--as", "archie", "backlog", "import", csv)
	f.waitsForLock(t, "import_merge")
	require.NoError(t, c.cmd.Process.Kill())
	require.Error(t, c.cmd.Wait())
	require.NoError(t, tx.Rollback())
	var left int
	require.Eventually(t, func() bool {
		return f.admin.Get(&left, `select count(*) from pg_stat_activity where query like '%import_merge%' and pid <> pg_backend_pid() and state <> 'idle'`) == nil && left == 0
	}, 30*time.Second, 20*time.Millisecond)
	require.NoError(t, f.admin.Get(&left, `select (select count(*) from family) + (select count(*) from import_staging) + (select count(*) from import_batch)`))
	require.Zero(t, left, "all of a file or none")
	require.Contains(t, f.must(t, "--as", "archie", "backlog", "import", csv), "104")
	out := f.must(t, "--as", "archie", "backlog", "import", csv, "-o", "json")
	require.Contains(t, out, `"unchanged": 104`, "the same file again changes nothing")
}

func (f *faulty) startedTwice(t *testing.T) {
	start := []string{"--as", "archie", "backlog", "start", "--capacity", "20", "--target", "2031-11-23"}
	var codes [2]int
	var both sync.WaitGroup
	for i := range codes {
		both.Go(func() { _, _, codes[i] = f.starter(t, start...) })
	}
	both.Wait()
	require.ElementsMatch(t, []int{0, 3}, codes[:], "the second is told that it runs")
	_, errs, code := f.starter(t, start...)
	require.Equal(t, 3, code, errs)
	var lanes, drawn, cases int
	require.NoError(t, f.admin.Get(&lanes, `select count(*) from backlog_lane`))
	require.Equal(t, 1, lanes)
	require.Eventually(t, func() bool {
		return f.admin.Get(&drawn, `select count(*) from listing`) == nil && f.admin.Get(&cases, `select count(distinct case_ref) from listing`) == nil && drawn >= 95
	}, time.Minute, 50*time.Millisecond)
	require.Equal(t, drawn, cases)
}

func (f *faulty) workerKilled(t *testing.T) {
	for range 5 {
		f.goesOn(t, 5+rand.IntN(30))
		_, err := f.lose(t, syscall.SIGKILL)
		require.Error(t, err)
		f.hire()
	}
}

func (f *faulty) oneOfTwoKilled(t *testing.T) {
	f.hire()
	f.goesOn(t, 30)
	_, err := f.lose(t, syscall.SIGKILL)
	require.Error(t, err)
}

// drains: what a worker is doing when it is asked to end, it ends first.
func (f *faulty) drains(t *testing.T) {
	f.hire()
	w, err := f.lose(t, syscall.SIGTERM)
	require.NoError(t, err)
	require.Contains(t, w.log.String(), "letting running work finish")
}

// openCase is a case that is under way, for somebody outside the rehearsal.
func (f *faulty) openCase(t *testing.T) string {
	t.Helper()
	var ref string
	require.NoError(t, f.admin.Get(&ref, `
		select r.case_ref from review r join family f using (case_ref) where r.stage in ('listed', 'evidence', 'welfare') and not f.restricted and r.owner is not null
		order by r.listing_date desc, r.case_ref limit 1`))
	return ref
}

func (f *faulty) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, f.admin.Get(&n, query, args...))
	return n
}

// forged: a stranger who reaches the frontend can send anything. Nothing changes but
// that it is counted and logged.
func (f *faulty) forged(t *testing.T) {
	ref, w := f.openCase(t), f.workers[len(f.workers)-1]
	counted := func() string {
		r, err := http.Get("http://" + w.address + "/metrics")
		require.NoError(t, err)
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		return string(body)
	}
	before := f.count(t, `select count(*) from command_outcome where code = 'unknown_command'`)
	for range 3 {
		require.ErrorContains(t, forge(t, f.client, ref, casefile.ActAssign, uuid.New()), "no such act is on record")
	}
	require.Equal(t, before, f.count(t, `select count(*) from command_outcome where code = 'unknown_command'`))
	three := regexp.MustCompile(`hame_updates_without_command_total\{[^}]*\} 3\n`)
	require.Eventually(t, func() bool { return three.MatchString(counted()) }, 10*time.Second, 100*time.Millisecond, "they are counted")
	require.Contains(t, w.log.String(), "an Update without its command")

	// Under a key that nobody holds: refused, and the review goes on.
	strange := filepath.Join(t.TempDir(), "strange.json")
	require.NoError(t, codec.Create(strange))
	keys, err := codec.Load(strange)
	require.NoError(t, err)
	require.Error(t, forge(t, f.dial(t, "stranger", keys), ref, casefile.ActAssign, uuid.New()))
	f.must(t, "--as", "morag", "contact", "record", ref, "--how", "phone", "--confirm")
}

// forgedRows: an Update that names a row which is not the case's own, whose login
// may not do the act, or which was used before, changes nothing.
func (f *faulty) forgedRows(t *testing.T) {
	var refs []string
	require.NoError(t, f.admin.Select(&refs, `
		select r.case_ref from review r join family f using (case_ref) where r.stage in ('listed', 'evidence') and not f.restricted and r.owner is not null
		order by r.opened_at, r.case_ref limit 2`))
	require.Len(t, refs, 2)
	ref, other := refs[0], refs[1] // of the first that were opened, which continue as new
	types := func(login, ref string) uuid.UUID {
		c, err := desk.New(ref, casefile.ActContact, 0, clock.DateOf(time.Now()), &casefile.ContactFields{How: "visit"}, "")
		require.NoError(t, err)
		c.Fields, err = casefile.Confirm(c.Fields)
		require.NoError(t, err)
		require.NoError(t, f.db.As(t, login).InsertCommand(t.Context(), c))
		return c.ID
	}

	others := types("morag", other)
	require.ErrorContains(t, forge(t, f.client, ref, casefile.ActContact, others), "no such act is on record for this case")
	require.ErrorContains(t, forge(t, f.client, other, casefile.ActAssign, others), "no such act is on record for this case", "it is another act")
	require.Zero(t, f.count(t, `select count(*) from contact where command_id = $1 and case_ref = $2`, others, ref))
	require.Zero(t, f.count(t, `select count(*) from command_outcome where command_id = $1 and outcome <> 'accepted'`, others), "what it was typed for is still to be done")
	f.later = append(f.later, func(t *testing.T) { f.doneOnce(t, others) })

	// Written while the auditor could, which the rule of the database then forbids. The
	// review's row is held meanwhile, so that no worker delivers it before that.
	held := f.admin.MustBegin()
	held.MustExec(`select case_ref from review where case_ref = $1 for update`, ref)
	f.admin.MustExec(`insert into act_role (act, role, council, filed, about) select act, 'auditor', council, filed, about from act_role where act = 'contact.record' limit 1`)
	auditors := types("una", ref)
	f.admin.MustExec(`delete from act_role where act = 'contact.record' and role = 'auditor'`)
	require.NoError(t, held.Commit())
	require.ErrorContains(t, forge(t, f.client, ref, casefile.ActContact, auditors), "(role)")
	require.Zero(t, f.count(t, `select count(*) from contact where command_id = $1`, auditors))
	require.Equal(t, 1, f.count(t, `select count(*) from command_outcome where command_id = $1 and outcome = 'refused' and code = 'role'`, auditors))

	used := types("morag", ref)
	revision := func() int { return f.count(t, `select revision from command_outcome where command_id = $1`, used) }
	require.NoError(t, forge(t, f.client, ref, casefile.ActContact, used))
	before := revision()
	replayed := func(t *testing.T) {
		require.NoError(t, forge(t, f.client, ref, casefile.ActContact, used), "it is answered as before")
		f.doneOnce(t, used)
		require.Equal(t, before, revision())
	}
	replayed(t)
	run := f.runOf(t, ref)
	for i := 0; f.runOf(t, ref) == run; i++ {
		require.Less(t, i, 30, "%s does not continue as new", ref)
		f.must(t, "--as", "morag", "contact", "record", ref, "--how", "phone", "--confirm")
	}
	replayed(t)
}

func (f *faulty) runOf(t *testing.T, ref string) string {
	t.Helper()
	d, err := f.client.DescribeWorkflowExecution(t.Context(), ref, "")
	require.NoError(t, err)
	return d.GetWorkflowExecutionInfo().GetExecution().GetRunId()
}

// starterKilledAtItsRow: the row is written, and starter dies at that moment. The
// worker delivers it, once.
func (f *faulty) starterKilledAtItsRow(t *testing.T) {
	ref := f.openCase(t)
	tx, err := f.admin.Beginx()
	require.NoError(t, err)
	_, err = tx.Exec(`select from chain_head where subject = $1 for update`, ref) // the row waits for the chain
	require.NoError(t, err)
	_, err = tx.Exec(`select from chain_head where subject = $1 for update`, ref)
	require.NoError(t, err)
	c := f.typing(t, "--as", "morag", "contact", "record", ref, "--how", "visit", "--confirm")
	f.waitsForLock(t, "insert into command ")
	was := f.newest(t, ref)
	require.NoError(t, tx.Rollback())
	require.Eventually(t, func() bool { return f.newest(t, ref) != was }, 30*time.Second, time.Millisecond, "the row is there")
	require.NoError(t, c.cmd.Process.Kill())
	_ = c.cmd.Wait() // it may have heard before
	id := f.newest(t, ref)
	f.later = append(f.later, func(t *testing.T) { f.doneOnce(t, id) })
}

// newest is the contact that was typed last on a case.
func (f *faulty) newest(t *testing.T, ref string) uuid.UUID {
	t.Helper()
	var id uuid.UUID
	require.NoError(t, f.admin.Get(&id, `select coalesce((select id from command where case_ref = $1 and kind = 'contact.record' order by recorded_at desc limit 1),
		'00000000-0000-0000-0000-000000000000')`, ref))
	return id
}

// doneOnce wants a contact accepted and on record, once.
func (f *faulty) doneOnce(t *testing.T, id uuid.UUID) {
	t.Helper()
	require.Equal(t, 1, f.count(t, `select count(*) from contact join command_outcome o using (command_id) where command_id = $1 and o.outcome = 'accepted'`, id))
}

// starterKilledBeforeHearing: the act is sent, and starter dies before it hears.
func (f *faulty) starterKilledBeforeHearing(t *testing.T) {
	ref := f.openCase(t)
	tx, err := f.admin.Beginx()
	require.NoError(t, err)
	_, err = tx.Exec(`select case_ref from review where case_ref = $1 for update`, ref) // the activity waits for it
	require.NoError(t, err)
	c := f.typing(t, "--as", "morag", "contact", "record", ref, "--how", "visit", "--confirm")
	f.waitsForLock(t, "from lock_review")
	require.NoError(t, c.cmd.Process.Kill())
	require.Error(t, c.cmd.Wait())
	require.NoError(t, tx.Rollback())
	id := f.newest(t, ref)
	// The worker may have to deliver it: the families must not be through by then.
	defer f.rate.Pause()()
	require.Eventually(t, func() bool {
		return f.count(t, `select count(*) from command_outcome where command_id = $1`, id) == 1
	}, 90*time.Second, 20*time.Millisecond)
	f.doneOnce(t, id)
}

// twiceAtOnce: the same list typed twice at once is done once; two officers'
// acts in one second are two acts.
func (f *faulty) twiceAtOnce(t *testing.T) {
	ref := f.openCase(t)
	var before time.Time
	require.NoError(t, f.admin.Get(&before, `select clock_timestamp()`))
	list := file(t, "families.txt", ref+"\n")
	same := []string{"--as", "morag", "contact", "record", "--how", "visit", "--confirm", "--families", list, "--on", clock.DateOf(time.Now()).String()}
	var codes [4]int
	var all sync.WaitGroup
	for i, args := range [][]string{same, same, {"--as", "hamish", "contact", "record", ref, "--how", "visit", "--confirm"}, {"--as", "isla", "contact", "record", ref, "--how", "visit", "--confirm"}} {
		all.Go(func() { _, _, codes[i] = f.starter(t, args...) })
	}
	all.Wait()
	require.Equal(t, [4]int{}, codes)
	require.Equal(t, 3, f.count(t, `select count(*) from contact c join command m on m.id = c.command_id where c.case_ref = $1 and c.how = 'visit' and m.recorded_at > $2`, ref, before))
}

// changedImport: what a later file says otherwise of families under review is
// kept for a caseworker, once, however often the file is brought.
func (f *faulty) changedImport(t *testing.T, csv string) {
	var keys []string
	require.NoError(t, f.admin.Select(&keys, `select r.case_ref from review r join family f using (case_ref) where not f.restricted and stage <> 'closed' order by 1 limit 3`))
	require.Len(t, keys, 3)
	// The same file, as the families stand on record after what was planted; three have moved.
	f.admin.MustExec(`update family set digest = 'another' where case_ref = any ($1)`, "{"+strings.Join(keys, ",")+"}")
	for range 2 {
		f.must(t, "--as", "archie", "backlog", "import", csv)
	}
	defer f.rate.Pause()()
	require.Eventually(t, func() bool {
		return f.count(t, `select count(*) from import_difference d where d.finding is null and not exists (select from task k where k.case_ref = d.case_ref
			and ((k.kind = 'file.difference' and k.subject = d.no) or k.kind = 'closed.arrival'))`) == 0
	}, 2*time.Minute, 200*time.Millisecond, "the delivery has each review open its tasks")
	require.Zero(t, f.count(t, `select count(*) - count(distinct (case_ref, person_no, field, new_value)) from import_difference`), "no difference twice")
	require.NotZero(t, f.count(t, `select count(*) from import_difference`))
}

// disturbed: somebody terminates one review and resets another to the first task
// of its run; operations take both up from the record.
func (f *faulty) disturbed(t *testing.T) {
	var drawn []struct {
		Case string    `db:"case_ref"`
		At   time.Time `db:"drawn_at"`
	}
	require.NoError(t, f.admin.Select(&drawn, `select case_ref, drawn_at from review r join family f using (case_ref) join listing using (case_ref)
		where stage in ('listed', 'evidence', 'welfare') and not restricted order by listing.listing_date desc, case_ref`))
	var refs []string
	for _, d := range drawn {
		// A reset takes back what was skipped of a clock, which happens to no clock but a
		// rehearsal's: a run that began before its family was drawn would wait to be drawn.
		run := f.runOf(t, d.Case)
		began, task := f.firstTask(t, d.Case, run)
		if began.Before(d.At) || task == nil {
			continue
		}
		if len(refs) == 0 {
			err := f.client.TerminateWorkflow(t.Context(), d.Case, run, "a test")
			var over *serviceerror.NotFound
			if errors.As(err, &over) {
				continue // it has continued as new since, in a run that may have had no task
			}
			require.NoError(t, err)
			refs = append(refs, d.Case)
			continue
		}
		_, err := f.client.ResetWorkflowExecution(t.Context(), &workflowservice.ResetWorkflowExecutionRequest{Namespace: f.namespace,
			WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: d.Case, RunId: run}, Reason: "a test",
			WorkflowTaskFinishEventId: task.GetEventId(), RequestId: uuid.NewString()})
		require.NoError(t, err)
		refs = append(refs, d.Case)
		break
	}
	require.Len(t, refs, 2)
	for _, ref := range refs {
		var said []string
		require.Eventually(t, func() bool {
			_, errs, code := f.starter(t, "--as", "archie", "case", "recover", ref)
			saved := slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, "7: ") })
			said = append(said, fmt.Sprintf("%d: %s", code, errs))
			// One that was saved is delivered, and then there is nothing left to do.
			return code == 0 || code == 3 && saved && strings.Contains(errs, "runs well")
		}, time.Minute, 100*time.Millisecond, "recover %s: %v", ref, &said)
		d, err := f.client.DescribeWorkflowExecution(t.Context(), ref, "")
		require.NoError(t, err)
		require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, d.GetWorkflowExecutionInfo().GetStatus())
	}
}

// firstTask returns when a run of a review began, by its own clock, and the end of
// its first workflow task, nil if it has none.
func (f *faulty) firstTask(t *testing.T, ref, run string) (began time.Time, completed *historypb.HistoryEvent) {
	t.Helper()
	history := f.client.GetWorkflowHistory(t.Context(), ref, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		e, err := history.Next()
		require.NoError(t, err)
		switch e.GetEventType() {
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
			began = e.GetEventTime().AsTime()
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
			return began, e
		}
	}
	return began, nil
}

func (f *faulty) postgresAway(t *testing.T) {
	require.NoError(t, f.stack.Kill(devstack.Postgres, syscall.SIGINT))
	_, errs, code := f.starter(t, "--as", "una", "case", "find")
	require.Equal(t, 8, code, errs)
	away := time.NewTimer(30 * time.Second)
	<-away.C
	require.NoError(t, f.stack.Restart(t.Context(), devstack.Postgres))
}

func (f *faulty) postgresKilled(t *testing.T) {
	require.NoError(t, f.stack.Kill(devstack.Postgres, syscall.SIGQUIT))
	require.NoError(t, f.stack.Restart(t.Context(), devstack.Postgres))
}

func (f *faulty) connectionsCut(t *testing.T) {
	cut := 0
	require.Eventually(t, func() bool {
		cut += f.count(t, `select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and usename not in ('hame_admin', 'postgres')
			and state in ('idle in transaction', 'active')`)
		return cut >= 25
	}, time.Minute, 2*time.Millisecond, "transactions to cut")
}

// statementTimeout: for a while every statement of the worker's takes too long.
func (f *faulty) statementTimeout(t *testing.T) {
	f.admin.MustExec(`alter role hame_worker set statement_timeout = '1ms'`)
	f.admin.MustExec(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'hame_worker'`)
	f.admin.MustExec(`create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.05); return new; end $$`)
	f.admin.MustExec(`create trigger slow before insert on command_outcome for each row execute function slow()`)
	logged := func() int {
		return strings.Count(read(t, f.log("postgres")), "canceling statement due to statement timeout")
	}
	require.Eventually(t, func() bool { return logged() >= 10 }, time.Minute, 20*time.Millisecond, "statements time out")
	f.admin.MustExec(`drop trigger slow on command_outcome`)
	f.admin.MustExec(`alter role hame_worker reset statement_timeout`)
	f.admin.MustExec(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'hame_worker'`)
}

// log is the newest log of a server.
func (f *faulty) log(server string) string {
	files, _ := filepath.Glob(filepath.Join(f.stack.Dir, server+".log*"))
	newest := files[0]
	for _, name := range files {
		if len(name) > len(newest) || len(name) == len(newest) && name > newest {
			newest = name
		}
	}
	return newest
}

// serialization: every third write of an outcome fails as concurrent transactions
// do, by turns with both codes.
func (f *faulty) serialization(t *testing.T) {
	f.admin.MustExec(`create sequence fault`)
	f.admin.MustExec(`grant usage on sequence fault to public`)
	f.admin.MustExec(`create function fail() returns trigger language plpgsql as $$
		declare n bigint := nextval('hame.fault'); begin
			if n % 6 = 0 then raise exception 'test' using errcode = '40001'; end if;
			if n % 6 = 3 then raise exception 'test' using errcode = '40P01'; end if;
			return new;
		end $$`)
	f.admin.MustExec(`create trigger fail before insert on command_outcome for each row execute function fail()`)
	require.Eventually(t, func() bool { return f.count(t, `select last_value from fault`) >= 60 }, time.Minute, 20*time.Millisecond)
	f.admin.MustExec(`drop trigger fail on command_outcome`)
}

func (f *faulty) temporalKilled(t *testing.T) {
	require.NoError(t, f.stack.Kill(devstack.Temporal, syscall.SIGKILL))
	ref := f.openCase(t)
	_, errs, code := f.starter(t, "--as", "morag", "contact", "record", ref, "--how", "phone", "--confirm")
	require.Equal(t, 7, code, errs)
	require.Contains(t, errs, "saved")
	id := f.newest(t, ref)
	f.later = append(f.later, func(t *testing.T) { f.doneOnce(t, id) })
	require.NoError(t, f.stack.Restart(t.Context(), devstack.Temporal))
}

// allIsWell: figures that add up, nothing doubled, nothing missing, verify clean.
func (f *faulty) allIsWell(t *testing.T) {
	require.Eventually(t, func() bool {
		return f.count(t, `select count(*) from command c left join command_outcome o on o.command_id = c.id where o.command_id is null`) == 0
	}, 2*time.Minute, 200*time.Millisecond, "every command has its outcome")
	for _, holds := range f.later {
		holds(t)
	}
	r := f.report(t)
	require.Equal(t, 104, r.Families)
	require.Greater(t, r.Decided, 90, "%+v", r)
	require.Contains(t, f.must(t, "--as", "una", "verify"), "every invariant holds")
	for what, query := range map[string]string{
		"a closed case that was not served": `select 1 from review r join outcome_in_force o using (case_ref) join present p on p.case_ref = o.case_ref and p.no = o.person_no
			where r.stage = 'closed' and o.served_on is null`,
		"two open tasks of a kind":      `select 1 from task where closed_at is null group by case_ref, kind, subject having count(*) > 1`,
		"a rung that acted twice":       `select 1 from rung group by task_id, kind, no having count(*) > 1`,
		"a stage that was opened twice": `select 1 from stage_entry group by case_ref, stage having count(*) > 1`,
	} {
		require.Zero(t, f.count(t, `select count(*) from (`+query+`) x`), what)
	}
	// Each act that was accepted and is not struck has its own row, once, and no other act has one.
	for table, acts := range map[string]string{
		"contact":        "contact.record",
		"interview":      "interview.record",
		"evidence":       "evidence.receive,interview.record,check.record",
		"letter_sent":    "letter.sent",
		"proposal":       "decision.propose,decision.correct,decision.remake",
		"welfare_waiver": "welfare.waive",
	} {
		var wrong []string
		require.NoError(t, f.admin.Select(&wrong, `
			select coalesce(x.id, k.command_id) || ': ' || coalesce(x.kind, 'no such act') || ', ' || coalesce(k.n, 0) || ' rows'
			from (select c.id, c.kind from command c join command_outcome o on o.command_id = c.id
				where o.outcome = 'accepted' and c.kind = any (string_to_array($1, ','))
				and not exists (select from strike k where k.command_id = c.id and k.result = 'struck')) x
			full join (select command_id, count(*) as n from `+table+` group by command_id) k on k.command_id = x.id
			where k.n is distinct from 1 or x.id is null`, acts))
		require.Empty(t, wrong, table)
	}
	require.Zero(t, f.count(t, `select count(*) from person p join review r using (case_ref) left join person_outcome o
			on o.case_ref = p.case_ref and o.person_no = p.no where r.stage = 'closed' and o.case_ref is null`), "everybody of a closed family has an outcome")
	continued, err := f.client.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{Query: "ExecutionStatus = 'ContinuedAsNew'"})
	require.NoError(t, err)
	require.Greater(t, continued.GetCount(), int64(300), "reviews continued as new at every stage")
	for i, w := range f.hired {
		require.NotContains(t, w.log.String(), "TMPRL1100", "worker %d found that a review does not replay", i)
	}
}

// forge sends a bare Update of a kind of act, and returns the refusal.
func forge(t *testing.T, c client.Client, ref string, act casefile.Act, command uuid.UUID) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var handle client.WorkflowUpdateHandle
	var err error
	for again := true; again; {
		handle, err = c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{WorkflowID: ref, UpdateName: string(act.Rule().Wire()), WaitForStage: client.WorkflowUpdateStageCompleted,
			Args: []any{contract.Act{Command: command, Kind: act.Rule().Wire()}}})
		// A worker that was lost gives it back with its workflow task, and the desk would send it again.
		var notReady *serviceerror.WorkflowNotReady
		again = errors.As(err, &notReady)
	}
	if err != nil {
		return err
	}
	var receipt contract.Receipt
	if err := handle.Get(ctx, &receipt); err != nil {
		return err
	}
	if receipt.Refused == nil {
		return nil
	}
	return receipt.Refused
}
