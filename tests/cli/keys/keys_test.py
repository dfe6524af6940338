#!/usr/bin/python3
"""The keys that people bring: made, opened by openssl, and signing what a signed note's reader takes.

    keys_test.py CONCLAVE
"""

import base64
import hashlib
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import time
import unittest

from nacl.signing import VerifyKey

CONCLAVE = sys.argv[1]
WORDS = "seven words that stand in no file"
TEXT = "pki.example/root-g1\n3\nqqo=\n"
NAME = "pki.example/root-g1/director"


def conclave(*arguments, **more):
    return subprocess.run([CONCLAVE, *map(str, arguments)], capture_output=True, text=True, **more)


def value(output, label):
    return next(line.split(": ", 1)[1] for line in output.splitlines() if line.startswith(label))


class Keys(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="conclave-keys-")
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.words = self.path / "words.txt"
        self.words.write_text(WORDS + "\n")
        self.key = self.path / "director.key"

    def new_signer(self):
        made = conclave("signer", "new", "--name", NAME, "--out", self.key,
                        "--passphrase-file", self.words)
        self.assertEqual(made.returncode, 0, made.stderr)
        return made.stdout

    def sign(self, text, words=None):
        self.path.joinpath("seal.txt").write_text(text)
        return conclave("signer", "sign", self.path / "seal.txt", "--name", NAME, "--key", self.key,
                        "--passphrase-file", words or self.words)

    def test_openssl_finds_the_public_key_that_the_roster_names(self):
        vkey = value(self.new_signer(), "For the plan and the paper roster")
        public = base64.b64decode(vkey.split("+", 2)[2])[1:]
        der = subprocess.run(["openssl", "pkey", "-in", self.key, "-passin", "pass:" + WORDS,
                              "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        self.assertEqual(der[-32:], public)
        self.assertNotIn(WORDS, self.key.read_text())

    def test_a_line_signed_here_is_verified_by_libsodium(self):
        vkey = value(self.new_signer(), "For the plan and the paper roster")
        public = base64.b64decode(vkey.split("+", 2)[2])[1:]
        signed = self.sign(TEXT)
        self.assertEqual(signed.returncode, 0, signed.stderr)
        dash, name, blob = signed.stdout.rstrip("\n").split(" ")
        raw = base64.b64decode(blob)
        self.assertEqual((dash, name), ("\N{EM DASH}", NAME))
        self.assertEqual(raw[:4],
                         hashlib.sha256(NAME.encode() + b"\n\x01" + public).digest()[:4])
        VerifyKey(public).verify(TEXT.encode(), raw[4:])

    def test_a_wrong_passphrase_signs_nothing(self):
        self.new_signer()
        wrong = self.path / "wrong.txt"
        wrong.write_text("other words\n")
        refused = self.sign(TEXT, wrong)
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn("the passphrase does not open this key file", refused.stderr)

    def test_what_is_no_text_of_a_note_is_not_signed(self):
        self.new_signer()
        for text in ("", "no line end", "a control \x07 character\n"):
            self.assertEqual(self.sign(text).returncode, 1, repr(text))

    def test_a_key_file_that_is_there_is_never_overwritten(self):
        self.new_signer()
        before = self.key.read_bytes()
        again = conclave("signer", "new", "--name", NAME, "--out", self.key, "--passphrase-file",
                         self.words)
        self.assertEqual(again.returncode, 1)
        self.assertEqual(self.key.read_bytes(), before)

    def test_a_keeper_key_is_no_signing_key(self):
        made = conclave("keeper", "new", "--out", self.key, "--passphrase-file", self.words)
        self.assertEqual(made.returncode, 0, made.stderr)
        public = value(made.stdout, "For the plan").removeprefix('key = "').rstrip('"')
        der = subprocess.run(["openssl", "pkey", "-in", self.key, "-passin", "pass:" + WORDS,
                              "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        self.assertEqual(der[-32:].hex(), public)
        refused = self.sign(TEXT)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("it holds another kind of key than Ed25519", refused.stderr)

    def test_bad_names_are_refused_before_anything_is_written(self):
        for name in ("", "with blank", "with+plus"):
            made = conclave("signer", "new", "--name", name, "--out", self.key,
                            "--passphrase-file", self.words)
            self.assertNotEqual(made.returncode, 0, name)
            self.assertFalse(self.key.exists(), name)

    def type_at_terminal(self, *typed):
        child, terminal = pty.fork()
        if child == 0:
            os.execv(CONCLAVE, [CONCLAVE, "signer", "new", "--name", NAME, "--out", str(self.key)])
        shown = b""
        for line in typed:
            wanted = shown.count(b"): ") + shown.count(b"more: ") + 1
            while shown.count(b"): ") + shown.count(b"more: ") < wanted:
                shown += os.read(terminal, 4096)
            time.sleep(0.05)
            os.write(terminal, line.encode() + b"\n")
        try:
            while more := os.read(terminal, 4096):
                shown += more
        except OSError:  # the other end is closed
            pass
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()

    def test_a_passphrase_is_typed_twice_and_never_shown(self):
        code, shown = self.type_at_terminal(WORDS, WORDS)
        self.assertEqual(code, 0, shown)
        self.assertNotIn("seven words", shown)
        self.assertEqual(self.sign(TEXT).returncode, 0)

    def test_two_passphrases_that_differ_write_nothing(self):
        code, shown = self.type_at_terminal(WORDS, "other words")
        self.assertEqual(code, 1, shown)
        self.assertIn("the two passphrases differ; nothing was written", shown)
        self.assertFalse(self.key.exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
