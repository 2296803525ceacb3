package casefile

import (
	"fmt"
	"slices"
)

// StandingOutcome is what the decision that stands gives one person, and how far it was
// carried out.
type StandingOutcome struct {
	Person           int
	Outcome          Outcome
	Served, Appealed bool
}

// more lists for each grant the other outcomes that give no less in any respect: longer
// leave, or protection as well as leave. Indefinite leave and protection can't be compared.
var more = map[Outcome][]Outcome{
	GrantLLR30M: {GrantDL36M, GrantHP, GrantRefugee, GrantILR},
	GrantDL36M:  {GrantHP, GrantRefugee, GrantILR},
	GrantHP:     {GrantRefugee},
}

// NoLessThan reports whether an outcome gives a person no less than an earlier one gave.
func (o Outcome) NoLessThan(was Outcome) bool {
	return o == was || !was.IsGrant() || slices.Contains(more[was], o)
}

// CheckCorrection refuses outcomes that can't correct decision no, whose outcomes stand;
// nil if they can (docs/process.md, Correcting a signed decision). Before anybody is served,
// any other outcomes can. Afterwards the correction must take nothing from anybody. A
// decision that somebody has appealed against is before the tribunal, and is not corrected.
func CheckCorrection(no int, stand []StandingOutcome, proposed []ProposedOutcome) *Refusal {
	served, changed := false, len(stand) != len(proposed)
	for _, s := range stand {
		if s.Appealed {
			return Refuse(
				RefusedTooLate,
				fmt.Sprintf(
					"person %d has appealed: decision %d is before the tribunal, and is not corrected",
					s.Person,
					no,
				),
			)
		}
		served = served || s.Served
	}
	for _, s := range stand {
		for _, p := range proposed {
			if p.Person != s.Person {
				continue
			}
			changed = changed || p.Outcome != s.Outcome
			if served && !p.Outcome.NoLessThan(s.Outcome) {
				return Refuse(
					RefusedTooLate,
					fmt.Sprintf(
						"decision %d is served: a correction may only give more, and %s for person %d is not more than %s: a served grant is not taken back by a correction",
						no,
						p.Outcome,
						s.Person,
						s.Outcome,
					),
				)
			}
		}
	}
	if !changed {
		return Refuse(
			RefusedAlreadyDone,
			fmt.Sprintf("decision %d gives everybody these outcomes already: nothing would be corrected", no),
		)
	}
	return nil
}

// CheckCorrectors refuses two officers who both signed the decision that they would
// correct; signers are its author and its second officer, if it has one.
func CheckCorrectors(no int, author, second string, signers []string) *Refusal {
	if slices.Contains(signers, author) && slices.Contains(signers, second) {
		return Refuse(
			RefusedFourEyes,
			fmt.Sprintf(
				"author and second officer of this correction both signed decision %d: one of them must be an officer who did not",
				no,
			),
		)
	}
	return nil
}
