package rehearsal

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/clock"
	"hame/internal/synthetic"
)

// TestNewClaimsComeInProportion: some sixty beside the whole backlog, and a few beside a small
// demo.
func TestNewClaimsComeInProportion(t *testing.T) {
	for families, claims := range map[int]int{1100: 60, 550: 30, 150: 8, 100: 5, 8: 0} {
		require.Equal(t, claims, Share(families), families)
	}
}

// TestNewClaimsComeOneAfterTheOther: over five years, whatever the horizon, and under numbers
// that follow on the backlog's.
func TestNewClaimsComeOneAfterTheOther(t *testing.T) {
	from := clock.NewDate(2026, time.November, 30)
	a := newArrivals(5, 100, from)
	require.Equal(t, 101, a.first)
	require.Equal(t, []clock.Date{clock.NewDate(2027, time.May, 31), clock.NewDate(2028, time.May, 30),
		clock.NewDate(2029, time.May, 31), clock.NewDate(2030, time.May, 31), clock.NewDate(2031, time.May, 31)}, a.days)
	require.Empty(t, newArrivals(0, 100, from).days)
}

// TestWhatHappensToAThousandFamilies counts what happens to 1,100 families, by domain.md 6.5
// where it has a rate.
func TestWhatHappensToAThousandFamilies(t *testing.T) {
	n := map[string]int{}
	for i := 1; i <= 1100; i++ {
		l := lifeOf(synthetic.Key(i))
		for what, happens := range map[string]bool{"birth": l.birth, "joins": l.joins, "death": l.death, "departs": l.departs,
			"withdraws": l.withdraws, "lost": l.lost, "found": l.found, "moves": l.moves, "parts": l.parts, "abused": l.abused,
			"court": l.court, "medical": l.medical, "traffick": l.traffick} {
			if happens {
				n[what]++
			}
		}
		require.False(t, l.moves && incidentsOf(synthetic.Key(i)).restricted, "no officer of the new council is named")
	}
	require.Equal(t, map[string]int{"birth": 92, "joins": 22, "death": 12, "departs": 22, "withdraws": 22, "lost": 22,
		"found": 11, "moves": 44, "parts": 6, "abused": 3, "court": 34, "medical": 27, "traffick": 22}, n)
	require.Equal(t, life{}, lifeOf("a file of its own"), "who parted has no number")
}
