#!/usr/bin/env python3
"""Which calls put the victim's acts on the medium, and in which order.

Usage: order.py VICTIM

A kill and an error show nothing of what the kernel still keeps for itself: without any fsync the
driver beside this finds no fault. So here the calls of each act are compared with what must stand
there. Control: the naive save must not fit.
"""
import hashlib
import pathlib
import re
import subprocess
import sys
import tempfile

import driver

# A whole file: its name may never have been used; it and then its folder become durable; what is
# read back comes from the medium and not from memory.
SAVE = ["new {}", "write {}", "fsync {}", "fsync FOLDER", "forget {}", "read {}"]
# A file or log that is there: what a killed program left in memory becomes durable, and what the
# medium refused before is forgotten, before a byte of it counts.
OPEN = ["fsync {}", "fsync FOLDER", "forget {}", "read {}"]
APPEND = ["write {}", "fdatasync {}"]
EXPECTED = {
    "make made": ["mkdir made", "fsync made", "fsync FOLDER"],
    "save public.bin": SAVE,
    "again public.bin": OPEN,
    # Both are written, then everything becomes durable, then both come from the medium.
    "together one.bin": ["new one.bin", "write one.bin", "new two.bin", "write two.bin",
                         "syncfs FOLDER", "fsync FOLDER", "forget one.bin", "read one.bin",
                         "forget two.bin", "read two.bin"],
    "together two.bin": [],  # said behind the other, of the same call
    "save secret.bin": SAVE,
    "read FOLDER": ["read public.bin", "read secret.bin", "forget secret.bin"],
    "create journal.log": ["new {}", "fsync {}", "fsync FOLDER"],
    "append journal.log": APPEND,
    "open journal.log": OPEN,
    "append torn.log": APPEND,
    # The torn end is safe under a name of its own before it is cut off, and cut off before a line
    # is appended.
    "open torn.log": [*OPEN, *(step.replace("{}", "torn.log.torn") for step in SAVE),
                      "cut {}", "fsync {}"],
}
# Where a program that was killed had saved the torn end already, perhaps in memory only.
OPEN_AGAIN = [*OPEN, *(step.replace("{}", "torn.log.torn") for step in ("read {}", *OPEN[:3])),
              "cut {}", "fsync {}"]
TORN_NAME = "torn.log.torn-" + hashlib.sha256(driver.TORN).hexdigest()
WORDS = {"mkdirat": "mkdir", "fsync": "fsync", "fdatasync": "fdatasync", "syncfs": "syncfs",
         "write": "write",
         "read": "read", "ftruncate": "cut", "fadvise64": "forget"}


def step_of(line, folder):
    """"fsync public.bin" for a line of strace about the medium; None for other lines."""
    match = re.match(r'([a-z0-9_]+)\((?:\w+<([^>]*)>)?(?:, "([^"]*)")?', line)
    if not match:
        return None
    call, target, text = match.groups()
    if "EEXIST" in line:
        return None
    if call == "openat" and "O_CREAT" in line:
        return f"{'new' if 'O_EXCL' in line else 'make'} {short(text)}"
    if call == "mkdirat":
        return f"mkdir {short(text)}"
    if call not in WORDS or not target or not pathlib.Path(target).is_relative_to(folder):
        return None
    return f"{WORDS[call]} {'FOLDER' if target == str(folder) else short(target)}"


def short(path):
    return re.sub(r"\.torn-[0-9a-f]{64}$", ".torn", pathlib.Path(path).name)


def acts_of(trace, folder):
    """(act, steps) in the order in which the victim said that each was done."""
    steps = []
    for line in trace.splitlines():
        done = re.search(r'^write\(1<[^>]*>, "(?:done (\S+) (\S+)|begin)', line)
        if done:
            act, name = done.groups()
            if act:
                yield f"{act} {'FOLDER' if name == folder.name else name}", steps
            steps = []
            continue
        step = step_of(line, folder)
        if step and step not in steps[-1:]:  # several reads are one
            steps.append(step)
    yield "", steps


def traced(victim, act, folder, more=None):
    folder.mkdir()
    driver.plant(folder)
    for name, content in (more or {}).items():
        (folder / name).write_bytes(content)
    trace = folder.with_suffix(".trace")
    done = subprocess.run(["strace", "-y", "-s", "200", "-o", trace, victim, act, folder],
                          stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        sys.exit(f"the victim failed undisturbed: {done.returncode}")
    return list(acts_of(trace.read_text(errors="replace"), folder))


def misfits(act, steps, expected):
    expected = [step.format(act.split(" ")[1]) for step in expected]
    return [] if steps == expected else [f"{act}: {steps} instead of {expected}"]


def main():
    victim = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="conclave-order-") as root:
        root = pathlib.Path(root).resolve()
        acts = traced(victim, "act", root / "medium")[:-1]
        naive = traced(victim, "naive", root / "naive")[-1][1]
        again = traced(victim, "act", root / "again", {TORN_NAME: driver.TORN})
    bad = [act for act in EXPECTED if act not in dict(acts)]
    for act, steps in acts:
        bad += misfits(act, steps, EXPECTED.get(act, []))
    bad += misfits("open torn.log", dict(again)["open torn.log"], OPEN_AGAIN)
    if "make old.bin" not in naive or any(step.startswith("fsync") for step in naive):
        bad.append(f"the control was not seen as what it is: {naive}")
    for one in bad:
        print("BAD", one)
    print(f"{len(acts)} acts in order, bad {len(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
