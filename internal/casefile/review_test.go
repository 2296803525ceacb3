package casefile

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func at(s string) time.Time { return day(s).Start() }

// TestAReviewThatAgreesWithItsRecord: what a review knows of itself only is no
// difference, and every fact and rung is.
func TestAReviewThatAgreesWithItsRecord(t *testing.T) {
	review := func() Facts {
		return Facts{Case: "33Y-Y575", Stage: Evidence, Opened: []Stage{Evidence, Listed, Welfare}, Revision: 8, Ready: true, ListingDate: day("2026-12-03"), Tasks: []Task{
			{Kind: TaskGP, Stage: Evidence, Awaiting: GP, DueOn: day("2027-01-25"), Next: Rung{Kind: Reminder, At: at("2027-01-12")}},
		}}
	}
	for _, c := range []struct {
		difference string
		make       func(*Facts)
		want       bool
	}{
		{"none", func(*Facts) {}, true},
		{"the same instant in another zone", func(r *Facts) { r.Tasks[0].Next.At = r.Tasks[0].Next.At.In(time.FixedZone("", 3600)) }, true},
		{"when it was drawn", func(r *Facts) { r.DrawnAt = at("2026-11-26") }, true},
		{"another stage", func(r *Facts) { r.Stage = Welfare }, false},
		{"a stage more", func(r *Facts) { r.Opened = append(r.Opened, Representation) }, false},
		{"a revision more", func(r *Facts) { r.Revision++ }, false},
		{"another listing date", func(r *Facts) { r.ListingDate = day("2026-12-04") }, false},
		{"a task that is done", func(r *Facts) { r.Tasks = nil }, false},
		{"another day", func(r *Facts) { r.Tasks[0].DueOn = day("2027-01-26") }, false},
		{"another rung", func(r *Facts) { r.Tasks[0].Next.Kind = Due }, false},
		{"the same rung at another instant", func(r *Facts) { r.Tasks[0].Next.At = at("2027-01-13") }, false},
	} {
		r := review()
		c.make(&r)
		require.Equal(t, c.want, r.Agrees(review()), c.difference)
		require.Equal(t, c.want, review().Agrees(r), c.difference)
	}
}

func TestFinished(t *testing.T) {
	task := func(s Stage) []Task { return []Task{{Kind: TaskPropose, Stage: s}} }
	for _, c := range []struct {
		facts string
		r     Facts
		stage Stage
		want  bool
	}{
		{"a stage that was never opened", Facts{}, Evidence, false},
		{"evidence with nothing open", Facts{Opened: []Stage{Listed, Evidence}}, Evidence, true},
		{"evidence with a task open", Facts{Opened: []Stage{Evidence}, Tasks: task(Evidence)}, Evidence, false},
		{"evidence, while only welfare is open", Facts{Opened: []Stage{Evidence, Welfare}, Tasks: task(Welfare)}, Evidence, true},
		{"welfare, while only evidence is open", Facts{Opened: []Stage{Evidence, Welfare}, Tasks: task(Evidence)}, Welfare, true},
		{"listed: no task, but not reconciled, triaged and owned", Facts{Opened: []Stage{Listed}}, Listed, false},
		{"listed: ready", Facts{Opened: []Stage{Listed}, Ready: true}, Listed, true},
		{"listed: ready, but a task is open", Facts{Opened: []Stage{Listed}, Ready: true, Tasks: task(Listed)}, Listed, false},
		{"decision: no task, but not signed", Facts{Opened: []Stage{Decision}}, Decision, false},
		{"decision: signed", Facts{Opened: []Stage{Decision}, Signed: true}, Decision, true},
		{"decision: signed, but a representation is to be answered", Facts{Opened: []Stage{Decision}, Signed: true, Tasks: task(Decision)}, Decision, false},
		{"a hold's review holds up no stage: the signature's table does", Facts{Opened: []Stage{Evidence}, Tasks: []Task{{Kind: TaskHold, Stage: Closed}}}, Evidence, true},
	} {
		t.Run(c.facts, func(t *testing.T) { require.Equal(t, c.want, c.r.Finished(c.stage)) })
	}
}

func TestTheEarliestRung(t *testing.T) {
	_, ok := Facts{}.Earliest()
	require.False(t, ok, "no task, no rung")

	r := Facts{Tasks: []Task{
		{Kind: TaskGP, DueOn: day("2026-06-01"), Next: Rung{Kind: Due, At: at("2026-06-02")}},
		{Kind: TaskSchool, Subject: 3, DueOn: day("2026-06-08"), Next: Rung{Kind: Reminder, At: at("2026-05-20")}},
		{Kind: TaskSchool, Subject: 4, DueOn: day("2026-06-08"), Next: Rung{Kind: Reminder, At: at("2026-05-20")}},
	}}
	first, ok := r.Earliest()
	require.True(t, ok)
	require.Equal(t, TaskSchool, first.Kind, "the next rung counts, not the day it is due")
	require.Equal(t, 3, first.Subject, "ties go to the task opened first")
}

func TestEarliestIsTheEarliest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Facts
		for i := range rapid.IntRange(1, 8).Draw(t, "tasks") {
			r.Tasks = append(r.Tasks, Task{Subject: i, Next: Rung{At: at("2026-01-01").Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "hours")) * time.Hour)}})
		}
		first, ok := r.Earliest()
		require.True(t, ok)
		for _, task := range r.Tasks {
			require.False(t, task.Next.At.Before(first.Next.At))
			if task.Next.At.Equal(first.Next.At) {
				require.LessOrEqual(t, first.Subject, task.Subject)
			}
		}
	})
}

