#!/bin/sh
# Runs once, when the database volume is new, after first.sql: gives the logins
# of the services their passwords. `starter setup` makes everything else.
set -eu

# The passwords reach psql by its environment, so that they stand in no argument
# list. The server logs no statement here.
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv temporal_password TEMPORAL_DATABASE_PASSWORD
\getenv worker_password HAME_WORKER_PASSWORD
\getenv admin_password HAME_ADMIN_PASSWORD
SET log_statement = 'none';
SET log_min_duration_statement = -1;
-- Temporal has databases of its own, and sees nothing of Hame's.
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'temporal_password';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
-- The role that the worker's activities write as; setup grants it what it may do.
ALTER ROLE hame_worker PASSWORD :'worker_password';
-- Who runs setup and the commands of staff. No superuser.
ALTER ROLE hame_admin PASSWORD :'admin_password';
-- Staff of Hame have nothing to do with the other databases. Temporal's tool begins in
-- database postgres.
REVOKE ALL ON DATABASE postgres, template1, temporal, temporal_visibility FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO temporal;
SQL
