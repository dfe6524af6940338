#!/bin/sh
# run.sh PROGRAM FOLDER - sets from each implementation, opened by the other.
#
# FOLDER holds the npm package after the first run, as package-lock.json pins it.
set -eu

program=$1
folder=$2
here=$(cd "$(dirname "$0")" && pwd)

for tool in node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is missing; install it" >&2; exit 1; }
done

mkdir -p "$folder"
if ! cmp -s "$here/package-lock.json" "$folder/installed-lock.json"; then
  cp "$here/package.json" "$here/package-lock.json" "$folder"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  cp "$here/package-lock.json" "$folder/installed-lock.json"
fi
cp "$here/interop.js" "$folder"

"$program" make > "$folder/ours.json"
node "$folder/interop.js" open "$folder/ours.json"
node "$folder/interop.js" make > "$folder/theirs.json"
"$program" open "$folder/theirs.json"
