package activities_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/testdb"
)

func born(d clock.Date) clock.PartialDate { return clock.Partial(d) }

func flagged(person int, flags ...casefile.Flag) func(*casefile.Family) {
	return func(f *casefile.Family) { f.People[person-1].Flags = flags }
}

func unrepresented(f *casefile.Family) { f.Representative = "" }

// post puts an item of post on the case, as the mailroom will.
func (s *journey) post(linked, suggested bool, read, dismissed clock.Date) {
	s.t.Helper()
	ref, linkedOn := map[bool]any{true: s.ref}, map[bool]any{true: s.today()}
	s.Exec(`insert into post_item (from_kind, received_on, wait_until, case_ref, linked_on, read_on, dismissed_on, command_id)
		values ('school', $1, $1, $2, $3, $4, $5, (select id from command where case_ref = $6 limit 1))`,
		s.today(), ref[linked], linkedOn[linked], read, dismissed, s.ref)
	if suggested {
		s.Exec(`insert into post_suggestion select max(no), $1, 'name' from post_item`, s.ref)
	}
}

// TestWhatBlocksASignature is process.md's table, each cell from facts on record
// to the refusal of a proposal. A nil list means that the proposal is taken.
func TestWhatBlocksASignature(t *testing.T) {
	o := newStaffed(t)
	only := func(b ...casefile.Block) []casefile.Block { return b }
	var never clock.Date
	leave := func(kinds ...casefile.TaskKind) func(*journey) {
		return func(s *journey) {
			for _, k := range kinds {
				s.instead[k] = nil
			}
		}
	}
	welfareSigned := func(on clock.Date) func(*journey) {
		return func(s *journey) {
			s.instead[casefile.TaskReport] = func(task casefile.Task) { s.earlier(on, "eilidh", casefile.ActReport, task.Subject, practice.Report()) }
			s.instead[casefile.TaskSignWelfare] = func(task casefile.Task) { s.earlier(on, "agnes", casefile.ActSignWelfare, task.Subject, nil) }
		}
	}
	waived := func(s *journey) {
		s.instead[casefile.TaskReport] = func(task casefile.Task) {
			s.do("fiona", casefile.ActWaive, task.Subject, &casefile.WaiveFields{Reason: "council_cannot"})
		}
	}
	gp := func(result casefile.EvidenceResult) func(*journey) {
		return func(s *journey) {
			s.instead[casefile.TaskGP] = nil
			s.until(casefile.Evidence)
			s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: result})
		}
	}
	silent := func(hows ...string) func(*journey) {
		return func(s *journey) {
			s.instead[casefile.TaskQuestionnaire] = nil
			s.until(casefile.Representation)
			for _, how := range hows {
				s.contact(how)
			}
		}
	}
	letterOnly := func(s *journey) { s.instead[casefile.TaskOpeningLetter] = nil }
	adverse := func(state string, put clock.Date) func(*journey) {
		return func(s *journey) {
			s.do("ewan", casefile.ActInterview, 2, &casefile.InterviewFields{Adverse: state, PutOn: put})
		}
	}
	receive := func(s *journey) {
		s.do("morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "msp"})
	}
	for _, c := range []struct {
		row    string
		family func(*casefile.Family)
		before func(*journey) // before the usual way to the decision
		after  func(*journey) // after it
		bare   bool           // no checks are asked for and nobody is interviewed
		// grant is what blocks granting all; refusal what blocks refusing all, or the spouse alone.
		grant, refusal []casefile.Block
		spouse         bool
		adverse        bool // the refusal relies on adverse material
	}{
		{row: "nothing is missing"},
		{row: "nothing is missing, part-refusal", spouse: true},

		{row: "1 security checks missing", bare: true, after: func(s *journey) { s.interview(1); s.interview(2) },
			grant: only(casefile.BlockSecurityCheck), refusal: only(casefile.BlockSecurityCheck)},
		{row: "1 the spouse's security check outstanding", bare: true, after: func(s *journey) {
			s.interview(1)
			s.interview(2)
			s.do("morag", casefile.ActRequestCheck, 0, nil)
			s.check(1, s.today())
		}, grant: only(casefile.BlockSecurityCheck), refusal: only(casefile.BlockSecurityCheck)},
		{row: "1 security checks of 91 days ago", after: func(s *journey) { s.on(monday.AddDays(91)) },
			grant: only(casefile.BlockSecurityCheck), refusal: only(casefile.BlockSecurityCheck)},
		{row: "1 security checks of 90 days ago", after: func(s *journey) { s.on(monday.AddDays(90)) }},

		{row: "2 no welfare check", before: leave(casefile.TaskAssignWelfare),
			grant: only(casefile.BlockWelfareCheck), refusal: only(casefile.BlockWelfareCheck)},
		{row: "2 welfare check reported, not signed", before: leave(casefile.TaskSignWelfare),
			grant: only(casefile.BlockWelfareCheck), refusal: only(casefile.BlockWelfareCheck)},
		{row: "2 welfare check signed over six months ago", before: welfareSigned(day("2025-09-01")),
			grant: only(casefile.BlockWelfareCheck), refusal: only(casefile.BlockWelfareCheck)},
		{row: "2 welfare check signed six months ago", before: welfareSigned(day("2025-09-02"))},
		{row: "2 waived", before: waived, refusal: only(casefile.BlockWelfareCheck, casefile.BlockWaived)},
		{row: "2 waived, and only the spouse refused", before: waived, spouse: true, refusal: only(casefile.BlockWelfareCheck, casefile.BlockWaived)},
		{row: "2 waived, and signed after all", before: waived, after: func(s *journey) {
			s.do("agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: "rory"})
			s.do("rory", casefile.ActReport, 3, practice.Report())
			s.do("agnes", casefile.ActSignWelfare, 3, nil)
		}},

		{row: "3 a representation unanswered", after: receive,
			grant: only(casefile.BlockRepresentation), refusal: only(casefile.BlockRepresentation)},
		{row: "3 a representation of which more was asked", after: func(s *journey) {
			receive(s)
			s.do("catriona", casefile.ActAnswer, 1, &casefile.AnswerFields{Answer: "more"})
		}, grant: only(casefile.BlockRepresentation), refusal: only(casefile.BlockRepresentation)},
		{row: "3 a representation rejected", after: func(s *journey) {
			receive(s)
			s.do("catriona", casefile.ActAnswer, 1, &casefile.AnswerFields{Answer: "rejected"})
		}},
		{row: "3 the minister's draft, not sent", after: func(s *journey) { s.do("kirsty", casefile.ActDraft, 0, nil) }},

		{row: "4 an item unread", after: func(s *journey) { s.post(true, false, never, never) }, refusal: only(casefile.BlockPost)},
		{row: "4 a suggested link unresolved", after: func(s *journey) { s.post(false, true, never, never) }, refusal: only(casefile.BlockPost)},
		{row: "4 an item read", after: func(s *journey) { s.post(true, false, s.today(), never) }},
		{row: "4 a suggested link dismissed", after: func(s *journey) { s.post(false, true, never, s.today()) }},

		{row: "5 illness, no health evidence", family: flagged(2, casefile.FlagSeriousIllness), before: leave(casefile.TaskGP), refusal: only(casefile.BlockIllness)},
		{row: "5 illness, part of the health evidence", family: flagged(3, casefile.FlagSeriousIllness), before: gp("partial"), refusal: only(casefile.BlockIllness)},
		{row: "5 illness, the GP holds nothing", family: flagged(2, casefile.FlagSeriousIllness), before: gp("nothing_held"), refusal: only(casefile.BlockIllness)},
		{row: "5 illness, health evidence complete", family: flagged(2, casefile.FlagSeriousIllness)},
		{row: "5 no illness, no health evidence", before: leave(casefile.TaskGP)},

		{row: "5 held: age dispute", family: flagged(3, casefile.FlagAgeDispute), refusal: only(casefile.BlockHold)},
		{row: "5 held: child protection", family: flagged(3, casefile.FlagChildProtection), refusal: only(casefile.BlockHold)},
		{row: "5 held: court", family: flagged(1, casefile.FlagJudicialReview), refusal: only(casefile.BlockHold)},
		{row: "5 the hold has ended", family: flagged(1, casefile.FlagJudicialReview),
			after: func(s *journey) { s.Exec(`update hold set ended_on = $2 where case_ref = $1`, s.ref, s.today()) }},
		{row: "5 other flags hold nothing", family: flagged(1, casefile.FlagFurtherSubmissions)},
		{row: "public harm alleged, and not looked into", family: flagged(1, casefile.FlagPublicHarm), grant: only(casefile.BlockReferral), refusal: only(casefile.BlockReferral)},

		{row: "6 silence, a letter only", before: silent(), refusal: only(casefile.BlockNoContact)},
		{row: "6 silence, letter and call", before: silent("representative"), refusal: only(casefile.BlockNoContact)},
		{row: "6 silence, letter and visit", before: silent("visit"), refusal: only(casefile.BlockNoContact)},
		{row: "6 silence, all three", before: silent("representative", "phone")},
		{row: "6 silence, no letter", before: func(s *journey) { letterOnly(s); silent("representative", "visit")(s) }, refusal: only(casefile.BlockNoContact)},
		{row: "6 silence, no representative, letter and visit", family: unrepresented, before: silent("visit")},
		{row: "6 part of the questionnaire came back", before: func(s *journey) {
			silent()(s)
			s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "partial"})
		}},

		{row: "7 nobody interviewed", bare: true, after: func(s *journey) { s.checks() }, refusal: only(casefile.BlockNoInterview)},
		{row: "7 the spouse not interviewed", bare: true, after: func(s *journey) { s.checks(); s.interview(1) }, spouse: true, refusal: only(casefile.BlockNoInterview)},
		{row: "7 only the spouse interviewed and refused", bare: true, after: func(s *journey) { s.checks(); s.interview(2) }, spouse: true},
		{row: "7 adverse material not put", adverse: true, spouse: true, refusal: only(casefile.BlockAdverse)},
		{row: "7 adverse material put ten working days ago", adverse: true, spouse: true, after: adverse("unanswered", day("2026-02-16")), refusal: only(casefile.BlockAdverse)},
		{row: "7 adverse material put eleven working days ago", adverse: true, spouse: true, after: adverse("unanswered", day("2026-02-13"))},
		{row: "7 adverse material put and answered", adverse: true, spouse: true, after: adverse("answered", monday)},
		{row: "7 adverse material put to somebody else", adverse: true, spouse: true, after: func(s *journey) {
			s.do("ewan", casefile.ActInterview, 1, &casefile.InterviewFields{Adverse: "answered", PutOn: monday})
		}, refusal: only(casefile.BlockAdverse)},
	} {
		outcomes := refuseAll
		if c.spouse {
			outcomes = refuseSome(2)
		}
		t.Run(c.row, func(t *testing.T) {
			s := o.family(t, c.family)
			if c.before != nil {
				c.before(s)
			}
			if c.bare {
				s.until(casefile.Decision)
			} else {
				s.toDecision()
			}
			if c.after != nil {
				c.after(s)
			}
			refusal := s.proposal(outcomes)
			for i := range refusal.Reasons {
				refusal.Reasons[i].Adverse = c.adverse && refusal.Reasons[i].Finding == casefile.FindingAgainst
			}
			s.proposes(refusal, c.refusal)
			if len(c.refusal) == 0 {
				require.Equal(t, "refusal", testdb.Value[string](o, `select second_due from proposal where case_ref = $1 and state = 'open'`, s.ref))
				s.do("ewan", casefile.ActWithdraw, 0, &casefile.WithdrawFields{Reason: "new_facts"})
			}
			s.proposes(s.proposal(grantAll), c.grant)
			require.Equal(t, len(c.grant) == 0, s.review.Signed)
		})
	}
}

