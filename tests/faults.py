#!/usr/bin/env python3
"""Every test that tests/faults.md names exists, and every fault that must have one has a row.

Usage: faults.py TESTS_FOLDER     TESTS_FOLDER: the one with faults.md; prints what is wrong; exit code 0
                                  only where nothing is.
A row names its tests as "folder/file: name; folder/file: name": the name is that of a test case of
folder/file_test.cpp, or of a function of a program or script; "folder/file" may be a folder, too.
"""
import itertools
import pathlib
import re
import sys

# Whatever shares, people, media, machine, records and sites can bring (reference, section 5).
FAULTS = [*range(1, 19), *range(30, 36), *range(40, 48), 49, 50, *range(54, 64)]
NEXT_TEST = re.compile(r"; (?=[a-z-]+/[a-z_-]+: )")
CASE = re.compile(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)')
FUNCTION = re.compile(r"^[^\n(#/=]*?\b(\w+)\([^;]*?\)[^;{}]*[:{]$", re.MULTILINE)


def rows(page):
    for line in page.splitlines():
        if match := re.match(r"\| (\d+) [^|]*\| ([^|]+) \| ([^|]+) \|$", line):
            yield int(match[1]), match[2], NEXT_TEST.split(match[3])


def sources_of(folder, name):
    place = folder / name
    if place.is_dir():
        return [path for path in place.rglob("*") if path.suffix in (".cpp", ".py")]
    names = [place.parent / (place.name + end) for end in ("_test.cpp", ".cpp", "_test.py", ".py")]
    return [path for path in names if path.exists()]


def tests_in(source):
    text = source.read_text()
    if source.suffix == ".py":
        return re.findall(r"^ *def (?:test_)?(\w+)\(", text, re.MULTILINE)
    cases = ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', case)) for case in CASE.findall(text)]
    return cases + FUNCTION.findall(text)


def exists(folder, test):
    place, _, name = test.partition(": ")
    tests = itertools.chain.from_iterable(tests_in(path) for path in sources_of(folder, place))
    return any(one == name or one.endswith(": " + name) for one in tests)


def faults_of(folder):
    page = (folder / "faults.md").read_text()
    found = list(rows(page))
    if (numbers := [number for number, _, _ in found]) != FAULTS:
        yield f"the rows are {numbers}, and they should be {FAULTS}"
    for number, _, tests in found:
        for test in tests:
            if not exists(folder, test):
                yield f"fault {number}: there is no test \"{test}\""


def self_test(folder):
    """A name that is none, or stands in another file, must be missed."""
    for test in ("shamir/quorum: no such test", "shamir/nowhere: every single wrong character",
                 "shamir/quorum: how people type and programs paste does not matter"):
        if exists(folder, test):
            yield f"this look takes \"{test}\" for a test"


def main():
    folder = pathlib.Path(sys.argv[1])
    wrong = [*self_test(folder), *faults_of(folder)]
    print("\n".join(wrong) or f"each of {len(FAULTS)} faults has its tests")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
