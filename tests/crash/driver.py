#!/usr/bin/env python3
"""Kills the victim at every call that it makes on files, lets each call fail in six ways, and looks.

Usage: driver.py VICTIM [FOLDER]     FOLDER: where the media are played; else in memory, where
                                     fsync costs nothing (a kill does not ask what is below)

What must hold afterwards: what was reported done is there whole; what was there before is there
still; what was refused has left nothing; the ceremony can go on; the secret stands in one file only.
strace counts `when=` for each name of a call by itself, so points are (name, number) pairs.
Prints the counts; exit code 0 only where nothing was bad and the control was noticed.
"""
import base64
import collections
import concurrent.futures
import hashlib
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

ERRORS = {"ENOSPC": "the medium is full", "EIO": "the medium was removed or is failing",
          "EROFS": "the medium is write-protected",
          "EDQUOT": "the space allowed on this medium is used up",
          "EMFILE": "too many files are open", "EINTR": "the system interrupted it"}
NOT_FILES = {"mmap", "munmap"}
JOBS = 2
MARKER = b"MARKER-of-a-secret-0123456789abc"
OLD = b"what was there before\n"
LOGS = ("journal.log", "torn.log")
FILES = ("public.bin", "secret.bin", "one.bin", "two.bin")
Call = collections.namedtuple("Call", "name number on_screen target")
Outcome = collections.namedtuple("Outcome", "code lines stderr")


def log_line(text):
    return hashlib.sha256(text).hexdigest().encode() + b" " + text + b"\n"


PLANTED = log_line(b"planted 0") + log_line(b"planted 1")
TORN = log_line(b"planted 2")[:50]


def plant(folder):
    (folder / "old.bin").write_bytes(OLD)
    (folder / "torn.log").write_bytes(PLANTED + TORN)


def run(command, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60, check=False, **more)
    return Outcome(done.returncode, done.stdout.decode().splitlines(), done.stderr.decode())


def forms_of(secret):
    """The secret as it might have leaked: as it is, in hex, base64, UTF-16, backwards."""
    forms = [secret, secret[::-1], secret.hex().encode(), secret.hex().upper().encode(),
             secret.decode().encode("utf-16-le")]
    for shift in range(3):  # the whole groups within, however the secret lies in the stream
        forms.append(base64.b64encode(bytes(shift) + secret)[4:-4])
    return forms


LEAKS = forms_of(MARKER)


def whole_lines(content):
    """The lines of a log that prove themselves, and what stands behind them."""
    lines = []
    while b"\n" in content:
        line, rest = content.split(b"\n", 1)
        if line[64:65] != b" " or hashlib.sha256(line[65:]).hexdigest().encode() != line[:64]:
            break
        lines.append(line[:64].decode())
        content = rest
    return lines, content


class Truth:
    """What a run that nobody disturbs says and leaves."""

    def __init__(self, folder, outcome):
        if outcome.code != 0:
            sys.exit(f"the victim fails undisturbed: {outcome}")
        self.lines = outcome.lines
        self.files = {name: (folder / name).read_bytes() for name in FILES}
        self.logs = {name: whole_lines((folder / name).read_bytes())[0] for name in LOGS}


def done_acts(lines):
    return [line.split(" ")[1:4] for line in lines if line.startswith("done ")]


def check_files(folder, acts, truth, after_refusal, excused):
    if not (folder / "old.bin").exists() or (folder / "old.bin").read_bytes() != OLD:
        yield "old.bin is not what it was"
    for name, content in truth.files.items():
        there = (folder / name).read_bytes() if (folder / name).exists() else None
        reported = [act[2] for act in acts if act[0] in ("save", "together") and act[1] == name]
        if reported and (there != content or hashlib.sha256(there).hexdigest() != reported[0]):
            yield f"{name} was reported saved and is not there whole"
        if not reported and there is not None:
            if after_refusal and not excused:
                yield f"{name} was refused and is there"
            if not content.startswith(there):
                yield f"{name} is no beginning of what was to be written"
    if ["make", "made", "-"] in acts and not (folder / "made").is_dir():
        yield "the folder was reported made and is not there"
    if ["make", "made", "-"] not in acts and after_refusal and (folder / "made").exists():
        yield "the folder was refused and is there"


