#include "ceremony/plan_template.h"

#include <algorithm>
#include <sstream>
#include <system_error>
#include <utility>

#include <toml++/toml.h>

#include "base/random.h"
#include "base/text_encoding.h"
#include "ceremony/ledger.h"
#include "ceremony/ledger_merge.h"
#include "ceremony/plan_crl_template.h"
#include "ceremony/plan_needs.h"
#include "ceremony/plan_signing_template.h"
#include "ceremony/record_folder.h"
#include "ceremony/roster.h"
#include "ceremony/transcript.h"

namespace ceremony {

namespace {

using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t kAnnexSaltBytes = 32;
constexpr int kRootYears = 20;
constexpr int kSubordinateYears = 10;
constexpr int kCrlDays = 180;

constexpr std::string_view kNothingBefore =
    "0000000000000000000000000000000000000000000000000000000000000000";

// The day before the same day, `years` later.
std::string last_day(base::Date date, int years) {
  const auto later = base::add_years(date, std::chrono::years(years));
  const auto end = later ? base::add_days(*later, std::chrono::days(-1)) : later;
  return base::format_date(end ? *end : date);
}

std::string days_after(base::Date date, int days) {
  const auto later = base::add_days(date, std::chrono::days(days));
  return base::format_date(later ? *later : date);
}

Mode first_mode(const Script& script) {
  const bool can_rehearse = std::ranges::find(script.modes, Mode::kRehearsal) != script.modes.end();
  return can_rehearse || script.modes.empty() ? Mode::kRehearsal : script.modes.front();
}

std::string all_modes(const Script& script) {
  std::string text;
  for (const Mode mode : script.modes) {
    text += (text.empty() ? "" : " or ") + std::string(name_of(mode));
  }
  return text;
}

// As a value of a TOML file: in quotes, with what is not plain escaped.
std::string toml_text(std::string_view text) {
  const toml::value<std::string> value{std::string(text)};
  std::ostringstream written;
  written << toml::toml_formatter(
      value, toml::toml_formatter::default_flags & ~toml::format_flags::allow_literal_strings);
  return written.str();
}

std::string head_part(const Script& script, const PlanBeginnings& beginnings, base::Date date) {
  return "# Plan of one ceremony: " + script.title +
         ".\n"
         "#\n"
         "# Replace everything in <angle brackets>, compare the examples with what you want, and "
         "then\n"
         "# find every fault before anybody travels:\n"
         "#   conclave plan check THIS-FILE --annex ANNEX --requests DIR --ledger DIR\n"
         "# The SHA-256 of this file is read aloud in 32 words, and its content may become "
         "public:\n"
         "# how many shares there are, how many open the key, and names belong into the annex.\n"
         "\n"
         "# Which ceremony this is: the name of its script.\n"
         "ceremony = " +
         toml_text(script.name) + "\n\n# What it is for: " + all_modes(script) +
         ".\n"
         "mode = " +
         toml_text(name_of(first_mode(script))) +
         "\n\n# Its number in the chain of records: 1 for the first, and one more each time.\n"
         "sequence = " +
         std::to_string(beginnings.sequence) +
         "\n\n# The day on which it is held (UTC).\n"
         "date = " +
         toml_text(base::format_date(date)) +
         "\n\n# The first line of the seal: whose root it is, and which ceremony.\n"
         "origin = \"<YOUR DOMAIN/ROOT/NUMBER-CEREMONY>\"  # \"pki.example/root-g1/0001-" +
         script.name +
         "\"\n\n# The head of the record before, from its seal.note; 64 zeros for the first "
         "ceremony.\n"
         "previous_head = " +
         toml_text(beginnings.previous_head) +
         "\n\n# Where it is held: the name of the site's folder.\n"
         "site = \"site-1\"\n"
         "\n# The cost of guessing a passphrase: \"production\", or \"fast\", which a real "
         "ceremony\n"
         "# refuses.\n"
         "kdf = \"production\"\n";
}

constexpr std::string_view kObjectivePart =
    "\n# Within how many seconds the key must be usable again (4 hours here).\n"
    "objective_seconds = 14400\n";

constexpr std::string_view kAnnexPart =
    "\n# The SHA-256 of the annex, which holds what only the room may know (sha256sum gives it).\n"
    "annex_sha256 = \"<SHA-256 OF THE ANNEX>\"\n";

std::string root_part(const Script& script, base::Date date) {
  const Mode mode = first_mode(script);
  const std::string mark =
      mode == Mode::kProduction ? std::string() : std::string(name_of(mode)) + " ";
  return "\n# The root certificate.\n"
         "[root]\n"
         "# rsa-3072, rsa-4096, p-256, p-384, p-521, ed25519; with OpenSSL 3.5 or newer\n"
         "# ml-dsa-65, ml-dsa-87, slh-dsa-sha2-128s, slh-dsa-sha2-192s, slh-dsa-sha2-256s.\n"
         "algorithm = \"p-384\"\n"
         "# What it must look like: a file in share/conclave/profiles.\n"
         "profile = \"root\"\n"
         "# Its name. Outside PRODUCTION the common name contains the mode.\n"
         "common_name = " +
         toml_text(mark + "Example Root CA G1") +
         "\n"
         "organization = \"Example GmbH\"\n"
         "country = \"DE\"\n"
         "# From the first second of this day to the last second of that one, UTC.\n"
         "not_before = " +
         toml_text(base::format_date(date)) +
         "\nnot_after = " + toml_text(last_day(date, kRootYears)) + "\n";
}

std::string crl_part(const Script& script, base::Date date) {
  const bool is_first = sections_needed(script).contains(PlanSection::kRoot);
  const std::string revocations =
      "\n# One such section for each certificate that is to be revoked. Without any, the CRL "
      "repeats\n"
      "# what was revoked before.\n"
      "# [[crl.revoke]]\n"
      "# serial = \"0189261b2c3a46046fc68f568bb211347d\"  # hex, as in the record\n"
      "# date = " +
      toml_text(base::format_date(date)) +
      "  # since when, not after the ceremony\n"
      "# reason = \"cessationOfOperation\"  # a name of RFC 5280, like keyCompromise, superseded\n";
  return std::string(kCrlHead) + "this_update = " + toml_text(base::format_date(date)) +
         "\nnext_update = " + toml_text(days_after(date, kCrlDays)) +
         "\n# When the next ceremony makes a CRL: 60 days before that, for a second try.\n"
         "next_ceremony = " +
         toml_text(days_after(date, kCrlDays - 60)) + "\n" + std::string(kReservePart) +
         (is_first ? std::string() : std::string(kOcspPart) + revocations);
}

std::string request_part(base::Date date) {
  return "\n# One such section for each request, or a [batch] for many (docs/formats/plan.md). "
         "What is\n"
         "# not named here is not signed.\n"
         "[[request]]\n"
         "# The file, by its bare name, and its SHA-256: as the requester told it by another way.\n"
         "file = \"<NAME OF THE FILE, LIKE factory-1.csr>\"\n"
         "sha256 = \"<SHA-256 OF THE FILE>\"\n"
         "# A file in share/conclave/profiles: subordinate-tls, code-signing, device-identity, "
         "...\n"
         "profile = \"subordinate-device-identity\"\n"
         "# From the first second of this day to the last second of that one, inside the root's.\n"
         "not_before = " +
         toml_text(base::format_date(date)) +
         "\nnot_after = " + toml_text(last_day(date, kSubordinateYears)) +
         "\n"
         "# Certificate policies (object identifiers), and where the root's CRLs and the root's\n"
         "# certificate will be published.\n"
         "policies = [ \"2.999.1.1\" ]\n"
         "crl_uris = [ \"http://pki.example/root-g1.crl\" ]\n"
         "ca_issuer_uris = [ \"http://pki.example/root-g1.cer\" ]\n";
}

constexpr std::string_view kActivationPart =
    "\n# The declaration that this site takes over.\n"
    "[activation]\n"
    "# Why: primary-lost, primary-unreachable, primary-unsafe, or deadline (a CRL cannot wait).\n"
    "reason = \"primary-unreachable\"\n"
    "# Three ways or more by which the primary site is called before anything is opened.\n"
    "ways = [ \"<FIRST WAY>\", \"<SECOND WAY>\", \"<THIRD WAY>\" ]  # \"telephone of the guards\"\n"
    "# What everybody is told before anything is opened: the bare name of a file on the transfer\n"
    "# stick, and its SHA-256.\n"
    "notice = \"<NAME OF THE NOTICE, LIKE notice.txt>\"\n"
    "notice_sha256 = \"<SHA-256 OF THE NOTICE>\"\n"
    "# Hours from the declaration until anything is opened, so that a false call is found out.\n"
    "waiting_hours = 12\n"
    "# The ceremonies that this site may hold until the primary site returns: names of scripts.\n"
    "allowed = [ \"crl\" ]\n"
    "# Only where it is decided that records of which slips or CRLs tell cannot be found:\n"
    "# records_lost = true\n";

std::string merge_part(const PlanBeginnings& beginnings) {
  const std::string joined =
      beginnings.joined.empty() ? "<HEAD OF THE OTHER BRANCH>" : beginnings.joined;
  return "\n# Two branches of the records become one. previous_head is the head of the branch "
         "that\n"
         "# is kept, and this is the head of the one that is taken in, from its seal.note.\n"
         "[merge]\n"
         "joined = " +
         toml_text(joined) + "\n";
}

constexpr std::string_view kKeeperPart =
    "\n# Those who may read the confidential record later, by their X25519 public keys. "
    "PRODUCTION\n"
    "# needs one at least, and two are better: take away the # below.\n"
    "# [[keeper]]\n"
    "# name = \"records-office\"\n"
    "# key = \"<64 DIGITS>\"\n";

std::string signer_part(const Script& script, const PlanBeginnings& beginnings) {
  std::string text =
      "\n# The officers: who acts, who acknowledges, who looks on. Each is another person with an "
      "own\n"
      "# key, written as NAME+HASH+BASE64, and its name ends in the role. They sign the record.\n";
  std::vector<PlannedSigner> signers = beginnings.signers;
  std::vector<RoleNeed> roles = roles_needed(script);
  roles.push_back({.role = "auditor", .title = {}});
  for (const RoleNeed& need : roles) {
    const bool is_known = std::ranges::any_of(
        signers, [&](const PlannedSigner& signer) { return signer.role == need.role; });
    if (!is_known) {
      signers.push_back({.role = need.role, .vkey = "<KEY OF THE " + need.role + ">"});
    }
  }
  for (const PlannedSigner& signer : signers) {
    text += "[[signer]]\nrole = " + toml_text(signer.role) + "\nvkey = " + toml_text(signer.vkey) +
            "\n\n";
  }
  text.pop_back();
  return text;
}

// The records below a site's ledger, or below the public folder, which holds other things too.
Result<Ledger> records_in(const fs::path& folder) {
  std::vector<LedgerRecord> records;
  std::error_code failed;
  for (const std::string& name : list_folder(folder).folders) {
    if (!fs::exists(folder / name / kTranscriptFile, failed)) {
      continue;
    }
    const auto transcript = Transcript::read(folder / name / kTranscriptFile);
    auto record =
        transcript ? ledger_record_of(*transcript) : Result<LedgerRecord>(transcript.error());
    if (!record) {
      return std::move(record).error().while_doing("the record " + name);
    }
    record->name = name;
    records.push_back(std::move(record).value());
  }
  return Ledger::of(std::move(records));
}

// The number and the roster of one record.
Result<PlanBeginnings> beginnings_of(const fs::path& record) {
  auto transcript = Transcript::read(record / kTranscriptFile);
  if (!transcript) {
    return std::move(transcript).error();
  }
  PlanBeginnings beginnings{
      .sequence = 1, .previous_head = transcript->head(), .joined = {}, .signers = {}};
  if (!transcript->entries().empty()) {
    const Json& opening = transcript->entries().front().data;
    const auto found = opening.find("sequence");
    if (found != opening.end() && found->is_number_unsigned()) {
      beginnings.sequence = found->get<std::uint64_t>() + 1;
    }
  }
  for (const Vkey& key : read_roster(*transcript).keys) {
    beginnings.signers.push_back({.role = std::string(role_of(key.name)), .vkey = key.text()});
  }
  return beginnings;
}

}  // namespace

PlanBeginnings first_beginnings() {
  return {.sequence = 1, .previous_head = std::string(kNothingBefore), .joined = {}, .signers = {}};
}

Result<PlanBeginnings> read_beginnings(const fs::path& folder) {
  std::error_code failed;
  if (fs::exists(folder / kTranscriptFile, failed)) {
    return beginnings_of(folder);
  }
  const auto ledger = records_in(folder);
  if (!ledger) {
    return ledger.error();
  }
  const std::vector<std::string> tips = ledger->tips();
  if (tips.empty()) {
    return base::Error{base::ErrorCode::kNotFound,
                       "there is no record in " + folder.filename().string() +
                           "; name the folder of the last record or of all records, or leave it "
                           "out for the first ceremony"};
  }
  MergeHeads heads{.kept = tips.front(), .joined = {}};
  if (tips.size() > 1) {
    auto proposed = proposed_merge(*ledger);
    if (!proposed) {
      return std::move(proposed).error();
    }
    heads = std::move(proposed).value();
  }
  auto beginnings = beginnings_of(folder / ledger->find(heads.kept)->name);
  if (beginnings) {
    beginnings->joined = heads.joined;
  }
  return beginnings;
}

std::string plan_template(const Script& script, const PlanBeginnings& beginnings, base::Date date) {
  const std::set<PlanSection> sections = sections_needed(script);
  std::string text = head_part(script, beginnings, date);
  if (sections.contains(PlanSection::kObjective)) {
    text += kObjectivePart;
  }
  if (needs_annex(sections)) {
    text += kAnnexPart;
  }
  if (sections.contains(PlanSection::kRoot)) {
    text += root_part(script, date);
  }
  if (sections.contains(PlanSection::kCrl)) {
    text += crl_part(script, date);
  }
  if (sections.contains(PlanSection::kRequests)) {
    text += request_part(date);
  }
  if (sections.contains(PlanSection::kActivation)) {
    text += kActivationPart;
  }
  if (sections.contains(PlanSection::kMerge)) {
    text += merge_part(beginnings);
  }
  if (sections.contains(PlanSection::kSigningKey)) {
    text += signing_key_part(first_mode(script));
  }
  if (sections.contains(PlanSection::kSigning)) {
    text += kSigningPart;
  }
  if (sections.contains(PlanSection::kArtefacts)) {
    text += kArtefactPart;
  }
  return text + std::string(kKeeperPart) + signer_part(script, beginnings);
}

std::string annex_template(const Script& script) {
  const std::set<PlanSection> sections = sections_needed(script);
  if (!needs_annex(sections)) {
    return {};
  }
  std::string text =
      "# Annex of a plan: what only the room may know. It never leaves the confidential record.\n"
      "\n"
      "# 256 random bits, drawn for this file alone, so that nobody can find out by trial what it\n"
      "# says from its digest in the plan. Never use a salt twice: make another annex for another\n"
      "# plan.\n"
      "salt = " +
      toml_text(base::to_hex(base::random_bytes(kAnnexSaltBytes))) + "\n";
  if (sections.contains(PlanSection::kQuorum)) {
    text +=
        "\n# How many shares open the key: at least two, and fewer than there are holders below, "
        "so\n"
        "# that one may be lost. Write a number without quotes.\n"
        "threshold = \"<HOW MANY SHARES OPEN THE KEY>\"\n";
  }
  text +=
      "\n# One such section for each key executive, sixteen at most: the name of the stick (a "
      "folder),\n"
      "# what the room calls the holder, and where the share is kept (Africa, Antarctica, Asia,\n"
      "# Europe, North America, Oceania, South America).\n"
      "[[holder]]\nfolder = \"<NAME OF THE STICK>\"\nseat = \"A\"\ncontinent = \"Europe\"\n";
  if (sections.contains(PlanSection::kPossessionKeys)) {
    text +=
        "# What proves that the share is still there, from the journal of the root generation.\n"
        "possession_key = \"<64 DIGITS FROM THE JOURNAL>\"\n";
  }
  if (sections.contains(PlanSection::kSites)) {
    text +=
        "\n# The sites that keep a vault; the plan's own site is one of them.\n"
        "[[site]]\nname = \"site-1\"\ncontinent = \"Europe\"\n\n"
        "[[site]]\nname = \"site-2\"\ncontinent = \"North America\"\n";
  }
  return text;
}

}  // namespace ceremony
