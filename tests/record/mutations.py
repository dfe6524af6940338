#!/usr/bin/env python3
"""A table of mutations of a public record, each run against every verifier.

    mutations.py --make TOOL --verify-py FILE [--verifier "COMMAND" ...]

TOOL is record_tool. verify.py is always run; each COMMAND is run as COMMAND [--signers F] PATH.
Every mutation must be refused with exit code 3, with and without the signers, and where an entry
is at fault all verifiers must name the same one. Forgeries are consistent: exit 4 without
the signers, 3 with them.
"""

import argparse
import base64
import contextlib
import hashlib
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT, SIGN, EVALUATION = "0001-root-generation", "0002-subordinate-signing", "0003-evaluation"


def load(path):
    spec = importlib.util.spec_from_file_location("verify", path)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    return module


class Record:
    """A copy of the sample, with tools to damage or forge it."""

    def __init__(self, folder, verify):
        self.folder, self.verify = folder, verify

    def path(self, *names):
        return os.path.join(self.folder, "public", *names)

    def read(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()

    def write(self, content, *names):
        with open(self.path(*names), "wb") as file:
            file.write(content)

    def edit(self, change, *names):
        before = self.read(*names)
        after = change(before)
        assert before != after, "the mutation changes nothing"
        self.write(after, *names)

    def lines(self, ceremony):
        return self.read(ceremony, "transcript.log").splitlines(keepends=True)

    def set_lines(self, lines, ceremony):
        self.write(b"".join(lines), ceremony, "transcript.log")

    def texts(self, ceremony):
        return [line[65:-1].decode() for line in self.lines(ceremony)]

    def set_texts(self, texts, ceremony):
        self.set_lines([hashed(text) for text in texts], ceremony)

    def entries(self, ceremony):
        return [json.loads(text) for text in self.texts(ceremony)]

    def rechain(self, entries, ceremony):
        """The lines anew, with right numbers, links and hashes. Gives the head."""
        prev, lines = "0" * 64, []
        for number, entry in enumerate(entries):
            entry["i"], entry["prev"] = number, prev
            lines.append(hashed(json.dumps(entry, separators=(",", ":"))))
            prev = lines[-1][:64].decode()
        self.set_lines(lines, ceremony)
        return prev

    def seal(self, ceremony, seeds, names):
        """The seal anew: right text, signed with `seeds` under `names`."""
        texts = [text.encode() for text in self.texts(ceremony)]
        origin = self.read(ceremony, "seal.note").split(b"\n")[0].decode()
        root = base64.b64encode(self.verify.merkle_root(texts)).decode()
        text = "%s\n%d\n%s\nhead sha256:%s\n%s\n" % (
            origin, len(texts), root, hashlib.sha256(texts[-1]).hexdigest(), self.verify.STATEMENT)
        note = text.encode() + b"\n"
        for seed, name in zip(seeds, names):
            public = ed25519_public(self.verify, seed)
            key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
            signature = ed25519_sign(self.verify, seed, text.encode())
            note += b"\xe2\x80\x94 " + name.encode() + b" " + \
                base64.b64encode(key_id + signature) + b"\n"
        self.write(note, ceremony, "seal.note")

    def head(self, head, *names):
        self.write(self.verify.head_text(head).encode(), *names, "head.txt")


def hashed(text):
    data = text.encode("utf-8", "surrogateescape")
    return hashlib.sha256(data).hexdigest().encode() + b" " + data + b"\n"


def ed25519_secret(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little")
    return (scalar & ((1 << 254) - 8)) | (1 << 254), digest[32:]


def ed25519_public(verify, seed):
    return verify.ed_encode(verify.ed_times(ed25519_secret(seed)[0], verify.ED_BASE))


def ed25519_sign(verify, seed, text):
    scalar, prefix = ed25519_secret(seed)
    order = verify.L25519
    nonce = int.from_bytes(hashlib.sha512(prefix + text).digest(), "little") % order
    point = verify.ed_encode(verify.ed_times(nonce, verify.ED_BASE))
    digest = hashlib.sha512(point + ed25519_public(verify, seed) + text).digest()
    s = (nonce + int.from_bytes(digest, "little") % order * scalar) % order
    return point + s.to_bytes(32, "little")


def vkey(verify, seed, name):
    public = ed25519_public(verify, seed)
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).hexdigest()[:8]
    return "%s+%s+%s" % (name, key_id, base64.b64encode(b"\x01" + public).decode())


# ---- The table ----------------------------------------------------------------------------------

TABLE = []  # (name, function, ceremony and entry at fault or None)


def mutation(name, at=None):
    def keep(function):
        TABLE.append((name, function, at))
        return function
    return keep


def line_edit(name, ceremony, entry, change):
    """Edits the text of one entry and gives it a fitting hash."""
    def act(record):
        texts = record.texts(ceremony)
        changed = change(texts[entry])
        assert changed != texts[entry], "the mutation changes nothing"
        texts[entry] = changed
        record.set_texts(texts, ceremony)
    TABLE.append((name, act, (ceremony, entry)))


@mutation("a value changed", (ROOT, 2))
def value_changed(record):
    record.edit(lambda log: log.replace(b'"p-384"', b'"p-256"'), ROOT, "transcript.log")


@mutation("one byte of a hash changed", (SIGN, 3))
def hash_changed(record):
    lines = record.lines(SIGN)
    lines[3] = (b"0" if lines[3][:1] != b"0" else b"1") + lines[3][1:]
    record.set_lines(lines, SIGN)


@mutation("an entry cut short", (SIGN, 2))
def entry_cut(record):
    lines = record.lines(SIGN)
    lines[2] = lines[2][:-20] + b"\n"
    record.set_lines(lines, SIGN)


@mutation("an entry dropped", (SIGN, 2))
def entry_dropped(record):
    lines = record.lines(SIGN)
    record.set_lines(lines[:2] + lines[3:], SIGN)


@mutation("two entries swapped", (ROOT, 3))
def entries_swapped(record):
    lines = record.lines(ROOT)
    lines[3], lines[4] = lines[4], lines[3]
    record.set_lines(lines, ROOT)


@mutation("an entry repeated", (ROOT, 4))
def entry_repeated(record):
    lines = record.lines(ROOT)
    record.set_lines(lines[:4] + lines[3:], ROOT)


@mutation("the last entry dropped", (ROOT, 4))
def last_dropped(record):
    record.set_lines(record.lines(ROOT)[:-1], ROOT)


@mutation("the transcript emptied", (ROOT, 0))
def emptied(record):
    record.write(b"", ROOT, "transcript.log")


@mutation("CR LF for LF", (ROOT, 0))
def cr_lf(record):
    record.edit(lambda log: log.replace(b"\n", b"\r\n"), ROOT, "transcript.log")


@mutation("the last LF missing", (SIGN, 4))
def no_last_line_end(record):
    record.edit(lambda log: log[:-1], SIGN, "transcript.log")


@mutation("an empty line at the end", (SIGN, 5))
def empty_line(record):
    record.edit(lambda log: log + b"\n", SIGN, "transcript.log")


@mutation("zeros at the end", (SIGN, 5))
def zeros(record):
    record.edit(lambda log: log + bytes(512), SIGN, "transcript.log")


@mutation("a blank more before the JSON", (ROOT, 2))
def blank_more(record):
    record.set_texts([" " + text if number == 2 else text
                      for number, text in enumerate(record.texts(ROOT))], ROOT)


line_edit("a blank inside the JSON", ROOT, 2, lambda text: text.replace(",", ", ", 1))
line_edit("a key twice", ROOT, 2, lambda text: text.replace('"v":1,', '"v":1,"v":1,', 1))
line_edit("a fraction", ROOT, 4, lambda text: text.replace('"path_length":-1', '"path_length":0.5'))
line_edit("a number of 65 bits", ROOT, 4,
          lambda text: text.replace('"path_length":-1', '"path_length":18446744073709551616'))
line_edit("minus zero", ROOT, 4, lambda text: text.replace('"path_length":-1', '"path_length":-0'))
line_edit("a null", ROOT, 4, lambda text: text.replace('"path_length":-1', '"path_length":null'))
line_edit("not a number", ROOT, 4, lambda text: text.replace('"path_length":-1', '"path_length":NaN'))
line_edit("half a surrogate pair", ROOT, 4, lambda text: text.replace("CN=Root", "CN=\\ud800"))
line_edit("a letter outside ASCII", ROOT, 4, lambda text: text.replace("CN=Root", "CN=R\u00f6\u00f6t"))
line_edit("bytes that are not UTF-8", ROOT, 4, lambda text: text.replace("CN=Root", "CN=\udcff"))
line_edit("JSON nested 2000 deep", ROOT, 4,
          lambda text: text.replace('"path_length":-1', '"p":' + "[" * 2000 + "]" * 2000))
line_edit("JSON nested one level too deep", ROOT, 4,
          lambda text: text.replace('"path_length":-1', '"p":' + "[" * 15 + "1" + "]" * 15))
line_edit("an escape written in another way", ROOT, 4, lambda text: text.replace("CN=", "C\\u004e="))
line_edit("a member more", ROOT, 4, lambda text: text[:-1] + ',"more":1}')
line_edit("a member missing", ROOT, 4, lambda text: re.sub(',"journal":"[0-9a-f]{64}"', "", text))
line_edit("members in another order", ROOT, 4,
          lambda text: text.replace('{"v":1,"i":4,', '{"i":4,"v":1,'))
line_edit("another version", ROOT, 4, lambda text: text.replace('"v":1', '"v":2'))
line_edit("another number", ROOT, 4, lambda text: text.replace('"i":4', '"i":5'))
line_edit("true for the number", ROOT, 1, lambda text: text.replace('"i":1', '"i":true'))
line_edit("another link", ROOT, 4,
          lambda text: re.sub('"prev":"[0-9a-f]{64}"', '"prev":"' + "0" * 64 + '"', text))
line_edit("a day that is none", ROOT, 4, lambda text: text.replace("2026-11-23", "2026-02-30"))
line_edit("a date that goes back", ROOT, 4, lambda text: text.replace("2026-11-23", "2026-11-22"))
line_edit("a type with a capital", ROOT, 4, lambda text: text.replace('"cert.issue"', '"Cert.issue"'))
line_edit("a second opening", ROOT, 4, lambda text: text.replace('"cert.issue"', '"open"'))
line_edit("the list of digests shortened", ROOT, 3,
          lambda text: re.sub(r'"_sd":\["[^"]*",', '"_sd":[', text))
line_edit("the list of digests emptied", ROOT, 3,
          lambda text: re.sub(r'"_sd":\[[^]]*\]', '"_sd":[]', text))
line_edit("the list of digests removed", ROOT, 3, lambda text: re.sub(r',"_sd":\[[^]]*\]', "", text))
line_edit("the list of digests out of order", ROOT, 3,
          lambda text: re.sub(r'"_sd":\[("[^"]*"),("[^"]*")', r'"_sd":[\2,\1', text))
line_edit("a digest twice", ROOT, 3,
          lambda text: re.sub(r'"_sd":\[("[^"]*"),("[^"]*")', r'"_sd":[\1,\1', text))
line_edit("a list of digests where none belongs", ROOT, 4,
          lambda text: text.replace('"path_length"', '"_sd"'))
line_edit("a list of digests deeper down", ROOT, 4,
          lambda text: text.replace('"path_length":-1', '"path_length":{"_sd":[]}'))


def rebuilt(name, ceremony, entry, change):
    """Changes the entries and chains them anew, so that only the meaning of `entry` is at fault."""
    def act(record):
        entries = record.entries(ceremony)
        change(entries)
        record.rechain(entries, ceremony)
        os.remove(record.path(ceremony, "head.txt"))
    TABLE.append((name, act, (ceremony, entry)))


def change_signers(change):
    return lambda entries: change(entries[1]["data"]["signers"])


rebuilt("open entry without sequence", SIGN, 0, lambda entries: entries[0]["data"].pop("sequence"))
rebuilt("open entry with another sequence", SIGN, 0,
        lambda entries: entries[0]["data"].update(sequence=3))
rebuilt("open entry with its sequence as a text", SIGN, 0,
        lambda entries: entries[0]["data"].update(sequence="2"))
rebuilt("open entry with another ceremony", SIGN, 0,
        lambda entries: entries[0]["data"].update(ceremony="crl"))
rebuilt("open entry without mode", SIGN, 0, lambda entries: entries[0]["data"].pop("mode"))
rebuilt("open entry with a mode that is none", SIGN, 0,
        lambda entries: entries[0]["data"].update(mode="production"))
rebuilt("open entry without previous head", SIGN, 0,
        lambda entries: entries[0]["data"].pop("previous_head"))
rebuilt("the first ceremony follows that of another CA", ROOT, 0,
        lambda entries: entries[0]["data"].update(previous_head="ab" * 32))
rebuilt("a later ceremony begins a chain of its own", SIGN, 0,
        lambda entries: entries[0]["data"].update(previous_head="00" * 32))
rebuilt("a ceremony dated before the one before it", SIGN, 0,
        lambda entries: [entry.update(date="2026-11-22") for entry in entries])
rebuilt("the closing dropped, chained anew", SIGN, 3, lambda entries: entries.pop())
rebuilt("an entry after the closing", SIGN, 5, lambda entries: entries.append(dict(entries[3])))
rebuilt("no roster", SIGN, 1, lambda entries: entries.pop(1))
rebuilt("a second roster", SIGN, 2, lambda entries: entries.insert(2, dict(entries[1])))
rebuilt("a roster that is no list", SIGN, 1,
        lambda entries: entries[1]["data"].update(signers="all"))
rebuilt("a signer twice on the roster", SIGN, 1,
        change_signers(lambda signers: signers.append(dict(signers[0]))))
rebuilt("a signer without a key on the roster", SIGN, 1,
        change_signers(lambda signers: signers[0].pop("vkey")))


def other_algorithm(signers):
    name, _, encoded = signers[0]["vkey"].split("+", 2)
    key = b"\x03" + base64.b64decode(encoded)[1:]
    key_id = hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8]
    signers[0]["vkey"] = "%s+%s+%s" % (name, key_id, base64.b64encode(key).decode())


