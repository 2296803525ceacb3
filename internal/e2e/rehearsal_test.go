package e2e

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/rehearsal"
	"hame/internal/store"
)

// rehearse plays the test's synthetic programme through, up to so many years from now.
func (s *system) rehearse(t *testing.T, years int, silent bool, meanwhile func(*rehearsal.Rehearsal)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	r, err := rehearsal.New(ctx, rehearsal.Options{Store: s.db.As(t, "hame_worker"), DatabaseURL: s.db.Worker, Temporal: s.clients,
		Horizon: time.Now().AddDate(years, 0, 0), Seed: 1, Parallel: 16, Silent: silent})
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
	require.Equal(t, r.Families, r.Decided+r.Closed+r.Archived+r.Open+r.Withheld, "the figures add up")
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
	s.env = append(s.env, "HAME_CACHED_REVIEWS=0")
	s.startWorker(t)
	s.synthetic(t, 6, 6)
	s.rehearse(t, 2, true, func(*rehearsal.Rehearsal) {})

	r := s.report(t)
	require.Equal(t, 6, r.Open)
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

	asked := []string{"--as", "una", "report", "figures", "--as-of", time.Now().AddDate(0, 3, 0).Format("2006-01-02"), "--by", "lane,council,stage", "-o", "json"}
	then := s.must(t, asked...)
	s.must(t, "rehearse", "--until", time.Now().AddDate(2, 0, 0).Format("2006-01-02"))
	require.Equal(t, then, s.must(t, asked...), "the same figures whenever they are asked for (C5, R7)")
	s.figuresAddUp(t, then)
	s.figuresAddUp(t, s.must(t, "--as", "archie", "report", "figures", "--by", "stage", "-o", "json"))
	s.publishedTellsNobody(t)
	require.Greater(t, s.report(t).Decided, first.Decided)
	require.Contains(t, s.must(t, "--as", "una", "verify"), "every invariant holds")
}

// groupOfFigures is one group as report figures prints it; what is hidden is nil.
type groupOfFigures struct {
	Total             bool            `json:"total"`
	Families          *int            `json:"families"`
	Unlisted          *int            `json:"unlisted"`
	UnderReview       *int            `json:"under_review"`
	Decided           *int            `json:"decided"`
	Resolved          *int            `json:"resolved"`
	Closed            *int            `json:"closed"`
	FirstDecision     spreadOfFigures `json:"first_decision"`
	FinalResolution   spreadOfFigures `json:"final_resolution"`
	WithoutDecision   spreadOfFigures `json:"without_decision"`
	WithoutResolution spreadOfFigures `json:"without_resolution"`
	Missed            *int            `json:"missed"`
	MissedBy          map[string]*int `json:"missed_by"`
}

type spreadOfFigures struct {
	Cases   *int `json:"cases"`
	Longest *int `json:"longest"`
}

func groupsOf(t *testing.T, figures string) []groupOfFigures {
	t.Helper()
	var all struct {
		Groups []groupOfFigures `json:"groups"`
	}
	require.NoError(t, json.Unmarshal([]byte(figures), &all), figures)
	require.Greater(t, len(all.Groups), 1)
	require.True(t, all.Groups[0].Total)
	return all.Groups
}

// figuresAddUp: to the families imported, each group by itself and all of them.
func (s *system) figuresAddUp(t *testing.T, figures string) {
	t.Helper()
	groups := groupsOf(t, figures)
	families, missed := 0, 0
	for i, g := range groups {
		require.Equal(t, *g.Families, *g.Unlisted+*g.UnderReview+*g.Decided+*g.Resolved+*g.Closed)
		require.Equal(t, *g.FirstDecision.Cases, *g.Decided+*g.Resolved, "the first decision and the final resolution are apart")
		require.Equal(t, *g.FinalResolution.Cases, *g.Resolved)
		by := 0
		for _, n := range g.MissedBy {
			by += *n
		}
		require.Equal(t, *g.Missed, by, "whose the missed deadlines were")
		if i > 0 {
			families, missed = families+*g.Families, missed+*g.Missed
		}
	}
	var withheld struct{ Withheld int }
	require.NoError(t, json.Unmarshal([]byte(figures), &withheld))
	require.Equal(t, 8, *groups[0].Families+withheld.Withheld, "restricted families that the reader does not see are counted apart")
	require.Equal(t, *groups[0].Families, families)
	require.Equal(t, *groups[0].Missed, missed)
}

// publishedTellsNobody: no count under five stands in what is published, and what
// is hidden is not told by the rest.
func (s *system) publishedTellsNobody(t *testing.T) {
	t.Helper()
	hidden := 0
	shown := func(n *int) {
		if n == nil {
			hidden++
		} else if *n > 0 {
			require.GreaterOrEqual(t, *n, 5)
		}
	}
	groups := groupsOf(t, s.must(t, "--as", "una", "report", "figures", "--by", "stage", "--publish", "-o", "json"))
	for _, g := range groups {
		for _, n := range []*int{g.Families, g.Unlisted, g.UnderReview, g.Decided, g.Resolved, g.Closed, g.Missed} {
			shown(n)
		}
		for _, n := range g.MissedBy {
			shown(n)
		}
		for _, spread := range []spreadOfFigures{g.FirstDecision, g.FinalResolution, g.WithoutDecision, g.WithoutResolution} {
			shown(spread.Cases)
			if spread.Cases == nil || *spread.Cases < 5 {
				require.Nil(t, spread.Longest, "the oldest of a few is one of them")
			}
		}
	}
	require.NotZero(t, hidden, "eight families in several stages have small counts")
	require.Equal(t, 8, *groups[0].Families)
	table := s.must(t, "--as", "una", "report", "figures", "--by", "stage", "--publish")
	require.Contains(t, table, "[c]")
	_, errs, code := s.starter(t, "--as", "morag", "report", "figures")
	require.Equal(t, 4, code, errs)
}
