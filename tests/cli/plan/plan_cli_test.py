#!/usr/bin/env python3
"""`conclave plan`: from a template to a plan that nothing stands against, on the records of a rehearsal."""
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib
import unittest

CONCLAVE = sys.argv.pop(1)


def run(*arguments):
    return subprocess.run([CONCLAVE, *map(str, arguments)], capture_output=True, text=True)


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


class Plans(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="conclave-plan-")
        cls.folder = pathlib.Path(cls.holder.name)
        cls.life = cls.folder / "life"
        done = run("rehearse", "--out", cls.life, "--kdf", "fast", "--algorithm", "p-256")
        assert done.returncode == 0, done.stderr
        cls.public = cls.life / "record" / "public"
        cls.ledger = max((cls.life / site / "ledger" for site in ("site-1", "site-2")),
                         key=lambda folder: len(list(folder.iterdir())))

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(dir=self.folder))

    def new_crl(self):
        """A CRL plan that follows the records of the rehearsal, filled in."""
        path = self.work / "crl.toml"
        done = run("plan", "new", "crl", "--previous-record", self.public, "--out", path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        text = path.read_text()
        self.assertEqual(re.findall(r"<[^>]*>", "\n".join(
            line for line in text.splitlines() if not line.startswith("#"))), ["<YOUR DOMAIN/ROOT/NUMBER-CEREMONY>"])
        path.write_text(text.replace("<YOUR DOMAIN/ROOT/NUMBER-CEREMONY>", "pki.example/root-g1/0008-crl"))
        return path

    def check(self, *arguments):
        done = run("plan", "check", *arguments, "--json")
        self.assertEqual(done.stderr, "")
        return done.returncode, json.loads(done.stdout)

    def rules(self, *arguments):
        code, found = self.check(*arguments)
        self.assertEqual(code, 1, found)
        self.assertFalse(found["ok"])
        return {finding["rule"]: finding for finding in found["findings"]}

    def test_template_takes_number_head_and_officers_from_the_records(self):
        plan = tomllib.loads(self.new_crl().read_text())
        last = sorted(self.public.glob("0*"))[-1]
        head = re.search(r"head sha256:([0-9a-f]{64})", (last / "seal.note").read_text()).group(1)
        self.assertEqual((plan["sequence"], plan["previous_head"]), (int(last.name[:4]) + 1, head))
        keys = [line for line in (self.life / "signers.vkey").read_text().splitlines() if not line.startswith("#")]
        self.assertEqual([signer["vkey"] for signer in plan["signer"]], keys)

    def test_filled_template_stands_and_shows_its_digest(self):
        path = self.new_crl()
        done = run("plan", "check", path, "--ledger", self.ledger)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn(sha256(path), done.stdout)
        words = re.search(r"in 32 words: (.*)", done.stdout).group(1)
        self.assertEqual(len(words.split()), 32)
        self.assertIn("Nothing stands against this plan.", done.stdout)
        self.assertIn("Not looked at: the annex (--annex), the requests (--requests).", done.stdout)

    def test_all_faults_are_told_with_rule_field_and_line(self):
        path = self.new_crl()
        text = re.sub(r"sequence = \d+", "sequence = 2", path.read_text()).replace('kdf = "production"', 'kdf = "slow"')
        path.write_text(re.sub(r'next_update = "\d+', 'next_update = "2099', text))
        found = self.rules(path, "--ledger", self.ledger)
        self.assertLessEqual({"plan-sequence", "plan-kdf", "plan-too-long", "plan-beyond-root"}, set(found))
        line = 1 + path.read_text().splitlines().index('kdf = "slow"')
        self.assertEqual((found["plan-kdf"]["field"], found["plan-kdf"]["line"]), ("kdf", line))
        done = run("plan", "check", path)
        self.assertIn(f"{path}:{line}: error:", done.stdout)
        self.assertIn("This plan cannot be used.", done.stdout)

    def test_another_head_is_refused(self):
        path = self.new_crl()
        path.write_text(re.sub(r'previous_head = "..', 'previous_head = "00', path.read_text(), count=1))
        self.assertIn("plan-previous-head", self.rules(path, "--ledger", self.ledger))

    def test_requests_are_looked_at(self):
        path = self.work / "sub.toml"
        run("plan", "new", "subordinate-signing", "--previous-record", self.public, "--out", path)
        request = sorted((self.life / "transfer" / "in").glob("*.csr"))[0]
        text = path.read_text()
        for what, put in {"<YOUR DOMAIN/ROOT/NUMBER-CEREMONY>": "pki.example/8",
                          "<NAME OF THE FILE, LIKE factory-1.csr>": request.name,
                          "<SHA-256 OF THE FILE>": sha256(request)}.items():
            text = text.replace(what, put)
        path.write_text(text)
        code, found = self.check(path, "--requests", request.parent)
        self.assertEqual((code, found["findings"]), (0, []))
        path.write_text(text.replace(sha256(request), "0" * 64))
        self.assertIn("plan-request-digest", self.rules(path, "--requests", request.parent))
        self.assertIn("plan-request-missing", self.rules(path, "--requests", self.work))

    def test_annex_is_written_beside_with_a_salt_and_its_quorum_is_judged(self):
        path = self.work / "root.toml"
        done = run("plan", "new", "root-generation", "--out", path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        annex = self.work / "root.annex.toml"
        self.assertRegex(tomllib.loads(annex.read_text())["salt"], "^[0-9a-f]{64}$")
        annex.write_text(annex.read_text().replace('"<HOW MANY SHARES OPEN THE KEY>"', "1"))
        found = self.rules(path, "--annex", annex)
        self.assertIn("one share alone would open the secret", found["annex-quorum"]["message"])
        self.assertIn("plan-placeholder", found)
        self.assertEqual(found["annex-quorum"]["file"], str(annex))

    def test_nothing_is_overwritten_and_unknown_types_are_refused(self):
        path = self.new_crl()
        before = path.read_bytes()
        self.assertEqual(run("plan", "new", "crl", "--out", path).returncode, 1)
        self.assertEqual(path.read_bytes(), before)
        self.assertEqual(run("plan", "new", "tea").returncode, 1)
        self.assertEqual(run("plan", "new", "crl", "--date", "tomorrow").returncode, 1)
        self.assertEqual(run("plan", "new", "crl", "--previous-record", self.work / "none").returncode, 1)
        self.assertEqual(run("plan", "check", self.work / "none.toml").returncode, 1)

    def test_plan_without_out_is_printed(self):
        done = run("plan", "new", "crl", "--date", "2027-03-01")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(str(tomllib.loads(done.stdout)["date"]), "2027-03-01")


if __name__ == "__main__":
    unittest.main()
