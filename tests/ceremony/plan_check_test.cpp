#include "ceremony/plan_check.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "base/calendar.h"
#include "base/media.h"
#include "base/random.h"
#include "base/secret_bytes.h"
#include "base/text_encoding.h"
#include "ca/algorithm.h"
#include "ca/distinguished_name.h"
#include "ca/request_writer.h"
#include "ca/software_key.h"
#include "ceremony/action.h"
#include "ceremony/ledger.h"
#include "ceremony/plan_comparisons.h"
#include "ceremony/plan_template.h"
#include "ceremony/signed_note.h"
#include "support/temporary_folder.h"

namespace ceremony {
namespace {

namespace fs = std::filesystem;

const fs::path source_tree = std::string(TEST_VECTORS) + "/../..";
const base::Date plan_day = *base::parse_date("2026-11-27");

std::string vkey_for(const std::string& role) {
  const auto vkey =
      vkey_of({.name = "pki.example/root-g1/" + role, .seed = base::SecretBytes::random(32)});
  REQUIRE(vkey.ok());
  return vkey->text();
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

void replace_once(std::string& text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  REQUIRE_MESSAGE(at != text.npos, what);
  text.replace(at, what.size(), with);
}

// A folder as the installed program has it, and one to work in.
class Desk {
 public:
  Desk() {
    fs::create_directory(folder_ / "data");
    fs::create_directory_symlink(fs::canonical(source_tree / "ceremony" / "scripts"),
                                 folder_ / "data" / "scripts");
    fs::create_directory_symlink(fs::canonical(source_tree / "ca" / "profiles"),
                                 folder_ / "data" / "profiles");
    fs::create_directory(folder_ / "in");
  }

  [[nodiscard]] fs::path file(const std::string& name) const { return folder_ / name; }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::trunc) << text;
  }

  // Makes a request of its own and gives the SHA-256 of its file.
  [[nodiscard]] std::string make_request(const std::string& name) const {
    auto key = ca::SoftwareKey::generate(ca::Algorithm::kP256);
    auto subject = ca::DistinguishedName::of({{.type = "CN", .value = "Factory 1"}});
    REQUIRE(key.ok());
    REQUIRE(subject.ok());
    auto der = ca::write_request(*subject, **key);
    REQUIRE(der.ok());
    const fs::path path = folder_ / "in" / name;
    fs::remove(path);
    REQUIRE(base::save_new(path, *der).ok());
    return base::sha256_hex(*der);
  }

  [[nodiscard]] PlanReport check(base::Date today = plan_day) const {
    const bool has_annex = fs::exists(file("annex.toml"));
    auto report = check_plan({.plan = file("plan.toml"),
                              .annex = has_annex ? file("annex.toml") : fs::path(),
                              .requests = file("in"),
                              .ledger = {},
                              .data = file("data"),
                              .today = today});
    REQUIRE_MESSAGE(report.ok(), (report ? "" : report.error().message));
    return std::move(report).value();
  }

