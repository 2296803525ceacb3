#!/bin/sh
# Runs once, when the database volume is new: makes the logins of the two
# services, each with its own password. `starter setup` makes everything else.
set -eu

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
	--set temporal_password="$TEMPORAL_DATABASE_PASSWORD" \
	--set worker_password="$HAME_WORKER_PASSWORD" <<'SQL'
-- Temporal makes its own databases, and sees nothing of Hame's.
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'temporal_password';
-- The role that the worker's activities write as; setup grants it what it may do.
CREATE ROLE hame_worker LOGIN PASSWORD :'worker_password';
SQL
