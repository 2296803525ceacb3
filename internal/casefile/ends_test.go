package casefile

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// endsWithTheSignature are the stages whose open tasks a signature ends: what was
// asked for the decision has lost its object.
var endsWithTheSignature = []Stage{Evidence, Welfare, Representation, Decision}

// TestWhateverIsOpenCanBeEnded: made of the tasks, the acts and the stages. Each kind
// of task has an act that ends it, which some role may do, in each stage in which the
// task may be open: also after the signature, for what arrives then, and after the
// closing. A new act, stage or kind of task can't be forgotten.
func TestWhateverIsOpenCanBeEnded(t *testing.T) {
	arrivesLate := []TaskKind{TaskAnswer} // opened by what arrives, in whichever stage
	for _, rule := range TaskRules {
		if rule.Kind.OnlyTells() {
			require.Equal(t, EffectLapse, rule.OnDue, "%s ends by itself", rule.Kind)
			continue
		}
		if rule.Kind == TaskExpired || rule.Kind == TaskAppeal {
			continue // the one is ended by doing the act again, or lapses; the other waits for the tribunal, whose outcome Hame does not know yet
		}
		require.NotEmpty(t, rule.Kind.EndedBy(), "%s: say which act ends it", rule.Kind)
		for _, act := range rule.Kind.EndedBy() {
			require.True(t, act.Known(), "%s", act)
		}
		require.NotEqual(t, Party(""), rule.EscalateTo, "%s escalates", rule.Kind)
		for _, stage := range []Stage{Listed, Evidence, Welfare, Representation, Decision, Service} {
			ofTheDecision := slices.Contains(endsWithTheSignature, rule.Stage) && !slices.Contains(arrivesLate, rule.Kind)
			switch {
			case rule.Kind == TaskArrival, // opens at the closing
				stage == Service && ofTheDecision,
				stage.Before(rule.Stage) && rule.Stage != Closed && !slices.Contains(arrivesLate, rule.Kind),
				rule.Stage == Listed && stage != Listed,
				rule.Kind == TaskWindow && stage == Decision:
				continue // it is not open then
			}
			state := Facts{Stage: stage, Signed: stage == Service}
			require.True(t, slices.ContainsFunc(rule.Kind.EndedBy(), func(a Act) bool { return state.Allowed(a) == nil }),
				"%s, open at %s: no act ends it there", rule.Kind, stage)
		}
	}
	rule := ActArrival.Rule()
	require.Equal(t, []Stage{Closed, Closed}, []Stage{rule.From, rule.Until}, "what arrives after the closing is settled on the record")
}

// TestWhatArrivesHoldsTheClosing: while any task is open, of whichever stage, service
// is not finished. Exception: what only tells somebody something holds up nothing.
func TestWhatArrivesHoldsTheClosing(t *testing.T) {
	r := Facts{Stage: Service, Signed: true, Opened: []Stage{Listed, Evidence, Welfare, Representation, Decision, Service}}
	require.True(t, r.Finished(Service))
	for _, rule := range TaskRules {
		held := r
		held.Tasks = []Task{{Kind: rule.Kind, Stage: rule.Stage}}
		require.Equal(t, rule.Kind.OnlyTells(), held.Finished(Service), "%s", rule.Kind)
	}
}