 private:
  support::TemporaryFolder folder_;
};

Script script_named(const std::string& name) {
  auto script = load_script(source_tree / "ceremony" / "scripts", name, action_names());
  REQUIRE_MESSAGE(script.ok(), (script ? "" : script.error().message));
  return std::move(script).value();
}

// The annex of a template with holders that do not exist.
std::string filled_annex(const Script& script) {
  std::string annex = annex_template(script);
  if (annex.empty()) {
    return annex;
  }
  const std::string threshold = "\"<HOW MANY SHARES OPEN THE KEY>\"";
  if (annex.find(threshold) != annex.npos) {
    replace_once(annex, threshold, "2");
  }
  const std::string key(64, 'a');
  const bool has_key = annex.find("<64 DIGITS FROM THE JOURNAL>") != annex.npos;
  replace_once(annex, "<NAME OF THE STICK>", "amara");
  if (has_key) {
    replace_once(annex, "<64 DIGITS FROM THE JOURNAL>", key);
  }
  for (const std::string seat : {"B", "C"}) {
    annex += "\n[[holder]]\nfolder = \"stick-" + seat + "\"\nseat = \"" + seat +
             "\"\ncontinent = \"Asia\"\n" + (has_key ? "possession_key = \"" + key + "\"\n" : "");
  }
  return annex;
}

// Puts the template of that ceremony, filled in, on the desk.
void fill(const Desk& desk, const std::string& name) {
  const Script script = script_named(name);
  std::string plan = plan_template(script, first_beginnings(), plan_day);
  for (const std::string role : {"director", "operator", "internal-witness", "auditor"}) {
    replace_all(plan, "<KEY OF THE " + role + ">", vkey_for(role));
  }
  replace_all(plan, "<YOUR DOMAIN/ROOT/NUMBER-CEREMONY>", "pki.example/root-g1/0001-" + name);
  replace_all(plan, "<NAME OF THE FILE, LIKE factory-1.csr>", "factory-1.csr");
  replace_all(plan, "<SHA-256 OF THE FILE>", desk.make_request("factory-1.csr"));
  replace_all(plan, "<NAME OF THE CERTIFICATES, LIKE signer.pem>", "signer.pem");
  replace_all(plan, "<SHA-256 OF THE CERTIFICATES>", std::string(64, 'e'));
  replace_all(plan, "<NAME OF THE FILE, LIKE pump-4.2.bin>", "pump-4.2.bin");
  const std::string notice = "The backup site takes over.\n";
  desk.write("in/notice.txt", notice);
  replace_all(plan, "<NAME OF THE NOTICE, LIKE notice.txt>", "notice.txt");
  replace_all(plan, "<SHA-256 OF THE NOTICE>", base::sha256_hex(base::bytes_of(notice)));
  for (const std::string way : {"FIRST", "SECOND", "THIRD"}) {
    replace_all(plan, "<" + way + " WAY>", "telephone of the guards, " + way);
  }
  replace_all(plan, "<HEAD OF THE OTHER BRANCH>", std::string(64, 'c'));
  const std::string annex = filled_annex(script);
  if (!annex.empty()) {
    replace_all(plan, "<SHA-256 OF THE ANNEX>", base::sha256_hex(base::bytes_of(annex)));
    desk.write("annex.toml", annex);
  }
  desk.write("plan.toml", plan);
}

std::string text_in(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void change(const Desk& desk, const std::string& what, const std::string& with) {
  std::string text = text_in(desk.file("plan.toml"));
  replace_once(text, what, with);
  desk.write("plan.toml", text);
}

// Changes the annex and lets the plan name its new digest.
void change_annex(const Desk& desk, const std::string& what, const std::string& with) {
  std::string annex = text_in(desk.file("annex.toml"));
  const std::string before = base::sha256_hex(base::bytes_of(annex));
  replace_once(annex, what, with);
  desk.write("annex.toml", annex);
  change(desk, before, base::sha256_hex(base::bytes_of(annex)));
}

std::string told(const PlanFaults& faults) {
  std::string text;
  for (const PlanFault& fault : faults) {
    text += fault.rule + " at " + fault.field + ":" + std::to_string(fault.line) + ": " +
            fault.message + "\n";
  }
  return text;
}

bool has_fault(const PlanFaults& faults, const std::string& rule, const std::string& field) {
  return std::ranges::any_of(
      faults, [&](const PlanFault& fault) { return fault.rule == rule && fault.field == field; });
}

// One change of a filled-in template, and the fault that it is.
struct Slip {
  std::string ceremony;
  std::string what;
  std::string with;
  std::string rule;
  std::string field;
};

void check_slip(const Desk& desk, const Slip& slip) {
  CAPTURE(slip.with);
  fill(desk, slip.ceremony);
  change(desk, slip.what, slip.with);
  CHECK(has_fault(desk.check().plan, slip.rule, slip.field));
}

std::vector<std::string> all_ceremonies() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(source_tree / "ceremony" / "scripts")) {
    if (entry.path().extension() == ".toml") {
      names.push_back(entry.path().stem().string());
    }
  }
  return names;
}

TEST_CASE("plan template: filled in, nothing stands against it, for every ceremony") {
  for (const std::string& name : all_ceremonies()) {
    const Desk desk;
    fill(desk, name);
    const PlanReport report = desk.check();
    CHECK_MESSAGE(report.plan.empty(), name << "\n" << told(report.plan));
    CHECK_MESSAGE(report.annex.empty(), name << "\n" << told(report.annex));
    CHECK(is_sound(report));
  }
}

