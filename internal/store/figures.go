package store

import (
	"context"
	"encoding/json"
	"time"

	"hame/internal/casefile"
)

// Grouping says by what figures are broken down.
type Grouping struct{ Lane, Council, Stage bool }

// Figures are the programme's at one instant of business time: queries over what
// had been recorded by then, the same whenever they are asked for (C5).
type Figures struct {
	AsOf      time.Time `json:"as_of"`
	Synthetic bool      `json:"synthetic"`
	// Withheld counts the restricted families that the reader does not see. No group
	// has them.
	Withheld int `json:"withheld"`
	// Groups begins with all families together.
	Groups []GroupFigures `json:"groups"`
	Lanes  []LaneFigures  `json:"lanes"`
}

// GroupFigures are those of one group of families. Unlisted, UnderReview, Archived,
// Decided, Resolved and Closed add up to Families.
type GroupFigures struct {
	Total   bool           `json:"total"`
	Lane    casefile.Lane  `json:"lane,omitempty"`
	Council string         `json:"council,omitempty"`
	Stage   casefile.Stage `json:"stage,omitempty"`

	Families    int `json:"families"`
	Unlisted    int `json:"unlisted"`
	UnderReview int `json:"under_review"` // no decision is signed
	Archived    int `json:"archived"`     // not found, and not decided: no outcome (C4)
	Decided     int `json:"decided"`      // signed, and not yet carried out (C7)
	Resolved    int `json:"resolved"`     // signed and carried out
	Closed      int `json:"closed"`       // administratively, without a decision

	// In calendar days from the day the family came in (R7).
	FirstDecision   Spread `json:"first_decision"`
	FinalResolution Spread `json:"final_resolution"`
	// The same for those who still wait: Longest is the oldest.
	WithoutDecision   Spread `json:"without_decision"`
	WithoutResolution Spread `json:"without_resolution"`

	// Missed counts deadlines that passed without a timely answer, by whose they
	// were when they were set. The end of a window is no missed deadline.
	Missed map[casefile.Party]int `json:"missed"`
}

// Spread is a distribution of days; its numbers are nil over no cases.
type Spread struct {
	Cases   int  `json:"cases"`
	Median  *int `json:"median"`
	P90     *int `json:"p90"`
	Longest *int `json:"longest"`
}

// LaneFigures is what a lane's forecast rests on.
type LaneFigures struct {
	Lane     casefile.Lane `json:"lane"`
	Waiting  int           `json:"waiting"`  // unlisted families
	Capacity int           `json:"capacity"` // families a week
	Paused   bool          `json:"paused"`
	RuleSet  string        `json:"rule_set"` // in YAML, which has the weeks of lead
}

// Figures returns the programme's figures at an instant of business time.
// NotPermitted but for operations, senior caseworkers and auditors.
func (s *Store) Figures(ctx context.Context, asOf time.Time, by Grouping) (Figures, error) {
	var body []byte
	var f Figures
	if err := s.db.GetContext(ctx, &body, `select figures($1, $2, $3, $4)`, asOf, by.Lane, by.Council,
		by.Stage); err != nil {
		return f, mapError(err)
	}
	return f, json.Unmarshal(body, &f)
}
