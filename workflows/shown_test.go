package workflows_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
)

// The list of workflows shows each stage as it comes, who is awaited and until
// when, and is written only when that changes.
func TestAttributesAndDetailsAtEachStage(t *testing.T) {
	s := newStory(t).Diligently(practice.Manner{Represent: true})
	s.answers = late
	details := map[casefile.Stage]string{}
	s.daily = func() {
		r := s.query(s.env)
		require.Equal(t, r.Face(), s.faces[len(s.faces)-1], "the attributes show the review as it is")
		if _, seen := details[r.Stage]; !seen {
			details[r.Stage] = s.details()
		}
	}
	// The child's report is signed when the evidence is in, so that welfare is a stage of its own.
	diligently := s.answers
	s.answers = func(k openTask) bool {
		return diligently(k) && (k.Kind != casefile.TaskSignWelfare || !clock.DateOf(s.env.Now()).Before(listedOn.AddDays(150)))
	}
	s.Run(drawnOn.AddYears(2).Start())
	require.True(t, s.ended)

	var stages []casefile.Stage
	for i, f := range s.faces {
		if i > 0 {
			require.False(t, f.Equal(s.faces[i-1]), "an attribute is written only when one changes: %v", f)
		}
		if len(stages) == 0 || stages[len(stages)-1] != f.Stage {
			stages = append(stages, f.Stage)
		}
	}
	require.Equal(t, []casefile.Stage{casefile.Listed, casefile.Evidence, casefile.Welfare, casefile.Representation, casefile.Decision, casefile.Service, casefile.Closed}, stages)
	first, last := s.faces[0], s.faces[len(s.faces)-1]
	require.Equal(t, casefile.SeniorCaseworker, first.Awaiting, "a case without an owner awaits one first")
	require.Equal(t, casefile.Shown{Stage: casefile.Closed}, casefile.Shown{Stage: last.Stage, Awaiting: last.Awaiting, Next: last.Next, Flags: last.Flags}, "a closed case awaits nobody")
	require.True(t, slices.ContainsFunc(s.faces, func(f casefile.Shown) bool { return slices.Contains(f.Flags, "overdue") }))

	require.Contains(t, details[casefile.Listed], "**listed** · legacy lane · revision")
	require.Contains(t, details[casefile.Listed], "Listing date 2027-03-15.")
	require.Regexp(t, `- by \*\*2027-\d\d-\d\d\*\*, caseworker: send the opening letter and questionnaire · next: due\n`, details[casefile.Evidence])
	require.Contains(t, details[casefile.Evidence], "(/3) · next:", "which child it is about, by number")
	require.Contains(t, details[casefile.Decision], "ask for the security checks")
	for stage, text := range details {
		require.True(t, strings.HasPrefix(text, fmt.Sprintf("**%s**", stage)))
	}
	for _, summary := range s.shown {
		require.Less(t, len(summary), 150, "a summary is to be short")
	}
}

// A family that another council has accepted is listed with it, also when the review has
// continued as new since.
func TestAMovedFamilyIsListedWithItsCouncil(t *testing.T) {
	for name, every := range legs {
		t.Run(name, func(t *testing.T) {
			const edinburgh = "S12000036"
			s := newStory(t).Diligently(practice.Manner{})
			s.state.ContinueAfter = every
			move := s.On(drawnOn.AddDays(3), "morag", casefile.ActMove, 0, &casefile.MoveFields{To: edinburgh, Reason: "rehoused"}, "")
			accept := s.On(drawnOn.AddDays(4), "city_of_edinburgh_welfare", casefile.ActAcceptMove, 0, nil, "")
			s.Then(drawnOn.AddDays(4).Start(), func() { require.Empty(t, s.faces[len(s.faces)-1].Council, "not before it is accepted") })
			s.Run(listedOn.AddDays(-1).Start())
			for _, a := range []*act{move, accept} {
				require.True(t, a.done)
				require.Nil(t, a.refused)
			}
			require.Equal(t, edinburgh, s.faces[len(s.faces)-1].Council)
			require.Equal(t, edinburgh, s.state.Council)
		})
	}
}