// proposes proposes, and expects the blocks in the refusal and on record, or none.
func (s *journey) proposes(f *casefile.ProposeFields, blocks []casefile.Block) {
	s.t.Helper()
	s.drawNext(false)
	c := s.command("ewan", casefile.ActPropose, 0, s.today(), f)
	if len(blocks) == 0 {
		require.Nil(s.t, s.record(c))
		return
	}
	refusal := s.refusedCommand(casefile.RefusedBlocked, c)
	require.Equal(s.t, blocks, refusal.Blocks)
	var stored casefile.Refusal
	require.NoError(s.t, json.Unmarshal(testdb.Value[[]byte](s.staffed, `select detail from command_outcome where command_id = $1`, c.ID), &stored))
	require.Equal(s.t, *refusal, stored, "the answer that is on record is the one given")
}

// checks asks for the security checks and records them.
func (s *journey) checks() {
	s.t.Helper()
	s.do("morag", casefile.ActRequestCheck, 0, nil)
	s.check(1, s.today())
	s.check(2, s.today())
}

// TestASignatureLooksAgain: what came between a proposal and its signature
// blocks the second officer too, even where it is no act on the case.
func TestASignatureLooksAgain(t *testing.T) {
	s := newStaffed(t).family(t, nil).toDecision()
	s.propose("ewan", refuseAll)
	s.post(true, false, clock.Date{}, clock.Date{})
	refusal := s.refused(casefile.RefusedBlocked, "ailsa", casefile.ActAgree, 0, s.agreement())
	require.Equal(t, []casefile.Block{casefile.BlockPost}, refusal.Blocks)
	s.Exec(`update post_item set read_on = $2 where case_ref = $1`, s.ref, s.today())
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	require.True(t, s.review.Signed)
}

