#!/usr/bin/python3
"""`conclave share` as a program: what it writes, prints, refuses, and with which exit code.

    share_cli_test.py CONCLAVE
"""

import hashlib
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

CONCLAVE = sys.argv[1]
DONE, REFUSED, USAGE, NOT_VERIFIED = 0, 1, 2, 3
MORE_NEEDED = ("conclave: more shares are needed; nothing was changed; present another card, as "
               "often as it takes\n")

NO_QUORUM = {  # (threshold, shares): why not
    (3, 2): "more shares would be needed than are made, so nobody could ever open the secret; lower "
            "the number needed or make more shares",
    (1, 3): "one share alone would open the secret, so every holder could act alone; let at least "
            "two shares be needed",
    (3, 3): "every share would be needed, so the first lost share would lose the secret; make at "
            "least one share more than are needed",
    (3, 17): "more than sixteen shares were asked for, and a set has room for sixteen; plan for "
             "fewer holders",
    (0, 3): "the number of shares that open the secret was not given; give it beside the number of "
            "shares to make",
    (2, 0): "no shares were asked for, so nobody could ever open the secret; give the number of "
            "shares to make",
}


def run(*arguments, stdin=b""):
    return subprocess.run([CONCLAVE, "share", *map(str, arguments)], input=stdin,
                          capture_output=True, check=False)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="conclave-share-")
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.set = self.path / "set"
        self.words = self.path / "passphrases"
        self.header = self.set / "set.header"

    def split(self, threshold=2, shares=3, secret=None, *more):
        return run("split", "--threshold", threshold, "--shares", shares, "--kdf", "fast",
                   "--out", self.set, "--passphrase-dir", self.words, *more,
                   stdin=os.urandom(32).hex().encode() if secret is None else secret)

    def shares(self):
        return sorted(self.set.glob("share-*.conclave"))

    def combine(self, *files, more=()):
        return run("combine", "--header", self.header, "--passphrase-dir", self.words, *more,
                   *files)

    def refused(self, done, message, code=REFUSED):
        self.assertEqual(done.stderr.decode(), message)
        self.assertEqual((done.returncode, done.stdout), (code, b""))


class Locked(Case):
    def test_a_secret_comes_back_as_hex_and_as_bytes(self):
        secret = os.urandom(32)
        self.assertEqual(self.split(secret=secret).returncode, REFUSED)  # not hex digits
        self.assertEqual(self.split(2, 3, secret, "--raw").returncode, DONE)
        self.assertEqual(self.combine(*self.shares()[:2]).stdout, secret.hex().encode() + b"\n")
        self.assertEqual(self.combine(*self.shares(), more=["--raw"]).stdout, secret)

    def test_hex_in_capitals_and_with_a_line_end_is_taken(self):
        secret = os.urandom(16)
        done = self.split(2, 3, secret.hex().upper().encode() + b"\r\n")
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertEqual(self.combine(*self.shares()[1:]).stdout.strip(), secret.hex().encode())

    def test_files_sizes_names_and_modes(self):
        self.split(2, 4)
        shares = self.shares()
        self.assertEqual([file.stat().st_size for file in shares], [200] * 4)
        self.assertEqual({file.name for file in self.set.iterdir()},
                         {file.name for file in shares} | {"set.header"})
        for share in shares:
            tag = share.stem.removeprefix("share-")
            self.assertRegex(tag, "^[a-z2-7]{8}$")
            passphrase = self.words / f"{tag}.txt"
            self.assertEqual(stat.S_IMODE(passphrase.stat().st_mode), 0o600)
            self.assertEqual(len(passphrase.read_text("ascii").split(" ")), 6)

    def test_production_is_the_default_and_takes_the_full_cost(self):
        secret = os.urandom(32)
        done = run("split", "--threshold", 2, "--shares", 3, "--out", self.set,
                   "--passphrase-dir", self.words, stdin=secret.hex().encode())
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertEqual(self.shares()[0].read_bytes()[:12], b"CNCLVSHP\x01\x04\x04\x00")
        self.assertIn("mode: PRODUCTION\n", self.header.read_text("ascii"))

    def test_own_passphrases_give_the_tags_and_any_name_opens(self):
        self.words.mkdir()
        for name in ("lena", "omar", "yuki"):
            (self.words / f"{name}.txt").write_text(f"the passphrase of {name}\n", "utf-8")
        secret = os.urandom(32)
        self.assertEqual(self.split(2, 3, secret.hex().encode()).returncode, DONE)
        self.assertEqual([file.name for file in self.shares()],
                         ["share-lena.conclave", "share-omar.conclave", "share-yuki.conclave"])
        renamed = self.set / "copy.bin"
        shutil.copy(self.shares()[2], renamed)
        self.assertEqual(self.combine(self.shares()[0], renamed).stdout.strip(),
                         secret.hex().encode())

    def test_a_typed_card_is_as_good_as_the_file(self):
        secret = os.urandom(32)
        self.split(2, 3, secret.hex().encode())
        first, second = self.shares()[:2]
        card = self.set / (first.stem + ".txt")
        card.write_bytes(run("card", first).stdout)
        self.assertEqual(self.combine(card, second).stdout.strip(), secret.hex().encode())
        text = card.read_text("ascii").splitlines()
        row = next(place for place, line in enumerate(text) if line.startswith(" 3:"))
        text[row] = text[row][:-1] + ("7" if text[row][-1] != "7" else "8")
        card.write_text("\n".join(text))
        self.assertEqual(
            self.combine(card, second).stderr.decode(),
            f"conclave: {card}: line 3 does not fit its check; please read it again (look "
            "first at group 6)\n" + MORE_NEEDED)