def check_logs(folder, acts, truth):
    for name in LOGS:
        path = folder / name
        appended = [act[2] for act in acts if act[:2] == ["append", name]]
        if not path.exists():
            if appended or ["create", name, "-"] in acts or name == "torn.log":
                yield f"{name} is gone"
            continue
        lines, tail = whole_lines(path.read_bytes())
        promised = (2 if name == "torn.log" else 0) + len(appended)
        if lines != truth.logs[name][:len(lines)] or not promised <= len(lines) <= promised + 1:
            yield f"{name} has {len(lines)} lines where {promised} were promised"
        if tail.count(b"\n") > 1:
            yield f"{name} ends in what no crash leaves"


def check_leaks(folder):
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "secret.bin":
            content = path.read_bytes()
            if any(form in content for form in LEAKS):
                yield f"the secret stands in {path.name}"
    allowed = r"(old|public|secret|one|two)\.bin|(journal|torn)\.log|made|torn\.log\.torn-[0-9a-f]{64}"
    for path in folder.iterdir():
        if not re.fullmatch(allowed, path.name):
            yield f"{path.name} should not be there"


def check_torn(folder, acts, after_refusal):
    saved = [path.read_bytes() for path in folder.glob("torn.log.torn-*")]
    opened = any(act[:2] == ["open", "torn.log"] for act in acts)
    if any(not TORN.startswith(content) for content in saved):
        yield "the torn end was saved wrongly"
    if (opened and saved != [TORN]) or (after_refusal and saved not in ([], [TORN])):
        yield "the torn end was not saved whole"
    if not opened and TORN not in saved and not (folder / "torn.log").read_bytes().endswith(TORN):
        yield "the torn end was lost"


def check(folder, outcome, truth, after_refusal, excused=False):
    acts = done_acts(outcome.lines)
    if acts != done_acts(truth.lines)[:len(acts)]:
        yield "it said something else than undisturbed"
    yield from check_files(folder, acts, truth, after_refusal, excused)
    yield from check_logs(folder, acts, truth)
    yield from check_torn(folder, acts, after_refusal)
    yield from check_leaks(folder)


def check_refusal(folder, outcome, truth):
    """After an error: an answer, no crash; either all was done or the file is named."""
    if outcome.code == 0:
        if outcome.lines != truth.lines:
            yield "it says that all went well and leaves something out"
    elif outcome.code != 1:
        yield f"it ended with {outcome.code}: {outcome.stderr}"
    elif not outcome.lines[-1].startswith("refused ") or str(folder) not in outcome.lines[-1]:
        yield f"its message names no file: {outcome.lines[-1:]}"


def with_medium_name(outcome, folder):
    lines = [line.replace(f" {folder.name} ", " medium ") for line in outcome.lines]
    return Outcome(outcome.code, lines, outcome.stderr)


