package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
)

// The tests of this file give each role of the process an ordinary day and a bad
// one, as they type it.

const nothingWrong = "every invariant holds"

// begins imports families and starts clearing their lane.
func (s *system) begins(t *testing.T, families ...casefile.Family) map[string]string {
	t.Helper()
	refs := s.db.Import(t, clock.DateOf(time.Now()), families...)
	s.types(t, refs, 0, "--as archie backlog start --capacity 20 --target 2031-11-23")
	s.listsToday(t)
	return refs
}

// parents is a family of two adults and a child, whom nobody represents.
func parents(key string) casefile.Family {
	f := practice.Family(key, clock.DateOf(time.Now()))
	f.Representative, f.Support = "", casefile.SupportNone
	return f
}

// day types lines one after another, each of which is done.
func (s *system) day(t *testing.T, refs map[string]string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		s.types(t, refs, 0, line)
	}
}

// asked takes cases through listing and has the opening letter sent.
func (s *system) asked(t *testing.T, refs map[string]string, names ...string) {
	t.Helper()
	s.day(t, refs, "--as fiona case assign "+strings.Join(names, " ")+" --to morag")
	for _, n := range names {
		s.day(t, refs, "--as morag case reconcile "+n+" --paper-file found --record agrees",
			"--as morag case triage "+n+" --priority 3 --public-harm-screen clear --family-ilr no --seven-years no --vulnerable no")
	}
	s.day(t, refs, "--as morag letter sent "+strings.Join(names, "/1 ")+"/1 --to family --by post")
}

// answered has the providers of couples answer, too.
func (s *system) answered(t *testing.T, refs map[string]string, names ...string) {
	t.Helper()
	for _, p := range []string{"questionnaire", "gp", "community"} {
		s.day(t, refs, "--as morag evidence receive "+strings.Join(names, " ")+" --provider "+p)
	}
}

// ofTheChild has those who know the child /3 of each family answer.
func (s *system) ofTheChild(t *testing.T, refs map[string]string, names ...string) {
	t.Helper()
	for _, p := range []string{"social_work", "scra"} {
		s.day(t, refs, "--as morag evidence receive "+strings.Join(names, " ")+" --provider "+p)
	}
	s.day(t, refs, "--as morag evidence receive "+strings.Join(names, "/3 ")+"/3 --provider school")
}

// interviewed takes cases from the minister's window to where a refusal of the
// two adults may be proposed.
func (s *system) interviewed(t *testing.T, refs map[string]string, names ...string) {
	t.Helper()
	all := strings.Join(names, " ")
	s.day(t, refs, "--as jean representation decline "+all+" --reason outside_policy", "--as morag check request "+all)
	for _, n := range names {
		for _, person := range []string{n + "/1", n + "/2"} {
			s.day(t, refs, "--as morag check record "+person+" --result clear --done-on "+clock.DateOf(time.Now()).String(),
				"--as ewan interview record "+person+" --adverse none")
		}
	}
}

// outcomes fills in the form of a proposal with an outcome for each person.
func (s *system) outcomes(t *testing.T, login, ref string, each ...casefile.Outcome) string {
	t.Helper()
	form := s.must(t, "--as", login, "form", "decision.propose", ref)
	for _, o := range each {
		require.Contains(t, form, "outcome: }")
		form = strings.Replace(form, "outcome: }", "outcome: "+string(o)+"}", 1)
	}
	require.NotContains(t, form, "outcome: }", "an outcome for each person")
	form = strings.ReplaceAll(form, "connections, finding: , evidence: []", "connections, finding: against, evidence: [1]")
	form = strings.ReplaceAll(form, "finding: ,", "finding: neutral,")
	return file(t, "proposal.yaml", strings.ReplaceAll(form, "text: |\n  \n", "text: the reasons\n"))
}

// nowhere is a well-formed reference of no case.
func nowhere() string { return "222-222" + checkOf("222222") }

// absent wants a login to be told of a case what is told of one that does not exist.
func (s *system) absent(t *testing.T, refs map[string]string, name, line string) {
	t.Helper()
	told := map[string]string{}
	for _, of := range []string{refs[name], nowhere()} {
		out, errs, code := s.starter(t, strings.Fields(strings.ReplaceAll(line, "REF", of))...)
		require.Equal(t, 5, code, "%s: %s%s", line, out, errs)
		told[of] = strings.ReplaceAll(out+errs, of, "REF")
	}
	require.Equal(t, told[nowhere()], told[refs[name]], line)
}

const thinReasons = "reasons: [reasons_thin]\ntext: |\n  Say what the evidence shows.\n"

// reportOf is a child's welfare report with one indicator rated as given.
func reportOf(included string) string {
	return "views: obtained\nbest_interests: remain\nindicators: {safe: strength, healthy: strength, achieving: strength, nurtured: strength, " +
		"active: strength, respected: strength, responsible: strength, included: " + included + "}\ntext: seen and heard\n"
}