func TestTheFaceOfAReview(t *testing.T) {
	early := Task{Kind: TaskSchool, Awaiting: School, Next: Rung{At: at("2026-05-20")}}
	late := Task{Kind: TaskCheck, Awaiting: Police, Next: Rung{At: at("2026-06-20")}}
	marked := func(f func(*Task)) Task {
		task := late
		f(&task)
		return task
	}
	for _, c := range []struct {
		facts string
		r     Review
		want  Shown
	}{
		{"nothing is open", Review{Facts: Facts{Stage: Listed}}, Shown{Stage: Listed}},
		{"the earliest rung is the school's", Review{Facts: Facts{Stage: Evidence, Tasks: []Task{late, early}}}, Shown{Evidence, School, at("2026-05-20"), nil, ""}},
		{"held: that, and not why", Review{Facts: Facts{Stage: Evidence, Held: true, Tasks: []Task{early}}}, Shown{Evidence, School, at("2026-05-20"), []string{"held"}, ""}},
		{"a later task is overdue", Review{Facts: Facts{Stage: Decision, Tasks: []Task{early, marked(func(x *Task) { x.Overdue = true })}}}, Shown{Decision, School, at("2026-05-20"), []string{"overdue"}, ""}},
		{"a later task is escalated", Review{Facts: Facts{Stage: Decision, Tasks: []Task{early, marked(func(x *Task) { x.Overdue, x.Escalated = true, true })}}}, Shown{Decision, School, at("2026-05-20"), []string{"overdue", "escalated"}, ""}},
		{"a date rests on computed holidays", Review{Facts: Facts{Stage: Decision, Tasks: []Task{marked(func(x *Task) { x.Provisional = true })}}}, Shown{Decision, Police, at("2026-06-20"), []string{"provisional_date"}, ""}},
		{"an earlier task is marked, and a later one is not", Review{Facts: Facts{Stage: Decision, Tasks: []Task{marked(func(x *Task) { x.Overdue, x.Escalated, x.Provisional = true, true, true }), early}}}, Shown{Decision, School, at("2026-05-20"), []string{"overdue", "escalated", "provisional_date"}, ""}},
		{"stuck: operations are awaited, until it is tried again", Review{Facts: Facts{Stage: Evidence, Stuck: "no_rule_set", Tasks: []Task{early}}, Run: Run{RetryAt: at("2026-05-22")}}, Shown{Evidence, Operations, at("2026-05-22"), []string{"stuck"}, ""}},
		{"moved to another council", Review{Facts: Facts{Stage: Evidence, MovedTo: "S12000036", Tasks: []Task{early}}}, Shown{Evidence, School, at("2026-05-20"), nil, "S12000036"}},
		{"recovered", Review{Facts: Facts{Stage: Evidence, Recovered: true, Tasks: []Task{early}}}, Shown{Evidence, School, at("2026-05-20"), []string{"recovered"}, ""}},
		{"everything at once, in a fixed order", Review{Facts: Facts{Stage: Service, Held: true, Stuck: "x", Recovered: true, Tasks: []Task{early, marked(func(x *Task) { x.Overdue, x.Escalated, x.Provisional = true, true, true })}}, Run: Run{RetryAt: at("2026-05-22")}}, Shown{Service, Operations, at("2026-05-22"), []string{"held", "overdue", "escalated", "provisional_date", "stuck", "recovered"}, ""}},
	} {
		t.Run(c.facts, func(t *testing.T) {
			face := c.r.Face()
			require.Equal(t, c.want, face)
			require.True(t, face.Equal(c.want))
		})
	}
}

// TestFacesThatDiffer: the search attributes are written only when one changes.
func TestFacesThatDiffer(t *testing.T) {
	face := Shown{Evidence, School, at("2026-05-20"), []string{"held"}, ""}
	require.True(t, face.Equal(Shown{Evidence, School, at("2026-05-20").In(time.FixedZone("", 3600)), []string{"held"}, ""}), "the same instant in another zone")
	for _, other := range []Shown{
		{Welfare, School, at("2026-05-20"), []string{"held"}, ""},
		{Evidence, GP, at("2026-05-20"), []string{"held"}, ""},
		{Evidence, School, at("2026-05-21"), []string{"held"}, ""},
		{Evidence, School, at("2026-05-20"), nil, ""},
		{Evidence, School, at("2026-05-20"), []string{"held", "overdue"}, ""},
		{Evidence, School, at("2026-05-20"), []string{"held"}, "S12000036"},
	} {
		require.False(t, face.Equal(other), "%+v", other)
	}
}

// TestAReviewIsCarriedWhole: what continues as new is what was there before.
func TestAReviewIsCarriedWhole(t *testing.T) {
	r := Review{Facts: Facts{Case: "MKG-P2QT", Lane: Legacy, Council: "S12000049", RuleSet: "abc", DrawnAt: at("2026-04-01"),
		ListingDate: day("2026-05-13"), ListingAt: at("2026-05-13"), Stage: Welfare, Opened: []Stage{Listed, Evidence, Welfare}, Revision: 7,
		Ready: true, Signed: true, Held: true, Stuck: "x", Recovered: true,
		Tasks: []Task{{Kind: TaskReport, Subject: 3, Stage: Welfare, Awaiting: LeadProfessional, DueOn: day("2026-06-10"),
			Next: Rung{Kind: Diary, No: 2, At: at("2026-06-11")}, Overdue: true, Escalated: true, Provisional: true}}},
		Run: Run{Schema: ReviewSchema, RetryAt: at("2026-06-12"), CancelRequested: true, Head: Link{7, "ab"}, ContinueAfter: 3,
			Shown: Shown{Welfare, LeadProfessional, at("2026-06-11"), []string{"held"}, ""}}}
	body, err := json.Marshal(r)
	require.NoError(t, err)
	var again Review
	require.NoError(t, json.Unmarshal(body, &again))
	require.Equal(t, r, again)
}
