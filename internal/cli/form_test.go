package cli

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
)

// TestAFormsSlipIsPlaced: the officer who typed a wrong value is told on which line and in
// which field it stands, and what is wanted.
func TestAFormsSlipIsPlaced(t *testing.T) {
	for _, c := range []struct {
		act         casefile.Act
		form, words string
	}{
		{casefile.ActExtend, "# a form\ntask: evidence.gp\nasked_on: 09/07/2027\n", `f.yaml: line 3: asked_on: "09/07/2027" is not a date: expected YYYY-MM-DD`},
		{casefile.ActExtend, "task: evidence.gp\ndecision: granted\ndays: five\n", "f.yaml: line 3: days: a number is wanted here, not `five`"},
		{casefile.ActExtend, "task: evidence.gp\ndays: [5]\n", "f.yaml: line 2: days: a number is wanted here, not a list"},
		{casefile.ActExtend, "task: evidence.gp\ndagen: 5\n", "f.yaml: line 2: the form has no field dagen"},
		{casefile.ActPropose, "revision: 1\nreasons:\n  - {person: all, factor: age, finding: for, evidence: []}\n", "f.yaml: line 3: reasons.person: a number is wanted here, not `all`"},
		{casefile.ActPropose, "revision: 1\nrevision: x\n", "already defined"},
	} {
		_, err := ParseForm("f.yaml", []byte(c.form), casefile.NewFields(c.act))
		require.ErrorContains(t, err, c.words)
		require.NotContains(t, err.Error(), "!!")
	}
}
