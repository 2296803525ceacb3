package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hame/internal/casefile"
	"hame/internal/forecast"
	"hame/internal/policy"
)

// ForecastRecord returns what a lane's forecast rests on, as it was recorded at an instant.
// Restricted families count only if restricted is true, and of them only those that the
// session's login may see. It reports false if the lane was not started by then. NotPermitted
// but for operations, senior caseworkers and auditors.
func (s *Store) ForecastRecord(ctx context.Context, lane casefile.Lane, asOf time.Time, restricted bool,
) (forecast.Record, bool, error) {
	var body []byte
	var r struct {
		forecast.Record
		RuleSet string `json:"rule_set"`
	}
	if err := s.db.GetContext(ctx, &body, `select forecast_record($1, $2, $3)`, string(lane), asOf, restricted); err != nil {
		return r.Record, false, mapError(err)
	}
	if body == nil {
		return r.Record, false, nil
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return r.Record, false, err
	}
	rules, err := policy.Load("", []byte(r.RuleSet))
	if err != nil {
		return r.Record, false, fmt.Errorf("the %s lane's rule set: %w", lane, err)
	}
	r.LeadWeeks = rules.Listing.LeadWeeks
	return r.Record, true, nil
}
