package verify_test

import (
	"context"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/testdb"
	"hame/internal/verify"
)

// TestEachCheckFindsItsBreach: a record without a breach passes; with what each check is
// for planted into it by the owner of the database, that check names it, and no other
// check of deadlines does.
func TestEachCheckFindsItsBreach(t *testing.T) {
	plants := map[string]struct {
		plant func(db testdb.DB, admin *sqlx.DB, ref string)
		says  string
	}{
		"the rules of the record": {func(_ testdb.DB, admin *sqlx.DB, ref string) {
			admin.MustExec(`update review set stuck = 'no_rule_set' where case_ref = $1`, ref)
		}, ""},
		"a change of the calendars is finished": {func(db testdb.DB, admin *sqlx.DB, _ string) {
			longer, err := clock.NewHolidays("test", append(clock.Embedded().Days(),
				clock.Holiday{Division: clock.DivisionScotland, Date: clock.NewDate(2028, 7, 20), Title: "A day of the test"}))
			require.NoError(t, err)
			db.ApplyCalendar(t, clock.DateOf(time.Now()), longer)
			admin.MustExec(`alter table command_outcome disable trigger all`)
			admin.MustExec(`update command_outcome set recorded_at = recorded_at - interval '61 minutes'`)
		}, "61 minutes"},
		"deadlines follow from their ledger": {func(_ testdb.DB, admin *sqlx.DB, ref string) {
			admin.MustExec(`update task set due_on = due_on + 1 where case_ref = $1`, ref)
		}, "and its ledger says"},
		"the time to answer adverse material follows from its ledger": {func(_ testdb.DB, admin *sqlx.DB, ref string) {
			admin.MustExec(`insert into interview (case_ref, person_no, held_on, adverse, put_on, answer_by, calendar_version, command_id)
				values ($1, 1, current_date, 'unanswered', current_date, current_date + 1, calendar_in_force(), gen_random_uuid())`, ref)
		}, "the time of person 1 to answer adverse material is shown as due on"},
	}
	for _, check := range verify.OfTheRecord {
		t.Run(check.Name, func(t *testing.T) {
			planted, ok := plants[check.Name]
			require.True(t, ok, "plant what it should find")
			db := testdb.New(t)
			today := clock.DateOf(time.Now())
			ref := db.Import(t, today, practice.Family("A", today))["A"]
			db.List(t, ref, time.Now(), today)
			worker := &activities.Activities{Store: db.As(t, "hame_worker")}
			_, err := worker.OpenReview(t.Context(), activities.OpenReviewParams{Case: ref, Lane: casefile.Legacy, Now: time.Now()})
			require.NoError(t, err)
			makes := func(checks []verify.Check) int {
				found, err := verify.Make(context.WithoutCancel(t.Context()), db.As(t, "una"), checks)
				require.NoError(t, err)
				for _, b := range found {
					require.Contains(t, b.Detail, planted.says)
				}
				return len(found)
			}
			require.Zero(t, makes(verify.OfTheRecord), "nothing is wrong yet")
			admin := db.SQL(t, "postgres")
			admin.MustExec(`alter table interview disable trigger all`)
			planted.plant(db, admin, ref)
			require.NotZero(t, makes([]verify.Check{check}))
			for _, other := range verify.OfDeadlines {
				if other.Name != check.Name {
					require.Zero(t, makes([]verify.Check{other}), other.Name)
				}
			}
		})
	}
}
