#!/usr/bin/python3
"""`conclave-verify` as a program: one share alone, typed at a terminal; and it cannot combine.

    verify_test.py CONCLAVE_VERIFY CONCLAVE
"""

import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import time
import unittest

VERIFY, CONCLAVE = sys.argv[1:3]
GOOD, REFUSED, USAGE, NOT_GOOD = 0, 1, 2, 3

# What rebuilds a secret; the same pattern must find it in the program that does.
COMBINERS = re.compile(r"shamir::(interpolate|combine\w*|lie_on_one\w*|ShareSet::combine)\b|slip39_combine"
                       r"|recover_secret", re.IGNORECASE)


def symbols(program):
    return subprocess.run(["nm", "-C", program], capture_output=True, check=True).stdout.decode()


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="conclave-verify-")
        cls.path = pathlib.Path(cls.folder.name)
        for name in ("one", "other"):
            subprocess.run([CONCLAVE, "share", "split", "--threshold", "2", "--shares", "3",
                            "--kdf", "fast", "--out", cls.path / name,
                            "--passphrase-dir", cls.path / (name + "-words")],
                           input=os.urandom(32).hex().encode(), check=True, capture_output=True)
        cls.shares = sorted((cls.path / "one").glob("share-*.conclave"))
        cls.header = cls.path / "one" / "set.header"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def words_file(self, share, folder="one-words"):
        return self.path / folder / (share.stem.removeprefix("share-") + ".txt")

    def verify(self, share, *more, words=None, challenge="blue horse", stdin=b""):
        file = self.words_file(self.shares[0]) if words is None else words
        return subprocess.run([VERIFY, "--header", self.header, "--passphrase-file", file,
                               "--challenge", challenge, *more, share],
                              input=stdin, capture_output=True, check=False)

    def card(self, share):
        return subprocess.run([CONCLAVE, "share", "card", share],
                              capture_output=True, check=True).stdout

    def not_good(self, done, message):
        self.assertRegex(done.stderr.decode(), message)
        self.assertEqual((done.returncode, done.stdout), (NOT_GOOD, b""))


class Good(Case):
    def test_all_carriers_of_a_share_give_the_same_three_words(self):
        card = self.path / "card.txt"
        card.write_bytes(self.card(self.shares[0]))
        answers = [self.verify(self.shares[0]), self.verify(card),
                   self.verify("-", stdin=card.read_bytes())]
        for done in answers:
            self.assertEqual(done.returncode, GOOD, done.stderr)
            self.assertEqual(done.stdout, answers[0].stdout)
        self.assertRegex(answers[0].stdout.decode(),
                         r"^good: [a-z]+ [a-z]+ [a-z]+\npossession-key: [0-9a-f]{64}\n"
                         r"proof: [0-9a-f]{128}\n$")

    def test_another_share_has_another_name_and_another_challenge_another_proof(self):
        first = self.verify(self.shares[0]).stdout.decode().splitlines()
        second = self.verify(self.shares[1],
                             words=self.words_file(self.shares[1])).stdout.decode().splitlines()
        self.assertNotEqual(first[0], second[0])
        later = self.verify(self.shares[0], challenge="green horse").stdout.decode().splitlines()
        self.assertEqual(first[:2], later[:2])
        self.assertNotEqual(first[2], later[2])

    def test_the_proof_is_an_ed25519_signature_over_the_challenge(self):
        lines = dict(line.split(": ") for line in
                     self.verify(self.shares[0]).stdout.decode().splitlines())
        key, proof = self.path / "key.der", self.path / "proof"
        key.write_bytes(bytes.fromhex("302a300506032b6570032100" + lines["possession-key"]))
        proof.write_bytes(bytes.fromhex(lines["proof"]))
        context = b"share verification"
        for challenge, verdict in ((b"blue horse", 0), (b"blue horsf", 1)):
            message = self.path / "message"
            message.write_bytes(b"conclave-possession-v1" + bytes([len(context)]) + context
                                + challenge)
            done = subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin",
                                   "-keyform", "DER", "-inkey", key, "-sigfile", proof,
                                   "-in", message], capture_output=True, check=False)
            self.assertEqual(done.returncode, verdict, done.stderr)

    def test_the_recorded_key_is_compared(self):
        key = self.verify(self.shares[0]).stdout.decode().splitlines()[1].split(": ")[1]
        self.assertEqual(self.verify(self.shares[0], "--possession-key", key).returncode, GOOD)
        self.not_good(self.verify(self.shares[0], "--possession-key", "0" * 64),
                      "genuine, and not the share whose possession key was given")