class Refusals(Case):
    def test_numbers_that_make_no_quorum(self):
        rehearsal = self.path / "rehearsal"
        for numbers, message in NO_QUORUM.items():
            self.refused(self.split(*numbers), f"conclave: {message}\n")
            self.assertFalse(self.set.exists() or self.words.exists())
            done = subprocess.run([CONCLAVE, "rehearse", "--out", rehearsal, "--threshold",
                                   str(numbers[0]), "--shares", str(numbers[1])],
                                  capture_output=True, check=False)
            self.refused(done, f"conclave: {message}\n")
            self.assertFalse(rehearsal.exists())

    def test_output_that_exists(self):
        self.split()
        before = {file: file.read_bytes() for file in self.set.iterdir()}
        done = self.split()
        self.assertEqual(done.returncode, REFUSED)
        self.assertRegex(done.stderr.decode(),
                         r"^conclave: the folder given by --out holds a share set already \(.*\), "
                         "and nothing is ever overwritten; nothing was written; give another "
                         "folder\n$")
        self.assertEqual({file: file.read_bytes() for file in self.set.iterdir()}, before)

    def test_secrets_that_do_not_fit(self):
        for secret in (b"", b"00" * 15, b"00" * 17, b"00" * 34):
            self.refused(self.split(2, 3, secret),
                         "conclave: the secret must have an even number of bytes from 16 to 32, "
                         "as keys have; nothing was written; encrypt anything else under such a "
                         "key and split the key\n")
        for secret in (b"0" * 63, b"zz" * 32, b"\x10" * 64):
            self.refused(self.split(2, 3, secret),
                         "conclave: the secret on standard input is not hex digits, two for each "
                         "byte; nothing was written; give it as hex, or as bytes with --raw\n")
        self.refused(self.split(2, 3, b"0" * 5000),
                     "conclave: there is more on standard input than belongs there; nothing was "
                     "written\n")
        self.assertFalse(self.set.exists())

    def test_fast_protection_in_production(self):
        self.refused(self.split(2, 3, None, "--mode", "production"),
                     "conclave: --kdf fast is for rehearsals and drills, and this is PRODUCTION; "
                     "nothing was written; leave --kdf out\n")

    def test_too_many_or_too_few_passphrases(self):
        self.words.mkdir()
        for name in ("one", "two"):
            (self.words / f"{name}.txt").write_text("x")
        self.refused(self.split(),
                     "conclave: the folder of passphrases (--passphrase-dir) does not hold one "
                     "file NAME.txt for each share; nothing was written; complete it, or empty it "
                     "to have them drawn\n")
        self.assertFalse(self.set.exists())

    def test_a_failed_write_leaves_nothing_behind(self):
        self.words.mkdir()
        for name in ("one", "two", "x" * 250):  # share-xxx.conclave is longer than a name may be
            (self.words / f"{name}.txt").write_text("y")
        name = self.set / f"share-{'x' * 250}.conclave"
        self.refused(self.split(), f'conclave: The file "{name}" could not be made: File name too '
                                   "long. Use another medium and do this step again.\n")
        self.assertEqual(list(self.set.iterdir()), [])
        self.assertEqual(len(list(self.words.iterdir())), 3)

    def test_a_single_share_and_too_few(self):
        self.split(3, 4)
        for count in (1, 2):
            self.refused(self.combine(*self.shares()[:count]), MORE_NEEDED)

    def test_the_same_share_twice(self):
        self.split()
        first = self.shares()[0]
        self.refused(self.combine(first, first),
                     f"conclave: {first}: this card is already entered; present another "
                     "one\n" + MORE_NEEDED)

    def test_shares_of_two_sets(self):
        self.split()
        mine = self.shares()[0]
        other = Case()
        other.path = self.path / "other"
        other.set, other.words = other.path / "set", self.words
        other.path.mkdir()
        for file in self.words.iterdir():
            file.unlink()
        self.assertEqual(Case.split(other).returncode, DONE)
        foreign = Case.shares(other)[0]
        done = self.combine(foreign)
        self.assertRegex(done.stderr.decode(),
                         f"^conclave: {foreign}: this card is of another share set \\(its "
                         'words are "[a-z ]+", those wanted here are "[a-z ]+"\\); nothing was '
                         "changed; put it back and present a card of this set\n" + MORE_NEEDED)
        self.assertNotEqual(mine.read_bytes(), foreign.read_bytes())

    def test_a_bad_share_beside_enough_good_ones_is_named_and_left_out(self):
        secret = os.urandom(32)
        self.split(2, 3, secret.hex().encode())
        bad, *good = self.shares()
        data = bytearray(bad.read_bytes())
        data[70] ^= 1
        data[196:] = hashlib.sha256(data[:196]).digest()[:4]
        bad.unlink()
        bad.write_bytes(data)
        done = self.combine(bad, *good)
        self.assertEqual((done.returncode, done.stdout.strip()), (DONE, secret.hex().encode()))
        self.assertEqual(done.stderr.decode(),
                         f"conclave: {bad}: the passphrase does not open this card; nothing "
                         "was changed; try again (mind keyboard layout and caps lock)\n")

    def test_files_of_one_name_are_told_apart_by_their_folders(self):
        self.split()
        files = []
        for holder, share in zip(("alpha", "bravo", "charlie"), self.shares()):
            (self.path / holder).mkdir()
            files.append(self.path / holder / "share.conclave")
            shutil.copy(share, files[-1])
        data = bytearray(files[1].read_bytes())
        data[70] ^= 1
        files[1].chmod(0o644)
        files[1].write_bytes(data)
        self.refused(self.combine(*files[:2]),
                     f"conclave: {files[1]}: this share is damaged, or mixed from two; nothing was "
                     "changed; read it again or use another copy of it\n" + MORE_NEEDED)

    def test_what_standard_output_does_not_take_is_not_done(self):
        self.split()
        share = self.shares()[0]
        locks = ("--header", self.header, "--passphrase-dir", self.words)
        for arguments in (("card", share), ("card", "--svg", share), ("inspect", share),
                          ("inspect", "--json", share), ("verify", *locks, share),
                          ("combine", *locks, *self.shares()),
                          ("split", "--words", "--threshold", 2, "--shares", 3)):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([CONCLAVE, "share", *map(str, arguments)], input=b"00" * 32,
                                      stdout=full, stderr=subprocess.PIPE, check=False)
            self.assertEqual((done.returncode, done.stderr.decode()),
                             (REFUSED, "conclave: standard output could not be written to its end; "
                                       "do not use what arrived\n"), arguments)

    def test_usage(self):
        for arguments in (("split",), ("split", "--threshold", 2, "--shares", 3),
                          ("split", "--threshold", 2, "--shares", 3, "--words", "--out", "x"),
                          ("split", "--threshold", "x", "--shares", 3, "--words"),
                          ("split", "--threshold", 2, "--shares", 3, "--kdf", "none"),
                          ("split", "--threshold", 2, "--shares", 3, "--secret", "00"),
                          ("combine",), ("combine", "--words", "file"), ("verify",), ("inspect",),
                          ("combine", "--words", "--passphrase-file", ""),
                          ("split", "--threshold", 2, "--shares", 3, "--words",
                           "--passphrase-file", ""),
                          ("combine", "--header", "x"), ()):
            self.assertEqual(run(*arguments).returncode, USAGE, arguments)
        for verb in ("split", "combine", "verify", "inspect", "card"):
            done = run(verb, "--help")
            self.assertEqual(done.returncode, DONE)
            self.assertIn(b"Example", done.stdout)