class Bench:
    def __init__(self, victim, root):
        self.victim = victim
        self.root = root
        self.count = collections.Counter()
        self.bad = []
        self.left = []  # folders to go on with
        self.made = 0

    def new_folder(self):
        self.made += 1
        folder = self.root / f"medium-{self.made}"
        folder.mkdir()
        plant(folder)
        return folder

    def undisturbed(self):
        folder = self.new_folder()
        return Truth(folder, with_medium_name(run([self.victim, "act", folder]), folder))

    def calls(self, act):
        """Every call on files from the moment on that the victim says "begin"."""
        folder = self.new_folder()
        trace = self.root / "trace"
        run(["strace", "-y", "-e", "trace=%file,%desc", "-o", trace, self.victim, act, folder])
        seen = collections.Counter()
        calls = []
        begun = False
        for line in trace.read_text(errors="replace").splitlines():
            match = re.match(r"([a-z0-9_]+)\((?:(\d+)<([^>]*)>)?", line)
            if not match:
                continue
            name, descriptor, target = match.groups()
            seen[name] += 1
            begun = begun or '"begin\\n"' in line
            if begun and name not in NOT_FILES:
                target = pathlib.Path(target).name if target else ""
                calls.append(Call(name, seen[name], descriptor in ("1", "2"), target))
        return calls

    def disturbed(self, injections, act="act"):
        folder = self.new_folder()
        options = [part for one in injections for part in ("-e", f"inject={one}")]
        traced = ",".join(sorted({one.split(":")[0] for one in injections}))
        outcome = run(["strace", "-o", "/dev/null", "-e", f"trace={traced}", *options,
                       self.victim, act, folder])
        return folder, with_medium_name(outcome, folder)

    def note(self, kind, point, folder, troubles):
        self.count[kind] += 1
        troubles = list(troubles)
        if troubles:
            self.bad.append(f"{kind} {point}: {'; '.join(troubles)}")
        self.left.append(folder)

    def kill_point(self, call, truth):
        folder, outcome = self.disturbed([f"{call.name}:signal=KILL:when={call.number}"])
        troubles = list(check(folder, outcome, truth, after_refusal=False))
        if outcome.code != -9:
            troubles.append(f"it was not killed: {outcome.code}")
        self.note("kill", call, folder, troubles)

    def error_point(self, call, error, truth):
        folder, outcome = self.disturbed([f"{call.name}:error={error}:when={call.number}"])
        troubles = [*check(folder, outcome, truth, after_refusal=True),
                    *check_refusal(folder, outcome, truth)]
        # strace does not close what it says was not closed, so the log's lock stays.
        still_locked = call.name == "close" and "is in use by another program" in outcome.lines[-1]
        if outcome.code == 1 and not still_locked and ERRORS[error] not in outcome.lines[-1]:
            troubles.append(f"it does not say that {ERRORS[error]}: {outcome.lines[-1]}")
        self.note("error", (call, error), folder, troubles)

    def lie_point(self, call, count, truth):
        """A medium that says "written" and writes nothing, as a counterfeit stick does."""
        folder, outcome = self.disturbed([f"{call.name}:retval={count}:when={call.number}"])
        troubles = [*check(folder, outcome, truth, after_refusal=True),
                    *check_refusal(folder, outcome, truth)]
        if outcome.code == 0:
            troubles.append("the lie was believed")
        elif "came back different from what was written" not in outcome.lines[-1]:
            troubles.append(f"it does not say that the medium lies: {outcome.lines[-1]}")
        self.note("lie", (call, count), folder, troubles)

    def double_point(self, call, truth):
        """What failed cannot even be removed: then the message must say so."""
        folder, outcome = self.disturbed([f"{call.name}:error=EIO:when={call.number}",
                                          "unlinkat:error=EIO"])
        troubles = [*check(folder, outcome, truth, after_refusal=True, excused=True),
                    *check_refusal(folder, outcome, truth)]
        if "could not be removed" not in outcome.lines[-1]:
            troubles.append(f"nobody is told that half a file is left: {outcome.lines[-1]}")
        self.note("double", call, folder, troubles)

    def control_point(self, call):
        folder, _ = self.disturbed([f"{call.name}:signal=KILL:when={call.number}"], "naive")
        self.count["control"] += 1
        return (folder / "old.bin").read_bytes() != OLD

    def go_on(self, folders):
        outcome = run([self.victim, "reopen", *folders])
        self.count["reopened"] += len(outcome.lines)
        self.bad += [f"going on: {line}" for line in outcome.lines if not line.startswith("good ")]
        if len(outcome.lines) != len(folders):
            self.bad.append(f"going on ended after {len(outcome.lines)}: {outcome.stderr}")


def points(bench, truth):
    """All disturbances, as calls that want no argument."""
    begun = {*truth.files, "journal.log"}  # nothing of them counts before the first fsync
    for call in bench.calls("act"):
        yield lambda call=call: bench.kill_point(call, truth)
        if call.on_screen:
            continue  # the screen is no medium; the victim ends when it cannot speak
        for error in ERRORS:
            yield lambda call=call, error=error: bench.error_point(call, error, truth)
        if call.name == "write" and call.target in truth.files:
            for count in (len(truth.files[call.target]), 5):
                yield lambda call=call, count=count: bench.lie_point(call, count, truth)
        if call.name == "syncfs" or call.name == "fsync" and call.target in begun:
            begun.discard(call.target)
            yield lambda call=call: bench.double_point(call, truth)


def mount_namespace():
    """The command that lets us mount, or None."""
    for command in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        with tempfile.TemporaryDirectory() as folder:
            probe = run([*command, "mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", folder])
        if probe.code == 0:
            return command
    return None


