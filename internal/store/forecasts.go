package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

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
	if err := s.db.GetContext(ctx, &body, `select forecast_record($1, $2, $3)`, string(lane), asOf,
		restricted); err != nil {
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

// ForecastActs returns the acts that were done on the last families of a lane that were decided
// and carried out, as [Store.ForecastRecord] counts families.
func (s *Store) ForecastActs(ctx context.Context, lane casefile.Lane, asOf time.Time, restricted bool,
) (acts forecast.Acts, err error) {
	var body []byte
	if err := s.db.GetContext(ctx, &body, `select forecast_acts($1, $2, $3)`, string(lane), asOf,
		restricted); err != nil {
		return acts, mapError(err)
	}
	return acts, json.Unmarshal(body, &acts)
}

// ForecastCame returns what became, by a later instant, of the families that a lane's forecast
// was about, as [Store.ForecastRecord] counts families.
func (s *Store) ForecastCame(ctx context.Context, lane casefile.Lane, asOf, until time.Time, restricted bool,
) (came forecast.Came, err error) {
	var body []byte
	err = s.db.GetContext(ctx, &body, `select forecast_came($1, $2, $3, $4)`, string(lane), asOf, until, restricted)
	if err != nil {
		return came, mapError(err)
	}
	return came, json.Unmarshal(body, &came)
}

// SaveSpans keeps with the places of a lane's families that wait in how many days after its
// listing date a family of so many people is decided: days[n] are those of a family of n, the
// last of it those of all larger ones. None are kept if there is no forecast.
func (s *Store) SaveSpans(ctx context.Context, lane casefile.Lane, days []forecast.Band[int]) error {
	var early, late []int64
	for _, d := range days {
		early, late = append(early, int64(d.Early)), append(late, int64(d.Late))
	}
	_, err := s.db.ExecContext(ctx, `
		update waiting_place w set decided_early = w.listing_on + ($2::int[])[x.at],
		    decided_late = w.listing_on + ($3::int[])[x.at]
		from (select p.case_ref, least(count(*), coalesce(array_length($2::int[], 1), 0))::int as at
		      from person p group by 1) x
		where x.case_ref = w.case_ref and w.lane = $1 and w.n is not null`, string(lane), pq.Array(early), pq.Array(late))
	return mapError(err)
}
