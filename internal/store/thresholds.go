package store

import (
	"context"
	"encoding/json"
	"time"

	"hame/internal/casefile"
)

// ThresholdDays returns what the thresholds of a family's people are worked out from.
func (t *Tx) ThresholdDays(ctx context.Context, ref string) ([]casefile.PersonDays, error) {
	var body []byte
	if err := t.get(ctx, &body, `select coalesce(threshold_days($1), '[]')`, ref); err != nil {
		return nil, err
	}
	var people []casefile.PersonDays
	err := json.Unmarshal(body, &people)
	return people, err
}

// AddThreshold records that a threshold fired, with the lane's rule set that was in force on
// its day. It fails with a refusal if the threshold of that day has fired before.
func (t *Tx) AddThreshold(ctx context.Context, ref string, c casefile.Crossing, at time.Time) error {
	return t.exec(ctx, `
		insert into threshold (case_ref, person_no, kind, on_day, fired_at, rule_set, signed)
		select r.case_ref, $2, $3, $4, $5, coalesce((select hash from operative_rule_set(r.lane, $4)), r.rule_set),
		       r.signed_on is not null
		from review r where r.case_ref = $1`, ref, c.Person, c.Kind, c.On, at)
}
