package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/practice"
)

// processMd is docs/process.md, "Who does what", line by line: the acts of the line,
// and the roles that may do each. TestTheMatrixIsProcessMds lays it beside the page
// and beside the code.
var processMd = []struct {
	line  string
	roles string
	acts  map[casefile.Act][]casefile.Party
}{
	{"backlog start | pause | resume | capacity", "operations", map[casefile.Act][]casefile.Party{
		casefile.ActBacklogStart: {casefile.Operations}, casefile.ActBacklogPause: {casefile.Operations}, casefile.ActBacklogResume: {casefile.Operations}, casefile.ActBacklogCapacity: {casefile.Operations}}},
	{"calendar apply", "operations", map[casefile.Act][]casefile.Party{
		casefile.ActApplyCalendar: {casefile.Operations}}},
	{"backlog take-back", "operations (two)", map[casefile.Act][]casefile.Party{
		casefile.ActTakeBack: {casefile.Operations}}},
	{"duplicate resolve", "caseworker, senior caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActDuplicate: {casefile.Caseworker, casefile.SeniorCaseworker}}},
	{"case open | assign | flag | look-into", "senior caseworker (public harm: two)", map[casefile.Act][]casefile.Party{
		casefile.ActOpen: {casefile.SeniorCaseworker}, casefile.ActAssign: {casefile.SeniorCaseworker}, casefile.ActFlag: {casefile.SeniorCaseworker}, casefile.ActLookInto: {casefile.SeniorCaseworker}}},
	{"case reconcile | triage | correct | difference", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActReconcile: {casefile.Caseworker}, casefile.ActTriage: {casefile.Caseworker}, casefile.ActCorrect: {casefile.Caseworker}, casefile.ActDifference: {casefile.Caseworker}}},
	{"case arrival`, `service arrival", "senior caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActArrival: {casefile.SeniorCaseworker}, casefile.ActLateArrival: {casefile.SeniorCaseworker}}},
	{"case strike", "caseworker, senior caseworker, decision maker, lead professional, welfare lead, representation drafter, private office, minister", map[casefile.Act][]casefile.Party{
		casefile.ActStrike: {casefile.Caseworker, casefile.SeniorCaseworker, casefile.LeadProfessional, casefile.WelfareLead,
			casefile.RepresentationDrafter, casefile.PrivateOffice, casefile.Minister, casefile.DecisionMaker}}},
	{"case breach", "senior caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActBreach: {casefile.SeniorCaseworker}}},
	{"case recover", "operations", map[casefile.Act][]casefile.Party{
		casefile.ActRecover: {casefile.Operations}}},
	{"post receive | link | read | dismiss", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActReceivePost: {casefile.Caseworker}, casefile.ActLinkPost: {casefile.Caseworker}, casefile.ActReadPost: {casefile.Caseworker}, casefile.ActDismissPost: {casefile.Caseworker}}},
	{"letter sent | delivered | returned", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActLetterSent: {casefile.Caseworker}, casefile.ActLetterDelivered: {casefile.Caseworker}, casefile.ActLetterReturned: {casefile.Caseworker}}},
	{"contact record", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActContact: {casefile.Caseworker}}},
	{"interview record", "caseworker, decision maker", map[casefile.Act][]casefile.Party{
		casefile.ActInterview: {casefile.Caseworker, casefile.DecisionMaker}}},
	{"evidence receive", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActEvidence: {casefile.Caseworker}}},
	{"welfare assign | sign | return", "welfare lead", map[casefile.Act][]casefile.Party{
		casefile.ActAssignWelfare: {casefile.WelfareLead}, casefile.ActSignWelfare: {casefile.WelfareLead}, casefile.ActReturnWelfare: {casefile.WelfareLead}}},
	{"welfare report", "lead professional", map[casefile.Act][]casefile.Party{
		casefile.ActReport: {casefile.LeadProfessional}}},
	{"welfare concern", "welfare lead, lead professional", map[casefile.Act][]casefile.Party{
		casefile.ActConcern: {casefile.WelfareLead, casefile.LeadProfessional}}},
	{"welfare waive", "senior caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActWaive: {casefile.SeniorCaseworker}}},
	{"representation receive", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActReceiveLetter: {casefile.Caseworker}}},
	{"representation draft | check", "representation drafter (two)", map[casefile.Act][]casefile.Party{
		casefile.ActDraft: {casefile.RepresentationDrafter}, casefile.ActCheckDraft: {casefile.RepresentationDrafter}}},
	{"representation clear | send", "private office", map[casefile.Act][]casefile.Party{
		casefile.ActClear: {casefile.PrivateOffice}, casefile.ActSendLetter: {casefile.PrivateOffice}}},
	{"representation sign | decline", "minister, private office", map[casefile.Act][]casefile.Party{
		casefile.ActSignLetter: {casefile.Minister, casefile.PrivateOffice}, casefile.ActDecline: {casefile.Minister, casefile.PrivateOffice}}},
	{"representation return", "representation drafter, private office, minister", map[casefile.Act][]casefile.Party{
		casefile.ActReturnDraft: {casefile.RepresentationDrafter, casefile.PrivateOffice, casefile.Minister}}},
	{"representation answer", "decision maker", map[casefile.Act][]casefile.Party{
		casefile.ActAnswer: {casefile.DecisionMaker}}},
	{"check request | record", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActRequestCheck: {casefile.Caseworker}, casefile.ActRecordCheck: {casefile.Caseworker}}},
	{"decision propose | correct | withdraw", "decision maker, senior caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActCorrectDecision: {casefile.DecisionMaker, casefile.SeniorCaseworker},
		casefile.ActPropose:         {casefile.DecisionMaker, casefile.SeniorCaseworker}, casefile.ActWithdraw: {casefile.DecisionMaker, casefile.SeniorCaseworker}}},
	{"decision agree | return", "second officer", map[casefile.Act][]casefile.Party{
		casefile.ActAgree: {casefile.SecondOfficer}, casefile.ActReturn: {casefile.SecondOfficer}}},
	{"service record | status-issued | appeal | no-appeal", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActRecordService: {casefile.Caseworker}, casefile.ActStatusIssued: {casefile.Caseworker}, casefile.ActAppeal: {casefile.Caseworker}, casefile.ActNoAppeal: {casefile.Caseworker}}},
	{"trace begin | step | found", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActLost: {casefile.Caseworker}, casefile.ActTraceStep: {casefile.Caseworker}, casefile.ActFound: {casefile.Caseworker}}},
	{"trace archive", "caseworker, senior caseworker (and a second officer)", map[casefile.Act][]casefile.Party{
		casefile.ActArchive: {casefile.Caseworker, casefile.SeniorCaseworker}}},
	{"case reopen | hand-over | split", "senior caseworker (and a second officer)", map[casefile.Act][]casefile.Party{
		casefile.ActReopen: {casefile.SeniorCaseworker}, casefile.ActHandOver: {casefile.SeniorCaseworker}, casefile.ActSplit: {casefile.SeniorCaseworker}}},
	{"case merge | unmerge", "caseworker, senior caseworker (and a second officer)", map[casefile.Act][]casefile.Party{
		casefile.ActMerge:   {casefile.Caseworker, casefile.SeniorCaseworker},
		casefile.ActUnmerge: {casefile.Caseworker, casefile.SeniorCaseworker}}},
	{"appeal heard | ended", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActAppealHeard: {casefile.Caseworker}, casefile.ActAppealEnded: {casefile.Caseworker}}},
	{"decision remake", "decision maker, senior caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActRemake: {casefile.DecisionMaker, casefile.SeniorCaseworker}}},
	{"return step | close", "caseworker, senior caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActReturnStep:  {casefile.Caseworker, casefile.SeniorCaseworker},
		casefile.ActCloseWindow: {casefile.Caseworker, casefile.SeniorCaseworker}}},
	{"return remains", "caseworker", map[casefile.Act][]casefile.Party{casefile.ActRemains: {casefile.Caseworker}}},
	{"return window | removed", "senior caseworker (and a second officer)", map[casefile.Act][]casefile.Party{
		casefile.ActOpenWindow: {casefile.SeniorCaseworker}, casefile.ActRemoved: {casefile.SeniorCaseworker}}},
	{"person born | joined | died", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActBorn: {casefile.Caseworker}, casefile.ActJoined: {casefile.Caseworker}, casefile.ActDied: {casefile.Caseworker}}},
	{"person has-status | record-error", "caseworker, senior caseworker (and a second officer)", map[casefile.Act][]casefile.Party{
		casefile.ActHasStatus:   {casefile.Caseworker, casefile.SeniorCaseworker},
		casefile.ActRecordError: {casefile.Caseworker, casefile.SeniorCaseworker}}},
	{"withdrawal ask | drop", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActAskWithdrawal: {casefile.Caseworker}, casefile.ActDropWithdrawal: {casefile.Caseworker}}},
	{"withdrawal hear", "caseworker, decision maker", map[casefile.Act][]casefile.Party{
		casefile.ActHearWithdrawal: {casefile.Caseworker, casefile.DecisionMaker}}},
	{"withdrawal confirm", "caseworker, senior caseworker (and a second officer)", map[casefile.Act][]casefile.Party{
		casefile.ActConfirmWithdrawal: {casefile.Caseworker, casefile.SeniorCaseworker}}},
	{"departure ask | drop | confirm", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActAskDeparture: {casefile.Caseworker}, casefile.ActStays: {casefile.Caseworker}, casefile.ActDeparted: {casefile.Caseworker}}},
	{"case confirm", "caseworker, senior caseworker, second officer", map[casefile.Act][]casefile.Party{
		casefile.ActConfirm: {casefile.Caseworker, casefile.SeniorCaseworker, casefile.SecondOfficer}}},
	{"clock hold | release | extend", "senior caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActHold: {casefile.SeniorCaseworker}, casefile.ActRelease: {casefile.SeniorCaseworker}, casefile.ActExtend: {casefile.SeniorCaseworker}}},
	{"service submissions", "caseworker", map[casefile.Act][]casefile.Party{casefile.ActSubmissions: {casefile.Caseworker}}},
	{"service consider", "decision maker", map[casefile.Act][]casefile.Party{casefile.ActConsider: {casefile.DecisionMaker}}},
	{"case move", "caseworker", map[casefile.Act][]casefile.Party{casefile.ActMove: {casefile.Caseworker}}},
	{"case accept-move", "welfare lead of the council moved to", map[casefile.Act][]casefile.Party{
		casefile.ActAcceptMove: {casefile.WelfareLead}}},
	{"representative change | closed", "caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActRepresentativeChange: {casefile.Caseworker}, casefile.ActRepresentativeClosed: {casefile.Caseworker}}},
	{"court lodge | interdict | end", "caseworker, senior caseworker", map[casefile.Act][]casefile.Party{
		casefile.ActLodge:     {casefile.Caseworker, casefile.SeniorCaseworker},
		casefile.ActInterdict: {casefile.Caseworker, casefile.SeniorCaseworker}, casefile.ActCourtEnd: {casefile.Caseworker, casefile.SeniorCaseworker}}},
	{"audit erase", "operations (two)", map[casefile.Act][]casefile.Party{
		casefile.ActErase: {casefile.Operations}}},
}

// TestTheMatrixIsProcessMds: who may do each act in the code is who may do it by
// docs/process.md: for every act, and for no other. The auditor does none.
func TestTheMatrixIsProcessMds(t *testing.T) {
	page, err := os.ReadFile("../docs/process.md")
	require.NoError(t, err)
	table := map[casefile.Act][]casefile.Party{}
	for _, line := range processMd {
		require.Contains(t, string(page), fmt.Sprintf("| `%s` | %s |\n", strings.ReplaceAll(line.line, " | ", " \\| "), line.roles))
		for act, roles := range line.acts {
			require.NotContains(t, table, act, "%s stands in two lines", act)
			table[act] = roles
		}
	}
	require.Len(t, table, len(casefile.ActRules))
	for _, rule := range casefile.ActRules {
		require.ElementsMatch(t, table[rule.Act], rule.Roles, "%s", rule.Act)
		require.NotContains(t, rule.Roles, casefile.Auditor, "the auditor reads everything and changes nothing")
		for _, role := range rule.Roles {
			if rule.Act == casefile.ActStrike {
				continue // as the act that is struck
			}
			require.Equal(t, rule.Council, role.IsCouncils(), "%s: a council's role acts for its own council's families only", rule.Act)
		}
	}
}

// officers is a login of each role; of a council's, Glasgow's, where the room's
// family lives, and one of Edinburgh's, who sees no family there.
var officers = map[casefile.Party]string{
	casefile.Caseworker: "morag", casefile.SeniorCaseworker: "fiona", casefile.LeadProfessional: "eilidh", casefile.WelfareLead: "agnes",
	casefile.RepresentationDrafter: "kirsty", casefile.PrivateOffice: "jean", casefile.Minister: "minister", casefile.DecisionMaker: "ewan",
	casefile.SecondOfficer: "ailsa", casefile.Operations: "archie", casefile.Auditor: "una",
}

var strangers = map[casefile.Party]string{casefile.LeadProfessional: "city_of_edinburgh_lead", casefile.WelfareLead: "city_of_edinburgh_welfare"}

// matrixRoom is a room with what each act needs to be tried.
func matrixRoom(t *testing.T) *room {
	r := newRoom(t)
	today := clock.DateOf(time.Now())
	r.Import(t, today, practice.Family("C", today)) // an import that can be taken back
	r.admin.MustExec(`alter table post_item disable trigger all`)
	r.admin.MustExec(`insert into post_item (from_kind, received_on, wait_until, command_id) values ('family', current_date, current_date, gen_random_uuid())`)
	r.admin.MustExec(`insert into post_item (from_kind, received_on, wait_until, case_ref, linked_on, command_id)
		values ('family', current_date, current_date, $1, current_date, gen_random_uuid())`, r.ref)
	r.admin.MustExec(`insert into import_difference (case_ref, no, batch, person_no, field, old_value, new_value, found_on)
		select $1, 1, id, 0, 'phone', '', '1', current_date from import_batch where no = 1`, r.ref)
	r.admin.MustExec(`alter table post_item enable trigger all`)
	r.moves("S12000036", "S12000049") // to the council of the officers
	r.admin.MustExec(`insert into duplicate_candidate (a, b, why) values (least($1, $2), greatest($1, $2), 'name_and_birth_date')`, r.ref, r.unlisted)
	return r
}

// strikable has a caseworker do an act that can be struck.
func (r *room) strikable() {
	r.t.Helper()
	r.does("morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"})
}

