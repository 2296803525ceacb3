package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// TestWhatIsShownOfACorrection: case show, case explain and the list of letters name the
// decision that stands and the one that it corrects.
func TestWhatIsShownOfACorrection(t *testing.T) {
	first, second := clock.NewDate(2026, time.March, 2), clock.NewDate(2026, time.March, 9)
	file := caseFile{Case: "K7F-M2Q8", Stage: casefile.Service, Rollup: casefile.Mixed, SignedOn: second,
		Decisions: []fileDecision{{No: 1, SignedOn: first, Rollup: casefile.AllGranted}, {No: 2, SignedOn: second, Rollup: casefile.Mixed}},
		Letters:   []fileLetter{{No: 2, Kind: "decision", Decision: 1, CorrectedBy: 2}, {No: 3, Kind: "decision", Decision: 2}}}
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 1, '|', 0)
	new(app).showCase(w, file)
	require.NoError(t, w.Flush())
	shown := regexp.MustCompile(`\|+`).ReplaceAllString(out.String(), " | ")
	const corrects = "decision 2 of 2026-03-09 (MIXED) corrects decision 1 of 2026-03-02 (ALL_GRANTED)"
	require.Contains(t, shown, "replaced | "+corrects+"\n")
	require.Contains(t, shown, "K7F-M2Q8/2 decision")
	require.Contains(t, shown, "withheld: decision 2 stands in place of decision 1\n")
	require.Equal(t, 1, strings.Count(shown, "withheld"))

	why := strings.Join(explain(file).Why, "\n")
	require.Contains(t, strings.Join(explain(file).Happened, "\n"), "D"+corrects[1:]+".")
	require.NotContains(t, why, "waits for a second officer")
	require.Equal(t, "corrected by decision 2", file.standing(1))
	require.Equal(t, "corrects decision 1, stands", file.standing(2))
	file.Decisions[1].Anew = true
	require.Contains(t, strings.Join(explain(file).Happened, "\n"), "Decision 2 of 2026-03-09 (MIXED) makes decision 1 of 2026-03-02 (ALL_GRANTED) anew.")
	require.Equal(t, "made anew by decision 2", file.standing(1))
	require.Equal(t, "makes decision 1 anew, stands", file.standing(2))
	file.Decisions[1].Anew = false
	require.NoError(t, json.Unmarshal([]byte(`{"proposals": [{"no": 3, "state": "open", "second_due": "correction"}]}`), &file))
	require.Contains(t, strings.Join(explain(file).Why, "\n"),
		"A correction of decision 2 waits for a second officer: until it is agreed to, decision 2 stands.")
}

// TestACorrectionIsTriedFirst: a dry run tells what the record can tell of a correction.
func TestACorrectionIsTriedFirst(t *testing.T) {
	served := clock.NewDate(2026, time.March, 3)
	file := caseFile{Decisions: []fileDecision{{No: 1}}, Outcomes: []fileOutcome{{Person: 1, Outcome: casefile.GrantILR, ServedOn: served}}}
	propose := func(o casefile.Outcome) *casefile.ProposeFields {
		return &casefile.ProposeFields{Outcomes: []casefile.ProposedOutcome{{Person: 1, Outcome: o}}}
	}
	require.Equal(t, casefile.RefusedTooLate, file.corrects(casefile.ActCorrectDecision, propose(casefile.RefusedUpheld)).Code)
	require.Equal(t, casefile.RefusedAlreadyDone, file.corrects(casefile.ActCorrectDecision, propose(casefile.GrantILR)).Code)
	require.Nil(t, file.corrects(casefile.ActPropose, propose(casefile.GrantILR)))
}

// TestTheFormOfACorrection is that of a proposal: the file's revision, each person, each factor.
func TestTheFormOfACorrection(t *testing.T) {
	r := newRoom(t)
	form := func(act string) string {
		out, errs, code := r.types("--as", "ewan", "form", act, r.ref)
		require.Zero(t, code, errs)
		_, body, _ := strings.Cut(out, "\n")
		return body
	}
	require.Equal(t, form("decision.propose"), form("decision.correct"))
	require.Contains(t, form("decision.correct"), "revision: ")
	require.Contains(t, form("decision.correct"), "text: |")
	out, errs, code := r.types("--as", "morag", "decision", "correct", r.ref, "--dry-run")
	require.NotZero(t, code, out+errs)
}