// TestADayOfACaseworker: a caseworker prepares, writes, receives and records,
// many at once where it is the same for many, and what a rule refuses leaves the
// rest of a list done. "restricted cases are seen by the senior caseworker and
// those named, and nobody else": to a caseworker who is not named it is no case.
func TestADayOfACaseworker(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	hidden := couple("R")
	hidden.People[0].Flags = []casefile.Flag{casefile.FlagRestricted}
	refs := s.begins(t, couple("A"), couple("B"), couple("C"), hidden)
	today := clock.DateOf(time.Now())

	t.Run("ordinary", func(t *testing.T) {
		s.types(t, refs, 0, "--as fiona case assign A B C --to morag", "3 recorded")
		s.types(t, refs, 0, "--as morag task list --mine", refs["A"], refs["B"], refs["C"])
		for _, n := range []string{"A", "B", "C"} {
			s.day(t, refs, "--as morag case reconcile "+n+" --paper-file found --record agrees",
				"--as morag case triage "+n+" --priority 3 --public-harm-screen clear --family-ilr no --seven-years no --vulnerable no")
		}
		s.types(t, refs, 0, "--as morag letter list", refs["A"], refs["B"], refs["C"])
		s.day(t, refs, "--as morag letter sent A/1 B/1 C/1 --to family --by post")
		require.NotContains(t, s.types(t, refs, 0, "--as morag letter list"), refs["A"])
		s.answered(t, refs, "A", "B")
		s.types(t, refs, 0, "--as morag evidence receive C --provider questionnaire --partial")
		s.types(t, refs, 0, "--as morag post receive --case C --from family")
		require.Contains(t, s.tasks(t, refs["C"]), "post.read/1 caseworker")
		s.types(t, refs, 0, "--as morag post list", refs["C"])
		s.types(t, refs, 0, "--as morag post read 1")
		require.NotContains(t, s.tasks(t, refs["C"]), "post.read/1 caseworker")
		s.types(t, refs, 0, "--as morag case explain A", "open for the Scottish minister to represent the family")
		s.types(t, refs, 0, "--as morag case explain C", "gathering evidence")
		s.types(t, refs, 0, "--as morag case timeline A")
		s.types(t, refs, 0, "--as una verify", nothingWrong)
	})

	t.Run("bad", func(t *testing.T) {
		// A list of which one is refused: the others are done, and the code says that not all was.
		s.day(t, refs, "--as jean representation decline A --reason outside_policy")
		s.types(t, refs, 3, "--as morag check request A C", "1 recorded, 1 refused", "too_early")
		require.Contains(t, s.tasks(t, refs["A"]), "check.record/1 police")
		s.types(t, refs, 5, "--as morag contact record A "+nowhere()+" B --how phone", "2 recorded, 1 refused")

		// What is typed wrongly; a day that has not come; a case that is not there.
		s.types(t, refs, 2, "--as morag evidence receive C --provider postman", "must be one of")
		s.types(t, refs, 2, "--as morag case show K7F-M2QX")
		s.types(t, refs, 2, "--as morag letter sent C --to family --by post", "name the letter")
		before := s.revision(t, refs["C"])
		s.types(t, refs, 3, "--as morag evidence receive C --provider gp --on "+today.AddDays(1).String(), "has not come")
		require.Equal(t, before, s.revision(t, refs["C"]))
		s.types(t, refs, 5, "--as morag contact record "+nowhere()+" --how phone", "no such case")
		s.types(t, refs, 4, "--as morag case assign C --to morag")
		s.types(t, refs, 3, "--as morag case reconcile C --paper-file found --record agrees", "too_late")

		// A restricted case is no case to an officer who is not named on it.
		for _, line := range []string{"case show REF", "case explain REF", "case timeline REF", "contact record REF --how phone",
			"evidence receive REF --provider gp", "letter sent REF/1 --to family --by post", "form case.triage REF"} {
			s.absent(t, refs, "R", "--as morag "+line)
		}
		// "Receiving never fails": what comes for it is kept, in the words of an item for no case.
		for _, of := range []string{refs["R"], nowhere()} {
			out := s.types(t, nil, 0, "--as morag post receive --from school --case "+of, "recorded, and not yet linked to a case", "no family is suggested")
			require.NotContains(t, out, of)
		}
		require.NotContains(t, s.types(t, refs, 0, "--as morag case find"), refs["R"])
		require.NotContains(t, s.types(t, refs, 0, "--as morag task list"), refs["R"])
		for _, login := range []string{"hamish", "ewan", "ailsa", "agnes", "eilidh", "kirsty", "jean", "minister", "archie"} {
			s.absent(t, refs, "R", "--as "+login+" case show REF")
			require.NotContains(t, s.types(t, refs, 0, "--as "+login+" case find"), refs["R"], login)
		}
		for _, login := range []string{"fiona", "una"} {
			s.types(t, refs, 0, "--as "+login+" case find", refs["R"])
		}
		s.types(t, refs, 0, "--as fiona case assign R --to morag")
		s.types(t, refs, 0, "--as morag case show R", "TestR")
		s.absent(t, refs, "R", "--as hamish case show REF")
		s.types(t, refs, 0, "--as una verify", nothingWrong)
	})
}

