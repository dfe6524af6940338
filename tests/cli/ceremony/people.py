"""People at a pseudo-terminal: they read what stands on the screen and type what it asks for."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

from room import now

PROMPTS = [b"Enter when both are ready (? for help): ", b"Enter or done (? for help): ", b"once more (unseen) > ",
           b"(unseen) > ", b"(unseen, Enter for nothing) > ", b"file (Enter for nothing) > ", b"(Enter for nothing) > ", b"? > ", b" go on > ",
           b"\n> "]
TIMEOUT = 120


class Terminal:
    """A program at a pseudo-terminal of its own."""

    def __init__(self, arguments, columns=100):
        self.output, self.read_to, self.code = b"", 0, None
        self.process, self.screen = pty.fork()
        if self.process == 0:
            os.execv(arguments[0], arguments)
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))

    def _read(self, until):
        if not select.select([self.screen], [], [], max(0, until - time.monotonic()))[0]:
            raise AssertionError("nothing came for too long; the screen ends with:\n" +
                                 self.output[-2000:].decode(errors="replace"))
        try:
            piece = os.read(self.screen, 65536)
        except OSError:  # EIO: the program has ended
            piece = b""
        self.output += piece
        return piece != b""

    def prompt(self):
        """What came since the last answer, up to a prompt; None: the program has ended."""
        until = time.monotonic() + TIMEOUT
        while True:
            fresh = self.output[self.read_to:]
            if any(fresh.endswith(one) for one in PROMPTS):
                self.read_to = len(self.output)
                return " ".join(fresh.decode().split())
            if not self._read(until):
                self.code = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
                return None

    def type(self, text):
        os.write(self.screen, text.encode() + b"\n")

    def press(self, key):
        os.write(self.screen, key)

    def shows_typing(self):
        return bool(termios.tcgetattr(self.screen)[3] & termios.ECHO)

    def kill(self, number=signal.SIGTERM):
        os.kill(self.process, number)

    def close(self):
        if self.code is None:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self.screen)

    def text(self):
        """The screen's text without the line that counts seconds."""
        return re.sub(r"\r\x1b\[K(Working: \d+ s)?", "", self.output.decode()).replace("\r\n", "\n")


class People:
    """Answers prompt after prompt. `acts` is what to do at a step's title instead, once for each entry."""

    def __init__(self, room, terminal, acts=None, quorum=("A", "B"), texts=None):
        self.room, self.terminal = room, terminal
        self.acts = {title: list(what) for title, what in (acts or {}).items()}
        self.coming = list(quorum)
        self.texts = texts or {}
        self.step = self.who = self.question = ""
        self.steps = []

    def hold(self):
        """To the end of the program; gives its exit code."""
        turns = 0
        while (shown := self.terminal.prompt()) is not None:
            turns += 1
            assert turns < 600, "it asks again and again: " + self.terminal.text()[-1500:]
            self.look(shown)
            self.answer(shown)
        return self.terminal.code

    def look(self, shown):
        for title in re.findall(r"== Step \d+ of \d+: (.*?) \[", shown):
            self.step, self.who = title, ""
            self.steps.append(title)
        for who in re.findall(r"Now: (Seat [A-Z]|[a-z-]+)", shown):
            self.who = who
        self.question = shown

    def answer(self, shown):
        if self.acts.get(self.step):
            if self.acts[self.step].pop(0)(self, shown):
                return
        self.terminal.type(self.usual(shown))

    def usual(self, shown):
        if shown.endswith("ready (? for help):"):
            return ""
        if shown.endswith("done (? for help):"):
            self.who = f"Seat {self.coming.pop(0)}" if self.coming else ""
            return "" if self.who else "done"
        if shown.endswith("file (Enter for nothing) >"):
            return self.room.key_file(self.who)
        if "passphrase for the key file" in shown:
            return self.room.key_passphrases[self.who]
        if "own watch, in UTC" in shown:
            return now()
        if shown.endswith("(unseen) >") or "passphrase of your old share" in shown:
            return self.secret(shown)
        phrase = re.search(r"Type exactly: (.+) >$", shown)
        if phrase:
            return phrase[1]
        if "Insert the stick" in shown:
            return self.room.sticks[self.who[-1]]
        for beginning, text in self.texts.items():
            if beginning in shown:
                return text(self) if callable(text) else text
        assert shown.endswith(("(Enter for nothing) >", "(unseen, Enter for nothing) >")), "no answer to: " + shown
        return ""

    def secret(self, shown):
        role = re.findall(r"The PIN of the ([a-z-]+)", shown)
        if role:
            return self.room.pins[role[-1]]
        if self.who.startswith("Seat"):
            return self.room.passphrases[self.who[-1]]
        return self.room.pins[self.who]
