package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/store"
)

// TestWhoSeesNoTimeline: a case that is not seen is not there; one that is seen
// without its timeline says so; one on which nothing has happened is no error.
func TestWhoSeesNoTimeline(t *testing.T) {
	r := newRoom(t)
	for _, c := range []struct {
		login, ref string
		code       int
		words      string
	}{
		{"morag", r.ref, exitDone, "drawn"},
		{"archie", r.ref, exitDone, "drawn"},
		{"eilidh", r.ref, exitNotPermitted, "for those who see its file"},
		{"jean", r.ref, exitNotPermitted, "for those who see its file"},
		{"jean", r.unlisted, exitNotPermitted, "for those who see its file"},
		{"morag", r.unlisted, exitDone, "WHEN (LONDON)"},
	} {
		out, errs, code := r.types("--as", c.login, "case", "timeline", c.ref)
		require.Equal(t, c.code, code, "%s: %s%s", c.login, out, errs)
		require.Contains(t, out+errs, c.words, c.login)
	}
	out, errs, code := r.types("--as", "morag", "case", "timeline", r.unlisted, "-o", "json")
	require.Zero(t, code, errs)
	var events []store.Event
	require.NoError(t, json.Unmarshal([]byte(out), &events))
	require.NotNil(t, events, "an empty list")
	require.Empty(t, events)
	r.admin.MustExec(`update hame.family set restricted = true where case_ref = $1`, r.ref)
	_, errs, code = r.types("--as", "morag", "case", "timeline", r.ref)
	require.Equal(t, exitNotFound, code, errs)
	require.Contains(t, errs, "no such case")
}

// TestInstantsAreShownInLondon: a summer's evening in UTC is the next day there.
func TestInstantsAreShownInLondon(t *testing.T) {
	evening := time.Date(2027, 5, 31, 23, 0, 0, 0, time.UTC)
	require.Equal(t, "2027-06-01 00:00 BST", inLondon(evening))
	require.Equal(t, "2027-12-31 23:00 GMT", inLondon(evening.AddDate(0, 7, 0)))

	var shown bytes.Buffer
	w := tabwriter.NewWriter(&shown, 0, 4, 2, ' ', 0)
	r := &figures{AsOf: evening, Lanes: []*laneShown{}, Groups: []*groupShown{}}
	r.table(w)
	require.NoError(t, w.Flush())
	require.Contains(t, shown.String(), "As of 2027-06-01 00:00 BST\n")

	room := newRoom(t)
	room.admin.MustExec(`alter table hame.listing disable trigger all`)
	room.admin.MustExec(`update hame.listing set drawn_at = $2 where case_ref = $1`, room.ref, evening)
	out, errs, code := room.types("--as", "morag", "case", "timeline", room.ref)
	require.Zero(t, code, errs)
	require.Contains(t, out, "2027-06-01 00:00  drawn")
	out, errs, code = room.types("--as", "una", "audit", "reads", room.ref)
	require.Zero(t, code, errs)
	require.Contains(t, out, "WHEN (LONDON)")
}
