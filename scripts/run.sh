#!/bin/sh
# A demonstration server and one till to play with. Everything lives under the folder given.
set -eu
home=${1:-build/run}
mkdir -p "$home"
.venv/bin/evertill server --home "$home/server" --demo-data --port 0 >"$home/server.out" 2>"$home/server.log" &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT INT TERM
url=
while [ -z "$url" ]; do
  kill -0 "$server" 2>/dev/null || { cat "$home/server.log" >&2; exit 1; }
  url=$(sed -n 's/^listening on //p' "$home/server.out")
  [ -n "$url" ] || sleep 0.1
done
cat <<TEXT
The server is at $url (shop: demo, location: main or annex).
Enroll the till as manager: alice, password evertill-demo.
Then sign in as alice (PIN 2468) or bob (PIN 1357).
TEXT
.venv/bin/evertill till --home "$home/till" --server "$url"
