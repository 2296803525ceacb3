package workflows_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/practice"
)

// forge sends an Update that no desk would send, at an instant of the story.
func (s *story) forge(at time.Time, name casefile.Act, arg contract.Act) *act {
	a := &act{login: "nobody"}
	s.Then(at, func() { s.update(a, string(name), arg) })
	return a
}

// What the state does not allow is refused by the validator: no activity runs,
// and neither the record nor the review changes.
func TestTheValidatorRefusesWithoutATrace(t *testing.T) {
	s := newStory(t)
	ran := 0
	s.prepare = func(env *testsuite.TestWorkflowEnvironment) {
		failing(env, activities.RecordActActivity, func(activities.RecordActParams) error { ran++; return nil },
			func(ctx context.Context, in activities.RecordActParams) (activities.RecordActResult, error) {
				return s.activities.RecordAct(ctx, in)
			})
	}
	at := morning(drawnOn.AddDays(1))
	some := newID(t)
	cases := []struct {
		what string
		act  *act
		code casefile.RefusalCode
	}{
		{"too early", s.forge(at, casefile.ActPropose, contract.Act{Command: some, Kind: casefile.ActPropose}), casefile.RefusedTooEarly},
		{"too early too", s.forge(at, casefile.ActRecordService, contract.Act{Command: newID(t), Kind: casefile.ActRecordService}), casefile.RefusedTooEarly},
		{"another kind than its name", s.forge(at, casefile.ActAssign, contract.Act{Command: newID(t), Kind: casefile.ActPropose}), casefile.RefusedUnknownCommand},
		{"no kind", s.forge(at, casefile.ActAssign, contract.Act{Command: newID(t)}), casefile.RefusedUnknownCommand},
		{"no command", s.forge(at, casefile.ActAssign, contract.Act{Kind: casefile.ActAssign}), casefile.RefusedUnknownCommand},
	}
	unknown := s.forge(at, "decision.refuse", contract.Act{Command: newID(t), Kind: "decision.refuse"})
	onALane := s.forge(at, casefile.ActBacklogPause, contract.Act{Command: newID(t), Kind: casefile.ActBacklogPause})
	onTheRecord := s.forge(at, casefile.ActErase, contract.Act{Command: newID(t), Kind: casefile.ActErase})
	before := ""
	s.Then(afternoon(drawnOn), func() { before = s.facts() })
	s.Run(drawnOn.AddDays(2).Start())
	for _, c := range cases {
		require.True(t, c.act.done, c.what)
		require.NoError(t, c.act.failed, c.what)
		require.NotNil(t, c.act.refused, c.what)
		require.Equal(t, c.code, c.act.refused.Code, c.what)
	}
	require.Error(t, unknown.failed, "there is no such Update")
	require.Error(t, onALane.failed, "an act on a lane is none on a case")
	require.Error(t, onTheRecord.failed, "an act on the record is the database's")
	require.Zero(t, ran)
	require.Equal(t, before, s.facts())
}

// An Update without a row, or with the row of another case or kind, reaches the
// record and changes nothing in it.
func TestAForgedUpdateChangesNothing(t *testing.T) {
	w := newWorld(t, nil, "mine", "other")
	s := w.story(t, "mine")
	other := w.story(t, "other")
	foreign, err := desk.New(other.ref, casefile.ActAssign, 0, drawnOn, &casefile.AssignFields{To: "morag"}, "")
	require.NoError(t, err)
	require.NoError(t, w.desk("fiona").InsertCommand(t.Context(), foreign))
	kindred, err := desk.New(s.ref, casefile.ActContact, 0, drawnOn, &casefile.ContactFields{How: "phone"}, "")
	require.NoError(t, err)
	require.NoError(t, w.desk("morag").InsertCommand(t.Context(), kindred))

	before := ""
	s.Then(afternoon(drawnOn), func() { before = s.facts() })
	at := morning(drawnOn.AddDays(1))
	forged := map[string]*act{
		"without a row":   s.forge(at, casefile.ActAssign, contract.Act{Command: uuid.New(), Kind: casefile.ActAssign}),
		"of another case": s.forge(at, casefile.ActAssign, contract.Act{Command: foreign.ID, Kind: casefile.ActAssign}),
		"of another kind": s.forge(at, casefile.ActReconcile, contract.Act{Command: kindred.ID, Kind: casefile.ActReconcile}),
	}
	s.Run(drawnOn.AddDays(2).Start())
	for what, a := range forged {
		require.True(t, a.done, what)
		require.NoError(t, a.failed, what)
		require.NotNil(t, a.refused, what)
		require.Equal(t, casefile.RefusedUnknownCommand, a.refused.Code, what)
	}
	require.Equal(t, before, s.facts())
	require.Zero(t, s.count(`select count(*) from command_outcome`), "neither command has been dealt with")
}

