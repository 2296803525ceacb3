package casefile

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/clock"
)

// TestWhoseDayAnActHas lays in a lawyer's words beside each act whose day it has,
// and what it can't have happened before.
func TestWhoseDayAnActHas(t *testing.T) {
	const itsReview = "the day on which its review handles it"
	words := map[Act]string{
		// What decides, signs, settles or judges.
		ActAssign: itsReview, ActAssignWelfare: itsReview, ActReport: itsReview, ActSignWelfare: itsReview, ActReturnWelfare: itsReview,
		ActWaive: itsReview, ActDraft: itsReview, ActDecline: itsReview, ActCheckDraft: itsReview, ActClear: itsReview, ActReturnDraft: itsReview,
		ActAnswer: itsReview, ActPropose: itsReview, ActCorrectDecision: itsReview, ActWithdraw: itsReview, ActAgree: itsReview, ActReturn: itsReview, ActFlag: itsReview,
		ActOpen: itsReview, ActLookInto: itsReview, ActLateArrival: itsReview, ActCorrect: itsReview, ActDifference: itsReview, ActExtend: itsReview, ActRecover: itsReview, ActArrival: itsReview,
		ActDuplicate: itsReview, ActLinkPost: itsReview, ActReadPost: itsReview, ActDismissPost: itsReview, ActErase: itsReview,
		ActStrike: itsReview, ActBreach: itsReview,
		ActApplyCalendar: itsReview, ActTakeBack: itsReview, ActBacklogStart: itsReview, ActBacklogPause: itsReview, ActBacklogResume: itsReview, ActBacklogCapacity: itsReview,
		ActRecordCheck: itsReview, // the day of the check itself is its done_on
		// What reports.
		ActReconcile:       "a day attested, not before the family was drawn",
		ActTriage:          "a day attested, not before record and paper file were compared",
		ActLetterSent:      "a day attested, not before the letter was made",
		ActLetterDelivered: "a day attested, not before the letter was sent",
		ActLetterReturned:  "a day attested, not before the letter was sent",
		ActContact:         "a day attested, not before the family claimed",
		ActInterview:       "a day attested, not before the family claimed, not before the person was born",
		ActEvidence:        "a day attested, not before the family claimed, not before the person was born, not before the questionnaire was sent",
		ActConcern:         "a day attested, not before the family claimed, not before the person was born",
		ActReceiveLetter:   "a day attested, not before the family claimed",
		ActReceivePost:     "a day attested, not before the family claimed",
		ActSignLetter:      itsReview + ", but of a wet signature a day attested, not before the draft was cleared",
		ActSendLetter:      "a day attested, not before the minister signed",
		ActRequestCheck:    "a day attested, not before the decision stage began",
		ActRecordService:   "a day attested, not before the decision was signed, not before the decision letter was sent",
		ActStatusIssued:    "a day attested, not before the decision was signed, not before the decision was served",
		ActAppeal:          "a day attested, not before the decision was signed",
		ActNoAppeal:        "a day attested, not before the decision was signed, not before the decision was served",
		ActHold:            "a day attested, not before the family was drawn",
		ActRelease:         "a day attested, not before the hold began",
		ActLost:            "a day attested, not before the family was drawn",
		ActTraceStep:       "a day attested, not before the family was drawn",
		ActFound:           "a day attested, not before the family was drawn",
		ActArchive:         itsReview, ActReopen: itsReview, ActHandOver: itsReview, ActMerge: itsReview, ActUnmerge: itsReview, ActSplit: itsReview,
		ActAppealHeard: "a day attested, not before the decision was signed",
		ActAppealEnded: "a day attested, not before the decision was signed",
		ActReturnStep:  "a day attested, not before the decision was served",
		ActRemains:     "a day attested, not before the decision was served",
		ActRemoved:     "a day attested, not before the decision was served",
		ActRemake:      itsReview, ActOpenWindow: itsReview, ActCloseWindow: itsReview,
		ActBorn:           "a day attested, not before the family claimed",
		ActJoined:         "a day attested, not before the family claimed",
		ActDied:           "a day attested, not before the person was born",
		ActDeparted:       "a day attested, not before the person was born, not before the family claimed",
		ActAskWithdrawal:  "a day attested, not before the family claimed",
		ActHearWithdrawal: "a day attested, not before the family was drawn",
		ActDropWithdrawal: "a day attested, not before the family was drawn",
		ActAskDeparture:   "a day attested, not before the family was drawn",
		ActStays:          "a day attested, not before the family was drawn",
		ActHasStatus:      itsReview, ActRecordError: itsReview, ActConfirmWithdrawal: itsReview, ActConfirm: itsReview,
		ActSubmissions: "a day attested, not before the decision was signed", ActConsider: itsReview,
		ActMove: "a day attested, not before the family claimed", ActAcceptMove: itsReview,
		ActRepresentativeChange: "a day attested, not before the family claimed",
		ActRepresentativeClosed: "a day attested, not before the family claimed",
		ActLodge:                "a day attested, not before the family claimed",
		ActInterdict:            "a day attested, not before the family claimed",
		ActCourtEnd:             "a day attested, not before the hold began",
	}
	require.Len(t, words, len(ActRules))
	for _, rule := range ActRules {
		says := "a day attested"
		switch {
		case !rule.Day.TakesDay():
			says = itsReview
		case !rule.Day.Reports(&SignFields{}):
			says = itsReview + ", but of a wet signature a day attested"
		}
		for _, fact := range rule.Day.Since() {
			if fact == FactClaim {
				says += ", not before the family claimed"
				continue
			}
			says += ", not before " + fact.InWords()
		}
		require.Equal(t, words[rule.Act], says, "%s", rule.Act)
		if rule.Day.TakesDay() {
			require.True(t, rule.AskedBack(), "%s: a far day is asked back", rule.Act)
			require.NotEmpty(t, rule.Day.Since(), "%s: its day follows from a fact", rule.Act)
		}
	}
	require.True(t, WetSignature().Reports(&SignFields{Signatory: "minister", Document: "MIN-2026/014"}))
	for _, fact := range constants(t, "Fact") {
		require.NotEmpty(t, Fact(fact).InWords(), "%s", fact)
	}
}

