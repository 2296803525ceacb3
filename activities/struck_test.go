package activities_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/internal/testdb"
	"hame/internal/verify"
)

// An act that was entered by mistake is struck (docs/process.md, Slips).

// in is the same database for a test within the test.
func (o *staffed) in(t testing.TB) *staffed {
	h := *o.Harness
	h.T = t
	o.families++
	return &staffed{Activities: o.Activities, Harness: &h, families: 1000 * o.families}
}

// lastAct is the number of the case's last act that was done.
func (s *journey) lastAct(kind casefile.Act) int {
	s.t.Helper()
	return testdb.Value[int](s.staffed, `
		select coalesce(max(c.chain_n), 0) from command c join command_outcome o on o.command_id = c.id and o.outcome in ('accepted', 'filed')
		where c.case_ref = $1 and c.kind = $2`, s.ref, string(kind))
}

// strikes strikes an act that a login did, alone if that is enough and else with another.
func (s *journey) strikes(login, second string, kind casefile.Act, reason string) {
	s.t.Helper()
	no := s.lastAct(kind)
	fields := &casefile.StrikeFields{Act: no, Reason: reason}
	s.do(login, casefile.ActStrike, 0, fields)
	if s.isStruck(no) {
		return
	}
	s.task(casefile.TaskStrike, no)
	s.do(second, casefile.ActStrike, 0, fields)
	require.True(s.t, s.isStruck(no), "act %d (%s)", no, kind)
}

func (s *journey) isStruck(no int) bool {
	s.t.Helper()
	return testdb.Value[bool](s.staffed, `select exists (select from strike k join command c on c.id = k.command_id
		where c.case_ref = $1 and c.chain_n = $2 and k.result = 'struck')`, s.ref, no)
}

// counts is everything about a case that counts: no ids, no instants of writing, and
// nothing that was struck or made moot. Last days are told apart, for they may be later.
func (s *journey) counts() record {
	s.t.Helper()
	columns := map[string]string{
		"review":          `jsonb_build_array(t.stage, t.owner, t.reconciled_on, t.triaged_on, t.priority, t.signed_on, t.rollup)`,
		"stage_entry":     `jsonb_build_array(t.stage)`,
		"task":            `jsonb_build_array(t.kind, t.subject, t.stage, t.closed_at is null, t.result, t.attested_on, t.overdue, t.owed_by)`,
		"evidence":        `to_jsonb(t) - array['command_id', 'no']`,
		"letter":          `to_jsonb(t) - array['created_at']`,
		"letter_sent":     `to_jsonb(t) - array['command_id']`,
		"representation":  `to_jsonb(t) - array['no']`,
		"proposal":        `jsonb_build_array(t.no, t.author, t.second_due)`,
		"post_item":       `to_jsonb(t) - array['no', 'command_id']`,
		"family":          ``, // as it was imported
		"person":          ``,
		"strike":          ``,
		"act_change":      ``,
		"recommendation":  ``,
		"answer_change":   ``,
		"deadline_change": ``,
		"listing":         `jsonb_build_array(t.listing_date)`,
	}
	where := map[string]string{"stage_entry": " and t.void_at is null and not exists (select from stage_entry o where o.case_ref = t.case_ref and o.stage = t.stage and o.void_at is null and o.no < t.no)", "task": " and t.void_at is null and t.kind not in ('act.strike', 'case.breach')"}
	all := record{}
	for table, ofCase := range s.factTables() {
		column, known := columns[table]
		if !ofCase || (known && column == "") {
			continue
		}
		if !known {
			column = `to_jsonb(t) - array['command_id', 'id']`
		}
		rows := testdb.List[string](s.staffed, fmt.Sprintf(`select ((%s) - 'case_ref')::text from %s t where t.case_ref = $1%s order by 1`,
			column, table, where[table]), s.ref)
		all[table] = strings.Join(rows, "\n")
	}
	return all
}

// wait lets so many days pass: what is due meanwhile acts.
func (s *journey) wait(days int) {
	s.t.Helper()
	until := s.now.AddDate(0, 0, days)
	for {
		task, ok := s.review.Earliest()
		if !ok || task.Next.At.After(until) {
			break
		}
		s.rung(task.Kind, task.Subject)
	}
	s.now = until
}

// dues are the last days of the tasks that are open.
func (s *journey) dues() map[string]string {
	s.t.Helper()
	dues := map[string]string{}
	for _, t := range s.review.Tasks {
		dues[fmt.Sprintf("%s/%d", t.Kind, t.Subject)] = t.DueOn.String()
	}
	return dues
}

// sameAs requires that what counts is what counted at another moment, or on another case,
// and that no open task's last day is earlier.
func (s *journey) sameAs(before record, dues map[string]string) {
	s.t.Helper()
	now := s.counts()
	for table := range before {
		require.Equal(s.t, before[table], now[table], "%s", table)
	}
	for task, due := range s.dues() {
		require.False(s.t, due < dues[task], "%s: due on %s, and %s was shown", task, due, dues[task])
	}
}

// sound requires that the record is sound: its chain, its invariants, its deadlines.
func (s *journey) sound() {
	s.t.Helper()
	soundAll(s.t, s.staffed, s)
}

// soundAll requires it of several cases at once, those that stand at one instant together:
// verify goes through the whole record.
func soundAll(t testing.TB, o *staffed, cases ...*journey) {
	t.Helper()
	require.Empty(t, testdb.List[string](o, `select subject || ' ' || n from broken_chains()`))
	at := map[time.Time][]string{}
	for _, s := range cases {
		at[s.now] = append(at[s.now], s.ref)
	}
	defer o.Exec(`update programme set synthetic = false, business_now = null, business_now_since = null`)
	for now, refs := range at {
		o.Exec(`update programme set synthetic = true, business_now = $1, business_now_since = clock_timestamp()`, now)
		breaches, err := verify.Make(t.Context(), o.desk("una"), slices.Concat(verify.OfTheRecord, verify.OfDeadlines))
		require.NoError(t, err)
		for _, b := range breaches {
			require.NotContains(t, append(refs, ""), b.Case, "%s: %s", b.Rule, b.Detail)
		}
	}
}

// slip is one kind of act that is entered by mistake: how the case comes to it, who does
// it, and who else may strike it.
type slip struct {
	act           casefile.Act
	login, second string
	prepare       func(*journey)
	subject       func(*journey) int
	fields        func(*journey) casefile.Fields
}

func typed(f casefile.Fields) func(*journey) casefile.Fields {
	return func(*journey) casefile.Fields { return f }
}

func on(subject int) func(*journey) int { return func(*journey) int { return subject } }

// the deeds of the usual way to a kind of task, but for the last.
func (s *journey) ready(kind casefile.TaskKind) {
	s.t.Helper()
	for steps := 0; ; steps++ {
		require.Less(s.t, steps, 100)
		s.goOn()
		i := slices.IndexFunc(s.review.Tasks, func(t casefile.Task) bool { return t.Kind == kind })
		if i >= 0 {
			return
		}
		j := slices.IndexFunc(s.review.Tasks, func(t casefile.Task) bool { return t.Kind != casefile.TaskHold })
		require.GreaterOrEqual(s.t, j, 0, "no task leads to %s", kind)
		s.answer(s.review.Tasks[j])
	}
}

func readyFor(kind casefile.TaskKind) func(*journey) { return func(s *journey) { s.ready(kind) } }

