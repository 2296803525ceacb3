#!/bin/sh
# Makes Temporal's two databases where they are missing, and brings their schema
# to the version of this image. Harmless to run again; it has to run before a
# newer server starts.
set -eu

schemas=${SCHEMAS:-/etc/temporal/schema/postgresql/v12}

sql() {
	temporal-sql-tool --plugin postgres12 --endpoint "$POSTGRES_SEEDS" --port "$DB_PORT" --user "$POSTGRES_USER" "$@"
}

# Each step does nothing where its work is done already.
sql --database temporal create
sql --database temporal setup-schema --version 0.0
sql --database temporal update-schema --schema-dir "$schemas/temporal/versioned"

sql --database temporal_visibility create
sql --database temporal_visibility setup-schema --version 0.0
sql --database temporal_visibility update-schema --schema-dir "$schemas/visibility/versioned"
