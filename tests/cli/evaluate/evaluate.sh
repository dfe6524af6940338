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
# Shares that were found lost, and the journals that say so.
"$maker" "$work/lost" 2 5 lost || exit 1
set_of_lost="$work/lost/confidential/0001-root-generation"
run 1 --publish spare "$work/lost/public" "$set_of_lost"
check "a journal with reports on shares must be there" \
  says "the journal of record 0003-share-verification"
check "and nothing is printed without it" is_silent
run 1 --publish both "$work/lost/public" "$work/lost/confidential"
check "after the loss both figures together would reveal k" \
  says "publish the number of spare shares alone"
run 0 --publish spare "$work/lost/public" "$work/lost/confidential"
check "the lost share is no spare one" value '.fields."identity-shared-split-extra".value==2'

# What was published before is counted. 3 of 6: e = 3 and c = 2 leave two numbers for ever.
"$maker" "$work/r36" 3 6 || exit 1
run 0 --publish both "$work/r36/public" "$work/r36/confidential"
mkdir "$work/earlier"
cp "$work/out" "$work/earlier/2026.json"
run 0 --publish spare "$work/r36/public" "$work/r36/confidential"
check "spare alone: nothing to warn of" bash -c "! grep -q 'warning:' '$work/err'"
run 0 --publish spare --earlier "$work/earlier" "$work/r36/public" "$work/r36/confidential"
check "with the earlier publication: a warning" says "leaves a reader few"
run 0 --show-inference --earlier "$work/earlier/2026.json" "$work/r36/public" \
  "$work/r36/confidential"
check "the sheet counts it too" grep -q 'with all that was published before: 2, 3$' "$work/out"
check "the sheet has the spare shares alone" grep -q '^The spare shares alone: 3' "$work/out"
check "the continents alone" grep -q '^The continents alone: 2' "$work/out"
check "both" grep -q '^Both: spare shares 3, continents 2' "$work/out"
check "the guess of n = 2k - 1 no longer fits" bash -c "! grep -q 'gets k' '$work/out'"
run 0 --show-inference "$work/r25/public" "$work/r25/confidential"
check "where it fits, it is told" grep -q 'gets k = 4' "$work/out"
run 1 --earlier "$work/first" "$work/r36/public"
check "an evaluation of another key's share set is refused" says "an evaluation that was published"
run 1 --earlier "$work/empty" "$work/r36/public"
run 1 --earlier "$work/none" "$work/r36/public"

# Checking a file that somebody published.
state() { grep -q -- "^$1: $2" "$work/out"; }
run 0 --check "$work/first" "$work/r25/public"
check "a file from the public records is recomputed" \
  state identity-shared-split-extra "recomputed: worked out anew"
check "levels too" state identity-pki-level recomputed
check "what nobody answered is consistent" state first-stage-exposure "consistent: not answered"
check "the verdict" grep -qx "NOTHING IS CONTRADICTED" "$work/out"
run 0 --json --check "$work/first" "$work/r25/public"
check "all 18 answers are in the list for programs" value \
  '[.fields[]|select(.name|test("^(initial|first|identity|pki)-"))]|length==18'
check "ok" value '.ok and .format=="conclave-evaluation-check-1"'

# tampered NAME SED: the first evaluation with one change; the check must name it and exit 3.
tampered() {
  local name=$1
  sed -e "$2" "$work/first" >"$work/tampered"
  check "$name: something was changed" bash -c "! cmp -s '$work/first' '$work/tampered'"
  run 3 --check "$work/tampered" "$work/r25/public"
  check "$name: contradicted" grep -q -- "^$name.*: contradicted: " "$work/out"
  check "$name: the verdict" grep -qx "CONTRADICTED" "$work/out"
}
tampered identity-shared-split-extra 's/"value": 3,/"value": 2,/'
tampered identity-shared-split-extra 's/"value": 3,/"value": 9,/'
tampered pki-anchor-storage 's/Recovered by a quorum; its size is withheld/Recovered by 2 people/'
tampered identity-anchor-storage 's/SoftHSM v2/Costly HSM/'
tampered pki-lifespan 's/2056-11-22/2076-11-22/'
tampered identity-pki-level 's/"level_with_end_entities": 3/"level_with_end_entities": 2/'
tampered pki-algorithms 's/"p-256"/"p-521"/'
tampered mode 's/"mode": "REHEARSAL"/"mode": "PRODUCTION"/'
tampered as_of 's/"as_of": "2026-11-23"/"as_of": "2027-11-23"/'
tampered records 's/"records": "whole"/"records": "partial"/'
tampered transcripts 's/0002-subordinate-signing/0002-something-else/'
tampered aliases 's/initial-enclave-confidentiality-key/initial-enclave-key/'
tampered taxonomy 's/manufacturer-anchors-00",/manufacturer-anchors-15",/'
tampered fields 's/"pki-breadth"/"pki-width"/'
tampered pki-level 's/"source": "derived"/"source": "declared"/'

run 0 --publish spare "$work/lost/public" "$work/lost/confidential"
cp "$work/out" "$work/withheld"
run 0 --check "$work/withheld" "$work/lost/public"
check "without the journals the losses are withheld" state identity-shared-split-extra consistent
check "a withheld figure is consistent" \
  state identity-shared-split-continents "consistent: withheld by the owners"