def check_full(bench, truth, medium, outcome, size):
    troubles = [*check(medium, outcome, truth, after_refusal=True),
                *check_refusal(medium, outcome, truth)]
    bench.count["full medium"] += 1
    bench.count["full medium refused"] += outcome.code == 1
    if troubles:
        bench.bad.append(f"full medium of {size}: {'; '.join(troubles)}")


def really_full(bench, truth):
    """Inside a mount namespace: media of every size from too small to just large enough."""
    medium = bench.root / "tiny"
    medium.mkdir()
    for pages in range(3, 40):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={pages * 4096}", "tmpfs", medium],
                       check=True)
        plant(medium)
        outcome = with_medium_name(run([bench.victim, "act", medium]), medium)
        check_full(bench, truth, medium, outcome, f"{pages} pages")
        subprocess.run(["mount", "-o", "remount,size=4m", medium], check=True)
        bench.go_on([medium])
        subprocess.run(["umount", medium], check=True)
    # A medium that is write-protected.
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", medium], check=True)
    plant(medium)
    subprocess.run(["mount", "-o", "remount,ro", medium], check=True)
    outcome = with_medium_name(run([bench.victim, "act", medium]), medium)
    check_full(bench, truth, medium, outcome, "read-only")
    if "write-protected" not in outcome.lines[-1]:
        bench.bad.append(f"a read-only medium is not called so: {outcome.lines[-1]}")
    subprocess.run(["umount", medium], check=True)


def limited(bench, truth):
    """Where nothing can be mounted: no file may grow beyond a limit (EFBIG)."""
    for size in range(0, 100_000, 2_500):
        folder = bench.new_folder()
        outcome = with_medium_name(
            run([bench.victim, "act", folder],
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))), folder)
        check_full(bench, truth, folder, outcome, f"{size} bytes a file")
        bench.go_on([folder])


def report(bench, control_noticed, how_full, seconds):
    for line in bench.bad:
        print("BAD", line)
    print(f"kill points {bench.count['kill']}, error points {bench.count['error']}, "
          f"bad {len(bench.bad)}")
    print(f"lies {bench.count['lie']}, double faults {bench.count['double']}, "
          f"gone on afterwards {bench.count['reopened']}, {how_full} {bench.count['full medium']} "
          f"(refused {bench.count['full medium refused']})")
    print(f"control (a naive save): {control_noticed} of {bench.count['control']} points noticed; "
          f"{seconds:.0f} s")


def inside_namespace(victim):
    with tempfile.TemporaryDirectory(prefix="conclave-full-") as root:
        bench = Bench(victim, pathlib.Path(root))
        really_full(bench, bench.undisturbed())
    print(bench.count["full medium"], bench.count["full medium refused"], bench.count["reopened"])
    print("\n".join(bench.bad))


def full_media(bench, truth):
    namespace = mount_namespace()
    if namespace is None:
        limited(bench, truth)
        return "file size limits (nothing can be mounted here)"
    outcome = run([*namespace, sys.executable, __file__, bench.victim, "--inside-namespace"])
    if outcome.code != 0:
        bench.bad.append(f"full media: {outcome.stderr}")
        return "full media (tmpfs)"
    full, refused, reopened = map(int, outcome.lines[0].split())
    bench.count.update({"full medium": full, "full medium refused": refused, "reopened": reopened})
    bench.bad += [line for line in outcome.lines[1:] if line]
    return "full media (tmpfs)"


def main():
    victim = pathlib.Path(sys.argv[1]).resolve()
    if "--inside-namespace" in sys.argv:
        return inside_namespace(victim)
    start = time.monotonic()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    place = sys.argv[2] if len(sys.argv) > 2 else memory
    root = pathlib.Path(tempfile.mkdtemp(prefix="conclave-crash-", dir=place))
    try:
        bench = Bench(victim, root)
        truth = bench.undisturbed()
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            for one in [pool.submit(point) for point in points(bench, truth)]:
                one.result()
            noticed = sum(pool.map(bench.control_point, bench.calls("naive")))
        for begin in range(0, len(bench.left), 100):
            bench.go_on(bench.left[begin:begin + 100])
        how_full = full_media(bench, truth)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    report(bench, noticed, how_full, time.monotonic() - start)
    counted = bench.count["kill"] >= 50 and bench.count["error"] >= 300
    everything_ran = counted and bench.count["full medium refused"] > 0 and noticed > 0
    return 0 if everything_ran and not bench.bad else 1


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