def other_name(signers):
    _, key_id, encoded = signers[0]["vkey"].split("+", 2)
    signers[0]["vkey"] = "pki.example/root-g1/deputy+%s+%s" % (key_id, encoded)


rebuilt("a key of an algorithm that is not ours on the roster", SIGN, 1,
        change_signers(other_algorithm))
rebuilt("a key under a name that its hash is not for", SIGN, 1, change_signers(other_name))


@mutation("an executive on the roster", (SIGN, 1))
def executive_on_roster(record):
    entries = record.entries(SIGN)
    entries[1]["data"]["signers"].append(
        {"role": "x", "vkey": vkey(record.verify, bytes(32), "pki.example/root-g1/ke/aa")})
    record.rechain(entries, SIGN)
    os.remove(record.path(SIGN, "head.txt"))


@mutation("the root in the seal changed")
def seal_root(record):
    def change(note):
        lines = note.split(b"\n")
        lines[2] = base64.b64encode(bytes(32))
        return b"\n".join(lines)
    record.edit(change, ROOT, "seal.note")


@mutation("the origin in the seal changed")
def seal_origin(record):
    record.edit(lambda note: b"x" + note, ROOT, "seal.note")


@mutation("the statement in the seal changed")
def seal_statement(record):
    record.edit(lambda note: note.replace(b"I took part", b"I took no part"), ROOT, "seal.note")