// An act that comes while the review waits for its draw is done when it is open.
func TestAnActWaitsForTheOpening(t *testing.T) {
	s := newStory(t)
	s.now = morning(drawnOn.AddDays(-4))
	a := s.At(morning(drawnOn.AddDays(-3)), "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"}, "")
	early := s.At(morning(drawnOn.AddDays(-3)).Add(time.Minute), "ewan", casefile.ActPropose, 0, practice.Proposal(practice.File{Revision: 1}, casefile.GrantILR), practice.Text)
	s.Run(drawnOn.AddDays(1).Start())
	s.accepted(a)
	require.Equal(t, 1, s.count(`select count(*) from command_outcome where command_id = $1 and business_at = $2`, a.ID, s.state.DrawnAt))
	require.True(t, early.done)
	require.NotNil(t, early.refused)
	require.Equal(t, casefile.RefusedTooEarly, early.refused.Code)
	require.Equal(t, "refused:too_early", s.outcome(early))
}

// What arrives for an unlisted family opens its review (process.md, Stages): as
// the desk does, Update-with-Start, for a family that nobody has drawn.
func TestWhatArrivesForAnUnlistedFamilyOpensItsReview(t *testing.T) {
	w := newWorld(t, nil, "F1")
	at := morning(drawnOn)
	s := &story{world: w, t: t, ref: w.refs["F1"], now: at, logger: quiet,
		state: casefile.NewReview(w.refs["F1"], casefile.Legacy, "S12000049", at, drawnOn)}
	cmd, err := desk.New(s.ref, casefile.ActEvidence, 0, drawnOn, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"}, "")
	require.NoError(t, err)
	require.NoError(t, w.desk("morag").InsertCommand(t.Context(), cmd))
	a := &act{NewCommand: cmd, login: "morag"}
	s.acts = append(s.acts, a)
	s.Run(drawnOn.AddDays(1).Start())
	require.Empty(t, s.state.Stuck)
	s.accepted(a)
	require.Len(t, s.tasks(casefile.TaskAllocate), 1)
}

func TestAFailureForGoodMakesTheReviewStuck(t *testing.T) {
	s := newStory(t).Diligently(practice.Manner{})
	s.prepare = s.representationBreaks
	var post, assign *act
	stuckOn := time.Time{}
	s.daily = func() {
		if s.query(s.env).Stuck == "" || !stuckOn.IsZero() {
			return
		}
		stuckOn = s.env.Now()
		require.Contains(t, s.details(), "**Stuck** (OpenStage: open stage: the database refused it (42P01)): operations must mend it")
		post = s.At(stuckOn.Add(time.Hour), "morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "msp"}, "")
		assign = s.At(stuckOn.Add(2*time.Hour), "fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "isla"}, "")
		s.answers = nil
	}
	s.Run(aYear)

	require.False(t, s.ended)
	require.False(t, stuckOn.IsZero(), "it never was stuck")
	require.Equal(t, activities.OpenStageActivity+": open stage: the database refused it (42P01)", s.state.Stuck)
	require.Equal(t, []string{activities.OpenStageActivity + ": open stage: the database refused it (42P01)"}, s.column(`select stuck from review where case_ref = $1`), "operations read it in the record")
	last := s.faces[len(s.faces)-1]
	require.Equal(t, casefile.Operations, last.Awaiting)
	require.Contains(t, last.Flags, "stuck")
	s.accepted(post) // receiving never fails
	require.NotNil(t, assign.refused)
	require.Equal(t, casefile.RefusedStuck, assign.refused.Code)
	require.Empty(t, s.column(`select stage from stage_entry where case_ref = $1 and stage in ('representation', 'decision')`))
}

// A stuck review awaits operations with a code and a date (process.md,
// invariant 6), and the date is one to come.
func TestAStuckReviewHasADate(t *testing.T) {
	s := newStory(t)
	broken := true
	s.prepare = s.rungsBreak(&broken)
	s.Run(drawnOn.AddYears(1).Start())
	require.NotEmpty(t, s.state.Stuck)
	face := s.state.Face()
	require.Equal(t, casefile.Operations, face.Awaiting)
	require.False(t, face.Next.Before(s.now), "a year on, what is shown as the next date is %s", face.Next)
}

// A review that a rung made stuck tries again every day, also where it has continued
// as new meanwhile, and needs nobody for it.
func TestAStuckReviewTriesAgainInTheNextRun(t *testing.T) {
	for name, every := range legs {
		t.Run(name, func(t *testing.T) {
			s := newStory(t)
			s.state.ContinueAfter = every
			broken := true
			s.prepare = s.rungsBreak(&broken)
			mended := listedOn.AddDays(30)
			s.Then(morning(mended), func() {
				require.Equal(t, activities.ActOnRungActivity+": act on rung: broken", s.query(s.env).Stuck, "with its cause")
				broken = false
			})
			s.Run(mended.AddDays(2).Start())
			require.Empty(t, s.state.Stuck)
			require.NotEmpty(t, s.rungs(s.task(casefile.TaskAllocate)))
		})
	}
}

// TestAStageThatOpensLate: representation could not be opened for forty days. The
// minister has the whole window from the day on which it is mended, and the stage
// was not open before.
func TestAStageThatOpensLate(t *testing.T) {
	s := newStory(t).Diligently(practice.Manner{}, casefile.TaskWindow)
	broken := true
	s.prepare = func(env *testsuite.TestWorkflowEnvironment) {
		failing(env, activities.OpenStageActivity, func(in activities.OpenStageParams) error {
			if in.Stage == casefile.Representation && broken {
				return temporal.NewNonRetryableApplicationError("open stage: broken", activities.BrokenError, nil)
			}
			return nil
		}, func(ctx context.Context, in activities.OpenStageParams) (casefile.Facts, error) {
			return s.activities.OpenStage(ctx, in)
		})
	}
	var mended clock.Date
	s.daily = func() {
		if mended.IsZero() && strings.HasPrefix(s.query(s.env).Stuck, activities.OpenStageActivity) {
			s.answers = nil
			mended = clock.DateOf(s.env.Now()).AddDays(40)
			s.Then(morning(mended), func() { broken = false })
		}
	}
	s.Run(listedOn.AddDays(200).Start())
	require.False(t, mended.IsZero(), "it was stuck")
	window := s.task(casefile.TaskWindow)
	require.False(t, window.Began.Before(mended), "the window began on %s, and was opened on %s or later", window.Began, mended)
	require.Zero(t, s.count(`select count(*) from stage_entry where case_ref = $1 and stage = 'representation' and opened_at < $2`, s.ref, mended.Start()))
}

// A rung that fails for good makes the review stuck too, and is not lost: when
// the record has been mended it acts, once.
func TestAStuckReviewGoesOnWhenItIsMended(t *testing.T) {
	s := newStory(t)
	broken := true
	s.prepare = s.rungsBreak(&broken)
	mended := listedOn.AddDays(30)
	s.Then(morning(mended), func() {
		require.Equal(t, activities.ActOnRungActivity+": act on rung: broken", s.query(s.env).Stuck, "with its cause")
		broken = false
		_, err := s.record.Exec(`update review set stuck = '' where case_ref = $1`, s.ref)
		require.NoError(t, err)
	})
	post := s.At(afternoon(mended), "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"}, "")
	s.Run(mended.AddDays(1).Start())
	s.accepted(post)
	require.Empty(t, s.state.Stuck)
	rungs := s.rungs(s.task(casefile.TaskAllocate))
	require.GreaterOrEqual(t, len(rungs), 2)
	require.Equal(t, []casefile.RungKind{casefile.Due, casefile.Escalation}, []casefile.RungKind{rungs[0].Kind, rungs[1].Kind})
	require.True(t, rungs[0].ActedAt.After(rungs[0].OnAt))
}

// An outage of the database: the quick attempts give up after five seconds, the
// sure ones go on, and the act and the rung are done once.
func TestAnOutageOfTheDatabaseLosesNothing(t *testing.T) {
	w := newWorld(t, nil, "well", "outage")
	play := func(key string, outages int) (*story, map[string]int) {
		s := w.story(t, key).Diligently(practice.Manner{Represent: true})
		s.answers = late
		sure := map[string]int{}
		left := map[string]int{}
		down := func(ctx context.Context, what string) error {
			info := activity.GetInfo(ctx)
			if !info.IsLocalActivity {
				sure[what]++
			}
			if _, begun := left[what]; !begun {
				left[what] = outages
			}
			if left[what] == 0 {
				return nil
			}
			left[what]--
			return temporal.NewApplicationError("the database cannot be reached", activities.OutageError)
		}
		s.prepare = func(env *testsuite.TestWorkflowEnvironment) {
			outage(env, activities.OpenReviewActivity, down, s.activities.OpenReview)
			outage(env, activities.OpenStageActivity, down, s.activities.OpenStage)
			outage(env, activities.RecordActActivity, down, s.activities.RecordAct)
			outage(env, activities.ActOnRungActivity, down, s.activities.ActOnRung)
		}
		s.Run(drawnOn.AddYears(2).Start())
		require.True(t, s.ended, "at %s with %v", s.state.Stage, s.state.Tasks)
		s.verified()
		return s, sure
	}
	well, none := play("well", 0)
	require.Empty(t, none, "without an outage every write is a local activity")
	// Eight attempts fit into the five seconds that the quick ones have.
	ill, sure := play("outage", 12)
	for _, name := range []string{activities.OpenReviewActivity, activities.OpenStageActivity, activities.RecordActActivity, activities.ActOnRungActivity} {
		require.Positive(t, sure[name], "%s never came to the regular activity", name)
	}
	for _, table := range []string{"task", "rung", "evidence", "letter", "stage_entry", "command_outcome", "proposal"} {
		n := `select count(*) from ` + table + ` where ` + map[bool]string{
			true:  `case_ref = $1`,
			false: map[string]string{"rung": `task_id in (select id from task where case_ref = $1)`, "command_outcome": `command_id in (select id from command where case_ref = $1)`}[table],
		}[table != "rung" && table != "command_outcome"]
		require.Equal(t, well.count(n, well.ref), ill.count(n, ill.ref), table)
	}
}

// outage replaces an activity by one that asks first whether the database is down.
func outage[P, R any](env *testsuite.TestWorkflowEnvironment, name string, down func(context.Context, string) error, real func(context.Context, P) (R, error)) {
	env.RegisterActivityWithOptions(func(ctx context.Context, in P) (R, error) {
		if err := down(ctx, name); err != nil {
			var none R
			return none, err
		}
		return real(ctx, in)
	}, activity.RegisterOptions{Name: name, DisableAlreadyRegisteredCheck: true})
}

func TestCancellingHasNoEffect(t *testing.T) {
	w := newWorld(t, nil, "left alone", "cancelled")
	play := func(key string, cancel bool) *story {
		s := w.story(t, key).Diligently(practice.Manner{Represent: true})
		s.answers = late
		if cancel {
			days := 0
			s.daily = func() {
				if days++; days%10 == 0 {
					s.env.CancelWorkflow()
				}
			}
		}
		s.Run(drawnOn.AddYears(2).Start())
		require.True(t, s.ended)
		return s
	}
	require.Equal(t, play("left alone", false).facts(), play("cancelled", true).facts())
}

func TestRefusalsAreErrorsOfTheirOwnType(t *testing.T) {
	s := newStory(t)
	var got error
	s.Then(morning(drawnOn.AddDays(1)), func() {
		s.env.UpdateWorkflow(string(casefile.ActPropose), "u", &testsuite.TestUpdateCallback{
			OnReject:   func(err error) { got = err },
			OnAccept:   func() { require.Fail(t, "it was accepted") },
			OnComplete: func(any, error) {},
		}, contract.Act{Command: newID(t), Kind: casefile.ActPropose})
	})
	s.Run(drawnOn.AddDays(2).Start())
	var app *temporal.ApplicationError
	require.True(t, errors.As(got, &app))
	require.Equal(t, contract.RefusedError, app.Type())
	require.True(t, app.NonRetryable())
}
