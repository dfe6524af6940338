#!/usr/bin/env python3
"""PRODUCTION with the shipped programs, at a real pseudo-terminal: a computer that can reach a network is refused, and
in a network namespace of its own, where only lo is, a root is generated and a CRL issued at the real cost of a share,
with a pause in between. Then everybody verifies the record who may, and nobody else can read it."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

from life import Life
from people import People, Terminal
from room import ROLES, section

CONCLAVE, VERIFY, RECORD_MD = sys.argv[1:4]

# What makes any computer one without a network: its own namespace, and the /sys that belongs to it.
def room_with(more):
    return ["/usr/bin/unshare", "--net", "--mount", "/bin/bash", "-c",
            f"mount --make-rprivate / && mount -t sysfs sysfs /sys {more} && ulimit -c 0 && exec \"$@\"", "room"]


WITHOUT_NETWORK = room_with("")
# And any computer one with a card, also where it has none.
WITH_CARD = room_with("&& mount -t tmpfs none /sys/class/net && mkdir /sys/class/net/lo /sys/class/net/wlan7")
TICKET = "Compare the resume ticket"


def typed(text):
    return lambda people, shown: people.terminal.type(text) or True


def at_words(text):
    """As usual, until the words of the ticket are asked for."""
    def act(people, shown):
        if "first four >" not in shown:
            people.acts[people.step].insert(0, act)
            return False
        people.terminal.type(text)
        return True
    return act


class ProductionRoom(Life):
    """Officers and the keeper make their keys with the shipped program."""

    def made_by(self, *arguments, out, passphrase):
        with open(self.path("passphrase.txt"), "w") as file:
            file.write(passphrase + "\n")
        done = subprocess.run([CONCLAVE, *arguments, "--out", out, "--passphrase-file", file.name], check=True,
                              capture_output=True, text=True)
        os.remove(file.name)
        return done.stdout

    def make_key(self, role):
        said = self.made_by("signer", "new", "--name", f"conclave.example/test/{role}", out=self.key_file(role),
                            passphrase=self.key_passphrases[role])
        self.vkeys[role] = re.search(r"paper roster: (\S+)", said)[1]

    def make_keeper(self):
        self.keeper_passphrase = "the keeper reads it ten years later"
        said = self.made_by("keeper", "new", out=self.path("keys", "keeper.pem"), passphrase=self.keeper_passphrase)
        self.keeper = section("[[keeper]]", {"name": "keeper-1", "key": re.search(r'key = "([0-9a-f]{64})"', said)[1]})

    def by_keeper(self, *arguments, option):
        """What the verb says to whoever has the keeper's key and passphrase."""
        with open(self.path("passphrase.txt"), "w") as file:
            file.write(self.keeper_passphrase + "\n")
        done = subprocess.run([CONCLAVE, *arguments, option, file.name], capture_output=True, text=True)
        os.remove(file.name)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def opened(self, *place):
        """A journal, as the keeper reads it: the newest one, or a site's copy."""
        said = self.by_keeper("record", "open", self.path(*place or ("record", "confidential", self.record)), "--key",
                              self.path("keys", "keeper.pem"), option="--passphrase-file")
        return [json.loads(line) for line in said.splitlines()]

    def standing(self, plan):
        said = self.by_keeper("ceremony", "status", plan[0], "--record", self.path("record"), "--json", "--keeper",
                              self.path("keys", "keeper.pem"), option="--keeper-passphrase-file")
        return json.loads(said)["standing"]


def shell_block(name):
    """The lines of docs/formats/record.md below that mark, as they stand there."""
    with open(RECORD_MD) as file:
        return re.search(rf"<!-- shell: {name} -->\n```sh\n(.*?)```", file.read(), re.S)[1]