func (s *journey) drafted(steps int) {
	s.t.Helper()
	s.ready(casefile.TaskWindow)
	for i, step := range []func(){
		func() { s.do("kirsty", casefile.ActDraft, 0, nil) },
		func() { s.do("finlay", casefile.ActCheckDraft, 0, nil) },
		func() { s.do("jean", casefile.ActClear, 0, nil) },
		func() { s.do("minister", casefile.ActSignLetter, 0, &casefile.SignFields{}) },
	} {
		if i < steps {
			step()
		}
	}
}

func draftedSteps(n int) func(*journey) { return func(s *journey) { s.drafted(n) } }

// signedAlone is a family that was granted everything, by one officer.
func (s *journey) signedAlone() {
	s.t.Helper()
	s.toDecision()
	s.propose("ewan", grantAll)
	s.goOn()
	s.sendDecision()
}

func (s *journey) someRefused() {
	s.t.Helper()
	s.toDecision()
	s.propose("ewan", refuseSome(2))
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	s.goOn()
	s.sendDecision()
}

func (s *journey) latestItem() int {
	return testdb.Value[int](s.staffed, `select max(no) from post_item`)
}

// mail puts an item into the mailroom that belongs to no case yet.
func (s *journey) mail() {
	s.t.Helper()
	s.Exec(`with c as (insert into command (id, office, kind, attested_on) values (gen_random_uuid(), 'mailroom', 'post.receive', current_date) returning id)
		insert into post_item (from_kind, received_on, wait_until, command_id) select 'family', $1, $1, id from c`, s.today())
}

