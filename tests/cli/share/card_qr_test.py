#!/usr/bin/python3
"""A card's picture is drawn by rsvg-convert and its QR code read by ZXing: the share comes back.

    card_qr_test.py CONCLAVE
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

CONCLAVE = sys.argv[1]


class CardPicture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for tool in ("rsvg-convert", "ZXingReader"):
            if shutil.which(tool) is None:
                raise AssertionError(f"{tool} is missing; install it (librsvg2-bin, "
                                     "zxing-cpp-tools)")
        folder = tempfile.TemporaryDirectory(prefix="conclave-card-")
        cls.addClassCleanup(folder.cleanup)
        cls.path = pathlib.Path(folder.name)
        cls.secret = os.urandom(32).hex()
        subprocess.run([CONCLAVE, "share", "split", "--threshold", "2", "--shares", "3", "--kdf",
                        "fast", "--out", cls.path / "set", "--passphrase-dir", cls.path / "words"],
                       input=cls.secret, text=True, check=True, capture_output=True)
        cls.shares = sorted((cls.path / "set").glob("share-*.conclave"))

    def card(self, share, *more):
        return subprocess.run([CONCLAVE, "share", "card", *more, share], check=True,
                              capture_output=True).stdout

    def scan(self, share, dpi):
        svg = self.path / (share.stem + ".svg")
        svg.write_bytes(self.card(share, "--svg"))
        png = svg.with_suffix(".png")
        subprocess.run(["rsvg-convert", "--dpi-x", str(dpi), "--dpi-y", str(dpi), "-o", png, svg],
                       check=True)
        read = subprocess.run(["ZXingReader", "-format", "QRCode", png], check=True,
                              capture_output=True, text=True).stdout
        found = re.findall(r'^Text: +"([^"]*)"', read, re.MULTILINE)
        self.assertEqual(len(found), 1, read)
        return found[0]

    def test_the_code_holds_the_lines_and_opens(self):
        scanned = []
        for share in self.shares[:2]:
            for dpi in (100, 200, 300):
                text = self.scan(share, dpi)
                self.assertRegex(text, "^[0-9A-HJKMNP-TV-Z]{384}$")
                lines = re.findall(r"^ ?\d+: (.*)$", self.card(share).decode(), re.MULTILINE)
                self.assertEqual(text, "".join(lines).replace(" ", ""))
            scanned.append(self.path / (share.stem + ".scan"))
            scanned[-1].write_text(text)
        done = subprocess.run(
            [CONCLAVE, "share", "combine", "--header", self.path / "set" / "set.header",
             "--passphrase-dir", self.path / "words", *scanned],
            check=True, capture_output=True, text=True)
        self.assertEqual(done.stdout.strip(), self.secret)

    def test_the_same_share_gives_the_same_card(self):
        for more in ((), ("--svg",)):
            self.assertEqual(self.card(self.shares[0], *more), self.card(self.shares[0], *more))
            self.assertNotEqual(self.card(self.shares[0], *more), self.card(self.shares[1], *more))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
