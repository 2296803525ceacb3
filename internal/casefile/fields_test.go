package casefile

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// wrong is one field given a code that it does not take, and the word by which
// the refusal names the field.
type wrong struct{ field, value, names string }

// samples has for each act the fields of a valid form, and what is refused when
// put in their place. The acts that are missing have no fields. A date that is
// none is named by itself.
var samples = map[Act]struct {
	valid  string
	wrongs []wrong
}{
	ActAssign: {`{"to": "m.reid", "role": "second_officer"}`, []wrong{{"to", `""`, "to"}, {"role", `"king"`, "role"}}},
	ActStrike: {`{"act": 12, "reason": "wrong_day"}`, []wrong{{"act", "0", "act"}, {"reason", `""`, "reason"}, {"reason", `"oops"`, "reason"}}},
	ActBreach: {`{"item": 7, "whose": "another_case", "seen": "staff", "told": "both"}`, []wrong{{"item", "0", "item"}, {"whose", `""`, "whose"}, {"seen", `"many"`, "seen"}, {"told", `""`, "told"}}},
	ActLost:   {`{"reason": "no_answer"}`, []wrong{{"reason", `"refused"`, "reason"}}},
	ActTraceStep: {`{"step": "school_letter", "result": "passed_on"}`, []wrong{
		{"step", `"neighbour"`, "step"}, {"result", `""`, "result"}, {"result", `"lead"`, "result"}}},
	ActFound:    {`{"how": "visit"}`, []wrong{{"how", `""`, "how"}}},
	ActHandOver: {`{"to": "england", "sent": "whole_file"}`, []wrong{{"to", `"france"`, "to"}, {"sent", `""`, "sent"}}},
	ActMerge: {`{"other": "K7F-M2Q8", "pair": ["1=1", "2=3"]}`, []wrong{{"other", `"K7F"`, "other"}, {"other", `"k7fm2q8"`, "K7F-M2Q8"},
		{"pair", `["1"]`, "pair"}, {"pair", `["0=1"]`, "pair"}, {"pair", `["1=1", "2=1"]`, "pair"}, {"principal_as", `"principal"`, "principal_as"}}},
	ActUnmerge: {`{"other": "K7F-M2Q8", "evidence": ["4"], "post": ["12"]}`, []wrong{{"other", `"K7F"`, "other"},
		{"evidence", `["first"]`, "evidence"}, {"post", `["0"]`, "post"}}},
	ActSplit:       {`{"persons": "2,3", "reason": "domestic_abuse", "principal": 1}`, []wrong{{"persons", `"2,2"`, "persons"}, {"persons", `"all"`, "persons"}, {"persons", `""`, "persons"}, {"reason", `"target"`, "reason"}, {"principal", `-1`, "principal"}}},
	ActReopen:      {`{"reason": "late_appeal"}`, []wrong{{"reason", `"target"`, "reason"}}},
	ActAppeal:      {`{"permission": "asked"}`, []wrong{{"permission", `"refused"`, "permission"}}},
	ActAppealEnded: {`{"result": "allowed"}`, []wrong{{"result", `""`, "result"}, {"result", `"lost"`, "result"}}},
	ActReturnStep:  {`{"step": "notice"}`, []wrong{{"step", `""`, "step"}, {"step", `"raid"`, "step"}}},
	ActOpenWindow: {`{"opens_on": "2027-02-01", "closes_on": "2027-02-12", "family_asks": "no"}`, []wrong{
		{"opens_on", `""`, "opens_on"}, {"closes_on", `"2027-01-31"`, "closes_on"}, {"family_asks", `"unknown"`, "family_asks"}}},
	ActRemoved: {`{"shown_by": "embarkation_record"}`, []wrong{
		{"shown_by", `""`, "shown_by"}, {"principal", "-1", "principal"}}},
	ActBorn: {`{"shown_by": "registrar", "born_in_scotland": "yes", "sex": "F"}`, []wrong{
		{"shown_by", `"rumour"`, "shown_by"}, {"born_in_scotland", `""`, "born_in_scotland"}, {"sex", `"f"`, "sex"}}},
	ActJoined: {`{"relationship": "partner", "status": "british"}`, []wrong{
		{"relationship", `"principal"`, "relationship"}, {"status", `""`, "status"}}},
	ActDied: {`{"shown_by": "certificate", "principal": 2}`, []wrong{
		{"shown_by", `""`, "shown_by"}, {"principal", "-1", "principal"}}},
	ActDeparted: {`{"shown_by": "carrier"}`, []wrong{
		{"shown_by", `"neighbour"`, "shown_by"}, {"principal", "1000000", "principal"}}},
	ActHasStatus: {`{"status": "settled", "shown_by": "passport"}`, []wrong{
		{"status", `"needs_leave"`, "status"}, {"shown_by", `""`, "shown_by"}, {"principal", "-1", "principal"}}},
	ActRecordError: {`{"reason": "no_such_person"}`, []wrong{
		{"reason", `"untraced"`, "reason"}, {"principal", "-1", "principal"}}},
	ActHearWithdrawal: {`{"representative": "present", "means": "yes"}`, []wrong{
		{"representative", `""`, "representative"}, {"means", `"unknown"`, "means"}}},
	ActConfirmWithdrawal: {`{"children": "considered"}`, []wrong{
		{"children", `""`, "children"}, {"principal", "-1", "principal"}}},
	ActConfirm: {`{"finding": "agreed"}`, []wrong{{"finding", `""`, "finding"}, {"finding", `"stands"`, "finding"}}},
	ActErase:   {`{"command": "0197", "reason": "retention"}`, []wrong{{"command", `""`, "command"}, {"reason", `""`, "reason"}, {"reason", `"embarrassing"`, "reason"}}},
	ActHold: {`{"ground": "court", "review_on": "2026-06-01"}`, []wrong{
		{"ground", `"duplicate"`, "ground"}, {"ground", `""`, "ground"}, {"review_on", `""`, "review_on"}, {"review_on", `"9999"`, "9999"}}},
	ActRelease: {`{"ground": "medical", "reason": "passed"}`, []wrong{
		{"ground", `"illness"`, "ground"}, {"reason", `""`, "reason"}, {"reason", `"because"`, "reason"}}},
	ActConsider:             {`{"result": "rejected"}`, []wrong{{"result", `""`, "result"}, {"result", `"granted"`, "result"}}},
	ActMove:                 {`{"to": "S12000036", "reason": "rehoused"}`, []wrong{{"to", `""`, "to"}, {"to", `"E09000001"`, "to"}, {"reason", `"bored"`, "reason"}}},
	ActRepresentativeChange: {`{"told_by": "family"}`, []wrong{{"told_by", `""`, "told_by"}, {"told_by", `"rumour"`, "told_by"}}},
	ActRepresentativeClosed: {`{"reason": "closed_down"}`, []wrong{{"reason", `"bored"`, "reason"}}},
	ActLodge:                {`{"at": "14:05"}`, []wrong{{"at", `"25:00"`, "at"}, {"at", `"noon"`, "at"}}},
	ActInterdict:            {`{}`, []wrong{{"at", `"9:60"`, "at"}}},
	ActCourtEnd:             {`{"result": "recalled"}`, []wrong{{"result", `""`, "result"}, {"result", `"allowed"`, "result"}}},
	ActExtend: {`{"task": "welfare.report", "decision": "granted", "days": 14, "reason": "illness", "asked_by": "council", "asked_on": "2026-05-06"}`, []wrong{
		{"task", `"decision.propose"`, "task"}, {"task", `"service.appeal_window"`, "task"}, {"task", `""`, "task"}, {"decision", `"perhaps"`, "decision"},
		{"decision", `"withdrawn"`, "decision"}, {"days", `0`, "days"}, {"days", `367`, "days"}, {"days", `-1`, "days"}, {"days", `1000000000`, "days"},
		{"reason", `"lazy"`, "reason"}, {"asked_by", `"home_office"`, "asked_by"}, {"asked_on", `""`, "asked_on"}}},
	ActApplyCalendar: {`{"version": "5d1c0a6be2f4", "label": "2026-02", "reason": "proclamation"}`, []wrong{
		{"version", `""`, "version"}, {"label", `""`, "label"}, {"reason", `""`, "reason"}, {"reason", `"World Cup"`, "reason"}}},
	ActAssignWelfare: {`{"to": "a.khan"}`, []wrong{{"to", `""`, "to"}}},
	ActReconcile: {`{"paper_file": "found", "record": "agrees"}`, []wrong{
		{"paper_file", `"mislaid"`, "paper_file"}, {"paper_file", `""`, "paper_file"},
		{"record", `"wrong"`, "record"}, {"record", `""`, "record"}}},
	ActTriage: {`{"priority": 3, "public_harm_screen": "clear", "family_ilr": "no", "seven_years": "unknown", "vulnerable": "yes"}`, []wrong{
		{"priority", `0`, "priority"}, {"priority", `6`, "priority"}, {"priority", `-1`, "priority"},
		{"public_harm_screen", `"unknown"`, "public_harm_screen"}, {"family_ilr", `"perhaps"`, "family_ilr"},
		{"seven_years", `""`, "seven_years"}, {"vulnerable", `"Yes"`, "vulnerable"}}},
	ActLetterSent: {`{"to": "family", "by": "recorded_delivery"}`, []wrong{
		{"to", `"school"`, "to"}, {"to", `""`, "to"}, {"by", `"fax"`, "by"}, {"by", `""`, "by"}}},
	ActContact: {`{"how": "visit"}`, []wrong{{"how", `"letter"`, "how"}, {"how", `""`, "how"}}},
	ActInterview: {`{"adverse": "unanswered", "put_on": "2026-05-06"}`, []wrong{
		{"adverse", `"put"`, "adverse"}, {"adverse", `""`, "adverse"}, {"put_on", `""`, "put_on"}, {"put_on", `"2026-02-30"`, "2026-02-30"}}},
	ActEvidence: {`{"provider": "school", "result": "partial"}`, []wrong{
		{"kind", `["chess"]`, "kind"}, {"kind", `["music", "music"]`, "kind"}, {"kind", `[""]`, "kind"},
		{"provider", `"nursery"`, "provider"}, {"provider", `""`, "provider"}, {"provider", `"interview"`, "provider"},
		{"result", `"all"`, "result"}, {"result", `""`, "result"}}},
	ActReport: {`{"views": "not_obtained", "views_reason": "too_young", "best_interests": "remain", "indicators": {"safe": "strength",
		"healthy": "strength", "achieving": "unknown", "nurtured": "strength", "active": "concern", "respected": "strength",
		"responsible": "unknown", "included": "strength"}}`, []wrong{
		{"views", `"given"`, "views"}, {"views", `""`, "views"}, {"views_reason", `"busy"`, "views_reason"}, {"views_reason", `""`, "views_reason"},
		{"best_interests", `"leave"`, "best_interests"}, {"best_interests", `""`, "best_interests"},
		{"indicators", `{}`, "indicators.safe"}, {"indicators", `null`, "indicators.safe"}}},
	ActWaive:         {`{"reason": "delay_harms_child"}`, []wrong{{"reason", `"target"`, "reason"}, {"reason", `""`, "reason"}}},
	ActReceiveLetter: {`{"from": "msp"}`, []wrong{{"from", `"newspaper"`, "from"}, {"from", `""`, "from"}}},
	ActDecline:       {`{"reason": "no_agreement"}`, []wrong{{"reason", `"busy"`, "reason"}, {"reason", `""`, "reason"}}},
	ActAnswer:        {`{"answer": "rejected"}`, []wrong{{"answer", `"noted"`, "answer"}, {"answer", `""`, "answer"}}},
	ActRecordCheck: {`{"result": "clear", "done_on": "2026-05-06"}`, []wrong{
		{"result", `"pending"`, "result"}, {"result", `""`, "result"}, {"done_on", `""`, "done_on"}, {"done_on", `"6 May 2026"`, "6 May 2026"}}},
	ActPropose: {sampleProposal(nil), []wrong{
		{"outcomes", `[]`, "outcomes"}, {"outcomes", `null`, "outcomes"},
		{"outcomes", `[{"person": 1, "outcome": "WITHDRAWN_CONFIRMED"}]`, "outcomes"}, {"outcomes", `[{"person": 1}]`, "outcomes"},
		{"reasons", `[]`, "reasons"}}},
	ActRemake:          {sampleProposal(nil), []wrong{{"outcomes", `[]`, "outcomes"}, {"reasons", `[]`, "reasons"}}},
	ActCorrectDecision: {sampleProposal(nil), []wrong{{"outcomes", `[]`, "outcomes"}, {"reasons", `[]`, "reasons"}}},
	ActAgree:           {`{"revision": 8, "reasons": ` + inJSON(findings(0, FindingFor)) + `}`, []wrong{{"reasons", `[]`, "reasons"}}},
	ActReturn: {`{"reasons": ["evidence_missed", "child"]}`, []wrong{
		{"reasons", `[]`, "reasons"}, {"reasons", `["law", "mood"]`, "reasons"}, {"reasons", `[""]`, "reasons"}}},
	ActRecordService: {`{"how": "recorded_delivery", "proof": "tracking"}`, []wrong{
		{"how", `"post"`, "how"}, {"how", `""`, "how"}, {"proof", `"none"`, "proof"}, {"proof", `""`, "proof"}}},
	ActBacklogStart:    {`{"lane": "legacy", "capacity": 25, "target": "2031-07-01"}`, []wrong{{"lane", `"slow"`, "lane"}, {"lane", `""`, "lane"}}},
	ActBacklogPause:    {`{"lane": "fast-track", "reason": "staffing"}`, []wrong{{"lane", `"Legacy"`, "lane"}}},
	ActBacklogResume:   {`{"lane": "legacy"}`, []wrong{{"lane", `""`, "lane"}}},
	ActBacklogCapacity: {`{"lane": "legacy", "capacity": 30}`, []wrong{{"lane", `"both"`, "lane"}}},
	ActSignLetter: {`{"signatory": "minister", "document": "MIN-2026/014"}`, []wrong{
		{"document", `""`, "document"}, {"signatory", `""`, "signatory"}, {"document", `"dear minister"`, "document"}}},
	ActOpen:        {`{"reason": "illness", "listing_date": "2026-05-06"}`, []wrong{{"reason", `"target"`, "reason"}, {"listing_date", `""`, "listing_date"}}},
	ActLateArrival: {`{"finding": "no_change"}`, []wrong{{"finding", `"change"`, "finding"}}},
	ActLookInto:    {`{"finding": "no_concern"}`, []wrong{{"finding", `"maybe"`, "finding"}, {"finding", `""`, "finding"}}},
	ActFlag:        {`{"flag": "public_harm", "to": "off"}`, []wrong{{"flag", `"rude"`, "flag"}, {"to", `"maybe"`, "to"}, {"to", `""`, "to"}}},
	ActCorrect: {`{"field": "date_of_birth", "reason": "misread", "source": "passport"}`, []wrong{
		{"field", `"council"`, "field"}, {"field", `"case_ref"`, "field"}, {"field", `"claim_status"`, "field"}, {"reason", `""`, "reason"}, {"source", `"hearsay"`, "source"}}},
	ActDifference:      {`{"finding": "accepted"}`, []wrong{{"finding", `"noted"`, "finding"}}},
	ActArrival:         {`{"finding": "no_change"}`, []wrong{{"finding", `""`, "finding"}}},
	ActReceivePost:     {`{"from": "tribunal"}`, []wrong{{"from", `"newspaper"`, "from"}, {"from", `""`, "from"}}},
	ActLinkPost:        {`{"item": 7}`, []wrong{{"item", `0`, "item"}, {"item", `-1`, "item"}}},
	ActReadPost:        {`{"item": 7}`, []wrong{{"item", `0`, "item"}}},
	ActDismissPost:     {`{"item": 7, "reason": "not_ours"}`, []wrong{{"item", `0`, "item"}, {"reason", `"boring"`, "reason"}}},
	ActLetterDelivered: {`{"to": "family"}`, []wrong{{"to", `"school"`, "to"}}},
	ActLetterReturned: {`{"to": "family", "reason": "gone_away"}`, []wrong{
		{"to", `""`, "to"}, {"reason", `"lost"`, "reason"}}},
	ActWithdraw: {`{"reason": "mistake"}`, []wrong{{"reason", `"target"`, "reason"}}},
	ActDuplicate: {`{"other": "K7F-M2Q8", "finding": "same"}`, []wrong{
		{"other", `"K7F"`, "other"}, {"finding", `"perhaps"`, "finding"}, {"list", `"sixty pairs"`, "list"}}},
	ActTakeBack: {`{"import": 3, "reason": "wrong_file"}`, []wrong{
		{"import", `0`, "import"}, {"import", `-3`, "import"}, {"reason", `"oops"`, "reason"}, {"reason", `""`, "reason"}}},
}