// A prepared case waits for its listing date with nothing to do: that too is a
// state with somebody to ask and a date (process.md, invariant 6).
func TestAReadyCaseShowsItsListingDate(t *testing.T) {
	s := newStory(t).Diligently(practice.Manner{})
	s.Run(listedOn.AddDays(-1).Start())
	require.True(t, s.state.Ready)
	require.Empty(t, s.state.Tasks)
	face := s.state.Face()
	require.Equal(t, s.state.ListingAt.UTC(), face.Next.UTC())
	require.NotEmpty(t, face.Awaiting)
}

// lines is a log that keeps what was written to it.
type lines struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

// Nothing that Temporal keeps or shows, and no line of the log, holds a name, an
// address, a birth date, a Home Office reference, a free text, or why a case is
// held: in a grant, a refusal, and one with a hold that goes wrong at every turn.
func TestNothingPersonalReachesTemporal(t *testing.T) {
	w := newWorld(t, func(f *casefile.Family) {
		if f.Key == "held" {
			f.People[2].Flags = []casefile.Flag{casefile.FlagChildProtection, casefile.FlagSeriousIllness}
		}
	}, "granted", "refused", "held")
	for key, manner := range map[string]practice.Manner{"granted": {Represent: true}, "refused": {Refuse: true}, "held": {}} {
		t.Run(key, func(t *testing.T) {
			s := w.story(t, key).Diligently(manner)
			s.payloads = newPayloads()
			written := &lines{}
			s.logger = log.NewStructuredLogger(slog.New(slog.NewTextHandler(written, &slog.HandlerOptions{Level: slog.LevelDebug})))
			var details []string
			s.daily = func() { details = append(details, s.details()) }
			if key == "held" {
				s.answers = late
				// The hold stops the family's clock, and somebody must let it go on.
				s.On(listedOn.AddDays(60), "fiona", casefile.ActRelease, 3, &casefile.ReleaseFields{Ground: casefile.GroundChildProtection, Reason: "settled"}, "")
				// What the file was flagged with is looked into, or the case stays open.
				s.On(listedOn.AddDays(61), "fiona", casefile.ActFlag, 3, &casefile.FlagFields{Flag: casefile.FlagSeriousIllness, To: "on"}, "")
				// Acts that the rules refuse carry a refusal back.
				s.On(listedOn.AddDays(1), "fiona", casefile.ActWaive, 1, &casefile.WaiveFields{Reason: "delay_harms_child"}, practice.Text)
				s.On(listedOn.AddDays(1), "rory", casefile.ActReport, 3, practice.Report(), practice.Text)
				s.On(listedOn.AddDays(2), "fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "nobody"}, "")
			}
			s.state.ContinueAfter = 10
			s.Run(drawnOn.AddYears(2).Start())
			require.True(t, s.ended)
			require.Greater(t, len(s.payloads.carried), 100, "the converter saw nothing")
			require.NotEmpty(t, details)
			everything := map[string][]string{"payload": s.payloads.carried, "attribute or summary": s.shown, "details": details, "log": {written.String()}}
			for where, texts := range everything {
				for _, text := range texts {
					lower := strings.ToLower(text)
					for _, private := range append(practice.Private(), "serious_illness") {
						require.NotContains(t, lower, private, "in a %s", where)
					}
				}
			}
			// The scan would find it: the record holds all of it.
			var known int
			require.NoError(t, s.record.Get(&known, `select count(*) from person where case_ref = $1 and lower(family_name) = 'quillfeather'`, s.ref))
			require.Equal(t, 3, known)
		})
	}
}

// A hold is shown, with its review date, and never its ground.
func TestAHoldIsShownWithoutItsGround(t *testing.T) {
	w := newWorld(t, func(f *casefile.Family) { f.People[2].Flags = []casefile.Flag{casefile.FlagChildProtection} }, "F1")
	s := w.story(t, "F1")
	text := ""
	s.Then(afternoon(drawnOn), func() { text = s.details() })
	s.Run(drawnOn.AddDays(1).Start().Add(time.Hour))
	require.True(t, s.state.Held)
	require.Contains(t, s.faces[0].Flags, "held")
	require.Contains(t, text, "held, review on 2027-03-31")
	require.NotContains(t, text, "protection")
}
