#!/bin/sh
# Starts `evertill server` with the database's password from a file, so that it stands in no process list.
set -eu
if [ -n "${PGPASSWORD_FILE:-}" ]; then
  PGPASSWORD=$(cat "$PGPASSWORD_FILE")
  export PGPASSWORD
fi
exec python -m server_stub "$@"
