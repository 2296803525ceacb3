package casefile

import "slices"

// eventGroups are the groups of acts that record what happens to a family over the years;
// eventActs are those of other groups.
var (
	eventGroups = []string{"person", "withdrawal", "departure", traceGroup, "appeal", returnGroup, "court", "representative"}
	eventActs   = []Act{ActAppeal, ActReopen, ActMove, ActAcceptMove, ActHandOver, ActSplit, ActSubmissions, ActConsider, ActMerge, ActUnmerge}
)

// Events lists the acts that record what happens to a family over the years, in the order of
// the process (domain.md 6.3).
func Events() []*ActRule {
	return slices.DeleteFunc(slices.Clone(ActRules), func(r *ActRule) bool {
		return !slices.Contains(eventGroups, r.Group()) && !slices.Contains(eventActs, r.Act)
	})
}

// Cell is what becomes of an event in a stage.
type Cell string

// The cells of the table of events by stage.
const (
	CellAllowed Cell = "allowed"
	// CellOpens: the event opens the review of an unlisted family, which takes it.
	CellOpens Cell = "opens the review"
	// CellFiled: the event is kept with a closed case, and a senior caseworker looks at it.
	CellFiled   Cell = "filed"
	CellRefused Cell = "refused"
)

// At returns what becomes of the act in a stage that is shown, and for a refused one the
// refusal, which names what is allowed instead. The facts of the case may refuse it still.
func (r *ActRule) At(s Stage) (Cell, *Refusal) {
	switch {
	case s == Unlisted && r.OpensReview:
		return CellOpens, nil
	case s == Unlisted:
		return CellRefused, Refuse(RefusedUnlisted, "the family is not listed yet"+r.instead())
	case s == Closed && r.Filed && r.Act != ActReopen && r.Act != ActConfirm:
		return CellFiled, nil
	}
	refusal, refused := AsRefusal(Facts{Stage: s, Signed: s == Service || s == Closed}.Allowed(r.Act))
	if refused {
		return CellRefused, refusal
	}
	return CellAllowed, nil
}
