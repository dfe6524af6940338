#!/usr/bin/python3
"""Opens a share set without Conclave: python3-nacl for the locks, npm's slip39 for the sharing.

    recover.py --header vault.json --modules node_modules SHARE=PASSPHRASE-FILE ...
    recover.py --set-id HEX --commitment HEX --modules node_modules SHARE ...

--header takes a vault's vault.json or a set.header. SHARE is a holder's share.conclave (200
bytes), or a text file with the sixteen lines of a card and their numbers ("1: 8D74 6K2P ...").
Without a passphrase file the passphrase is asked for. --modules is the folder in which
`npm install slip39@0.1.9` put the package. The secret (the KEK) is printed in hexadecimal, and only
if it is the one that the commitment names.
Formats: docs/formats/share.md. Run it on a computer that is on no network.
"""

import argparse
import getpass
import hashlib
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import unicodedata

import nacl.bindings
import nacl.exceptions
import nacl.pwhash.argon2id
import nacl.signing

ENVELOPE = 200
CLEAR = 52  # bytes of header that are authenticated and not encrypted
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # of a card's lines, 5 bits each

COMBINE = """
const { WORD_LIST } = require('slip39/src/slip39_helper.js');
const shares = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const words = shares.map((share) => share.map((number) => WORD_LIST[number]).join(' '));
const secret = require('slip39').recoverSecret(words, '');
console.log(Buffer.from(secret).toString('hex'));
"""


def normalised(passphrase):
    """The form that is hashed: NFKC, runs of blanks as one, none at the ends."""
    text = unicodedata.normalize("NFKC", passphrase)
    return " ".join(piece for piece in text.split(" ") if piece).encode()


def read_passphrase(share, file):
    if file is None:
        return normalised(getpass.getpass(f"passphrase of {share}: "))
    text = pathlib.Path(file).read_bytes().decode()
    return normalised(text.removesuffix("\n").removesuffix("\r"))


def line_fits(number, symbols):
    """Whether the polynomial of a card's line is zero at a, a^2, a^3, a^4; GF(32), x^5 + x^2 + 1."""
    for root in range(1, 5):
        value = 0
        for symbol in (number - 1, *symbols):
            for _ in range(root):  # times a
                value = value << 1 ^ (0b100101 if value & 16 else 0)
            value ^= symbol
        if value != 0:
            return False
    return True


def read_card(share, text):
    """The 200 bytes that a card's lines stand for: 20 characters of each, then 4 of check."""
    found = re.findall(r"^[ \t]*([0-9]{1,2}):(.*)$", text, re.MULTILINE)
    lines = {int(number): line for number, line in found}
    if len(found) != 16 or sorted(lines) != list(range(1, 17)):
        sys.exit(f"{share}: neither a share nor the lines of a card, numbered from 1 to 16")
    bits = 0
    for number in range(1, 17):
        typed = lines[number].upper().translate(str.maketrans("OIL", "011", " -\t\r"))
        symbols = [ALPHABET.find(character) for character in typed]
        if len(symbols) != 24 or -1 in symbols or not line_fits(number, symbols):
            sys.exit(f"{share}: line {number} is not as it stands on the card; read it again")
        for symbol in symbols[:20]:
            bits = bits << 5 | symbol
    return bits.to_bytes(ENVELOPE, "big")


def open_envelope(share, passphrase):
    """The 128 bytes of body, and the letter of the mode."""
    data = pathlib.Path(share).read_bytes()
    if data[:7] != b"CNCLVSH":
        data = read_card(share, data.decode("utf-8", "replace"))
    if len(data) != ENVELOPE or data[:7] != b"CNCLVSH" or data[8] != 1:
        sys.exit(f"{share}: this is not a share")
    if hashlib.sha256(data[:196]).digest()[:4] != data[196:]:
        sys.exit(f"{share}: this share is damaged; use another copy of it")
    passes, memory_mib = struct.unpack(">BH", data[9:12])
    key = nacl.pwhash.argon2id.kdf(
        32, passphrase, data[12:28], opslimit=passes, memlimit=memory_mib << 20)
    try:
        body = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            data[CLEAR:196], data[:CLEAR], data[28:CLEAR], key)
    except nacl.exceptions.CryptoError:
        sys.exit(f"{share}: the passphrase does not open it")
    return body, data[7:8]


