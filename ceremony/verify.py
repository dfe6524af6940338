#!/usr/bin/env python3
"""Verifies a public record of key ceremonies with nothing but Python 3.9 or newer.

    python3 verify.py [--signers FILE] [--json] PATH

PATH is the folder of one ceremony (transcript.log, seal.note), or the folder that holds all of
them (0001-TYPE, 0002-TYPE, ...). FILE holds the keys from the paper roster, one a line.

Exit codes: 0 verified; 3 the record does not hold (the first bad place is named); 4 consistent,
but nobody said whose keys must have signed, and a complete forgery is consistent too; 2 usage.

What is checked, and why, stands in docs/formats/record.md under "Verification".
"""

import argparse
import base64
import datetime
import hashlib
import json
import os
import re
import stat
import sys

MAX_FILE = 16 << 20
MAX_TRANSCRIPT = 256 << 20
MAX_NOTE = 1 << 20
MAX_SIGNERS = 1 << 20
MAX_DEPTH = 16
MAX_SIGNATURES = 100
DIGEST_COUNT = 32
HIDING_TYPES = ("shares.issue", "set.retire", "key.end")
KEYS = ["v", "i", "prev", "date", "type", "data", "journal"]
MODES = ("PRODUCTION", "REHEARSAL", "DRILL")
CEREMONY_FILES = ("transcript.log", "seal.note", "evaluation.json", "head.txt", "report.html",
                  "verify.py")
TOP_FILES = ("evaluation.json", "head.txt", "report.html", "verify.py")
STATEMENT = ("statement: I took part in this key ceremony in the role recorded for my key, and "
             "this transcript is a true record of what I saw.")
DASH = "\u2014 ".encode("utf-8")
SOURCE = "Conclave record.md, Verification"
UNVERIFIED = ("consistent, signers not verified: a complete forgery is consistent too; give "
              "--signers with the keys from the paper roster")


class Flaw(Exception):
    """Something that does not hold: the rule, a sentence, and where."""

    def __init__(self, rule, message, file="", entry=None):
        super().__init__(message)
        self.rule, self.message, self.file, self.entry = rule, message, file, entry

    def sentence(self):
        return self.message if self.entry is None else "entry %d: %s" % (self.entry, self.message)


class Malformed(ValueError):
    """A text that is not in its format."""


# ---- JSON: one text, one meaning ----------------------------------------------------------------

def refuse_number(_):
    raise Malformed("its JSON holds a number that is no whole number of 64 bits")


