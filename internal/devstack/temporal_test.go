package devstack

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckTemporal(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ says, err string }{
		{"temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)", ""},
		{"temporal version hame (Server 1.32.1, UI 2.54.1)", ""},
		{"temporal version 2.0.0 (Server 2.0.0, UI 3.0.0)", ""},
		{"temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)", "has Temporal server 1.29, and Hame needs 1.32 or later"},
		{"something else 4", "not a Temporal command line"},
	} {
		err := checkTemporal(t.Context(), script(t, filepath.Join(dir, "temporal"), c.says))
		if c.err == "" {
			require.NoError(t, err, c.says)
		} else {
			require.ErrorContains(t, err, c.err)
		}
	}
	require.Error(t, checkTemporal(t.Context(), filepath.Join(dir, "none")))
}

func TestTemporalSource(t *testing.T) {
	source, err := temporalSource(".")
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(source, "main.go"))

	_, err = temporalSource(t.TempDir())
	require.ErrorContains(t, err, "run this inside the source tree, or set HAME_TEMPORAL_BINARY")
}

func TestBinaryNameFollowsTheSource(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	write("go.mod", "module x\n\nrequire go.temporal.io/server v1.32.1\n")
	write("go.sum", "")
	write("main.go", "package main\n")
	first, err := binaryName(dir)
	require.NoError(t, err)
	require.Regexp(t, `^temporal-1\.32\.1-[0-9a-f]{12}$`, first)

	write("main_test.go", "package main\n")
	same, err := binaryName(dir)
	require.NoError(t, err)
	require.Equal(t, first, same)

	write("main.go", "package main // changed\n")
	other, err := binaryName(dir)
	require.NoError(t, err)
	require.NotEqual(t, first, other)
}

func TestDynamicConfigIsWhatTheFlagTakes(t *testing.T) {
	seen := map[string]bool{}
	for _, pair := range dynamicConfig {
		key, value, ok := strings.Cut(pair, "=")
		require.True(t, ok, pair)
		require.True(t, json.Valid([]byte(value)), pair)
		require.False(t, seen[strings.ToLower(key)], "%s is set twice", key)
		seen[strings.ToLower(key)] = true
	}
}

func TestRetryPorts(t *testing.T) {
	tries := 0
	err := retryPorts(func() error {
		if tries++; tries < 3 {
			return errors.New("listen tcp 127.0.0.1:1: bind: address already in use")
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 3, tries)

	tries = 0
	err = retryPorts(func() error { tries++; return errors.New("no room on the disk") })
	require.EqualError(t, err, "no room on the disk")
	require.Equal(t, 1, tries, "another failure is not tried again")
}
