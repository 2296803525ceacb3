package e2e

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"

	"hame/activities"
	"hame/internal/rehearsal"
	"hame/internal/store"
	"hame/workflows"
)

// rehearse plays the test's synthetic programme through, up to so many years from now.
func (s *system) rehearse(t *testing.T, years int, silent bool, meanwhile func(*rehearsal.Rehearsal)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	r, err := rehearsal.New(ctx, rehearsal.Options{Store: s.db.As(t, "hame_worker"), DatabaseURL: s.db.Worker, Temporal: s.client,
		Namespace: s.namespace, TaskQueue: "hame", Horizon: time.Now().AddDate(years, 0, 0), Seed: 1, Parallel: 16, Silent: silent})
	require.NoError(t, err)
	defer r.Close()
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	meanwhile(r)
	require.NoError(t, <-done)
}

func (s *system) report(t *testing.T) store.Report {
	t.Helper()
	var r store.Report
	s.decode(t, &r, "--as", "archie", "backlog", "status")
	require.Equal(t, r.Families, r.Decided+r.Closed+r.Open, "the figures add up")
	open := 0
	for _, n := range r.OpenByStage {
		open += n
	}
	require.Equal(t, r.Open, open)
	return r
}

// TestNobodyEverAnswers: no officer, provider or family acts for two years, and
// the worker keeps no workflow in its cache, so that every task replays the
// whole history. Nobody is refused, and every review is open with an owner and a
// next date (R1, C15).
func TestNobodyEverAnswers(t *testing.T) {
	s := newSystem(t)
	worker.SetStickyWorkflowCacheSize(0)
	w := worker.New(s.client, "hame", worker.Options{})
	(&activities.Activities{Store: s.db.As(t, "hame_worker"), Client: s.client, TaskQueue: "hame"}).Register(w)
	workflows.Register(w)
	require.NoError(t, w.Start())
	defer w.Stop()
	s.synthetic(t, 12, 12)
	s.rehearse(t, 2, true, func(*rehearsal.Rehearsal) {})

	r := s.report(t)
	require.Equal(t, 12, r.Open)
	require.Empty(t, r.PeopleByOutcome)
	var cases []store.CaseSummary
	s.decode(t, &cases, "--as", "una", "case", "find", "--limit", "100")
	horizon := time.Now().AddDate(2, 0, 0)
	for _, c := range cases {
		if !c.Drawn {
			continue // held back as a possible duplicate
		}
		var file struct {
			Tasks []store.TaskRow `json:"tasks"`
		}
		s.decode(t, &file, "--as", "una", "case", "show", c.Case)
		require.NotEmpty(t, file.Tasks, "%s waits for nobody", c.Case)
		for _, task := range file.Tasks {
			require.NotEmpty(t, task.Awaiting)
			require.True(t, task.NextAt.After(horizon.AddDate(0, 0, -1)), "%s %s: its next date %s has passed", c.Case, task.Kind, task.NextAt)
		}
	}
	require.Contains(t, s.must(t, "--as", "una", "verify"), "every invariant holds")
}

// TestARehearsalStopsWithWorkInFlight is UNTIL, and a second rehearsal goes on
// where the first stood.
func TestARehearsalStopsWithWorkInFlight(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	s.synthetic(t, 8, 8)
	until := time.Now().AddDate(0, 4, 0).Format("2006-01-02")
	summary := file(t, "summary.json", "")
	s.must(t, "rehearse", "--until", until, "--summary", summary)
	var first store.Report
	require.NoError(t, json.Unmarshal([]byte(read(t, summary)), &first))
	require.Equal(t, 8, first.Families)
	require.NotZero(t, first.Open, "work is in flight")
	require.Contains(t, s.must(t, "--as", "archie", "backlog", "status"), "On "+until)

	_, errs, code := s.starter(t, "rehearse", "--until", until)
	require.NotZero(t, code)
	require.Contains(t, errs, "its horizon must be later")

	s.must(t, "rehearse", "--until", time.Now().AddDate(2, 0, 0).Format("2006-01-02"))
	require.Greater(t, s.report(t).Decided, first.Decided)
	require.Contains(t, s.must(t, "--as", "una", "verify"), "every invariant holds")
}