TEST_CASE("plan template: made a PRODUCTION as its comments say, nothing stands against it") {
  for (const std::string& name : all_ceremonies()) {
    const std::vector<Mode> modes = script_named(name).modes;
    if (std::ranges::find(modes, Mode::kProduction) == modes.end()) {
      continue;
    }
    const Desk desk;
    fill(desk, name);
    std::string plan = text_in(desk.file("plan.toml"));
    replace_all(plan, "mode = \"REHEARSAL\"", "mode = \"PRODUCTION\"");
    replace_all(plan, "common_name = \"REHEARSAL ", "common_name = \"");
    desk.write("plan.toml", plan);
    CHECK(has_fault(desk.check().plan, "plan-keepers", "keeper"));

    replace_once(plan, "# [[keeper]]", "[[keeper]]");
    replace_once(plan, "# name = \"records-office\"", "name = \"records-office\"");
    replace_once(plan, "# key = \"<64 DIGITS>\"", "key = \"" + std::string(64, 'd') + "\"");
    desk.write("plan.toml", plan);
    const PlanReport report = desk.check();
    CHECK_MESSAGE(report.plan.empty(), name << "\n" << told(report.plan));
    CHECK(is_sound(report));
  }
}

TEST_CASE("plan check: an activation names a notice that is there, and ceremonies that exist") {
  const Desk desk;
  fill(desk, "backup-activation");
  change(desk, "allowed = [ \"crl\" ]", "allowed = [ \"crl\", \"tea\", \"../x\" ]");
  PlanReport report = desk.check();
  CHECK(has_fault(report.plan, "plan-allowed", "activation.allowed[1]"));
  CHECK(has_fault(report.plan, "plan-allowed", "activation.allowed[2]"));
  CHECK_MESSAGE(report.plan.size() == 2, told(report.plan));

  fill(desk, "backup-activation");
  desk.write("in/notice.txt", "another text");
  CHECK(has_fault(desk.check().plan, "plan-notice", "activation.notice_sha256"));
  fs::remove(desk.file("in/notice.txt"));
  CHECK(has_fault(desk.check().plan, "plan-notice", "activation.notice"));

  check_slip(desk,
             {.ceremony = "backup-activation",
              .what = "ceremony = \"backup-activation\"",
              .with = "ceremony = \"crl\"",
              .rule = "plan-section-unused",
              .field = "activation"});

  fill(desk, "ledger-merge");
  change(desk, "[merge]\njoined", "[crl]\njoined");
  report = desk.check();
  CHECK(has_fault(report.plan, "plan-section-missing", "merge"));
  CHECK(has_fault(report.plan, "plan-section-unused", "crl"));
}

TEST_CASE("plan template: as it comes, every placeholder is named, and nothing passes") {
  const Desk desk;
  const Script script = script_named("subordinate-signing");
  desk.write("plan.toml", plan_template(script, first_beginnings(), plan_day));
  const PlanReport report = desk.check();
  CHECK(!is_sound(report));
  for (const char* const field :
       {"origin", "request[0].file", "request[0].sha256", "signer[0].vkey", "signer[3].vkey"}) {
    CHECK_MESSAGE(has_fault(report.plan, "plan-placeholder", field), told(report.plan));
  }
  CHECK(std::ranges::all_of(report.plan, [](const PlanFault& fault) { return fault.line > 0; }));
}

TEST_CASE("plan template: no two annexes have one salt") {
  const Script script = script_named("root-generation");
  CHECK(annex_template(script) != annex_template(script));
  CHECK(annex_template(script_named("crl")).empty());
}

TEST_CASE("plan check: all faults at once, each with its field and line") {
  const Desk desk;
  fill(desk, "subordinate-signing");
  change(desk, "sequence = 1", "sequence = 0");
  change(desk, "date = \"2026-11-27\"", "date = \"2026-11-31\"");
  change(desk, "kdf = \"production\"", "kdf = \"slow\"");
  change(desk, "not_after = \"2036", "not_after = \"2016");
  change(desk, "profile = \"subordinate-device-identity\"", "profile = \"subordinate-toaster\"");
  change(desk, "role = \"auditor\"", "role = \"operator\"");
  change(desk, "site = \"site-1\"", "sight = \"site-1\"");
  const PlanReport report = desk.check();
  for (const auto& [rule, field] : std::initializer_list<std::pair<const char*, const char*>>{
           {"plan-sequence", "sequence"},
           {"plan-date", "date"},
           {"plan-kdf", "kdf"},
           {"plan-dates-order", "request[0].not_after"},
           {"plan-profile", "request[0].profile"},
           {"plan-role-twice", "signer[3].role"},
           {"plan-form", "site"},
           {"plan-form", "sight"}}) {
    const std::string missing = std::string(rule) + "\n" + told(report.plan);
    CHECK_MESSAGE(has_fault(report.plan, rule, field), missing);
  }
  std::size_t line = 0;
  for (const PlanFault& fault : report.plan) {
    CHECK(fault.line >= line);
    line = fault.line;
  }
}