def check_dealer(share, body, mode, dealer_key):
    message = b"conclave-dealer-share-v1" + mode + body[:58]
    try:
        nacl.signing.VerifyKey(dealer_key).verify(message, body[64:])
    except nacl.exceptions.BadSignatureError:
        sys.exit(f"{share}: altered or forged; leave it out")


def rs1024_checksum(customisation, numbers):
    generator = (0xE0E040, 0x1C1C080, 0x3838100, 0x7070200, 0xE0E0009,
                 0x1C0C2412, 0x38086C24, 0x3090FC48, 0x21B1F890, 0x3F3F120)
    check = 1
    for value in [*customisation.encode(), *numbers, 0, 0, 0]:
        top = check >> 20
        check = (check & 0xFFFFF) << 10 ^ value
        for bit in range(10):
            check ^= generator[bit] if top >> bit & 1 else 0
    check ^= 1
    return [check >> 20 & 1023, check >> 10 & 1023, check & 1023]


def slip39_numbers(body, threshold):
    """A body as the word numbers of a SLIP-39 mnemonic with this threshold.

    The number of shares that are presented does for the threshold: as many genuine shares lie on
    one polynomial of that degree, if there are enough of them.
    """
    identifier, extendable, exponent, index, length = struct.unpack(">HBBBB", body[20:26])
    head = identifier << 5 | extendable << 4 | exponent
    head = head << 20 | index << 4 | threshold - 1  # group 0, 1 of 1 group
    words = -(-8 * length // 10)
    value = int.from_bytes(body[26:26 + length], "big")
    whole = head << 10 * words | value
    numbers = [whole >> 10 * place & 1023 for place in reversed(range(4 + words))]
    customisation = "shamir_extendable" if extendable else "shamir"
    return numbers + rs1024_checksum(customisation, numbers)


def combine(shares, modules):
    done = subprocess.run(
        ["node", "-e", COMBINE], input=json.dumps(shares), capture_output=True, text=True,
        check=False, env={**os.environ, "NODE_PATH": str(pathlib.Path(modules).resolve())})
    if "MODULE_NOT_FOUND" in done.stderr:
        sys.exit(f"the npm package slip39 is not in {modules}; run: npm install slip39")
    if done.returncode != 0:
        sys.exit("these shares do not open together: more are needed, or one is not genuine")
    return bytes.fromhex(done.stdout.strip())


def read_header(file):
    """Set id, commitment and dealer key of a vault.json or a set.header."""
    text = pathlib.Path(file).read_text("ascii")
    if text.startswith("{"):
        vault = json.loads(text)
        return vault["set_id"], vault["kek_commitment"], vault["dealer_key"]
    lines = dict(line.split(": ", 1) for line in text.splitlines())
    return lines["set-id"], lines["commitment"], lines["dealer-key"]


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--header", help="vault.json or set.header")
    parser.add_argument("--set-id", help="of the vault header, 32 hexadecimal digits")
    parser.add_argument("--commitment", help="of the vault header, 64 hexadecimal digits")
    parser.add_argument("--dealer-key", help="of the vault header, 64 hexadecimal digits")
    parser.add_argument("--modules", required=True, help="node_modules with slip39 in it")
    parser.add_argument("share", nargs="+", metavar="SHARE[=PASSPHRASE-FILE]")
    given = parser.parse_args()
    if given.header:
        given.set_id, given.commitment, given.dealer_key = read_header(given.header)
    if not given.set_id or not given.commitment:
        parser.error("give --header, or --set-id and --commitment")
    return given


def main():
    given = arguments()
    set_id = bytes.fromhex(given.set_id)
    bodies = []
    for item in given.share:
        share, _, file = item.partition("=")
        body, mode = open_envelope(share, read_passphrase(share, file or None))
        if body[:16] != set_id:
            sys.exit(f"{share}: of another share set")
        if given.dealer_key:
            check_dealer(share, body, mode, bytes.fromhex(given.dealer_key))
        bodies.append(body)
    secret = combine([slip39_numbers(body, len(bodies)) for body in bodies], given.modules)
    commitment = hashlib.blake2b(
        set_id + secret, digest_size=32, person=b"conclave-kek-com").hexdigest()
    if commitment != given.commitment:
        sys.exit("these shares do not give the secret: more are needed")
    print(secret.hex())


if __name__ == "__main__":
    main()