// TestADayOfTheCouncil: a lead professional sees the child and writes, the
// council's welfare lead assigns and signs. A report that is returned is written
// again, and a concern "holds refusal and removal at once".
func TestADayOfTheCouncil(t *testing.T) {
	s := newSystem(t)
	s.env = append(s.env, "HAME_CHILD_PROTECTION_NUMBERS=S12000049:0141 287 0555")
	s.startWorker(t)
	refs := s.begins(t, parents("A"), parents("B"))
	s.asked(t, refs, "A", "B")

	t.Run("welfare_lead", func(t *testing.T) {
		t.Run("ordinary", func(t *testing.T) {
			s.types(t, refs, 0, "--as agnes task list", "assign a lead professional to the child (/3)", refs["A"], refs["B"])
			s.day(t, refs, "--as agnes welfare assign A/3 --to eilidh", "--as agnes welfare assign B/3 --to eilidh")
			require.Contains(t, s.tasks(t, refs["A"]), "welfare.report/3 lead_professional")
		})
		t.Run("bad", func(t *testing.T) {
			s.types(t, refs, 2, "--as agnes welfare assign A/3 --to morag", "lead professional of the family's council")
			s.types(t, refs, 3, "--as agnes welfare assign A --to eilidh", "name them")
			s.types(t, refs, 3, "--as agnes welfare sign A/3", "no report on this child")
			s.types(t, refs, 4, "--as agnes welfare waive A/3 --file "+file(t, "w", "reason: family_asks\ntext: x\n"))
			s.absent(t, refs, "A", "--as city_of_edinburgh_welfare welfare assign REF/3 --to eilidh")
		})
	})
	t.Run("lead_professional", func(t *testing.T) {
		t.Run("ordinary", func(t *testing.T) {
			s.types(t, refs, 0, "--as eilidh task list --mine", refs["A"], refs["B"], "report on the child's welfare")
			s.types(t, refs, 0, "--as eilidh case show A", "/3 child")
			s.says(t, refs, reportOf("strength"), "--as eilidh welfare report A/3")
			s.types(t, refs, 4, "--as eilidh welfare sign A/3")
			s.types(t, refs, 0, "--as agnes welfare sign A/3")
			require.NotContains(t, strings.Join(s.tasks(t, refs["A"]), ", "), "welfare.")
		})
		t.Run("bad", func(t *testing.T) {
			other := file(t, "report.yaml", reportOf("concern"))
			s.types(t, refs, 4, "--as rory welfare report B/3 --file "+other, "another lead professional's")
			s.types(t, refs, 2, "--as eilidh welfare report B/3 --file "+file(t, "r", "views: obtained\n"))
			s.types(t, refs, 3, "--as eilidh welfare report A/3 --file "+other, "is signed")
			for _, act := range []string{"case show REF", "welfare report REF/3 --file " + other, "welfare concern REF/3"} {
				s.absent(t, refs, "B", "--as city_of_edinburgh_lead "+act)
			}
			// It comes back, and is written again; only then may it be signed.
			s.says(t, refs, reportOf("unknown"), "--as eilidh welfare report B/3")
			s.says(t, refs, "Say how the child is included.", "--as agnes welfare return B/3")
			require.Contains(t, s.tasks(t, refs["B"]), "welfare.report/3 lead_professional")
			s.types(t, refs, 3, "--as agnes welfare sign B/3")
			s.types(t, refs, 0, "--as eilidh welfare report B/3 --file "+other)
			require.Contains(t, s.tasks(t, refs["B"]), "welfare.sign/3 welfare_lead")
			s.types(t, refs, 0, "--as agnes welfare sign B/3")
		})
	})
	t.Run("a concern holds a refusal", func(t *testing.T) {
		s.answered(t, refs, "B")
		s.ofTheChild(t, refs, "B")
		s.interviewed(t, refs, "B")
		s.types(t, refs, 0, "--as eilidh welfare concern B/3", "0141 287 0555")
		require.Contains(t, s.tasks(t, refs["B"]), "hold.review senior_caseworker")
		no := casefile.RefusedUpheld
		s.types(t, refs, 3, "--as ewan decision propose B --file "+s.outcomes(t, "ewan", refs["B"], no, no, no), "the case is held")
		s.day(t, refs, "--as fiona case flag B/3 child_protection off")
		s.types(t, refs, 0, "--as ewan decision propose B --file "+s.outcomes(t, "ewan", refs["B"], no, no, no))
		// One that comes after the proposal holds its signature, too.
		agree := s.agreement(t, refs["B"])
		s.types(t, refs, 0, "--as agnes welfare concern B/3")
		s.types(t, refs, 6, "--as ailsa decision agree B --file "+agree, "read it again")
		s.types(t, refs, 3, "--as ewan decision propose B --file "+s.outcomes(t, "ewan", refs["B"], no, no, no), "the case is held")
		require.NotContains(t, s.types(t, refs, 0, "--as agnes case show B -o json"), "REFUSED", "councils read no outcome of a proposal")
		require.Contains(t, s.tasks(t, refs["B"]), "hold.review senior_caseworker")
	})
	s.types(t, refs, 0, "--as una verify", nothingWrong)
}

