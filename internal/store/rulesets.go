package store

import (
	"context"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
)

// SaveRuleSet keeps a rule set under its content's hash.
func (t *Tx) SaveRuleSet(ctx context.Context, s *policy.RuleSet) error {
	return t.exec(ctx, `
		insert into rule_set (hash, id, use, lane, in_force_from, body) values ($1, $2, $3, nullif($4, ''), $5, $6)
		on conflict (hash) do nothing`, s.Hash, s.ID, s.Use, string(s.Lane), s.InForceFrom, s.Body)
}

// RuleSetBody returns a stored rule set's YAML. NotFound if there is none of this hash.
func (t *Tx) RuleSetBody(ctx context.Context, hash string) (string, error) {
	var body string
	err := t.get(ctx, &body, `select body from rule_set where hash = $1`, hash)
	return body, err
}

// OperativeHash returns the hash of a lane's rule set that is in force on a day:
// the latest of those whose day has come.
func (t *Tx) OperativeHash(ctx context.Context, lane casefile.Lane, on clock.Date) (string, error) {
	var hash string
	err := t.get(ctx, &hash, `
		select hash from operative_rule_set($1, $2)`, string(lane), on)
	return hash, err
}

// ComparisonHashes lists the rule sets for comparison that are in force on a day.
func (t *Tx) ComparisonHashes(ctx context.Context, on clock.Date) ([]string, error) {
	var hashes []string
	err := t.all(ctx, &hashes, `
		select distinct on (id) hash from rule_set where use = 'comparison' and in_force_from <= $1
		order by id, in_force_from desc, recorded_at desc`, on)
	return hashes, err
}