TEST_CASE("plan check: a request that is missing, another one, or bad") {
  const Desk desk;
  fill(desk, "subordinate-signing");
  static_cast<void>(desk.make_request("factory-1.csr"));  // another key
  CHECK(has_fault(desk.check().plan, "plan-request-digest", "request[0].sha256"));

  fs::remove(desk.file("in/factory-1.csr"));
  CHECK(has_fault(desk.check().plan, "plan-request-missing", "request[0].file"));

  desk.write("in/factory-1.csr", "no request");
  const PlanReport report = desk.check();
  CHECK(has_fault(report.plan, "request-malformed", "request[0].file"));

  check_slip(desk,
             {.ceremony = "subordinate-signing",
              .what = "policies = [ \"2.999.1.1\" ]",
              .with = "policies = []",
              .rule = "plan-request-policies",
              .field = "request[0].policies"});
}

TEST_CASE("plan check: a batch's list is compared, and what it holds only warns") {
  const Desk desk;
  fill(desk, "subordinate-signing");
  std::string plan = support::content_of(desk.file("plan.toml"));
  const std::size_t begin = plan.find("[[request]]");
  const std::string digest = desk.make_request("factory-1.csr");
  const auto list_of = [&](const std::string& list) {
    desk.write("in/list.sha256", list);
    std::string text = plan;
    std::string section = text.substr(begin, text.find("[[signer]]") - begin);
    replace_all(section, "[[request]]", "[batch]");
    replace_all(section, "file = \"factory-1.csr\"", "list = \"list.sha256\"");
    const std::size_t at = section.find("sha256 = \"") + 10;
    section.replace(at, 64, base::sha256_hex(base::bytes_of(list)));
    text.replace(begin, text.find("[[signer]]") - begin, section);
    desk.write("plan.toml", text);
    return desk.check();
  };
  CHECK(is_sound(list_of(digest + "  factory-1.csr\n")));
  CHECK(list_of(digest + "  factory-1.csr\n").plan.empty());
  const PlanReport one_bad =
      list_of(digest + "  factory-1.csr\n" + std::string(64, 'a') + "  gone.csr\n");
  CHECK(is_sound(one_bad));
  CHECK(has_fault(one_bad.plan, "plan-request-missing", "batch.file"));
  const PlanReport no_list = list_of("hello\n");
  CHECK_FALSE(is_sound(no_list));
  CHECK(has_fault(no_list.plan, "plan-batch", "batch.list"));
  desk.write("in/list.sha256", digest + "  other.csr\n");
  CHECK(has_fault(desk.check().plan, "plan-batch", "batch.list"));
}

TEST_CASE("plan check: a certificate that a new one follows is there, and the one of the plan") {
  const Desk desk;
  fill(desk, "subordinate-signing");
  desk.write("in/old.pem", "a certificate\n");
  const std::string digest = base::sha256_hex(base::bytes_of("a certificate\n"));
  change(desk,
         "[[signer]]",
         "[[request.follows]]\nas = \"renewal\"\nfile = \"old.pem\"\nsha256 = \"" + digest +
             "\"\n\n[[signer]]");
  CHECK(is_sound(desk.check()));
  desk.write("in/old.pem", "another\n");
  CHECK(has_fault(desk.check().plan, "plan-follows", "request[0].follows[0].sha256"));
  fs::remove(desk.file("in/old.pem"));
  CHECK(has_fault(desk.check().plan, "plan-follows", "request[0].follows[0].file"));
}

