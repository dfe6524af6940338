"""The plans of every ceremony, in the order of a root key's life and of a signing key's."""
import glob
import json
import os
import shutil

from room import Room, day, openssl, section

NEXT_SEATS = {"D": ("dmitri", "Europe"), "E": ("elena", "Europe"), "F": ("farid", "Asia")}
NOTICE = "REHEARSAL. The backup site takes over.\n"
CODE_CA = """[ca]
default_ca = code
[code]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = leaf
[any]
countryName = optional
organizationName = optional
commonName = supplied
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = codeSigning
"""


def midnight(days):
    return day(days).replace("-", "") + "000000Z"


def sha256(file):
    return openssl("dgst", "-sha256", "-r", file).decode()[:64]


class Life(Room):
    """A room whose people know the next plan. Each method writes a plan and gives the arguments that name it."""

    def bring(self, name, text):
        """Puts a file on the stick with input; gives its digest."""
        with open(self.path("in", name), "w") as file:
            file.write(text)
        return sha256(file.name)

    def learn_possession(self):
        """Whoever made a share set knows its possession keys from now on."""
        self.possession = self.possession_keys()

    def hand_over(self):
        return self.plan("share-hand-over", annex=self.annex(None, self.possession))

    def bagged_annex(self):
        return self.annex(None, self.possession, {seat: f"BAG-{seat}" for seat in self.seats})

    def request(self):
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                self.path("sub.key"), "-out", self.path("in", "sub.csr"), "-subj", "/C=DE/O=Test/CN=Sub 1")
        return section("[[request]]", {
            "file": "sub.csr", "sha256": sha256(self.path("in", "sub.csr")), "profile": "subordinate-device-identity",
            "not_before": day(), "not_after": day(1800), "policies": ["2.999.1.1"],
            "crl_uris": ["http://pki.conclave.example/root.crl"],
            "ca_issuer_uris": ["http://pki.conclave.example/root.cer"]})

    def sign_subordinate(self, **keys):
        return self.plan("subordinate-signing", more=self.request(), **keys)

    def serial(self):
        """Of the certificate that was issued."""
        issued, = glob.glob(self.path("out", "*", "sub.pem"))
        return openssl("x509", "-in", issued, "-noout", "-serial").decode().strip().split("=")[1].lower()

    def issue_crl(self, **keys):
        return self.plan("crl", more=self.crl(), **keys)

    def ask_for_cross_certificate(self):
        return self.plan("cross-csr")

    def cross_request(self):
        """The file that asks another root."""
        request, = glob.glob(self.path("out", "*", "*-cross.csr"))
        return request

    def issue_last_crl(self):
        revoked = section("[[crl.revoke]]", {"serial": self.serial(), "date": day(), "reason": "cessationOfOperation"})
        crl = section("[crl]", {"this_update": day(), "next_update": day(3000), "profile": "crl-last"})
        return self.plan("crl", more=crl + revoked)

    def verify_shares(self):
        return self.plan("share-verification", annex=self.bagged_annex())

    def replace_set(self):
        """New people with new sticks; gives the plan. The keepers lay out who holds the old set."""
        self.set_facts = self.disclosures(self.made, "shares.issue")
        self.sit(NEXT_SEATS)
        plan = self.plan("re-share", annex=self.annex(seats=NEXT_SEATS))
        self.lay_out(self.set_facts)
        return plan

    def retire_set(self):
        """After the re-share, of which something was left."""
        left = self.set_facts + self.disclosures(self.record, "set.retire")
        self.set_facts = self.disclosures(self.record, "shares.issue")
        self.seats = NEXT_SEATS
        self.learn_possession()
        plan = self.plan("set-retirement")
        self.lay_out(left)
        return plan

    def activate_backup(self):
        activation = section("[activation]", {
            "reason": "primary-unreachable", "ways": ["telephone", "radio", "a courier"], "notice": "notice.txt",
            "notice_sha256": self.bring("notice.txt", NOTICE), "waiting_hours": 0,
            "allowed": ["crl", "subordinate-signing"]})
        return self.plan("backup-activation", more=self.crl() + activation, site="site-2")

    def return_to_primary(self):
        return self.plan("backup-return")

    def merge(self, joined):
        return self.plan("ledger-merge", more=section("[merge]", {"joined": joined}), site="site-2")

    def drill(self):
        return self.plan("recovery-drill", mode="DRILL", more=self.root("DRILL - NOT TRUSTED", 100),
                         annex=self.annex(), objective_seconds=3600)

    def evaluate(self, program):
        data = os.path.join(os.path.dirname(program), "..", "share", "conclave", "declarations.toml")
        shutil.copy(data, self.path("in", "declarations.toml"))
        return self.plan("evaluation", annex=self.annex())

    def destroy_key(self):
        plan = self.plan("key-destruction")
        self.lay_out(self.set_facts)
        return plan

    def generate_signing_key(self):
        key = section("[signing_key]", {"algorithm": "p-256", "common_name": "REHEARSAL update signing",
                                        "organization": "Test", "country": "DE"})
        return self.plan("signing-key-generation", more=key, annex=self.annex())

    def certify_signing_key(self):
        """What another CA does with the request: openssl makes a root, and the certificate below it."""
        root, key, leaf = (self.path(name) for name in ("code-root.pem", "code-root.key", "signing.pem"))
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                "-out", root, "-subj", "/C=DE/O=Test/CN=Code root", "-days", "3000", "-addext",
                "keyUsage=critical,keyCertSign,cRLSign")
        for name, text in (("code-ca.conf", CODE_CA.format(folder=self.folder)), ("index.txt", "")):
            with open(self.path(name), "w") as file:
                file.write(text)
        openssl("ca", "-batch", "-config", self.path("code-ca.conf"), "-cert", root, "-keyfile", key, "-in",
                self.path("site-1", "signing-key.csr"), "-startdate", midnight(-1), "-enddate", midnight(700),
                "-notext", "-out", leaf)
        with open(leaf) as one, open(root) as other:
            return self.bring("signer.pem", one.read() + other.read())

    def sign_artefacts(self):
        signing = section("[signing]", {"certificate": "signer.pem", "sha256": self.certify_signing_key()})
        pump, valve = self.bring("pump.bin", "firmware 4.2 of the pump"), self.bring("valve.bin", "firmware 1.9")
        return self.plan("artefact-signing", more=signing +
                         section("[[artefact]]", {"file": "pump.bin", "sha256": pump, "form": "cms"}) +
                         section("[[artefact]]", {"file": "valve.bin", "sha256": valve, "form": "raw"}))

    def disclosures(self, record, kind):
        """What opens the confidential facts of the newest public entry of that kind in a journal."""
        found = [entry["data"]["disclosures"] for entry in self.journal(record)
                 if entry["type"] == "public" and json.loads(entry["data"]["line"])["type"] == kind]
        return "".join(one + "\n" for one in found[-1])

    def lay_out(self, facts):
        """The keepers' file with who holds a set, in the folder of the ceremony that comes."""
        folder = self.path(self.records, "confidential", self.record)
        os.makedirs(folder)
        with open(os.path.join(folder, "old-set.txt"), "w") as file:
            file.write(facts)
