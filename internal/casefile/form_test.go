package casefile

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEachFieldIsAskedFor: what an act's fields hold is what its form asks, by
// the same names, and an answer outside a field's codes is refused by its name.
func TestEachFieldIsAskedFor(t *testing.T) {
	for _, r := range ActRules {
		t.Run(string(r.Act), func(t *testing.T) {
			body, err := json.Marshal(NewFields(r.Act))
			require.NoError(t, err)
			var always map[string]any
			require.NoError(t, json.Unmarshal(body, &always))
			names := map[string]bool{}
			for _, f := range NewFields(r.Act).Ask() {
				top, _, _ := strings.Cut(f.Name, ".")
				names[top] = true
				require.True(t, f.Shape == Revision || len(f.Codes) > 0 || f.Such != "", "%s says what it takes", f.Name)
			}
			for name := range always {
				require.Contains(t, names, name, "%s is not asked for", name)
			}
			sample, ok := samples[r.Act]
			if !ok {
				require.Empty(t, names)
				return
			}
			fields, err := DecodeFields(r.Act, []byte(sample.valid))
			require.NoError(t, err)
			for _, f := range fields.Ask() {
				if f.Shape == One && len(f.Codes) > 0 && !(f.Optional && f.Given == "") {
					require.Contains(t, f.Codes, f.Given, "%s tells what is given", f.Name)
					_, nested, _ := strings.Cut(f.Name, ".")
					if nested == "" && f.Name != "priority" {
						_, err := DecodeFields(r.Act, with(t, sample.valid, f.Name, `"no such code"`))
						refusedFor(t, err, f.Name)
						refusedFor(t, err, strings.Join(f.Codes, ", "))
					}
				}
			}
		})
	}
}

// TestAnEventsFormSaysWhatItsTextSays: whoever records what happens to a family is told which
// facts the text must have.
func TestAnEventsFormSaysWhatItsTextSays(t *testing.T) {
	for _, r := range append(Events(), ActRemake.Rule()) {
		require.Equal(t, r.NeedsText, r.TextSays != "", r.Act)
	}
}

// TestOneOfTwoFlagsIsNamed: who types neither of the flags that an act takes is told of both.
func TestOneOfTwoFlagsIsNamed(t *testing.T) {
	require.ErrorContains(t, (&ConfirmFields{}).Validate(), "--agreed or --refused")
}
