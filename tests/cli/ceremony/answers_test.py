#!/usr/bin/env python3
"""`conclave ceremony run --answers`: eight ceremonies in a row without anybody, each from its plan; what is
missing in the answers stops a ceremony where it can be resumed; PRODUCTION takes no answers."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from room import ROLES, SEATS, Room, day, now, openssl, section

CONCLAVE, VERIFY = sys.argv[1:3]


class Answers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.room = Room(folder.name)

    def answers(self, ceremony, steps=None, without=()):
        """A file of answers: people, and what is answered in single steps."""
        text = f'ceremony = "{ceremony}"\n'
        for role in ROLES:
            text += section(f"[person.{role}]", {"pin": self.room.pins[role],
                                                 "signing-key": os.path.join("keys", role + ".pem"),
                                                 "signing-passphrase": self.room.key_passphrases[role]})
        for seat, (folder, _) in SEATS.items():
            text += section(f'[person."Seat {seat}"]', {"passphrase": self.room.passphrases[seat],
                                                        "share": os.path.join("holders", folder)})
        watches = {"compare-watches": {"actor-watch": now(), "witness-watch": now()}}
        for step, values in {**watches, **(steps or {})}.items():
            text += section(f"[step.{step}]", values) if step not in without else ""
        file = self.room.path("answers.toml")
        with open(file, "w") as answers_file:
            answers_file.write(text)
        return ["--answers", file]

    def ceremony(self, verb, plan, answers, sites=("site-1", "site-2")):
        return subprocess.run([CONCLAVE, "ceremony", verb, *plan, *self.room.folders(sites), *answers],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def hold(self, plan, steps=None, **more):
        """Holds a ceremony to its seal."""
        done = self.ceremony("run", plan, self.answers(self.room.ceremony, steps), **more)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.room.close()
        slip = re.search(r"slip for everybody: (.*)", " ".join(done.stdout.split("\n    ")))
        self.room.slip = slip[1].split(" Journal")[0].strip() if slip else self.room.slip
        for secret in self.room.secrets():
            self.assertNotIn(secret, done.stdout)
        return done

    CONSENTS = {"consent-root": {"phrase": "SIGN ROOT"}, "point-of-no-return": {"phrase": "THE ROOT IS LIVE"}}

    def generate_root(self):
        self.hold(self.room.root_generation(), self.CONSENTS)

    def sign_subordinate(self):
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                self.room.path("sub.key"), "-out", self.room.path("in", "sub.csr"), "-subj", "/C=DE/O=Test/CN=Sub 1")
        with open(self.room.path("in", "sub.csr"), "rb") as file:
            digest = openssl("dgst", "-sha256", "-r", file.name).decode()[:64]
        request = section("[[request]]", {
            "file": "sub.csr", "sha256": digest, "profile": "subordinate-device-identity", "not_before": day(),
            "not_after": day(1800), "policies": ["2.999.1.1"], "crl_uris": ["http://pki.conclave.example/root.crl"],
            "ca_issuer_uris": ["http://pki.conclave.example/root.cer"]})
        self.hold(self.room.plan("subordinate-signing", more=request), {
            "check-vault": {"slips": self.room.slip}, "gather-quorum": {"order": ["Seat A", "Seat C"]},
            "consent-certificates": {"phrase": "SIGN CERTIFICATES"}})

    def issue_crl(self):
        self.hold(self.room.plan("crl", more=self.room.crl()), {
            "gather-quorum": {"order": ["Seat C", "Seat B"]}, "consent-crl": {"phrase": "SIGN CRL"}})

    def verify_shares(self, possession):
        bags = {f'seal-bags.seat."Seat {seat}"': {"bag": f"BAG-{seat}", "seal": f"SEAL-{seat}"} for seat in SEATS}
        self.hold(self.room.plan("share-verification", annex=self.room.annex(None, possession)),
                  {"present-bags": {"bag-state": "none"}, **bags})

    def activate_backup(self):
        with open(self.room.path("in", "notice.txt"), "w") as file:
            file.write("REHEARSAL. The backup site takes over.\n")
        activation = section("[activation]", {
            "reason": "primary-unreachable", "ways": ["telephone", "radio", "a courier"], "notice": "notice.txt",
            "notice_sha256": openssl("dgst", "-sha256", "-r", self.room.path("in", "notice.txt")).decode()[:64],
            "waiting_hours": 0, "allowed": ["crl", "subordinate-signing"]})
        plan = self.room.plan("backup-activation", more=self.room.crl() + activation, site="site-2")
        calls = {f"way-{number}": "no answer" for number in (1, 2, 3)}
        self.hold(plan, {"reach-primary": calls, "gather-quorum": {"order": ["Seat C", "Seat A"]},
                         "check-vault": {"slips": self.room.slip, "published-absent": "the network is down"},
                         "consent-crl": {"phrase": "SIGN CRL"}}, sites=("site-2",))

    def return_to_primary(self):
        self.hold(self.room.plan("backup-return"), {"agree": {"phrase": "THIS SITE IS LIVE"}})

    def drill(self):
        root = self.room.root("DRILL - NOT TRUSTED", 100)
        self.hold(self.room.plan("recovery-drill", mode="DRILL", more=root, annex=self.room.annex(),
                                 objective_seconds=3600), {"gather-quorum": {"order": ["Seat B", "Seat A"]}})

    def evaluate(self):
        data = os.path.join(os.path.dirname(CONCLAVE), "..", "share", "conclave", "declarations.toml")
        shutil.copy(data, self.room.path("in", "declarations.toml"))
        self.hold(self.room.plan("evaluation", annex=self.room.annex()), {"evaluate": {"publish": "at-least-one"}})

    def test_a_whole_life_without_anybody(self):
        self.generate_root()
        possession = self.room.possession_keys()
        self.sign_subordinate()
        self.issue_crl()
        self.verify_shares(possession)
        self.activate_backup()
        self.return_to_primary()
        self.drill()
        self.evaluate()
        done = self.room.verify(VERIFY)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(len(os.listdir(self.room.path("site-1", "ledger"))), 8)

    def test_a_missing_answer_names_the_step_and_the_ceremony_is_resumed(self):
        plan = self.room.root_generation()
        done = self.ceremony("run", plan, self.answers("root-generation", self.CONSENTS, without=["consent-root"]))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, 'conclave: the answers have no "phrase" for the step "consent-root" (Agree to the '
                         "root certificate); the ceremony stands at this step; add the answer, and resume it\n")
        status = subprocess.run([CONCLAVE, "ceremony", "status", plan[0], "--record", self.room.path("record")],
                                capture_output=True, text=True)
        self.assertIn("It is not finished.", status.stdout)
        self.assertIn("Those drawn enter their shares (the operator acts", status.stdout)
        done = self.ceremony("resume", plan, self.answers("root-generation", self.CONSENTS))
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertEqual(self.room.verify(VERIFY).returncode, 0)

    def test_a_wrong_answer_stops_it(self):
        plan = self.room.root_generation()
        wrong = {**self.CONSENTS, "check-machine": {"witness-pin": "999991"}}
        done = self.ceremony("run", plan, self.answers("root-generation", wrong))
        self.assertEqual(done.returncode, 1)
        self.assertIn('conclave: the step "check-machine" (Test this machine and its randomness): this is not the PIN '
                      "that the internal-witness set", done.stderr)
        self.assertEqual(self.ceremony("resume", plan, self.answers("root-generation", self.CONSENTS)).returncode, 0)

    def test_answers_that_cannot_be_meant_are_refused_before_anything_begins(self):
        plan = self.room.root_generation()
        for text, sentence in (('ceremony = "crl"', "these are answers for the ceremony crl"),
                               ('ceremony = 1', '"ceremony" is no name of a ceremony'),
                               ('ceremony = "root-generation"\nx = 1', '"x" is no key that is known'),
                               ('ceremony = "root-generation"\n[person.a]\npin = 1234',
                                '"pin" of [person.a] is no text in quotation marks'),
                               ('ceremony = "root-generation"\n[step.a]\norder = [1]', "no list of texts"),
                               ('ceremony = "root-generation"\nstep = "a"', "[step] is no table"),
                               ("ceremony = ", "the answers")):
            with open(self.room.path("answers.toml"), "w") as file:
                file.write(text)
            done = self.ceremony("run", plan, ["--answers", self.room.path("answers.toml")])
            self.assertEqual(done.returncode, 1, text)
            self.assertIn(sentence, done.stderr)
        self.assertFalse(os.path.exists(self.room.path("record")))

    def test_production_takes_no_answers_and_needs_a_ticket(self):
        keeper = section("[[keeper]]", {"name": "keeper-1", "key": "09" + 31 * "00"})
        more = self.room.root("Root of a test", 3650) + keeper
        plan = self.room.plan("root-generation", mode="PRODUCTION", more=more, annex=self.room.annex(),
                              kdf="production")
        done = self.ceremony("run", plan, self.answers("root-generation", self.CONSENTS))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "conclave: a PRODUCTION ceremony is held by people at a terminal; a file of answers "
                         "is for REHEARSAL and DRILL; nothing was begun; leave --answers out\n")
        self.assertFalse(os.path.exists(self.room.path("record")))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
