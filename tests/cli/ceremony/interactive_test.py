#!/usr/bin/env python3
"""`conclave ceremony` at a real pseudo-terminal: PINs typed right and wrong, an exception, a pause and the
way back with the ticket, signals, an abort; then the record verifies, and no secret stood on the screen."""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest

from people import People, Terminal
from room import Room, section

CONCLAVE, VERIFY = sys.argv[1:3]

ATTENDANCE = "Everybody who is needed is here"
MACHINE = "Test this machine and its randomness"
PLAN = "Compare the plan with the paper"
GENERATE = "Generate the root key"
LOCK = "Each key executive locks the own share"
TICKET = "Compare the resume ticket"
CONSENT = "Agree to the root certificate"


def typed(text):
    """At the first prompt that comes: this, instead of the usual."""
    return lambda people, shown: people.terminal.type(text) or True


def at(fragment, text):
    """As usual, until a prompt comes that shows `fragment`: there, this."""
    def act(people, shown):
        if fragment not in shown:
            people.acts[people.step].insert(0, act)
            return False
        people.terminal.type(text)
        return True
    return act


def interrupted(fragment, how):
    """As usual, until a prompt comes that shows `fragment`: there, something else than typing happens."""
    def act(people, shown):
        if fragment not in shown:
            people.acts[people.step].insert(0, act)
            return False
        people.echo_at_prompt = people.terminal.shows_typing()
        how(people.terminal)
        return True
    return act