run 0 --check "$work/withheld" "$work/lost/public" "$work/lost/confidential"
check "with the journals it is recomputed" state identity-shared-split-extra recomputed
sed 's/"value": 2,/"value": 3,/' "$work/withheld" >"$work/tampered"
run 3 --check "$work/tampered" "$work/lost/public" "$work/lost/confidential"
check "a loss that was left out is found" state identity-shared-split-extra contradicted

run 0 --publish both "$work/r25/public" "$work/r25/confidential"
cp "$work/out" "$work/both"
run 0 --check "$work/both" "$work/r25/public"
check "continents: the places are withheld" \
  state identity-shared-split-continents "consistent: withheld"
run 0 --check "$work/both" "$work/r25/public" "$work/r25/confidential"
check "continents: recomputed with the journals" state identity-shared-split-continents recomputed
jq --indent 2 '.fields."identity-shared-split-continents".value=1' "$work/both" >"$work/tampered"
run 3 --check "$work/tampered" "$work/r25/public" "$work/r25/confidential"
check "continents: another number" state identity-shared-split-continents contradicted
jq --indent 2 '.fields."identity-shared-split-continents".value=6' "$work/both" >"$work/tampered"
run 3 --check "$work/tampered" "$work/r25/public"
check "continents: a number that no set can have, without the journals" \
  state identity-shared-split-continents "contradicted: with the spare shares"
run 0 --publish at-least-one "$work/r25/public" "$work/r25/confidential"
cp "$work/out" "$work/modest"
run 0 --check "$work/modest" "$work/r25/public"
check "at least one is consistent" state identity-shared-split-extra "consistent: withheld"

run 0 --declarations "$work/declarations.toml" "$work/r25/public"
cp "$work/out" "$work/declared"
run 0 --check "$work/declared" "$work/r25/public"
check "what was declared is consistent" state first-stage-exposure "consistent: declared"
check "and beside what is shown" state identity-pki-level "recomputed: worked out anew from the \
records; what"
sed 's/"Any end-entity/"With 3 of 5 holders any end-entity/' "$work/declared" >"$work/tampered"
run 3 --check "$work/tampered" "$work/r25/public"
check "a declaration that tells of the quorum is contradicted" \
  grep -q "^pki-lock-policy .*: contradicted" "$work/out"

# Journals of PRODUCTION are opened with a record keeper's key.
"$maker" "$work/real" 2 5 production || exit 1
real=(--publish spare "$work/real/public" "$work/real/confidential")
run 1 "${real[@]}"
check "without a key the journals stay shut" says "bring a record keeper's key (--keeper)"
check "and nothing is printed without it" is_silent
opened=(--keeper-passphrase-file "$work/real/keeper.txt" --keeper)
run 0 "${opened[@]}" "$work/real/keeper.pem" "${real[@]}"
check "the keeper's key opens the journals" value '.fields."identity-shared-split-extra".value==3'
cp "$work/out" "$work/real.json"
run 0 --check "$work/real.json" "${opened[@]}" "$work/real/keeper.pem" "${real[@]:2}"
check "the check has the owners' figures, too" state identity-shared-split-extra recomputed
run 1 --check "$work/real.json" "${real[@]:2}"
check "and refuses without the key" says "bring a record keeper's key (--keeper)"
run 1 "${opened[@]}" "$work/real/another.pem" "${real[@]}"
check "another keeper's key opens nothing" says "key"
check "and nothing is printed with it" is_silent
run 1 "${opened[@]}" "$work/none.pem" "${real[@]}"
check "a key file that is not there is named" says "none.pem"
run 1 "${opened[@]}" "$work/real/keeper.pem" "$work/real/public"
check "a key for journals that were not named is refused" says "no journal was given that the key of --keeper could open"
run 1 --keeper "$work/real/keeper.pem" --keeper-passphrase-file "$work/r24/signers.vkey" "${real[@]}"
check "a passphrase that does not open it is refused" is_silent

run 1 --check "$work/first" "$work/r25/public/0001-root-generation"
check "a record that the file names is missing" says "is not among those given"
run 0 "$work/r25/public/0001-root-generation"
cp "$work/out" "$work/older"
run 0 --check "$work/older" "$work/r25/public"
check "ceremonies since then are said" state as_of "consistent: ceremonies were held since then"
run 1 --check "$template" "$work/r25/public"
check "a file of another kind" says "is no JSON object"
run 1 --check "$work/none" "$work/r25/public"
run 2 --check "" "$work/r25/public"
run 2 --check "$work/first" --publish spare "$work/r25/public"
"$conclave" evaluate --help >"$work/out"
check "the help teaches the check" grep -q -- "--check evaluation.json record/public" "$work/out"

sed -i 's/"extra":3/"extra":4/' "$work/r25/public/0001-root-generation/transcript.log"
run 3 "$work/r25/public"
check "a record that does not hold" says "does not hold, so nothing was evaluated"
check "is not evaluated" is_silent

echo "$failures failures"
[ "$failures" = 0 ]
