package casefile

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWhatAMoveDoes: to another council it asks; back to its own it is taken back; a family
// without children moves at once.
func TestWhatAMoveDoes(t *testing.T) {
	const glasgow, edinburgh, renfrew = "S12000049", "S12000036", "S12000038"
	for _, c := range []struct {
		what, to, asked string
		children        int
		step            MoveStep
		refused         bool
	}{
		{"a family with children", edinburgh, "", 2, MoveAsks, false},
		{"a family without", edinburgh, "", 0, MoveAtOnce, false},
		{"it went elsewhere in the end", renfrew, edinburgh, 2, MoveAsksAnother, false},
		{"it stayed", glasgow, edinburgh, 2, MoveTakenBack, false},
		{"it is there", glasgow, "", 2, 0, true},
		{"that council is asked", edinburgh, edinburgh, 2, 0, true},
	} {
		step, err := CheckMove(c.to, glasgow, c.asked, c.children)
		require.Equal(t, c.refused, err != nil, c.what)
		require.Equal(t, c.step, step, c.what)
	}
}

// TestWhatFollowsFromAMove in each stage: checks under way are assigned anew, gaps are asked
// again while evidence is gathered, and what is signed or answered stays. After the signature
// too: a check that is under way then is one for a decision that is made anew.
func TestWhatFollowsFromAMove(t *testing.T) {
	gaps := []OpenGap{{TaskSchool, 3}, {TaskSocialWork, 0}, {TaskGP, 0}}
	opened := map[Stage][]Stage{Listed: {Listed}, Evidence: {Listed, Evidence, Welfare}, Welfare: {Listed, Evidence, Welfare},
		Representation: {Listed, Evidence, Welfare, Representation}, Decision: {Listed, Evidence, Welfare, Representation, Decision},
		Service: {Listed, Evidence, Welfare, Representation, Decision, Service}}
	tasks := []Task{{Kind: TaskAssignWelfare, Subject: 3}, {Kind: TaskReport, Subject: 4}, {Kind: TaskSignWelfare, Subject: 5}, {Kind: TaskGP}}
	for _, stage := range []Stage{Listed, Evidence, Welfare, Representation, Decision, Service} {
		want := MovePlan{AssignAnew: []int{4, 5}, SetAside: []int{5}}
		if stage == Evidence || stage == Welfare {
			want.AskAnew = gaps[:2]
		}
		require.Equal(t, want, AfterMove(Facts{Stage: stage, Opened: opened[stage], Signed: stage == Service, Tasks: tasks}, gaps), "%s", stage)
	}
}