class Verification(Case):
    def test_good_shares_verify_one_by_one(self):
        self.split()
        done = run("verify", "--header", self.header, "--passphrase-dir", self.words,
                   *self.shares())
        self.assertEqual(done.returncode, DONE, done.stdout)
        self.assertEqual(done.stdout.count(b"[share-verified; Conclave DESIGN 3]"), 3)

    def test_a_damaged_and_a_missing_share_are_findings(self):
        self.split()
        good, damaged, _ = self.shares()
        data = bytearray(damaged.read_bytes())
        data[5] ^= 1
        damaged.unlink()
        damaged.write_bytes(data)
        done = run("verify", "--json", "--header", self.header, "--passphrase-dir", self.words,
                   good, damaged, self.set / "share-none.conclave")
        self.assertEqual(done.returncode, NOT_VERIFIED)
        verdict = json.loads(done.stdout)
        self.assertEqual(verdict["format"], "conclave-share-verification-1")
        self.assertFalse(verdict["ok"])
        self.assertEqual([finding["rule"] for finding in verdict["findings"]],
                         ["share-verified", "share-not-verified", "share-not-verified"])
        self.assertEqual(verdict["findings"][1]["message"],
                         f"{damaged}: this is neither a share nor the lines of a card; look "
                         "for the file or card that was handed to the holder")

    def test_a_damaged_header_stops_everything(self):
        self.split()
        text = self.header.read_text("ascii")
        self.header.unlink()
        self.header.write_text(text.replace("generation: 1", "generation: 2"), "ascii")
        message = (f"conclave: {self.header}: this set header is damaged or was edited: its hash "
                   "does not fit; use another copy of it\n")
        self.refused(self.combine(*self.shares()), message)
        self.refused(run("verify", "--header", self.header, "--passphrase-dir", self.words,
                         *self.shares()), message)

    def test_inspect_says_what_files_are_without_opening_them(self):
        self.split()
        share = self.shares()[0]
        done = run("inspect", "--json", share, self.header)
        self.assertEqual(done.returncode, DONE)
        verdict = json.loads(done.stdout)
        self.assertTrue(verdict["ok"])
        self.assertEqual([finding["rule"] for finding in verdict["findings"]],
                         ["locked-share", "set-header"])
        self.assertEqual(verdict["findings"][0]["message"],
                         "locked share, REHEARSAL, passphrase by Argon2id with 2 passes over 64 "
                         "MiB; whole, and not opened; which set it is of is inside the lock")
        done = run("inspect", CONCLAVE, self.set / "nothing")
        self.assertEqual((done.returncode, done.stdout.count(b": error: ")), (REFUSED, 2))


