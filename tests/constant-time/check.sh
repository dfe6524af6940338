#!/bin/sh
# check.sh PROGRAM... - runs each program of constant_time.cpp under valgrind: its honest run must
# give no report, and every leaky control must give one, or the honest run proves nothing.
set -eu

command -v valgrind > /dev/null || { echo "valgrind is missing; install it" >&2; exit 1; }

memcheck() {
  valgrind --quiet --error-limit=no --error-exitcode=7 --track-origins=no "$@"
}

for program in "$@"; do
  [ -x "$program" ] || { echo "$program was not built; is its compiler installed?" >&2; exit 1; }
  name=$(basename "$program")
  for part in $("$program" --parts); do
    memcheck "$program" "$part" || { echo "$name: $part is not constant time" >&2; exit 1; }
  done
  for control in $("$program" --controls); do
    status=0
    memcheck "$program" "$control" > /dev/null 2>&1 || status=$?
    if [ "$status" -ne 7 ]; then
      echo "$name: the leak of $control was not noticed (status $status)" >&2
      exit 1
    fi
  done
  echo "$name: constant time, and every control was caught"
done