var slips = []slip{
	{act: casefile.ActAssign, login: "fiona", second: "douglas", prepare: readyFor(casefile.TaskAllocate), fields: typed(&casefile.AssignFields{To: "morag"})},
	{act: casefile.ActAssign, login: "fiona", second: "douglas", prepare: readyFor(casefile.TaskOpeningLetter), fields: typed(&casefile.AssignFields{To: "isla"})},
	{act: casefile.ActAssign, login: "fiona", second: "douglas", prepare: readyFor(casefile.TaskGP), fields: typed(&casefile.AssignFields{To: "ewan", Role: casefile.DecisionMaker})},
	{act: casefile.ActReconcile, login: "morag", second: "isla", prepare: readyFor(casefile.TaskReconcile), fields: typed(&casefile.ReconcileFields{PaperFile: "found", Record: "agrees"})},
	{act: casefile.ActTriage, login: "morag", second: "isla", prepare: readyFor(casefile.TaskTriage), fields: typed(&casefile.TriageFields{Priority: 2, PublicHarmScreen: "clear", FamilyILR: casefile.No, SevenYears: casefile.No, Vulnerable: casefile.No})},
	{act: casefile.ActLetterSent, login: "morag", second: "isla", prepare: readyFor(casefile.TaskOpeningLetter), subject: on(1), fields: typed(&casefile.LetterFields{To: "family", By: "post"})},
	{act: casefile.ActLetterSent, login: "morag", second: "isla", prepare: func(s *journey) {
		s.ready(casefile.TaskOpeningLetter)
		s.letter("family", s.today())
	}, subject: on(1), fields: typed(&casefile.LetterFields{To: "representative", By: "post"})},
	{act: casefile.ActLetterDelivered, login: "morag", second: "isla", prepare: readyFor(casefile.TaskQuestionnaire), subject: on(1), fields: typed(&casefile.DeliveredFields{To: "family"})},
	{act: casefile.ActLetterReturned, login: "morag", second: "isla", prepare: readyFor(casefile.TaskQuestionnaire), subject: on(1), fields: typed(&casefile.ReturnedFields{To: "family", Reason: "gone_away"})},
	{act: casefile.ActLetterReturned, login: "morag", second: "isla", prepare: func(s *journey) {
		s.signedAlone()
		s.do("morag", casefile.ActRecordService, 0, &casefile.ServiceFields{How: "recorded_delivery", Proof: "tracking"})
	}, subject: on(2), fields: typed(&casefile.ReturnedFields{To: "family", Reason: "gone_away"})},
	{act: casefile.ActContact, login: "morag", second: "isla", prepare: readyFor(casefile.TaskQuestionnaire), fields: typed(&casefile.ContactFields{How: "visit"})},
	{act: casefile.ActReceivePost, login: "morag", second: "isla", prepare: readyFor(casefile.TaskGP), fields: typed(&casefile.PostFields{From: "gp"})},
	{act: casefile.ActReadPost, login: "morag", second: "isla", prepare: func(s *journey) {
		s.ready(casefile.TaskGP)
		s.do("morag", casefile.ActReceivePost, 0, &casefile.PostFields{From: "gp"})
	}, fields: func(s *journey) casefile.Fields { return &casefile.ItemFields{Item: s.latestItem()} }},
	{act: casefile.ActInterview, login: "morag", second: "ewan", prepare: readyFor(casefile.TaskGP), subject: on(1), fields: typed(&casefile.InterviewFields{Adverse: "none"})},
	{act: casefile.ActInterview, login: "ewan", second: "morag", prepare: readyFor(casefile.TaskWindow), subject: on(2), fields: func(s *journey) casefile.Fields {
		return &casefile.InterviewFields{Adverse: "unanswered", PutOn: s.today()}
	}},
	{act: casefile.ActEvidence, login: "morag", second: "isla", prepare: readyFor(casefile.TaskGP), fields: typed(&casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"})},
	{act: casefile.ActEvidence, login: "morag", second: "isla", prepare: readyFor(casefile.TaskGP), fields: typed(&casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "partial"})},
	{act: casefile.ActEvidence, login: "morag", second: "isla", prepare: readyFor(casefile.TaskQuestionnaire), fields: typed(&casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"})},
	{act: casefile.ActEvidence, login: "morag", second: "isla", prepare: readyFor(casefile.TaskCheck), fields: typed(&casefile.EvidenceFields{Provider: casefile.ProviderReporter, Result: "nothing_held"})},
	{act: casefile.ActAssignWelfare, login: "agnes", second: "murdo", prepare: readyFor(casefile.TaskAssignWelfare), subject: on(3), fields: typed(&casefile.AssignReportFields{To: "eilidh"})},
	{act: casefile.ActReport, login: "eilidh", second: "agnes", prepare: readyFor(casefile.TaskReport), subject: on(3), fields: typed(practice.Report())},
	{act: casefile.ActSignWelfare, login: "agnes", second: "murdo", prepare: readyFor(casefile.TaskSignWelfare), subject: on(3)},
	{act: casefile.ActReturnWelfare, login: "agnes", second: "murdo", prepare: readyFor(casefile.TaskSignWelfare), subject: on(3)},
	{act: casefile.ActWaive, login: "fiona", second: "douglas", prepare: readyFor(casefile.TaskReport), subject: on(3), fields: typed(&casefile.WaiveFields{Reason: "family_asks"})},
	{act: casefile.ActReceiveLetter, login: "morag", second: "isla", prepare: readyFor(casefile.TaskGP), fields: typed(&casefile.LetterFromFields{From: "mp"})},
	{act: casefile.ActDraft, login: "kirsty", second: "minister", prepare: draftedSteps(0)},
	{act: casefile.ActCheckDraft, login: "finlay", second: "minister", prepare: draftedSteps(1)},
	{act: casefile.ActClear, login: "jean", second: "minister", prepare: draftedSteps(2)},
	{act: casefile.ActSignLetter, login: "minister", second: "jean", prepare: draftedSteps(3), fields: typed(&casefile.SignFields{})},
	{act: casefile.ActSendLetter, login: "jean", second: "minister", prepare: draftedSteps(4)},
	{act: casefile.ActDecline, login: "jean", second: "minister", prepare: readyFor(casefile.TaskWindow), fields: typed(&casefile.DeclineFields{Reason: "no_agreement"})},
	{act: casefile.ActAnswer, login: "catriona", second: "ewan", prepare: func(s *journey) {
		s.drafted(4)
		s.do("jean", casefile.ActSendLetter, 0, nil)
	}, subject: on(1), fields: typed(&casefile.AnswerFields{Answer: "rejected"})},
	{act: casefile.ActAnswer, login: "catriona", second: "ewan", prepare: func(s *journey) {
		s.drafted(4)
		s.do("jean", casefile.ActSendLetter, 0, nil)
	}, subject: on(1), fields: typed(&casefile.AnswerFields{Answer: "more"})},
	{act: casefile.ActRequestCheck, login: "morag", second: "isla", prepare: readyFor(casefile.TaskRequestCheck)},
	{act: casefile.ActRecordCheck, login: "morag", second: "isla", prepare: readyFor(casefile.TaskCheck), subject: on(1), fields: func(s *journey) casefile.Fields {
		return &casefile.CheckFields{Result: "clear", DoneOn: s.today()}
	}},
	{act: casefile.ActRecordCheck, login: "morag", second: "isla", prepare: readyFor(casefile.TaskCheck), subject: on(1), fields: func(s *journey) casefile.Fields {
		return &casefile.CheckFields{Result: "refer", DoneOn: s.today()}
	}},
	{act: casefile.ActLookInto, login: "fiona", second: "douglas", prepare: func(s *journey) {
		s.ready(casefile.TaskCheck)
		s.do("morag", casefile.ActRecordCheck, 1, &casefile.CheckFields{Result: "refer", DoneOn: s.today()})
	}, subject: on(1), fields: typed(&casefile.LookIntoFields{Finding: "no_concern"})},
	{act: casefile.ActRecordService, login: "morag", second: "isla", prepare: (*journey).signedAlone, fields: typed(practice.Served())},
	{act: casefile.ActRecordService, login: "morag", second: "isla", prepare: (*journey).someRefused, subject: on(2), fields: typed(practice.Served())},
	{act: casefile.ActStatusIssued, login: "morag", second: "isla", prepare: func(s *journey) {
		s.signedAlone()
		s.do("morag", casefile.ActRecordService, 0, practice.Served())
	}},
	{act: casefile.ActAppeal, login: "morag", second: "isla", prepare: func(s *journey) {
		s.someRefused()
		s.do("morag", casefile.ActRecordService, 0, practice.Served())
	}, subject: on(2)},
	{act: casefile.ActNoAppeal, login: "morag", second: "isla", prepare: func(s *journey) {
		s.someRefused()
		s.do("morag", casefile.ActRecordService, 0, practice.Served())
		s.rung(casefile.TaskAppealWindow, 2)
	}, subject: on(2)},
	{act: casefile.ActBorn, login: "morag", second: "isla", prepare: readyFor(casefile.TaskGP), fields: typed(&casefile.BornFields{ShownBy: "registrar", BornInScotland: casefile.Yes, Sex: casefile.Female})},
	{act: casefile.ActJoined, login: "morag", second: "isla", prepare: readyFor(casefile.TaskCheck), fields: typed(&casefile.JoinedFields{Relationship: casefile.Partner, Status: casefile.NeedsLeave})},
	{act: casefile.ActJoined, login: "morag", second: "isla", prepare: readyFor(casefile.TaskGP), fields: typed(&casefile.JoinedFields{Relationship: casefile.Child, Status: casefile.IsBritish})},
	{act: casefile.ActDied, login: "morag", second: "isla", prepare: readyFor(casefile.TaskCheck), subject: on(1), fields: typed(aDeath)},
	{act: casefile.ActDied, login: "morag", second: "isla", prepare: readyFor(casefile.TaskGP), subject: on(3), fields: typed(aDeath)},
	{act: casefile.ActHasStatus, login: "morag", second: "isla", prepare: readyFor(casefile.TaskGP), subject: on(3), fields: typed(&casefile.HasStatusFields{Status: casefile.IsBritish, ShownBy: "passport"})},
	{act: casefile.ActSplit, login: "fiona", second: "douglas", prepare: readyFor(casefile.TaskGP), fields: typed(abuse)},
	{act: casefile.ActRecordError, login: "morag", second: "isla", prepare: readyFor(casefile.TaskGP), subject: on(2), fields: typed(&casefile.RecordErrorFields{Reason: "not_of_the_family"})},
	{act: casefile.ActAskWithdrawal, login: "morag", second: "isla", prepare: readyFor(casefile.TaskGP), subject: on(2)},
	{act: casefile.ActHearWithdrawal, login: "morag", second: "isla", prepare: func(s *journey) {
		s.ready(casefile.TaskGP)
		s.do("morag", casefile.ActAskWithdrawal, 2, nil)
	}, subject: on(2), fields: typed(&casefile.HearFields{Representative: "present", Means: casefile.Yes})},
	{act: casefile.ActDropWithdrawal, login: "morag", second: "isla", prepare: func(s *journey) {
		s.ready(casefile.TaskGP)
		s.do("morag", casefile.ActAskWithdrawal, 2, nil)
	}, subject: on(2)},
	{act: casefile.ActConfirmWithdrawal, login: "morag", second: "isla", prepare: func(s *journey) {
		s.ready(casefile.TaskGP)
		s.do("morag", casefile.ActAskWithdrawal, 2, nil)
		s.do("morag", casefile.ActHearWithdrawal, 2, &casefile.HearFields{Representative: "present", Means: casefile.Yes})
		s.wait(20)
	}, subject: on(2), fields: typed(&casefile.ConfirmWithdrawalFields{Children: casefile.ChildrenConsidered})},
	{act: casefile.ActConfirm, login: "fiona", second: "douglas", prepare: func(s *journey) {
		s.ready(casefile.TaskGP)
		s.do("morag", casefile.ActHasStatus, 3, &casefile.HasStatusFields{Status: casefile.IsBritish, ShownBy: "passport"})
	}, subject: on(1), fields: typed(&casefile.ConfirmFields{Finding: casefile.RequestAgreed})},
	{act: casefile.ActAskDeparture, login: "morag", second: "isla", prepare: readyFor(casefile.TaskGP)},
	{act: casefile.ActStays, login: "morag", second: "isla", prepare: func(s *journey) {
		s.ready(casefile.TaskGP)
		s.do("morag", casefile.ActAskDeparture, 0, nil)
	}, subject: on(2)},
	{act: casefile.ActDeparted, login: "morag", second: "isla", prepare: readyFor(casefile.TaskGP), subject: on(1), fields: typed(&casefile.DepartedFields{ShownBy: "carrier"})},
	{act: casefile.ActAppealHeard, login: "morag", second: "isla", prepare: (*journey).appealed, subject: on(2)},
	{act: casefile.ActAppealEnded, login: "morag", second: "isla", prepare: (*journey).appealed, subject: on(2), fields: typed(ended(casefile.AppealAllowed))},
	{act: casefile.ActAppealEnded, login: "morag", second: "isla", prepare: (*journey).appealed, subject: on(2), fields: typed(ended(casefile.AppealDismissed))},
	{act: casefile.ActReturnStep, login: "morag", second: "isla", prepare: (*journey).finallyRefused, subject: on(2), fields: typed(&casefile.ReturnStepFields{Step: casefile.StepOffer})},
	{act: casefile.ActRemains, login: "morag", second: "isla", prepare: (*journey).finallyRefused, subject: on(2)},
	{act: casefile.ActOpenWindow, login: "fiona", second: "douglas", prepare: func(s *journey) {
		s.finallyRefused()
		s.do("morag", casefile.ActReturnStep, 2, &casefile.ReturnStepFields{Step: casefile.StepNotice})
	}, subject: on(2), fields: func(s *journey) casefile.Fields {
		return &casefile.WindowFields{OpensOn: s.today().AddDays(20), ClosesOn: s.today().AddDays(30), FamilyAsks: casefile.Yes}
	}},
	{act: casefile.ActRemoved, login: "fiona", second: "douglas", prepare: func(s *journey) {
		s.finallyRefused()
		s.do("morag", casefile.ActReturnStep, 2, &casefile.ReturnStepFields{Step: casefile.StepNotice})
		s.do("fiona", casefile.ActOpenWindow, 2, &casefile.WindowFields{OpensOn: s.today().AddDays(8), ClosesOn: s.today().AddDays(28), FamilyAsks: casefile.Yes})
		s.agreed("ailsa")
		s.wait(9)
	}, subject: on(2), fields: typed(&casefile.DepartedFields{ShownBy: "embarkation_record"})},
	{act: casefile.ActHandOver, login: "fiona", second: "douglas", prepare: readyFor(casefile.TaskGP), fields: typed(&casefile.HandOverFields{To: "wales", Sent: "summary"})},
	{act: casefile.ActLost, login: "morag", second: "isla", prepare: readyFor(casefile.TaskQuestionnaire), fields: typed(&casefile.LostFields{Reason: "no_answer"})},
	{act: casefile.ActTraceStep, login: "morag", second: "isla", prepare: (*journey).lost, fields: typed(&casefile.TraceStepFields{Step: "mp", Result: "nothing"})},
	{act: casefile.ActArchive, login: "morag", second: "isla", prepare: (*journey).traced},
	{act: casefile.ActFound, login: "morag", second: "isla", prepare: (*journey).lost, fields: typed(&casefile.FoundFields{How: "visit"})},
	{act: casefile.ActLateArrival, login: "fiona", second: "douglas", prepare: func(s *journey) {
		s.someRefused()
		s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "partial"})
	}, fields: typed(&casefile.ArrivalFields{Finding: "no_change"})},
}

func (x slip) do(s *journey) {
	s.t.Helper()
	subject := 0
	if x.subject != nil {
		subject = x.subject(s)
	}
	var fields casefile.Fields
	if x.fields != nil {
		fields = x.fields(s)
	}
	s.confirming = x.act.Rule().AskedBack()
	s.do(x.login, x.act, subject, fields)
	s.confirming = false
}

// TestStruck: each kind of act that can be struck is struck by its author on the day on which it
// was entered, signatures and services by two. The case is then as if the act had not been
// entered, and it can be entered again. A week after that it takes two officers, also for one's
// own act.
func TestStruck(t *testing.T) {
	o := newStaffed(t)
	var cases []*journey
	seen := map[casefile.Act]bool{}
	for n, x := range slips {
		again := !seen[x.act] // a week later one of each kind
		seen[x.act] = true
		t.Run(fmt.Sprintf("%d %s", n, x.act), func(t *testing.T) {
			s := o.in(t).family(t, nil)
			x.prepare(s)
			before, dues := s.counts(), s.dues()
			x.do(s)
			s.strikes(x.login, x.second, x.act, casefile.SlipTwice)
			s.sameAs(before, dues)
			x.do(s)
			if again {
				s.struckAWeekLater(x, before, dues)
				x.do(s)
			}
			s.goOn()
			cases = append(cases, s)
		})
	}
	soundAll(t, o, cases...)
}

// struckAWeekLater has two officers strike an act that was just entered, a week after. dues are
// the last days of the tasks before it.
func (s *journey) struckAWeekLater(x slip, before record, dues map[string]string) {
	s.t.Helper()
	s.wait(7)
	no := s.lastAct(x.act)
	mistyped := &casefile.StrikeFields{Act: no, Reason: casefile.SlipMistyped}
	s.do(x.login, casefile.ActStrike, 0, mistyped)
	require.False(s.t, s.isStruck(no), "one officer only asks")
	s.refused(casefile.RefusedFourEyes, x.login, casefile.ActStrike, 0, mistyped)
	s.do(x.second, casefile.ActStrike, 0, mistyped)
	require.True(s.t, s.isStruck(no))
	s.refused(casefile.RefusedAlreadyDone, x.second, casefile.ActStrike, 0, mistyped)
	for task, due := range s.dues() {
		if was, open := dues[task]; open {
			require.False(s.t, due < was, "%s: due on %s, and %s was shown", task, due, was)
		}
	}
	s.sameAs(before, dues)
}

// TestEachActThatCanBeStruckHasItsStory: none is forgotten.
func TestEachActThatCanBeStruckHasItsStory(t *testing.T) {
	elsewhere := []casefile.Act{casefile.ActLinkPost} // TestAWrongLinkIsTakenAway
	for _, rule := range casefile.ActRules {
		if !rule.Slip.CanBeStruck() || slices.Contains(elsewhere, rule.Act) {
			continue
		}
		require.True(t, slices.ContainsFunc(slips, func(x slip) bool { return x.act == rule.Act }), "%s", rule.Act)
	}
}

// TestStruckWhereAnActRestsOnIt: a report rests on its assignment, and the signature on the
// report. The last is struck first, and each refusal says which that is.
func TestStruckWhereAnActRestsOnIt(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.ready(casefile.TaskAssignWelfare)
	before, dues := s.counts(), s.dues()
	s.do("agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: "eilidh"})
	assigned := s.lastAct(casefile.ActAssignWelfare)
	s.do("eilidh", casefile.ActReport, 3, practice.Report())
	reported := s.lastAct(casefile.ActReport)
	s.do("agnes", casefile.ActSignWelfare, 3, nil)
	signed := s.lastAct(casefile.ActSignWelfare)

	strike := func(no int) *casefile.StrikeFields {
		return &casefile.StrikeFields{Act: no, Reason: casefile.SlipWrongPerson}
	}
	refusal := s.refused(casefile.RefusedRestsOn, "agnes", casefile.ActStrike, 0, strike(assigned))
	require.Contains(t, refusal.Detail, fmt.Sprintf("act %d (welfare.sign) rests on act %d: strike that one first", signed, assigned))
	refusal = s.refused(casefile.RefusedRestsOn, "eilidh", casefile.ActStrike, 0, strike(reported))
	require.Contains(t, refusal.Detail, fmt.Sprintf("act %d (welfare.sign) rests", signed))
	s.strikes("agnes", "murdo", casefile.ActSignWelfare, casefile.SlipWrongPerson)
	refusal = s.refused(casefile.RefusedRestsOn, "agnes", casefile.ActStrike, 0, strike(assigned))
	require.Contains(t, refusal.Detail, fmt.Sprintf("act %d (welfare.report) rests", reported))
	s.strikes("eilidh", "agnes", casefile.ActReport, casefile.SlipWrongPerson)
	s.strikes("agnes", "murdo", casefile.ActAssignWelfare, casefile.SlipWrongPerson)
	s.sameAs(before, dues)
	s.sound()
}

// TestWhoStrikes: an officer who may not do an act does not strike it either, unless they
// are the senior of those who may; ministers', councils' and the Home Office's acts stay
// apart. What was refused, is not there or was struck can't be struck.
func TestWhoStrikes(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.ready(casefile.TaskGP)
	s.do("morag", casefile.ActContact, 0, &casefile.ContactFields{How: "visit"})
	no := s.lastAct(casefile.ActContact)
	fields := &casefile.StrikeFields{Act: no, Reason: casefile.SlipTwice}
	for _, login := range []string{"ewan", "kirsty", "minister", "jean", "eilidh", "agnes"} {
		refusal := s.refused(casefile.RefusedNoSubject, login, casefile.ActStrike, 0, fields)
		require.NotContains(t, refusal.Detail, "contact", "of which kind it is, is not theirs to know")
	}
	refusal := s.refused(casefile.RefusedNoSubject, "morag", casefile.ActStrike, 0, &casefile.StrikeFields{Act: 9999, Reason: casefile.SlipTwice})
	require.Contains(t, refusal.Detail, "lists those that you may")
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActStrike, 0, &casefile.StrikeFields{Act: no, Reason: casefile.SlipStands})

	s.do("fiona", casefile.ActStrike, 0, fields) // not her own act: she asks
	refusal = s.refused(casefile.RefusedConstraint, "hamish", casefile.ActStrike, 0, &casefile.StrikeFields{Act: no, Reason: casefile.SlipWrongDay})
	require.Contains(t, refusal.Detail, "fiona asked for it with another reason, twice")
	require.False(t, s.isStruck(no))
	require.Equal(t, casefile.Caseworker, s.task(casefile.TaskStrike, no).Awaiting)
	s.do("morag", casefile.ActStrike, 0, &casefile.StrikeFields{Act: no, Reason: casefile.SlipStands})
	require.False(t, s.isStruck(no), "its author says that it was no mistake")
	require.NotContains(t, s.openTasks(), fmt.Sprintf("act.strike/%d", no))
	s.do("morag", casefile.ActStrike, 0, fields)
	require.True(t, s.isStruck(no), "and then that it was, on the same day")

	// Who asked may think better of it; and what waits can be let stand after the signature.
	s.do("morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"})
	again := &casefile.StrikeFields{Act: s.lastAct(casefile.ActContact), Reason: casefile.SlipTwice}
	s.do("isla", casefile.ActStrike, 0, again)
	s.do("isla", casefile.ActStrike, 0, &casefile.StrikeFields{Act: again.Act, Reason: casefile.SlipStands})
	require.NotContains(t, s.openTasks(), fmt.Sprintf("act.strike/%d", again.Act))
	s.do("isla", casefile.ActStrike, 0, again)

	require.NotNil(t, s.attempt("morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"}), "asked back")
	tried := testdb.Value[int](s.staffed, `select max(c.chain_n) from command c join command_outcome o on o.command_id = c.id
		where c.case_ref = $1 and o.outcome = 'refused' and c.kind = 'contact.record'`, s.ref)
	s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActStrike, 0, &casefile.StrikeFields{Act: tried, Reason: casefile.SlipTwice})
}

