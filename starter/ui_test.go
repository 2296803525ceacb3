package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/settings"
)

// TestWhoReadsRestrictedReviews in the Web UI: senior caseworkers and the auditor, as
// the record has them at that moment.
func TestWhoReadsRestrictedReviews(t *testing.T) {
	r := newRoom(t)
	a := &app{settings: settings.Starter{Shared: settings.Shared{DatabaseURL: r.Worker}}}
	for login, want := range map[string]bool{"fiona": true, "douglas": true, "una": true,
		"morag": false, "archie": false, "ailsa": false, "minister": false, "agnes": false, "hame_worker": false, "postgres": false, "nobody_of_this_name": false, "x' or '1": false, "": false} {
		may, err := a.mayReadRestricted(t.Context(), login, "any")
		require.NoError(t, err, login)
		require.Equal(t, want, may, login)
	}
	may, err := a.mayReadRestricted(t.Context(), "fiona", "")
	require.NoError(t, err)
	require.False(t, may, "without a password the driver would look for another")
	a.settings.DatabaseURL = r.Worker + "&user=una"
	may, err = a.mayReadRestricted(t.Context(), "archie", "any")
	require.NoError(t, err)
	require.False(t, may, "the login that was typed counts")
	a.settings.DatabaseURL = "postgres://nobody@127.0.0.1:1/hame?sslmode=disable"
	_, err = a.mayReadRestricted(t.Context(), "fiona", "any")
	require.Error(t, err, "with the record away nobody is let in")
}
