package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
	"hame/internal/testdb"
	"hame/internal/verify"
)

// A refusal waits for the time that somebody has, however it was given.

// relying is a refusal of the principal that relies on adverse material.
func (s *journey) relying() *casefile.ProposeFields {
	f := s.proposal(refuseSome(1))
	for i := range f.Reasons {
		if f.Reasons[i].Factor == casefile.FactorConnections {
			f.Reasons[i].Adverse = true
		}
	}
	return f
}

// put records adverse material that was put to the principal and is not answered.
func (s *journey) put(on string) {
	s.do("morag", casefile.ActInterview, 1, &casefile.InterviewFields{Adverse: "unanswered", PutOn: day(on)})
}

// passedOver is a family that did not answer, at the beginning of representation.
func passedOver(t *testing.T) *journey {
	t.Helper()
	s := newLedger(t).asked(t)
	s.instead[casefile.TaskQuestionnaire] = func(casefile.Task) { s.silence(casefile.TaskQuestionnaire, 0, 3) }
	s.until(casefile.Representation)
	return s
}

// waitsFor is that one thing, and no other, blocks a proposal's signature.
func (s *journey) waitsFor(block casefile.Block, f *casefile.ProposeFields) {
	s.t.Helper()
	refusal := s.tryPropose("ewan", f)
	require.NotNil(s.t, refusal)
	require.Equal(s.t, []casefile.Block{block}, refusal.Blocks)
}

// TestAHoldGivesTimeBackAfterEvidence: the questionnaire was passed over; a hold that
// is recorded when representation is open gives its time back, until 9 June. A
// refusal waits for that, and no longer.
func TestAHoldGivesTimeBackAfterEvidence(t *testing.T) {
	s := passedOver(t)
	s.on(day("2026-04-30"))
	s.contact("visit")
	s.contact("representative")
	s.heldOn(day("2026-03-16"), casefile.GroundMedical, 0)
	s.on(day("2026-05-05"))
	s.releasedOn(s.today(), casefile.GroundMedical, 0)
	s.toDecision()
	s.waitsFor(casefile.BlockTimeRuns, s.proposal(refuseAll))
	s.on(day("2026-06-10"))
	require.Nil(t, s.tryPropose("ewan", s.proposal(refuseAll)))
}

// TestAFamilyThatIsAskedAgain in the decision stage has the time that the letter gives it.
func TestAFamilyThatIsAskedAgain(t *testing.T) {
	s := passedOver(t)
	s.on(day("2026-05-05"))
	s.contact("visit")
	s.contact("representative")
	s.toDecision()
	s.returned(1, "family", day("2026-05-06"))
	s.sent(2, "family", day("2026-05-07"))
	s.on(day("2026-05-08"))
	s.waitsFor(casefile.BlockTimeRuns, s.proposal(refuseAll))
}

// TestAdverseMaterialPutTwice: each fact that is relied on was put, with the answer or
// ten working days passed (row 7). Ten from 26 May is 9 June, from 1 June 15 June,
// from 8 June 22 June, from 10 June 24 June.
func TestAdverseMaterialPutTwice(t *testing.T) {
	for name, c := range map[string]struct {
		put     func(*journey)
		waits   string
		decided string
	}{
		"at interviews of one day": {func(s *journey) { s.put("2026-06-01"); s.put("2026-06-08") }, "2026-06-22", "2026-06-23"},
		"in the other order":       {func(s *journey) { s.put("2026-06-08"); s.put("2026-06-01") }, "2026-06-22", "2026-06-23"},
		"later, with an earlier interview": {func(s *journey) {
			s.put("2026-05-26")
			s.on(day("2026-06-10"))
			s.doOn(day("2026-06-05"), "morag", casefile.ActInterview, 1, &casefile.InterviewFields{Adverse: "unanswered", PutOn: day("2026-06-10")})
		}, "2026-06-24", "2026-06-25"},
		"after an answer to what was put before": {func(s *journey) {
			s.put("2026-05-26")
			s.do("morag", casefile.ActInterview, 1, &casefile.InterviewFields{Adverse: "answered", PutOn: day("2026-05-26")})
			s.on(day("2026-06-10"))
			s.doOn(day("2026-06-05"), "morag", casefile.ActInterview, 1, &casefile.InterviewFields{Adverse: "unanswered", PutOn: day("2026-06-10")})
		}, "2026-06-24", "2026-06-25"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newLedger(t).family(t, nil)
			s.on(day("2026-06-08"))
			s.toDecision()
			c.put(s)
			s.on(day(c.waits))
			s.waitsFor(casefile.BlockAdverse, s.relying())
			s.on(day(c.decided))
			require.Nil(t, s.tryPropose("ewan", s.relying()))
		})
	}
}

