package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hame/activities"
	"hame/internal/chainexport"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/settings"
)

// scheduling is a workflow of somebody else's: it schedules one activity of Hame's.
func scheduling(ctx workflow.Context, name string, params map[string]any) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{TaskQueue: "hame", StartToCloseTimeout: 20 * time.Second})
	return workflow.ExecuteActivity(ctx, name, params).Get(ctx, nil)
}

// TestForgedActivities: a stranger who reaches Temporal's frontend schedules anything,
// without the keyset and with it: by itself, from a workflow of their own, and from
// one under the case's own id. No stage opens that is not due, and no deadline
// passes before its time (F2).
func TestForgedActivities(t *testing.T) {
	o := newOffice(t)
	refs := o.db.Import(t, clock.DateOf(time.Now()), couple("F"), couple("G"))
	ref := refs["F"]
	o.does(t, ref, append(toEvidence(), writes)...)
	o.does(t, refs["G"], toEvidence()...)
	plain, err := settings.Connection("stranger", settings.Quiet())
	require.NoError(t, err)
	plain.Namespace = o.namespace
	without, err := client.DialContext(t.Context(), plain)
	require.NoError(t, err)
	t.Cleanup(without.Close)

	calls := []struct {
		name   string
		params map[string]any
	}{
		{activities.OpenStageActivity, map[string]any{"case": ref, "stage": "closed", "now": time.Now()}},
		{activities.OpenStageActivity, map[string]any{"case": ref, "stage": "service", "now": time.Now()}},
		{activities.OpenStageActivity, map[string]any{"case": ref, "stage": "representation", "now": time.Now()}},
		{activities.MarkStuckActivity, map[string]any{"case": ref, "code": "any text", "now": time.Now()}},
		{activities.ActOnRungActivity, map[string]any{"case": ref, "kind": "evidence.questionnaire", "rung": map[string]any{"kind": "reminder"}, "now": time.Now().AddDate(1, 0, 0)}},
		{activities.ActOnThresholdsActivity, map[string]any{"case": ref, "now": time.Now().AddDate(20, 0, 0)}},
	}
	facts := func() string {
		var said string
		require.NoError(t, o.db.SQL(t, "hame_worker").Get(&said, `
			select (select concat_ws(' ', stage, revision, stuck) from review where case_ref = $1) || (select count(*) from stage_entry where case_ref = $1)
				|| (select string_agg(concat_ws(' ', kind, result, overdue), ', ' order by id) from task where case_ref = $1)`, ref))
		return said
	}
	before := facts()
	for how, c := range map[string]client.Client{"without the keyset": without, "with the keyset": o.client} {
		queue := "strangers-" + uuid.NewString()[:8]
		w := worker.New(c, queue, worker.Options{})
		w.RegisterWorkflow(scheduling)
		w.RegisterWorkflowWithOptions(scheduling, workflow.RegisterOptions{Name: contract.CaseReviewWorkflow})
		require.NoError(t, w.Start())
		defer w.Stop()
		for _, call := range calls {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			alone, err := c.ExecuteActivity(ctx, client.StartActivityOptions{ID: uuid.NewString(), TaskQueue: "hame", StartToCloseTimeout: 10 * time.Second, ScheduleToCloseTimeout: 10 * time.Second},
				call.name, call.params)
			if err == nil {
				err = alone.Get(ctx, nil)
			}
			require.Error(t, err, "%s: %s by itself", how, call.name)
			run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: queue, WorkflowExecutionTimeout: 10 * time.Second}, scheduling, call.name, call.params)
			require.NoError(t, err)
			require.Error(t, run.Get(ctx, nil), "%s: %s from a workflow of somebody else's", how, call.name)
			require.Equal(t, before, facts(), "%s: %s", how, call.name)
		}
		out, _, code := o.starter(t, "--as", "una", "verify")
		require.Zero(t, code, "%s: %s", how, out)
	}

	// Under the case's own id: its review is ended for that.
	require.NoError(t, o.client.TerminateWorkflow(t.Context(), ref, "", "a stranger"))
	queue := "strangers-" + uuid.NewString()[:8]
	w := worker.New(o.client, queue, worker.Options{})
	w.RegisterWorkflowWithOptions(scheduling, workflow.RegisterOptions{Name: contract.CaseReviewWorkflow})
	require.NoError(t, w.Start())
	defer w.Stop()
	for _, call := range calls {
		if call.name == activities.MarkStuckActivity {
			continue // who has the keyset and the case's id can say that it is stuck
		}
		run, err := o.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: ref, TaskQueue: queue, WorkflowExecutionTimeout: 10 * time.Second}, contract.CaseReviewWorkflow, call.name, call.params)
		require.NoError(t, err)
		require.Error(t, run.Get(t.Context(), nil), "%s under the case's own id", call.name)
		require.Equal(t, before, facts(), "%s", call.name)
	}
	out, _, code := o.starter(t, "--as", "una", "verify")
	require.Equal(t, 1, code)
	require.Contains(t, out, ref)
	// Each run that was ended so is taken up by itself.
	for n := 0; code != 0; n++ {
		require.Less(t, n, len(calls))
		o.types(t, refs, 0, "--as archie case recover F")
		_, _, code = o.starter(t, "--as", "una", "verify")
	}
}

