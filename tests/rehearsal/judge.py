#!/usr/bin/env python3
"""Runs `conclave rehearse` and has what it made judged by openssl, certtool, verify.py and others.

Each check prints one line; the first that fails ends the run with exit code 1.
"""
import argparse
import hashlib
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

CHECKS = 0


def check(condition, what):
    global CHECKS
    CHECKS += 1
    if not condition:
        print(f"FAILED: {what}")
        sys.exit(1)
    print(f"ok: {what}")


def run(*command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)


def must(*command, **options):
    done = run(*command, **options)
    if done.returncode != 0:
        print(f"FAILED ({done.returncode}): {' '.join(str(p) for p in command)}\n{done.stdout}{done.stderr}")
        sys.exit(1)
    return done


def must_bytes(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True).stdout


def is_post_quantum(name):
    return "ml-dsa" in name or "slh-dsa" in name


def openssl_has(algorithm):
    """From OpenSSL 3.5 on there are post-quantum algorithms, too."""
    return not is_post_quantum(algorithm) or \
        algorithm in must("openssl", "list", "-signature-algorithms").stdout.lower()


def rehearse(conclave, out, threshold, shares, algorithm="p-384", requests=(), flags=()):
    if out.exists():
        shutil.rmtree(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [conclave, "rehearse", "--out", out, "--threshold", threshold, "--shares", shares,
               "--algorithm", algorithm, *flags]
    for request in requests:
        command += ["--csr", request]
    done = must(*command)
    check("Done." in done.stdout, f"rehearsal of {algorithm} ends well")
    return done


def names_below(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def judge_layout(out):
    for site in ("site-1", "site-2"):
        below = {p.name for p in (out / site).iterdir()}
        check({"vault.json", "root-key.blob", "root.pem", "ca", "crl", "ledger"} <= below,
              f"{site} has all that a vault has")
    for holder in (out / "holders").iterdir():
        below = {p.name for p in holder.iterdir() if p.is_file()}
        check(below == {"share.conclave", "card.txt", "card.svg", "REHEARSAL-passphrase.txt"},
              "a holder's stick has the share, the cards and the marked passphrase")
    public = out / "record" / "public"
    check({"evaluation.json", "report.html", "verify.py", "head.txt"} <=
          {p.name for p in public.iterdir()}, "what verifiers need lies beside the records")
    records = sorted(p.name for p in public.iterdir() if p.is_dir())
    check(len(records) == 8, "there are eight records")
    for record in records:
        more = {"evaluation.json"} if record.endswith("-evaluation") else set()
        check({p.name for p in (public / record).iterdir()} == {"transcript.log", "seal.note"} | more,
              f"{record} holds a transcript and a seal, and no DER")
        for site in ("site-1", "site-2"):
            for name in ("transcript.log", "seal.note"):
                same = (out / site / "ledger" / record / name).read_bytes() == \
                    (public / record / name).read_bytes()
                check(same, f"{site} keeps {record}/{name}")


def judge_signatures(out, algorithm):
    root = out / "site-1" / "root.pem"
    issued = sorted((out / "site-1" / "ca").glob("*.pem"))
    check(len(issued) >= 2, "there are certificates to judge")
    for certificate in [root] + issued:
        must("openssl", "verify", "-x509_strict", "-CAfile", root, certificate)
    by_certtool = not is_post_quantum(algorithm)  # GnuTLS does not know those
    for chain in sorted((out / "transfer" / "out").rglob("*-chain.pem")):
        if not by_certtool or is_post_quantum(chain.name):
            continue
        done = run("certtool", "--verify", "--load-ca-certificate", root, "--infile", chain)
        check("Chain verification output: Verified" in done.stdout, f"certtool verifies {chain.name}")
    crls = sorted((out / "site-2" / "crl").glob("*.crl"), key=lambda p: int(p.stem))
    check([int(p.stem) for p in crls] == [1, 2, 102], "CRL numbers are 1, 2 and, after the activation, 102")
    for crl in crls:
        done = run("openssl", "crl", "-inform", "DER", "-in", crl, "-CAfile", root, "-noout")
        check("verify OK" in done.stderr, f"openssl verifies CRL {crl.stem}")
        if not by_certtool:
            continue
        pem = must("openssl", "crl", "-inform", "DER", "-in", crl).stdout
        done = run("certtool", "--verify-crl", "--load-ca-certificate", root, input=pem)
        check("Verified." in done.stdout, f"certtool verifies CRL {crl.stem}")
    pem = out.parent / (out.name + "-newest-crl.pem")
    pem.write_text(must("openssl", "crl", "-inform", "DER", "-in", crls[-1]).stdout)
    answers = [run("openssl", "verify", "-crl_check", "-CAfile", root, "-CRLfile", pem, p) for p in issued]
    revoked = [a for a in answers if a.returncode != 0 and "certificate revoked" in a.stderr]
    check(sum(a.returncode == 0 for a in answers) == len(issued) - 1, "openssl finds the others good")
    check(len(revoked) == 1, "exactly the one certificate is revoked")


def judge_signers(conclave, out):
    public, signers = out / "record" / "public", out / "signers.vkey"
    must(sys.executable, public / "verify.py", "--signers", signers, public)
    check(True, "verify.py verifies the record with the signers' keys")
    check(run(sys.executable, public / "verify.py", public).returncode == 4,
          "verify.py without the keys says: consistent, signers not verified")
    must(conclave, "transcript", "verify", "--signers", signers, public)
    check(True, "conclave verifies the record with the signers' keys")
    check(run(conclave, "transcript", "verify", public).returncode == 4, "conclave without the keys exits 4")


def judge_record(conclave, out):
    judge_signers(conclave, out)
    public = out / "record" / "public"
    evaluation = json.loads((public / "evaluation.json").read_text())
    text = json.dumps(evaluation)
    sources = re.findall(r'"source": "([a-z-]+)"', text)
    strong = sum(source in ("derived", "computed", "exercised") for source in sources)
    check(len(sources) >= 18, "all 18 fields are there")
    check(strong >= 8, f"{strong} of them are derived, computed or exercised")


def passphrase_of(holder):
    return (holder / "REHEARSAL-passphrase.txt").read_text().splitlines()[0]


def judge_recovery(source, out, threshold):
    """The key comes back without Conclave: python3-nacl, npm slip39, openssl."""
    holders = sorted((out / "holders").iterdir())[-threshold:]
    work = out.parent / (out.name + "-recovery")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    for holder in holders:
        shutil.copy(holder / "share.conclave", work / f"{holder.name}.conclave")
        (work / f"{holder.name}.txt").write_text(passphrase_of(holder) + "\n")
    vault = json.loads((out / "site-2" / "vault.json").read_text())
    done = must("/usr/bin/python3", source / "docs" / "recovery" / "recover.py",
                "--set-id", vault["set_id"], "--commitment", vault["kek_commitment"],
                "--modules", os.environ["CONCLAVE_SLIP39_MODULES"],
                *[f"{share}={share.with_suffix('.txt')}" for share in sorted(work.glob("*.conclave"))])
    kek = done.stdout.strip()
    check(re.fullmatch("[0-9a-f]{64}", kek) is not None, "recover.py gives a KEK")
    key = work / "key.der"
    must("openssl", "enc", "-d", "-id-aes256-wrap-pad", "-K", kek, "-iv", "A65959A6",
         "-in", out / "site-2" / "root-key.blob", "-out", key)
    own = must("openssl", "pkey", "-inform", "DER", "-in", key, "-pubout").stdout
    root = must("openssl", "x509", "-in", out / "site-2" / "root.pem", "-noout", "-pubkey").stdout
    check(own == root, "the recovered key is the one of the root certificate")
    if vault["algorithm"].startswith("ml-dsa"):
        check(key.stat().st_size == 54, "of an ML-DSA key the blob holds the seed alone")
    shutil.rmtree(work)


def judge_lint(conclave, out):
    root = out / "site-1" / "root.pem"
    must(conclave, "certificate", "lint", root)
    for certificate in sorted((out / "site-1" / "ca").glob("*.pem")):
        must(conclave, "certificate", "lint", "--issuer", root, certificate)
    check(True, "conclave certificate lint has nothing against them")


def judge_lack(conclave, out, algorithm):
    """What this OpenSSL does not have is refused before anything is made."""
    shutil.rmtree(out, ignore_errors=True)
    done = run(conclave, "rehearse", "--out", out, "--algorithm", algorithm)
    check(done.returncode == 1 and not out.exists(), f"no rehearsal of {algorithm} here, and nothing is made")
    check(f"the algorithm {algorithm} needs OpenSSL 3.5 or newer, and this machine has an older one" in done.stderr,
          "the refusal says what is missing")


def judge_refusals(conclave, out):
    done = run(conclave, "rehearse", "--out", out)
    check(done.returncode == 1 and "exists" in done.stderr, "a folder that exists is refused")
    for threshold, shares, words in ((5, 3, "more shares would be needed than are made"),
                                     (1, 3, "one share alone would open the secret"),
                                     (3, 3, "every share would be needed"),
                                     (3, 17, "more than sixteen shares were asked for")):
        other = out.parent / "refused"
        done = run(conclave, "rehearse", "--out", other, "--threshold", threshold, "--shares", shares)
        check(done.returncode == 1 and words in done.stderr and not other.exists(),
              f"refused with its reason: {words}")


def judge_bad_requests(conclave, work):
    """A request that cannot be signed is refused before anything is made."""
    good, key = work / "good.csr", work / "good.key"
    must("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", key, "-subj", "/CN=good", "-out", good)
    der = must_bytes("openssl", "req", "-in", good, "-outform", "DER")
    cases = {"truncated": der[:-5], "trailing": der + b"x", "text": b"this is no request\n",
             "large": der + bytes(100_000_000)}
    for name, content in cases.items():
        bad = work / f"{name}.csr"
        bad.write_bytes(content)
        out = work / "bad"
        done = run(conclave, "rehearse", "--out", out, "--csr", good, "--csr", bad)
        check(done.returncode == 1 and f"{name}.csr" in done.stderr and "Nothing was done" in done.stderr
              and not out.exists(), f"a {name} request is refused before anything is made")
        bad.unlink()
    done = run(conclave, "rehearse", "--out", work / "bad", "--csr", work / "missing.csr")
    check(done.returncode == 1 and "missing.csr" in done.stderr, "a missing request is named")
    done = run(conclave, "rehearse", "--out", work / "bad", "--csr", good, "--csr", good)
    check(done.returncode == 1 and not (work / "bad").exists(), "the same request twice is refused at once")


def peer_requests(work):
    """Requests made by openssl and by certtool, one of each kind."""
    folder = work / "requests"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kinds = {"rsa-2048": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
             "rsa-4096": ["RSA", "-pkeyopt", "rsa_keygen_bits:4096"],
             "p-256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
             "p-384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
             "ed25519": ["ED25519"]}
    kinds |= {name: [name.upper()] for name in ("ml-dsa-65", "ml-dsa-87") if openssl_has(name)}
    for name, arguments in kinds.items():
        key = folder / f"{name}.key"
        must("openssl", "genpkey", "-algorithm", *arguments, "-out", key)
        must("openssl", "req", "-new", "-key", key, "-subj", f"/C=DE/O=Peer/CN=openssl {name}",
             "-out", folder / f"openssl-{name}.csr")
    (folder / "certtool.cfg").write_text('cn = "certtool"\norganization = "Peer"\ncountry = DE\n')
    for name, arguments in {"rsa": ["--key-type=rsa", "--bits=3072"],
                            "ecdsa": ["--key-type=ecdsa", "--curve=secp256r1"],
                            "ed25519": ["--key-type=ed25519"]}.items():
        key = folder / f"certtool-{name}.key"
        must("certtool", "--generate-privkey", *arguments, "--outfile", key)
        must("certtool", "--generate-request", "--load-privkey", key, "--template",
             folder / "certtool.cfg", "--outfile", folder / f"certtool-{name}.csr")
    return sorted(folder.glob("*.csr"))


def dictionary_digests():
    """What an unsalted digest over any spelling of (k, n) would be."""
    table = {}
    for k, n in itertools.product(range(2, 17), range(2, 17)):
        for text in (f"{k},{n}", f"{k}-of-{n}", f"{k}/{n}", f"{k} of {n}", f"[{k},{n}]", f"({k},{n})",
                     f'{{"k":{k},"n":{n}}}', f'{{"threshold":{k},"shares":{n}}}', f'["k",{k}]', f'["n",{n}]',
                     f"threshold = {k}\nshares = {n}\n", f"{k}", f"{n}", f"{k}\n", f"{n}\n"):
            table[hashlib.sha256(text.encode()).hexdigest()] = text
        table[hashlib.sha256(bytes([k, n])).hexdigest()] = f"bytes {k} {n}"
    return table


def entries_of(record):
    for line in (record / "transcript.log").read_text().splitlines():
        yield json.loads(line.split(" ", 1)[1])


def judge_end(out, said, algorithm):
    """Nothing is left of the key but its last statement, which openssl verifies."""
    check(said["key.end"]["claim"] == "provably-gone", "the key is provably gone")
    check(said["key.delete"]["signing_attempt"] == "failed", "the deleted key was asked to sign, and could not")
    blobs = [p for site in ("site-1", "site-2") for p in (out / site).rglob("root-key.blob")
             if not p.parent.name.startswith("drill-")]
    check(not blobs, "no site has a blob of any generation")
    statement = out / "site-2" / "end-of-key" / "end-of-key.txt"
    digest = hashlib.sha256(statement.read_bytes()).hexdigest()
    check(digest == said["key.statement"]["statement"], "the last statement is the one of the record")
    key = out.parent / (out.name + "-root-key.pem")
    key.write_text(must("openssl", "x509", "-in", out / "site-2" / "root.pem", "-noout", "-pubkey").stdout)
    if is_post_quantum(algorithm):
        must("openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-sigfile",
             statement.with_suffix(".sig"), "-in", statement)
    else:
        must("openssl", "dgst", "-sha384", "-verify", key, "-signature", statement.with_suffix(".sig"), statement)
    check(True, "openssl verifies the last statement with the root's key")


def judge_all(out, algorithm):
    """A whole life, with a re-share and the end of the key."""
    public = out / "record" / "public"
    records = sorted(p for p in public.iterdir() if p.is_dir())
    check([p.name[5:] for p in records] == [
        "root-generation", "share-hand-over", "subordinate-signing", "crl", "share-verification", "re-share",
        "backup-activation", "backup-return", "recovery-drill", "evaluation", "crl", "key-destruction"],
        "every ceremony has its record")
    said = {e["type"]: e["data"] for p in records for e in entries_of(p)}
    check(said["set.live"] == {"generation": 2, "retiring": 1}, "the second share set was live")
    check({k: said["set.retire"][k] for k in ("generation", "blobs", "shares")} ==
          {"generation": 1, "blobs": "gone", "shares": "gone"}, "the first is dead by blob and by shares")
    for stick in (out / "holders").iterdir():
        check({p.name for p in stick.iterdir() if p.is_file()} == {"REHEARSAL-passphrase.txt"},
              "a holder's stick has no share and no card any more")
    judge_end(out, said, algorithm)


def judge_signing_key(conclave, out):
    """The same people's other key: its record, and its signatures as openssl sees them."""
    key = out / "signing-key"
    records = sorted(p for p in (key / "record" / "public").iterdir() if p.is_dir())
    check([p.name for p in records] == ["0001-signing-key-generation", "0002-artefact-signing"],
          "the signing key has a chain of records of its own")
    judge_signers(conclave, key)
    came, went = key / "transfer" / "in", key / "transfer" / "out" / "0002-artefact-signing"
    signed = [e["data"] for e in entries_of(records[1]) if e["type"] == "artefact.sign"]
    check([(s["form"], s["signature"]) for s in signed] ==
          [(form, hashlib.sha256((went / name).read_bytes()).hexdigest())
           for form, name in (("cms", "pump.bin.p7s"), ("raw", "valve.bin.sig"))],
          "the record names both signatures")
    public = out.parent / (out.name + "-signing-key.pem")
    public.write_text(must("openssl", "x509", "-in", came / "signer.pem", "-noout", "-pubkey").stdout)
    for name, other in (("pump.bin", "valve.bin"), ("valve.bin", "pump.bin")):
        judge_artefact(key, public, came / name, came / other)


def judge_artefact(key, public, artefact, other):
    """One signature, over its file and not over the other one."""
    went = key / "transfer" / "out" / "0002-artefact-signing"
    if artefact.name == "pump.bin":
        command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", went / "pump.bin.p7s",
                   "-CAfile", key / "code-signing-ca.pem", "-purpose", "any", "-out", "/dev/null", "-content"]
    else:
        command = ["openssl", "dgst", "-sha384", "-verify", public, "-signature", went / "valve.bin.sig"]
    must(*command, artefact)
    check(run(*command, other).returncode != 0, f"openssl verifies the signature over {artefact.name} alone")


def judge_same_shape(conclave, work, flags):
    few, many = work / "2-of-5", work / "4-of-7"
    rehearse(conclave, few, 2, 5, flags=flags)
    rehearse(conclave, many, 4, 7, flags=flags)
    compared = [pathlib.Path()] + ([pathlib.Path("signing-key")] if flags else [])
    lines = sum(compare_shapes(few / below, many / below) for below in compared)
    print(f"{lines} public lines compared")


def compare_shapes(few, many):
    """The public folders differ in digests and random values alone; how many lines those are."""
    one, other = few / "record" / "public", many / "record" / "public"
    check(names_below(one) == names_below(other), "the public folders have the same names")
    lines = 0
    for name in names_below(one):
        if (one / name).is_dir():
            continue
        a, b = (one / name).read_bytes(), (other / name).read_bytes()
        check(len(a) == len(b), f"{name} has the same size")
        first, second = a.split(b"\n"), b.split(b"\n")
        check([len(x) for x in first] == [len(x) for x in second], f"{name} has lines of the same length")
        lines += len(first)
        shape = [re.sub(rb"[0-9a-f]{32,}|[A-Za-z0-9_+/=-]{43,}", b"*", x) for x in first]
        again = [re.sub(rb"[0-9a-f]{32,}|[A-Za-z0-9_+/=-]{43,}", b"*", x) for x in second]
        if not name.endswith((".py",)):
            different = [(x, y) for x, y in zip(shape, again) if x != y]
            different = [(x, y) for x, y in different if not random_words(x, y)]
            check(not different, f"{name} differs in digests and random values alone {different[:1]}")
    digests = dictionary_digests()
    found = [d for folder in (one, other) for p in folder.rglob("*") if p.is_file() and p.suffix != ".py"
             for d in re.findall(r"[0-9a-f]{64}", p.read_text(errors="replace")) if d in digests]
    check(not found, f"a dictionary of {len(digests)} spellings of (k, n) finds no public digest")
    return lines


def random_words(x, y):
    """head.txt and the report spell digests in words: those differ, and their number does not."""
    x, y = re.sub(rb"</?pre>", b"", x), re.sub(rb"</?pre>", b"", y)
    return len(x.split()) == len(y.split()) and re.fullmatch(rb"[a-zA-Z ]+", x) is not None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--conclave", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--threshold", type=int, default=3)
    parser.add_argument("--shares", type=int, default=5)
    parser.add_argument("--algorithm", default="p-384")
    for flag in ("--recover", "--lint", "--peer-requests", "--same-shape", "--all"):
        parser.add_argument(flag, action="store_true")
    options = parser.parse_args()
    source = pathlib.Path(__file__).resolve().parents[2]
    os.environ["LC_ALL"] = "C.UTF-8"
    flags = ("--all", "--kdf", "fast") if options.all else ()
    if not openssl_has(options.algorithm):
        judge_lack(options.conclave, options.work / "rehearsal", options.algorithm)
    elif options.same_shape:
        judge_same_shape(options.conclave, options.work, flags)
    elif options.all:
        out = options.work / "rehearsal"
        rehearse(options.conclave, out, options.threshold, options.shares, options.algorithm, flags=flags)
        judge_all(out, options.algorithm)
        judge_record(options.conclave, out)
        judge_signing_key(options.conclave, out)
    else:
        out = options.work / "rehearsal"
        requests = peer_requests(options.work) if options.peer_requests else ()
        rehearse(options.conclave, out, options.threshold, options.shares, options.algorithm, requests)
        judge_layout(out)
        judge_signatures(out, options.algorithm)
        judge_record(options.conclave, out)
        if options.recover:
            judge_recovery(source, out, options.threshold)
        if options.lint:
            judge_lint(options.conclave, out)
            judge_refusals(options.conclave, out)
            judge_bad_requests(options.conclave, options.work)
    print(f"{CHECKS} checks passed")


main()
