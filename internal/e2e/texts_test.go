package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWhatWasWrittenCanBeRead by those who must act on it, and by nobody else:
// the welfare lead reads the report before signing it, its author why it came
// back, the minister's office its own draft; operations read no text.
func TestWhatWasWrittenCanBeRead(t *testing.T) {
	o := newOffice(t)
	refs := o.families(t, nil)
	o.does(t, refs["A"], toSignature()...)
	for login, want := range map[string]int{"morag": 1, "agnes": 1, "eilidh": 1, "una": 1, "archie": 0, "jean": 0, "city_of_edinburgh_welfare": 0} {
		texts, err := o.db.As(t, login).Texts(t.Context(), refs["A"])
		require.NoError(t, err)
		require.Len(t, texts, want, login)
	}
	o.types(t, refs, 0, "--as agnes case texts A", "welfare.report", "by eilidh on")
	o.types(t, refs, 5, "--as city_of_edinburgh_welfare case texts A", "no such case")
	require.Contains(t, o.must(t, "--as", "una", "audit", "reads", refs["A"]), "texts")
}
