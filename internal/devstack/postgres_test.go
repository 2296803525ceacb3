package devstack

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// script writes an executable that prints a line.
func script(t *testing.T, file, line string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte("#!/bin/sh\necho '"+line+"'\n"), 0o755))
	return file
}

func fakePostgres(t *testing.T, dir, version string) string {
	t.Helper()
	script(t, filepath.Join(dir, "initdb"), "initdb (PostgreSQL) "+version)
	script(t, filepath.Join(dir, "postgres"), "postgres (PostgreSQL) "+version)
	return dir
}

func TestFindPostgres(t *testing.T) {
	root := t.TempDir()
	places := []string{filepath.Join(root, "usr/lib/postgresql/*/bin"), filepath.Join(root, "usr/pgsql-*/bin")}
	empty := filepath.Join(root, "empty")
	require.NoError(t, os.Mkdir(empty, 0o755))

	_, err := findPostgres(empty, places)
	require.ErrorContains(t, err, "no PostgreSQL server found")

	old := fakePostgres(t, filepath.Join(root, "usr/lib/postgresql/9.6/bin"), "9.6.24")
	_, err = findPostgres(empty, places)
	require.ErrorContains(t, err, "found only PostgreSQL 9 in "+old)
	require.ErrorContains(t, err, "needs PostgreSQL 15 or later")

	fakePostgres(t, filepath.Join(root, "usr/lib/postgresql/15/bin"), "15.18 (Debian 15.18-0+deb12u1)")
	fakePostgres(t, filepath.Join(root, "usr/lib/postgresql/16/bin"), "16beta1")
	newest := fakePostgres(t, filepath.Join(root, "usr/pgsql-17/bin"), "17.2")
	clientOnly := filepath.Join(root, "usr/lib/postgresql/18/bin")
	script(t, filepath.Join(clientOnly, "psql"), "psql (PostgreSQL) 18.0")
	found, err := findPostgres(empty, places)
	require.NoError(t, err)
	require.Equal(t, newest, found, "the newest that has a server, whatever the place")

	chosen := fakePostgres(t, filepath.Join(root, "chosen"), "15.1")
	found, err = findPostgres(old+":"+clientOnly+":"+chosen, places)
	require.NoError(t, err)
	require.Equal(t, chosen, found, "PATH comes first, where it has one that is new enough")
}
