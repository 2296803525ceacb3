package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"hame/internal/clock"
)

// Parameters are the values of a set that somebody who asks what it would change may put in
// place of its own ([RuleSet.With]).
type Parameters struct {
	// Years is a number of years that criteria name as years; 0 if the set has none.
	Years int
	// CutOff is the day that the facts here_since_cut_off and claimed_before_cut_off are counted
	// from; zero if the set has none.
	CutOff clock.Date
}

// The names of the parameters.
const (
	paramYears  = "years"
	paramCutOff = "cut_off"
)

// environment is that of a set's expressions.
func (p Parameters) environment() (*cel.Env, error) {
	if p.Years == 0 {
		return environment, nil
	}
	return environment.Extend(cel.Constant(paramYears, cel.IntType, types.Int(p.Years)))
}

// String lists the parameters, such as "years=7"; empty for none.
func (p Parameters) String() string {
	var all []string
	if p.Years != 0 {
		all = append(all, fmt.Sprintf("%s=%d", paramYears, p.Years))
	}
	if !p.CutOff.IsZero() {
		all = append(all, fmt.Sprintf("%s=%s", paramCutOff, p.CutOff))
	}
	return strings.Join(all, " ")
}

// replace puts a value in place of a parameter that the set has.
func (p *Parameters) replace(name, value string) error {
	var has []string
	for _, x := range strings.Fields(p.String()) {
		has = append(has, x[:strings.IndexByte(x, '=')])
	}
	if !slices.Contains(has, name) {
		if len(has) == 0 {
			return fmt.Errorf("%s: the set has no parameters", name)
		}
		return fmt.Errorf("%s: the set has no such parameter; it has %s", name, strings.Join(has, ", "))
	}
	var err error
	if name == paramYears {
		if p.Years, err = strconv.Atoi(value); err != nil || p.Years < 1 || p.Years > 50 {
			return fmt.Errorf("years is %q; it must be a whole number from 1 to 50", value)
		}
		return nil
	}
	if p.CutOff, err = clock.ParseDate(value); err != nil {
		return fmt.Errorf("cut_off: %w", err)
	}
	return nil
}

// With returns the set with other values in place of some of its parameters. Its hash stays
// that of its text. It fails for a parameter that the set does not have, and for a value that
// can't be one.
func (s *RuleSet) With(values map[string]string) (*RuleSet, error) {
	if len(values) == 0 {
		return s, nil
	}
	params := s.Parameters
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := params.replace(name, values[name]); err != nil {
			return nil, fmt.Errorf("rule set %s: %w", s.ID, err)
		}
	}
	return load(s.ID, []byte(s.Body), &params)
}

// Shifted returns the set with its cut-off day so many days later. In a synthetic programme a
// cut-off day lies as far before the programme's start as the real one lies before March 2007.
func (s *RuleSet) Shifted(days int) (*RuleSet, error) {
	if s.CutOff.IsZero() || days == 0 {
		return s, nil
	}
	return s.With(map[string]string{paramCutOff: s.CutOff.AddDays(days).String()})
}