// TestADayOfTheMinistersOffice: "the minister's office [reads] an anonymised
// summary, and names only where the family or its representative has agreed". A
// draft is checked by another drafter, cleared by private office, and signed by
// the minister, or on paper: then private office records whose signature it is,
// and on which document.
func TestADayOfTheMinistersOffice(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	refs := s.begins(t, couple("A"), couple("B"), couple("C"), couple("D"))
	s.asked(t, refs, "A", "B", "C", "D")
	s.answered(t, refs, "A", "B", "C", "D")
	letter := file(t, "letter.txt", "They have lived here for most of their lives.\n")

	t.Run("representation_drafter", func(t *testing.T) {
		t.Run("ordinary", func(t *testing.T) {
			out := s.types(t, refs, 0, "--as kirsty representation summary A", "Names are not shown")
			require.NotContains(t, out, "TestA")
			s.day(t, refs, "--as morag contact record A --how phone --names agreed")
			s.types(t, refs, 0, "--as kirsty representation summary A", "TestA")
			s.types(t, refs, 0, "--as kirsty representation draft A B C --file "+letter, "3 recorded")
			s.types(t, refs, 0, "--as finlay representation check A B C", "3 recorded")
		})
		t.Run("bad", func(t *testing.T) {
			require.NotContains(t, s.types(t, refs, 0, "--as kirsty representation summary B", "Names are not shown"), "TestB")
			s.day(t, refs, "--as morag contact record A --how phone --names withdrawn")
			require.NotContains(t, s.types(t, refs, 0, "--as kirsty representation summary A", "Names are not shown"), "TestA", "what was withdrawn is shown no more")
			s.types(t, refs, 4, "--as morag representation summary A")
			// C's draft comes back: it is drafted anew, and its check with it.
			s.says(t, refs, "It says nothing of their work.", "--as jean representation return C")
			s.types(t, refs, 3, "--as jean representation clear C", "too_early")
			s.types(t, refs, 3, "--as finlay representation check C", "too_early")
			s.types(t, refs, 0, "--as kirsty representation draft C --file "+letter)
			s.types(t, refs, 3, "--as kirsty representation draft C --file "+letter)
			s.types(t, refs, 3, "--as kirsty representation check C", "four_eyes")
			s.types(t, refs, 0, "--as finlay representation check C")
			s.types(t, refs, 4, "--as kirsty representation clear C")
		})
	})
	t.Run("private_office", func(t *testing.T) {
		t.Run("bad", func(t *testing.T) {
			s.types(t, refs, 3, "--as jean representation sign A --signatory minister --document MIN-2026/014", "too_early")
			s.types(t, refs, 0, "--as jean representation clear A B C", "3 recorded")
			s.types(t, refs, 3, "--as jean representation send A", "has not signed")
			s.types(t, refs, 2, "--as jean representation sign A --document MIN-2026/014", "signatory")
			s.types(t, refs, 2, "--as jean representation sign A --signatory minister", "document")
			s.types(t, refs, 2, "--as jean representation sign A --signatory kirsty --document MIN-2026/014", "must be a minister")
			s.types(t, refs, 4, "--as jean representation sign A", "only a minister signs")
		})
		t.Run("ordinary", func(t *testing.T) {
			list := file(t, "signed.txt", "# signed on paper\n"+refs["A"]+"\n"+refs["B"]+"\n")
			s.types(t, refs, 0, "--as jean representation sign --families "+list+" --signatory minister --document MIN-2026/014", "2 recorded")
			s.types(t, refs, 0, "--as jean representation send --families "+list, "2 recorded")
			var signed []string
			require.NoError(t, s.db.SQL(t, "hame_worker").Select(&signed, `select signer || ' on ' || document || ' by ' || signature_recorded_by from representation where document is not null`))
			require.Equal(t, []string{"minister on MIN-2026/014 by jean", "minister on MIN-2026/014 by jean"}, signed)
			for _, n := range []string{"A", "B"} {
				require.Contains(t, s.tasks(t, refs[n]), "representation.answer/1 decision_maker")
			}
		})
	})
	t.Run("minister", func(t *testing.T) {
		t.Run("bad", func(t *testing.T) {
			s.types(t, refs, 3, "--as minister representation decline A D --reason outside_policy", "1 recorded, 1 refused")
			s.says(t, refs, "Not in these words.", "--as minister representation return C")
			s.types(t, refs, 3, "--as minister representation sign C", "too_early")
			s.types(t, refs, 2, "--as minister representation decline C --reason weather", "must be one of")
			s.types(t, refs, 4, "--as minister representation send C")
		})
		t.Run("ordinary", func(t *testing.T) {
			s.day(t, refs, "--as kirsty representation draft C --file "+letter, "--as finlay representation check C", "--as jean representation clear C",
				"--as minister representation sign C", "--as jean representation send C")
			s.types(t, refs, 0, "--as ewan case explain C", "with the Home Office for decision")
		})
	})
	s.types(t, refs, 0, "--as una verify", nothingWrong)
}