// asked has a senior caseworker ask for what takes two officers, as request 1.
func (r *room) asked() {
	r.t.Helper()
	r.does("fiona", casefile.ActHasStatus, 3, &casefile.HasStatusFields{Status: casefile.IsBritish, ShownBy: "passport"})
}

// does has an act of a login's done by its review.
func (r *room) does(login string, act casefile.Act, subject int, fields casefile.Fields) {
	r.t.Helper()
	done, err := desk.New(r.ref, act, subject, clock.DateOf(time.Now()), fields, "")
	require.NoError(r.t, err)
	require.NoError(r.t, r.As(r.t, login).InsertCommand(r.t.Context(), done))
	worker := &activities.Activities{Store: r.As(r.t, "hame_worker")}
	out, err := worker.RecordAct(r.t.Context(), activities.RecordActParams{Case: r.ref, Command: done.ID, Act: done.Act, Now: time.Now()})
	require.NoError(r.t, err)
	require.Nil(r.t, out.Refused)
}

// TestEveryCommandByEveryRole tries each act as each role on the command line:
// with --dry-run where docs/process.md lets the role do it, so that nothing changes,
// and in earnest where it does not. Exit code 4 says that the role may not, and 5
// tells another council's officer that there is no such case.
func TestEveryCommandByEveryRole(t *testing.T) {
	r := matrixRoom(t)
	r.asked()
	commands := commandsByAct()
	typed := typedInWords(r.ref, r.unlisted)
	for _, rule := range casefile.ActRules {
		t.Run(string(rule.Act), func(t *testing.T) {
			r.t = t
			words := strings.Fields(commands[rule.Act].CommandPath())[1:]
			args, inWords := typed[rule.Act]
			stage := casefile.Listed
			switch {
			case rule.Act == casefile.ActErase:
				args = []string{uuid.NewString(), "--reason", "retention"}
			case rule.Act == casefile.ActTakeBack:
				args = []string{"2", "--reason", "wrong_file"}
			case inWords:
				args = inFiles(t, args)
			default:
				var about string
				args, about = subject(rule, r.ref)
				if rule.Subject != casefile.AboutLane {
					stage = rule.From
				}
				if fields := casefile.NewFields(rule.Act); len(fields.Ask()) > 0 || rule.NeedsText {
					r.stage(stage)
					form, errs, code := r.types(slices.DeleteFunc([]string{"--as", loginOf(rule), "form", string(rule.Act), about}, func(s string) bool { return s == "" })...)
					require.Zero(t, code, errs)
					file := filepath.Join(t.TempDir(), "form.yaml")
					require.NoError(t, os.WriteFile(file, []byte(filled(form, fields)), 0o600))
					args = append(slices.Clone(args), "--file", file)
				}
			}
			r.stage(stage)
			if rule.Act == casefile.ActRecover {
				r.admin.MustExec(`update review set stuck = 'test' where case_ref = $1`, r.ref)
				defer r.admin.MustExec(`update review set stuck = '' where case_ref = $1`, r.ref)
			}
			before := r.commands()
			try := func(login string, more ...string) (string, int) {
				out, errs, code := r.types(slices.Concat([]string{"--as", login}, words, args, more)...)
				return out + errs, code
			}
			for role, login := range officers {
				if slices.Contains(rule.Roles, role) {
					said, code := try(login, "--dry-run")
					require.Zero(t, code, "%s may %s: %s", role, rule.Act, said)
					continue
				}
				said, code := try(login)
				require.Equal(t, exitNotPermitted, code, "%s may not %s: %s", role, rule.Act, said)
				require.NotContains(t, said, "case_ref")
			}
			for role, login := range strangers {
				want := exitNotPermitted
				if slices.Contains(rule.Roles, role) {
					want = exitNotFound
				}
				said, code := try(login)
				require.Equal(t, want, code, "%s of another council, %s: %s", role, rule.Act, said)
			}
			// A dry run by another council's officer is answered alike. What is tried in
			// earnest by one leaves nothing, not even a refusal, on the family's record.
			require.Equal(t, before, r.commands(), "nothing was changed")
		})
	}
}