// TestAWaiverIsForGrantsOnly, whoever writes the row: a refusal that the
// worker's own login tries to write is refused by the database.
func TestAWaiverIsForGrantsOnly(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil)
	s.instead[casefile.TaskReport] = func(task casefile.Task) {
		s.do("fiona", casefile.ActWaive, task.Subject, &casefile.WaiveFields{Reason: "delay_harms_child"})
	}
	s.toDecision()
	require.Equal(t, "waived", s.closed(casefile.TaskReport, 3).Result)
	s.sampled = true
	s.propose("ewan", grantAll)
	for _, write := range []string{
		`update proposal_outcome set outcome = 'REFUSED_UPHELD' where case_ref = $1 and person_no = 1`,
		`update proposal_outcome set outcome = 'REFUSED_UPHELD' where case_ref = $1 and person_no = 3`,
		`insert into proposal_outcome (case_ref, no, person_no, outcome) values ($1, 1, 2, 'REFUSED_UPHELD')`,
		`insert into decision_outcome (case_ref, decision_no, person_no, outcome) values ($1, 1, 2, 'REFUSED_UPHELD')`,
	} {
		_, err := o.Super.Exec(write, s.ref) // not even a superuser; the worker may not try
		require.ErrorContains(t, err, "only a grant may be signed", "%s", write)
	}
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	_, err := o.Super.Exec(`update decision_outcome set outcome = 'REFUSED_UPHELD' where case_ref = $1`, s.ref)
	require.ErrorContains(t, err, "only a grant may be signed")
	require.Equal(t, []string{"1 GRANT_ILR", "2 GRANT_ILR", "3 GRANT_ILR"}, s.outcomes())
}