// TestADayOfTheDeciders: "two different people for refusals and part-refusals";
// "anything recorded since returns [a proposal] to its author, who confirms or
// changes it; agreeing to an older revision is refused"; "a second return goes to
// a senior caseworker not yet involved". What is appealed stays open, with an
// owner and a date.
func TestADayOfTheDeciders(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	refs := s.begins(t, couple("A"), couple("B"), parents("C"))
	all := []string{"A", "B", "C"}
	s.asked(t, refs, all...)
	s.answered(t, refs, all...)
	s.ofTheChild(t, refs, "C")
	// Fiona waives the check of C's child, and takes part in the case by it; the check is made all the same.
	s.day(t, refs, "--as agnes welfare assign C/3 --to eilidh")
	s.says(t, refs, "reason: delay_harms_child\ntext: the family can't wait\n", "--as fiona welfare waive C/3")
	s.interviewed(t, refs, all...)
	today := clock.DateOf(time.Now())
	yes, no := casefile.GrantILR, casefile.RefusedUpheld

	t.Run("decision_maker", func(t *testing.T) {
		t.Run("ordinary", func(t *testing.T) {
			// Two adults, the one granted and the other refused: a part-refusal.
			s.types(t, refs, 0, "--as ewan task list --role decision_maker", refs["A"])
			s.types(t, refs, 0, "--as ewan decision show A", "binds nobody")
			s.types(t, refs, 0, "--as morag representation receive A --from mp --letter MP-2026/031")
			s.types(t, refs, 3, "--as ewan decision propose A --file "+s.outcomes(t, "ewan", refs["A"], yes, no), "a representation is unanswered")
			s.says(t, refs, "text: Their work is given weight.\n", "--as ewan representation answer A 1 --accepted")
			s.types(t, refs, 0, "--as ewan decision propose A --file "+s.outcomes(t, "ewan", refs["A"], yes, no))
			require.Contains(t, s.tasks(t, refs["A"]), "decision.agree second_officer", "a part-refusal needs a second officer")
			s.types(t, refs, 4, "--as ewan decision agree A --file "+s.agreement(t, refs["A"]))
		})
		t.Run("bad", func(t *testing.T) {
			// C's waiver lets only a grant be signed.
			s.types(t, refs, 3, "--as ewan decision propose C --file "+s.outcomes(t, "ewan", refs["C"], yes, no, yes), "waived")
			// The file of B changed between the reading and the proposal.
			form := s.outcomes(t, "ewan", refs["B"], no, no)
			s.day(t, refs, "--as morag contact record B --how visit")
			s.types(t, refs, 6, "--as ewan decision propose B --file "+form, "read it again")
			form = s.outcomes(t, "ewan", refs["B"], no, no)
			gap := file(t, "gap.yaml", strings.ReplaceAll(read(t, form), "evidence: [1]", "evidence: [99]"))
			s.types(t, refs, 3, "--as ewan decision propose B --file "+gap, "no reason may rest on a gap")
			s.types(t, refs, 2, "--as ewan decision propose B --file "+file(t, "bare.yaml", strings.ReplaceAll(read(t, form), "evidence: [1]", "evidence: []")), "must cite the evidence")
			s.types(t, refs, 2, "--as ewan decision propose A B --file "+form, "no batch decides")
			s.types(t, refs, 2, "--as ewan decision propose B --on "+today.AddDays(-1).String()+" --file "+form, "leave out --on")
			s.types(t, refs, 4, "--as morag decision propose B --file "+form)
			s.types(t, refs, 4, "--as fiona decision propose B --file "+form, "only after a second return")
			s.types(t, refs, 0, "--as ewan decision propose B --file "+form)
			s.types(t, refs, 4, "--as catriona decision withdraw B --reason mistake")
			s.types(t, refs, 0, "--as ewan decision withdraw B --reason mistake")
			require.NotContains(t, s.tasks(t, refs["B"]), "decision.agree second_officer")
			s.types(t, refs, 0, "--as ewan decision propose B --file "+s.outcomes(t, "ewan", refs["B"], no, no))
		})
	})
	t.Run("second_officer", func(t *testing.T) {
		t.Run("ordinary", func(t *testing.T) {
			s.types(t, refs, 0, "--as ailsa task list --role second_officer", refs["A"], refs["B"])
			out := s.types(t, refs, 0, "--as ailsa decision show A", "EVIDENCE", "RECOMMENDED")
			require.Less(t, strings.Index(out, "EVIDENCE"), strings.Index(out, "RECOMMENDED"), "the evidence before the recommendation")
			s.types(t, refs, 0, "--as ailsa decision agree A --file "+s.agreement(t, refs["A"]))
			s.types(t, refs, 0, "--as morag case show A", "MIXED")

			// Each is served; the one has the document, the other appeals.
			s.types(t, refs, 3, "--as morag service record A --how hand --proof signature", "letter sent --to family")
			s.day(t, refs, "--as morag letter sent A/2 --to family --by hand", "--as morag service record A --how hand --proof signature", "--as morag service status-issued A/1")
			s.types(t, refs, 3, "--as morag service no-appeal A/2", "has not ended")
			s.types(t, refs, 3, "--as morag service appeal A/1")
			s.types(t, refs, 0, "--as morag service appeal A/2")
			require.Equal(t, []string{"service.appeal/2 caseworker"}, s.tasks(t, refs["A"]), "the review is open")
			s.types(t, refs, 0, "--as morag case explain A", "the caseworker to follow the appeal at the tribunal (/2), by 20")
			var until clock.Date
			require.NoError(t, s.db.SQL(t, "hame_worker").Get(&until, `select due_on from task where case_ref = $1 and kind = 'service.appeal' and closed_at is null`, refs["A"]))
			require.True(t, today.Before(until), "with a date: %s", until)
			s.types(t, refs, 0, "--as morag case show A", "service", "morag")
		})
		t.Run("bad", func(t *testing.T) {
			// Evidence overtakes the proposal on B: it goes back to its author, and nobody agrees to what was.
			old := s.agreement(t, refs["B"])
			s.types(t, refs, 0, "--as morag evidence receive B --provider community --partial")
			require.Contains(t, s.tasks(t, refs["B"]), "decision.propose decision_maker")
			s.types(t, refs, 6, "--as ailsa decision agree B --file "+old, "read it again")
			s.types(t, refs, 0, "--as ewan decision propose B --file "+s.outcomes(t, "ewan", refs["B"], no, no))
			s.types(t, refs, 6, "--as ailsa decision agree B --file "+old, "read it again")
			require.Contains(t, s.tasks(t, refs["B"]), "decision.agree second_officer")
			s.types(t, refs, 2, "--as ailsa decision return B --file "+file(t, "r", "reasons: [mood]\ntext: x\n"), "must be one of")
			s.types(t, refs, 4, "--as ewan decision return B --file "+file(t, "r", thinReasons))
			s.types(t, refs, 0, "--as ailsa decision agree B --file "+s.agreement(t, refs["B"]))
			s.types(t, refs, 3, "--as ailsa decision agree B --file "+old)
			s.types(t, refs, 0, "--as morag case show B", "ALL_REFUSED")
			s.types(t, refs, 0, "--as ailsa case texts B", "decision.propose by ewan") // an author's reasons are there to be read
		})
	})
	t.Run("senior_caseworker", func(t *testing.T) {
		t.Run("ordinary", func(t *testing.T) {
			s.types(t, refs, 0, "--as fiona backlog status", "3 families")
			s.types(t, refs, 0, "--as fiona case assign C --to hamish")
			s.types(t, refs, 0, "--as fiona case show C", "hamish")
			s.says(t, refs, reportOf("strength"), "--as eilidh welfare report C/3")
			s.types(t, refs, 0, "--as agnes welfare sign C/3")
		})
		t.Run("bad", func(t *testing.T) {
			s.types(t, refs, 2, "--as fiona case assign C --to nobody", "staff list")
			for _, officer := range []string{"ailsa", "struan"} {
				s.types(t, refs, 0, "--as ewan decision propose C --file "+s.outcomes(t, "ewan", refs["C"], no, no, no))
				s.says(t, refs, thinReasons, "--as "+officer+" decision return C")
			}
			require.Contains(t, s.tasks(t, refs["C"]), "decision.propose senior_caseworker", "the second return goes to a senior caseworker")
			form := s.outcomes(t, "douglas", refs["C"], no, no, no)
			s.types(t, refs, 4, "--as ewan decision propose C --file "+form, "returned twice")
			s.types(t, refs, 3, "--as fiona decision propose C --file "+form, "four_eyes")
			s.types(t, refs, 0, "--as douglas decision propose C --file "+form)
			s.types(t, refs, 0, "--as ailsa decision agree C --file "+s.agreement(t, refs["C"]))
			s.types(t, refs, 0, "--as fiona case show C", "ALL_REFUSED")
			s.types(t, refs, 4, "--as fiona case reconcile C --paper-file found --record agrees")
		})
	})
	s.types(t, refs, 0, "--as una verify", nothingWrong)
}