// without lists the acts that say all by being done.
var without = []Act{ActArchive, ActAppealHeard, ActRemains, ActCloseWindow, ActAskWithdrawal, ActDropWithdrawal, ActAskDeparture, ActStays,
	ActSignWelfare, ActDraft, ActCheckDraft, ActClear, ActSendLetter, ActRequestCheck, ActStatusIssued, ActNoAppeal,
	ActRecover, ActConcern, ActReturnWelfare, ActReturnDraft, ActAcceptMove, ActSubmissions}

func inJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// findings gives the same finding under each of the eight factors, resting on evidence 4.
func findings(person int, f Finding) []Reason {
	var reasons []Reason
	for _, factor := range Factors {
		reasons = append(reasons, Reason{Person: person, Factor: factor, Finding: f, Evidence: []int{4}})
	}
	return reasons
}

func sampleProposal(change func(*ProposeFields)) string {
	f := ProposeFields{Revision: 7, Outcomes: []ProposedOutcome{{1, GrantILR}, {2, GrantILR}}, Reasons: findings(0, FindingFor)}
	if change != nil {
		change(&f)
	}
	return inJSON(f)
}

// with puts a value in a field's place.
func with(t *testing.T, form, field, value string) []byte {
	var m map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(form), &m))
	m[field] = json.RawMessage(value)
	return []byte(inJSON(m))
}