// TestARequestThatTheSignatureOvertook: a request to strike a signed report waits when the
// decision is signed. It can't be struck any more; somebody lets it stand, and the case ends.
func TestARequestThatTheSignatureOvertook(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.toDecision()
	fields := &casefile.StrikeFields{Act: s.lastAct(casefile.ActSignWelfare), Reason: casefile.SlipMistyped}
	s.do("agnes", casefile.ActStrike, 0, fields)
	s.propose("ewan", grantAll)
	s.goOn()
	s.refused(casefile.RefusedNotStruck, "murdo", casefile.ActStrike, 0, fields)
	s.do("murdo", casefile.ActStrike, 0, &casefile.StrikeFields{Act: fields.Act, Reason: casefile.SlipStands})
	s.serve(0)
	s.do("morag", casefile.ActStatusIssued, 0, nil)
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
}

// TestNotStruckButPutRightOtherwise: where only a new act can put a mistake right the
// refusal says which.
func TestNotStruckButPutRightOtherwise(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.ready(casefile.TaskGP)
	s.do("fiona", casefile.ActFlag, 1, &casefile.FlagFields{Flag: casefile.FlagSeriousIllness, To: "on"})
	refusal := s.refused(casefile.RefusedNotStruck, "fiona", casefile.ActStrike, 0, &casefile.StrikeFields{Act: s.lastAct(casefile.ActFlag), Reason: casefile.SlipTwice})
	require.Contains(t, refusal.Detail, "case flag sets it back")
	refusal = s.refused(casefile.RefusedNotStruck, "morag", casefile.ActStrike, 0, &casefile.StrikeFields{Act: s.lastAct(casefile.ActTriage), Reason: casefile.SlipTwice})
	require.Contains(t, refusal.Detail, "case.triage can be struck only until listed")
}