// TestEveryReadingCommandByEveryRole: who reads what on the command line. Of a
// list, what counts is whether the family is on it.
func TestEveryReadingCommandByEveryRole(t *testing.T) {
	r := matrixRoom(t)
	all := slices.Clone(casefile.Roles)
	whoSeesTheFile := []casefile.Party{casefile.Caseworker, casefile.SeniorCaseworker, casefile.DecisionMaker, casefile.SecondOfficer, casefile.Auditor}
	minister := []casefile.Party{casefile.RepresentationDrafter, casefile.PrivateOffice, casefile.Minister}
	and := func(roles []casefile.Party, more ...casefile.Party) []casefile.Party {
		return append(slices.Clone(roles), more...)
	}
	csv := filepath.Join(t.TempDir(), "backlog.csv")
	out, errs, code := r.types("backlog", "generate", "--cases", "2", "--people", "7")
	require.Zero(t, code, errs)
	require.NoError(t, os.WriteFile(csv, []byte(out), 0o600))
	exported := filepath.Join(t.TempDir(), "heads")
	out, errs, code = r.types("--as", "una", "audit", "export")
	require.Zero(t, code, errs)
	require.NoError(t, os.WriteFile(exported, []byte(out), 0o600))

	for _, c := range []struct {
		quote, line string
		readers     []casefile.Party
		words       string // that only a reader finds in it
		otherwise   int    // the exit code of a person who is no reader
		stranger    int    // the exit code of another council's officer
	}{
		{"case find: all, own view", "case find", all, r.ref, 0, 0},
		{"case show|explain|timeline REF: all, own view, recorded", "case show REF", all, r.ref, 0, exitNotFound},
		{"case show|explain|timeline REF: all, own view, recorded", "case explain REF", all, "", 0, exitNotFound},
		// Who did what on a case is not for the minister's office and councils to read.
		{"case show|explain|timeline REF: all, own view, recorded", "case timeline REF", and(whoSeesTheFile, casefile.Operations), "drawn", exitNotPermitted, exitNotFound},
		{"clock show REF: all, own view, recorded", "clock show REF", all, r.ref, 0, exitNotFound},
		{"calendar diff FILE: all", "calendar diff HOLIDAYS", all, "Glasgow Fair Monday", 0, 0},
		{"task list: all, own tasks", "task list", and(whoSeesTheFile, casefile.Operations), r.ref, 0, 0}, // at the listing nothing waits for the others
		{"post list: caseworker", "post list", whoSeesTheFile, "2 items", 0, 0},
		{"letter list: caseworker", "letter list", and(whoSeesTheFile, casefile.Operations), r.ref, 0, 0},
		{"letter show REF: caseworker", "letter show REF", and(whoSeesTheFile, casefile.Operations), r.ref, 0, exitNotFound},
		{"duplicate list: caseworker", "duplicate list", and(whoSeesTheFile, casefile.Operations), r.ref, 0, 0},
		{"status, order: also senior, auditor", "backlog status", []casefile.Party{casefile.Operations, casefile.SeniorCaseworker, casefile.Auditor}, "", exitNotPermitted, exitNotPermitted},
		{"status, order: also senior, auditor", "backlog order", []casefile.Party{casefile.Operations, casefile.SeniorCaseworker, casefile.Auditor}, "", exitNotPermitted, exitNotPermitted},
		{"backlog import FILE: operations", "backlog import CSV", nil, "", exitNotPermitted, exitNotPermitted}, // operations' own is in the tests of the backlog
		{"backlog imports: operations, auditor", "backlog imports", []casefile.Party{casefile.Operations, casefile.Auditor}, "archie", exitNotPermitted, exitNotPermitted},
		{"staff list: operations, auditor", "staff list", []casefile.Party{casefile.Operations, casefile.Auditor}, "senior_caseworker", exitNotPermitted, exitNotPermitted},
		{"auditor (reads everything, changes nothing)", "audit reads REF", []casefile.Party{casefile.Auditor}, "", exitNotPermitted, exitNotPermitted},
		{"auditor (reads everything, changes nothing)", "audit show REF", []casefile.Party{casefile.Auditor}, "", exitNotPermitted, exitNotPermitted},
		{"auditor (reads everything, changes nothing)", "audit export", []casefile.Party{casefile.Auditor}, "staff", exitNotPermitted, exitNotPermitted},
		{"auditor (reads everything, changes nothing)", "audit check HEADS", []casefile.Party{casefile.Auditor}, "", exitNotPermitted, exitNotPermitted},
		{"the minister's office an anonymised summary", "representation summary REF", minister, "Names are not shown", exitNotPermitted, exitNotFound},
		{"decision show REF: decision maker | second officer", "decision show REF", whoSeesTheFile, r.ref, exitNotPermitted, exitNotFound},
	} {
		t.Run(c.line, func(t *testing.T) {
			r.t = t
			args := inFiles(t, strings.Fields(strings.NewReplacer("REF", r.ref, "CSV", csv, "HEADS", exported).Replace(c.line)))
			before := r.commands()
			for _, role := range casefile.Roles {
				if c.line == "backlog import CSV" && role == casefile.Operations {
					continue
				}
				out, errs, code := r.types(append([]string{"--as", officers[role]}, args...)...)
				if slices.Contains(c.readers, role) {
					require.Zero(t, code, "%s (%s): %s", role, c.quote, errs)
					require.Contains(t, out, c.words, "%s (%s)", role, c.quote)
					continue
				}
				require.Equal(t, c.otherwise, code, "%s (%s): %s%s", role, c.quote, out, errs)
				if c.words != "" {
					require.NotContains(t, out+errs, c.words, "%s (%s)", role, c.quote)
				}
			}
			for _, login := range strangers {
				out, errs, code := r.types(append([]string{"--as", login}, args...)...)
				require.Equal(t, c.stranger, code, "%s (%s): %s%s", login, c.quote, out, errs)
				require.NotContains(t, out, r.ref)
			}
			require.Equal(t, before, r.commands(), "reading changes nothing")
		})
	}
	t.Run("verify", func(t *testing.T) {
		r.t = t
		for _, role := range casefile.Roles {
			out, errs, code := r.types("--as", officers[role], "verify")
			reader := role == casefile.Operations || role == casefile.Auditor
			// The room has no review in Temporal, so that a reader finds a breach.
			require.Equal(t, map[bool]int{true: exitFailed, false: exitNotPermitted}[reader], code, "%s: %s%s", role, out, errs)
			require.Equal(t, !reader, strings.Contains(errs, "may not verify"), "%s: %s", role, errs)
		}
	})
	t.Run("each command is in the matrix", func(t *testing.T) {
		acts := commandsByAct()
		require.Len(t, acts, len(casefile.ActRules))
		require.Len(t, slices.Collect(maps.Keys(officers)), len(casefile.Roles))
	})
}