// TestASignatureCatchesUpWithACalendar: a holiday gives the person a day more, and the
// case was not moved yet.
func TestASignatureCatchesUpWithACalendar(t *testing.T) {
	o := newLedger(t)
	s := o.family(t, nil)
	o.Exec(`update programme set synthetic = true, business_now = '2026-06-08 09:00+00'`)
	s.on(day("2026-06-08"))
	s.toDecision()
	s.put("2026-06-05")
	s.on(day("2026-06-19"))
	no := o.puts(s.today(), with(t, clock.Embedded(), holiday("england-and-wales", "2026-06-19")))
	s.on(day("2026-06-22"))
	s.waitsFor(casefile.BlockAdverse, s.relying())
	s.moves()
	o.finishes(no, s.now)
	s.on(day("2026-06-23"))
	require.Nil(t, s.tryPropose("ewan", s.relying()))
}

// TestASearchForAnAppeal tells nothing of days on which the person could still appeal
// (row 10b): served on 2 March, they could until the 16th.
func TestASearchForAnAppeal(t *testing.T) {
	s := newLedger(t).family(t, nil)
	s.servedRefusal(monday)
	s.rung(casefile.TaskAppealWindow, 1)
	refusal := s.record(s.command("morag", casefile.ActNoAppeal, 1, day("2026-03-16"), nil))
	require.NotNil(t, refusal)
	require.Equal(t, casefile.RefusedTooEarly, refusal.Code)
	require.True(t, s.isOpen(casefile.TaskNoAppeal, 1))
	require.Nil(t, s.record(s.command("morag", casefile.ActNoAppeal, 1, day("2026-03-17"), nil)))
}

// TestAnOlderQuestionnaire is not asked for again by a hold that is recorded late,
// also if a newer one was sent since.
func TestAnOlderQuestionnaire(t *testing.T) {
	const kind = casefile.TaskQuestionnaire
	begin := func(t *testing.T) *journey {
		s := newLedger(t).asked(t)
		s.silence(kind, 0, 3)
		s.returned(1, "family", day("2026-04-28"))
		s.sent(2, "family", day("2026-04-30"))
		return s
	}
	t.Run("answered", func(t *testing.T) {
		s := begin(t)
		s.on(day("2026-05-20"))
		s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"})
		s.on(day("2026-05-26"))
		s.heldOn(day("2026-03-16"), casefile.GroundMedical, 0)
		require.False(t, s.isOpen(kind, 0))
	})
	t.Run("returned too", func(t *testing.T) {
		s := begin(t)
		s.returned(2, "family", day("2026-05-06"))
		require.True(t, s.isOpen(casefile.TaskTrace, 0))
		s.on(day("2026-05-26"))
		s.heldOn(day("2026-03-16"), casefile.GroundMedical, 0)
		s.on(day("2026-06-01"))
		s.releasedOn(s.today(), casefile.GroundMedical, 0)
		require.False(t, s.isOpen(kind, 0), "nobody knows where the family lives")
		s.sent(3, "family", day("2026-06-29"))
		require.Equal(t, "2026-08-10", s.task(kind, 0).DueOn.String(), "30 working days from 30 June")
	})
}