@mutation("a line more in the seal")
def seal_line(record):
    record.edit(lambda note: note.replace(b"\n\n", b"\nmore\n\n"), ROOT, "seal.note")


@mutation("the empty line of the seal missing")
def seal_gap(record):
    record.edit(lambda note: note.replace(b"\n\n", b"\n"), ROOT, "seal.note")


@mutation("CR LF in the seal")
def seal_cr_lf(record):
    record.edit(lambda note: note.replace(b"\n", b"\r\n"), ROOT, "seal.note")


@mutation("the last LF of the seal missing")
def seal_no_line_end(record):
    record.edit(lambda note: note[:-1], ROOT, "seal.note")


def drop_signature(record, index):
    def change(note):
        text, _, signatures = note.rpartition(b"\n\n")
        lines = signatures.splitlines(keepends=True)
        return text + b"\n\n" + b"".join(lines[:index] + lines[index + 1:])
    record.edit(change, ROOT, "seal.note")


for _index in range(3):
    TABLE.append(("signature %d removed" % _index,
                  lambda record, index=_index: drop_signature(record, index), None))


@mutation("all signatures removed")
def no_signatures(record):
    record.edit(lambda note: note[:note.index(b"\n\n") + 2], ROOT, "seal.note")


@mutation("a signature under another's name")
def wrong_name(record):
    record.edit(lambda note: note.replace(b"/internal-witness ", b"/administrator "),
                ROOT, "seal.note")