class NotGood(Case):
    def test_a_mistyped_card_names_its_line_before_any_passphrase(self):
        lines = self.card(self.shares[0]).decode().splitlines()
        at = next(i for i, line in enumerate(lines) if re.match(r"\s*3:", line))
        number, text = lines[at].split(":", 1)
        old = text.strip()[0]
        lines[at] = number + ": " + ("7" if old != "7" else "8") + text.strip()[1:]
        done = self.verify("-", words=self.path / "no-such-file",
                           stdin="\n".join(lines).encode())
        self.not_good(done, r"^conclave-verify: this card: line 3 does not fit its check; please read it again "
                      r"\(look first at group 1\)\n$")

    def test_a_wrong_passphrase_a_foreign_and_an_altered_share_are_told_apart(self):
        self.not_good(self.verify(self.shares[0], words=self.words_file(self.shares[1])),
                      "the passphrase does not open this card")
        foreign = sorted((self.path / "other").glob("share-*.conclave"))[0]
        self.not_good(self.verify(foreign, words=self.words_file(foreign, "other-words")),
                      "this card is of another share set")
        altered = self.path / "altered"
        content = bytearray(self.shares[0].read_bytes())
        content[70] ^= 1
        altered.write_bytes(content)
        self.not_good(self.verify(altered), "this share is damaged")
        (self.path / "text").write_text("good morning\n")
        self.not_good(self.verify(self.path / "text"), "neither a share nor the lines of a card")

    def test_what_says_nothing_of_the_share_has_another_code(self):
        self.assertEqual(self.verify(self.path / "nothing").returncode, REFUSED)
        self.assertEqual(self.verify(self.shares[0], words=self.path / "nothing").returncode,
                         REFUSED)
        done = subprocess.run([VERIFY], capture_output=True, check=False)
        self.assertEqual(done.returncode, USAGE)


class Terminal(Case):
    def typed(self, *lines):
        """Runs it with a terminal of its own and types each line at its question."""
        child, terminal = pty.fork()
        if child == 0:
            os.execv(VERIFY, [VERIFY, "--header", str(self.header), str(self.shares[0])])
        shown = b""
        for question, line in lines:
            end = time.monotonic() + 60
            while question not in shown:
                self.assertLess(time.monotonic(), end, shown)
                shown += os.read(terminal, 4096)
            os.write(terminal, line + b"\n")
        try:
            while True:
                more = os.read(terminal, 4096)
                if not more:
                    break
                shown += more
        except OSError:  # the end of a pseudo-terminal
            pass
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown

    def test_the_passphrase_is_typed_and_never_shown(self):
        words = self.words_file(self.shares[0]).read_bytes().strip()
        code, shown = self.typed((b"Challenge", b"blue horse"), (b"Passphrase", words))
        self.assertEqual(code, GOOD, shown)
        self.assertIn(b"blue horse", shown)
        self.assertNotIn(words, shown)
        for word in words.split():
            self.assertNotIn(b" " + word + b" ", shown)
        self.assertIn(self.verify(self.shares[0]).stdout.splitlines()[2], shown)

    def test_no_challenge_is_refused(self):
        code, shown = self.typed((b"Challenge", b""))
        self.assertEqual(code, NOT_GOOD)
        self.assertIn(b"no challenge was typed", shown)

    def test_keys_that_end_a_program_are_typed_characters(self):
        code, shown = self.typed((b"Challenge", b"x"), (b"Passphrase", b"ab\x03cd"))
        self.assertEqual(code, NOT_GOOD, shown)
        self.assertNotIn(b"ab\x03cd", shown)

    def test_without_a_terminal_it_says_so(self):
        done = subprocess.run([VERIFY, "--header", self.header, self.shares[0]],
                              stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              start_new_session=True)
        self.assertEqual(done.returncode, REFUSED)
        self.assertIn(b"there is no terminal to type at", done.stderr)


class CannotCombine(Case):
    def test_no_symbol_that_combines_is_linked_in(self):
        self.assertEqual(COMBINERS.findall(symbols(VERIFY)), [])

    def test_the_same_look_finds_them_in_the_program_that_combines(self):
        self.assertRegex(symbols(CONCLAVE), r"shamir::interpolate\(")
        self.assertRegex(symbols(CONCLAVE), r"shamir::ShareSet::combine\(")
        self.assertRegex(symbols(CONCLAVE), r"shamir::combine_blind\(")

    def test_it_is_looked_at_with_its_symbols(self):
        self.assertIn("shamir::verify_share(", symbols(VERIFY))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
