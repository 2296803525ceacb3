package activities_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/internal/scenario"
	"hame/internal/store"
	"hame/internal/testdb"
)

// TestScenarios plays every story that a caseworker can read, on the virtual clock of one case:
// who does what when, and what is then true. The record is sound at the end of each. The files
// of stories are played side by side.
func TestScenarios(t *testing.T) {
	all, err := scenario.All()
	require.NoError(t, err)
	files := map[string][]scenario.Scenario{}
	for _, story := range all {
		file, _, _ := strings.Cut(story.Name, "/")
		files[file] = append(files[file], story)
	}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		t.Run(file, func(t *testing.T) {
			o := newStaffed(t)
			var played []*journey
			for _, story := range files[file] {
				t.Run(strings.TrimPrefix(story.Name, file+"/")+" "+story.Title, func(t *testing.T) {
					w := &stage{o: o.in(t), t: t}
					require.NoError(t, story.Play(w))
					played = append(played, w.journey)
				})
			}
			soundAll(t, o, played...)
		})
	}
}

// stage is the world of a story that is played on the activities.
type stage struct {
	o *staffed
	t *testing.T
	*journey
	// double is the second file of the family, which a story calls K7F-M2Q8.
	double *journey
}

func (w *stage) Begin(s scenario.Scenario) error {
	w.journey = w.o.family(w.t, func(f *casefile.Family) {
		f.People = nil
		for i, p := range s.Family {
			f.People = append(f.People, practice.Member(f.Key, i+1, p.Relationship, monday, p.Age))
		}
	})
	return nil
}

func (w *stage) Ask(query string) ([]string, error) {
	return testdb.List[string](w.o, query, w.ref), nil
}

func (w *stage) Facts() (casefile.Facts, error) {
	w.goOn()
	return w.review, nil
}

func (w *stage) Today() clock.Date { return w.today() }

func (w *stage) Pass(days int) error {
	w.wait(days)
	return nil
}

func (w *stage) Do(login string, act casefile.Act, subject int, fields casefile.Fields, text string) (*casefile.Refusal, error) {
	s := w.journey
	switch f := fields.(type) {
	case *casefile.MergeFields:
		if w.double == nil && s.review.Stage.Before(casefile.Service) {
			w.double = w.o.unlisted(w.t, nil)
			s.isDouble(w.double)
		}
		fields = &casefile.MergeFields{Other: w.second(f.Other), Pairs: f.Pairs, As: f.As}
	case *casefile.UnmergeFields:
		fields = &casefile.UnmergeFields{Other: w.second(f.Other), Evidence: f.Evidence, Post: f.Post}
	}
	switch _, joins := casefile.Joins(fields); {
	case joins:
		text = fmt.Sprintf("given_names: Synthetic %d\nfamily_name: Joined\n%s", s.people(), strings.ReplaceAll(text, "; ", "\n"))
	case text == "" && act.Rule().NeedsText:
		text = "SYNTHETIC: why and what."
	}
	if act == casefile.ActPropose {
		s.drawNext(s.sampled)
	}
	c, err := desk.New(s.ref, act, subject, s.today(), fields, text)
	if err != nil {
		return nil, err
	}
	switch err := s.desk(login).InsertCommand(s.t.Context(), c); {
	case store.IsKind(err, store.NotPermitted), store.IsKind(err, store.NotFound):
		return casefile.Refuse(casefile.RefusedRole, "the database does not let them"), nil
	case err != nil:
		return nil, err
	}
	refusal := s.record(c)
	s.goOn()
	return refusal, nil
}

// second is the reference of the second file, if the story has made one.
func (w *stage) second(named string) string {
	if w.double == nil {
		return named
	}
	return w.double.ref
}