TEST_CASE("plan check: what has no end says so, and may outlive the root") {
  const Desk desk;
  fill(desk, "subordinate-signing");
  change(desk, "subordinate-device-identity\"", "device-identity\"");
  CHECK(has_fault(desk.check().plan, "plan-has-end", "request[0].not_after"));
  const std::string plan = support::content_of(desk.file("plan.toml"));
  const std::size_t at = plan.find("not_after = \"") + 13;
  change(desk, plan.substr(at - 13, 24), "not_after = \"9999-12-31\"");
  CHECK_FALSE(has_fault(desk.check().plan, "plan-has-end", "request[0].not_after"));
}

TEST_CASE("plan check: roles, keys and sections that the script wants") {
  const Desk desk;
  fill(desk, "crl");
  const std::string director = vkey_for("director");
  std::string plan = text_in(desk.file("plan.toml"));
  const auto witness = plan.find("[[signer]]", plan.find("internal-witness") - 30);
  REQUIRE(witness != plan.npos);
  plan.erase(witness, plan.find("[[signer]]", witness + 1) - witness);
  desk.write("plan.toml", plan);
  CHECK(has_fault(desk.check().plan, "plan-role-missing", "signer"));

  fill(desk, "crl");
  plan = text_in(desk.file("plan.toml"));
  const auto from = plan.find("vkey = \"") + 8;
  const std::string key = plan.substr(from, plan.find('"', from) - from);
  const auto second = plan.find("vkey = \"", from) + 8;
  plan.replace(second, plan.find('"', second) - second, key);
  desk.write("plan.toml", plan);
  const PlanReport report = desk.check();
  CHECK(has_fault(report.plan, "plan-separation", "signer[1].vkey"));
  CHECK(has_fault(report.plan, "plan-vkey-role", "signer[1].vkey"));

  fill(desk, "crl");
  change(desk,
         "[crl]\n",
         "[root]\nalgorithm = \"p-384\"\nprofile = \"root\"\ncommon_name = "
         "\"REHEARSAL\"\norganization = \"O\"\ncountry = \"DE\"\nnot_before = "
         "\"2026-11-27\"\nnot_after = \"2036-11-26\"\n[crl]\n");
  CHECK(has_fault(desk.check().plan, "plan-section-unused", "root"));

  fill(desk, "crl");
  change(desk, "ceremony = \"crl\"", "ceremony = \"subordinate-signing\"");
  const PlanReport other = desk.check();
  CHECK(has_fault(other.plan, "plan-section-missing", "request"));
  CHECK(has_fault(other.plan, "plan-section-unused", "crl"));

  check_slip(desk,
             {.ceremony = "crl",
              .what = "ceremony = \"crl\"",
              .with = "ceremony = \"tea\"",
              .rule = "plan-ceremony",
              .field = "ceremony"});

  check_slip(desk,
             {.ceremony = "crl",
              .what = "mode = \"REHEARSAL\"",
              .with = "mode = \"DRILL\"",
              .rule = "plan-mode",
              .field = "mode"});
}

TEST_CASE("plan check: days against each other, the profiles and today") {
  const Desk desk;
  check_slip(desk,
             {.ceremony = "crl",
              .what = "next_update = \"2027",
              .with = "next_update = \"2028",
              .rule = "plan-too-long",
              .field = "crl.next_update"});

  check_slip(desk,
             {.ceremony = "crl",
              .what = "this_update = \"2026-11-27\"",
              .with = "this_update = \"2026-11-28\"",
              .rule = "plan-crl-future",
              .field = "crl.this_update"});

  check_slip(desk,
             {.ceremony = "crl",
              .what = "date = \"2026-11-27\"",
              .with = "date = \"2027-12-01\"",
              .rule = "plan-crl-over",
              .field = "crl.next_update"});

  fill(desk, "crl");
  const PlanReport late = desk.check(*base::parse_date("2026-11-28"));
  CHECK(has_fault(late.plan, "plan-date-past", "date"));
  CHECK(is_sound(late));  // a plan is looked at after its day, too

  fill(desk, "crl");
  change(desk,
         "[crl]\n",
         "[crl]\nrevoke = [ { serial = \"01\", date = \"2026-12-24\", reason = "
         "\"boredom\" } ]\n");
  const PlanReport report = desk.check();
  CHECK(has_fault(report.plan, "plan-revocation-reason", "crl.revoke[0].reason"));
  CHECK(has_fault(report.plan, "plan-revocation-date", "crl.revoke[0].date"));

  check_slip(desk,
             {.ceremony = "root-generation",
              .what = "not_after = \"2046",
              .with = "not_after = \"2076",
              .rule = "plan-too-long",
              .field = "root.not_after"});

  check_slip(desk,
             {.ceremony = "root-generation",
              .what = "not_after = \"2046-11-26\"",
              .with = "not_after = \"2027-01-31\"",
              .rule = "plan-beyond-root",
              .field = "crl.next_update"});
}

