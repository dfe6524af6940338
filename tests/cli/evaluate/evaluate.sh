#!/bin/bash
# evaluate.sh MAKER CONCLAVE TEMPLATE - `conclave evaluate` on real records: what it prints, where it
# stops, its exit codes, and that no refusal shows a number of the quorum.
set -u -o pipefail
maker=$1 conclave=$2 template=$3
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0

# check NAME CONDITION...: the condition is a command that must succeed.
check() {
  local name=$1
  shift
  if ! "$@" >/dev/null 2>&1; then
    echo "FAILED: $name"
    failures=$((failures + 1))
  fi
}

# run CODE ARGUMENTS...: runs evaluate into $work/out and $work/err; the exit code must be CODE.
run() {
  local expected=$1 code=0
  shift
  "$conclave" evaluate "$@" >"$work/out" 2>"$work/err" || code=$?
  if [ "$code" != "$expected" ]; then
    echo "FAILED: exit code $code in place of $expected: evaluate $*"
    cat "$work/err"
    failures=$((failures + 1))
  fi
}

value() { jq -e "$1" "$work/out"; }
says() { grep -qF -- "$1" "$work/err"; }
is_silent() { [ ! -s "$work/out" ]; }

"$maker" "$work/r24" 2 4 || exit 1
"$maker" "$work/r25" 2 5 || exit 1

run 0 "$work/r25/public"
check "18 names" value '[(.fields|keys[]),(.anchors[0].fields|keys[])]|length==18'
check "n - k from the public record" value '.fields."identity-shared-split-extra".value==3'
check "continents stay unanswered" \
  value '.fields."identity-shared-split-continents".source=="not-answered"'
check "who must have signed is said to be unverified" says "signers are not verified"
cp "$work/out" "$work/first"
run 0 "$work/r25"
check "the folder above gives the same bytes" cmp "$work/out" "$work/first"
run 0 "$work/r25/public/0001-root-generation" "$work/r25/public/0002-subordinate-signing"
check "so do the single ceremonies" cmp "$work/out" "$work/first"
run 0 --signers "$work/r25/signers.vkey" "$work/r25/public"
check "with the signers' keys nothing is left to say" [ ! -s "$work/err" ]

run 1 "$work/r25/public" "$work/r25/confidential"
check "both figures need a choice" says "owners of the key must choose"
check "and nothing is printed" is_silent
run 0 --publish both "$work/r25/public" "$work/r25/confidential"
check "both" value '.fields."identity-shared-split-continents".value==2'
check "two numbers are left: a warning" says "leaves a reader few"
run 0 --publish spare "$work/r25/public" "$work/r25/confidential"
check "no warning" bash -c "! grep -q 'warning:' '$work/err'"
check "spare only" value '.fields."identity-shared-split-continents".value==null'

for choice in both continents; do
  run 1 --publish $choice "$work/r24/public" "$work/r24/confidential"
  check "$choice reveals k: stopped" says "publish the number of spare shares alone"
  check "$choice: nothing is printed" is_silent
  check "$choice: no number is told" bash -c "! grep -q '[0-9]' <(grep -v 'note:' '$work/err')"
done
run 1 --json --publish both "$work/r24/public" "$work/r24/confidential"
check "a refusal for programs" value '.ok==false and .findings[0].rule=="evaluation-refused"'
run 0 --publish spare "$work/r24/public" "$work/r24/confidential"
run 0 --publish at-least-one "$work/r24/public" "$work/r24/confidential"
check "what the records show anyway is said" says "stands in the public records"
check "at least one" value '.fields."identity-shared-split-extra".value=="at least 1"'
run 0 --show-inference "$work/r24/public" "$work/r24/confidential"
check "the owners' sheet" grep -q '^CONFIDENTIAL' "$work/out"

sed -e '/public_key/d' -e 's/^#\([^ ]\)/\1/' "$template" >"$work/declarations.toml"
run 0 --declarations "$work/declarations.toml" "$work/r25/public"
check "declared" value '.fields."first-stage-exposure"|.source=="declared" and .value==6'
check "at least 8 are shown by the record" value \
  '[.fields[],.anchors[0].fields[]|select(.source=="derived")]|length>=8'
echo 'colour = "red"' >"$work/bad.toml"
run 1 --declarations "$work/bad.toml" "$work/r25/public"
check "an unknown key, with the file's kind" says "the declarations"

run 2
run 2 --publish everything "$work/r25/public"
run 2 --signers "" "$work/r25/public"
check "a variable that is not set does not pass for no option" says "the name of the file is empty"
run 2 --declarations "" "$work/r25/public"
ln -s signers.vkey "$work/r25/linked.vkey"
run 0 --signers "$work/r25/linked.vkey" "$work/r25/public"
run 1 "$work/none"
mkdir "$work/empty"
run 1 "$work/empty"
check "an empty folder is named" says "holds no record of a ceremony"
sed -i 's/"extra":3/"extra":4/' "$work/r25/public/0001-root-generation/transcript.log"
run 3 "$work/r25/public"
check "a record that does not hold" says "does not hold, so nothing was evaluated"
check "is not evaluated" is_silent

echo "$failures failures"
[ "$failures" = 0 ]