@mutation("a signature twice")
def signature_twice(record):
    record.edit(lambda note: note + note.splitlines(keepends=True)[-1], ROOT, "seal.note")


@mutation("an executive's line in the public seal")
def executive_line(record):
    with open(os.path.join(record.folder, "confidential", ROOT, "seal-full.note"), "rb") as file:
        record.write(file.read(), ROOT, "seal.note")


def flip_signature_byte(record, role, at):
    def change(note):
        lines = note.splitlines(keepends=True)
        for number, line in enumerate(lines):
            start, _, encoded = line.rpartition(b" ")
            if start.endswith(role):
                data = bytearray(base64.b64decode(encoded))
                data[at] ^= 1
                lines[number] = start + b" " + base64.b64encode(bytes(data)) + b"\n"
        return b"".join(lines)
    record.edit(change, ROOT, "seal.note")


for _role, _places in ((b"administrator", (0, 4, 35, 36, 67)), (b"auditor", (0, 4, 10, 50, 74))):
    for _place in _places:
        TABLE.append(("byte %d of the %s's signature changed" % (_place, _role.decode()),
                      lambda record, role=_role, at=_place: flip_signature_byte(record, role, at),
                      None))


@mutation("Ed25519 with S + L (not canonical)")
def non_canonical_s(record):
    def change(note):
        lines = note.splitlines(keepends=True)
        for number, line in enumerate(lines):
            start, _, encoded = line.rpartition(b" ")
            if start.endswith(b"administrator"):
                data = base64.b64decode(encoded)
                s = int.from_bytes(data[36:], "little") + record.verify.L25519
                lines[number] = start + b" " + base64.b64encode(
                    data[:36] + s.to_bytes(32, "little")) + b"\n"
        return b"".join(lines)
    record.edit(change, ROOT, "seal.note")


