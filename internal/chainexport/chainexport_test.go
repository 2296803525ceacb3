package chainexport

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/clock"
	"hame/internal/store"
	"hame/internal/testdb"
)

// writes puts the exports of days in a row into a folder, each following the other.
func writes(t *testing.T, key ed25519.PrivateKey, first clock.Date, days int) string {
	t.Helper()
	dir, before := t.TempDir(), ""
	for n := range days {
		body, err := json.Marshal(Export{Schema: 1, Day: first.AddDays(n), Before: before, Heads: []store.ChainHead{{Subject: "a", N: n + 1, Hash: "h"}}})
		require.NoError(t, err)
		file, err := json.Marshal(signed{body, ed25519.Sign(key, body)})
		require.NoError(t, err)
		require.NoError(t, place(filepath.Join(dir, fileOf(first.AddDays(n))), file))
		sum := sha256.Sum256(file)
		before = hex.EncodeToString(sum[:])
	}
	return dir
}

// TestWhatIsWrongWithExports: a file that was changed, put in the place of another,
// signed by another or left out is found, the first and the last too.
func TestWhatIsWrongWithExports(t *testing.T) {
	public, key, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	stranger, strangers, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	first := clock.NewDate(2026, time.November, 23)
	today := first.AddDays(5)
	name := func(n int) string { return fileOf(first.AddDays(n)) }
	for what, c := range map[string]struct {
		does func(dir string) error
		says []string
	}{
		"nothing": {func(string) error { return nil }, nil},
		"today's is there already": {func(dir string) error {
			body, err := os.ReadFile(filepath.Join(dir, name(4)))
			require.NoError(t, err)
			sum := sha256.Sum256(body)
			export, _ := json.Marshal(Export{Schema: 1, Day: today, Before: hex.EncodeToString(sum[:])})
			file, _ := json.Marshal(signed{export, ed25519.Sign(key, export)})
			return place(filepath.Join(dir, fileOf(today)), file)
		}, nil},
		"a day left out":      {func(dir string) error { return os.Remove(filepath.Join(dir, name(2))) }, []string{"2026-11-25 is missing", "does not follow from the file before it"}},
		"the last left out":   {func(dir string) error { return os.Remove(filepath.Join(dir, name(4))) }, []string{"2026-11-27 is missing"}},
		"the first left out":  {func(dir string) error { return os.Remove(filepath.Join(dir, name(0))) }, []string{"follows from a file that is missing"}},
		"two that are turned": {func(dir string) error { return os.Rename(filepath.Join(dir, name(1)), filepath.Join(dir, name(2))) }, []string{"it is the export of 2026-11-24"}},
		"a head changed": {func(dir string) error {
			path := filepath.Join(dir, name(3))
			body, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.Remove(path))
			return os.WriteFile(path, []byte(strings.Replace(string(body), `"n":4`, `"n":5`, 1)), 0o600)
		}, []string{"its signature does not hold"}},
		"one by a stranger": {func(dir string) error {
			path := filepath.Join(dir, name(4))
			require.NoError(t, os.Remove(path))
			export, _ := json.Marshal(Export{Schema: 1, Day: first.AddDays(4)})
			file, _ := json.Marshal(signed{export, ed25519.Sign(strangers, export)})
			return os.WriteFile(path, file, 0o600)
		}, []string{"its signature does not hold"}},
	} {
		dir := writes(t, key, first, 5)
		require.NoError(t, c.does(dir), what)
		heads, wrong, err := Check(dir, public, today)
		require.NoError(t, err)
		require.NotEmpty(t, heads, what)
		all := strings.Join(wrong, "\n")
		for _, says := range c.says {
			require.Contains(t, all, says, what)
		}
		require.Equal(t, len(c.says) == 0, len(wrong) == 0, "%s: %s", what, all)
	}
	_, wrong, err := Check(writes(t, key, first, 5), stranger, today)
	require.NoError(t, err)
	require.Len(t, wrong, 5)
	_, _, err = Check(t.TempDir(), public, today)
	require.ErrorContains(t, err, "proves nothing")
}

// TestADayIsExportedOnce: the heads of all chains at first, then those that changed;
// however many workers write, there is one file a day, which is never replaced.
func TestADayIsExportedOnce(t *testing.T) {
	db := testdb.New(t)
	public, key, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	today := clock.DateOf(time.Now())
	w := Writer{Dir: t.TempDir(), Key: key, Record: db.As(t, "hame_worker")}
	require.NoError(t, w.Daily(t.Context()))
	body, err := os.ReadFile(filepath.Join(w.Dir, fileOf(today)))
	require.NoError(t, err)
	require.NoError(t, w.Daily(t.Context()))
	again, err := os.ReadFile(filepath.Join(w.Dir, fileOf(today)))
	require.NoError(t, err)
	require.Equal(t, body, again)
	heads, wrong, err := Check(w.Dir, public, today)
	require.NoError(t, err)
	require.Empty(t, wrong)
	all, err := db.As(t, "una").AuditHeads(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, all, heads)
	differences, err := db.As(t, "una").AuditCheck(t.Context(), heads)
	require.NoError(t, err)
	require.Empty(t, differences)
	entries, err := os.ReadDir(w.Dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing is left beside it")
}
