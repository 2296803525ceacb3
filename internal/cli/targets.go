package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"hame/internal/casefile"

	"github.com/spf13/cobra"
)

// Target is one of those to whom an act is done: a case, or N in it.
type Target struct {
	Ref   string
	No    int    // 0 if no N was typed
	where string // the place in the list
}

// String is the reference as it is typed.
func (t Target) String() string { return Reference(t.Ref, t.No) }

// ReadTargets reads whom an act is about: the references typed, or those of the
// file of --families. A list with a malformed reference is refused whole; what
// stands twice is named, and done once.
func ReadTargets(c *cobra.Command, rule *casefile.ActRule, args []string, families, form string) ([]Target, error) {
	var targets []Target
	var wrong []error
	take := func(where, word string) {
		ref, no, err := casefile.ParsePersonReference(word)
		if err == nil {
			err = RightSubject(rule, ref, no)
		}
		if err != nil && where != "" {
			err = fmt.Errorf("%s: %w", where, err)
		}
		if err != nil {
			wrong = append(wrong, err)
		}
		targets = append(targets, Target{ref, no, where})
	}
	switch {
	case families != "" && len(args) > 0:
		return nil, Usage(errors.New("name the cases as REF... or in the file of --families, not both"))
	case families == "-" && form == "-":
		return nil, Usage(errors.New("--families and --file can't both be standard input"))
	case families != "":
		body, err := ReadInput("--families", families)
		if err != nil {
			return nil, err
		}
		for i, line := range strings.Split(string(body), "\n") {
			line, _, _ = strings.Cut(line, "#")
			if line = strings.TrimSpace(line); line != "" {
				take(fmt.Sprintf("%s line %d", InputName(families), i+1), line)
			}
		}
		if len(targets) == 0 {
			return nil, Usage(fmt.Errorf("%s names no case: write one reference a line", InputName(families)))
		}
	case rule.Subject == casefile.AboutRepresentation, rule.Subject == casefile.AboutDifference, rule.Subject == casefile.AboutRequest:
		t, err := readNumbered(c, rule, args)
		return []Target{t}, err
	case len(args) == 0:
		return nil, Usage(fmt.Errorf("%s takes a case reference: %s", c.CommandPath(), c.UseLine()))
	case len(args) > 1 && !rule.Many:
		return nil, oneAtATime(rule, len(args))
	case len(args) == 1:
		take("", args[0])
		return targets, errors.Join(wrong...)
	default:
		for i, arg := range args {
			take(fmt.Sprintf("argument %d", i+1), arg)
		}
	}
	if len(wrong) > 0 {
		return nil, Usage(fmt.Errorf("nothing was sent, for the list is not right:\n%w", errors.Join(wrong...)))
	}
	return once(c.ErrOrStderr(), targets), nil
}

// RightSubject checks what can be known of REF/N without the case. A letter is named
// by its number alone, so that one without it is a slip in the command.
func RightSubject(rule *casefile.ActRule, ref string, no int) error {
	refusal := rule.CheckSubject(ref, no)
	switch {
	case refusal == nil:
		return nil
	case rule.Subject == casefile.AboutLetter:
		return Usage(errors.New(refusal.Detail))
	}
	return refusal
}

func oneAtATime(rule *casefile.ActRule, cases int) error {
	return Usage(fmt.Errorf("%s is done on one case at a time, not on %d: it takes a look at each, and no batch decides or judges (R3)",
		rule.Act, cases))
}

// readNumbered reads REF ID: a case, and the number of something that case show lists.
func readNumbered(c *cobra.Command, rule *casefile.ActRule, args []string) (t Target, err error) {
	if len(args) > 2 {
		return t, oneAtATime(rule, len(args)-1)
	}
	if err := Exactly(2)(c, args); err != nil {
		return t, err
	}
	if t.Ref, err = casefile.ParseReference(args[0]); err != nil {
		return t, err
	}
	if t.No, err = casefile.ParseNumber(args[1], casefile.MaxNumber); err != nil {
		return t, Usage(fmt.Errorf("%w; case show lists the numbers", err))
	}
	return t, nil
}

// once leaves out what stands in a list twice, and says so.
func once(w io.Writer, targets []Target) []Target {
	first := map[string]Target{}
	kept := targets[:0]
	for _, t := range targets {
		if f, twice := first[t.String()]; twice {
			fmt.Fprintf(w, "%s stands twice (%s, %s): it is done once\n", t, f.where, t.where)
			continue
		}
		first[t.String()] = t
		kept = append(kept, t)
	}
	return kept
}
