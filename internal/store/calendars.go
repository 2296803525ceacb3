package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"hame/internal/clock"
)

// CalendarOffice is the office whose acts are on the calendars and on no case.
const CalendarOffice = "calendar"

// holidays assembles a version of the published holidays from its rows.
func holidays(version string, rows []holidayRow) (*clock.Holidays, error) {
	if len(rows) == 0 {
		return nil, brokenCalendar("the record has no days of calendar %q, and no deadline can be worked out: run starter setup", version)
	}
	days := make([]clock.Holiday, len(rows))
	for i, r := range rows {
		days[i] = clock.Holiday{Division: r.Division, Date: r.Day, Title: r.Title}
	}
	h, err := clock.NewHolidays(rows[0].Label, days)
	if err == nil && h.Version() != version {
		return nil, brokenCalendar("the days of calendar %s have the digest %s: the record was changed by other means",
			version, h.Version())
	}
	if err != nil {
		return nil, brokenCalendar("calendar %s: %v", version, err)
	}
	return h, nil
}

// brokenCalendar is an error in words, for published days are no secret.
func brokenCalendar(format string, args ...any) error {
	return &Error{Kind: Broken, State: "calendar", message: fmt.Sprintf(format, args...)}
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
// under the act of the officer who applies it, and returns the application's number. It
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
	ctx, done := saving(ctx)
	defer done()
	var no *int64
	err = s.InTx(ctx, func(t *Tx) error {
		if err := t.insertCommand(ctx, c); err != nil {
			return err
		}
		err := t.get(ctx, &no, `select apply_calendar($1, $2, $3, $4, $5, $6)`,
			c.ID, to.Version(), to.Label(), from.Version(), string(allDays), string(allChanges))
		if err == nil && no == nil {
			return errOvertaken // the command goes with it
		}
		return err
	})
	switch {
	case err == nil:
		return *no, nil
	case errors.Is(err, errOvertaken):
		return 0, nil
	}
	return 0, err
}

// errOvertaken undoes an application for which another version was compared with.
var errOvertaken error = &Error{Kind: Conflict, State: "overtaken"}

// CalendarProgress is how far the last change of the calendars is.
type CalendarProgress struct {
	No       int64   `db:"no" json:"application"`
	Version  string  `db:"version" json:"version"`
	Label    string  `db:"label" json:"label"`
	Replaced *string `db:"replaced" json:"replaced,omitempty"`
	Finished bool    `db:"finished" json:"finished"`
	Minutes  int     `db:"minutes" json:"minutes"` // since it came into force, by the wall clock
	// Affected counts the cases with a deadline that may depend on a changed day, nil
	// until they have been looked for; Seen those of them that were seen to.
	Affected *int `db:"affected" json:"affected,omitempty"`
	Seen     int  `db:"seen" json:"seen"`
	// Cases and Deadlines count what was moved.
	Cases     int `db:"cases" json:"cases"`
	Deadlines int `db:"deadlines" json:"deadlines"`
	// Passes counts how often all cases were gone through, and Failed names the first
	// of those whose deadlines could not be moved in the last pass.
	Passes int            `db:"passes" json:"passes"`
	Failed pq.StringArray `db:"failed" json:"failed,omitempty"`
}

// CalendarProgress tells how far the last change of the calendars is.
func (s *Store) CalendarProgress(ctx context.Context) (CalendarProgress, error) {
	var p CalendarProgress
	err := s.db.GetContext(ctx, &p, `select no, version, label, replaced, finished, minutes, affected, seen, cases, deadlines, passes, failed from calendar_progress()`)
	return p, mapError(err)
}

// UnfinishedCalendar returns the number of the last change of the calendars if
// deadlines are still to be moved for it, 0 if none are, and whether operations
// asked for another pass at once.
func (s *Store) UnfinishedCalendar(ctx context.Context) (no int64, again bool, err error) {
	var row struct {
		No    int64 `db:"no"`
		Again bool  `db:"asked_again"`
	}
	err = mapError(s.db.GetContext(ctx, &row, `
		select no, asked_again from calendar_application where no = (select max(no) from calendar_application) and finished_at is null`))
	if IsKind(err, NotFound) {
		return 0, false, nil
	}
	return row.No, row.Again, err
}