// TestStruckAfterTheDecision: once the decision is signed, evidence is struck by two, also
// on the same day. The decision stands as it was signed; a senior caseworker looks whether
// it must be corrected. What the signature needs can't be struck any more.
func TestStruckAfterTheDecision(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.someRefused()
	no := s.lastAct(casefile.ActEvidence)
	fields := &casefile.StrikeFields{Act: no, Reason: casefile.SlipWrongCase}
	s.do("morag", casefile.ActStrike, 0, fields)
	require.False(t, s.isStruck(no))
	s.do("hamish", casefile.ActStrike, 0, fields)
	require.True(t, s.isStruck(no))
	require.Equal(t, casefile.Service, s.review.Stage)
	require.Contains(t, s.openTasks(), "service.arrival")
	require.Equal(t, 1, testdb.Value[int](s.staffed, `select count(*) from decision where case_ref = $1`, s.ref))
	s.sound()
	for _, act := range []casefile.Act{casefile.ActSignWelfare, casefile.ActRecordCheck, casefile.ActDecline} {
		login := map[casefile.Act]string{casefile.ActSignWelfare: "agnes", casefile.ActRecordCheck: "morag", casefile.ActDecline: "jean"}[act]
		refusal := s.refused(casefile.RefusedNotStruck, login, casefile.ActStrike, 0, &casefile.StrikeFields{Act: s.lastAct(act), Reason: casefile.SlipTwice})
		require.Contains(t, refusal.Detail, "decision correct")
	}
}