// TestALapsedCheckCanBeWaived: the cell "over 6 months old: waiver by a senior
// caseworker" holds as soon as the check has lapsed.
func TestALapsedCheckCanBeWaived(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	signed := day("2025-08-20")
	s.instead[casefile.TaskReport] = func(task casefile.Task) {
		s.earlier(signed, "eilidh", casefile.ActReport, task.Subject, practice.Report())
	}
	s.instead[casefile.TaskSignWelfare] = func(task casefile.Task) { s.earlier(signed, "agnes", casefile.ActSignWelfare, task.Subject, nil) }
	s.toDecision()
	s.proposes(s.proposal(grantAll), []casefile.Block{casefile.BlockWelfareCheck})
	s.do("fiona", casefile.ActWaive, 3, &casefile.WaiveFields{Reason: "delay_harms_child"})
	s.proposes(s.proposal(grantAll), nil)
	require.True(t, s.review.Signed)
}

// TestNobodyWaivesWhatIsNotDue: an adult has no check to waive, nor has a child
// whose check was signed.
func TestNobodyWaivesWhatIsNotDue(t *testing.T) {
	s := newStaffed(t).family(t, nil).toDecision()
	s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActWaive, 1, &casefile.WaiveFields{Reason: "family_asks"})
	s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActWaive, 3, &casefile.WaiveFields{Reason: "family_asks"})
}