func refusedFor(t *testing.T, err error, names string) {
	t.Helper()
	refusal, ok := AsRefusal(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, RefusedFields, refusal.Code)
	require.Contains(t, refusal.Detail, names, "the field is named")
}

func TestEachActsFields(t *testing.T) {
	for _, r := range ActRules {
		sample, ok := samples[r.Act]
		if slices.Contains(without, r.Act) {
			require.False(t, ok)
			sample.valid = `{}`
			require.IsType(t, &NoFields{}, NewFields(r.Act))
		} else {
			require.True(t, ok, "%s has a sample", r.Act)
		}
		t.Run(string(r.Act)+"/a valid form", func(t *testing.T) {
			f, err := DecodeFields(r.Act, []byte(sample.valid))
			require.NoError(t, err)
			require.IsType(t, NewFields(r.Act), f)
			again, err := DecodeFields(r.Act, []byte(inJSON(f)))
			require.NoError(t, err)
			require.Equal(t, f, again, "it is kept as it was given")
		})
		t.Run(string(r.Act)+"/a field that it does not have", func(t *testing.T) {
			_, err := DecodeFields(r.Act, with(t, sample.valid, "note", `"free text"`))
			refusedFor(t, err, "note")
			refusedFor(t, err, string(r.Act))
		})
		for _, body := range []string{``, `{`, `[]`, `"text"`, `7`} {
			t.Run(string(r.Act)+"/not a form: "+body, func(t *testing.T) {
				_, err := DecodeFields(r.Act, []byte(body))
				refusedFor(t, err, string(r.Act))
			})
		}
		for _, w := range sample.wrongs {
			t.Run(fmt.Sprintf("%s/%s is %s", r.Act, w.field, w.value), func(t *testing.T) {
				_, err := DecodeFields(r.Act, with(t, sample.valid, w.field, w.value))
				refusedFor(t, err, w.names)
				if w.names[0] >= 'a' {
					refusal, _ := AsRefusal(err)
					require.Regexp(t, "^"+regexp.QuoteMeta(w.names)+"( is|:)", refusal.Detail, "this field and no other")
				}
			})
		}
	}
}

