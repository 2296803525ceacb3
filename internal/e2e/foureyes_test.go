package e2e

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/practice"
)

func read(t *testing.T, path string) string {
	t.Helper()
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(body)
}

// TestFourEyesAtThreeDepths: the author of a refusal cannot be its second
// officer by the command line, by a forged Update from a plain Temporal client,
// or by SQL under their own login. The same for a report's author and signer.
func TestFourEyesAtThreeDepths(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	ref := s.toDecision(t)
	s.must(t, "--as", "ewan", "interview", "record", ref+"/1", "--adverse", "none")
	s.must(t, "--as", "ewan", "interview", "record", ref+"/2", "--adverse", "none")
	form := s.proposal(t, ref, "REFUSED_UPHELD")
	s.must(t, "--as", "ewan", "decision", "propose", ref, "--file", form)

	// One person under two logins, with both roles: eyes are counted by person.
	admin := s.db.SQL(t, "postgres")
	admin.MustExec(`insert into hame.staff (login, person, role) values ('gregor', 'ewan', 'second_officer')`)
	admin.MustExec(`update hame.staff set person = 'ewan' where login = 'gregor'`)
	admin.MustExec(`begin; set local session_replication_role = replica; update hame.staff_member set person = 'ewan' where login = 'gregor'; commit`)
	admin.MustExec(`insert into hame.staff (login, person, role) values ('ewan', 'ewan', 'second_officer')`)
	agree := s.agreement(t, ref)
	before := s.facts(t, ref)

	t.Run("command line", func(t *testing.T) {
		for _, login := range []string{"ewan", "gregor"} {
			_, errs, code := s.starter(t, "--as", login, "decision", "agree", ref, "--file", agree)
			require.Equal(t, 3, code, errs)
			require.Contains(t, errs, "four_eyes")
		}
		_, errs, code := s.starter(t, "--as", "morag", "decision", "agree", ref, "--file", agree)
		require.Equal(t, 4, code, errs)
	})
	t.Run("forged Update", func(t *testing.T) {
		// A client that leaves out starter's own look, with a real row of the author's.
		d := &desk.Desk{Store: s.db.As(t, "gregor")}
		fields := &casefile.AgreeFields{Revision: s.revision(t, ref), Reasons: practice.Findings(nil)}
		cmd, err := desk.New(ref, casefile.ActAgree, 0, clock.DateOf(time.Now()), fields, "")
		require.NoError(t, err)
		receipt, err := d.Do(t.Context(), cmd)
		require.NoError(t, err)
		require.Equal(t, casefile.RefusedFourEyes, receipt.Refused.Code)

		// No row at all; a row of another kind; another's act under this kind.
		for name, id := range map[string]uuid.UUID{"no row": uuid.New(), "a row of another kind": s.lastCommand(t, ref, "decision.propose")} {
			h, err := s.client.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{WorkflowID: ref, UpdateName: string(casefile.ActAgree),
				Args: []any{contract.Act{Command: id, Kind: casefile.ActAgree}}, WaitForStage: client.WorkflowUpdateStageCompleted})
			require.NoError(t, err, name)
			var r contract.Receipt
			require.NoError(t, h.Get(t.Context(), &r), name)
			require.Equal(t, casefile.RefusedUnknownCommand, r.Refused.Code, name)
		}
	})
	t.Run("SQL", func(t *testing.T) {
		own := s.db.SQL(t, "ewan")
		for _, statement := range []string{
			`insert into decision (case_ref, no, proposal_no, author, second, second_due, signed_on, signed_at, rollup, rule_set) values ('` + ref + `', 1, 1, 'ewan', 'ewan', 'refusal', current_date, now(), 'ALL_REFUSED', 'x')`,
			`update proposal set second_due = 'no' where case_ref = '` + ref + `'`,
			`insert into officer values ('` + ref + `', 'ewan', 'second_officer')`,
			`insert into command_outcome (command_id, outcome) select id, 'accepted' from command`,
		} {
			_, err := own.Exec(statement)
			require.ErrorContains(t, err, "permission denied", statement)
		}
		_, err := s.db.SQL(t, "morag").Exec(`insert into command (id, case_ref, kind, attested_on) values (gen_random_uuid(), $1, 'decision.agree', current_date)`, ref)
		require.ErrorContains(t, err, "may not do decision.agree")
		// Even the worker's login can't: the constraints say so.
		_, err = s.db.SQL(t, "hame_worker").Exec(`insert into decision (case_ref, no, proposal_no, author, second, second_due, signed_on, signed_at, rollup, rule_set)
			select case_ref, 1, 1, 'ewan', 'ewan', 'refusal', current_date, now(), 'ALL_REFUSED', rule_set from review where case_ref = $1`, ref)
		require.ErrorContains(t, err, "decision_four_eyes")
		_, err = s.db.SQL(t, "hame_worker").Exec(`insert into decision (case_ref, no, proposal_no, author, second_due, signed_on, signed_at, rollup, rule_set)
			select case_ref, 1, 1, 'ewan', 'refusal', current_date, now(), 'ALL_REFUSED', rule_set from review where case_ref = $1`, ref)
		require.ErrorContains(t, err, "second_officer_due")
	})
	require.Equal(t, before, s.facts(t, ref), "none of it changed a fact")

	agree = s.agreement(t, ref)
	s.must(t, "--as", "ailsa", "decision", "agree", ref, "--file", agree)
	require.Contains(t, s.must(t, "--as", "una", "verify"), "every invariant holds")
}

