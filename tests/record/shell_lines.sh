#!/bin/bash
# Runs the shell lines of docs/formats/record.md on a fresh sample record, as they stand there, and
# then on damaged copies, where each must say so.
#
#   shell_lines.sh RECORD_TOOL VERIFY_PY RECORD_MD
set -u
tool=$1 verify_py=$(realpath "$2") document=$(realpath "$3")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$tool" make "$work" "$verify_py" 2 5 || exit 1

# The block between "<!-- shell: NAME -->" and the end of the fenced code after it.
block() {
  awk -v mark="<!-- shell: $1 -->" '
    $0 == mark { found = 1; next }
    found && /^```/ { if (inside) exit; inside = 1; next }
    inside { print }' "$document"
}

failures=0 checks=0
expect() {  # NAME, wanted last line of output, folder
  local got
  got=$(cd "$3" && D=${D:-} NAME=${NAME:-} JOURNAL=${JOURNAL:-} bash -c "$(block "$1")" 2>&1 | tail -n 1)
  checks=$((checks + 1))
  if [ "$got" != "$2" ]; then
    echo "FAILED: $1 in $3: \"$got\", not \"$2\""
    failures=$((failures + 1))
  fi
}

for name in chain seal signature signature-p256 fact projection; do
  if [ -z "$(block $name)" ]; then
    echo "FAILED: no block \"$name\" in $document"
    exit 1
  fi
done

root=$work/public/0001-root-generation
export JOURNAL=$work/confidential/0001-root-generation/journal.log
entries=$(wc -l < "$root/transcript.log")
expect chain "chain holds: $entries entries" "$root"
expect seal "seal fits" "$root"
for role in administrator internal-witness; do
  NAME=pki.example/root-g1/$role expect signature "Signature Verified Successfully" "$root"
done
NAME=pki.example/root-g1/auditor expect signature-p256 "Verified OK" "$root"
D=$(cut -d' ' -f2- "$JOURNAL" | jq -r 'select(.type=="public") | .data.disclosures[]' | sed -n 2p)
D=$D expect fact "it stands in entry 3" "$root"
D=${D}A expect fact "it stands nowhere" "$root"
expect projection "the transcript is the journal's" "$root"

damaged=$work/damaged
damage() {  # file, sed expression
  rm -rf "$damaged" && cp -r "$root" "$damaged" && sed -i "$2" "$damaged/$1"
}
damage transcript.log '3s/p-384/p-256/'
expect chain "BAD at entry 2" "$damaged"
expect projection "the transcript is NOT the journal's" "$damaged"
damage transcript.log '3d'
expect chain "BAD at entry 2" "$damaged"
expect seal "seal does NOT fit" "$damaged"
damage transcript.log '$s/$/\r/'
expect chain "BAD at entry $((entries - 1))" "$damaged"
damage seal.note '2s/.*/1/'
expect seal "seal does NOT fit" "$damaged"
damage seal.note 's/I took part/I took no part/'
NAME=pki.example/root-g1/administrator expect signature "Signature Verification Failure" "$damaged"
NAME=pki.example/root-g1/auditor expect signature-p256 "Verification failure" "$damaged"

echo "$checks checks of shell lines, $failures failures"
[ "$failures" = 0 ]