// TestEveryCodeThatAFormOffers: the codes that the fields' own comments name.
func TestEveryCodeThatAFormOffers(t *testing.T) {
	for _, c := range []struct {
		act   Act
		field string
		codes []string
	}{
		{ActReconcile, "paper_file", []string{"found", "lost"}},
		{ActReconcile, "record", []string{"agrees", "differs"}},
		{ActTriage, "public_harm_screen", []string{"clear", "refer"}},
		{ActTriage, "family_ilr", []string{"yes", "no", "unknown"}},
		{ActTriage, "seven_years", []string{"yes", "no", "unknown"}},
		{ActTriage, "vulnerable", []string{"yes", "no", "unknown"}},
		{ActLetterSent, "to", []string{"family", "representative", "former_representative"}},
		{ActLetterSent, "by", []string{"post", "recorded_delivery", "email", "hand"}},
		{ActContact, "how", []string{"phone", "visit", "representative"}},
		{ActInterview, "adverse", []string{"none", "answered", "unanswered"}},
		{ActEvidence, "provider", []string{"questionnaire", "school", "gp", "social_work", "scra", "housing", "community", "police"}},
		{ActEvidence, "result", []string{"complete", "partial", "nothing_held"}},
		{ActReport, "views", []string{"obtained", "not_obtained"}},
		{ActReport, "views_reason", []string{"too_young", "declined", "unwell"}},
		{ActReport, "best_interests", []string{"remain", "return", "undetermined"}},
		{ActWaive, "reason", []string{"delay_harms_child", "family_asks", "council_cannot"}},
		{ActReceiveLetter, "from", []string{"minister", "mp", "msp", "commissioner", "council", "school", "faith", "representative", "community"}},
		{ActDecline, "reason", []string{"no_agreement", "outside_policy", "already_represented"}},
		{ActAnswer, "answer", []string{"accepted", "rejected", "more"}},
		{ActRecordCheck, "result", []string{"clear", "refer"}},
		{ActRecordService, "how", []string{"hand", "recorded_delivery", "representative"}},
		{ActRecordService, "proof", []string{"signature", "tracking", "acknowledgement"}},
		{ActBacklogStart, "lane", []string{"legacy", "fast-track"}},
		{ActHold, "ground", []string{"age_dispute", "child_protection", "court", "medical", "trafficking"}},
		{ActRelease, "reason", []string{"settled", "withdrawn", "passed", "mistake"}},
		{ActExtend, "decision", []string{"granted", "refused"}},
		{ActExtend, "asked_by", []string{"family", "representative", "provider", "council", "private_office"}},
	} {
		for _, code := range c.codes {
			_, err := DecodeFields(c.act, with(t, samples[c.act].valid, c.field, inJSON(code)))
			require.NoError(t, err, "%s: %s is %s", c.act, c.field, code)
		}
	}
	for _, code := range []string{"evidence_missed", "law", "child", "reasons_thin", "outcome"} {
		_, err := DecodeFields(ActReturn, []byte(inJSON(ReturnFields{[]string{code}})))
		require.NoError(t, err, code)
	}
	for priority := 1; priority <= 5; priority++ {
		_, err := DecodeFields(ActTriage, with(t, samples[ActTriage].valid, "priority", inJSON(priority)))
		require.NoError(t, err, "priority %d", priority)
	}
}

