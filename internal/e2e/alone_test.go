package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
)

// TestAChildAlone: a young person without family depends on nobody and needs
// no security check; asking for the checks must still lead to a proposal.
func TestAChildAlone(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	today := clock.DateOf(time.Now())
	f := practice.Family("ALONE", today)
	f.People = f.People[:1]
	f.People[0].BirthDate = clock.Partial(today.AddYears(-16))
	f.Representative, f.Support = "", casefile.SupportNone
	ref := s.db.Import(t, today, f)["ALONE"]
	s.must(t, "--as", "archie", "backlog", "start", "--capacity", "1", "--target", "2031-11-23")
	s.listsToday(t)
	report := file(t, "report.yaml", "views: obtained\nbest_interests: remain\nindicators: {safe: strength, healthy: strength, achieving: strength, nurtured: strength, active: strength, respected: strength, responsible: strength, included: strength}\ntext: seen and heard\n")
	for _, line := range []string{
		"--as fiona case assign REF --to morag",
		"--as morag case reconcile REF --paper-file lost --record differs",
		"--as morag case triage REF --priority 2 --public-harm-screen clear --family-ilr no --seven-years no --vulnerable yes",
		"--as morag letter sent REF/1 --to family --by hand",
		"--as morag evidence receive REF --provider questionnaire",
		"--as morag evidence receive REF --provider gp",
		"--as morag evidence receive REF --provider community --nothing-held",
		"--as morag evidence receive REF --provider social_work",
		"--as morag evidence receive REF --provider scra --nothing-held",
		"--as morag evidence receive REF/1 --provider school",
		"--as agnes welfare assign REF/1 --to rory",
		"--as rory welfare report REF/1 --file " + report,
		"--as murdo welfare sign REF/1",
		"--as jean representation decline REF --reason outside_policy",
		"--as morag check request REF",
	} {
		s.must(t, strings.Fields(strings.ReplaceAll(line, "REF", ref))...)
	}
	require.Contains(t, s.must(t, "--as", "ewan", "case", "explain", ref), "the decision maker to propose a decision")
	s.must(t, "--as", "ewan", "decision", "propose", ref, "--file", s.proposal(t, ref, "GRANT_REFUGEE"))
	require.Contains(t, s.must(t, "--as", "una", "verify"), "every invariant holds")
}
