#!/bin/sh
# A demonstration server and one till to play with. Everything lives under the folder given, and is there
# again the next time: hence a fixed port, which the till remembers.
set -eu
home=${1:-build/run}
port=${PORT:-8765}
mkdir -p "$home"
# What reads /metrics; docs/troubleshooting.md does.
[ -s "$home/server.metrics-token" ] || (umask 077 && .venv/bin/python -c 'import secrets; print(secrets.token_hex(32))' >"$home/server.metrics-token")
.venv/bin/evertill server --home "$home/server" --demo-data --port "$port" \
  --metrics-token-file "$home/server.metrics-token" >"$home/server.out" 2>"$home/server.log" &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM
until grep -q '^listening on' "$home/server.out"; do
  if ! kill -0 "$server" 2>/dev/null; then
    echo "The server did not start (PORT=… make run takes another port than $port). It said:" >&2
    tail -n 5 "$home/server.log" >&2
    exit 1
  fi
  sleep 0.1
done
url=$(sed -n 's/^listening on //p' "$home/server.out")
cat <<TEXT
The server is at $url (shop: demo, location: main or annex).
Set the till up as manager: alice, password evertill-demo.
Then sign in as alice (PIN 2468) or bob (PIN 1357).
TEXT
.venv/bin/evertill till --home "$home/till" --server "$url"