@mutation("the seal of another ceremony")
def other_seal(record):
    record.write(record.read(SIGN, "seal.note"), ROOT, "seal.note")


@mutation("the seal missing")
def no_seal(record):
    os.remove(record.path(ROOT, "seal.note"))


@mutation("the seal is a link")
def linked_seal(record):
    os.rename(record.path(ROOT, "seal.note"), os.path.join(record.folder, "seal"))
    os.symlink(os.path.join(record.folder, "seal"), record.path(ROOT, "seal.note"))


@mutation("the transcript is a link")
def linked_transcript(record):
    os.rename(record.path(SIGN, "transcript.log"), os.path.join(record.folder, "log"))
    os.symlink(os.path.join(record.folder, "log"), record.path(SIGN, "transcript.log"))


@mutation("a ceremony's folder is a link")
def linked_folder(record):
    os.rename(record.path(SIGN), os.path.join(record.folder, "linked"))
    os.symlink(os.path.join(record.folder, "linked"), record.path(SIGN))


@mutation("the transcript longer than 256 MiB")
def huge_transcript(record):
    with open(record.path(SIGN, "transcript.log"), "ab") as file:
        file.truncate((256 << 20) + 1)


@mutation("the evaluation changed")
def evaluation_changed(record):
    for names in ((EVALUATION, "evaluation.json"), ("evaluation.json",)):
        record.edit(lambda text: text.replace(b"sample", b"simple"), *names)


@mutation("the copy of the evaluation changed")
def evaluation_copy_changed(record):
    record.edit(lambda text: text.replace(b"sample", b"simple"), "evaluation.json")


@mutation("the evaluation missing")
def evaluation_missing(record):
    os.remove(record.path(EVALUATION, "evaluation.json"))
    os.remove(record.path("evaluation.json"))


@mutation("an evaluation that no entry vouches for")
def evaluation_unvouched(record):
    record.write(b"{}", ROOT, "evaluation.json")


@mutation("the head in head.txt changed")
def head_changed(record):
    record.head("00" * 32)


@mutation("a word in head.txt changed")
def head_word(record):
    record.edit(lambda text: text[:-5] + b"ever\n", ROOT, "head.txt")


@mutation("a file that does not belong")
def foreign_file(record):
    record.write(b"", ROOT, "root.pem")


@mutation("a hidden file at the top")
def hidden_file(record):
    record.write(b"", ".notes")


@mutation("a folder inside a ceremony")
def inner_folder(record):
    os.mkdir(record.path(ROOT, "more"))


@mutation("the last ceremony's transcript missing")
def no_transcript(record):
    os.remove(record.path(EVALUATION, "transcript.log"))


@mutation("a ceremony in the middle dropped")
def ceremony_dropped(record):
    shutil.rmtree(record.path(SIGN))