def object_of_pairs(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise Malformed("its JSON has one key twice")
    return dict(pairs)


def check_value(value, depth):
    if depth > MAX_DEPTH:
        raise Malformed("its JSON is nested too deeply")
    if isinstance(value, (dict, list)):
        for member in (value.values() if isinstance(value, dict) else value):
            check_value(member, depth + 1)
    elif type(value) is int:
        if not -(1 << 63) <= value < 1 << 64:
            refuse_number(value)
    elif not isinstance(value, (str, bool)):
        raise Malformed("its JSON holds a null, or a value of another kind than those allowed")


def parse_json(data):
    try:
        text = data.decode("ascii")
        value = json.loads(text, parse_float=refuse_number, parse_constant=refuse_number,
                           object_pairs_hook=object_of_pairs)
        check_value(value, 0)
        written = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # refuses half a surrogate pair
    except Malformed:
        raise
    except (ValueError, RecursionError):
        raise Malformed("its JSON is not well-formed") from None
    if written != text:
        raise Malformed("its JSON is not written as Conclave writes it (compact, ASCII only)")
    return value


# ---- Forms --------------------------------------------------------------------------------------

def sha256_hex(data):
    return hashlib.sha256(data).hexdigest()


def is_sha256(value):
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def is_type_name(value):
    return isinstance(value, str) and re.fullmatch("[a-z0-9.-]{1,40}", value) is not None


def is_key_name(value):
    return re.fullmatch("[!-*,-~]+", value) is not None


def is_date(value):
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return False
    try:
        datetime.date(int(value[:4]), int(value[5:7]), int(value[8:]))
    except ValueError:
        return False
    return True


def from_base64(text, urlsafe=False):
    """Strict: only the one text that encoding gives."""
    try:
        if urlsafe:
            data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            same = base64.urlsafe_b64encode(data).decode().rstrip("=") == text
        else:
            data = base64.b64decode(text, validate=True)
            same = base64.b64encode(data).decode() == text
    except ValueError:
        raise Malformed("this is not base64") from None
    if not same:
        raise Malformed("this is not base64")
    return data


def is_digest(value):
    try:
        return isinstance(value, str) and len(from_base64(value, urlsafe=True)) == 32
    except Malformed:
        return False


def shown(name):
    return "".join(chr(byte) if 32 <= byte <= 126 else "?" for byte in os.fsencode(name))


# ---- Signatures ---------------------------------------------------------------------------------

# Ed25519: RFC 8032 section 5.1, points as (X, Y, Z, T). As strict as libsodium: canonical S and
# key, no key or R of small order, and R compared as bytes.
P25519 = 2 ** 255 - 19
L25519 = 2 ** 252 + 27742317777372353535851937790883648493
D25519 = -121665 * pow(121666, -1, P25519) % P25519
ROOT_OF_MINUS_1 = pow(2, (P25519 - 1) // 4, P25519)
NEUTRAL = (0, 1, 1, 0)


def ed_add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P25519
    b = (p[1] + p[0]) * (q[1] + q[0]) % P25519
    c = 2 * p[3] * q[3] * D25519 % P25519
    d = 2 * p[2] * q[2] % P25519
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P25519, g * h % P25519, f * g % P25519, e * h % P25519)


def ed_times(scalar, point):
    result = NEUTRAL
    while scalar:
        if scalar & 1:
            result = ed_add(result, point)
        point = ed_add(point, point)
        scalar >>= 1
    return result


def ed_decode(data):
    """The point, or None. Only the canonical spelling of y is taken."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P25519:
        return None
    x2 = (y * y - 1) * pow(D25519 * y * y + 1, -1, P25519) % P25519
    x = pow(x2, (P25519 + 3) // 8, P25519)
    if (x * x - x2) % P25519:
        x = x * ROOT_OF_MINUS_1 % P25519
    if (x * x - x2) % P25519 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P25519 - x
    return (x, y, 1, x * y % P25519)


def ed_encode(point):
    inverse = pow(point[2], -1, P25519)
    x, y = point[0] * inverse % P25519, point[1] * inverse % P25519
    return (y | (x & 1) << 255).to_bytes(32, "little")


def is_small(point):
    eighth = ed_times(8, point)
    return eighth[0] % P25519 == 0 and (eighth[1] - eighth[2]) % P25519 == 0


ED_BASE = ed_decode((4 * pow(5, -1, P25519) % P25519).to_bytes(32, "little"))


def verifies_ed25519(key, text, signature):
    if len(signature) != 64:
        return False
    a, r = ed_decode(key), ed_decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L25519 or is_small(a) or is_small(r):
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % L25519
    minus_a = (P25519 - a[0], a[1], 1, P25519 - a[3])
    return ed_encode(ed_add(ed_times(s, ED_BASE), ed_times(h, minus_a))) == signature[:32]


# ECDSA on P-256 over SHA-256: FIPS 186-4 section 6.4, points as (x, y), None for infinity.
P256 = 2 ** 256 - 2 ** 224 + 2 ** 192 + 2 ** 96 - 1
N256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
B256 = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
G256 = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
        0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
SPKI_P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


def p256_add(p, q):
    if p is None or q is None:
        return q if p is None else p
    if p[0] == q[0]:
        if (p[1] + q[1]) % P256 == 0:
            return None
        slope = (3 * p[0] * p[0] - 3) * pow(2 * p[1], -1, P256)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P256)
    x = (slope * slope - p[0] - q[0]) % P256
    return (x, (slope * (p[0] - x) - p[1]) % P256)


def p256_times(scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = p256_add(result, point)
        point = p256_add(point, point)
        scalar >>= 1
    return result


def p256_point(spki):
    """The point of a SubjectPublicKeyInfo, or None."""
    if len(spki) != 91 or not spki.startswith(SPKI_P256):
        return None
    x, y = int.from_bytes(spki[27:59], "big"), int.from_bytes(spki[59:], "big")
    on_curve = x < P256 and y < P256 and (y * y - x * x * x + 3 * x - B256) % P256 == 0
    return (x, y) if on_curve else None


def der_integers(data):
    """The two whole numbers of an ECDSA signature, or None unless it is DER."""
    numbers, at = [], 2
    if len(data) < 2 or data[0] != 0x30 or data[1] != len(data) - 2 or data[1] > 127:
        return None
    for _ in range(2):
        if at + 2 > len(data) or data[at] != 2 or data[at + 1] == 0:
            return None
        value = data[at + 2:at + 2 + data[at + 1]]
        minimal = len(value) < 2 or value[0] != 0 or value[1] & 0x80
        if len(value) != data[at + 1] or value[0] & 0x80 or not minimal:
            return None
        numbers.append(int.from_bytes(value, "big"))
        at += 2 + len(value)
    return numbers if at == len(data) else None


def verifies_p256(spki, text, signature):
    point, numbers = p256_point(spki), der_integers(signature)
    if point is None or numbers is None or not all(0 < number < N256 for number in numbers):
        return False
    r, s = numbers
    e = int.from_bytes(hashlib.sha256(text).digest(), "big")
    w = pow(s, -1, N256)
    sum_ = p256_add(p256_times(e * w % N256, G256), p256_times(r * w % N256, point))
    return sum_ is not None and sum_[0] % N256 == r


def parse_vkey(text):
    """(name, hash, type, key) of NAME+HASH+BASE64 (C2SP signed-note)."""
    name, _, rest = text.partition("+")
    key_hash, plus, encoded = rest.partition("+")
    if not plus:
        raise Malformed("this is not a verifier key: it must read NAME+HASH+KEY")
    try:
        typed = from_base64(encoded)
    except Malformed:
        typed = b""
    if typed[:1] not in (b"\x01", b"\x02"):
        raise Malformed("this verifier key is neither Ed25519 (type 1) nor P-256 (type 2), or not "
                        "base64")
    kind, key = typed[0], typed[1:]
    good = len(key) == 32 if kind == 1 else p256_point(key) is not None
    if not is_key_name(name) or not good:
        raise Malformed("the name or the public key of this verifier key has a wrong form")
    hashed = name.encode("ascii") + b"\n\x01" + key if kind == 1 else key
    if key_hash != sha256_hex(hashed)[:8]:
        raise Malformed("the hash in this verifier key does not belong to its name and key; "
                        "compare it with the paper roster")
    return (name, key_hash, kind, key)


def is_note_text(data):
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return data.endswith(b"\n") and all(byte >= 0x20 or byte == 0x0A for byte in data)


def parse_signed_note(note):
    """The text, and (name, hash, signature) of each line."""
    gap = note.rfind(b"\n\n")
    if len(note) > MAX_NOTE or gap < 0 or gap + 2 == len(note) or not is_note_text(note):
        raise Malformed("this is not a signed note: lines of text, an empty line, then signature "
                        "lines")
    signatures = []
    for line in note[gap + 2:-1].split(b"\n"):
        if not line.startswith(DASH):
            raise Malformed("a signature line must begin with a dash and a blank and end its line")
        name, blank, encoded = line[len(DASH):].decode("utf-8").partition(" ")
        if not blank or not is_key_name(name):
            raise Malformed("a signature line must hold a key name, a blank and the signature")
        try:
            data = from_base64(encoded)
        except Malformed:
            data = b""
        if len(data) <= 4:
            raise Malformed("the signature in a signature line must be base64")
        signatures.append((name, data[:4].hex(), data[4:]))
    if len(signatures) > MAX_SIGNATURES:
        raise Malformed("a signed note may have at most 100 signature lines")
    return note[:gap + 1], signatures


# ---- The transcript -----------------------------------------------------------------------------

def merkle_root(leaves):
    """RFC 6962 section 2.1."""
    if len(leaves) <= 1:
        return hashlib.sha256(b"\0" + leaves[0] if leaves else b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(
        b"\1" + merkle_root(leaves[:split]) + merkle_root(leaves[split:])).digest()


def holds_reserved_name(value):
    if isinstance(value, dict):
        return any(key in ("_sd", "...") or holds_reserved_name(member)
                   for key, member in value.items())
    return isinstance(value, list) and any(holds_reserved_name(member) for member in value)


def check_digests(entry):
    data = dict(entry["data"])
    digests = data.pop("_sd", None)
    if holds_reserved_name(data):
        raise Flaw("digests", 'a list "_sd" stands where none belongs')
    if (digests is not None) != (entry["type"] in HIDING_TYPES):
        raise Flaw("digests", 'its list "_sd" is missing' if digests is None
                   else 'an entry of this type has no list "_sd"')
    if digests is None:
        return
    if not isinstance(digests, list) or len(digests) != DIGEST_COUNT:
        raise Flaw("digests", 'its list "_sd" must hold exactly 32 digests')
    if not all(is_digest(digest) for digest in digests):
        raise Flaw("digests", 'its list "_sd" holds something that is no digest')
    if any(a >= b for a, b in zip(digests, digests[1:])):
        raise Flaw("digests", 'its list "_sd" is not in order')


def read_line(line):
    """The text of a line that proves itself."""
    if line.endswith(b"\r"):
        raise Flaw("line", "its line ends in CR LF; something rewrote the file")
    if not re.match(b"[0-9a-f]{64} ", line):
        raise Flaw("line", "its line does not begin with a hash and a blank")
    if line[:64].decode() != sha256_hex(line[65:]):
        raise Flaw("hash", "its text does not fit its hash")
    return line[65:]


def read_entry(text):
    try:
        entry = parse_json(text)
    except Malformed as error:
        raise Flaw("json", str(error)) from None
    formed = isinstance(entry, dict) and list(entry) == KEYS and type(entry["v"]) is int and \
        entry["v"] == 1 and type(entry["i"]) is int and entry["i"] >= 0 and \
        isinstance(entry["data"], dict) and \
        all(isinstance(entry[key], str) for key in ("prev", "date", "type", "journal"))
    if not formed:
        raise Flaw("keys", "its members are not those of a public entry of version 1")
    return entry


def check_entry(entry, before):
    if entry["i"] != len(before):
        raise Flaw("number", "it says that it is entry %d" % entry["i"])
    if entry["prev"] != (before[-1]["sha256"] if before else "0" * 64):
        raise Flaw("chain", 'it does not follow the entry before it ("prev")')
    if not is_date(entry["date"]):
        raise Flaw("date", "its date is none")
    if not is_type_name(entry["type"]) or not is_sha256(entry["journal"]):
        raise Flaw("keys", "its type or its journal head has a wrong form")
    if (entry["type"] == "open") != (not before):
        raise Flaw("order", 'an entry of type "open" must come first, and only there')
    if before and before[-1]["type"] == "close":
        raise Flaw("order", 'nothing may follow the entry of type "close"')
    if before and entry["date"] < before[-1]["date"]:
        raise Flaw("date", "its date lies before that of the entry before it")
    check_digests(entry)


def read_transcript(content, file):
    entries, start = [], 0
    try:
        if not content:
            raise Flaw("line", "the transcript is empty")
        while start < len(content):
            end = content.find(b"\n", start)
            if end < 0:
                raise Flaw("line", "its line has no end; the file was cut short")
            text = read_line(content[start:end])
            start = end + 1
            entry = read_entry(text)
            check_entry(entry, entries)
            entry["sha256"], entry["text"] = sha256_hex(text), text
            entries.append(entry)
    except Flaw as flaw:
        flaw.file, flaw.entry = file, len(entries)
        raise
    return entries


# ---- Roster, seal and paper ---------------------------------------------------------------------

def role_of(name):
    return name.rpartition("/")[2]


def parse_signers(content):
    """[(vkey, needed)] of a signers file."""
    signers = []
    for number, line in enumerate(content.split("\n"), 1):
        words = line.partition("#")[0].strip(" \t\r")
        if not words:
            continue
        key, *rest = re.split("[ \t\r]+", words, maxsplit=1)
        try:
            vkey = parse_vkey(key)
            if rest and rest != ["optional"]:
                raise Malformed('after the key only the word "optional" may follow')
            if any(vkey == other for other, _ in signers):
                raise Malformed("this key stands there twice")
        except Malformed as error:
            raise Malformed("line %d of the signers file: %s" % (number, error)) from None
        signers.append((vkey, not rest))
    if not signers:
        raise Malformed("the signers file holds no key")
    return signers


def read_roster(entries, file):
    for number, entry in enumerate(entries):
        if (entry["type"] == "roster") != (number == 1):
            raise Flaw("roster", "the roster must be entry 1, and only there", file, number)
    if len(entries) < 2:
        raise Flaw("roster", "the transcript has no roster", file)
    signers = entries[1]["data"].get("signers")
    if not isinstance(signers, list) or not signers:
        raise Flaw("roster", "the roster names no signers", file, 1)
    roster = []
    for signer in signers:
        vkey = signer.get("vkey") if isinstance(signer, dict) else None
        try:
            key = parse_vkey(vkey if isinstance(vkey, str) else "")
        except Malformed:
            raise Flaw("roster", "the roster holds something that is no verifier key",
                       file, 1) from None
        if "/ke/" in key[0] or any(key[0] == other[0] for other in roster):
            raise Flaw("roster", "the roster names a signer twice, or an executive", file, 1)
        roster.append(key)
    return roster


def compare_with_paper(roster, paper, file):
    for key in roster:
        if not any(key == other for other, _ in paper):
            raise Flaw("signers", "the key of %s is not one of the paper roster" % key[0], file, 1)
    for key, needed in paper:
        filled = any(role_of(other[0]) == role_of(key[0]) for other in roster)
        if needed and "/ke/" not in key[0] and not filled:
            raise Flaw("signers", "nobody has the role %s here, but the paper roster does not call "
                       "it optional" % role_of(key[0]), file, 1)


def check_seal(note, entries, roster, file):
    try:
        text, signatures = parse_signed_note(note)
    except Malformed as error:
        raise Flaw("seal", str(error), file) from None
    origin = text.partition(b"\n")[0].decode("utf-8")
    root = base64.b64encode(merkle_root([entry["text"] for entry in entries])).decode()
    expected = "%s\n%d\n%s\nhead sha256:%s\n%s\n" % (
        origin, len(entries), root, entries[-1]["sha256"], STATEMENT)
    if not is_key_name(origin) or expected.encode("utf-8") != text:
        raise Flaw("seal", "the seal is not that of this transcript: origin, number, root, head or "
                   "statement differ", file)
    keys, signed_by = {key[0]: key for key in roster}, set()
    for name, key_hash, signature in signatures:
        if name not in keys:
            raise Flaw("seal", "a signature is by %s, who is not on the roster" % name, file)
        if name in signed_by:
            raise Flaw("seal", "there are two signatures of %s" % name, file)
        _, expected_hash, kind, key = keys[name]
        verifies = verifies_ed25519 if kind == 1 else verifies_p256
        if key_hash != expected_hash or not verifies(key, text, signature):
            raise Flaw("seal", "the signature of %s does not verify" % name, file)
        signed_by.add(name)
    for key in roster:
        if key[0] not in signed_by:
            raise Flaw("seal", "the signature of %s is missing" % key[0], file)


# ---- Folders ------------------------------------------------------------------------------------

def is_ceremony_folder(name):
    return re.fullmatch("[0-9]{4}-[a-z0-9.-]{1,40}", name) is not None


def list_folder(path):
    files, folders, others = [], [], []
    for name in sorted(os.listdir(path), key=os.fsencode):
        mode = os.lstat(os.path.join(path, name)).st_mode
        (files if stat.S_ISREG(mode) else folders if stat.S_ISDIR(mode) else others).append(name)
    return files, folders, others


def read_file(path, most=MAX_FILE):
    """The content of a regular file of at most `most` bytes, or None."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode) or os.path.getsize(path) > most:
            return None
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def head_text(head):
    words = [(ODD_WORDS if place % 2 else EVEN_WORDS)[byte]
             for place, byte in enumerate(bytes.fromhex(head))]
    lines = ["".join("%-12s" % word for word in words[at:at + 4]) for at in range(0, 32, 4)]
    return "head sha256:%s\n%s\n" % (head, "\n".join(lines))


class Record:
    """A walk over the ceremonies of a record, in order."""

    def __init__(self, paper):
        self.paper = paper
        self.ceremonies = []
        self.newest_evaluation = ""
        self.previous_head = None
        self.previous_date = ""

    def check_files(self, path, label):
        files, folders, others = list_folder(path)
        for name in others[:1] + folders[:1]:
            raise Flaw("files", "this does not belong here", label + shown(name))
        for name in files:
            if name not in CEREMONY_FILES:
                raise Flaw("files", "this file does not belong here", label + shown(name))
        for name in ("transcript.log", "seal.note"):
            if name not in files:
                raise Flaw("files", "this file is missing", label + name)
        return files

    def check_chain(self, path, entries, file):
        data = entries[0]["data"]
        previous = data.get("previous_head")
        if not is_sha256(previous) or data.get("mode") not in MODES or \
                not is_type_name(data.get("ceremony")):
            raise Flaw("open", "it names no mode, no ceremony or no previous head", file, 0)
        if self.previous_head is not None and previous != self.previous_head:
            raise Flaw("previous", "it does not follow the ceremony before it", file, 0)
        if entries[0]["date"] < self.previous_date:
            raise Flaw("date", "its date lies before that of the ceremony before it", file, 0)
        name = os.path.basename(path)
        if is_ceremony_folder(name):
            sequence = data.get("sequence")
            if type(sequence) is not int or sequence < 0 or \
                    name != "%04d-%s" % (sequence, data["ceremony"]):
                raise Flaw("open", "its sequence and ceremony are not those of the folder's name",
                           file, 0)
        if entries[-1]["type"] != "close":
            raise Flaw("order", 'the last entry must be of type "close"', file, len(entries) - 1)

    def check_evaluation(self, path, outer, files, label, entries):
        vouching = [entry for entry in entries if entry["type"] == "evaluation"]
        own, file = "evaluation.json" in files, label + "evaluation.json"
        if not vouching:
            if own:
                raise Flaw("evaluation", "no entry vouches for this file", file)
            return
        number, sha256 = vouching[-1]["i"], vouching[-1]["data"].get("sha256")
        content = read_file(os.path.join(path if own else outer, "evaluation.json"))
        if not isinstance(sha256, str) or content is None:
            raise Flaw("evaluation", "entry %d vouches for this file, but it is missing" % number,
                       file)
        if sha256_hex(content) != sha256:
            raise Flaw("evaluation", "this is not the file that entry %d vouches for" % number,
                       file)
        self.newest_evaluation = sha256

    def check_head(self, path, files, label, head):
        if "head.txt" in files and \
                read_file(os.path.join(path, "head.txt")) != head_text(head).encode():
            raise Flaw("head", "this is not the head of the transcript, or its words",
                       label + "head.txt")

    def one(self, path, outer, label):
        files = self.check_files(path, label)
        file = label + "transcript.log"
        content = read_file(os.path.join(path, "transcript.log"), MAX_TRANSCRIPT)
        if content is None:
            raise Flaw("files", "this file cannot be read", file)
        entries = read_transcript(content, file)
        self.check_chain(path, entries, file)
        roster = read_roster(entries, file)
        note = read_file(os.path.join(path, "seal.note"))
        if note is None:
            raise Flaw("seal", "the seal cannot be read", label + "seal.note")
        check_seal(note, entries, roster, label + "seal.note")
        if self.paper is not None:
            compare_with_paper(roster, self.paper, file)
        self.check_evaluation(path, outer, files, label, entries)
        self.check_head(path, files, label, entries[-1]["sha256"])
        self.previous_head, self.previous_date = entries[-1]["sha256"], entries[-1]["date"]
        self.ceremonies.append((label, entries[0]["data"]["ceremony"], entries[0]["data"]["mode"],
                                len(entries), entries[-1]["sha256"]))

    def all(self, top):
        files, folders, others = list_folder(top)
        for name in others:
            raise Flaw("files", "this does not belong here", shown(name))
        for name in files:
            if name not in TOP_FILES:
                raise Flaw("files", "this file does not belong here", shown(name))
        self.previous_head = "0" * 64
        for number, name in enumerate(folders, 1):
            if not is_ceremony_folder(name) or name[:4] != "%04d" % number:
                raise Flaw("files", "the folder with number %04d must stand here" % number,
                           shown(name))
            self.one(os.path.join(top, name), top, name + "/")
        if "evaluation.json" in files:
            content = read_file(os.path.join(top, "evaluation.json"))
            if content is None or sha256_hex(content) != self.newest_evaluation:
                raise Flaw("evaluation", "this is not the file that the newest evaluation entry "
                           "vouches for", "evaluation.json")
        self.check_head(top, files, "", self.ceremonies[-1][4])


# ---- The command --------------------------------------------------------------------------------

def verify(path, paper):
    """The record as far as it holds, and the first flaw, or None."""
    record = Record(paper)
    try:
        if any(is_ceremony_folder(name) for name in list_folder(path)[1]):
            record.all(path)
        else:
            record.one(path, os.path.dirname(path), "")
    except Flaw as flaw:
        return record, flaw
    except OSError as error:
        return record, Flaw("files", "this cannot be read (%s)" % error.strerror, ".")
    return record, None


def print_text(record, flaw, paper):
    if flaw is None:
        for label, ceremony, mode, entries, head in record.ceremonies:
            print("%s%s%s, %s, %d entries, head sha256:%s"
                  % (label, " " if label else "", ceremony, mode, entries, head))
        words = head_text(record.ceremonies[-1][4]).split("\n", 1)[1].split()
        print("compare with paper: " + " ".join(words))
        print("VERIFIED" if paper is not None
              else UNVERIFIED + "\nCONSISTENT, SIGNERS NOT VERIFIED")
        return
    print((flaw.file + ": " if flaw.file else "") + flaw.sentence())
    print("NOT VERIFIED")


def print_json(flaw, paper):
    findings = []
    if flaw is not None or paper is None:
        findings.append({
            "rule": "record-" + (flaw.rule if flaw else "signers-not-verified"),
            "severity": "error" if flaw else "warning",
            "field": "" if flaw is None or flaw.entry is None else "entry %d" % flaw.entry,
            "source": SOURCE,
            "file": flaw.file if flaw else "",
            "message": flaw.sentence() if flaw else UNVERIFIED})
    print(json.dumps({"format": "conclave-verification-1", "ok": not findings,
                      "findings": findings}, indent=2))


def main():
    parser = argparse.ArgumentParser(description="Verifies a public record of key ceremonies.")
    parser.add_argument("--signers", metavar="FILE", help="the keys from the paper roster")
    parser.add_argument("--json", action="store_true", help="the verdict for programs")
    parser.add_argument("path", metavar="PATH", help="a ceremony's folder, or that of all of them")
    options = parser.parse_args()
    paper = None
    path = os.path.realpath(options.path)
    if not os.path.isdir(path):
        parser.error("there is no folder at the path given; name a record's folder, such as "
                     "record/public")
    if options.signers is not None:
        content = read_file(os.path.realpath(options.signers), MAX_SIGNERS)
        if content is None:
            parser.error("the signers file cannot be read")
        try:
            paper = parse_signers(content.decode("latin-1"))
        except Malformed as error:
            parser.error(str(error))
    record, flaw = verify(path, paper)
    if options.json:
        print_json(flaw, paper)
    else:
        print_text(record, flaw, paper)
    return 3 if flaw is not None else 0 if paper is not None else 4


EVEN_WORDS = """
aardvark absurd accrue acme adrift adult afflict ahead aimless algol allow alone ammo ancient
apple artist assume athens atlas aztec baboon backfield backward banjo beaming bedlamp beehive
beeswax befriend belfast berserk billiard bison blackjack blockade blowtorch bluebird bombast
bookshelf brackish breadline breakup brickyard briefcase burbank button buzzard cement chairlift
chatter checkup chisel choking chopper christmas clamshell classic classroom cleanup clockwork
cobra commence concert cowbell crackdown cranky crowfoot crucial crumpled crusade cubic dashboard
deadbolt deckhand dogsled dragnet drainage dreadful drifter dropper drumbeat drunken dupont
dwelling eating edict egghead eightball endorse endow enlist erase escape exceed eyeglass eyetooth
facial fallout flagpole flatfoot flytrap fracture framework freedom frighten gazelle geiger
glitter glucose goggles goldfish gremlin guidance hamlet highchair hockey indoors indulge inverse
involve island jawbone keyboard kickoff kiwi klaxon locale lockup merit minnow miser mohawk mural
music necklace neptune newborn nightbird oakland obtuse offload optic orca payday peachy pheasant
physique playhouse pluto preclude prefer preshrunk printer prowler pupil puppy python quadrant
quiver quota ragtime ratchet rebirth reform regain reindeer rematch repay retouch revenge reward
rhythm ribcage ringbolt robust rocker ruffled sailboat sawdust scallion scenic scorecard scotland
seabird select sentence shadow shamrock showgirl skullcap skydive slingshot slowdown snapline
snapshot snowcap snowslide solo southward soybean spaniel spearhead spellbind spheroid spigot
spindle spyglass stagehand stagnate stairway standard stapler steamship sterling stockman
stopwatch stormy sugar surmount suspense sweatband swelter tactics talon tapeworm tempest tiger
tissue tonic topmost tracker transit trauma treadmill trojan trouble tumor tunnel tycoon uncut
unearth unwind uproot upset upshot vapor village virus vulcan waffle wallet watchword wayside
willow woodlark zulu
""".split()

ODD_WORDS = """
adroitness adviser aftermath aggregate alkali almighty amulet amusement antenna applicant apollo
armistice article asteroid atlantic atmosphere autopsy babylon backwater barbecue belowground
bifocals bodyguard bookseller borderline bottomless bradbury bravado brazilian breakaway
burlington businessman butterfat camelot candidate cannonball capricorn caravan caretaker
celebrate cellulose certify chambermaid cherokee chicago clergyman coherence combustion commando
company component concurrent confidence conformist congregate consensus consulting corporate
corrosion councilman crossover crucifix cumbersome customer dakota decadence december decimal
designing detector detergent determine dictator dinosaur direction disable disbelief disruptive
distortion document embezzle enchanting enrollment enterprise equation equipment escapade eskimo
everyday examine existence exodus fascinate filament finicky forever fortitude frequency gadgetry
galveston getaway glossary gossamer graduate gravity guitarist hamburger hamilton handiwork
hazardous headwaters hemisphere hesitate hideaway holiness hurricane hydraulic impartial impetus
inception indigo inertia infancy inferno informant insincere insurgent integrate intention
inventive istanbul jamaica jupiter leprosy letterhead liberty maritime matchmaker maverick medusa
megaton microscope microwave midsummer millionaire miracle misnomer molasses molecule montana
monument mosquito narrative nebula newsletter norwegian october ohio onlooker opulent orlando
outfielder pacific pandemic pandora paperweight paragon paragraph paramount passenger pedigree
pegasus penetrate perceptive performance pharmacy phonetic photograph pioneer pocketful politeness
positive potato processor provincial proximate puberty publisher pyramid quantity racketeer
rebellion recipe recover repellent replica reproduce resistor responsive retraction retrieval
retrospect revenue revival revolver sandalwood sardonic saturday savagery scavenger sensation
sociable souvenir specialist speculate stethoscope stupendous supportive surrender suspicious
sympathy tambourine telephone therapist tobacco tolerance tomorrow torpedo tradition travesty
trombonist truncated typewriter ultimate undaunted underfoot unicorn unify universe unravel
upcoming vacancy vagabond vertigo virginia visitor vocalist voyager warranty waterloo whimsical
wichita wilmington wyoming yesteryear yucatan
""".split()

if __name__ == "__main__":
    sys.exit(main())
