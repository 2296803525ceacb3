package store

import (
	"context"
	"time"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
)

// RulesOffice is the office whose acts are on the rule sets and on no case.
const RulesOffice = "rules"

// SaveRuleSet keeps a rule set under its content's hash. That puts it in force nowhere.
func (t *Tx) SaveRuleSet(ctx context.Context, s *policy.RuleSet) error {
	return t.exec(ctx, `
		insert into rule_set (hash, id, use, lane, in_force_from, body) values ($1, $2, $3, nullif($4, ''), $5, $6)
		on conflict (hash) do nothing`, s.Hash, s.ID, s.Use, string(s.Lane), s.InForceFrom, s.Body)
}

// adoptTheFirst puts a set that the program carries in force, in a database that never had
// one of its lane, or for comparison one of its name. Any other is adopted by two officers.
func (t *Tx) adoptTheFirst(ctx context.Context, s *policy.RuleSet) error {
	return t.exec(ctx, `
		insert into rules_adoption (rule_set, from_day, adopted_at)
		select s.hash, s.in_force_from, business_now() from rule_set s
		where s.hash = $1 and not exists (select from rules_adoption a join rule_set x on x.hash = a.rule_set
			where x.use = s.use and coalesce(x.lane, x.id) = coalesce(s.lane, s.id))`, s.Hash)
}

// RuleSetBody returns a stored rule set's YAML. NotFound if there is none of this hash.
func (t *Tx) RuleSetBody(ctx context.Context, hash string) (string, error) {
	var body string
	err := t.get(ctx, &body, `select body from rule_set where hash = $1`, hash)
	return body, err
}

// OperativeHash returns the hash of a lane's rule set that is in force on a day:
// of those adopted, the latest whose day has come.
func (t *Tx) OperativeHash(ctx context.Context, lane casefile.Lane, on clock.Date) (string, error) {
	var hash string
	err := t.get(ctx, &hash, `
		select hash from operative_rule_set($1, $2)`, string(lane), on)
	return hash, err
}

// ComparisonHashes lists the rule sets for comparison that are in force on a day.
func (t *Tx) ComparisonHashes(ctx context.Context, on clock.Date) ([]string, error) {
	var hashes []string
	err := t.all(ctx, &hashes, `select hash from rules_in_force($1) where use = 'comparison' order by id`, on)
	return hashes, err
}

// TakeRules pins another rule set to a review that is not decided, and records which it had.
// The deadlines that run go on by the set that they began under.
func (t *Tx) TakeRules(ctx context.Context, ref, hash string, at time.Time) error {
	if err := t.exec(ctx, `
		update task t set rule_set = r.rule_set from review r
		where t.case_ref = $1 and r.case_ref = $1 and t.rule_set is null`, ref); err != nil {
		return err
	}
	if err := t.exec(ctx, `
		insert into rules_taken (case_ref, no, replaced, rule_set, revision, taken_at)
		select r.case_ref, coalesce((select max(x.no) from rules_taken x where x.case_ref = $1), 0) + 1, r.rule_set, $2, r.revision, $3
		from review r where r.case_ref = $1`, ref, hash, at); err != nil {
		return err
	}
	return t.exec(ctx, `update review set rule_set = $2 where case_ref = $1 and signed_on is null`, ref, hash)
}

// ProposeRules records that a rule set is proposed, under the act of the officer who does.
// Refused if it is proposed already. As a trial it does all of it, and takes it back before anybody can see it.
func (s *Store) ProposeRules(ctx context.Context, c NewCommand, set *policy.RuleSet, trial bool) error {
	return s.onRules(ctx, c, trial, func(ctx context.Context, t *Tx) error {
		return t.exec(ctx, `select propose_rules($1, $2, $3, $4, nullif($5, ''), $6, $7)`, c.ID, set.Hash, set.ID, set.Use,
			string(set.Lane), set.InForceFrom, set.Body)
	})
}

// onRules does an act on a rule set, or tries it.
func (s *Store) onRules(ctx context.Context, c NewCommand, trial bool, do func(context.Context, *Tx) error) error {
	ctx, done := saving(ctx)
	defer done()
	tried := false
	err := s.InTx(ctx, func(t *Tx) error {
		if err := t.insertCommand(ctx, c); err != nil {
			return err
		}
		if err := do(ctx, t); err != nil || !trial {
			return err
		}
		tried = true
		return errTrial
	})
	if tried {
		return nil
	}
	return err
}

// AdoptRules puts a proposed rule set in force from a day on, under the act of the second
// officer. Refused to the person who proposed it, if nobody proposes it, and for a day that is over or
// before the one that the set names. A trial is as in [Store.ProposeRules].
func (s *Store) AdoptRules(ctx context.Context, c NewCommand, hash string, from clock.Date, trial bool) error {
	return s.onRules(ctx, c, trial, func(ctx context.Context, t *Tx) error {
		return t.exec(ctx, `select adopt_rules($1, $2, $3)`, c.ID, hash, from)
	})
}

// RulesState says what became of a rule set.
type RulesState string

// The states.
const (
	RulesInForce  RulesState = "in_force"
	RulesComing   RulesState = "coming"   // adopted, and its day has not come
	RulesProposed RulesState = "proposed" // it waits for a second officer
	RulesFormer   RulesState = "former"   // it was in force
	RulesDropped  RulesState = "dropped"  // its proposal was replaced, or has lapsed
	RulesOnFile   RulesState = "on_file"  // the program brought it, and nobody proposed it
)

// RulesOnRecord is a rule set on record.
type RulesOnRecord struct {
	Hash        string        `db:"hash" json:"rule_set"`
	ID          string        `db:"id" json:"id"`
	Use         string        `db:"use" json:"use"`
	Lane        casefile.Lane `db:"lane" json:"lane,omitempty"`
	InForceFrom clock.Date    `db:"in_force_from" json:"in_force_from"` // as the set itself says
	State       RulesState    `db:"state" json:"state"`
	From        clock.Date    `db:"from_day" json:"from,omitzero"` // of its last adoption
	ProposedBy  string        `db:"proposed_by" json:"proposed_by,omitempty"`
	ProposedOn  clock.Date    `db:"proposed_on" json:"proposed_on,omitzero"`
	AdoptedBy   string        `db:"adopted_by" json:"adopted_by,omitempty"` // empty for what set-up put in force
	AdoptedAt   *time.Time    `db:"adopted_at" json:"adopted_at,omitempty"`
	// Taken and Waiting count the undecided reviews that have an operative set in force, and
	// those of its lane that still have another, without restricted families; nil for other sets.
	Taken   *int   `db:"taken" json:"taken,omitempty"`
	Waiting *int   `db:"waiting" json:"waiting,omitempty"`
	Body    string `db:"body" json:"-"`
}

// Rules lists the rule sets on record, for whoever is a member of staff.
func (s *Store) Rules(ctx context.Context) ([]RulesOnRecord, error) {
	rows := []RulesOnRecord{}
	err := s.db.SelectContext(ctx, &rows, `
		select hash, id, use, coalesce(lane, '') as lane, in_force_from, state, from_day, coalesce(proposed_by, '') as proposed_by,
		       proposed_on, coalesce(adopted_by, '') as adopted_by, adopted_at, taken, waiting, body from list_rules()`)
	return rows, mapError(err)
}

// CutOffShift is by how many days the cut-off days of rule sets are later in a synthetic
// programme than the sets say; 0 in a real one.
func (t *Tx) CutOffShift(ctx context.Context) (int, error) {
	var days int
	err := t.get(ctx, &days, `select cut_off_shift()`)
	return days, err
}
