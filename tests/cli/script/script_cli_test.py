#!/usr/bin/env python3
"""`conclave script`: shipped scripts and scripts of one's own, judged and printed."""
import html
import html.parser
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unittest

CONCLAVE, SCRIPTS = sys.argv[1], pathlib.Path(sys.argv[2])
del sys.argv[1:3]


def run(*arguments):
    return subprocess.run([CONCLAVE, *map(str, arguments)], capture_output=True, text=True)


class Balance(html.parser.HTMLParser):
    """Whether every element that is opened is closed, and in order."""
    VOID = {"meta", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.seen = [], [], set()

    def handle_starttag(self, tag, attributes):
        self.seen.add(tag)
        self.open += [] if tag in self.VOID else [tag]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append((tag, self.getpos()))


class Scripts(unittest.TestCase):
    def setUp(self):
        self.holder = tempfile.TemporaryDirectory(prefix="conclave-script-")
        self.folder = pathlib.Path(self.holder.name)

    def tearDown(self):
        self.holder.cleanup()

    def own(self, change):
        """A script of one's own: that of a CRL, changed."""
        path = self.folder / "crl.toml"
        path.write_text(change((SCRIPTS / "crl.toml").read_text()))
        return path

    def rules(self, path):
        done = run("script", "check", path, "--json")
        self.assertEqual((done.returncode, done.stderr), (1, ""), done.stdout)
        return {(finding["rule"], finding["field"]) for finding in json.loads(done.stdout)["findings"]}

    def test_every_shipped_script_stands_by_name_and_by_file(self):
        names = sorted(path.stem for path in SCRIPTS.glob("*.toml"))
        self.assertGreaterEqual(len(names), 7)
        for name in names:
            for script in (name, SCRIPTS / f"{name}.toml"):
                done = run("script", "check", script)
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
                self.assertIn("nothing stands against them", done.stdout)

    def test_all_faults_of_a_script_are_told_with_their_steps(self):
        path = self.own(lambda text: text.replace('kind = "sign"', 'kind = "compute"')
                        .replace('gives = ["delivered"]', 'gives = ["delivered", "applause"]')
                        .replace('actor = "director"', 'actor = "internal-witness"'))
        self.assertLessEqual({("script-act", "sign-crl"), ("script-dead-end", "deliver"),
                              ("script-roles", "consent-crl")},
                             self.rules(path))
        done = run("script", "check", path)
        self.assertIn("No ceremony can be held with this script.", done.stdout)

    def test_blocks_beside_the_script_are_taken(self):
        path = self.own(lambda text: text)
        self.assertEqual(run("script", "check", path).returncode, 0)
        shutil.copytree(SCRIPTS / "blocks", self.folder / "blocks")
        epilogue = self.folder / "blocks" / "epilogue.toml"
        epilogue.write_text(epilogue.read_text().replace('kind = "seal"', 'kind = "write"'))
        self.assertIn(("script-seal", ""), self.rules(path))

    def test_what_is_no_script_is_refused(self):
        self.assertEqual(self.rules(self.own(lambda text: text + "\nhurry = 1\n")), {("script-form", "")})
        done = run("script", "check", "tea")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("conclave: ", done.stderr)

    def test_the_page_holds_every_step_and_loads_nothing(self):
        for path in SCRIPTS.glob("*.toml"):
            out = self.folder / f"{path.stem}.html"
            done = run("script", "print", path.stem, "--out", out)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            page = out.read_text(encoding="ascii")
            text = html.unescape(page)
            for step in tomllib.loads(path.read_text())["step"]:
                if "title" in step:
                    self.assertIn(step["title"], text)
            balance = Balance()
            balance.feed(page)
            self.assertEqual((balance.open, balance.faults), ([], []), path)
            self.assertFalse(balance.seen & {"script", "img", "link", "iframe"})
            for forbidden in ("url(", "@import", "http:", "https:"):
                self.assertNotIn(forbidden, page)

    def test_a_page_is_never_written_over_nor_for_a_bad_script_or_plan(self):
        out = self.folder / "page.html"
        self.assertEqual(run("script", "print", self.own(lambda text: text.replace("final", "finale")),
                             "--out", out).returncode, 1)
        plan = self.folder / "plan.toml"
        plan.write_text(run("plan", "new", "evaluation").stdout)
        done = run("script", "print", "crl", "--plan", plan, "--out", out)
        self.assertEqual(done.returncode, 1)
        self.assertFalse(out.exists())
        out.write_text("mine")
        self.assertEqual(run("script", "print", "crl", "--out", out).returncode, 1)
        self.assertEqual(out.read_text(), "mine")


if __name__ == "__main__":
    unittest.main()
