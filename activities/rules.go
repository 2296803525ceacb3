package activities

import (
	"context"

	"hame/internal/casefile"
	"hame/internal/policy"
	"hame/internal/store"
)

// takeRules pins the rule set of the lane that is in force today to a review whose family is
// not decided. What the set makes of each person is kept beside what the one before it
// made of them, the file has a new revision, and a proposal that waits goes back to its author.
// Deadlines that run stay as they are. A decided family keeps the set that it was decided under.
func (c *change) takeRules(ctx context.Context) error {
	if c.before.Signed {
		return nil
	}
	hash, err := c.OperativeHash(ctx, c.before.Lane, c.today)
	if err != nil || hash == c.before.RuleSet {
		return err
	}
	rules, err := c.a.ruleSet(ctx, c.Tx, hash)
	if err != nil {
		return err
	}
	if rules.Use != policy.Operative || rules.Lane != c.before.Lane {
		return store.Impossible("rule set %s is not an operative one of this lane: its text was not checked when it was proposed", hash)
	}
	last, err := c.LastRecommendations(ctx, c.ref)
	if err != nil {
		return err
	}
	if err := c.TakeRules(ctx, c.ref, hash, c.now); err != nil {
		return err
	}
	c.rules = rules
	if len(last) == 0 {
		return nil // nothing was asked of the set before it either
	}
	if err := c.Revise(ctx, c.ref); err != nil {
		return err
	}
	if err := c.recommend(ctx, c.before.Revision+1); err != nil {
		return err
	}
	return c.returnProposal(ctx, casefile.ReturnedForRules)
}

// rulesOf returns the rule set by which a task's deadline runs: the one that its review had
// when the task was opened.
func (c *change) rulesOf(ctx context.Context, t store.TaskDates) (*policy.RuleSet, error) {
	if t.RuleSet == "" {
		return c.rules, nil
	}
	return c.a.ruleSet(ctx, c.Tx, t.RuleSet)
}

// asLongBefore returns a set with its cut-off day where it lies in a synthetic programme: as far
// before its start as the real day lies before March 2007.
func (c *change) asLongBefore(ctx context.Context, set *policy.RuleSet) (*policy.RuleSet, error) {
	if set.CutOff.IsZero() {
		return set, nil
	}
	days, err := c.CutOffShift(ctx)
	if err != nil {
		return nil, err
	}
	return set.Shifted(days)
}
