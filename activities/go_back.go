package activities

import (
	"context"
	"slices"

	"hame/internal/casefile"
	"hame/internal/store"
)

// goBack lets the stage shown be the earliest unfinished again: an act that finished it was
// struck. Stages that were opened since are not open any more; what people did in them
// stands, and is not asked again.
func (c *change) goBack(ctx context.Context) error {
	now, err := c.Review(ctx, c.ref)
	if err != nil {
		return err
	}
	back := c.before.Stage
	for _, s := range []casefile.Stage{casefile.Evidence, casefile.Welfare, casefile.Representation} {
		if now.HasOpened(s) && s.Before(back) && !now.Finished(s) {
			back = s
			break
		}
	}
	if now.HasOpened(casefile.Decision) {
		if err := c.withdrawStale(ctx, now, back == casefile.Decision); err != nil {
			return err
		}
	}
	if back == c.before.Stage {
		return nil
	}
	var since []casefile.Stage
	for _, s := range []casefile.Stage{casefile.Representation, casefile.Decision} {
		if back.Before(s) && now.HasOpened(s) {
			since = append(since, s)
		}
	}
	if err := c.VoidStages(ctx, c.ref, since, c.now); err != nil {
		return err
	}
	for _, s := range since {
		if err := c.VoidTasks(ctx, c.ref, 0, c.now, askedByStage[s]...); err != nil {
			return err
		}
	}
	if err := c.ReenterStage(ctx, c.ref, back, c.now); err != nil {
		return err
	}
	return c.ShowStage(ctx, c.ref, back, c.now)
}

// askedByStage are the tasks that go with a stage and with no act.
var askedByStage = map[casefile.Stage][]casefile.TaskKind{
	casefile.Representation: {casefile.TaskWindow},
	casefile.Decision:       {casefile.TaskRequestCheck, casefile.TaskPropose},
}

// withdrawStale sends a proposal that waits back to its author, for what it rests on has
// changed. It is asked for anew if the checks are there; else nobody proposes yet.
func (c *change) withdrawStale(ctx context.Context, now casefile.Facts, stays bool) error {
	p, err := c.OpenProposal(ctx, c.ref)
	switch {
	case store.IsKind(err, store.NotFound):
	case err != nil:
		return err
	default:
		if err := c.ReturnProposal(ctx, c.ref, p.No, "", []string{"stale"}); err != nil {
			return err
		}
		if _, err := c.done(ctx, casefile.TaskAgree, 0, "stale", c.today); err != nil {
			return err
		}
	}
	waits := slices.ContainsFunc(now.Tasks, func(t casefile.Task) bool {
		return t.Kind == casefile.TaskCheck || t.Kind == casefile.TaskRequestCheck
	})
	if stays && !waits {
		return c.askForProposal(ctx)
	}
	return c.VoidTasks(ctx, c.ref, 0, c.now, casefile.TaskPropose)
}
