#!/usr/bin/env python3
"""`conclave quorum plan`: its figures against Python's own, on a terminal and nowhere else."""
import math
import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import unittest

CONCLAVE = sys.argv.pop(1)
HELD = ["--holder", "Europe/Berlin", "--holder", "Europe/Rome", "--holder", "Asia/Osaka",
        "--holder", "Asia/Seoul", "--holder", "Asia/Hanoi"]


def on_terminal(*arguments):
    """Runs the program with a pseudo-terminal as its output; gives exit code, output, errors."""
    here, there = pty.openpty()
    program = subprocess.Popen([CONCLAVE, "quorum", "plan", *map(str, arguments)], stdout=there,
                               stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    os.close(there)
    shown = b""
    while True:
        try:
            part = os.read(here, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(here)
    errors = program.stderr.read().decode()
    program.stderr.close()
    return program.wait(), shown.decode().replace("\r\n", "\n"), errors


def loss(n, k, p):
    return sum(math.comb(n, i) * p**i * (1 - p)**(n - i) for i in range(n - k + 1, n + 1))


def told(chance):
    """A chance as the program tells it: in percent, or from 1 in 1000 on as "1 in N"."""
    return f"{100 * chance:.2g} %" if chance >= 0.001 else f"1 in {int(float(f'{1 / chance:.2g}')):,}"


class Quorums(unittest.TestCase):
    def setUp(self):
        self.holder = tempfile.TemporaryDirectory(prefix="conclave-quorum-")
        self.folder = pathlib.Path(self.holder.name)

    def tearDown(self):
        self.holder.cleanup()

    def rows(self, shown):
        """The rows of the first table: k -> (spare, sites, collude, suffice, continents, continent, chance)."""
        table = shown.split("losses survived")[0]
        return {int(k): rest.split(maxsplit=6)
                for k, rest in re.findall(r"^ +(\d+) of \d+ +(.+)$", table, re.MULTILINE)}

    def test_chances_agree_with_pythons(self):
        code, shown, errors = on_terminal(*HELD, "--backup", "Asia", "--holder-loss", "0.1", "--site-loss", "0")
        self.assertEqual((code, errors), (0, ""))
        rows = self.rows(shown)
        self.assertEqual(sorted(rows), [2, 3, 4])
        for k, row in rows.items():
            self.assertEqual(row[0], str(5 - k))
            self.assertEqual(row[6], told(loss(5, k, 0.1)))
        self.assertEqual([rows[k][4] for k in (2, 3, 4)], ["1", "1", "0"])

    def test_file_and_options_give_the_same(self):
        places = self.folder / "places.toml"
        places.write_text("".join(
            f'[[holder]]\nsite = "{text.split("/")[1]}"\ncontinent = "{text.split("/")[0]}"\n'
            for text in HELD[1::2]) + '[[backup]]\ncontinent = "Europe"\n')
        from_file = on_terminal(places)
        self.assertEqual(from_file[0], 0, from_file)
        self.assertEqual(from_file, on_terminal(*HELD, "--backup", "Europe"))

    def test_it_says_that_it_is_confidential_and_what_is_refused(self):
        code, shown, _ = on_terminal("--holder", "Europe/A", "--holder", "Europe/B", "--holder", "Asia/C",
                                     "--holder", "Asia/D", "--backup", "Europe", "--backup", "Asia")
        self.assertEqual(code, 0)
        self.assertTrue(shown.startswith("CONFIDENTIAL"))
        self.assertRegex(shown, r"REFUSED(.|\n)*\n  2 of 4: publish the spare shares alone\.\n")
        self.assertIn("simple majority (n = 2k - 1)", shown)

    def test_nothing_is_written_to_a_file_or_a_pipe(self):
        done = subprocess.run([CONCLAVE, "quorum", "plan", *HELD], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("on a terminal only", done.stderr)
        out = self.folder / "out"
        with out.open("w") as file:
            self.assertEqual(subprocess.run([CONCLAVE, "quorum", "plan", *HELD], stdout=file,
                                            stderr=subprocess.DEVNULL).returncode, 1)
        self.assertEqual(out.read_text(), "")

    def test_what_cannot_be_planned_is_refused(self):
        for arguments in ([], HELD[:4], ["--holder", "Berlin"], ["--holder", "Atlantis/Berlin"],
                          [self.folder / "none.toml"], [*HELD, "--holder-loss", "2"],
                          [*HELD, "--backup", "Atlantis"]):
            code, shown, errors = on_terminal(*arguments)
            self.assertEqual((code, shown), (1, ""), arguments)
            self.assertTrue(errors.startswith("conclave: "), errors)
        for arguments in ([*HELD, "places.toml"], ["--backup", "Asia"], [*HELD, "--site-loss", "often"]):
            self.assertEqual(on_terminal(*arguments)[0], 2, arguments)


if __name__ == "__main__":
    unittest.main()
