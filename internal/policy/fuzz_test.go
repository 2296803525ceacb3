package policy_test

import (
	"testing"
	"time"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
)

// FuzzLoad: a rule set is refused with words, or every ladder, place and
// recommendation can be worked out from it.
func FuzzLoad(f *testing.F) {
	sets, err := policy.Embedded()
	if err != nil {
		f.Fatal(err)
	}
	for _, set := range sets {
		f.Add([]byte(set.Body))
	}
	f.Add([]byte("a: &a [*a, *a]\n"))
	f.Add([]byte("id: x\nuse: comparison\nin_force_from: 2026-01-01\ncriteria:\n  - {id: a, recommends: GRANT_ILR, when: 'residence_years >= 7', source: x}\n"))
	f.Add([]byte("id: x\nuse: comparison\nin_force_from: 2026-01-01\ncriteria:\n  - {id: a, recommends: GRANT_ILR, when: '1/0 == 1 || \"a\".matches(\"(a+)+$\")', source: x}\n"))
	began := clock.NewDate(2026, time.March, 2)
	facts := policy.Facts{"residence_years": policy.Is(7), "children": policy.Is(2), "public_harm_alleged": policy.Is(false)}
	f.Fuzz(func(t *testing.T, body []byte) {
		set, err := policy.Load("fuzz", body)
		if err != nil {
			if set != nil || err.Error() == "" {
				t.Fatalf("refused, and still there: %v", err)
			}
			return
		}
		again, err := policy.Load("fuzz", body)
		if err != nil || again.Hash != set.Hash {
			t.Fatalf("read twice it differs: %v", err)
		}
		for _, known := range []policy.Facts{facts, {}} {
			if _, err := set.Recommend(1, known); err != nil && err.Error() == "" {
				t.Fatal("an error without words")
			}
			if place, err := set.Place(known, 10); err == nil && (place.Priority < 1 || place.Priority > 5) {
				t.Fatalf("placed at priority %d", place.Priority)
			}
		}
		if set.Use != policy.Operative {
			return
		}
		for _, rule := range casefile.TaskRules {
			deadline, err := set.Deadline(rule.Kind, began, "S12000049")
			if err != nil {
				t.Fatalf("no deadline for %s: %v", rule.Kind, err)
			}
			ladder, err := set.Ladder(rule.Kind, deadline, clock.Embedded())
			if err != nil {
				t.Fatalf("no ladder for %s: %v", rule.Kind, err)
			}
			if ladder.DueOn.Before(began) || ladder.First.At.Before(began.Start()) {
				t.Fatalf("%s, begun on %s, is due on %s", rule.Kind, began, ladder.DueOn)
			}
		}
	})
}