class Production(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.room = ProductionRoom(folder.name)
        self.room.make_keeper()
        self.screens = []

    def begin(self, verb, plan, acts=None, around=WITHOUT_NETWORK):
        ticket = self.room.path(self.room.record + ".ticket")
        terminal = Terminal([*around, CONCLAVE, "ceremony", verb, *plan, *self.room.folders(), "--ticket", ticket])
        self.addCleanup(terminal.close)
        self.screens.append(terminal)
        return People(self.room, terminal, acts)

    def to_the_seal(self, people):
        code = people.hold()
        text = people.terminal.text()
        self.assertEqual(code, 0, text[-3000:])
        self.assertNotIn("NOT DONE", text, text[-3000:])
        self.assertIn("The record is sealed.", text)
        self.check_openssl_lines()
        self.room.close()

    def plan_of_root(self):
        more = self.room.root("Root of a test", 3650) + self.room.keeper
        return self.room.plan("root-generation", mode="PRODUCTION", kdf="production", more=more,
                              annex=self.room.annex())

    def test_a_computer_that_can_reach_a_network_is_refused(self):
        interfaces = [name for name in os.listdir("/sys/class/net") if name != "lo"]
        for around, names in [([], interfaces)] * bool(interfaces) + [(WITH_CARD, ["wlan7"])]:
            self.check_refused(around, names)

    def check_refused(self, around, interfaces):
        people = self.begin("run", self.plan_of_root(), around=around)
        self.assertEqual(people.hold(), 1)
        text = " ".join(people.terminal.text().split())
        self.assertIn("this computer is not fit for a production ceremony", text)
        for name in interfaces:
            self.assertIn(f'it has the interface "{name}". Take the card out, or start from the Conclave image', text)
        self.assertFalse(os.path.exists(self.room.path("record", "public", self.room.record)))
        self.assertEqual(os.listdir(self.room.sticks["A"]), [])
        self.room.sequence = 0

    def test_a_root_and_a_crl(self):
        plan = self.plan_of_root()
        people = self.begin("run", plan, {"Agree to the root certificate": [typed("pause"), typed("the night")]})
        self.assertEqual(people.hold(), 0, people.terminal.text()[-3000:])
        ticket = re.search(r"RESUME TICKET.*?\n((?:    .*\n)+)", people.terminal.text())[1].split()
        self.assertEqual(self.room.standing(plan), "paused")
        self.to_the_seal(self.begin("resume", plan, {TICKET: [at_words(" ".join(ticket[:4]))]}))
        self.check_facts(self.check_journal())
        self.to_the_seal(self.begin("run", self.room.plan(
            "crl", mode="PRODUCTION", kdf="production", more=self.room.crl() + self.room.keeper)))
        self.check_journal()
        self.check_verified()
        self.check_nothing_in_the_clear()

    def check_journal(self):
        """The keeper reads it, and what was published is what it says; gives the disclosures in it."""
        published = [entry["data"] for entry in self.room.opened() if entry["type"] == "public"]
        self.assertEqual([json.loads(one["line"]) for one in published], self.room.transcript())
        for site in ("site-1", "site-2"):
            copies = [name for name in os.listdir(self.room.path(site, "confidential"))
                      if name.startswith(self.room.record + "-")]
            self.assertEqual(len(copies), 1)
            copy = self.room.opened(site, "confidential", copies[0])
            self.assertEqual(copy, self.room.opened()[:len(copy)])
            self.assertEqual(json.loads(copy[-1]["data"]["line"])["type"], "close")
        return [fact for one in published for fact in one["disclosures"]]

    def check_facts(self, disclosed):
        """By the documented line: a fact stands in the transcript, and what is none does not."""
        self.assertRegex(self.shell("fact", D=disclosed[0]), r"^it stands in entry \d+$")
        self.assertEqual(self.shell("fact", D=disclosed[0] + "A"), "it stands nowhere")

    def shell(self, name, **variables):
        done = subprocess.run(["bash", "-c", shell_block(name)], capture_output=True, text=True,
                              cwd=self.room.path("record", "public", self.room.record), env={**os.environ, **variables})
        return (done.stdout + done.stderr).strip().split("\n")[-1]

    def check_openssl_lines(self):
        self.assertEqual(self.shell("chain"), f"chain holds: {len(self.room.transcript())} entries")
        self.assertEqual(self.shell("seal"), "seal fits")
        for role in ROLES:
            self.assertEqual(self.shell("signature", NAME=f"conclave.example/test/{role}"),
                             "Signature Verified Successfully")

    def check_verified(self):
        done = self.room.verify(VERIFY)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = subprocess.run([CONCLAVE, "transcript", "verify", "--signers", self.room.path("signers.vkey"),
                               self.room.path("record", "public")], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def check_nothing_in_the_clear(self):
        """No medium names a holder, no screen shows a secret; the annex is the room's own and stays there."""
        looked_at = 0
        for medium in ("record", "site-1", "site-2", "holders", "in", "out"):
            for folder, _, files in os.walk(self.room.path(medium)):
                for file in files:
                    looked_at += 1
                    with open(os.path.join(folder, file), "rb") as opened:
                        content = opened.read().lower()
                    for word in [b"amara", b"bjorn", b"chiara", b"possession_key", b'"threshold"',
                                 *(secret.encode() for secret in self.room.secrets())]:
                        self.assertNotIn(word, content, os.path.join(folder, file))
        self.assertGreater(looked_at, 20)
        for screen in self.screens:
            for secret in self.room.secrets():
                self.assertNotIn(secret.encode(), screen.output)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