// TestStruckWithAProposalInHand: a proposal that waits for the second officer rests on the
// file. Evidence is then struck by two, and the proposal goes back to its author.
func TestStruckWithAProposalInHand(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.toDecision()
	s.propose("ewan", refuseSome(2))
	no := s.lastAct(casefile.ActInterview)
	fields := &casefile.StrikeFields{Act: no, Reason: casefile.SlipWrongPerson}
	s.do("morag", casefile.ActStrike, 0, fields)
	require.False(t, s.isStruck(no))
	require.Contains(t, s.openTasks(), "decision.agree", "nothing has changed yet")
	s.do("isla", casefile.ActStrike, 0, fields)
	require.True(t, s.isStruck(no))
	require.NotContains(t, s.openTasks(), "decision.agree")
	require.Contains(t, s.openTasks(), "decision.propose")
	require.Equal(t, []string{"stale"}, testdb.List[string](s.staffed, `select unnest(return_codes) from proposal where case_ref = $1`, s.ref))
	refusal := s.tryPropose("ewan", s.proposal(refuseSome(2)))
	require.NotNil(t, refusal)
	require.Equal(t, []casefile.Block{casefile.BlockNoInterview}, refusal.Blocks, "person 2 was not interviewed any more")
	s.sound()
}

// TestStruckThatCameAfterTheProposal: evidence that was entered by mistake sends a waiting
// proposal back to its author. Struck at once, it does not bring the proposal back: its
// author makes a new one.
func TestStruckThatCameAfterTheProposal(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.toDecision()
	s.propose("ewan", refuseSome(2))
	s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "partial"})
	require.Equal(t, []string{"decision.propose"}, s.openTasks())
	s.strikes("morag", "isla", casefile.ActEvidence, casefile.SlipWrongCase)
	require.Equal(t, []string{"decision.propose"}, s.openTasks())
	s.sound()
	s.propose("ewan", grantAll)
	s.goOn()
	require.Equal(t, casefile.Service, s.review.Stage)
	s.sound()
}

// TestACheckStruckUnderAProposal: the last security check is struck while a proposal that was
// made on it waits. The check is awaited again, and nobody proposes before it is there.
func TestACheckStruckUnderAProposal(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.toDecision()
	s.propose("ewan", refuseSome(2))
	s.strikes("morag", "isla", casefile.ActRecordCheck, casefile.SlipWrongPerson)
	require.Equal(t, []string{"check.record/2"}, s.openTasks())
	s.sound()
	s.check(2, s.today())
	require.Equal(t, []string{"decision.propose"}, s.openTasks())
	s.sound()
}

// TestTwoThatCameAfterTheSignature: of two arrivals after the signature one is struck. The
// other is still to be read, and holds the closing.
func TestTwoThatCameAfterTheSignature(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.someRefused()
	s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "partial"})
	first := s.lastAct(casefile.ActEvidence)
	s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderCommunity, Result: "partial"})
	for _, login := range []string{"morag", "isla"} {
		s.do(login, casefile.ActStrike, 0, &casefile.StrikeFields{Act: first, Reason: casefile.SlipWrongCase})
	}
	require.Contains(t, s.openTasks(), "service.arrival")
	s.sound()
}

// TestAReferralRestsOnItsCheck: what a senior caseworker found of a referral rests on the
// check that made it, also where the task was open before.
func TestAReferralRestsOnItsCheck(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.ready(casefile.TaskCheck)
	s.do("morag", casefile.ActRecordCheck, 1, &casefile.CheckFields{Result: "refer", DoneOn: s.today()})
	check := s.lastAct(casefile.ActRecordCheck)
	s.do("fiona", casefile.ActLookInto, 1, &casefile.LookIntoFields{Finding: "no_concern"})
	fields := &casefile.StrikeFields{Act: check, Reason: casefile.SlipWrongPerson}
	refusal := s.refused(casefile.RefusedRestsOn, "morag", casefile.ActStrike, 0, fields)
	require.Contains(t, refusal.Detail, "case.review", "under the name that tells nothing")
	s.strikes("fiona", "douglas", casefile.ActLookInto, casefile.SlipWrongPerson)
	s.do("morag", casefile.ActStrike, 0, fields)
	require.NotContains(t, s.openTasks(), "case.look_into/1")
	s.sound()
}

// TestAStageThatItFinishedIsOpenAgain: the last evidence and the minister's word are struck
// in the decision stage. The stage shown goes back; what people did meanwhile stands, and
// is not asked again.
func TestAStageThatItFinishedIsOpenAgain(t *testing.T) {
	o := newStaffed(t)
	t.Run("evidence", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.toDecision()
		s.strikes("morag", "isla", casefile.ActEvidence, casefile.SlipWrongCase)
		require.Equal(t, casefile.Evidence, s.review.Stage)
		require.NotContains(t, s.openTasks(), "decision.propose")
		s.goOn()
		s.sound()
		s.until(casefile.Decision)
		require.Equal(t, casefile.Decision, s.review.Stage)
		require.Equal(t, []string{"decision.propose"}, s.openTasks(), "the checks and the minister's word are there")
		s.propose("ewan", grantAll)
		s.goOn()
		s.sound()
	})
	t.Run("welfare", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.toDecision()
		s.strikes("agnes", "murdo", casefile.ActSignWelfare, casefile.SlipWrongPerson)
		require.Equal(t, casefile.Welfare, s.review.Stage)
		s.sound()
		s.until(casefile.Decision)
		require.Equal(t, []string{"decision.propose"}, s.openTasks())
	})
	t.Run("representation", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.ready(casefile.TaskRequestCheck)
		s.do("morag", casefile.ActRequestCheck, 0, nil)
		s.strikes("jean", "minister", casefile.ActDecline, casefile.SlipWrongCase)
		require.Equal(t, casefile.Representation, s.review.Stage)
		require.Contains(t, s.openTasks(), "representation.window")
		s.check(1, s.today()) // the police's answer is taken meanwhile
		s.answer(s.task(casefile.TaskWindow, 0))
		s.goOn()
		require.Equal(t, casefile.Decision, s.review.Stage)
		require.Equal(t, []string{"check.record/2"}, s.openTasks())
		s.sound()
	})
}

// TestAWrongLinkIsTakenAway: an item of post was linked to a stranger's file, and read
// there. It is taken off the file and waits in the mailroom again; a senior caseworker is
// asked whose data it held, who saw it, and who was told. Also after the case is closed.
func TestAWrongLinkIsTakenAway(t *testing.T) {
	o := newStaffed(t)
	for name, to := range map[string]func(*testing.T, *staffed) *journey{
		"open": func(t *testing.T, o *staffed) *journey {
			s := o.family(t, nil)
			s.ready(casefile.TaskGP)
			return s
		},
		"closed": func(t *testing.T, o *staffed) *journey { return o.grantedAndClosed(t) },
	} {
		t.Run(name, func(t *testing.T) {
			s := to(t, o.in(t))
			s.do("morag", casefile.ActReceivePost, 0, &casefile.PostFields{From: "gp"})
			item := s.latestItem()
			s.do("morag", casefile.ActStrike, 0, &casefile.StrikeFields{Act: s.lastAct(casefile.ActReceivePost), Reason: casefile.SlipWrongCase})
			if name == "closed" { // the decision rests on the file: it takes two
				s.do("isla", casefile.ActStrike, 0, &casefile.StrikeFields{Act: s.lastAct(casefile.ActReceivePost), Reason: casefile.SlipWrongCase})
			}
			require.Equal(t, "", testdb.Value[string](s.staffed, `select coalesce(case_ref, '') from post_item where no = $1`, item))
			s.do("hamish", casefile.ActLinkPost, 0, &casefile.ItemFields{Item: item})
			s.do("hamish", casefile.ActReadPost, 0, &casefile.ItemFields{Item: item})
			no := s.lastAct(casefile.ActLinkPost)
			s.now = s.now.AddDate(0, 0, 1)
			for _, login := range []string{"hamish", "fiona"} {
				s.do(login, casefile.ActStrike, 0, &casefile.StrikeFields{Act: no, Reason: casefile.SlipWrongCase})
			}
			require.True(t, s.isStruck(no))
			require.True(t, s.isStruck(s.lastAct(casefile.ActReadPost)), "that it was read there is struck along")
			require.Equal(t, "", testdb.Value[string](s.staffed, `select coalesce(case_ref, '') from post_item where no = $1`, item))
			require.Equal(t, 1, testdb.Value[int](s.staffed, `select count(*) from task where case_ref = $1 and kind = 'case.breach' and subject = $2 and closed_at is null`, s.ref, item))
			answers := &casefile.BreachFields{Item: item, Whose: "another_case", Seen: "staff", Told: "family"}
			s.sound()
			if name == "closed" { // what comes next is filed, and ends no question
				s.do("morag", casefile.ActReceivePost, 0, &casefile.PostFields{From: "school"})
			}
			s.do("fiona", casefile.ActBreach, 0, answers)
			s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActBreach, 0, answers)
		})
	}
}

