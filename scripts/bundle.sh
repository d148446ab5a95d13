#!/bin/sh
# Builds build/bundle/evertill with PyInstaller and starts it: its help, its server, and a till's window against
# it that is closed again like a person would. What it started it ends, by its id.
set -eu
cd "$(dirname "$0")/.."
out=build/bundle
rm -rf "$out"
.venv/bin/pyinstaller --noconfirm --log-level WARN --distpath "$out" --workpath build/pyinstaller packaging/evertill.spec
program=$out/evertill/evertill
home=$(mktemp -d)
server= till=
finish() {
  for process in $till $server; do kill "$process" 2>/dev/null || true; done
  rm -rf "$home"
}
trap finish EXIT
"$program" --help >/dev/null
"$program" server --home "$home/server" --demo-data --port 0 >"$home/server.out" 2>"$home/server.log" &
server=$!
waited=0
until grep -q '^listening on' "$home/server.out" 2>/dev/null; do
  kill -0 "$server" 2>/dev/null && [ "$waited" -lt 600 ] || { cat "$home/server.log" >&2; exit 1; }
  waited=$((waited + 1)); sleep 0.1
done
url=$(sed -n 's/^listening on //p' "$home/server.out")
EVERTILL_PASSWORD=evertill-demo "$program" enroll --home "$home/till" --server "$url" --tenant demo --user alice \
  --location main --name "Till 1" >/dev/null
[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || export QT_QPA_PLATFORM=offscreen
"$program" till --home "$home/till" >"$home/till.out" 2>&1 &
till=$!
waited=0
until grep -q 'window stands' "$home/till/till.log" 2>/dev/null; do
  kill -0 "$till" 2>/dev/null && [ "$waited" -lt 600 ] || { cat "$home/till.out" >&2; exit 1; }
  waited=$((waited + 1)); sleep 0.1
done
kill -INT "$till"
wait "$till" || { echo "The till did not end well:" >&2; cat "$home/till.out" >&2; exit 1; }
till=
echo "$program starts, serves, enrols, opens a till's window and closes it. $(du -sh "$out/evertill" | cut -f1)"
