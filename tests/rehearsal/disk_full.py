#!/usr/bin/env python3
"""A whole rehearsal on media of every size: too small, just too small, large enough.

Each size is a tmpfs of so many pages, full for real (ENOSPC by the kernel). After each refusal
all that was written must be whole, nothing may be half there, and the message must name the file.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

PAGE_KIB = 4
FULL = "the medium is full"
# What is said before a drill begins, where too little would be left for it.
TOLD = re.compile(r'The medium of "[^"]+" has \d+ KiB free, and (\d+) KiB are needed')


def in_own_namespace():
    """Mounts made here vanish with this process. People who are not root get a user namespace."""
    if os.environ.get("CONCLAVE_OWN_MOUNTS") == "yes":
        return
    # In a chroot "/" is no mount point, whose propagation could be changed.
    kind = "-m" if os.getuid() == 0 else "-Urm"
    how = ["unshare", kind, "--propagation", "unchanged"]
    os.environ["CONCLAVE_OWN_MOUNTS"] = "yes"
    os.execvp(how[0], how + [sys.executable, *sys.argv])


def fail(pages, what):
    print(f"FAILED with {pages} pages: {what}")
    sys.exit(1)


def run(*command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)


def is_whole_log(path):
    previous = "0" * 64
    text = path.read_bytes()
    if text and not text.endswith(b"\n"):
        return False
    for line in text.splitlines():
        digest, _, entry = line.partition(b" ")
        if hashlib.sha256(entry).hexdigest() != digest.decode() or json.loads(entry)["prev"] != previous:
            return False
        previous = digest.decode()
    return True


def is_whole(conclave, path):
    """Whether a reader of this kind of file takes it; None for a kind that nothing writes."""
    if path.suffix in (".log", ".journal"):
        return is_whole_log(path)
    if path.suffix == ".pem":
        return run("openssl", "x509", "-in", path, "-noout").returncode == 0
    if path.suffix == ".crl":
        return run("openssl", "crl", "-inform", "DER", "-in", path, "-noout").returncode == 0
    if path.suffix == ".csr":
        return run("openssl", "req", "-in", path, "-verify", "-noout").returncode == 0
    if path.suffix == ".json":
        return bool(json.loads(path.read_text()))
    if path.suffix == ".conclave":
        return run(conclave, "share", "inspect", path).returncode == 0
    if path.name == "root-key.blob":
        return path.stat().st_size >= 24 and path.stat().st_size % 8 == 0
    if path.name in ("seal.note", "seal-full.note"):
        return path.read_text().count("\n— ") >= 1 and path.read_text().endswith("\n")
    if path.suffix == ".svg":
        return path.read_text().rstrip().endswith("</svg>")
    if path.suffix == ".html":
        return path.read_text().rstrip().endswith("</html>")
    if path.suffix == ".ics":
        return path.read_bytes().endswith(b"END:VCALENDAR\r\n")
    if path.suffix in (".txt", ".toml", ".vkey", ".py", ".header"):
        return path.read_text().endswith("\n")
    return None


def judge_refusal(conclave, pages, out, done):
    message = done.stderr + done.stdout
    if done.returncode != 1:
        fail(pages, f"exit code {done.returncode} instead of 1\n{message}")
    told = TOLD.search(message)
    if FULL not in message and not told:
        fail(pages, f"the message does not say that the medium is full:\n{message}")
    if not told and not re.search(r"The (file|folder) \"|[a-z]+\.[a-z]+ ", message):
        fail(pages, f"the message names no file:\n{message}")
    files = [p for p in out.rglob("*") if p.is_file()] if out.exists() else []
    for path in files:
        whole = is_whole(conclave, path)
        if whole is None:
            fail(pages, f"a file of no known kind was left: {path.name}")
        if not whole:
            fail(pages, f"half-written: {path}")
    judge_order(pages, out)
    return len(files), int(told[1]) // PAGE_KIB if told else 0


def judge_order(pages, out):
    """What must never be there without what comes before it."""
    root = out / "site-1" / "root.pem"
    if root.exists():
        for holder in (out / "holders").iterdir():
            if not (holder / "share.conclave").exists() or not (holder / "card.txt").exists():
                fail(pages, "there is a root certificate, and a holder has no share")
        if not (out / "site-1" / "root-key.blob").exists():
            fail(pages, "there is a root certificate, and its key is nowhere")
    for seal in out.rglob("ledger/*/seal.note"):
        if not (seal.parent / "transcript.log").exists():
            fail(pages, "a ledger has a seal without its transcript")


def rehearse_on(conclave, medium, pages):
    medium.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={pages * PAGE_KIB}k", "none", medium], check=True)
    try:
        out = medium / "rehearsal"
        done = run(conclave, "rehearse", "--out", out, "--threshold", 2, "--shares", 3, "--algorithm", "p-256")
        if done.returncode == 0:
            return None
        return judge_refusal(conclave, pages, out, done)
    finally:
        subprocess.run(["umount", medium], check=True)


def main():
    in_own_namespace()
    parser = argparse.ArgumentParser()
    parser.add_argument("--conclave", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    options = parser.parse_args()
    os.environ["LC_ALL"] = "C.UTF-8"
    step = 2 if os.environ.get("CONCLAVE_SWEEP") == "all" else 19
    before = set(pathlib.Path("/dev/shm").iterdir())
    medium = options.work / "medium"
    shutil.rmtree(medium, ignore_errors=True)
    pages, refused, told, files = 3, 0, 0, 0
    while (left := rehearse_on(options.conclave, medium, pages)) is not None:
        # What a drill wants to be free is more than all that is written: no size in between tells more.
        refused, told, files, pages = refused + 1, told + bool(left[1]), files + left[0], pages + (left[1] or step)
        if pages > 5000:
            fail(pages, "it never ends well")
    if refused < 5 or told != 1:
        fail(pages, f"{refused} sizes were too small, {told} told beforehand: the sweep proves nothing")
    left = {p for p in pathlib.Path("/dev/shm").iterdir() if p.name.startswith("conclave")} - before
    if left:
        fail(pages, f"left in memory: {left}")
    print(f"{refused} media too small, {files} files judged, 0 half-written; {pages} pages are enough")


main()
