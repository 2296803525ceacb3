package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheLastLineOfAList: a list that was cut says of how many, and which flag lists more.
func TestTheLastLineOfAList(t *testing.T) {
	for want, c := range map[string][2]int{
		"0 cases":                               {0, 0},
		"1 case":                                {1, 1},
		"50 cases":                              {50, 50},
		"50 of 5,182 cases: --limit lists more": {50, 5182},
	} {
		require.Equal(t, want, Listed(c[0], c[1], "case", "cases"))
	}
}
