// Package postgres holds what a superuser runs once in a new database.
package postgres

import _ "embed"

// First is first.sql, for servers that Hame itself starts.
//
//go:embed first.sql
var First string