TEST_CASE("plan check: a CRL that ends before the next ceremony, or soon after, names the days") {
  const Desk desk;
  fill(desk, "crl");
  CHECK(desk.check().plan.empty());  // the template leaves 60 days
  const std::string update = "next_update = \"2027-05-26\"";

  change(desk, update, "next_update = \"2027-05-25\"");
  const PlanReport little = desk.check();
  REQUIRE_MESSAGE(has_fault(little.plan, "plan-crl-slack", "crl.next_update"), told(little.plan));
  CHECK(is_sound(little));
  CHECK(little.plan.front().message.find(
            "the ceremony that makes the next CRL is planned for 2027-03-27 (\"next_ceremony\"), "
            "and this CRL ends on 2027-05-25 (\"next_update\")") != std::string::npos);
  CHECK(little.plan.front().message.find("of 2027-05-26 or later, which is 60 days after") !=
        std::string::npos);
  CHECK(read_plan(desk.file("plan.toml")).ok());  // a warning stops nobody

  fill(desk, "crl");
  change(desk, update, "next_update = \"2027-03-27\"");
  const PlanReport over = desk.check();
  REQUIRE_MESSAGE(has_fault(over.plan, "plan-crl-gap", "crl.next_update"), told(over.plan));
  CHECK(!is_sound(over));
  const auto refused = read_plan(desk.file("plan.toml"));
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == base::ErrorCode::kRefusedByPolicy);
  CHECK(refused.error().message.find("so that nobody could tell what is revoked") !=
        std::string::npos);
  for (const char* const day : {"planned for 2027-03-27", "ends on 2027-03-27", "2027-05-26"}) {
    CHECK_MESSAGE(refused.error().message.find(day) != std::string::npos, day);
  }
}

TEST_CASE("plan check: the next ceremony is a day after this one, or not planned yet") {
  const Desk desk;
  const std::string next = "next_ceremony = \"2027-03-27\"";
  fill(desk, "crl");
  change(desk, next, "next_ceremony = \"2026-11-27\"");
  CHECK(has_fault(desk.check().plan, "plan-dates-order", "crl.next_ceremony"));

  fill(desk, "crl");
  change(desk, next, "next_ceremony = \"in spring\"");
  CHECK(has_fault(desk.check().plan, "plan-date", "crl.next_ceremony"));

  fill(desk, "crl");
  change(desk, next, "");
  CHECK(desk.check().plan.empty());

  // After the last CRL nobody makes another.
  const std::string last = "next_update = \"2027-05-26\"\nprofile = \"crl-last\"";
  fill(desk, "crl");
  change(desk, "next_update = \"2027-05-26\"", last);
  CHECK(has_fault(desk.check().plan, "plan-crl-last", "crl.next_ceremony"));
  change(desk, next, "");
  CHECK(!has_fault(desk.check().plan, "plan-crl-last", "crl.next_ceremony"));
}

TEST_CASE("plan check: no secret stands in a plan or its annex") {
  const Desk desk;
  const std::string words = "memory soul mule script hairy density";
  fill(desk, "root-generation");
  change(desk, "organization = \"Example GmbH\"", "organization = \"" + words + "\"");
  const PlanReport in_field = desk.check();
  REQUIRE_MESSAGE(has_fault(in_field.plan, "plan-secret", "root.organization"),
                  told(in_field.plan));
  CHECK(told(in_field.plan).find(words) == std::string::npos);
  const auto refused = read_plan(desk.file("plan.toml"));
  REQUIRE(!refused.ok());
  CHECK(refused.error().message.find("\"root.organization\" in the plan holds what looks like the "
                                     "words of a passphrase") != std::string::npos);

  fill(desk, "root-generation");
  change(desk, "[root]\n", "# " + words + "\n[root]\n");
  CHECK(has_fault(desk.check().plan, "plan-secret", ""));

  fill(desk, "root-generation");
  change_annex(desk, "[[site]]\n", "# -----BEGIN PRIVATE KEY-----\n[[site]]\n");
  CHECK(has_fault(desk.check().annex, "plan-secret", ""));
}