func TestAnInterviewsAdverseMaterial(t *testing.T) {
	_, err := DecodeFields(ActInterview, []byte(`{"adverse": "none"}`))
	require.NoError(t, err, "nothing was put, on no day")
	_, err = DecodeFields(ActInterview, []byte(`{"adverse": "answered"}`))
	refusedFor(t, err, "put_on")
	_, err = DecodeFields(ActInterview, []byte(`{"adverse": "unanswered"}`))
	refusedFor(t, err, "put_on")
	_, err = DecodeFields(ActInterview, []byte(`{"adverse": "no"}`))
	refusedFor(t, err, `adverse is "no"`) // the code is wrong, and no day is asked of it
}

// TestAChildsReport: each of the eight indicators rated, and the child's own
// views or why they are not there (domain.md 3.2).
func TestAChildsReport(t *testing.T) {
	report := func(change func(*ReportFields)) []byte {
		f := ReportFields{Views: "obtained", BestInterest: "undetermined", Indicators: map[string]string{}}
		for _, i := range Indicators {
			f.Indicators[i] = "unknown"
		}
		change(&f)
		return []byte(inJSON(f))
	}
	require.Len(t, Indicators, 8)
	_, err := DecodeFields(ActReport, report(func(*ReportFields) {}))
	require.NoError(t, err, "views obtained need no reason")
	for _, i := range Indicators {
		_, err := DecodeFields(ActReport, report(func(f *ReportFields) { delete(f.Indicators, i) }))
		refusedFor(t, err, "indicators."+i)
		_, err = DecodeFields(ActReport, report(func(f *ReportFields) { f.Indicators[i] = "fine" }))
		refusedFor(t, err, "indicators."+i)
		for _, rating := range []string{"strength", "concern", "unknown"} {
			_, err = DecodeFields(ActReport, report(func(f *ReportFields) { f.Indicators[i] = rating }))
			require.NoError(t, err)
		}
	}
	_, err = DecodeFields(ActReport, report(func(f *ReportFields) { f.Indicators["happy"] = "strength" }))
	refusedFor(t, err, "indicators")
}

