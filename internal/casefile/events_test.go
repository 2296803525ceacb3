package casefile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestARefusedEventNamesWhatIsAllowed: whoever types an event in a stage that does not take it
// is told what they can do instead.
func TestARefusedEventNamesWhatIsAllowed(t *testing.T) {
	for _, rule := range Events() {
		for _, stage := range Stages {
			cell, refusal := rule.At(stage)
			if cell != CellRefused {
				require.Nil(t, refusal)
				continue
			}
			t.Run(string(rule.Act)+" at "+string(stage), func(t *testing.T) {
				require.NotEmpty(t, rule.Instead, "%s", refusal.Detail)
				require.True(t, strings.HasSuffix(refusal.Detail, rule.Instead), "%s", refusal.Detail)
			})
		}
	}
}
