package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
)

// TestAFamilyMovesToAnotherCouncil through Temporal and under each officer's own login: the
// new council accepts a family whose case it does not see, and sees it afterwards.
func TestAFamilyMovesToAnotherCouncil(t *testing.T) {
	o := newOffice(t)
	const edinburgh, lead = "S12000036", "city_of_edinburgh_welfare"
	today := clock.DateOf(time.Now())
	ref := o.db.Import(t, today, practice.Family("moving", today))["moving"]
	o.does(t, ref, move{"morag", casefile.ActMove, 0, &casefile.MoveFields{To: edinburgh, Reason: "rehoused"}})
	_, err := o.desk(lead).Store.CaseSummary(t.Context(), ref)
	require.Error(t, err)
	moves, err := o.desk(lead).Store.Moves(t.Context())
	require.NoError(t, err)
	require.Len(t, moves, 1)
	o.does(t, ref, move{lead, casefile.ActAcceptMove, 0, nil})
	s, err := o.desk(lead).Store.CaseSummary(t.Context(), ref)
	require.NoError(t, err)
	require.Equal(t, edinburgh, s.Council)
	_, err = o.desk("agnes").Store.CaseSummary(t.Context(), ref)
	require.Error(t, err)
}