// TestSQLByEveryRole: the row of an act is written under the login of those who may
// do it and of nobody else, whatever client they use; and the functions that do
// an act whole refuse those who may not.
func TestSQLByEveryRole(t *testing.T) {
	r := matrixRoom(t)
	logins := maps.Clone(officers)
	for role, login := range strangers {
		logins[role+" of Edinburgh"] = login
	}
	before := r.commands()
	for role, login := range logins {
		t.Run(string(role), func(t *testing.T) {
			db := r.SQL(t, login)
			for _, rule := range casefile.ActRules {
				insert := func(columns, values string, args ...any) error {
					tx, err := db.Beginx()
					require.NoError(t, err)
					defer func() { require.NoError(t, tx.Rollback()) }()
					_, err = tx.Exec(`insert into command (id, kind, attested_on, `+columns+`) values (gen_random_uuid(), $1, current_date, `+values+`)`, append([]any{rule.Act}, args...)...)
					return err
				}
				var err error
				onCase := slices.Contains(rule.Places, casefile.PlaceCase)
				switch {
				case rule.Subject == casefile.AboutLane:
					err = insert("lane", "'legacy'")
				case onCase:
					err = insert("case_ref", "$2", r.ref)
				default:
					err = insert("office", "$2", rule.Places[0])
				}
				stranger := strings.HasSuffix(string(role), " of Edinburgh")
				switch {
				case rule.Act == casefile.ActErase, rule.Act == casefile.ActTakeBack:
					require.ErrorContains(t, err, fmt.Sprintf("may not do %s by a row of its own", rule.Act))
				case stranger && onCase:
					require.ErrorContains(t, err, "no such case", "%s %s", login, rule.Act)
				case slices.Contains(rule.Roles, role):
					require.NoError(t, err, "%s %s", login, rule.Act)
				default:
					require.ErrorContains(t, err, "may not do", "%s %s", login, rule.Act)
					err = insert("office", "'mailroom'")
					require.ErrorContains(t, err, "may not do", "%s %s in the mailroom", login, rule.Act)
				}
			}
			// No function does an act that stands under nobody's, or another's, name.
			other := r.lastOf(t, "morag")
			for _, call := range []string{
				`select receive_post($1, current_date, '', '', '')`, `select dismiss_post($1)`, `select settle_arrival($1)`,
				`select resolve_duplicate($1, current_date)`, `select resolve_listed_pair($1, current_date)`,
				`select apply_calendar($1, 'v', 'v', '', '[]', '[]')`,
			} {
				for _, id := range []uuid.UUID{uuid.New(), other} {
					if login == "morag" && id == other {
						continue
					}
					_, err := db.Exec(call, id)
					require.ErrorContains(t, err, "no such act of yours waits to be done", "%s %s", login, call)
				}
			}
			_, err := db.Exec(`select erase_text($1, $2, 'retention')`, uuid.New(), other)
			if role == casefile.Operations {
				require.ErrorContains(t, err, "it has no text")
			} else {
				require.ErrorContains(t, err, "may not erase")
			}
			_, err = db.Exec(`select take_back_import($1, 9, 'wrong_file')`, uuid.New())
			if role == casefile.Operations {
				require.ErrorContains(t, err, "no such import")
			} else {
				require.ErrorContains(t, err, "may not take an import back")
			}
		})
	}
	left := r.commands()
	require.Contains(t, left, "contact.record", "the one that was left undelivered")
	r.admin.MustExec(`set session_replication_role = replica`)
	r.admin.MustExec(`delete from command`)
	r.admin.MustExec(`delete from chain_head where subject <> 'staff'`)
	require.Equal(t, before, r.commands(), "nothing else was changed")
}

// lastOf leaves an undelivered act of a caseworker's on record, once, and returns its id.
func (r *room) lastOf(t *testing.T, login string) uuid.UUID {
	t.Helper()
	id := uuid.NewSHA1(uuid.Nil, []byte(r.ref))
	var there bool
	require.NoError(t, r.admin.Get(&there, `select exists (select from command where id = $1)`, id))
	if !there {
		_, err := r.SQL(t, login).Exec(`insert into command (id, case_ref, kind, attested_on, fields) values ($1, $2, 'contact.record', current_date, '{"how": "phone"}')`, id, r.ref)
		require.NoError(t, err, fmt.Sprint(login))
	}
	return id
}