class Words(Case):
    def split_words(self, threshold, shares, secret, *more):
        done = run("split", "--words", "--threshold", threshold, "--shares", shares, *more,
                   stdin=secret.hex().encode())
        self.assertEqual(done.returncode, DONE, done.stderr)
        return done.stdout.decode().splitlines()

    def open(self, lines, *more):
        return run("combine", "--words", *more, stdin="\n".join(lines).encode())

    def test_mnemonics_come_back_in_both_forms(self):
        secret = os.urandom(32)
        for extendable in ("yes", "no"):
            lines = self.split_words(3, 5, secret, "--extendable", extendable)
            self.assertEqual([len(line.split()) for line in lines], [33] * 5)
            self.assertEqual(self.open(lines[2:]).stdout.decode().strip(), secret.hex())
            self.assertEqual(self.open(lines[:2]).returncode, REFUSED)

    def test_all_of_all_is_allowed_and_one_of_many_is_not(self):
        secret = os.urandom(16)
        lines = self.split_words(2, 2, secret)
        self.assertEqual(self.open(lines).stdout.decode().strip(), secret.hex())
        for threshold, shares in ((1, 1), (1, 2), (3, 2), (2, 17), (17, 17)):
            done = run("split", "--words", "--threshold", threshold, "--shares", shares,
                       stdin=secret.hex().encode())
            self.assertEqual((done.returncode, done.stdout), (REFUSED, b""))

    def test_the_passphrase_file_counts_and_its_line_end_does_not(self):
        secret = os.urandom(32)
        file = self.path / "passphrase"
        file.write_text("TREZOR\n")
        lines = self.split_words(2, 3, secret, "--passphrase-file", file)
        self.assertEqual(self.open(lines[1:], "--passphrase-file", file).stdout.decode().strip(),
                         secret.hex())
        self.assertNotEqual(self.open(lines[1:]).stdout.decode().strip(), secret.hex())

    def test_a_blank_at_the_end_of_the_passphrase_counts(self):
        secret = os.urandom(32)
        file, blank = self.path / "passphrase", self.path / "blank"
        file.write_text("TREZOR")
        blank.write_text("TREZOR \r\n")
        lines = self.split_words(2, 3, secret, "--passphrase-file", blank)
        opened = [self.open(lines[1:], "--passphrase-file", each).stdout.decode().strip()
                  for each in (blank, file)]
        self.assertEqual(opened[0], secret.hex())
        self.assertNotEqual(opened[1], secret.hex())

    # Source: SLIP-0039, vectors.json, all 45 cases (1 of 1 and groups among them).
    def test_official_vectors_with_one_share_and_with_groups(self):
        file = self.path / "passphrase"
        file.write_text("TREZOR")
        vectors = pathlib.Path(sys.argv[2])
        for line in json.loads(vectors.read_text()):
            if line[2]:
                done = self.open(line[1], "--passphrase-file", file)
                self.assertEqual(done.stdout.decode().strip(), line[2], line[0])
            else:
                self.assertEqual(self.open(line[1], "--passphrase-file", file).returncode, REFUSED)

    def test_a_wrong_word_names_its_line(self):
        lines = self.split_words(2, 3, os.urandom(32))
        done = self.open([lines[0], lines[1] + "x"])
        self.assertEqual(done.returncode, REFUSED)
        self.assertTrue(done.stderr.startswith(b"conclave: line 2: "), done.stderr)

    def test_more_lines_than_any_set_has(self):
        lines = self.split_words(2, 3, os.urandom(32))
        self.refused(self.open([lines[0]] * 257),
                     "conclave: there are more lines on standard input than any set has shares; "
                     "give the words of one set alone\n")
        self.refused(self.open([lines[0]] * 256),
                     "conclave: share 2 of those given was given before; leave out the second copy "
                     "and take another share\n")

    def test_no_words_at_all(self):
        self.refused(self.open(["", "  "]),
                     "conclave: there are no shares on standard input; give their words, one share "
                     "a line\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