// toDecision takes a family of two adults to the decision stage by starter alone.
func (s *system) toDecision(t *testing.T) string {
	t.Helper()
	today := clock.DateOf(time.Now())
	f := practice.Family("F", today)
	f.People = f.People[:2]
	f.Representative, f.Support = "", casefile.SupportNone
	ref := s.db.Import(t, today, f)["F"]
	s.must(t, "--as", "archie", "backlog", "start", "--capacity", "1", "--target", "2031-11-23")
	s.listsToday(t)
	for _, line := range []string{
		"--as fiona case assign REF --to morag",
		"--as morag case reconcile REF --paper-file found --record agrees",
		"--as morag case triage REF --priority 3 --public-harm-screen clear --family-ilr no --seven-years no --vulnerable no",
		"--as morag letter sent REF/1 --to family --by post",
		"--as morag evidence receive REF --provider questionnaire",
		"--as morag evidence receive REF --provider gp --nothing-held",
		"--as morag evidence receive REF --provider community",
		"--as jean representation decline REF --reason no_agreement",
		"--as morag check request REF",
		"--as morag check record REF/1 --result clear --done-on " + today.String(),
		"--as morag check record REF/2 --result clear --done-on " + today.String(),
	} {
		s.must(t, strings.Fields(strings.ReplaceAll(line, "REF", ref))...)
	}
	return ref
}

func (s *system) proposal(t *testing.T, ref, outcome string) string {
	t.Helper()
	form := s.must(t, "--as", "ewan", "form", "decision.propose", ref)
	form = strings.ReplaceAll(form, "outcome: }", "outcome: "+outcome+"}")
	form = strings.ReplaceAll(form, "connections, finding: , evidence: []", "connections, finding: against, evidence: [1]")
	form = strings.ReplaceAll(form, "finding: ,", "finding: neutral,")
	return file(t, "proposal.yaml", strings.ReplaceAll(form, "text: |\n  \n", "text: the reasons\n"))
}

func (s *system) agreement(t *testing.T, ref string) string {
	t.Helper()
	return file(t, "agree.yaml", strings.ReplaceAll(s.must(t, "--as", "ailsa", "form", "decision.agree", ref), "finding: ,", "finding: neutral,"))
}

func (s *system) revision(t *testing.T, ref string) int {
	t.Helper()
	var n int
	require.NoError(t, s.db.SQL(t, "hame_worker").Get(&n, `select revision from review where case_ref = $1`, ref))
	return n
}

func (s *system) lastCommand(t *testing.T, ref, kind string) uuid.UUID {
	t.Helper()
	var id uuid.UUID
	require.NoError(t, s.db.SQL(t, "hame_worker").Get(&id, `select id from command where case_ref = $1 and kind = $2 order by recorded_at desc limit 1`, ref, kind))
	return id
}

// facts is what a case's decision stands on, to be compared before and after.
func (s *system) facts(t *testing.T, ref string) string {
	t.Helper()
	var all string
	require.NoError(t, s.db.SQL(t, "hame_worker").Get(&all, `select jsonb_build_object(
		'review', (select to_jsonb(r) from review r where case_ref = $1), 'decision', (select jsonb_agg(d) from decision d where case_ref = $1),
		'outcomes', (select jsonb_agg(d) from decision_outcome d where case_ref = $1), 'officers', (select jsonb_agg(o) from officer o where case_ref = $1),
		'proposals', (select jsonb_agg(p) from proposal p where case_ref = $1), 'tasks', (select jsonb_agg(t) from task t where case_ref = $1))::text`, ref))
	return all
}

// TestARefusedActLeavesNoTraceInHistory: a validator's refusal is on record in
// the database as the command's outcome, and adds nothing to the history.
func TestARefusedActLeavesNoTraceInHistory(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	ref := s.toDecision(t)
	events := func() int64 {
		d, err := s.client.WorkflowService().DescribeWorkflowExecution(t.Context(), &workflowservice.DescribeWorkflowExecutionRequest{
			Namespace: s.namespace, Execution: &commonpb.WorkflowExecution{WorkflowId: ref}})
		require.NoError(t, err)
		require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, d.GetWorkflowExecutionInfo().GetStatus())
		return d.GetWorkflowExecutionInfo().GetHistoryLength()
	}
	before := events()
	_, errs, code := s.starter(t, "--as", "morag", "case", "reconcile", ref, "--paper-file", "found", "--record", "agrees")
	require.Equal(t, 3, code, errs)
	require.Contains(t, errs, "too_late")
	require.Equal(t, before, events())
	var outcome string
	require.NoError(t, s.db.SQL(t, "hame_worker").Get(&outcome, `select outcome || ' ' || code from command_outcome where command_id = $1`, s.lastCommand(t, ref, "case.reconcile")))
	require.Equal(t, "refused too_late", outcome)
}