// TestAProposal: paragraph 395C's eight factors for each person (C11), a
// finding against somebody cites what it rests on, a refusal has a finding
// against that person, and nobody has two outcomes.
func TestAProposal(t *testing.T) {
	against := func(person int, factor Factor, evidence ...int) Reason {
		return Reason{Person: person, Factor: factor, Finding: FindingAgainst, Evidence: evidence}
	}
	for _, c := range []struct {
		facts  string
		change func(*ProposeFields)
		names  string // of the refusal; "" if the form is taken
	}{
		{"two grants, eight findings for the whole family", func(*ProposeFields) {}, ""},
		{"two grants, eight findings for each", func(f *ProposeFields) { f.Reasons = append(findings(1, FindingFor), findings(2, FindingNeutral)...) }, ""},
		{"findings that are unknown rest on nothing, and count against nobody", func(f *ProposeFields) {
			f.Reasons = findings(0, FindingUnknown)
			for i := range f.Reasons {
				f.Reasons[i].Evidence = nil
			}
		}, ""},
		{"eight findings for the first person only", func(f *ProposeFields) { f.Reasons = findings(1, FindingFor) }, "person 2"},
		{"no findings at all", func(f *ProposeFields) { f.Reasons = nil }, "age"},
		{"a factor that is none", func(f *ProposeFields) {
			f.Reasons = append(f.Reasons, Reason{Factor: "nationality", Finding: FindingFor})
		}, `"nationality" is no factor`},
		{"a finding that is none", func(f *ProposeFields) { f.Reasons[2].Finding = "mixed" }, "reasons.connections"},
		{"an empty finding", func(f *ProposeFields) { f.Reasons[7].Finding = "" }, "reasons.representations"},
		{"a finding against that cites nothing", func(f *ProposeFields) { f.Reasons = append(f.Reasons, against(1, FactorHistory)) }, "reasons.personal_history"},
		{"the same, citing evidence 9", func(f *ProposeFields) { f.Reasons = append(f.Reasons, against(1, FactorHistory, 9)) }, ""},
		{"two findings on one person under one factor", func(f *ProposeFields) {
			f.Reasons = append(f.Reasons, Reason{Person: 2, Factor: FactorAge, Finding: FindingFor}, Reason{Person: 2, Factor: FactorAge, Finding: FindingNeutral})
		}, "reasons.age"},
		{"a finding on the family and another on one person, under one factor", func(f *ProposeFields) {
			f.Reasons = append(f.Reasons, Reason{Person: 2, Factor: FactorAge, Finding: FindingNeutral})
		}, ""},
		{"a finding on somebody for whom nothing is proposed", func(f *ProposeFields) {
			f.Reasons = append(f.Reasons, Reason{Person: 9, Factor: FactorAge, Finding: FindingFor})
		}, "person 9"},
		{"a person twice", func(f *ProposeFields) { f.Outcomes[1].Person = 1 }, "person 1 stands twice"},
		{"a person twice, with two outcomes", func(f *ProposeFields) { f.Outcomes = append(f.Outcomes, ProposedOutcome{2, RefusedUpheld}) }, "person 2 stands twice"},
		{"an outcome that is none", func(f *ProposeFields) { f.Outcomes[0].Outcome = "GRANT_EVERYTHING" }, `"GRANT_EVERYTHING" for person 1`},
		{"no outcome", func(f *ProposeFields) { f.Outcomes[0].Outcome = "" }, "for person 1"},

		{"a refusal with nothing against anybody", func(f *ProposeFields) { f.Outcomes[1].Outcome = RefusedUpheld }, "person 2 would be refused"},
		{"a refusal with a finding against that person", func(f *ProposeFields) {
			f.Outcomes[1].Outcome = RefusedUpheld
			f.Reasons = append(f.Reasons, against(2, FactorCriminal, 5))
		}, ""},
		{"a refusal with a finding against the whole family", func(f *ProposeFields) {
			f.Outcomes[1].Outcome = RefusedUpheld
			f.Reasons[5] = against(0, FactorCriminal, 5)
		}, ""},
		{"a refusal with a finding against another person only", func(f *ProposeFields) {
			f.Outcomes[1].Outcome = RefusedUpheld
			f.Reasons = append(f.Reasons, against(1, FactorCriminal, 5))
		}, "person 2 would be refused"},
		{"a refusal that rests on neutral and unknown findings: a gap", func(f *ProposeFields) {
			f.Outcomes[1].Outcome = RefusedUpheld
			f.Reasons = append(findings(1, FindingNeutral), findings(2, FindingUnknown)...)
		}, "person 2 would be refused"},
		{"a refusal whose finding against cites nothing: a gap", func(f *ProposeFields) {
			f.Outcomes[1].Outcome = RefusedUpheld
			f.Reasons = append(f.Reasons, against(2, FactorResidence))
		}, "reasons.length_of_residence"},
		{"both refused, the finding against one of them", func(f *ProposeFields) {
			f.Outcomes[0].Outcome, f.Outcomes[1].Outcome = RefusedUpheld, RefusedUpheld
			f.Reasons = append(f.Reasons, against(2, FactorCriminal, 5))
		}, "person 1 would be refused"},
	} {
		t.Run(c.facts, func(t *testing.T) {
			_, err := DecodeFields(ActPropose, []byte(sampleProposal(c.change)))
			if c.names == "" {
				require.NoError(t, err)
				return
			}
			refusedFor(t, err, c.names)
		})
	}
	for i, factor := range Factors {
		t.Run("nothing is found under "+string(factor), func(t *testing.T) {
			missing := func(r []Reason) []Reason { return slices.Delete(r, i, i+1) }
			_, err := DecodeFields(ActPropose, []byte(sampleProposal(func(f *ProposeFields) { f.Reasons = missing(f.Reasons) })))
			refusedFor(t, err, string(factor))
			_, err = DecodeFields(ActAgree, []byte(inJSON(AgreeFields{8, missing(findings(0, FindingNeutral))})))
			refusedFor(t, err, string(factor))
		})
	}
	for _, o := range Outcomes {
		t.Run("every outcome can be proposed: "+string(o), func(t *testing.T) {
			_, err := DecodeFields(ActPropose, []byte(sampleProposal(func(f *ProposeFields) {
				f.Outcomes = []ProposedOutcome{{1, o}}
				f.Reasons = findings(1, FindingAgainst)
			})))
			require.NoError(t, err)
		})
	}
}

