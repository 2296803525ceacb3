package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hame/internal/clock"
)

// CalendarOffice is the office whose acts are on the calendars and on no case.
const CalendarOffice = "calendar"

// holidays assembles a version of the published holidays from its rows.
func holidays(version string, rows []holidayRow) (*clock.Holidays, error) {
	if len(rows) == 0 {
		return nil, fmt.Errorf("calendar %q: the record has no days of it; a deadline can't be worked out: run starter setup", version)
	}
	days := make([]clock.Holiday, len(rows))
	for i, r := range rows {
		days[i] = clock.Holiday{Division: r.Division, Date: r.Day, Title: r.Title}
	}
	h, err := clock.NewHolidays(rows[0].Label, days)
	if err == nil && h.Version() != version {
		err = fmt.Errorf("calendar %s: its days have the digest %s: the record was changed by other means", version, h.Version())
	}
	return h, err
}

type holidayRow struct {
	Label    string         `db:"label"`
	Division clock.Division `db:"division"`
	Day      clock.Date     `db:"day"`
	Title    string         `db:"title"`
}

const selectHolidays = `select label, division, day, title from holidays_of($1)`

// Holidays returns a version of the published holidays. It fails if the record
// has no days of it: a missing calendar is never one without holidays.
func (t *Tx) Holidays(ctx context.Context, version string) (*clock.Holidays, error) {
	var rows []holidayRow
	if err := t.all(ctx, &rows, selectHolidays, version); err != nil {
		return nil, err
	}
	return holidays(version, rows)
}

// CalendarInForce names the version of the calendars that is in force.
func (t *Tx) CalendarInForce(ctx context.Context) (string, error) {
	var version string
	err := t.get(ctx, &version, `select coalesce(calendar_in_force(), '')`)
	return version, err
}

// HolidaysInForce returns the version of the holidays that is in force, for
// whoever is at the keyboard.
func (s *Store) HolidaysInForce(ctx context.Context) (*clock.Holidays, error) {
	var version string
	if err := s.db.GetContext(ctx, &version, `select coalesce(calendar_in_force(), '')`); err != nil {
		return nil, mapError(err)
	}
	return s.HolidaysOf(ctx, version)
}

// HolidaysOf returns a version of the published holidays.
func (s *Store) HolidaysOf(ctx context.Context, version string) (*clock.Holidays, error) {
	var rows []holidayRow
	if err := s.db.SelectContext(ctx, &rows, selectHolidays, version); err != nil {
		return nil, mapError(err)
	}
	return holidays(version, rows)
}

// ApplyCalendar puts a version of the holidays in force in place of another,
// under the act of whoever applies it, and returns the application's number. It
// returns 0 if meanwhile another version has come into force: compare again.
func (s *Store) ApplyCalendar(ctx context.Context, c NewCommand, from, to *clock.Holidays) (int64, error) {
	days := [][3]string{}
	for _, d := range to.Days() {
		days = append(days, [3]string{string(d.Division), d.Date.String(), d.Title})
	}
	changes := [][3]string{}
	for _, change := range from.Diff(to) {
		for kind, list := range map[string][]clock.Holiday{"added": change.Added, "removed": change.Removed} {
			for _, d := range list {
				changes = append(changes, [3]string{string(d.Division), d.Date.String(), kind})
			}
		}
		for kind, years := range map[string][]int{"published": change.Published, "unpublished": change.Unpublished} {
			for _, year := range years {
				changes = append(changes, [3]string{string(change.Division), clock.NewDate(year, time.January, 1).String(), kind})
			}
		}
	}
	allDays, err := json.Marshal(days)
	if err != nil {
		return 0, err
	}
	allChanges, err := json.Marshal(changes)
	if err != nil {
		return 0, err
	}
	var no *int64
	err = s.InTx(ctx, func(t *Tx) error {
		if err := t.insertCommand(ctx, c); err != nil {
			return err
		}
		err := t.get(ctx, &no, `select apply_calendar($1, $2, $3, $4, $5, $6)`,
			c.ID, to.Version(), to.Label(), from.Version(), string(allDays), string(allChanges))
		if err == nil && no == nil {
			err = errOvertaken
		}
		return err
	})
	if err == errOvertaken {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return *no, nil
}

// errOvertaken rolls an application back whose ground another has taken away.
var errOvertaken = fmt.Errorf("another calendar came into force meanwhile")

// CalendarProgress is how far the last change of the calendars is.
type CalendarProgress struct {
	No       int64   `db:"no" json:"application"`
	Version  string  `db:"version" json:"version"`
	Label    string  `db:"label" json:"label"`
	Replaced *string `db:"replaced" json:"replaced,omitempty"`
	Finished bool    `db:"finished" json:"finished"`
	// Cases and Deadlines count what was moved.
	Cases     int `db:"cases" json:"cases"`
	Deadlines int `db:"deadlines" json:"deadlines"`
}

// CalendarProgress tells how far the last change of the calendars is.
func (s *Store) CalendarProgress(ctx context.Context) (CalendarProgress, error) {
	var p CalendarProgress
	err := s.db.GetContext(ctx, &p, `select no, version, label, replaced, finished, cases, deadlines from calendar_progress()`)
	return p, mapError(err)
}

// UnfinishedCalendar returns the number of the last change of the calendars if
// deadlines are still to be moved for it, 0 if none are.
func (s *Store) UnfinishedCalendar(ctx context.Context) (int64, error) {
	var no int64
	err := s.db.GetContext(ctx, &no, `select coalesce((select no from calendar_application where finished_at is null order by no desc limit 1), 0)`)
	return no, mapError(err)
}

// CalendarBarrier waits until no change of a case is under way that began under
// the calendar before the one in force: from then on none is missed.
func (s *Store) CalendarBarrier(ctx context.Context) error {
	return s.InTx(ctx, func(t *Tx) error { return t.exec(ctx, `select calendar_barrier()`) })
}

// CasesToMove lists, in order, the cases after a reference of which a running
// deadline may depend on a day that the last application changed. A case whose
// deadlines were moved is not among them any more.
func (s *Store) CasesToMove(ctx context.Context, after string, atMost int) ([]string, error) {
	var refs []string
	err := s.db.SelectContext(ctx, &refs, `select case_ref from cases_to_move($1, $2)`, after, atMost)
	return refs, mapError(err)
}

// FinishCalendar records that every deadline which depends on a changed day was moved.
func (s *Store) FinishCalendar(ctx context.Context, no int64, at time.Time) error {
	_, err := s.db.ExecContext(ctx, `update calendar_application set finished_at = $2 where no = $1 and finished_at is null`, no, at)
	return mapError(err)
}

// saveCalendar puts the embedded holidays in force in a database that has none,
// also for the tasks that were opened before calendars had versions.
func (t *Tx) saveCalendar(ctx context.Context) error {
	version, err := t.CalendarInForce(ctx)
	if err != nil || version != "" {
		return err
	}
	h := clock.Embedded()
	if err := t.exec(ctx, `insert into calendar_version (version, label) values ($1, $2)`, h.Version(), h.Label()); err != nil {
		return err
	}
	for _, d := range h.Days() {
		if err := t.exec(ctx, `insert into calendar_day (version, division, day, title) values ($1, $2, $3, $4)`, h.Version(), d.Division, d.Date, d.Title); err != nil {
			return err
		}
	}
	if err := t.exec(ctx, `
		insert into calendar_application (version, reason, applied_at, finished_at) values ($1, 'set_up', business_now(), business_now())`, h.Version()); err != nil {
		return err
	}
	return t.exec(ctx, `update task set calendar_version = $1 where calendar_version is null`, h.Version())
}
