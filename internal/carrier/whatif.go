package carrier

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"hame/internal/casefile"
	"hame/internal/policy"
	"hame/internal/store"
	"hame/internal/whatif"
)

const (
	// filesAtOnce is how many files are read and evaluated together [D].
	filesAtOnce = 1000
	// evaluatedBeside is how many such pages are evaluated beside each other.
	evaluatedBeside = 2
)

// answerWhatIf answers a question what another rule set would say of every family, if one
// waits. It writes nothing to any case. A question that can't be answered, because of its
// set or its parameters, is ended with the reason; after an outage it is begun anew.
func (d *Dispatcher) answerWhatIf(ctx context.Context) error {
	asked, waits, err := d.Record.ClaimWhatIf(ctx)
	if err != nil || !waits {
		return err
	}
	question, err := d.question(ctx, asked)
	var outage *store.Error
	if errors.As(err, &outage) {
		return err
	}
	if err != nil {
		return d.Record.FinishWhatIf(ctx, asked.No, nil, err.Error())
	}
	counts, err := d.tally(ctx, asked.No, question)
	if err != nil {
		return fmt.Errorf("question %d: %w", asked.No, err)
	}
	return d.Record.FinishWhatIf(ctx, asked.No, counts, "")
}

// question loads the sets of a question, with its parameters.
func (d *Dispatcher) question(ctx context.Context, asked store.WhatIfAsked) (whatif.Question, error) {
	q := whatif.Question{Other: map[casefile.Lane]*policy.RuleSet{}, On: asked.On}
	one, other, shift, err := d.Record.WhatIfSets(ctx, asked)
	if err != nil {
		return q, err
	}
	load := func(body string, params map[string]string) (*policy.RuleSet, error) {
		set, err := policy.Load("of the question", []byte(body))
		if err == nil {
			set, err = set.Shifted(shift)
		}
		if err == nil {
			set, err = set.With(params)
		}
		return set, err
	}
	if q.One, err = load(one, asked.Params); err != nil {
		return q, err
	}
	for lane, body := range other {
		if q.Other[lane], err = load(body, nil); err != nil {
			return q, err
		}
	}
	return q, nil
}

// tally evaluates every family by pages, some beside each other, and counts the answers.
func (d *Dispatcher) tally(ctx context.Context, no int64, q whatif.Question) ([]whatif.Count, error) {
	total := whatif.NewTally(q)
	for after, done := "", 0; ; {
		pages := make([][]whatif.Family, 0, evaluatedBeside)
		last := false
		for len(pages) < evaluatedBeside && !last {
			page, err := d.Record.WhatIfFiles(ctx, after, filesAtOnce)
			if err != nil {
				return nil, err
			}
			if last = len(page) < filesAtOnce; len(page) > 0 {
				after = page[len(page)-1].Case
				pages = append(pages, page)
			}
		}
		tallies, parted := make([]*whatif.Tally, len(pages)), make([][]whatif.Parted, len(pages))
		var evaluating errgroup.Group
		for i, page := range pages {
			evaluating.Go(func() (err error) {
				tallies[i], parted[i], err = evaluate(q, page)
				return err
			})
		}
		if err := evaluating.Wait(); err != nil {
			return nil, err
		}
		for i, page := range pages {
			total.Merge(tallies[i])
			done += len(page)
			if err := d.Record.SaveWhatIfPage(ctx, no, done, parted[i]); err != nil {
				return nil, err
			}
		}
		if last {
			return total.Counts(), nil
		}
	}
}

func evaluate(q whatif.Question, page []whatif.Family) (*whatif.Tally, []whatif.Parted, error) {
	tally := whatif.NewTally(q)
	var all []whatif.Parted
	for _, f := range page {
		one, other, ok, err := q.Answer(f)
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			continue
		}
		if p := tally.Add(f, one, other); p != nil {
			all = append(all, *p)
		}
	}
	return tally, all, nil
}
