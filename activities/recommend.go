package activities

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"hame/internal/policy"
)

// recommend asks the pinned rule set what it makes of each person, and keeps
// the answer with the revision it was made on. It recommends; it decides nothing.
func (c *change) recommend(ctx context.Context, revision int) error {
	all, err := c.advice(ctx)
	if err != nil {
		return err
	}
	return c.keep(ctx, revision, all)
}

// advised is what a rule set makes of each person of a family.
type advised struct {
	People []policy.Recommendation `json:"people"`
}

// advice asks the pinned rule set, and those for comparison, what they make of each person.
// It returns the answers by the hash of the set.
func (c *change) advice(ctx context.Context) (map[string]advised, error) {
	file, err := c.RulesFile(ctx, c.ref)
	if err != nil {
		return nil, err
	}
	hashes, err := c.ComparisonHashes(ctx, c.today)
	if err != nil {
		return nil, err
	}
	sets := []*policy.RuleSet{c.rules}
	for _, hash := range hashes {
		set, err := c.a.ruleSet(ctx, c.Tx, hash)
		if err == nil {
			set, err = c.asLongBefore(ctx, set)
		}
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	all := make(map[string]advised, len(sets))
	for _, set := range sets {
		people, err := set.Recommend(file, c.today)
		if err != nil {
			return nil, err
		}
		all[set.Hash] = advised{people}
	}
	return all, nil
}

// keep records answers of rule sets with the revision of the file that they were made on.
func (c *change) keep(ctx context.Context, revision int, all map[string]advised) error {
	for _, hash := range slices.Sorted(maps.Keys(all)) {
		encoded, err := json.Marshal(all[hash])
		if err != nil {
			return err
		}
		if err := c.SaveRecommendation(ctx, c.ref, revision, hash, encoded, c.now); err != nil {
			return err
		}
	}
	return nil
}

// reconsider asks the rule sets again, because time has passed a threshold and nobody has
// recorded anything. If one of them now says something else than it last did, the file
// counts as changed: it gets a new revision, and a proposal that waits goes back to its
// author, as after any act [D].
func (c *change) reconsider(ctx context.Context) error {
	now, err := c.advice(ctx)
	if err != nil {
		return err
	}
	last, err := c.LastRecommendations(ctx, c.ref)
	if err != nil {
		return err
	}
	changed := false
	for hash, body := range last {
		var was advised
		if err := json.Unmarshal(body, &was); err != nil {
			return err
		}
		is, asked := now[hash]
		changed = changed || asked && !reflect.DeepEqual(was, is)
	}
	if !changed {
		return c.keep(ctx, c.before.Revision, now)
	}
	if err := c.Revise(ctx, c.ref); err != nil {
		return err
	}
	if err := c.keep(ctx, c.before.Revision+1, now); err != nil {
		return err
	}
	return c.returnStaleProposal(ctx)
}