// TestTheSecondOfficersReasons are their own: eight findings, cited where they
// are against somebody.
func TestTheSecondOfficersReasons(t *testing.T) {
	reasons := findings(0, FindingAgainst)
	_, err := DecodeFields(ActAgree, []byte(inJSON(AgreeFields{8, reasons})))
	require.NoError(t, err)
	reasons[3].Evidence = nil
	_, err = DecodeFields(ActAgree, []byte(inJSON(AgreeFields{8, reasons})))
	refusedFor(t, err, "reasons.personal_history")
	_, err = DecodeFields(ActAgree, []byte(`{"revision": 8}`))
	refusedFor(t, err, "age")
}

// TestNoRefusalRestsOnAGap: of any proposal that is taken, each person refused
// has a finding against them, and each finding against somebody is cited.
func TestNoRefusalRestsOnAGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f ProposeFields
		for person := 1; person <= rapid.IntRange(1, 3).Draw(t, "people"); person++ {
			f.Outcomes = append(f.Outcomes, ProposedOutcome{person, rapid.SampledFrom(Outcomes).Draw(t, "outcome")})
			for _, factor := range Factors {
				r := Reason{Person: person, Factor: factor, Finding: rapid.SampledFrom([]Finding{FindingFor, FindingAgainst, FindingNeutral, FindingUnknown}).Draw(t, "finding")}
				if rapid.IntRange(0, 9).Draw(t, "cited") > 0 {
					r.Evidence = []int{1}
				}
				f.Reasons = append(f.Reasons, r)
			}
		}
		legal := true
		for _, o := range f.Outcomes {
			legal = legal && (o.Outcome.IsGrant() || slices.ContainsFunc(f.Reasons, func(r Reason) bool {
				return r.Person == o.Person && r.Finding == FindingAgainst
			}))
		}
		for _, r := range f.Reasons {
			legal = legal && (r.Finding != FindingAgainst || len(r.Evidence) > 0)
		}
		require.Equal(t, legal, f.Validate() == nil)
	})
}