// TestVerifyFindsWhatWasForged: a case at service or closed that nobody decided,
// stages out of their order, a rung before its instant (F2).
func TestVerifyFindsWhatWasForged(t *testing.T) {
	o := newOffice(t)
	refs := o.db.Import(t, clock.DateOf(time.Now()), couple("S"), couple("R"))
	o.does(t, refs["S"], toListing()...)
	o.does(t, refs["R"], append(toEvidence(), writes)...)
	o.types(t, refs, 0, "--as una verify", "every invariant holds")
	admin := o.db.SQL(t, "postgres")
	for _, breaks := range []struct{ statement, ref, says string }{
		{`update hame.review set stage = 'service' where case_ref = $1`, refs["S"], "at service without a decision"},
		{`insert into hame.stage_entry (case_ref, stage, opened_at) values ($1, 'decision', now())`, refs["S"], "decision was opened without representation"},
		{`insert into hame.rung (task_id, kind, no, on_at, acted_at, effect) select id, 'reminder', 0, now() + interval '1 day', now(), '' from hame.task
			where case_ref = $1 and kind = 'evidence.questionnaire'`, refs["R"], "reminder of evidence.questionnaire acted before its instant"},
	} {
		admin.MustExec(breaks.statement, breaks.ref)
		out, _, code := o.starter(t, "--as", "una", "verify")
		require.Equal(t, 1, code)
		require.Contains(t, out, breaks.ref)
		require.True(t, strings.Contains(out, breaks.says), "%s: %s", breaks.says, out)
	}
}

// TestARewrittenChainIsFound: the record's chain is rewritten whole, so that it
// verifies in itself; what Temporal was told of it no longer stands (F13).
func TestARewrittenChainIsFound(t *testing.T) {
	s := newSystem(t)
	// The worker exports the heads each day, signed.
	dir, keys := t.TempDir(), t.TempDir()
	private, public := filepath.Join(keys, "audit.pem"), filepath.Join(keys, "audit.pub")
	for _, args := range [][]string{{"genpkey", "-algorithm", "ed25519", "-out", private}, {"pkey", "-in", private, "-pubout", "-out", public}} {
		out, err := exec.Command("openssl", args...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	require.NoError(t, os.Chmod(private, 0o600))
	s.env = append(s.env, "HAME_AUDIT_EXPORT_DIR="+dir, "HAME_AUDIT_KEY_FILE="+private, "HAME_AUDIT_PUBLIC_KEY_FILE="+public)
	o := &office{system: s, desks: map[string]*desk.Desk{}, root: t}
	w := s.startWorker(t)
	ref := o.db.Import(t, clock.DateOf(time.Now()), couple("W"))["W"]
	o.does(t, ref, toEvidence()...)
	o.start(t, 1)
	o.must(t, "--as", "una", "verify")
	exported := func() bool { files, err := chainexport.List(dir); return err == nil && len(files) == 1 }
	require.Eventually(t, exported, 20*time.Second, 50*time.Millisecond, "%s", w.log)
	// What it holds is of the moment in which it was written: it is written again now.
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.Eventually(t, exported, 20*time.Second, 50*time.Millisecond)
	require.Contains(t, o.must(t, "--as", "una", "audit", "check", dir), "stand unchanged")
	admin, err := o.db.SQL(t, "postgres").Beginx()
	require.NoError(t, err)
	for _, statement := range []string{
		`set local session_replication_role = replica`,
		`update hame.command_outcome set detail = '{"another": "word"}' where command_id = (select id from hame.command where case_ref = '` + ref + `' order by chain_n desc limit 1)`,
		`with recursive links as (select l.*, row_number() over (order by l.n) as place from hame.chain_link l where l.subject = '` + ref + `'),
			anew (n, place, hash) as (
				select n, place, sha256(convert_to(subject, 'UTF8') || convert_to(content, 'UTF8')) from links where place = 1
				union all select l.n, l.place, sha256(a.hash || convert_to(l.content, 'UTF8')) from links l join anew a on l.place = a.place + 1),
			outcomes as (update hame.command_outcome o set chain_hash = a.hash from anew a, hame.command c where c.id = o.command_id and c.case_ref = '` + ref + `' and o.chain_n = a.n),
			commands as (update hame.command c set chain_hash = a.hash from anew a where c.case_ref = '` + ref + `' and c.chain_n = a.n)
			update hame.chain_head h set hash = (select hash from anew order by n desc limit 1) where h.subject = '` + ref + `'`,
	} {
		_, err := admin.Exec(statement)
		require.NoError(t, err, statement)
	}
	require.NoError(t, admin.Commit())
	out, _, code := o.starter(t, "--as", "una", "verify")
	require.Equal(t, 1, code)
	require.Contains(t, out, ref)
	require.Contains(t, out, "the record was rewritten or restored")
	require.NotContains(t, out, "the chain breaks", "in itself it holds")
	out, _, code = o.starter(t, "--as", "una", "audit", "check", dir)
	require.Equal(t, 1, code)
	require.Contains(t, out, ref)
	require.Contains(t, out, "the link has another hash")
	o.must(t, "--as", "archie", "case", "recover", ref)
	o.must(t, "--as", "una", "verify")

	// So is that of a lane.
	_, err = o.db.SQL(t, "postgres").Exec(`set session_replication_role = replica;
		update hame.command_outcome set chain_hash = sha256('another') where command_id in (select id from hame.command where lane = 'legacy')`)
	require.NoError(t, err)
	out, _, code = o.starter(t, "--as", "una", "verify")
	require.Equal(t, 1, code)
	require.Contains(t, out, "the legacy lane's workflow was told of link 2 of its chain, which the record has not")
}