TEST_CASE("plan check: each rule of the quorum has its own sentence, and no number") {
  std::set<std::string> sentences;
  // Three holders: more than all, one, all, none.
  for (const char* const threshold : {"4", "1", "3", "0"}) {
    const Desk desk;
    fill(desk, "root-generation");
    change_annex(desk, "threshold = 2", std::string("threshold = ") + threshold);
    const PlanReport report = desk.check();
    CHECK(report.plan.empty());
    REQUIRE_MESSAGE(report.annex.size() == 1, told(report.annex));
    CHECK(report.annex.front().rule == "annex-quorum");
    CHECK(report.annex.front().line > 0);
    sentences.insert(report.annex.front().message);
  }
  const Desk many;
  fill(many, "root-generation");
  std::string holders;
  for (int i = 0; i < 14; ++i) {
    holders += "[[holder]]\nfolder = \"more-" + std::to_string(i) + "\"\nseat = \"M" +
               std::to_string(i) + "\"\ncontinent = \"Asia\"\n";
  }
  change_annex(many, "[[site]]\nname = \"site-1\"", holders + "[[site]]\nname = \"site-1\"");
  const PlanReport report = many.check();
  REQUIRE_MESSAGE(report.annex.size() == 1, told(report.annex));
  sentences.insert(report.annex.front().message);

  const Desk none;
  fill(none, "root-generation");
  const std::string annex = "salt = \"" + std::string(64, '1') +
                            "\"\nthreshold = 2\n[[site]]\nname = \"site-1\"\n"
                            "continent = \"Europe\"\n";
  change_annex(none, text_in(none.file("annex.toml")), annex);
  const PlanReport empty = none.check();
  CHECK(has_fault(empty.annex, "annex-quorum", "threshold"));
  CHECK(has_fault(empty.annex, "plan-section-missing", "holder"));
  const auto quorum = std::ranges::find(empty.annex, "annex-quorum", &PlanFault::rule);
  sentences.insert(quorum->message);

  CHECK(sentences.size() == 6);
  for (const std::string& sentence : sentences) {
    const bool has_digit =
        std::ranges::any_of(sentence, [](unsigned char c) { return c >= '0' && c <= '9'; });
    CHECK_MESSAGE(!has_digit, sentence);
  }
}

TEST_CASE("plan check: the annex and its plan belong together") {
  const Desk desk;
  fill(desk, "root-generation");
  std::string annex = text_in(desk.file("annex.toml"));
  annex += "\n# a word more\n";
  desk.write("annex.toml", annex);
  const PlanReport report = desk.check();
  REQUIRE(has_fault(report.plan, "plan-annex-digest", "annex_sha256"));
  CHECK(report.plan.front().message.find(base::sha256_hex(base::bytes_of(annex))) !=
        std::string::npos);

  fill(desk, "root-generation");
  change_annex(desk, "continent = \"Asia\"", "continent = \"Atlantis\"");
  CHECK(has_fault(desk.check().annex, "annex-continent", "holder[1].continent"));

  fill(desk, "root-generation");
  change(desk, "site = \"site-1\"", "site = \"site-9\"");
  CHECK(has_fault(desk.check().annex, "annex-site", "site"));

  fill(desk, "share-verification");
  change_annex(desk, std::string(64, 'a'), "tbd");
  CHECK(has_fault(desk.check().annex, "annex-possession-key", "holder[0].possession_key"));

  fill(desk, "root-generation");
  change_annex(desk, "seat = \"B\"", "seat = \"A\"");
  CHECK(has_fault(desk.check().annex, "annex-holder-twice", "holder[1].seat"));
}

TEST_CASE("plan check: two holders' folders that are one on a stick are named by their seats") {
  const Desk desk;
  fill(desk, "root-generation");
  change_annex(desk, "\"stick-C\"", "\"Amara\"");
  const PlanReport report = desk.check();
  REQUIRE(has_fault(report.annex, "annex-holder-twice", "holder[2].folder"));
  CHECK(report.annex.front().message.find("the folders of seats A and C differ only in upper and "
                                          "lower case") != std::string::npos);
  CHECK(told(report.annex).find("mara") == std::string::npos);
}