// TestWhatWasLeftIsLeft: the GP is asked on 2 March and has 28 calendar days. What is struck
// on 20 March had been attested for a day on which so many of them were left, and as many
// are left again; what was added stays added, and counts towards the cap.
func TestWhatWasLeftIsLeft(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		what            string
		extended        int
		attested, typed string
		before, after   string
	}{
		{"answered and typed on 10 March, with 20 days left", 0, "2026-03-10", "2026-03-10", "2026-03-30", "2026-04-09"},
		{"answered on 5 March and typed on the 10th: 25 were left", 0, "2026-03-05", "2026-03-10", "2026-03-30", "2026-04-14"},
		{"with seven days more, 27 were left", 7, "2026-03-10", "2026-03-10", "2026-04-06", "2026-04-16"},
		{"answered and typed on the day on which it is struck", 0, "2026-03-20", "2026-03-20", "2026-03-30", "2026-03-30"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.in(t).family(t, nil).until(casefile.Evidence)
			if c.extended > 0 {
				s.do("fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskGP, c.extended, casefile.ExtensionGranted))
			}
			require.Equal(t, day(c.before), s.task(casefile.TaskGP, 0).DueOn)
			s.on(day(c.typed))
			s.doOn(day(c.attested), "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"})
			s.on(day("2026-03-20"))
			s.strikes("morag", "isla", casefile.ActEvidence, casefile.SlipWrongCase)
			require.Equal(t, day(c.after), s.task(casefile.TaskGP, 0).DueOn)
			most := casefile.TaskGP.MostExtended()
			s.refused(casefile.RefusedConstraint, "fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskGP, most-c.extended+1, casefile.ExtensionGranted))
			s.do("fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskGP, most-c.extended, casefile.ExtensionGranted))
		})
	}
}

// TestStruckAgainAndAgain: time is given back once. An officer who enters the same receipt again and
// strikes it, on the same day, moves no last day further; nor does striking one of two
// receipts while the other answers.
func TestStruckAgainAndAgain(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Evidence)
	gp := &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"}
	s.wait(8)
	s.do("morag", casefile.ActEvidence, 0, gp)
	s.wait(10)
	s.strikes("morag", "isla", casefile.ActEvidence, casefile.SlipWrongCase)
	due := s.task(casefile.TaskGP, 0).DueOn
	require.Equal(t, day("2026-04-09"), due)
	for range 3 {
		s.confirming = true
		s.doOn(day("2026-03-10"), "morag", casefile.ActEvidence, 0, gp)
		s.strikes("morag", "isla", casefile.ActEvidence, casefile.SlipMistyped)
		require.Equal(t, due, s.task(casefile.TaskGP, 0).DueOn)
	}
	s.do("morag", casefile.ActEvidence, 0, gp)
	s.confirming = true
	s.do("morag", casefile.ActEvidence, 0, gp)
	moved := testdb.Value[int](s.staffed, `select count(*) from deadline_change`)
	first := testdb.Value[int](s.staffed, `select min(c.chain_n) from command c join evidence e on e.command_id = c.id where c.case_ref = $1`, s.ref)
	s.do("morag", casefile.ActStrike, 0, &casefile.StrikeFields{Act: first, Reason: casefile.SlipTwice})
	require.NotContains(t, s.openTasks(), "evidence.gp")
	require.Equal(t, moved, testdb.Value[int](s.staffed, `select count(*) from deadline_change`))
	s.sound()
}