// TestAttestedDays: a day to come is none; one before its cause is none, with the
// fact named; one that is far is asked back; one that is near is taken.
func TestAttestedDays(t *testing.T) {
	today := clock.NewDate(2026, time.November, 27)
	known := Known{FactClaim: clock.NewDate(2019, time.May, 2), FactBirth: clock.NewDate(2020, time.January, 31)}
	rule := Reported(FactClaim, FactBirth, FactAsked)
	for _, c := range []struct {
		what      string
		on        clock.Date
		confirmed bool
		code      RefusalCode
		says      string
	}{
		{"today", today, false, "", ""},
		{"yesterday", today.AddDays(-1), false, "", ""},
		{"90 days ago", today.AddDays(-90), false, "", ""},
		{"91 days ago", today.AddDays(-91), false, RefusedUnconfirmed, "91 days ago: if that is the day, type it again with --confirm"},
		{"91 days ago, confirmed", today.AddDays(-91), true, "", ""},
		{"the day of birth, confirmed", clock.NewDate(2020, time.January, 31), true, "", ""},
		{"the day before the birth", clock.NewDate(2020, time.January, 30), true, RefusedBefore, "before the person was born on 2020-01-31"},
		{"before the claim", clock.NewDate(2019, time.May, 1), true, RefusedBefore, "before the family claimed asylum"},
		{"Hastings", clock.NewDate(1066, time.October, 14), true, RefusedBefore, "before the Refugee Convention was signed on 1951-07-28"},
		{"the year 1", clock.NewDate(1, time.January, 1), true, RefusedBefore, "Refugee Convention"},
		{"tomorrow", today.AddDays(1), true, RefusedFuture, "has not come: today is 2026-11-27"},
	} {
		t.Run(c.what, func(t *testing.T) {
			refusal := CheckDay("--on", rule, c.on, today, known, c.confirmed)
			if c.code == "" {
				require.Nil(t, refusal)
				return
			}
			require.NotNil(t, refusal)
			require.Equal(t, c.code, refusal.Code)
			require.Contains(t, refusal.Detail, c.says)
		})
	}
	require.Equal(t, RefusedUnconfirmed, CheckDay("--on", ReportedWithin(14), today.AddDays(-15), today, nil, false).Code)
}

// TestAConfirmation travels with the coded fields, in the chain of the case, and is
// taken only from acts that are asked back.
func TestAConfirmation(t *testing.T) {
	plain, err := json.Marshal(ContactFields{How: "phone"})
	require.NoError(t, err)
	require.False(t, IsConfirmed(plain))
	sure, err := Confirm(plain)
	require.NoError(t, err)
	require.True(t, IsConfirmed(sure))
	f, err := DecodeFields(ActContact, sure)
	require.NoError(t, err)
	require.Equal(t, &ContactFields{How: "phone"}, f)
	for _, forged := range []string{`{"how":"phone","confirmed":"yes"}`, `{"how":"phone","confirmed":1}`} {
		require.False(t, IsConfirmed([]byte(forged)))
		_, err = DecodeFields(ActContact, []byte(forged))
		require.Error(t, err)
	}
	_, err = DecodeFields(ActOpen, []byte(`{"reason":"illness","listing_date":"2026-11-27","confirmed":true}`))
	require.Error(t, err, "nothing of it is asked back")
}