// TryCalendarAgain asks the worker for another pass at once over the cases that the
// last change of the calendars could not move, and returns how many passes there
// were before. NotPermitted but for operations.
func (s *Store) TryCalendarAgain(ctx context.Context) (passes int, err error) {
	err = s.db.GetContext(ctx, &passes, `select try_calendar_again()`)
	return passes, mapError(err)
}

// TriedCalendarAgain records that the pass that was asked for has been begun.
func (s *Store) TriedCalendarAgain(ctx context.Context, no int64) error {
	_, err := s.db.ExecContext(ctx, `update calendar_application set asked_again = false where no = $1`, no)
	return mapError(err)
}

// barrierPatience is how long the barrier is waited for at once, and others wait
// behind it.
const barrierPatience = "200ms"

// TryCalendarBarrier waits until no change of a case is under way that began
// under the calendar before the one in force: from then on none is missed. It
// reports false if one that takes long still is: try again.
func (s *Store) TryCalendarBarrier(ctx context.Context) (bool, error) {
	err := s.InTx(ctx, func(t *Tx) error {
		if err := t.exec(ctx, `set local lock_timeout = '`+barrierPatience+`'`); err != nil {
			return err
		}
		return t.exec(ctx, `select calendar_barrier()`)
	})
	var e *Error
	if errors.As(err, &e) && e.State == lockNotAvailable {
		return false, nil
	}
	return err == nil, err
}

// lockNotAvailable is the SQLSTATE of a lock that was waited for too long.
const lockNotAvailable = "55P03"

// FindCasesToMove finds the cases with a deadline that may depend on a day that a
// change of the calendars touched, once, and returns how many there are.
func (s *Store) FindCasesToMove(ctx context.Context, application int64) (int, error) {
	var n int
	err := s.db.GetContext(ctx, &n, `select find_cases_to_move($1)`, application)
	return n, mapError(err)
}

// CasesToMove lists, in order, those of the cases found that come after a
// reference and were not seen to yet.
func (s *Store) CasesToMove(ctx context.Context, application int64, after string, atMost int) ([]string, error) {
	var refs []string
	err := s.db.SelectContext(ctx, &refs, `
		select case_ref from calendar_case where application = $1 and seen_at is null and case_ref > $2 order by case_ref limit $3`, application, after, atMost)
	return refs, mapError(err)
}

// SeenToCalendar records that a case's deadlines were worked out by the calendars
// in force.
func (t *Tx) SeenToCalendar(ctx context.Context, ref string) error {
	return t.exec(ctx, `update calendar_case set seen_at = clock_timestamp() where case_ref = $1 and seen_at is null`, ref)
}

// EndCalendarPass records that all cases of a change of the calendars were gone
// through so many times, and which could not be moved in the last pass. The change
// is finished if every case has been seen to; done reports that.
func (s *Store) EndCalendarPass(ctx context.Context, no int64, passes int, failed []string, at time.Time,
) (done bool, err error) {
	err = s.db.GetContext(ctx, &done, `
		update calendar_application set passes = greatest(passes, $2), failed = coalesce($3::text[], '{}'),
			finished_at = case when not exists (select from calendar_case where application = $1 and seen_at is null)
				then coalesce(finished_at, $4) else finished_at end
		where no = $1 returning finished_at is not null`, no, passes, pq.Array(failed), at)
	return done, mapError(err)
}

// saveCalendar puts the embedded holidays in force in a database that has none,
// also for what had a last day before calendars had versions.
func (t *Tx) saveCalendar(ctx context.Context) error {
	version, err := t.CalendarInForce(ctx)
	if err != nil || version != "" {
		return err
	}
	h := clock.Embedded()
	if err := t.exec(ctx, `insert into calendar_version (version, label) values ($1, $2)`, h.Version(),
		h.Label()); err != nil {
		return err
	}
	for _, d := range h.Days() {
		if err := t.exec(ctx, `insert into calendar_day (version, division, day, title) values ($1, $2, $3, $4)`,
			h.Version(), d.Division, d.Date, d.Title); err != nil {
			return err
		}
	}
	if err := t.exec(ctx, `
		insert into calendar_application (version, reason, applied_at, finished_at) values ($1, 'set_up', business_now(), business_now())`, h.Version()); err != nil {
		return err
	}
	if err := t.exec(ctx, `update interview set calendar_version = $1 where put_on is not null and calendar_version is null`, h.Version()); err != nil {
		return err
	}
	return t.exec(ctx, `update task set calendar_version = $1 where calendar_version is null`, h.Version())
}
