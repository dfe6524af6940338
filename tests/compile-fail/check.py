#!/usr/bin/env python3
"""Compiles a snippet twice: as it stands it must pass, with -DFORBIDDEN it must be refused.

Usage: check.py COMPILER INCLUDE_FOLDER SNIPPET
The snippet says with `// Refused: PATTERN` why: a regular expression that an error must match, so
that a spelling mistake in it does not pass for a refusal.
"""
import re
import subprocess
import sys


def compile_it(compiler, include, snippet, *more):
    return subprocess.run([compiler, "-std=c++20", "-fsyntax-only", "-I", include, *more, snippet],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def main():
    compiler, include, snippet = sys.argv[1:]
    with open(snippet, encoding="utf-8") as file:
        patterns = re.findall(r"^// Refused: (.+)$", file.read(), re.MULTILINE)
    if len(patterns) != 1:
        sys.exit("a snippet has exactly one line \"// Refused: PATTERN\"")
    control = compile_it(compiler, include, snippet)
    if control.returncode != 0:
        sys.exit(f"the control does not compile:\n{control.stdout}")
    forbidden = compile_it(compiler, include, snippet, "-DFORBIDDEN")
    if forbidden.returncode == 0:
        sys.exit("what must not compile does")
    errors = [line for line in forbidden.stdout.splitlines() if "error:" in line]
    if not any(re.search(patterns[0], line) for line in errors):
        sys.exit(f"refused for another reason than {patterns[0]}:\n" + "\n".join(errors))


main()
