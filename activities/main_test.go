package activities_test

import (
	"os"
	"testing"
)

// TestMain has the database keep one plan for each statement: the families here are few, and a plan for each value
// costs more than it saves.
func TestMain(m *testing.M) {
	if err := os.Setenv("PGOPTIONS", "-c plan_cache_mode=force_generic_plan"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