@mutation("a ceremony dropped and the next renumbered", ("0002-evaluation", 0))
def ceremony_renumbered(record):
    shutil.rmtree(record.path(SIGN))
    os.rename(record.path(EVALUATION), record.path("0002-evaluation"))


@mutation("the first ceremony dropped")
def first_dropped(record):
    shutil.rmtree(record.path(ROOT))


@mutation("the last ceremony dropped, head.txt left")
def last_ceremony_dropped(record):
    shutil.rmtree(record.path(EVALUATION))
    os.remove(record.path("evaluation.json"))


@mutation("a ceremony twice")
def ceremony_twice(record):
    shutil.copytree(record.path(EVALUATION), record.path("0004-evaluation"))


@mutation("a ceremony's folder renamed", ("0002-recovery-drill", 0))
def folder_renamed(record):
    os.rename(record.path(SIGN), record.path("0002-recovery-drill"))


@mutation("a whole chain rebuilt, the seal left")
def rebuilt_old_seal(record):
    entries = record.entries(ROOT)
    entries[2]["data"]["algorithm"] = "p-256"
    record.rechain(entries, ROOT)
    os.remove(record.path(ROOT, "head.txt"))


@mutation("a whole chain rebuilt, the roster emptied", (ROOT, 1))
def empty_roster(record):
    entries = record.entries(ROOT)
    entries[1]["data"]["signers"] = []
    record.rechain(entries, ROOT)
    os.remove(record.path(ROOT, "head.txt"))


@mutation("a ceremony rebuilt and sealed anew, the next one not")
def later_not_rebuilt(record):
    seeds, names = forge_ceremony(record, ROOT)
    record.seal(ROOT, seeds, names)


def forge_ceremony(record, ceremony, previous=None, seeds=None):
    """New keys in the roster, another algorithm, chained anew. Gives the keys used."""
    seeds = seeds or [bytes([number]) * 32 for number in range(1, 4)]
    entries = record.entries(ceremony)
    signers = entries[1]["data"]["signers"]
    names = [signer["vkey"].split("+")[0] for signer in signers][:len(seeds)]
    entries[1]["data"]["signers"] = [
        {"role": name.rpartition("/")[2], "vkey": vkey(record.verify, seed, name)}
        for name, seed in zip(names, seeds)]
    if previous is not None:
        entries[0]["data"]["previous_head"] = previous
    if ceremony == ROOT:
        entries[2]["data"]["algorithm"] = "p-256"
    record.head(record.rechain(entries, ceremony), ceremony)
    return seeds, names


def forge_all(record, seeds=None):
    head = "0" * 64
    for ceremony in (ROOT, SIGN, EVALUATION):
        used, names = forge_ceremony(record, ceremony, head, seeds)
        record.seal(ceremony, used, names)
        head = record.lines(ceremony)[-1][:64].decode()
    record.head(head)


FORGERIES = []


def forgery(name):
    def keep(function):
        FORGERIES.append((name, function, (ROOT, 1)))
        return function
    return keep


@forgery("everything forged anew, chained and signed with other keys")
def forged(record):
    forge_all(record)


@forgery("everything forged by one insider, whose key stands on paper, alone")
def lone_insider(record):
    seed = bytes([9]) * 32
    forge_all(record, [seed])
    name = record.entries(ROOT)[1]["data"]["signers"][0]["vkey"].split("+")[0]
    with open(os.path.join(record.folder, "signers.vkey"), encoding="ascii") as file:
        lines = file.read().splitlines()
    lines[1] = vkey(record.verify, seed, name)  # it was his key all along
    with open(os.path.join(record.folder, "signers.vkey"), "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")


# ---- The signers file ---------------------------------------------------------------------------

SIGNERS = []  # (name, function, exit code with the signers)


def signers_edit(name, code, change):
    def act(record):
        path = os.path.join(record.folder, "signers.vkey")
        with open(path, "rb") as file:
            content = change(file.read())
        os.remove(path)
        with open(path, "wb") as file:
            file.write(content)
    SIGNERS.append((name, act, code))


signers_edit("with CR LF, blanks and comments", 0, lambda text: b"\r\n \t# \xff\r\n" +
             text.replace(b"\n", b" \t# a comment\r\n"))
