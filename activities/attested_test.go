package activities_test

import (
	"testing"

	"hame/internal/casefile"
)

// TestAttestedDaysFollowTheirCause: a clock against a family can't be made to
// begin before the letter was made, nor an appeal window before the signature.
func TestAttestedDaysFollowTheirCause(t *testing.T) {
	s := newOffice(t).family(t, nil).until(casefile.Evidence)
	s.refusedCommand(casefile.RefusedBefore, s.command("morag", casefile.ActLetterSent, 0, s.today().AddDays(-1),
		&casefile.LetterFields{Letter: 1, To: "family", By: "post"}))
	s.toDecision()
	s.drawNext(false)
	s.propose("ewan", []casefile.Outcome{casefile.GrantILR, casefile.GrantILR, casefile.GrantILR})
	s.until(casefile.Service)
	s.refusedCommand(casefile.RefusedBefore, s.command("morag", casefile.ActRecordService, 0, s.today().AddDays(-1),
		&casefile.ServiceFields{How: "hand", Proof: "signature"}))
	s.do("morag", casefile.ActRecordService, 0, &casefile.ServiceFields{How: "hand", Proof: "signature"})
}
