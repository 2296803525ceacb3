package policy

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"hame/internal/casefile"
)

// Advice is what a recommendation comes to. It binds nobody.
type Advice string

// The kinds of advice.
const (
	AdviseGrant        Advice = "grant"
	AdviseMoreEvidence Advice = "more_evidence" // an unknown stands in the way; Unknown says which
	AdviseWeigh        Advice = "weigh"         // there are grounds both for and against
	AdviseNoGround     Advice = "no_ground"     // everything is known, and nothing is for a grant
)

// Recommendation is what a rule set makes of one person's facts.
type Recommendation struct {
	Person  int              `json:"person"`
	Advice  Advice           `json:"advice"`
	Outcome casefile.Outcome `json:"outcome,omitempty"` // of a grant
	Met     []string         `json:"met,omitempty"`     // criteria for
	Against []string         `json:"against,omitempty"` // criteria against
	// Unknown names the facts, unknown or disputed, on which a criterion hangs.
	Unknown []string `json:"unknown,omitempty"`
}

// Recommend evaluates the set's criteria on a person's facts. An unknown never
// satisfies a criterion, and where one against the person hangs on it, or
// nothing else is for them, the advice is to find out (process.md).
func (s *RuleSet) Recommend(person int, facts Facts) (Recommendation, error) {
	r := Recommendation{Person: person}
	openAgainst := false
	for _, c := range s.Criteria {
		met, unknown, err := c.when.eval(facts)
		if err != nil {
			return r, fmt.Errorf("rule set %s, criterion %s: %w", s.ID, c.ID, err)
		}
		for _, name := range unknown {
			if !slices.Contains(r.Unknown, name) {
				r.Unknown = append(r.Unknown, name)
			}
		}
		switch {
		case c.Against && met:
			r.Against = append(r.Against, c.ID)
		case c.Against && len(unknown) > 0:
			openAgainst = true
		case met:
			r.Met = append(r.Met, c.ID)
			if r.Outcome == "" {
				r.Outcome = c.Recommends
			}
		}
	}
	switch {
	case len(r.Met) > 0 && len(r.Against) > 0:
		r.Advice = AdviseWeigh
	case openAgainst, len(r.Met) == 0 && len(r.Unknown) > 0:
		r.Advice = AdviseMoreEvidence
	case len(r.Met) > 0:
		r.Advice = AdviseGrant
	default:
		r.Advice = AdviseNoGround
	}
	if r.Advice != AdviseGrant {
		r.Outcome = ""
	}
	return r, nil
}

// Place is where the order of listing puts a family.
type Place struct {
	Priority int    // 1 (first) to 5; 0 is past the longest wait, before all
	Why      string // the class's id
}

// Place tells in which class of the order a family comes. A family that has
// waited longer than the set's longest wait comes first (R4). An unknown
// fact puts nobody in a class.
func (s *RuleSet) Place(facts Facts, waitedWeeks int) (Place, error) {
	if s.Listing.LongestWaitWeeks > 0 && waitedWeeks > s.Listing.LongestWaitWeeks {
		return Place{0, "longest_wait"}, nil
	}
	for _, c := range s.Listing.order {
		met, _, err := c.when.eval(facts)
		if err != nil {
			return Place{}, fmt.Errorf("rule set %s, order %s: %w", s.ID, c.ID, err)
		}
		if met {
			return Place{c.Priority, c.ID}, nil
		}
	}
	return Place{5, "rest"}, nil
}

// eval returns whether the expression holds, and which facts it hangs on where
// that can't be told.
func (e expression) eval(facts Facts) (bool, []string, error) {
	values := make(map[string]any, len(facts))
	var patterns []*cel.AttributePatternType
	for name := range Documented {
		if f, ok := facts[name]; ok && f.State == Known {
			values[name] = f.Value
		} else {
			patterns = append(patterns, cel.AttributePattern(name))
		}
	}
	vars, err := cel.PartialVars(values, patterns...)
	if err != nil {
		return false, nil, err
	}
	out, _, err := e.program.Eval(vars)
	if err != nil {
		return false, nil, err
	}
	if u, ok := out.(*types.Unknown); ok {
		var names []string
		for _, id := range u.IDs() {
			trails, _ := u.GetAttributeTrails(id)
			for _, t := range trails {
				names = append(names, t.Variable())
			}
		}
		slices.Sort(names)
		return false, slices.Compact(names), nil
	}
	return out == types.True, nil, nil
}
