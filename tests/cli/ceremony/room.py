"""The room of a ceremony, for tests: officers with real keys, plans, annexes, and who knows which secret.

Nothing here comes from Conclave but the formats of docs/formats: keys are made by openssl, verifier keys
are computed from the text of the C2SP signed-note specification.
"""
import base64
import datetime
import hashlib
import json
import os
import subprocess

ROLES = ["director", "operator", "internal-witness", "auditor"]
SEATS = {"A": ("amara", "Europe"), "B": ("bjorn", "Europe"), "C": ("chiara", "Asia")}
ORIGIN = "conclave.example/test"


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


def day(days=0):
    return (datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=days)).isoformat()


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M")


def toml(value):
    if isinstance(value, list):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    return json.dumps(value)


def section(name, values):
    return f"\n{name}\n" + "".join(f"{key} = {toml(value)}\n" for key, value in values.items())


class Room:
    def __init__(self, folder):
        self.folder = folder
        self.pins = dict(zip(ROLES, ["271828", "314159", "161803", "141421"]))
        self.passphrases, self.sticks = {}, {}
        self.seats = SEATS
        self.records = "record"  # the folder of the site where a ceremony is held
        self.key_passphrases = {role: f"the {role} locks the own key" for role in ROLES}
        self.vkeys = {}
        self.sequence = 0
        self.head = "0" * 64
        self.slip = ""
        for name in ("holders", "in", "out", "keys", "plans"):
            os.makedirs(self.path(name))
        self.sit(SEATS)
        for role in ROLES:
            self.make_key(role)
        with open(self.path("signers.vkey"), "w") as file:
            file.write("".join(key + "\n" for key in self.vkeys.values()))

    def sit(self, seats):
        """Key executives come with empty sticks."""
        for seat, (folder, _) in seats.items():
            self.passphrases[seat] = f"seat {seat} walks nine quiet camels home"
            self.sticks[seat] = self.path("holders", folder)
            os.makedirs(self.sticks[seat])

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def key_file(self, role):
        return self.path("keys", role + ".pem")

    def make_key(self, role):
        passphrase = "pass:" + self.key_passphrases[role]
        openssl("genpkey", "-algorithm", "ed25519", "-aes-256-cbc", "-pass", passphrase, "-out", self.key_file(role))
        public = openssl("pkey", "-in", self.key_file(role), "-passin", passphrase, "-pubout", "-outform", "DER")[-32:]
        name, typed = f"{ORIGIN}/{role}", b"\x01" + public
        digest = hashlib.sha256(name.encode() + b"\n" + typed).hexdigest()[:8]
        self.vkeys[role] = f"{name}+{digest}+{base64.b64encode(typed).decode()}"

    @property
    def record(self):
        return f"{self.sequence:04}-{self.ceremony}"

    def plan(self, ceremony, mode="REHEARSAL", more="", annex=None, site="site-1", **keys):
        """Writes the next plan and its annex; gives the arguments that name them."""
        self.ceremony, self.sequence = ceremony, self.sequence + 1
        values = {"ceremony": ceremony, "mode": mode, "sequence": self.sequence, "date": day(),
                  "origin": f"{ORIGIN}/{self.record}", "previous_head": self.head, "site": site, "kdf": "fast", **keys}
        arguments = []
        if annex is not None:
            file = self.path("plans", self.record + "-annex.toml")
            with open(file, "w") as annex_file:
                annex_file.write(annex)
            values["annex_sha256"] = hashlib.sha256(annex.encode()).hexdigest()
            arguments = ["--annex", file]
        text = "".join(f"{key} = {toml(value)}\n" for key, value in values.items()) + more
        text += "".join(section("[[signer]]", {"role": role, "vkey": self.vkeys[role]}) for role in ROLES)
        file = self.path("plans", self.record + ".toml")
        with open(file, "w") as plan_file:
            plan_file.write(text)
        return [file, *arguments]

    def annex(self, threshold=2, possession=None, bags=None, seats=None):
        text = f'salt = "{os.urandom(32).hex()}"\n' + (f"threshold = {threshold}\n" if threshold else "")
        for seat, (folder, continent) in (seats or self.seats).items():
            known = {"possession_key": possession[seat]} if possession else {}
            known.update({"bag": bags[seat]} if bags else {})
            text += section("[[holder]]", {"folder": folder, "seat": seat, "continent": continent, **known})
        return text + "".join(section("[[site]]", {"name": name, "continent": "Europe"}) for name in ("site-1", "site-2"))

    def crl(self):
        return section("[crl]", {"this_update": day(), "next_update": day(90)})

    def root(self, name, days):
        return section("[root]", {"algorithm": "p-256", "profile": "root", "common_name": name, "organization": "Test",
                                  "country": "DE", "not_before": day(), "not_after": day(days)}) + self.crl()

    def root_generation(self, **keys):
        return self.plan("root-generation", more=self.root("REHEARSAL root of a test", 3650), annex=self.annex(), **keys)

    def folders(self, sites=("site-1", "site-2")):
        return ["--record", self.path(self.records), *(part for site in sites for part in ("--vault", self.path(site))),
                "--holders", self.path("holders"), "--in", self.path("in"), "--out", self.path("out")]

    def journal(self, record=None):
        """The entries of the ceremony's journal, or of an earlier one's; a rehearsal's is in the clear."""
        with open(self.path(self.records, "confidential", record or self.record, "journal.log")) as file:
            return [json.loads(line[65:]) for line in file]

    def transcript(self):
        with open(self.path(self.records, "public", self.record, "transcript.log")) as file:
            return [json.loads(line[65:]) for line in file]

    def close(self):
        """The record is sealed: the next plan begins where it ends."""
        with open(self.path(self.records, "public", self.record, "transcript.log")) as file:
            self.head = file.readlines()[-1][:64]

    def possession_keys(self):
        return {one["seat"]: one["possession_key"] for entry in self.journal() if entry["type"] == "holders"
                for one in entry["data"]["holders"]}

    def secrets(self):
        return [*self.pins.values(), *self.passphrases.values(), *self.key_passphrases.values()]

    def verify(self, verify_py):
        return subprocess.run(["/usr/bin/python3", verify_py, "--signers", self.path("signers.vkey"),
                               self.path(self.records, "public")], capture_output=True, text=True)