// TestADayOfOperations: operations import, start, pause and resume; a file that
// comes again changed overwrites nothing, and a caseworker settles each
// difference; a review that somebody terminated is restarted from its record.
// They read "no free text", and decide nothing.
func TestADayOfOperations(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	const header = "family,person,relationship,nationality,claim_date,council,given_names,family_name,date_of_birth,arrived_on,phone,support,lane\n"
	const a, b = "A,1,principal,Turkish,2019-05-02,Glasgow,Zeynep,Kaya,1988-03-05,2019-04,0141 111 1111,none,legacy\n", "B,1,principal,Pakistan,2021-01-15,Edinburgh,Imran,Ali,1990,2021-01-10,,none,legacy\n"
	var refs map[string]string
	letter := "Hers is a hard road."

	t.Run("ordinary", func(t *testing.T) {
		first := file(t, "first.csv", header+a+b)
		s.types(t, nil, 0, "backlog check "+first, "2 families with 2 people")
		s.types(t, nil, 0, "--as archie backlog import "+first, "2 new")
		s.types(t, nil, 0, "--as archie backlog import "+first, "2 unchanged")
		refs = s.keys(t)
		s.types(t, nil, 0, "--as archie backlog start --capacity 5 --target 2031-11-23", "5 families a week")
		worker := s.db.SQL(t, "hame_worker")
		opened := func() (n int) {
			require.NoError(t, worker.Get(&n, `select count(*) from review`))
			return n
		}
		require.Eventually(t, func() bool { return opened() == 2 }, time.Minute, 100*time.Millisecond, "this week's families are drawn")
		s.listsToday(t)
		s.types(t, nil, 0, "--as archie backlog pause --reason staffing", "PAUSED: staffing")
		s.types(t, nil, 0, "--as archie backlog capacity 7", "7 families a week", "PAUSED: staffing")
		// What arrives for a family that is not listed opens its review, also while the lane is paused.
		s.types(t, nil, 0, "--as archie backlog import "+file(t, "late.csv", header+strings.Replace(b, "B,1,principal,Pakistan,2021-01-15,Edinburgh,Imran,Ali", "G,1,principal,Iraqi,2020-01-15,Glasgow,Sara,Amin", 1)), "1 new")
		refs = s.keys(t)
		s.types(t, refs, 0, "--as morag case explain G", "waits in the order of listing")
		require.Equal(t, 2, opened(), "a paused lane lists nobody")
		s.types(t, refs, 0, "--as morag post receive --case G --from family", "listed")
		require.Equal(t, 3, opened())
		s.asked(t, refs, "A", "B")
		require.NotContains(t, s.types(t, nil, 0, "--as archie backlog resume"), "PAUSED")
		s.says(t, refs, "text: "+letter+"\n", "--as morag representation receive A --from community")
		s.types(t, refs, 0, "--as archie staff list", "morag")
		var texts int
		for _, login := range []string{"archie", "morag"} {
			s.db.SQL(t, login).MustExec(`select record_read($1, 'texts')`, refs["A"])
		}
		require.NoError(t, s.db.SQL(t, "archie").Get(&texts, `select count(*) from hame.act_text($1)`, refs["A"]))
		require.Zero(t, texts, "operations read no free text")
		require.NoError(t, s.db.SQL(t, "morag").Get(&texts, `select count(*) from hame.act_text($1) where body like '%' || $2 || '%'`, refs["A"], letter))
		require.Equal(t, 1, texts, "a caseworker may")
		require.NotContains(t, s.types(t, refs, 0, "--as archie case show A -o json", refs["A"]), letter)
		require.NotContains(t, s.types(t, refs, 0, "--as archie case timeline A", "representation"), letter)
		s.types(t, refs, 4, "--as archie decision show A")
		s.types(t, refs, 0, "--as archie verify", nothingWrong)
	})

	t.Run("bad", func(t *testing.T) {
		s.types(t, nil, 2, "--as archie backlog capacity many", "no number from 1 to 1000")
		s.types(t, nil, 2, "--as archie backlog capacity 0", "1 to 1000")
		s.types(t, nil, 2, "--as archie backlog pause", "--reason")
		s.types(t, nil, 2, "--as archie backlog import /no/such/file.csv", "no such file")
		s.types(t, nil, 3, "--as archie backlog pause --lane fast-track --reason staffing")
		s.types(t, nil, 4, "--as morag backlog import "+file(t, "x.csv", header+a))
		s.types(t, refs, 4, "--as archie contact record A --how phone")
		s.types(t, refs, 3, "--as archie case recover B", "runs well")
		s.types(t, refs, 5, "--as archie case recover "+nowhere())

		// A file with a faulty row: the good families are taken, the other is set aside.
		again := file(t, "again.csv", header+strings.Replace(a, "0141 111 1111", "0141 222 2222", 1)+b+"F,1,king,Turkish,2019-05-02,Glasgow,X,Y,1988,2019,,none,legacy\n")
		s.types(t, nil, 0, "--as archie backlog import "+again, "0 new", refs["A"]+": the file differs", "again.csv.quarantine.csv")
		require.Contains(t, read(t, again+".quarantine.csv"), "king")
		require.Eventually(t, func() bool { return slices.Contains(s.tasks(t, refs["A"]), "file.difference/1 caseworker") }, 20*time.Second, 50*time.Millisecond,
			"the worker has its review take stock")
		require.Equal(t, 1, s.open(t, refs["A"]))
		phone := func() (number string) {
			require.NoError(t, s.db.SQL(t, "hame_worker").Get(&number, `select phone from family where case_ref = $1`, refs["A"]))
			return number
		}
		s.types(t, refs, 0, "--as morag case show A", "DIFFERENCE", "0141 111 1111", "0141 222 2222")
		require.Equal(t, "0141 111 1111", phone(), "nothing is overwritten")
		s.types(t, refs, 4, "--as archie case difference A 1 --accepted")
		s.types(t, refs, 0, "--as morag case difference A 1 --accepted")
		require.Equal(t, "0141 222 2222", phone())
		require.Zero(t, s.open(t, refs["A"]))

		// Somebody terminates a review behind Hame's back.
		before := s.tasks(t, refs["B"])
		require.NoError(t, s.client.TerminateWorkflow(t.Context(), refs["B"], "", "somebody else"))
		s.types(t, nil, 1, "--as archie verify", refs["B"], "case recover")
		s.types(t, refs, 0, "--as archie case recover B", "evidence")
		require.Equal(t, before, s.tasks(t, refs["B"]))
		s.types(t, refs, 0, "--as morag contact record B --how phone")
		s.types(t, refs, 0, "--as archie verify", nothingWrong)
	})
}