// TestPostWaitsByTheCalendarInForce: five working days from 20 April end on the 27th,
// and on the 28th where the 24th becomes a holiday (C1).
func TestPostWaitsByTheCalendarInForce(t *testing.T) {
	o := newLedger(t)
	s := o.asked(t)
	s.onlyAwaits(casefile.TaskQuestionnaire)
	s.silence(casefile.TaskQuestionnaire, 0, 1)
	s.on(day("2026-04-20"))
	s.linked(s.today())
	s.rung(casefile.TaskQuestionnaire, 0)
	s.on(day("2026-04-21"))
	o.applies(s.today(), with(t, clock.Embedded(), holiday("england-and-wales", "2026-04-24")))
	s.moves()
	s.rung(casefile.TaskQuestionnaire, 0)
	require.Equal(t, "2026-04-28", s.today().String(), "when the 27th has passed")
	require.Equal(t, []string{"reminder 0"}, s.acted(casefile.TaskQuestionnaire, 0))
	s.rung(casefile.TaskQuestionnaire, 0)
	require.Equal(t, "2026-04-29", s.today().String())
	require.Equal(t, []string{"reminder 0", "due 0 contact"}, s.acted(casefile.TaskQuestionnaire, 0))
}

// TestVerifyLooksAtTheTimeToAnswer adverse material, on which a refusal may rest.
func TestVerifyLooksAtTheTimeToAnswer(t *testing.T) {
	o := newStaffed(t)
	s := o.asked(t)
	s.put("2026-03-05")
	breaches, err := verify.Make(t.Context(), o.desk("una"), verify.OfDeadlines)
	require.NoError(t, err)
	require.Empty(t, breaches)
	o.Exec(`update interview set answer_by = '2026-03-06' where case_ref = $1`, s.ref)
	breaches, err = verify.Make(t.Context(), o.desk("una"), verify.OfDeadlines)
	require.NoError(t, err)
	require.Len(t, breaches, 1)
	require.Contains(t, breaches[0].Detail, "the time of person 1 to answer adverse material is shown as due on 2026-03-06")
}

// TestAHoldThatComesLate: it was saved and not delivered; it was typed again, and
// released. What was saved first does not come back after the release; nor does a
// grant of time after a later decision on it.
func TestAHoldThatComesLate(t *testing.T) {
	s := newLedger(t).asked(t)
	hold := func() store.NewCommand {
		return s.command("fiona", casefile.ActHold, 0, s.today(), &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: s.today().AddDays(28)})
	}
	grant := func() store.NewCommand {
		return s.command("fiona", casefile.ActExtend, 0, s.today(), s.moreTime(casefile.TaskQuestionnaire, 5, casefile.ExtensionGranted))
	}
	for _, late := range []func() store.NewCommand{hold, grant} {
		saved, again := late(), late()
		require.Nil(t, s.record(again))
		if saved.Act == casefile.ActHold {
			s.releasedOn(s.today(), casefile.GroundMedical, 0)
		}
		was := s.task(casefile.TaskQuestionnaire, 0)
		refusal := s.record(saved)
		require.NotNil(t, refusal)
		require.Equal(t, casefile.RefusedStale, refusal.Code)
		require.Equal(t, was.DueOn, s.task(casefile.TaskQuestionnaire, 0).DueOn)
		require.Zero(t, testdb.Value[int](s.staffed, `select count(*) from hold where ended_on is null`))
	}
	s.heldOn(s.today(), casefile.GroundMedical, 0) // and a new one is a new one
}

// TestMoreTimeThatWasAskedForTooEarly: nobody asked for it before there was a deadline.
func TestMoreTimeThatWasAskedForTooEarly(t *testing.T) {
	s := newLedger(t).asked(t)
	f := s.moreTime(casefile.TaskQuestionnaire, 5, casefile.ExtensionGranted)
	f.AskedOn = testdb.Value[clock.Date](s.staffed, `select began from task where kind = 'evidence.questionnaire'`).AddDays(-1)
	refusal := s.attempt("fiona", casefile.ActExtend, 0, f)
	require.NotNil(t, refusal)
	require.Equal(t, casefile.RefusedBefore, refusal.Code)
}
