#!/usr/bin/env python3
"""What all verbs of `conclave` have in common: help, version, exit codes, a full standard output."""
import subprocess
import sys
import tempfile
import unittest

CONCLAVE, VERSION = sys.argv[1:3]
VERBS = [["rehearse"], ["plan", "new"], ["plan", "check"], ["script", "check"], ["script", "print"], ["quorum", "plan"],
         *[["ceremony", verb] for verb in ("run", "resume", "status", "pause", "exception", "abort")],
         ["share", "split"], ["share", "combine"], ["share", "inspect"], ["share", "verify"],
         ["share", "card"], ["transcript", "verify"], ["request", "check"], ["certificate", "lint"],
         ["signer", "new"], ["signer", "sign"], ["keeper", "new"], ["record", "open"],
         ["evaluate"], ["doctor"]]


def run(*arguments, **options):
    return subprocess.run([CONCLAVE, *arguments], capture_output=True, text=True, **options)


def run_full(*arguments):
    """With a standard output that takes nothing: the kernel says that it is full."""
    with open("/dev/full", "wb") as full:
        return subprocess.run([CONCLAVE, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)


class Common(unittest.TestCase):
    def test_every_verb_explains_itself(self):
        for verb in VERBS:
            done = run(*verb, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""), verb)
            self.assertIn("Usage: conclave " + " ".join(verb), done.stdout)

    def test_version_and_exit_codes_are_told(self):
        self.assertEqual(run("--version").stdout, f"conclave {VERSION}\n")
        self.assertIn("Exit codes: 0 done, 1 refused or failed", run("--help").stdout)

    def test_what_is_not_understood_exits_2_and_prints_nothing(self):
        for arguments in ([], ["bogus"], ["share"], *[[*verb, "--bogus"] for verb in VERBS]):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn("--help", done.stderr)

    def test_a_full_standard_output_is_no_success(self):
        for arguments in (["--version"], ["--help"], ["rehearse", "--help"]):
            done = run_full(*arguments)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertEqual(done.stderr, "conclave: what it prints could not be written to the end, so part of it "
                             "is missing; see that there is room where it goes, and do this again\n")

    def test_a_verdict_that_nobody_can_read_is_no_success(self):
        with tempfile.TemporaryDirectory() as folder:
            key, certificate = folder + "/key.pem", folder + "/certificate.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                            "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=x", "-days", "30"],
                           check=True, capture_output=True)
            request = folder + "/request.csr"
            subprocess.run(["openssl", "req", "-new", "-key", key, "-out", request, "-subj", "/CN=y"],
                           check=True, capture_output=True)
            self.assertEqual(run("request", "check", request).returncode, 0)
            self.assertEqual(run_full("request", "check", request).returncode, 1)
            self.assertNotEqual(run_full("certificate", "lint", certificate).returncode, 0)
        self.assertEqual(run_full("doctor").returncode, 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
