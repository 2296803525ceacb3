package scenario

import (
	"fmt"
	"slices"
	"strings"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// World is where a story is played.
type World interface {
	// Begin makes the family of the story, and opens its review.
	Begin(s Scenario) error
	// Facts are the case as it stands, with every stage opened that can be.
	Facts() (casefile.Facts, error)
	// Today is the day at which the story is.
	Today() clock.Date
	// Pass lets days pass: what is due meanwhile acts.
	Pass(days int) error
	// Do does an act, and returns the refusal if it is refused. An act that needs a text and
	// is given none gets one.
	Do(login string, act casefile.Act, subject int, fields casefile.Fields, text string) (*casefile.Refusal, error)
	// Ask asks the record of the family, whose reference is $1: a value a row.
	Ask(query string) ([]string, error)
}

// checks are what a story can look up.
var checks = map[string]string{
	"stage":                `select stage from review where case_ref = $1`,
	"ended":                `select '/' || person_no || ' ' || outcome from end_in_force where case_ref = $1 order by 1`,
	"outcomes":             `select '/' || person_no || ' ' || outcome from outcome_in_force where case_ref = $1 and fell_on is null order by 1`,
	"principal":            `select '/' || no from person where case_ref = $1 and relationship = 'principal'`,
	"people":               `select '/' || no from present where case_ref = $1 order by 1`,
	"children when listed": `select '/' || no from person where case_ref = $1 and child_when_listed order by 1`,
	"family outcome":       `select rollup from review where case_ref = $1 and rollup is not null`,
	"served":               `select '/' || person_no from outcome_in_force where case_ref = $1 and served_on is not null order by 1`,
	"archived":             `select 'yes' from archive where case_ref = $1 and until is null`,
	"decisions":            `select no::text from decision where case_ref = $1 order by no`,
	"windows":              `select '/' || person_no || ' ' || coalesce(closed_why, 'open') from removal_window where case_ref = $1 order by person_no, no`,
	"awaits":               openTasks,
	"asks no more":         openTasks,
}

const openTasks = `select kind || case when subject > 0 then '/' || subject else '' end from task where case_ref = $1 and closed_at is null order by 1`

// Play plays a story. The error names the line that is not as it says.
func (s Scenario) Play(w World) error {
	if err := w.Begin(s); err != nil {
		return err
	}
	for _, step := range s.Steps {
		if err := s.play(w, step); err != nil {
			return fmt.Errorf("%s, line %d: %w", s.Name, step.Line, err)
		}
	}
	return nil
}

func (s Scenario) play(w World, step Step) error {
	switch step.Kind {
	case At:
		if err := s.reach(w, step.Stage); err != nil {
			return err
		}
		return compare(w, Step{Check: "stage", Wants: []string{string(step.Stage)}})
	case After:
		return w.Pass(step.Days)
	case Then:
		return compare(w, step)
	case Agrees:
		numbers, err := w.Ask(`select coalesce(max(no), 0)::text from second_request where case_ref = $1`)
		if err != nil {
			return err
		}
		var no int
		if _, err := fmt.Sscan(numbers[0], &no); err != nil {
			return err
		}
		step.Act, step.Subject, step.Fields = casefile.ActConfirm, no, &casefile.ConfirmFields{Finding: step.Finding}
	}
	refusal, err := w.Do(step.Login, step.Act, step.Subject, step.Fields, step.Text)
	switch {
	case err != nil:
		return err
	case refusal == nil && step.Refused != "":
		return fmt.Errorf("%s by %s was done, and was to be refused (%s)", step.Act, step.Login, step.Refused)
	case refusal != nil && refusal.Code != step.Refused:
		return fmt.Errorf("%s by %s was refused: %v %v", step.Act, step.Login, refusal, refusal.Blocks)
	}
	return nil
}

func compare(w World, step Step) error {
	found, err := w.Ask(checks[step.Check])
	if err != nil {
		return err
	}
	for _, want := range step.Wants {
		there := slices.Contains(found, want)
		switch {
		case step.Check == "asks no more" && there:
			return fmt.Errorf("%s is awaited still", want)
		case step.Check == "awaits" && !there:
			return fmt.Errorf("%s is not awaited; these are: %s", want, strings.Join(found, ", "))
		}
	}
	exact := step.Check != "awaits" && step.Check != "asks no more" || len(step.Wants) == 0
	if exact && !slices.Equal(slices.Sorted(slices.Values(found)), slices.Sorted(slices.Values(step.Wants))) {
		return fmt.Errorf("%s: the record says %q", step.Check, strings.Join(found, ", "))
	}
	return nil
}

// CellOf is a cell of the table of events by stage.
type CellOf struct {
	Act   casefile.Act
	Stage casefile.Stage
}

// Cells counts how often the stories try each cell of the table of events by stage.
func Cells(all []Scenario) map[CellOf]int {
	events := casefile.Events()
	count := map[CellOf]int{}
	for _, s := range all {
		stage := casefile.Listed
		for _, step := range s.Steps {
			switch {
			case step.Kind == At:
				stage = step.Stage
			case step.Kind == Act && slices.ContainsFunc(events, func(r *casefile.ActRule) bool { return r.Act == step.Act }):
				count[CellOf{step.Act, stage}]++
			}
		}
	}
	return count
}
