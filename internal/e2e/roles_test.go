package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/testdb"
)

// returns is a second officer's form that sends a proposal back.
func returns(t *testing.T) string {
	return file(t, "return.yaml", "reasons: [law, outcome]\ntext: The law is not what the reasons say.\n")
}

// refusing proposes a grant for the first so many people, and a refusal for the others.
func (s *system) refusing(t *testing.T, ref string, granted int) string {
	t.Helper()
	form := s.must(t, "--as", "ewan", "form", "decision.propose", ref)
	form = strings.Replace(form, "outcome: }", "outcome: GRANT_ILR}", granted)
	form = strings.ReplaceAll(form, "outcome: }", "outcome: REFUSED_UPHELD}")
	form = strings.ReplaceAll(form, "connections, finding: , evidence: []", "connections, finding: against, evidence: [1]")
	form = strings.ReplaceAll(form, "finding: ,", "finding: neutral,")
	return file(t, "proposal.yaml", strings.ReplaceAll(form, "text: |\n  \n", "text: the reasons\n"))
}

// TestADayOfEachRole is one office on one day: three families, A with a school
// child, B and C of two adults, on their way from the list to service. Each part
// is somebody's ordinary hour and their bad one; who acts on what another left
// reads it from the record.
func TestADayOfEachRole(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	today := clock.DateOf(time.Now())
	refs := s.families(t, func(by map[string]*casefile.Family) {
		by["C"].People = by["C"].People[:2]
		for _, f := range by {
			f.Representative, f.Support = "", casefile.SupportNone
		}
	})
	refs["NOWHERE"] = "222-222" + checkOf("222222")
	heads := file(t, "heads", s.must(t, "--as", "una", "audit", "export"))
	types := func(t *testing.T, code int, line string, words ...string) string {
		t.Helper()
		return s.types(t, refs, code, line, words...)
	}

	part := func(who string, f func(t *testing.T)) {
		t.Helper()
		if !t.Run(who, f) {
			t.FailNow() // the others stand on it
		}
	}

	// Operations start the lane, and pause it on a day without staff.
	part("operations list families", func(t *testing.T) {
		types(t, 0, "--as archie backlog start --capacity 5 --target 2031-11-23")
		require.Eventually(t, func() bool { return len(s.tasks(t, refs["C"])) > 0 && len(s.tasks(t, refs["A"])) > 0 }, time.Minute, 100*time.Millisecond)
		types(t, 2, "--as archie backlog pause", "reason")
		types(t, 0, "--as archie backlog pause --reason staffing")
		types(t, 0, "--as archie backlog status", "staffing")
		types(t, 0, "--as archie backlog resume")
		types(t, 4, "--as fiona backlog resume", "for operations")
	})

	// The senior caseworker gives each case an owner; a wrong reference stops nobody else's.
	part("senior caseworker", func(t *testing.T) {
		types(t, 5, "--as fiona case assign A B NOWHERE C --to morag", refs["NOWHERE"], "3 recorded, 1 refused")
		types(t, 2, "--as fiona case assign A --to agnes", "must be a caseworker")
		types(t, 4, "--as fiona case reconcile A --paper-file found --record agrees", "for the caseworker")
	})

	// The caseworker prepares them, and writes to them: one of the list is refused.
	part("caseworker", func(t *testing.T) {
		for _, name := range []string{"A", "B", "C"} {
			types(t, 0, "--as morag case reconcile "+name+" --paper-file found --record agrees")
			types(t, 0, "--as morag case triage "+name+" --priority 3 --public-harm-screen clear --family-ilr no --seven-years no --vulnerable no")
		}
		types(t, 3, "--as morag letter sent A/1 B/1 C/9 --to family --by post", "2 recorded, 1 refused")
		types(t, 0, "--as morag letter sent C/1 --to family --by post")
		types(t, 2, "--as morag contact record A --how pigeon", "phone, visit")
		for _, provider := range []string{"questionnaire", "gp", "community"} {
			types(t, 0, "--as morag evidence receive A B C --provider "+provider, "3 recorded")
		}
		types(t, 3, "--as morag evidence receive A --provider school", "name the child")
		types(t, 0, "--as morag evidence receive A/3 --provider school")
		types(t, 0, "--as morag evidence receive A --provider social_work")
		types(t, 0, "--as morag evidence receive A --provider scra --nothing-held")
	})

	// The welfare lead signs nothing that nobody wrote, and returns what is thin.
	part("welfare lead and lead professional", func(t *testing.T) {
		types(t, 3, "--as agnes welfare sign A/3", "no report")
		types(t, 2, "--as agnes welfare assign A/3 --to city_of_edinburgh_lead", "family's council")
		types(t, 5, "--as city_of_edinburgh_welfare welfare sign A/3", "not found")
		types(t, 0, "--as agnes welfare assign A/3 --to eilidh")

		// The professional's form has a gap; filled in, the same form is taken, and while
		// the server is away nothing of it is sent.
		blank := s.must(t, "--as", "eilidh", "form", "welfare.report", refs["A"]+"/3")
		for _, i := range casefile.Indicators {
			blank = strings.ReplaceAll(blank, "  "+i+": \n", "  "+i+": strength\n")
		}
		filled := strings.NewReplacer("views:   ", "views: obtained", "best_interests:   ", "best_interests: remain ", "text: |\n  \n", "text: |\n  what the child said\n").Replace(blank)
		report := "--as eilidh welfare report A/3 --file "
		types(t, 2, report+file(t, "report.yaml", blank), "views", "must be one of")
		down := *s
		down.env = append(append([]string{}, s.env...), "TEMPORAL_ADDRESS=127.0.0.1:1")
		down.types(t, refs, 8, report+file(t, "report.yaml", filled), "nothing was sent")
		types(t, 3, "--as agnes welfare return A/3 --file "+file(t, "text", "which report?"), "no report")
		types(t, 0, report+file(t, "report.yaml", filled))
		s.says(t, refs, "what does the school say?", "--as agnes welfare return A/3")
		require.Contains(t, s.tasks(t, refs["A"]), "welfare.report/3 lead_professional")
		types(t, 3, "--as agnes welfare sign A/3", "no report")
		types(t, 0, report+file(t, "report.yaml", filled))
		types(t, 4, "--as eilidh welfare sign A/3")
		types(t, 0, "--as agnes welfare sign A/3", "representation")
	})

	// The minister's office drafts for three families, and private office records
	// one wet signature for all of them.
	part("drafter, private office and minister", func(t *testing.T) {
		summary := types(t, 0, "--as kirsty representation summary A")
		require.NotContains(t, summary, "TestA")
		types(t, 4, "--as morag representation summary A")
		letter := file(t, "letter", "Six years of a childhood are a long time.")
		types(t, 0, "--as kirsty representation draft A B C --file "+letter, "3 recorded")
		types(t, 3, "--as kirsty representation check A", "four_eyes")
		types(t, 3, "--as jean representation clear A", "too_early")
		types(t, 0, "--as finlay representation check A B C", "3 recorded")
		s.says(t, refs, "say more of the school", "--as minister representation return A")
		types(t, 3, "--as jean representation clear A B C", "2 recorded, 1 refused")
		types(t, 0, "--as kirsty representation draft A --file "+letter)
		types(t, 0, "--as finlay representation check A")
		types(t, 0, "--as jean representation clear A")
		types(t, 4, "--as jean representation sign A B C", "only a minister signs", "3 refused")
		types(t, 2, "--as jean representation sign A B C --signatory minister", "document")
		types(t, 0, "--as jean representation sign A B C --signatory minister --document MIN-2026/014", "3 recorded")
		types(t, 3, "--as minister representation sign A", "too_early")
		types(t, 0, "--as jean representation send A B C", "3 recorded")
		types(t, 3, "--as minister representation decline A --reason no_agreement")
		for _, name := range []string{"A", "B", "C"} {
			require.Contains(t, s.tasks(t, refs[name]), "representation.answer/1 decision_maker")
		}
	})

	// The decision maker answers each, and proposes: of two adults one is granted
	// and one refused. A form of yesterday's file is read again.
	part("decision maker and second officer", func(t *testing.T) {
		types(t, 0, "--as morag check request A B C", "3 recorded")
		for _, name := range []string{"A", "B", "C"} {
			types(t, 0, fmt.Sprintf("--as morag check record %s/1 --result clear --done-on %s", name, today))
			types(t, 0, fmt.Sprintf("--as morag check record %s/2 --result clear --done-on %s", name, today))
			types(t, 0, "--as ewan interview record "+name+"/1 --adverse none")
			types(t, 0, "--as ewan interview record "+name+"/2 --adverse none")
		}
		types(t, 3, "--as ewan decision propose A --file "+s.refusing(t, refs["A"], 3), "representation")
		for _, name := range []string{"A", "B", "C"} {
			s.says(t, refs, "It is given weight.", "--as ewan representation answer "+name+" 1 --accepted")
		}
		old := s.refusing(t, refs["B"], 1)
		types(t, 0, "--as morag contact record B --how phone")
		types(t, 6, "--as ewan decision propose B --file "+old, "read it again")
		types(t, 0, "--as ewan decision propose B --file "+s.refusing(t, refs["B"], 1))
		types(t, 4, "--as ewan decision agree B --file "+s.agreement(t, refs["B"]))
		agreed := s.agreement(t, refs["B"])
		types(t, 0, "--as morag contact record B --how visit")
		types(t, 3, "--as ailsa decision agree B --file "+agreed, "no proposal waits")
		types(t, 0, "--as ewan decision propose B --file "+s.refusing(t, refs["B"], 1))
		types(t, 4, "--as catriona decision withdraw B --reason mistake", "only its author")
		types(t, 0, "--as ewan decision withdraw B --reason mistake")
		types(t, 0, "--as ewan decision propose B --file "+s.refusing(t, refs["B"], 1))
		types(t, 0, "--as ailsa decision agree B --file "+s.agreement(t, refs["B"]), "service")
	})

	// A second return: the senior caseworker who has had no part in it takes it.
	part("a second return", func(t *testing.T) {
		for range 2 {
			types(t, 4, "--as douglas decision propose C --file "+s.refusing(t, refs["C"], 0), "only after a second return")
			types(t, 0, "--as ewan decision propose C --file "+s.refusing(t, refs["C"], 0))
			types(t, 0, "--as ailsa decision return C --file "+returns(t))
		}
		require.Equal(t, []string{"decision.propose senior_caseworker"}, s.tasks(t, refs["C"]))
		types(t, 4, "--as catriona decision propose C --file "+s.refusing(t, refs["C"], 0), "returned twice")
		types(t, 0, "--as douglas task list --mine", refs["C"])
		types(t, 0, "--as douglas decision propose C --file "+s.refusing(t, refs["C"], 0))
		types(t, 0, "--as ailsa decision agree C --file "+s.agreement(t, refs["C"]), "service")
	})

	// Service: each person by themselves; an appeal keeps the review open.
	part("caseworker, serving", func(t *testing.T) {
		types(t, 0, "--as morag letter sent B/2 C/2 --to family --by recorded_delivery", "2 recorded")
		types(t, 0, "--as morag service record B C --how recorded_delivery --proof tracking", "2 recorded")
		require.Equal(t, []string{"service.appeal_window/2 family", "service.status caseworker"}, s.tasks(t, refs["B"]))
		types(t, 3, "--as morag service appeal B/1", "not refused")
		types(t, 0, "--as morag service status-issued B/1")
		types(t, 0, "--as morag service appeal B/2")
		types(t, 3, "--as morag service no-appeal B/2", "too_early")
		require.Equal(t, []string{"service.appeal/2 caseworker"}, s.tasks(t, refs["B"]))
		types(t, 0, "--as morag letter returned C/2 --to family --reason gone_away")
		require.Equal(t, []string{"service.serve caseworker"}, s.tasks(t, refs["C"]), "nobody was served by a letter that came back")
		types(t, 0, "--as morag case show B", "service")
	})

	// The database's owner ends a role in the middle of the day, and gives it back.
	part("the database's owner", func(t *testing.T) {
		types(t, 0, "--as hamish contact record A --how phone")
		types(t, 0, "staff revoke hamish --role caseworker", "no longer holds")
		types(t, 4, "--as hamish contact record A --how visit", "holds none of these roles")
		types(t, 5, "--as hamish case show A", "no such case")
		types(t, 4, "--as hamish post receive --from family")
		types(t, 0, "staff grant hamish --role caseworker", "from today on")
		types(t, 0, "--as hamish contact record A --how visit")
		types(t, 0, "setup")
	})

	// A restricted case is found by nobody who is not named on it.
	part("a restricted case", func(t *testing.T) {
		types(t, 0, "--as hamish case show A", refs["A"])
		types(t, 0, "--as fiona case flag A/1 restricted on")
		for _, login := range []string{"hamish", "gregor", "struan", "archie", "murdo", "shona"} {
			types(t, 5, "--as "+login+" case show A", "no such case")
			require.NotContains(t, types(t, 0, "--as "+login+" case find"), refs["A"])
			require.NotContains(t, types(t, 0, "--as "+login+" task list"), refs["A"])
		}
		types(t, 0, "--as morag case show A", refs["A"]) // its owner
		types(t, 0, "--as una case show A", refs["A"])
		types(t, 0, "--as fiona case flag A/1 restricted off")
		types(t, 0, "--as hamish case show A", refs["A"])
	})

	// Operations on a bad day: somebody terminates a review, and the source sends a
	// family again that says otherwise.
	part("operations", func(t *testing.T) {
		before := s.tasks(t, refs["C"])
		require.NoError(t, s.client.TerminateWorkflow(t.Context(), refs["C"], "", "somebody else"))
		types(t, 1, "--as archie verify", refs["C"], "case recover")
		types(t, 0, "--as archie case recover C", "service")
		require.Equal(t, before, s.tasks(t, refs["C"]))
		types(t, 3, "--as archie case recover C", "runs well")

		again := testdb.Family("A", today)
		again.Representative, again.Support, again.Phone = "", casefile.SupportNone, "0141 000 0000"
		_, err := s.db.As(t, "archie").Import(context.Background(), []casefile.Family{again}, "again", false, today, func() {})
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			return strings.Contains(strings.Join(s.tasks(t, refs["A"]), " "), "file.difference/1 caseworker")
		}, time.Minute, 200*time.Millisecond)
		types(t, 4, "--as archie case difference A 1 --accepted")
		types(t, 0, "--as morag case difference A 1 --accepted")
		types(t, 3, "--as morag case difference A 1 --rejected", "no difference")
		types(t, 0, "--as morag case show A", "0141 000 0000")
	})

	// A text is erased on record; the auditor's chains stand, and say that it was.
	part("auditor", func(t *testing.T) {
		command := s.lastCommand(t, refs["C"], "decision.return").String()
		types(t, 4, "--as una audit erase "+command+" --reason data_subject", "for operations")
		types(t, 2, "--as archie audit erase "+command, "reason")
		types(t, 0, "--as archie audit erase "+command+" --reason data_subject")
		require.NotContains(t, types(t, 0, "--as una audit show C"), "The law is not what")
		var left int
		require.NoError(t, s.db.SQL(t, "hame_admin").Get(&left, `select count(*) from hame.command_text where command_id = $1 and body is not null`, command))
		require.Zero(t, left)
		types(t, 0, "--as una verify", "every invariant holds")
		types(t, 0, "--as una audit check "+heads, "stand unchanged")
		types(t, 0, "--as una audit reads A", "hamish", "morag")
		types(t, 4, "--as una contact record A --how phone")
		types(t, 4, "--as archie audit export")
		types(t, 0, "--as una staff list", "hamish")
	})
}