signers_edit("without its last line end", 0, lambda text: text[:-1])
signers_edit("every role optional", 0, lambda text: text.replace(b"\n", b"\toptional\n")
             .replace(b"sample\toptional", b"sample"))
signers_edit("empty", 2, lambda text: b"")
signers_edit("comments alone", 2, lambda text: b"# nobody\n")
signers_edit("a key twice", 2, lambda text: text + text.splitlines(keepends=True)[1])
signers_edit("a byte order mark before a key", 2,
             lambda text: b"\xef\xbb\xbf" + text.split(b"\n", 1)[1])
signers_edit("another word after the key", 2, lambda text: text[:-1] + b" Optional\n")
signers_edit("a form feed for the blank", 2, lambda text: text[:-1] + b"\x0coptional\n")
signers_edit("a key of two lines", 2, lambda text: text.replace(b"+A", b"\n+A", 1))
signers_edit("longer than 1 MiB", 2, lambda text: text + b"#" * (1 << 20) + b"\n")
signers_edit("a key missing", 3, lambda text: b"".join(text.splitlines(keepends=True)[:-1]))
signers_edit("a role more", 3, lambda text: text +
             b"b+398085fe+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop\n")


# ---- Running it ---------------------------------------------------------------------------------

class Command:
    """A verifier that is a program of its own."""

    def __init__(self, words):
        self.words, self.name = words, " ".join(words)

    def run(self, arguments):
        result = subprocess.run(self.words + arguments, capture_output=True, text=True,
                                check=False)
        return result.returncode, result.stdout


class InThisProcess:
    """verify.py without starting Python 200 times."""

    name = "verify.py, imported"

    def __init__(self, verify):
        self.verify = verify

    def run(self, arguments):
        output, before = io.StringIO(), sys.argv
        sys.argv = ["verify.py"] + arguments
        try:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
                code = self.verify.main()
        except SystemExit as stop:
            code = stop.code
        finally:
            sys.argv = before
        return code, output.getvalue()


def outputs_of(record, verifiers, expected):
    """[(verifier, signers given, right exit code, exit code, output)]"""
    paper = ["--signers", os.path.join(record.folder, "signers.vkey")]
    return [(verifier.name, signers, code) +
            verifier.run((paper if signers else []) + [record.path()])
            for verifier in verifiers for signers, code in expected.items()]


def problems_in(outputs, at):
    """What a verifier got wrong."""
    place = at and "%s/transcript.log: entry %d: " % at
    for name, signers, right, code, output in outputs:
        if code != right:
            yield "%s (signers: %s): exit %s, not %d: %s" % (
                name, signers, code, right, output.strip())
        elif place and code == 3 and not output.startswith(place):
            yield "%s: does not name %s: %s" % (name, place, output.strip())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--make", required=True)
    parser.add_argument("--verify-py", required=True)
    parser.add_argument("--verifier", action="append", default=[])
    options = parser.parse_args()
    verify = load(options.verify_py)
    programs = [Command([sys.executable, options.verify_py])]
    programs += [Command(words.split(" ")) for words in options.verifier]
    verifiers = [InThisProcess(verify)] + programs[1:]
    failures, unlike = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        sample = os.path.join(folder, "sample")
        os.mkdir(sample)
        subprocess.run([options.make, "make", sample, options.verify_py, "2", "5"], check=True)
        whole = [("the record as it is", lambda record: None, None)]
        table = [row + ({True: 0, False: 4}, programs + verifiers[:1]) for row in whole]
        table += [row + ({True: 3, False: 3}, verifiers) for row in TABLE]
        table += [row + ({True: 3, False: 4}, programs) for row in FORGERIES]
        table += [("signers file: " + name, act, None, {True: code}, verifiers)
                  for name, act, code in SIGNERS]
        for number, (name, act, at, expected, chosen) in enumerate(table):
            record = Record(os.path.join(folder, str(number)), verify)
            shutil.copytree(sample, record.folder)
            act(record)
            outputs = outputs_of(record, chosen, expected)
            for problem in problems_in(outputs, at):
                print("FAILED: %s: %s" % (name, problem))
                failures += 1
            unlike += len({output for _, signers, _, _, output in outputs if signers}) > 1
            shutil.rmtree(record.folder)
    print("%d mutations, %d forgeries, %d signers files, %d verifiers: %d failures (%d times in "
          "different words)" % (len(TABLE), len(FORGERIES), len(SIGNERS), len(programs), failures,
                                unlike))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
