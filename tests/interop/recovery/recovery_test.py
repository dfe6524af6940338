#!/usr/bin/python3
"""Recovery without this software: what `conclave share split` made is opened by recover.py.

    recovery_test.py CONCLAVE RECOVER.PY NODE_MODULES
"""

import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

CONCLAVE, RECOVER, MODULES = sys.argv[1:4]


def split(folder, threshold, shares, secret, passphrases=()):
    """Splits in REHEARSAL; gives the share files with their passphrase files, and the header."""
    words = folder / "passphrases"
    words.mkdir()
    for name, text in passphrases:
        (words / f"{name}.txt").write_text(text, "utf-8")
    subprocess.run(
        [CONCLAVE, "share", "split", "--threshold", str(threshold), "--shares", str(shares),
         "--kdf", "fast", "--out", folder / "set", "--passphrase-dir", words],
        input=secret.hex(), text=True, check=True, capture_output=True)
    files = sorted((folder / "set").glob("share-*.conclave"))
    pairs = [f"{file}={words / file.stem.removeprefix('share-')}.txt" for file in files]
    return pairs, folder / "set" / "set.header"


def recover(header, pairs):
    return subprocess.run(
        ["/usr/bin/python3", RECOVER, "--header", header, "--modules", MODULES, *pairs],
        capture_output=True, text=True, check=False)


class Recovery(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="conclave-recovery-")
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def test_every_sufficient_subset_opens_and_no_other(self):
        secret = os.urandom(32)
        pairs, header = split(self.path, 2, 3, secret)
        for count in (2, 3):
            for chosen in itertools.combinations(pairs, count):
                done = recover(header, chosen)
                self.assertEqual((done.returncode, done.stdout.strip()), (0, secret.hex()),
                                 done.stderr)

    def test_too_few_shares_open_nothing(self):
        secret = os.urandom(32)
        pairs, header = split(self.path, 3, 4, secret)
        done = recover(header, pairs[:2])
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr, "these shares do not open together: more are needed, or one "
                                      "is not genuine\n")
        self.assertEqual(recover(header, pairs[1:]).stdout.strip(), secret.hex())

    def test_the_shortest_secret_and_an_odd_padding(self):
        for size in (16, 18):
            with self.subTest(size=size):
                folder = self.path / str(size)
                folder.mkdir()
                secret = os.urandom(size)
                pairs, header = split(folder, 2, 3, secret)
                self.assertEqual(recover(header, pairs[:2]).stdout.strip(), secret.hex())

    def test_passphrases_beyond_ascii(self):
        secret = os.urandom(32)
        texts = [("alpha", "cafe\u0301  \u00c5ngstro\u0308m\n"), ("bravo", " \uff21\ufb01 \u2167 "),
                 ("charlie", "\u30d1\u30b9\u30ef\u30fc\u30c9\r\n")]
        pairs, header = split(self.path, 2, 3, secret, texts)
        self.assertEqual(len(pairs), 3)
        for chosen in itertools.combinations(pairs, 2):
            self.assertEqual(recover(header, chosen).stdout.strip(), secret.hex())

    def test_a_vault_header_is_as_good_as_a_set_header(self):
        secret = os.urandom(32)
        pairs, header = split(self.path, 2, 3, secret)
        lines = dict(line.split(": ") for line in header.read_text("ascii").splitlines())
        vault = self.path / "vault.json"
        vault.write_text(json.dumps({"format": "conclave-vault-1", "set_id": lines["set-id"],
                                     "kek_commitment": lines["commitment"],
                                     "dealer_key": lines["dealer-key"]}), "ascii")
        self.assertEqual(recover(vault, pairs[1:]).stdout.strip(), secret.hex())

    def test_a_card_as_it_was_typed_opens_too(self):
        secret = os.urandom(32)
        pairs, header = split(self.path, 2, 3, secret)
        share, _, words = pairs[0].partition("=")
        card = subprocess.run([CONCLAVE, "share", "card", share], check=True, text=True,
                              capture_output=True).stdout
        typed = self.path / "typed.txt"
        alone = "".join(line[:3] + line[3:].lower().replace("0", "o").replace("1", "l") + "\r\n"
                        for line in card.splitlines() if line[2:3] == ":")
        for text in (card, card.replace(" ", "-").replace("\n-", "\n "), alone):
            typed.write_text(text, "utf-8")
            done = recover(header, [f"{typed}={words}", pairs[2]])
            self.assertEqual((done.stdout.strip(), done.stderr), (secret.hex(), ""), text)

    def test_every_mistyped_line_is_named(self):
        pairs, header = split(self.path, 2, 3, os.urandom(32))
        share, _, words = pairs[0].partition("=")
        card = subprocess.run([CONCLAVE, "share", "card", share], check=True, text=True,
                              capture_output=True).stdout
        typed = self.path / "typed.txt"

        def refusal(text):
            typed.write_text(text)
            return recover(header, [f"{typed}={words}", pairs[1]]).stderr
        for number in range(1, 17):
            line = next(line for line in card.splitlines() if line.startswith(f"{number:2}: "))
            for wrong in (line[:-1] + ("7" if line[-1] != "7" else "8"), line[:-1], line + "A",
                          line[:-1] + "U"):
                self.assertEqual(refusal(card.replace(line, wrong)),
                                 f"{typed}: line {number} is not as it stands on the card; read it "
                                 "again\n")
        for text in ("", card.replace("16: ", "17: "), card.replace("16: ", ""),
                     card + "\n 1: again"):
            self.assertEqual(refusal(text), f"{typed}: neither a share nor the lines of a card, "
                                            "numbered from 1 to 16\n")

    def test_wrong_passphrase_and_altered_share_are_named(self):
        pairs, header = split(self.path, 2, 3, os.urandom(32))
        share = pairs[0].partition("=")[0]
        swapped = share + "=" + pairs[1].partition("=")[2]
        self.assertEqual(recover(header, [swapped, pairs[1]]).stderr,
                         f"{share}: the passphrase does not open it\n")
        file = pathlib.Path(share)
        file.chmod(0o644)
        data = bytearray(file.read_bytes())
        data[100] ^= 1
        file.write_bytes(data)
        self.assertEqual(recover(header, pairs[:2]).stderr,
                         f"{share}: this share is damaged; use another copy of it\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