TEST_CASE("plan check: number, head, end of the root and revocations against the records") {
  LedgerState ledger = empty_state();
  ledger.sequence = 4;
  ledger.head = std::string(64, 'b');
  ledger.crl_number = 2;
  ledger.root_public_key = "root";
  ledger.root_certificate = "root";
  ledger.issued = {{.serial = "01",
                    .certificate = "root",
                    .public_key = "root",
                    .subject = "CN=Root",
                    .profile = "root",
                    .not_after = "2046-11-26"},
                   {.serial = "02",
                    .certificate = "sub",
                    .public_key = "sub",
                    .subject = "CN=Sub",
                    .profile = "subordinate-tls",
                    .not_after = "2030-11-26"}};
  Plan plan;
  plan.sequence = 5;
  plan.previous_head = ledger.head;
  plan.crl = PlannedCrl{.this_update = "2026-11-27",
                        .next_update = "2027-05-26",
                        .revocations = {{.serial = "02", .date = {}, .reason = {}}}};
  plan.requests.push_back({.file = {},
                           .sha256 = {},
                           .profile = {},
                           .not_before = "2026-11-27",
                           .not_after = "2046-11-26",
                           .policies = {},
                           .crl_uris = {},
                           .ca_issuer_uris = {}});
  CHECK(compare_with_ledger(plan, ledger).empty());
  plan.sequence = 4;
  plan.previous_head = std::string(64, 'c');
  plan.requests[0].not_after = "2046-11-27";
  plan.crl->next_update = "2046-12-01";
  plan.crl->revocations[0].serial = "03";
  plan.crl->revocations.push_back({.serial = "01", .date = {}, .reason = {}});  // the root itself
  const PlanFaults faults = compare_with_ledger(plan, ledger);
  CHECK_MESSAGE(faults.size() == 6, told(faults));
  for (const auto& [rule, field] : std::initializer_list<std::pair<const char*, const char*>>{
           {"plan-sequence", "sequence"},
           {"plan-previous-head", "previous_head"},
           {"plan-beyond-root", "request[0].not_after"},
           {"plan-beyond-root", "crl.next_update"},
           {"plan-revocation-unknown", "crl.revoke[0].serial"},
           {"plan-revocation-unknown", "crl.revoke[1].serial"}}) {
    CHECK_MESSAGE(has_fault(faults, rule, field), told(faults));
  }
}

TEST_CASE("plan check: a site that is not live, or a ceremony that was not declared, is named") {
  LedgerState ledger = empty_state();
  ledger.epoch = 2;
  ledger.live_site = "site-2";
  ledger.allowed = {"crl"};
  Plan plan;
  plan.ceremony = "crl";
  plan.site = "site-2";
  CHECK(compare_with_site(plan, script_named("crl"), ledger).empty());
  plan.site = "site-1";
  CHECK(has_fault(compare_with_site(plan, script_named("crl"), ledger), "plan-site-live", "site"));
  CHECK(compare_with_site(plan, script_named("backup-return"), ledger).empty());
  CHECK(compare_with_site(plan, script_named("ledger-merge"), ledger).empty());
  plan.site = "site-2";
  plan.ceremony = "subordinate-signing";
  CHECK(has_fault(compare_with_site(plan, script_named("subordinate-signing"), ledger),
                  "plan-site-live",
                  "site"));
}

TEST_CASE("plan check: what becomes public does not tell the quorum") {
  const Desk desk;
  check_slip(desk,
             {.ceremony = "crl",
              .what = "origin = \"pki.example/root-g1/0001-crl\"",
              .with = "origin = \"any 3 of our 5\"",
              .rule = "plan-tells-quorum",
              .field = "origin"});
}

TEST_CASE("plan check: no TOML, no file, no records") {
  const Desk desk;
  desk.write("plan.toml", "ceremony = ");
  const PlanReport report = desk.check();
  CHECK(has_fault(report.plan, "plan-form", ""));
  CHECK(!check_plan({.plan = desk.file("none.toml"),
                     .annex = {},
                     .requests = {},
                     .ledger = {},
                     .data = desk.file("data"),
                     .today = plan_day})
             .ok());
  CHECK(!read_beginnings(desk.file("in")).ok());
}

}  // namespace
}  // namespace ceremony