// keys are the references of the families imported, by the keys of their file.
func (s *system) keys(t *testing.T) map[string]string {
	t.Helper()
	var rows []struct {
		Key string `db:"family_key"`
		Ref string `db:"case_ref"`
	}
	require.NoError(t, s.db.SQL(t, "hame_worker").Select(&rows, `select family_key, case_ref from family`))
	refs := map[string]string{}
	for _, r := range rows {
		refs[r.Key] = r.Ref
	}
	return refs
}

// TestADayOfTheAuditorAndTheOwner: the auditor "reads everything, changes
// nothing", and keeps an export against which the chains are held later, also
// after a text was erased. The database's owner says who may do what; a
// revocation holds at once, in the middle of a day.
func TestADayOfTheAuditorAndTheOwner(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	refs := s.begins(t, couple("A"), couple("B"))
	s.asked(t, refs, "A", "B")
	const street = "9 Wrong File Lane"
	s.says(t, refs, street, "--as morag case correct A address --reason mistyped --source letter")
	export := file(t, "heads", s.must(t, "--as", "una", "audit", "export"))

	t.Run("auditor", func(t *testing.T) {
		t.Run("ordinary", func(t *testing.T) {
			s.types(t, refs, 0, "--as una case show A", "TestA")
			s.types(t, refs, 0, "--as una audit show A", "case.correct", "accepted", "morag")
			s.types(t, refs, 0, "--as una audit reads A", "una")
			s.answered(t, refs, "A", "B")
			s.types(t, nil, 0, "--as una audit check "+export, "stand unchanged")
			s.types(t, nil, 0, "--as una staff list", "archie")
			s.types(t, nil, 0, "--as una verify", nothingWrong)
		})
		t.Run("bad", func(t *testing.T) {
			s.types(t, refs, 4, "--as una contact record A --how phone")
			s.types(t, refs, 4, "--as una case recover A")
			s.types(t, refs, 5, "--as una audit show "+nowhere())
			s.types(t, nil, 2, "--as una audit check /no/such/file")

			// A text that stood in the wrong file is erased: the chain verifies, the act of erasing in it.
			wrong := s.lastCommand(t, refs["A"], "case.correct").String()
			s.types(t, nil, 4, "--as una audit erase "+wrong+" --reason wrong_file")
			s.types(t, nil, 0, "--as archie audit erase "+wrong+" --reason wrong_file", "is asked for", "another officer of operations")
			s.types(t, nil, 3, "--as archie audit erase "+wrong+" --reason wrong_file", "another officer of operations")
			s.types(t, nil, 0, "--as rhona audit erase "+wrong+" --reason wrong_file", "is erased")
			s.types(t, nil, 3, "--as archie audit erase "+wrong+" --reason wrong_file", "erased already")
			s.types(t, refs, 0, "--as una audit show A", "erased", "text.erase")
			var body *string
			require.NoError(t, s.db.SQL(t, "postgres").Get(&body, `select body from hame.command_text where command_id = $1`, wrong))
			require.Nil(t, body)
			s.types(t, nil, 0, "--as una audit check "+export, "stand unchanged")
			s.types(t, nil, 0, "--as una verify", nothingWrong)

			// An export that is not of this record does not agree with it.
			lines := strings.SplitAfter(read(t, export), "\n")
			first := strings.Fields(lines[0])
			lines[0] = first[0] + "\t" + first[1] + "\t" + strings.Repeat("0", len(first[2])) + "\n"
			s.types(t, nil, 1, "--as una audit check "+file(t, "other", strings.Join(lines, "")), first[0])
		})
	})
	t.Run("owner", func(t *testing.T) {
		// Logins belong to the whole server: one of this test's own is taken away.
		leaver := "leaver_" + s.namespace[2:]
		admin := s.db.SQL(t, "postgres")
		t.Cleanup(func() {
			admin.MustExec(`drop owned by ` + quoted(leaver) + ` cascade`)
			admin.MustExec(`drop role ` + quoted(leaver))
		})
		s.types(t, nil, 0, "staff add "+leaver+" --person "+leaver, "the login of")
		s.types(t, nil, 0, "staff grant "+leaver+" --role caseworker", "from today on")
		t.Run("ordinary", func(t *testing.T) {
			s.types(t, refs, 4, "--as "+leaver+" decision withdraw A --reason mistake")
			s.types(t, nil, 0, "staff grant "+leaver+" --role operations", "from today on")
			s.types(t, nil, 0, "--as "+leaver+" backlog status", "2 families")
			s.types(t, nil, 0, "staff revoke "+leaver+" --role operations", "no longer holds")
			s.types(t, nil, 4, "--as "+leaver+" backlog pause --reason staffing")
		})
		t.Run("bad", func(t *testing.T) {
			// The leaver has the case, and leaves in the middle of the day.
			s.types(t, refs, 0, "--as fiona case assign A --to "+leaver)
			s.types(t, refs, 0, "--as "+leaver+" contact record A --how phone")
			acts := s.revision(t, refs["A"])
			s.types(t, nil, 0, "staff revoke "+leaver+" --role caseworker", "no longer holds")
			s.types(t, refs, 4, "--as "+leaver+" contact record A --how visit")
			s.types(t, refs, 4, "--as "+leaver+" contact record A B --how visit")
			s.types(t, refs, 4, "--as "+leaver+" case show A", "not admitted")
			require.Equal(t, acts, s.revision(t, refs["A"]))
			s.types(t, refs, 2, "--as fiona case assign B --to "+leaver, "staff list")
			s.types(t, refs, 0, "--as fiona case assign A --to morag")
			s.types(t, refs, 0, "--as morag contact record A --how visit")

			s.types(t, nil, 2, "staff grant "+leaver+" --role king", "is no role")
			s.types(t, nil, 5, "staff grant nobody_here --role caseworker", "no such login")
			s.types(t, nil, 0, "setup", "as this version needs them")
			s.types(t, refs, 4, "--as "+leaver+" contact record A --how visit")
			own := *s
			own.env = append(slices.Clone(s.env), "HAME_ADMIN_DATABASE_URL=")
			own.types(t, nil, 2, "staff grant morag --role minister", "HAME_ADMIN_DATABASE_URL")
			// Not even the owner rewrites what people did.
			for _, statement := range []string{`delete from hame.command`, `update hame.command set attested_on = attested_on - 1`, `update hame.command_text set body = 'another'`} {
				_, err := s.db.SQL(t, "postgres").Exec(statement)
				require.Error(t, err, statement)
			}
			s.types(t, nil, 0, "--as una audit check "+export, "stand unchanged")
			s.types(t, nil, 0, "--as una verify", nothingWrong)
		})
	})
}
