#!/usr/bin/env python3
"""`conclave ceremony run --answers`: every ceremony without anybody, each from its plan; what is missing in the answers
stops a ceremony where it can be resumed; PRODUCTION takes no answers."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from life import NEXT_SEATS, Life
from room import ROLES, SEATS, now, openssl, section

CONCLAVE, VERIFY = sys.argv[1:3]
SCRIPTS = os.path.join(os.path.dirname(CONCLAVE), "..", "share", "conclave", "scripts")


def phrase(text):
    return {"phrase": text}


def order(seats):
    return {"order": [f"Seat {seat}" for seat in seats]}


def by_seat(step, values_of, seats=SEATS):
    """Answers of one step that differ from holder to holder."""
    return {f'{step}.seat."Seat {seat}"': values_of(seat) for seat in seats}


def bag(seat):
    return {"bag": f"BAG-{seat}", "seal": f"SEAL-{seat}"}


class Answers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.room = Life(folder.name)

    def answers(self, ceremony, steps=None, without=()):
        """A file of answers: people, and what is answered in single steps."""
        text = f'ceremony = "{ceremony}"\n'
        for role in ROLES:
            text += section(f"[person.{role}]", {"pin": self.room.pins[role],
                                                 "signing-key": os.path.join("keys", role + ".pem"),
                                                 "signing-passphrase": self.room.key_passphrases[role]})
        for seat, stick in self.room.sticks.items():
            text += section(f'[person."Seat {seat}"]', {"passphrase": self.room.passphrases[seat],
                                                        "share": self.handed_in(ceremony, seat, stick)})
        watches = {"compare-watches": {"actor-watch": now(), "witness-watch": now()}}
        for step, values in {**watches, **(steps or {})}.items():
            text += section(f"[step.{step}]", values) if step not in without else ""
        file = self.room.path("answers.toml")
        with open(file, "w") as answers_file:
            answers_file.write(text)
        return ["--answers", file]

    def handed_in(self, ceremony, seat, stick):
        """The stick's folder; of seats B and C the printed card is read aloud, where it is not a drill's."""
        card = os.path.join(stick, "card.txt")
        if seat in "BC" and ceremony != "recovery-drill" and os.path.exists(card):
            with open(card) as lines:
                return ("card:" if seat == "B" else "") + lines.read()
        return os.path.relpath(stick, self.room.folder)

    def ceremony(self, verb, plan, answers, sites=("site-1", "site-2")):
        return subprocess.run([CONCLAVE, "ceremony", verb, *plan, *self.room.folders(sites), *answers],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)

    held = set()

    def hold(self, plan, steps=None, verb="run", **more):
        """Holds a ceremony to its seal."""
        done = self.ceremony(verb, plan, self.answers(self.room.ceremony, steps), **more)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.room.close()
        self.held.add(self.room.ceremony)
        slip = re.search(r"slip for everybody: (.*)", " ".join(done.stdout.split("\n    ")))
        self.room.slip = slip[1].split(" Journal")[0].strip() if slip else self.room.slip
        for secret in self.room.secrets():
            self.assertNotIn(secret, done.stdout)
        return done

    CONSENTS = {"consent-root": phrase("SIGN ROOT"), "point-of-no-return": phrase("THE ROOT IS LIVE")}

    def generate_root(self):
        self.hold(self.room.root_generation(), self.CONSENTS)
        self.room.made = self.room.record
        self.room.learn_possession()

    def hand_over(self):
        receipts = by_seat("hand-over-shares", lambda seat: {**bag(seat), "storage": "bank-box"})
        self.hold(self.room.hand_over(), {"present-bags": {"bag-state": "none"}, **receipts})

    def sign_subordinate(self):
        self.hold(self.room.sign_subordinate(), {
            "check-vault": {"slips": self.room.slip}, "gather-quorum": order("AC"),
            "consent-certificates": phrase("SIGN CERTIFICATES")})

    def issue_crl(self, plan, seats, **more):
        self.hold(plan, {"gather-quorum": order(seats), "consent-crl": phrase("SIGN CRL")}, **more)

    def verify_shares(self):
        presented = by_seat("present-bags", lambda seat: {"bag-state": "whole", **bag(seat)})
        self.hold(self.room.verify_shares(), {**presented, **by_seat("seal-bags", bag)})

    def replace_set(self):
        """It stops at the point of no return; two old holders are away, and a blob cannot be destroyed."""
        room, later = self.room, {"owner": "the director", "until": "2099-12-31"}
        steps = {"gather-old-quorum": order("AB"), "state-old-set": later,
                 **by_seat("collect-old-shares", lambda _: later, "BC")}
        plan = room.replace_set()
        done = self.ceremony("run", plan, self.answers(room.ceremony, steps))
        self.assertIn('have no "phrase" for the step "point-of-no-return"', done.stderr)
        blob = room.path("site-2", "root-key.blob")
        os.rename(blob, room.path("whole.blob"))
        with open(blob, "w") as file:
            file.write("this is no blob")
        done = self.hold(plan, {**steps, "point-of-no-return": phrase("THE NEW SET IS LIVE")}, verb="resume")
        self.assertIn("the old set is not dead yet", done.stdout)
        os.replace(room.path("whole.blob"), blob)

    def retire_set(self):
        done = self.hold(self.room.retire_set(), {"agree-to-destroy": phrase("DESTROY THE OLD SET")})
        self.assertIn("the old set is dead by blob and by shares", done.stdout)

    def activate_backup(self, seats):
        calls = {f"way-{number}": "no answer" for number in (1, 2, 3)}
        self.hold(self.room.activate_backup(), {
            "reach-primary": calls, "gather-quorum": order(seats), "consent-crl": phrase("SIGN CRL"),
            "check-vault": {"slips": self.room.slip, "published-absent": "the network is down"}}, sites=("site-2",))

    def destroy_key(self):
        consent = phrase("DESTROY REHEARSAL root of a test")
        done = self.hold(self.room.destroy_key(), {
            "order": {"reason": "retired"}, "gather-last": order("FE"), "agree-director": consent,
            "agree-witness": consent, "agree-auditor": consent, "point-of-no-return": phrase("THE KEY ENDS HERE")})
        self.assertIn("the key is provably gone", done.stdout)

    def check_verified(self):
        done = self.room.verify(VERIFY)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_root_keys_whole_life_without_anybody(self):
        room = self.room
        self.generate_root()
        self.hand_over()
        self.sign_subordinate()
        self.issue_crl(room.issue_crl(), "CB")
        self.hold(room.ask_for_cross_certificate(), {
            "gather-quorum": order("BA"), "consent-cross-request": phrase("SIGN REQUEST")})
        openssl("req", "-verify", "-noout", "-in", room.cross_request())
        self.verify_shares()
        self.replace_set()
        self.retire_set()
        self.activate_backup("DF")
        self.hold(room.return_to_primary(), {"agree": phrase("THIS SITE IS LIVE")})
        self.hold(room.drill(), {"gather-quorum": order("ED")})
        self.hold(room.evaluate(CONCLAVE), {"evaluate": {"publish": "at-least-one"}})
        self.issue_crl(room.issue_last_crl(), "DE")
        self.destroy_key()
        self.assertEqual(sorted(room.seats), sorted(NEXT_SEATS))
        self.assertEqual(len(os.listdir(room.path("site-1", "ledger"))), room.sequence)
        self.check_verified()

    def test_b_two_sites_that_both_acted_are_merged_without_anybody(self):
        room = self.room
        self.generate_root()
        before = room.sequence, room.head
        shutil.copytree(room.path("record"), room.path("record-1"))
        self.activate_backup("CA")
        activated = room.sequence, room.head
        room.records, (room.sequence, room.head) = "record-1", before
        self.issue_crl(room.issue_crl(), "AB", sites=("site-1",))
        joined = room.head
        room.records, (room.sequence, room.head) = "record", activated
        self.hold(room.merge(joined), {"show-merge": phrase("MERGE THE RECORDS")})
        self.check_verified()

    def test_c_a_signing_keys_life_without_anybody(self):
        self.hold(self.room.generate_signing_key(), {
            "consent-request": phrase("SIGN REQUEST"), "point-of-no-return": phrase("THE SIGNING KEY IS LIVE")})
        self.hold(self.room.sign_artefacts(), {
            "gather-quorum": order("CA"), "consent-artefacts": phrase("SIGN ARTEFACTS")})
        self.check_verified()

    def test_d_no_ceremony_was_left_out(self):
        scripts = {name[:-5] for name in os.listdir(SCRIPTS) if name.endswith(".toml")}
        self.assertEqual(self.held, scripts)

    def test_e_a_missing_answer_names_the_step_and_the_ceremony_is_resumed(self):
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