func TestWhichActsNeedTheirText(t *testing.T) {
	need := []Act{ActReport, ActDraft, ActAnswer, ActWaive, ActPropose, ActCorrectDecision, ActRemake, ActReturn, ActCorrect, ActReturnWelfare, ActReturnDraft, ActLookInto, ActBreach, ActRepresentativeChange, ActConsider,
		ActBorn, ActJoined, ActRecordError, ActTraceStep, ActReopen, ActHandOver, ActSplit, ActHearWithdrawal, ActConfirmWithdrawal}
	for _, r := range ActRules {
		require.Equal(t, slices.Contains(need, r.Act), r.NeedsText, "%s", r.Act)
	}
}

// TestARefusalListsTheCodes: an officer who mistypes a code is told which there are.
func TestARefusalListsTheCodes(t *testing.T) {
	_, err := DecodeFields(ActReceiveLetter, []byte(`{"from": "newspaper"}`))
	refusedFor(t, err, strings.Join(RepresentationSources, ", "))
	_, err = DecodeFields(ActEvidence, []byte(`{"provider": "nursery", "result": "complete"}`))
	refusedFor(t, err, joined(Providers))
}

// TestWhatALifeIsMadeOf: each kind can be given with what came, several together, and none
// with the word that nothing is held.
func TestWhatALifeIsMadeOf(t *testing.T) {
	require.Equal(t, []LifeKind{"school", "sport", "music", "exams", "work", "faith", "friends"}, LifeKinds)
	require.Equal(t, codes(LifeKinds...), Asked(&EvidenceFields{}, "kind").Codes)
	typed := &EvidenceFields{Provider: ProviderSchool, Result: EvidenceComplete}
	require.NoError(t, typed.Validate())
	for _, kind := range LifeKinds {
		require.NoError(t, SetField(typed, "kind", string(kind)))
	}
	require.NoError(t, typed.Validate())
	require.Equal(t, LifeKinds, typed.Kinds)
	require.NoError(t, SetField(typed, "kind", "music"))
	require.EqualError(t, typed.Validate(), "kind: music is given twice")
	require.EqualError(t, EvidenceFields{Provider: ProviderSchool, Result: EvidenceNothingHeld, Kinds: LifeKinds[:1]}.Validate(),
		"kind: what holds nothing shows nothing: leave it out, or say that something came")
}
