package e2e

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/internal/scenario"
	"hame/internal/store"
	"hame/internal/timeskip"
)

// TestStoriesOnTheServer plays a tenth of the stories, and those that have a name of their own,
// on the real server, each on the clock of its own review. The record is sound at the end.
func TestStoriesOnTheServer(t *testing.T) {
	all, err := scenario.All()
	require.NoError(t, err)
	o := newOffice(t)
	record := o.db.As(t, "hame_worker")
	// The first Monday of March of next year: no holiday is near, as in the stories' own world.
	monday := clock.NewDate(clock.DateOf(time.Now()).Year()+1, time.March, 1)
	for monday.Weekday() != time.Monday {
		monday = monday.AddDays(1)
	}
	begun := monday.Start().Add(9 * time.Hour)
	var worlds []*server
	var families []casefile.Family
	for i, story := range all {
		if i%10 != 0 && !strings.HasPrefix(story.Name, "named") || bound(story) {
			continue
		}
		w := &server{office: o, record: record, story: story, key: fmt.Sprintf("story %d", i), now: begun}
		worlds = append(worlds, w)
		families = append(families, w.family(monday))
	}
	require.GreaterOrEqual(t, len(worlds), len(all)/10)
	refs := o.db.Import(t, clock.DateOf(time.Now()), families...)
	o.db.SQL(t, "postgres").MustExec(`update programme set synthetic = true, business_now = $1`, begun)
	t.Run("play", func(t *testing.T) {
		for _, w := range worlds {
			t.Run(w.story.Name+" "+w.story.Title, func(t *testing.T) {
				t.Parallel()
				w.t, w.ref = t, refs[w.key]
				require.NoError(t, w.story.Play(w))
			})
		}
	})
	breaches, err := o.desk("una").Store.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, breaches)
}

// bound says of a story that it can't be played here: it needs a second file, or the exam weeks
// of the year in which the stories' own world is.
func bound(s scenario.Scenario) bool {
	return slices.ContainsFunc(s.Steps, func(step scenario.Step) bool {
		return slices.Contains([]casefile.Act{casefile.ActMerge, casefile.ActUnmerge, casefile.ActOpenWindow}, step.Act)
	})
}

// server is the world of a story that is played on the whole system.
type server struct {
	*office
	t        *testing.T
	record   *store.Store
	story    scenario.Scenario
	key, ref string
	now      time.Time
}

func (w *server) family(today clock.Date) casefile.Family {
	f := practice.Family(w.key, today)
	if len(w.story.Family) > 0 {
		f.People = nil
		for i, p := range w.story.Family {
			f.People = append(f.People, practice.Member(f.Key, i+1, p.Relationship, today, p.Age))
		}
	}
	return f
}

// Begin opens the family's review, which catches up with the programme's now.
func (w *server) Begin(scenario.Scenario) error {
	refusal, err := w.Do("fiona", casefile.ActOpen, 0, &casefile.OpenFields{Reason: "linked_family", ListingDate: w.Today()}, "")
	if err == nil && refusal != nil {
		err = refusal
	}
	return err
}

func (w *server) Today() clock.Date { return clock.DateOf(w.now) }

func (w *server) Ask(query string) ([]string, error) {
	if _, err := w.Facts(); err != nil {
		return nil, err
	}
	return w.rows(query), nil
}

// rows asks the record of the family as it stands at this moment.
func (w *server) rows(query string) (rows []string) {
	w.t.Helper()
	require.NoError(w.t, w.db.SQL(w.t, "hame_worker").Select(&rows, query, w.ref))
	return rows
}

// Facts waits until the review has opened what it can open.
func (w *server) Facts() (now casefile.Facts, err error) {
	w.t.Helper()
	settled := func() bool {
		err = w.record.InTx(w.t.Context(), func(tx *store.Tx) (err error) {
			now, err = tx.Review(w.t.Context(), w.ref)
			return err
		})
		return err != nil || !now.Between(w.now)
	}
	if !settled() { // mostly it has
		require.Eventually(w.t, settled, 30*time.Second, 20*time.Millisecond, "%s does not go on", w.ref)
	}
	return now, err
}

func (w *server) Pass(days int) error {
	to := w.now.AddDate(0, 0, days)
	for {
		now, err := w.skipper().Forward(w.t.Context(), w.ref, w.now, to)
		switch {
		case errors.Is(err, timeskip.ErrEnded): // nothing runs whose clock could go on
			w.now = to
			return nil
		case err != nil:
			return err
		}
		if w.now = now; !w.now.Before(to) {
			return nil
		}
	}
}

func (w *server) skipper() timeskip.Skipper {
	place, err := w.record.PlaceOf(w.t.Context(), w.ref)
	require.NoError(w.t, err)
	return timeskip.Skipper{Client: w.clients.Of(place.Apart), Namespace: w.clients.Name(place.Apart)}
}

func (w *server) Do(login string, act casefile.Act, subject int, fields casefile.Fields, text string) (*casefile.Refusal, error) {
	switch _, joins := casefile.Joins(fields); {
	case joins:
		people := w.rows(`select count(*)::text from person where case_ref = $1`)[0]
		text = fmt.Sprintf("given_names: Synthetic %s\nfamily_name: Joined\n%s", people, strings.ReplaceAll(text, "; ", "\n"))
	case text == "" && act.Rule().NeedsText:
		text = "SYNTHETIC: why and what."
	}
	c, err := desk.New(w.ref, act, subject, w.Today(), fields, text)
	if err != nil {
		return nil, err
	}
	before := w.rows(`select stage from review where case_ref = $1`)
	receipt, err := w.desk(login).Do(w.t.Context(), c)
	switch {
	case store.IsKind(err, store.NotPermitted), store.IsKind(err, store.NotFound):
		return casefile.Refuse(casefile.RefusedRole, "the database does not let them"), nil
	case err != nil:
		return nil, err
	}
	after := w.rows(`select stage from review where case_ref = $1`)
	if slices.Equal(before, []string{"closed"}) && !slices.Equal(after, before) {
		return receipt.Refused, w.runsAgain()
	}
	return receipt.Refused, nil
}

// runsAgain waits for the review of a case that was reopened, whose run the worker starts, and
// brings its clock to where the story is.
func (w *server) runsAgain() error {
	var now time.Time
	require.Eventually(w.t, func() (runs bool) {
		var err error
		now, err = w.skipper().Now(w.t.Context(), w.ref)
		return err == nil
	}, time.Minute, 50*time.Millisecond, "nothing runs for %s", w.ref)
	_, err := w.skipper().Forward(w.t.Context(), w.ref, now, w.now)
	return err
}