class Interactive(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.room = Room(folder.name)
        self.screens = []

    def begin(self, verb, plan, acts=None, columns=100, **more):
        terminal = Terminal([CONCLAVE, "ceremony", verb, *plan, *self.room.folders()], columns)
        self.addCleanup(terminal.close)
        self.screens.append(terminal)
        return People(self.room, terminal, acts, **more)

    def status(self, plan):
        done = subprocess.run([CONCLAVE, "ceremony", "status", plan[0], "--record", self.room.path("record"), "--json"],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def check_no_secret_was_shown(self):
        for screen in self.screens:
            for secret in self.room.secrets():
                self.assertNotIn(secret.encode(), screen.output)

    def check_verified(self):
        done = self.room.verify(VERIFY)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_root_is_generated_through_mishaps(self):
        plan = self.room.root_generation()
        self.assertEqual(self.status(plan)["standing"], "not-begun")
        ticket = self.first_part(plan)
        self.second_part(plan, ticket)
        self.third_part(plan)
        self.assertEqual(self.status(plan)["standing"], "sealed")
        self.check_no_secret_was_shown()
        self.check_verified()

    def first_part(self, plan):
        """PINs that differ, a PIN that is none, a wrong PIN, an exception; then everybody leaves."""
        people = self.begin("run", plan, {
            ATTENDANCE: [at("(unseen) >", "1234"), typed("12345"), typed("7777"), typed("7777")],
            MACHINE: [at("(unseen) >", "000001")],
            PLAN: [typed("exception"), typed("the paper says owl"), typed("the screen says eagle"),
                   typed("read again"), typed("")],
            GENERATE: [typed("?"), typed("pause"), typed("lunch")]})
        self.assertEqual(people.hold(), 0)
        text = people.terminal.text()
        self.assertIn("These two are not the same. Type it again, twice.", text)
        self.assertIn("NOT DONE:\n    this PIN is one digit all along", text)
        self.assertIn("NOT DONE:\n    this is not the PIN that the operator set", text)
        self.assertIn("The exception is in the journal. The step is to be done again.", text)
        self.assertIn("Instead of any answer you can type:", text)
        self.assertIn("Public record: whether this machine is fit, and that randomness was tested", text)
        self.assertIn("Public record: entry machine.check", text)
        sheet = [entry["data"] for entry in self.room.journal() if entry["type"] == "exception"]
        self.assertEqual(sheet, [{"step": "compare-plan", "expected": "the paper says owl",
                                  "seen": "the screen says eagle", "decided": "read again",
                                  "raised_by": "internal-witness"}])
        status = self.status(plan)
        self.assertEqual((status["standing"], status["step"], status["any_exception"]), ("paused", "generate-key", True))
        return " ".join(re.search(r"RESUME TICKET.*?\n((?:    .*\n)+)", text)[1].split())

    def second_part(self, plan, ticket):
        """Back with the ticket; Ctrl-C while a passphrase is typed."""
        wrong = " ".join(["aardvark"] * 4)
        people = self.begin("resume", plan, {
            TICKET: [at("first four >", wrong), at("first four >", " ".join(ticket.split()[:4]))],
            LOCK: [at("Choose the passphrase", self.room.passphrases["A"]),
                   interrupted("once more (unseen) >", lambda terminal: terminal.press(b"\x03"))]})
        self.assertEqual(people.hold(), 1)
        text = people.terminal.text()
        self.assertIn("these are not the first words of the resume ticket", text)
        self.assertIn("PRIVATE: only the person whose turn it is", text)
        self.assertIn("conclave: the ceremony was left here; nothing that was recorded is lost", text)
        self.assertFalse(people.echo_at_prompt)
        self.assertTrue(people.terminal.shows_typing())
        status = self.status(plan)
        self.assertEqual((status["standing"], status["step"]), ("running", "generate-key"))

    def third_part(self, plan):
        """SIGTERM where it waits; it goes on at the same step, to the end."""
        people = self.begin("resume", plan, {CONSENT: [interrupted("ready (? for help):", Terminal.kill)]})
        self.assertEqual(people.hold(), 1)
        people = self.begin("resume", plan, {CONSENT: [at("SIGN ROOT >", "sign root")]}, columns=40)
        self.assertEqual(people.hold(), 0)
        text = people.terminal.text()
        self.assertIn("NOT DONE:\n    what was typed is not", text)
        self.assertIn("The record is sealed.", text)
        shown = [line for line in text.split("\n") if "conclave" not in line and "/" not in line]
        self.assertEqual([line for line in shown if len(line) > 40 and "> " not in line and "): " not in line], [])
        self.assertNotIn("\x1b", text)

    def test_a_ceremony_that_is_given_up_is_closed_and_signed(self):
        plan = self.room.root_generation()
        people = self.begin("run", plan, {LOCK: [typed("abort"), typed("a fire alarm"), typed("no"), typed("abort"),
                                                 typed("a fire alarm"), typed("GIVE UP")]})
        self.assertEqual(people.hold(), 0)
        self.assertIn("The ceremony goes on.", people.terminal.text())
        self.assertEqual(people.steps[-4:], ["Wipe every secret", "Make void what was written", "Close the record",
                                             "Sign the record and bring copies to the sites"])
        self.assertEqual([(entry["type"], entry["data"]) for entry in self.room.transcript()[-2:]],
                         [("abort", {"outputs": "void"}), ("close", {"result": "aborted"})])
        self.check_no_secret_was_shown()
        self.check_verified()

    def test_it_is_paused_and_given_up_from_outside(self):
        plan = self.room.root_generation()
        people = self.begin("run", plan, {MACHINE: [interrupted("ready (? for help):",
                                                                lambda terminal: terminal.kill(signal.SIGHUP))]})
        self.assertEqual(people.hold(), 1)
        outside = [*plan, *self.room.folders()]
        done = self.outside("exception", *outside, "--expected", "a", "--seen", "b", "--decided", "c", "--by", "auditor")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.outside("pause", *outside, "--reason", "the night")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, "RESUME TICKET: [a-z]+ [a-z]+")
        self.assertEqual(self.status(plan)["standing"], "paused")
        people = self.begin("abort", [*plan, "--reason", "nobody came back"])
        self.assertEqual(people.hold(), 0)
        self.assertEqual(self.status(plan)["standing"], "sealed")
        self.check_verified()

    def outside(self, verb, *arguments):
        return subprocess.run([CONCLAVE, "ceremony", verb, *arguments], capture_output=True, text=True)

    def test_two_do_not_hold_one_ceremony(self):
        plan = self.room.root_generation()
        seen = []

        def look_from_outside(people, shown):
            seen.append(self.outside("pause", *plan, *self.room.folders(), "--reason", "x"))
            seen.append(self.status(plan)["step"])
            people.terminal.kill()
            return True
        people = self.begin("run", plan, {MACHINE: [look_from_outside]})
        self.assertEqual(people.hold(), 1)
        self.assertEqual((seen[0].returncode, seen[1]), (1, "check-machine"))

    def test_production_wants_a_new_file_for_the_ticket(self):
        more = self.room.root("Root of a test", 3650) + section("[[keeper]]", {"name": "keeper-1", "key": "09" * 32})
        plan = self.room.plan("root-generation", mode="PRODUCTION", more=more, annex=self.room.annex(), kdf="production")
        for ticket, sentence in (([], "name a new file on a stick of its own with --ticket"),
                                 (["--ticket", plan[0]], "exists; nothing was begun; name a new file")):
            people = self.begin("run", [*plan, *ticket])
            self.assertEqual(people.hold(), 1)
            self.assertIn(sentence, " ".join(people.terminal.text().split()))
        self.assertFalse(os.path.exists(self.room.path("record")))

    def test_what_is_no_terminal_and_what_has_not_begun_is_refused(self):
        plan = self.room.root_generation()
        done = subprocess.run([CONCLAVE, "ceremony", "run", *plan, *self.room.folders()], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("a ceremony is held at a terminal, and this is none", done.stderr)
        for verb in ("resume", "pause"):
            more = ["--reason", "x"] if verb == "pause" else []
            done = self.outside(verb, *plan, *self.room.folders(), *more)
            self.assertEqual(done.returncode, 1)
            self.assertIn("has not begun in this record folder", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
