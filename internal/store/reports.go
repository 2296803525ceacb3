package store

import (
	"context"
	"encoding/json"
	"time"

	"hame/internal/clock"
)

// Report is where the programme stands: figures over recorded facts at one
// business instant. Decided, Closed, Archived, Open and Withheld add up to Families: a family
// counts once, with the people who were born into it, joined it or left it.
type Report struct {
	At        time.Time `json:"at"`
	Synthetic bool      `json:"synthetic"`
	Families  int       `json:"families"`
	// Withheld counts the restricted families that the reader does not see; no other
	// figure has them.
	Withheld int `json:"withheld"`
	People   int `json:"people"`
	// Joined counts those of them who were born into a family or joined it since.
	Joined int `json:"joined"`
	// FilesOfTheirOwn counts the files of people who parted from a family, which counts once with
	// all its files. Nil where there are fewer than five, for all but the auditor.
	FilesOfTheirOwn *int `json:"files_of_their_own"`
	// Decided counts cases whose decision has been carried out (C7).
	Decided int `json:"decided"`
	// Closed counts cases closed administratively, without a decision.
	Closed int `json:"closed"`
	// ClosedByEnd breaks them down by what has become of everybody; SEVERAL if it differs.
	ClosedByEnd map[string]int `json:"closed_by_end"`
	// Archived counts families that were not found: they are open, and have no outcome (C4).
	Archived         int            `json:"archived"`
	Open             int            `json:"open"`
	DecidedByOutcome map[string]int `json:"decided_by_outcome"`
	OpenByStage      map[string]int `json:"open_by_stage"`
	HeldBack         int            `json:"held_back_as_duplicates"`
	// HeldAsDuplicates counts second files of families that stand twice, held until
	// files can be merged.
	HeldAsDuplicates int `json:"held_as_duplicates"`
	Duplicates       struct {
		Unresolved int `json:"unresolved"` // pairs
		Escalated  int `json:"escalated"`
	} `json:"duplicates"`
	// Post is what waits in the mailroom (C1).
	Post struct {
		Unlinked       int        `json:"unlinked"`
		OldestUnlinked clock.Date `json:"oldest_unlinked,omitzero"`
		Unread         int        `json:"unread"`
		OldestUnread   clock.Date `json:"oldest_unread,omitzero"`
		Escalated      int        `json:"escalated"`
	} `json:"post"`
	Milestones struct {
		Signed     int `json:"signed"`
		Served     int `json:"served"`
		CarriedOut int `json:"carried_out"`
	} `json:"milestones"`
	PeopleByOutcome map[string]int `json:"people_by_outcome"`
	Deadlines       struct {
		Set          int `json:"set"`
		Kept         int `json:"kept"`
		Missed       int `json:"missed"`
		WindowsEnded int `json:"windows_ended"`
		Reminded     int `json:"reminded"`
		Escalated    int `json:"escalated"`
	} `json:"deadlines"`
	// Overdue counts the open tasks whose last day has passed, and says by how many calendar days the
	// longest of them is overdue; 0 if none is.
	Overdue struct {
		Tasks   int `json:"tasks"`
		Longest int `json:"longest"`
	} `json:"overdue"`
	// DaysListingToService is in calendar days, over the cases served so far (R7).
	DaysListingToService struct {
		Cases   int  `json:"cases"`
		Median  *int `json:"median"`
		P90     *int `json:"p90"`
		Longest *int `json:"longest"`
	} `json:"days_listing_to_service"`
	Acts map[string]int `json:"acts"`
	// Struck counts the accepted acts that were struck: nothing of them counts in the other
	// figures.
	Struck int         `json:"struck"`
	Lanes  []LaneState `json:"lanes"`
}

// Report returns the programme's figures. NotPermitted but for operations,
// senior caseworkers and auditors.
func (s *Store) Report(ctx context.Context) (Report, error) {
	var body []byte
	var r Report
	if err := s.db.GetContext(ctx, &body, `select programme_report()`); err != nil {
		return r, mapError(err)
	}
	return r, json.Unmarshal(body, &r)
}

// Breach is something that breaks an invariant.
type Breach struct {
	Rule   string `db:"rule" json:"rule"`
	Case   string `db:"case_ref" json:"case,omitempty"`
	Detail string `db:"detail" json:"detail"`
}

// Verify checks the invariants that the record alone can show.
func (s *Store) Verify(ctx context.Context) ([]Breach, error) {
	var rows []Breach
	err := s.db.SelectContext(ctx, &rows, `select rule, case_ref, detail from verify_record()`)
	return rows, mapError(err)
}

// SetBusinessNow puts a synthetic programme's now at an instant. The database
// refuses it for a real one.
func (s *Store) SetBusinessNow(ctx context.Context, at time.Time) error {
	_, err := s.db.ExecContext(ctx, `update programme set business_now = $1`, at)
	return mapError(err)
}

// SyntheticNow returns the programme's now of a synthetic database, which may have been
// rehearsed years ahead: the clock of what is started there has to catch up. synthetic is
// false, and the instant zero, in any other database: there every clock is the wall's.
func (s *Store) SyntheticNow(ctx context.Context) (now time.Time, synthetic bool, err error) {
	var row struct {
		Synthetic bool      `db:"synthetic"`
		Now       time.Time `db:"now"`
	}
	err = s.db.GetContext(ctx, &row, `select synthetic, business_now() as now from programme`)
	if err != nil || !row.Synthetic {
		return time.Time{}, false, mapError(err)
	}
	return row.Now.UTC(), true, nil
}

// Synthetic reports whether the database is marked synthetic.
func (s *Store) Synthetic(ctx context.Context) (bool, error) {
	var yes bool
	err := s.db.GetContext(ctx, &yes, `select synthetic from programme`)
	return yes, mapError(err)
}
