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
	"hame/internal/store"
)

// shownOf is what case show prints of a case file.
func shownOf(t *testing.T, f caseFile) string {
	t.Helper()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 1, '|', 0)
	new(app).showCase(w, f)
	require.NoError(t, w.Flush())
	return regexp.MustCompile(`\|+`).ReplaceAllString(out.String(), " | ")
}

// TestWhatIsShownOfAFamilyOverTheYears: case show says how each person's part has ended and by
// whom, what became of appeals and returns, how far tracing has come, and what a second officer
// is asked to agree to.
func TestWhatIsShownOfAFamilyOverTheYears(t *testing.T) {
	file := caseFile{Now: clock.NewDate(2026, time.June, 1).Start()}
	require.NoError(t, json.Unmarshal([]byte(`{"case": "K7F-M2Q8", "sees": "file", "stage": "service",
		"people": [{"no": 1, "relationship": "principal", "ended": "DECEASED"}, {"no": 2, "relationship": "spouse"},
			{"no": 3, "relationship": "child", "ended": "ON_OWN_FILE"}, {"no": 4, "relationship": "child", "ended": "ALREADY_HAS_STATUS"},
			{"no": 5, "relationship": "spouse", "ended": "ALREADY_HAS_STATUS", "joined_on": "2026-03-02"}],
		"ends": [{"person_no": 1, "outcome": "DECEASED", "ended_on": "2026-03-01", "first_by": "morag"},
			{"person_no": 4, "outcome": "ALREADY_HAS_STATUS", "ended_on": "2026-03-03", "first_by": "morag", "second_by": "fiona"},
			{"person_no": 5, "outcome": "ALREADY_HAS_STATUS", "ended_on": "2026-03-02", "first_by": "morag"}],
		"outcomes": [{"person_no": 2, "outcome": "REFUSED_UPHELD", "served_on": "2026-04-01", "fell_on": "2026-05-20", "fell_why": "appeal"}],
		"appeals": [{"person_no": 2, "lodged_on": "2026-04-10", "permission": null, "heard_on": "2026-05-11", "result": "allowed", "ended_on": "2026-05-20"}],
		"return_steps": [{"person_no": 2, "step": "offer", "taken_on": "2026-05-02"}],
		"windows": [{"person_no": 2, "opens_on": "2026-05-04", "closes_on": "2026-05-18", "first_by": "fiona", "second_by": "ailsa", "closed_on": "2026-05-05", "closed_why": "event"},
			{"person_no": 2, "opens_on": "2026-06-08", "closes_on": "2026-06-20", "first_by": "fiona", "second_by": "ailsa"}],
		"tracing": {"began_on": "2026-05-06", "reason": "no_answer", "steps": [{"step": "mp", "result": "nothing", "taken_on": "2026-05-07"}]},
		"holds": [{"person_no": 0, "ground": "court", "opened_on": "2026-05-01", "review_on": "2026-07-01"}],
		"requests": [{"no": 3, "act": "case.hand-over", "first_by": "fiona", "asked_on": "2026-05-29", "fields": {"to": "wales", "sent": "whole_file"}, "has_text": true},
			{"no": 4, "act": "case.split", "first_by": "fiona", "asked_on": "2026-05-29", "persons": "2,3", "reason": ""},
			{"no": 5, "act": "case.merge", "first_by": "morag", "asked_on": "2026-05-29", "fields": {"other": "AAA-AAAA", "pair": ["1=1", "2=3"]}}]}`), &file))
	shown := shownOf(t, file)
	for _, line := range []string{
		"| died on 2026-03-01\n", "| on a file of their own\n", "/4 child | ", "| British, settled or needs no leave\n",
		"| of the family and needs no decision: British, settled or needs no leave\n",
		"\nENDED | HOW | ON | BY\n/1 | DECEASED | 2026-03-01 | morag\n/4 | ALREADY_HAS_STATUS | 2026-03-03 | morag and fiona\n\n",
		"REFUSED_UPHELD | 2026-04-01 | fell: appeal allowed on 2026-05-20\n", "/2 | 2026-04-10 | 2026-05-11 | allowed on 2026-05-20\n",
		"/2 | offer | 2026-05-02\n", "/2 | 2026-05-04 | 2026-05-18 | fiona and ailsa | 2026-05-05: something happened\n",
		"/2 | 2026-06-08 | 2026-06-20 | fiona and ailsa | not closed\n",
		"\nTRACED SINCE 2026-05-06 | RESULT | ON\nmp | nothing | 2026-05-07\naddress_letter | not taken yet | -\n",
		"\n\nHOLD OF | GROUND\nfamily | court since 2026-05-01",
		"\n\nASKED FOR | WHAT\nfamily | case.hand-over (sent whole_file, to wales) by fiona on 2026-05-29, its text is in case texts K7F-M2Q8\n | another officer types case confirm K7F-M2Q8 3 --agreed, or --refused\n",
		"case.split of persons 2,3 by fiona on 2026-05-29\n | another officer", "case.merge (other AAA-AAAA, pair 1=1 2=3) by morag",
	} {
		require.Contains(t, shown, line)
	}
	why := strings.Join(explain(file).Why, "\n")
	require.Contains(t, strings.Join(explain(file).Happened, "\n"), "The decision on /2 fell: appeal allowed on 2026-05-20.")
	require.Contains(t, why, "The removal window of /2 opens on 2026-06-08 and closes on 2026-06-20")
	require.NotContains(t, why, "2026-05-18", "a window that is closed is not the next one")
	require.Contains(t, why, "traced since 2026-05-06: 1 of 8 steps are taken.\nThese steps remain: address_letter, representative,")
}

// TestAClosedCaseThatWaits: a closed case for which a request waits does not say that nothing does,
// and a request and an act are not numbered like people.
func TestAClosedCaseThatWaits(t *testing.T) {
	require.Contains(t, strings.Join(explain(caseFile{Stage: casefile.Closed}).Why, "\n"), "Nothing is awaited.")
	at := clock.NewDate(2026, time.June, 2).Start()
	file := caseFile{Stage: casefile.Closed, Tasks: []store.TaskRow{
		{Kind: casefile.TaskConfirm, Subject: 1, Awaiting: casefile.SecondOfficer, NextAt: &at},
		{Kind: casefile.TaskStrike, Subject: 43, Awaiting: casefile.SeniorCaseworker, NextAt: &at}}}
	e := explain(file)
	require.NotContains(t, strings.Join(e.Why, "\n"), "Nothing is awaited")
	require.Contains(t, e.Awaiting[0].Words, "(request 1)")
	require.Contains(t, e.Awaiting[1].Words, "(act 43)")
}
