#!/bin/sh
# run.sh CONCLAVE FOLDER - recovery with docs/recovery/recover.py and the npm package slip39.
#
# FOLDER holds the npm package after the first run, as tests/interop/slip39's lock file pins it.
set -eu

conclave=$1
folder=$2
here=$(cd "$(dirname "$0")" && pwd)
pinned=$here/../slip39

for tool in node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is missing; install it" >&2; exit 1; }
done

mkdir -p "$folder"
if ! cmp -s "$pinned/package-lock.json" "$folder/installed-lock.json"; then
  cp "$pinned/package.json" "$pinned/package-lock.json" "$folder"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  cp "$pinned/package-lock.json" "$folder/installed-lock.json"
fi

exec /usr/bin/python3 "$here/recovery_test.py" "$conclave" \
  "$here/../../../docs/recovery/recover.py" "$folder/node_modules"