// TestNoCaseWithoutAnOwner: the only assignment is struck after the signature. The case waits
// for an owner.
func TestNoCaseWithoutAnOwner(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.someRefused()
	s.strikes("fiona", "douglas", casefile.ActAssign, casefile.SlipWrongPerson)
	require.Contains(t, s.openTasks(), "listed.allocate")
	s.do("fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "isla"})
	require.NotContains(t, s.openTasks(), "listed.allocate")
	s.sound()
}

// TestTheTextsOfWhatWasStruck: a text that was written on the wrong case is not read there,
// but by the auditor; the text of an item goes with it to the file on which it is then. Any
// other text of an act that does not stand says so.
func TestTheTextsOfWhatWasStruck(t *testing.T) {
	o := newStaffed(t)
	s, other := o.family(t, nil), o.family(t, nil)
	s.ready(casefile.TaskSignWelfare)
	other.ready(casefile.TaskGP)
	item, err := desk.New(s.ref, casefile.ActReceivePost, 0, s.today(), &casefile.PostFields{From: "gp"}, "SYNTHETIC: of another family.")
	require.NoError(t, err)
	require.NoError(t, s.desk("morag").InsertCommand(t.Context(), item))
	require.Nil(t, s.record(item))
	texts := func(login, ref string) (read []string) {
		all, err := s.desk(login).Texts(t.Context(), ref)
		require.NoError(t, err)
		for _, x := range all {
			read = append(read, strings.TrimSpace(string(x.Act)+" "+x.Became))
		}
		return read
	}
	require.Contains(t, texts("hamish", s.ref), "post.receive")
	s.strikes("morag", "isla", casefile.ActReceivePost, casefile.SlipWrongItem)
	require.NotContains(t, strings.Join(texts("hamish", s.ref), " "), "post.receive")
	require.Contains(t, texts("una", s.ref), "post.receive struck")
	other.do("hamish", casefile.ActLinkPost, 0, &casefile.ItemFields{Item: s.latestItem()})
	require.Contains(t, texts("hamish", other.ref), "post.receive")

	s.strikes("eilidh", "agnes", casefile.ActReport, casefile.SlipWrongPerson)
	require.Contains(t, texts("agnes", s.ref), "welfare.report struck")
}

// TestADeadlineHeldAndStruck: the family's clock is stopped by a hold while its answer is
// struck. The questionnaire is open again without a last day, and goes on when the hold
// ends, with the working days that were left when it had been answered.
func TestADeadlineHeldAndStruck(t *testing.T) {
	s := newStaffed(t).family(t, func(f *casefile.Family) { f.Representative = "" }).until(casefile.Evidence)
	s.letter("family", s.today()) // 30 working days from 2 March
	s.on(day("2026-03-10"))
	s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"})
	s.heldOn(s.today(), casefile.GroundMedical, 0)
	s.wait(7)
	s.strikes("morag", "isla", casefile.ActEvidence, casefile.SlipWrongCase)
	require.True(t, s.task(casefile.TaskQuestionnaire, 0).Stopped())
	s.wait(7)
	s.releasedOn(s.today(), casefile.GroundMedical, 0)
	calendar, err := clock.Embedded().Calendar(clock.EnglandAndWales)
	require.NoError(t, err)
	// Five of the thirty were used until the 9th, and none while the hold stood, its last day included.
	require.Equal(t, calendar.AddWorkingDays(day("2026-03-24"), 25), s.task(casefile.TaskQuestionnaire, 0).DueOn)
	s.sound()
}

// TestAShownDayIsKept: the opening letter was recorded for 9 March, and is corrected to the
// 3rd. The family was shown a last day that follows from the 9th, and keeps it.
func TestAShownDayIsKept(t *testing.T) {
	s := newStaffed(t).family(t, func(f *casefile.Family) { f.Representative = "" }).until(casefile.Evidence)
	s.on(day("2026-03-09"))
	s.letter("family", day("2026-03-09"))
	shown := s.task(casefile.TaskQuestionnaire, 0).DueOn
	s.strikes("morag", "isla", casefile.ActLetterSent, casefile.SlipWrongDay)
	require.NotContains(t, s.openTasks(), "evidence.questionnaire")
	require.Contains(t, s.openTasks(), "evidence.letter")
	s.letter("family", day("2026-03-03"))
	require.Equal(t, shown, s.task(casefile.TaskQuestionnaire, 0).DueOn)
	s.sound()
}

// TestFiguresBeforeAndAfterAStrike: a figure at an instant counts what was then believed,
// whenever it is asked for; a figure of today counts what stands (C5, R7).
func TestFiguresBeforeAndAfterAStrike(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil)
	s.toDecision()
	o.Exec(`update programme set synthetic = true, business_now = $1`, s.now.AddDate(0, 0, 30))
	una := o.sql("una")
	at := func(asOf time.Time) (stage string) {
		require.NoError(t, una.Get(&stage, `select g->>'stage' from jsonb_array_elements(figures($1, false, false, true)->'groups') g where g->>'stage' <> ''`, asOf))
		return stage
	}
	believed := s.now
	s.now = s.now.AddDate(0, 0, 10)
	require.Equal(t, "decision", at(believed))
	s.strikes("morag", "isla", casefile.ActEvidence, casefile.SlipWrongCase)
	require.Equal(t, "decision", at(believed), "then it was believed to be in the decision stage")
	require.Equal(t, "decision", at(s.now.Add(-time.Minute)))
	require.Equal(t, "evidence", at(s.now.Add(time.Minute)))
	require.Equal(t, 1, testdb.Value[int](s.staffed, `select count(*) from strike where result = 'struck'`))
	var struck int
	require.NoError(t, una.Get(&struck, `select (programme_report()->>'struck')::int`))
	require.Equal(t, 1, struck)
}

// TestEachActAfterTheDecision: of each kind of act that a decided case has, what the decision
// was signed on can't be struck any more; the rest is struck by two.
func TestEachActAfterTheDecision(t *testing.T) {
	o := newStaffed(t)
	decided := func(t *testing.T) *journey {
		s := o.in(t).family(t, nil)
		s.ready(casefile.TaskGP)
		s.do("morag", casefile.ActReceivePost, 0, &casefile.PostFields{From: "gp"})
		s.do("morag", casefile.ActReadPost, 0, &casefile.ItemFields{Item: s.latestItem()})
		s.do("fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "ewan", Role: casefile.DecisionMaker})
		s.contact("visit")
		s.ready(casefile.TaskQuestionnaire)
		s.do("morag", casefile.ActLetterDelivered, 1, &casefile.DeliveredFields{To: "family"})
		s.drafted(4)
		s.do("jean", casefile.ActSendLetter, 0, nil)
		s.do("catriona", casefile.ActAnswer, 1, &casefile.AnswerFields{Answer: "rejected"})
		s.someRefused()
		return s
	}
	signed, seen := decided(t), map[casefile.Act]bool{}
	for _, x := range slices.Backward(slips) { // the last first: letters are delivered after they are sent
		rule := x.act.Rule()
		if seen[x.act] || rule.From == casefile.Service || x.act == casefile.ActLetterReturned || x.act == casefile.ActWaive || x.act == casefile.ActReturnWelfare ||
			x.act == casefile.ActReceiveLetter || x.act == casefile.ActDecline || x.act == casefile.ActLookInto ||
			slices.Contains([]string{"person", "withdrawal", "departure", "trace"}, rule.Group()) || x.act == casefile.ActConfirm ||
			slices.Contains([]casefile.Act{casefile.ActHandOver, casefile.ActSplit, casefile.ActLateArrival}, x.act) {
			continue // it is no part of this case
		}
		seen[x.act] = true
		t.Run(string(x.act), func(t *testing.T) {
			s := signed
			no := s.lastAct(x.act)
			require.Positive(t, no)
			fields := &casefile.StrikeFields{Act: no, Reason: casefile.SlipMistyped}
			if rule.Slip.Until.Before(casefile.Service) {
				refusal := s.refused(casefile.RefusedNotStruck, x.login, casefile.ActStrike, 0, fields)
				require.NotEmpty(t, refusal.Detail)
				return
			}
			s.do(x.login, casefile.ActStrike, 0, fields)
			require.False(t, s.isStruck(no), "alone, on the same day")
			s.do(x.second, casefile.ActStrike, 0, fields)
			require.True(t, s.isStruck(no))
			require.Equal(t, casefile.Service, s.review.Stage)
		})
	}
	signed.sound()
}

// TestStruckNumbersAreNotGivenAgain: a wish to withdraw and a request for a second officer that were
// struck keep their numbers, under which acts and tasks know them.
func TestStruckNumbersAreNotGivenAgain(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil)
	s.ready(casefile.TaskGP)
	numbers := func(table string) []int {
		return testdb.List[int](o, `select no from `+table+` where case_ref = $1 order by no`, s.ref)
	}
	for _, x := range []struct {
		table, login string
		act          casefile.Act
		fields       casefile.Fields
	}{
		{"withdrawal", "morag", casefile.ActAskWithdrawal, nil},
		{"second_request", "morag", casefile.ActRecordError, &casefile.RecordErrorFields{Reason: "not_of_the_family"}},
	} {
		s.do(x.login, x.act, 2, x.fields)
		no := testdb.Value[int](o, `select max(chain_n) from command where case_ref = $1`, s.ref)
		s.do(x.login, casefile.ActStrike, 0, &casefile.StrikeFields{Act: no, Reason: casefile.SlipMistyped})
		if len(numbers(x.table)) > 0 { // it takes two
			s.do("douglas", casefile.ActStrike, 0, &casefile.StrikeFields{Act: no, Reason: casefile.SlipMistyped})
		}
		require.Empty(t, numbers(x.table), x.table)
		s.do(x.login, x.act, 2, x.fields)
		require.Equal(t, []int{2}, numbers(x.table), x.table)
	}
	s.do("ailsa", casefile.ActConfirm, 2, &casefile.ConfirmFields{Finding: casefile.RequestRefused})
}
