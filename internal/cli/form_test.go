package cli

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
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
		{casefile.ActPropose, "revision: 1\nrevision: x\n", "stands here again, after line 1"},
	} {
		_, err := ParseForm("f.yaml", []byte(c.form), casefile.NewFields(c.act))
		require.ErrorContains(t, err, c.words)
		require.NotContains(t, err.Error(), "!!")
	}
}

// TestAFormWithASlip: a form that can't be read says on which line it breaks, in words
// that a caseworker knows, and not where its reader gave up.
func TestAFormWithASlip(t *testing.T) {
	long := strings.Repeat("  A line of the text.\n", 20)
	for name, c := range map[string]struct{ form, says string }{
		"a bracket that stays open":           {"views: obtained\nindicators: {safe: strength\ntext: |\n" + long, "line 2: a bracket is opened and not closed"},
		"a list that stays open":              {"views: [a\n", "line 1: a bracket"},
		"a quotation mark that stays open":    {"views: \"abc\ntext: |\n" + long, "line 1: a quotation mark is opened and not closed"},
		"a tab":                               {"views: obtained\n\ttext: x\n", "line 2: it begins with a tab: indent with spaces"},
		"a colon in a value":                  {"views: a: b\n", "line 1: a value with a colon in it stands in quotation marks"},
		"a value that begins with a sign":     {"text: x\nviews: @a\n", "line 2: a value that begins with @ stands in quotation marks"},
		"a text that is not indented":         {"views: obtained\ntext: |\nNot indented\n", "line 3: it is no `field: value`"},
		"a field that stands there twice":     {"views: obtained\nviews: obtained\n", "line 2: views stands here again, after line 1"},
		"the slip stands above a long text":   {"views: obtained\nbest_interests: 'remain\ntext: |\n" + long, "line 2: a quotation mark"},
		"a field that the form does not have": {"views: obtained\nnote: x\n", "line 2: the form has no field note"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseForm("f.yaml", []byte(c.form), casefile.NewFields(casefile.ActReport))
			require.ErrorContains(t, err, "f.yaml: "+c.says)
			for _, word := range []string{"yaml", "token", "mapping", "stream", "scanner", "expected"} {
				require.NotContains(t, strings.TrimPrefix(err.Error(), "f.yaml"), word)
			}
		})
	}
}

// TestAWrongFlagBesideAText: what a flag got wrong is said of the flag, and not of a line of the
// text in the file.
func TestAWrongFlagBesideAText(t *testing.T) {
	fields := casefile.NewFields(casefile.ActHandOver)
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	typed, _ := TypedFields(fields)
	for _, f := range typed {
		AddField(set, fields, f)
	}
	require.ErrorContains(t, set.Parse([]string{"--to", "france"}), `"--to" flag: it must be one of england,`)
	require.NoError(t, set.Parse([]string{"--to", "wales"}))
	_, err := ParseFile("reasons.txt", []byte("They live in Cardiff now."), casefile.ActHandOver, fields)
	require.ErrorContains(t, err, "sent is")
	require.NotContains(t, err.Error(), "reasons.txt")
}
