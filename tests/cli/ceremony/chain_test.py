#!/usr/bin/env python3
"""Every ceremony at a real pseudo-terminal, one after the other, as people hold them: a root key's whole life, a fork
that is merged, and a signing key's life. Then the records verify, and no secret stood on a screen."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from life import Life
from people import People, Terminal
from room import openssl

CONCLAVE, VERIFY = sys.argv[1:3]
SCRIPTS = os.path.join(os.path.dirname(CONCLAVE), "..", "share", "conclave", "scripts")

BAGS = {"The number of the new bag": lambda people: "BAG-" + people.who[-1],
        "The number of its seal": lambda people: "SEAL-" + people.who[-1]}
FIRST_BAGS = {**BAGS, "How the bag is": "none", "Where you will keep it": "bank-box"}
NEXT_BAGS = {**BAGS, "How the bag is": "whole", "The number on the bag": lambda people: "BAG-" + people.who[-1],
             "The number on its seal": lambda people: "SEAL-" + people.who[-1]}


def absent(*seats):
    """Somebody else sees to the shares of those who are not here, and to the encrypted key that is left."""
    def for_absent(text):
        return lambda people: text if not people.who or people.who[-1] in seats else ""
    return {"Who sees to it that this share": for_absent("the director"), "Until when": for_absent("2099-12-31"),
            "Who sees to it that the encrypted key": "the director"}


class Chain(unittest.TestCase):
    held = set()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.room = Life(folder.name)
        self.screens = []

    def hold(self, plan, quorum="AB", sites=("site-1", "site-2"), **more):
        """Holds a ceremony at a terminal to its seal; gives what stood there, in one line."""
        terminal = Terminal([CONCLAVE, "ceremony", "run", *plan, *self.room.folders(sites)])
        self.addCleanup(terminal.close)
        self.screens.append(terminal)
        people = People(self.room, terminal, quorum=quorum, **more)
        code = people.hold()
        text = terminal.text()
        self.assertEqual(code, 0, text[-3000:])
        self.assertNotIn("NOT DONE", text, text[-3000:])
        self.assertIn("The record is sealed.", text)
        self.room.close()
        self.held.add(self.room.ceremony)
        return " ".join(text.split())

    def check_screens(self):
        for screen in self.screens:
            for secret in self.room.secrets():
                self.assertNotIn(secret.encode(), screen.output)
            for line in screen.text().splitlines():
                self.assertTrue(len(line) <= 100 or "> " in line or self.room.folder in line, line)

    def check_records(self):
        done = self.room.verify(VERIFY)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = subprocess.run([CONCLAVE, "transcript", "verify", "--signers", self.room.path("signers.vkey"),
                               self.room.path(self.room.records, "public")], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def generate_root(self):
        self.hold(self.room.root_generation())
        self.room.made = self.room.record
        self.room.learn_possession()

    def test_a_root_keys_whole_life(self):
        room = self.room
        self.generate_root()
        self.hold(room.hand_over(), texts=FIRST_BAGS)
        self.hold(room.sign_subordinate(), quorum="AC")
        self.hold(room.issue_crl(), quorum="BC")
        self.hold(room.ask_for_cross_certificate(), quorum="AB")
        openssl("req", "-verify", "-noout", "-in", room.cross_request())
        self.hold(room.verify_shares(), texts=NEXT_BAGS)
        self.change_set()
        self.hold(room.activate_backup(), quorum="DF", sites=("site-2",),
                  texts={"Call the primary": "no answer", "If the newest published": "the network is down"})
        self.hold(room.return_to_primary())
        self.hold(room.drill(), quorum="EF")
        self.hold(room.evaluate(CONCLAVE), texts={"What is published": "at-least-one"})
        self.hold(room.issue_last_crl(), quorum="DE")
        text = self.hold(room.destroy_key(), quorum="FE", texts={"The reason in the order": "retired"})
        self.assertIn("the key is provably gone", text)
        self.assertEqual(len(os.listdir(room.path("site-1", "ledger"))), room.sequence)
        self.check_screens()
        self.check_records()

    def change_set(self):
        """Two of the old holders are away, and a blob cannot be destroyed; both are made good later."""
        room, blob = self.room, self.room.path("site-2", "root-key.blob")

        def flip(*_):
            with open(blob, "r+b") as file:
                first = file.read(1)[0]
                file.seek(0)
                file.write(bytes([first ^ 1]))
            return False
        text = self.hold(room.replace_set(), texts=absent("B", "C"),
                         acts={"Destroy the old encrypted key at every site in this room": [flip]})
        self.assertIn("the old set is not dead yet", text)
        flip()
        text = self.hold(room.retire_set(), quorum="")
        self.assertIn("the old set is dead by blob and by shares", text)

    def test_b_two_sites_that_both_acted_are_merged(self):
        room = self.room
        self.generate_root()
        before = room.sequence, room.head
        shutil.copytree(room.path("record"), room.path("record-1"))
        self.hold(room.activate_backup(), sites=("site-2",),
                  texts={"Call the primary": "no answer", "If the newest published": "the network is down"})
        activated = room.sequence, room.head
        room.records, (room.sequence, room.head) = "record-1", before
        self.hold(room.issue_crl(), sites=("site-1",))
        self.check_records()
        joined = room.head
        room.records, (room.sequence, room.head) = "record", activated
        self.hold(room.merge(joined))
        self.hold(room.issue_crl(site="site-2"), sites=("site-2", "site-1"), quorum="CA")
        self.check_screens()
        self.check_records()

    def test_c_a_signing_keys_life(self):
        room = self.room
        self.hold(room.generate_signing_key())
        self.hold(room.sign_artefacts(), quorum="CA")
        out = room.path("out", room.record)
        openssl("cms", "-verify", "-binary", "-inform", "DER", "-in", os.path.join(out, "pump.bin.p7s"), "-content",
                room.path("in", "pump.bin"), "-CAfile", room.path("code-root.pem"), "-purpose", "any", "-out",
                os.devnull)
        key = openssl("x509", "-in", room.path("signing.pem"), "-noout", "-pubkey")
        with open(room.path("key.pem"), "wb") as file:
            file.write(key)
        openssl("dgst", "-sha256", "-verify", file.name, "-signature", os.path.join(out, "valve.bin.sig"),
                room.path("in", "valve.bin"))
        self.check_screens()
        self.check_records()

    def test_d_no_ceremony_was_left_out(self):
        scripts = {name[:-5] for name in os.listdir(SCRIPTS) if name.endswith(".toml")}
        self.assertEqual(self.held, scripts)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
