#!/bin/sh
# Makes what compose.yaml reads as secrets, in deploy/secrets or the folder named; what is there stays as it is.
# The containers read them under users of their own, so it is the folder that keeps others on this machine out.
set -eu
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 0700 "$folder"
for name in postgres-password owner-password server-password token-secret metrics-token; do
  [ -s "$folder/$name" ] || openssl rand -hex 32 | tr -d '\n' >"$folder/$name"
  chmod 0444 "$folder/$name"
done
