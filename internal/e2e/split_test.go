package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/codec"
	"hame/internal/practice"
)

// TestAFamilyPartsThroughTemporal: the review of those who leave is started by the worker among
// those of restricted families, also where the worker was killed after the act; nothing that
// Temporal keeps of the old review names it.
func TestAFamilyPartsThroughTemporal(t *testing.T) {
	o := newOffice(t)
	today := clock.DateOf(time.Now())
	ref := o.db.Import(t, today, practice.Family("parting", today))["parting"]
	o.does(t, ref,
		move{"fiona", casefile.ActSplit, 0, &casefile.SplitFields{Persons: "2,3", Reason: casefile.SplitDomesticAbuse}},
		move{"ailsa", casefile.ActConfirm, 1, &casefile.ConfirmFields{Finding: casefile.RequestAgreed}})
	var own string
	require.NoError(t, o.db.SQL(t, "hame_worker").Get(&own, `select own_ref from split where case_ref = $1`, ref))
	o.standsIn(t, true, own)
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		require.Equal(c, 1, o.count(t, `select count(*) from split s join review r on r.case_ref = s.own_ref where s.started_at is not null and r.apart`))
	}, 30*time.Second, 50*time.Millisecond)
	o.does(t, own, move{"fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "hamish"}})
	k := &kept{codec: codec.New(o.keyset)}
	o.readAll(t, k, false, ref, "")
	require.Contains(t, k.texts.String(), ref)
	require.NotContains(t, k.texts.String(), own)
	require.NotContains(t, k.texts.String(), casefile.SplitDomesticAbuse)
	// A worker that was killed before it had started the review, or before it had said so.
	o.db.SQL(t, "postgres").MustExec(`update split set started_at = null`)
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		require.Equal(c, 1, o.count(t, `select count(*) from split where started_at is not null`))
	}, 30*time.Second, 50*time.Millisecond)
	require.Equal(t, 1, o.count(t, `select count(*) from review where case_ref = $1`, own))
}
