#include "ceremony/plan.h"

#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "ca/algorithm.h"
#include "ceremony/plan_reserve.h"
#include "ceremony/plan_writer.h"
#include "ceremony/script.h"
#include "ceremony/vault.h"
#include "support/texts.h"

namespace ceremony {
namespace {

using support::has;

// The n-th ```LANGUAGE block of a page below docs/formats.
std::string example(const std::string& page, const std::string& language, int number) {
  std::ifstream file(std::string(TEST_VECTORS) + "/../../docs/formats/" + page);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::size_t at = 0;
  for (int i = 0; i < number; ++i) {
    at = text.find("```" + language + "\n", at);
    REQUIRE(at != std::string::npos);
    at += language.size() + 4;
  }
  return text.substr(at, text.find("```", at) - at);
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

std::string refusal(const std::string& text) {
  const auto plan = parse_plan(text);
  return plan ? "" : plan.error().message;
}

// The plan with a record keeper.
std::string kept(const std::string& plan) {
  return plan + "\n[[keeper]]\nname = \"archive\"\nkey = \"" + std::string(64, 'a') + "\"\n";
}

TEST_CASE("plan: the example of the documentation is a plan, and writes itself alike") {
  const auto plan = parse_plan(example("plan.md", "toml", 1));
  REQUIRE_MESSAGE(plan.ok(), (plan ? "" : plan.error().message));
  CHECK(plan->ceremony == "subordinate-signing");
  CHECK(plan->requests.size() == 1);
  CHECK(plan->requests[0].policies == std::vector<std::string>{"2.999.1.1"});
  const std::string written = write_plan(*plan);
  const auto again = parse_plan(written);
  REQUIRE(again.ok());
  CHECK(write_plan(*again) == written);
}

TEST_CASE("plan: the example of reserve CRLs is read, and says what its text says") {
  const std::string text = replaced(
      example("plan.md", "toml", 1), "[[signer]]", example("plan.md", "toml", 4) + "\n[[signer]]");
  const auto plan = parse_plan(text);
  REQUIRE_MESSAGE(plan.ok(), (plan ? "" : plan.error().message));
  CHECK(plan->crl->reserve == 3);
  CHECK(days_of_crls(*plan->crl).back().this_update == "2027-07-26");
}

TEST_CASE("plan: a batch and a certificate that follows another are read and written") {
  const std::string batch = example("plan.md", "toml", 3);
  std::string text = replaced(example("plan.md", "toml", 1), "[[signer]]", batch + "\n[[signer]]");
  const std::string digest(64, 'c');
  text = replaced(text,
                  "[batch]",
                  "[[request.follows]]\nas = \"renewal\"\nfile = \"old.pem\"\nsha256 = \"" +
                      digest + "\"\n\n[batch]");
  const auto plan = parse_plan(text);
  REQUIRE_MESSAGE(plan.ok(), (plan ? "" : plan.error().message));
  REQUIRE(plan->batch.has_value());
  CHECK(plan->batch->list == "devices.sha256");
  CHECK(plan->batch->terms.profile == "device-identity");
  CHECK(plan->batch->terms.hardware_type == "1.3.6.1.4.1.32473.7");
  REQUIRE(plan->requests[0].follows.size() == 1);
  CHECK(plan->requests[0].follows[0].as == "renewal");
  const auto again = parse_plan(write_plan(*plan));
  REQUIRE_MESSAGE(again.ok(), (again ? "" : again.error().message));
  CHECK(write_plan(*again) == write_plan(*plan));

  CHECK(has(refusal(replaced(text, "devices.sha256", "../devices.sha256")),
            "a [batch] needs the bare name of its list"));
  CHECK(has(refusal(replaced(text,
                             "\"8c3658ff8a7face8e366ff525000f0fb65f2d5453933841ae9d2073160516b"
                             "73\"\nprofile = \"device",
                             "\"8c\"\nprofile = \"device")),
            "a [batch] needs the bare name of its list"));
  CHECK(has(refusal(replaced(text, "\"renewal\"", "\"copy\"")), "\"as\" must be \"renewal\""));
  CHECK(has(refusal(replaced(text, "old.pem", "..")), "the certificate that a new one follows"));
  CHECK(has(refusal(replaced(text, digest, "c")), "the certificate that a new one follows"));
  CHECK(has(refusal(replaced(text,
                             "[batch]",
                             "[[request.follows]]\nas = \"cross\"\nfile = \"b\"\nsha256 = \"" +
                                 digest + "\"\n\n[batch]")),
            "a certificate follows one other"));
  CHECK(has(refusal(replaced(text,
                             "hardware_type",
                             "follows = [ { as = \"cross\", file = \"b\", sha256 = \"" + digest +
                                 "\" } ]\nhardware_type")),
            "is asked for by a [[request]] of its own"));
}

TEST_CASE("plan: every fault is named with its line or its key") {
  const std::string good = example("plan.md", "toml", 1);
  CHECK(has(refusal("ceremony = "), "it is not proper TOML"));
  CHECK(has(refusal(replaced(good, "site =", "sight =")), "\"site\" is missing; add it"));
  CHECK(has(refusal(replaced(good, "site =", "more = 1\nsite =")),
            "(line 7): \"more\" is not known here"));
  CHECK(has(refusal(replaced(good, "sequence = 2", "sequence = \"2\"")),
            "\"sequence\" must be a whole number"));
  CHECK(has(refusal(replaced(good, "sequence = 2", "sequence = 0")), "\"sequence\" must be 1"));
  CHECK(has(refusal(replaced(good, "2026-11-23", "2026-11-31")), "which is no date"));
  CHECK(has(refusal(replaced(good, "REHEARSAL", "rehearsal")), "the plan: "));
  CHECK(has(refusal(replaced(good, "factory-1.csr", "../factory-1.csr")),
            "needs the bare name of its file"));
  CHECK(has(refusal(replaced(good, "\"16b6", "\"16B6")), "a digest is not 64 digits"));
  CHECK(has(refusal(replaced(good, "kdf = \"production\"", "kdf = \"slow\"")), "\"kdf\" must be"));
}

TEST_CASE("plan: a production record has keepers, each with a key of the own") {
  const std::string good = example("plan.md", "toml", 1);
  const std::string production = replaced(good, "REHEARSAL", "PRODUCTION");
  const std::string key(64, 'a');
  const auto keeper = [](const std::string& name, const std::string& public_key) {
    return "[[keeper]]\nname = \"" + name + "\"\nkey = \"" + public_key + "\"\n";
  };
  CHECK(has(refusal(production), "nobody is named who may read the record later"));
  CHECK(refusal(production + keeper("archive", key)).empty());
  CHECK(has(refusal(good + keeper("archive", "12")), "is not 64 digits of 0-9 and a-f"));
  CHECK(has(refusal(good + keeper("archive", key) + keeper("notary", key)),
            "two record keepers have one key"));
  const auto plan = parse_plan(production + keeper("archive", key));
  REQUIRE(plan.ok());
  const auto again = parse_plan(write_plan(*plan));
  REQUIRE(again.ok());
  CHECK(again->keepers.at(0).public_key == key);
}

TEST_CASE("plan: a name that would leave its folder, or come twice, is refused") {
  const std::string good = example("plan.md", "toml", 1);
  CHECK(has(refusal(replaced(good, "\"subordinate-signing\"", "\"../scripts/crl\"")),
            "must be the name of a script"));
  CHECK(has(refusal(replaced(good, "factory-1.csr", "..")), "the bare name of its file"));
  CHECK(has(refusal(replaced(good, "sequence = 2", "sequence = 10000")), "\"sequence\" must be 1"));
  CHECK(has(refusal(replaced(good, "sequence = 2", "sequence = 4294967298")),
            "\"sequence\" must be 1"));
  const auto from = good.find("[[request]]");
  const std::string request = good.substr(from, good.find("[[signer]]") - from);
  for (const char* const name : {"Factory-1.pem", "factory-1-chain.csr"}) {
    CHECK(has(refusal(good + "\n" + replaced(request, "factory-1.csr", name)),
              "two requests would give certificates of one name"));
  }
  CHECK(refusal(good + "\n" + replaced(request, "factory-1.csr", "factory-2.csr")).empty());
}

TEST_CASE("plan: the name of a root that is not for production says so") {
  const std::string root =
      "\n[root]\nalgorithm = \"p-256\"\nprofile = \"root\"\norganization = \"Acme\"\ncountry = "
      "\"DE\"\n"
      "not_before = \"2026-11-23\"\nnot_after = \"2056-11-22\"\ncommon_name = ";
  const std::string good = example("plan.md", "toml", 1);
  CHECK(refusal(good + root + "\"REHEARSAL Root\"\n").empty());
  CHECK(has(refusal(good + root + "\"Acme Root\"\n"), "must contain the word REHEARSAL"));
  const std::string drill = replaced(good, "REHEARSAL", "DRILL");
  CHECK(has(refusal(drill + root + "\"REHEARSAL Root\"\n"), "must contain the word DRILL"));
  const std::string production = kept(replaced(good, "REHEARSAL", "PRODUCTION"));
  CHECK(refusal(production + root + "\"Acme Root\"\n").empty());
}

TEST_CASE("plan: a post-quantum root where OpenSSL has it, and refused by name where it has not") {
  const std::string good = example("plan.md", "toml", 1) +
                           "\n[root]\nalgorithm = \"p-256\"\nprofile = \"root\"\n"
                           "organization = \"Acme\"\ncountry = \"DE\"\n"
                           "not_before = \"2026-11-23\"\nnot_after = \"2056-11-22\"\n"
                           "common_name = \"REHEARSAL Root\"\n";
  for (const ca::Algorithm algorithm : ca::all_algorithms()) {
    const std::string name(ca::name_of(algorithm));
    CAPTURE(name);
    const auto here = ca::algorithm_named(name);
    const std::string fault = refusal(replaced(good, "\"p-256\"", "\"" + name + "\""));
    CHECK(fault.empty() == here.ok());
    CHECK((here.ok() || has(fault, here.error().message)));
  }
}

TEST_CASE("annex: nobody stands for two, and a salt is hex") {
  const std::string good = example("plan.md", "toml", 2);
  const auto fault = [](const std::string& text) {
    const auto annex = parse_annex(text);
    return annex ? std::string() : annex.error().message;
  };
  CHECK(fault(good).empty());
  CHECK(has(fault(replaced(good, "seat = \"B\"", "seat = \"A\"")), "two holders have one seat"));
  CHECK(has(fault(replaced(good, "\"bjorn\"", "\"amara\"")), "two holders have one seat"));
  CHECK(has(fault(replaced(good, "\"bjorn\"", "\"../bjorn\"")), "the bare name of a folder"));
  CHECK(has(fault(replaced(good, "1e1f", "1e1g")), "256 random bits"));
}

TEST_CASE("plan: PRODUCTION refuses fast passphrase hashing") {
  std::string text = kept(replaced(example("plan.md", "toml", 1), "REHEARSAL", "PRODUCTION"));
  CHECK(refusal(text).empty());
  text = replaced(text, "kdf = \"production\"", "kdf = \"fast\"");
  CHECK(has(refusal(text), "a production ceremony needs kdf = \"production\""));
}

TEST_CASE("annex: the example of the documentation is an annex") {
  const auto annex = parse_annex(example("plan.md", "toml", 2));
  REQUIRE_MESSAGE(annex.ok(), (annex ? "" : annex.error().message));
  CHECK(annex->holders.size() == 3);
  CHECK(annex->quorum.has_value());
  const auto again = parse_annex(write_annex(*annex));
  REQUIRE(again.ok());
  CHECK(again->holders[2].possession_key == annex->holders[2].possession_key);
}

TEST_CASE("annex: what carries a share, how it was found, and its bag, are read and written") {
  const std::string good = replaced(example("plan.md", "toml", 2),
                                    "seat = \"B\"",
                                    "seat = \"B\"\ncarrier = \"token\"\nhealth = \"suspect\"\n"
                                    "bag = \"TEB-7\"");
  const auto annex = parse_annex(good);
  REQUIRE_MESSAGE(annex.ok(), (annex ? "" : annex.error().message));
  CHECK(annex->holders[0].carrier == kOnStick);
  CHECK(annex->holders[0].health == kShareGood);
  const auto again = parse_annex(write_annex(*annex));
  REQUIRE(again.ok());
  CHECK(again->holders[1].carrier == kOnToken);
  CHECK(again->holders[1].health == kShareSuspect);
  CHECK(again->holders[1].bag == "TEB-7");
  const auto carrier = parse_annex(replaced(good, "\"token\"", "\"tape\""));
  REQUIRE(!carrier.ok());
  CHECK(has(carrier.error().message, "must be \"stick\", \"card\" or \"token\""));
  const auto health = parse_annex(replaced(good, "\"suspect\"", "\"fine\""));
  REQUIRE(!health.ok());
  CHECK(has(health.error().message, "must be \"good\", \"lost\" or \"suspect\""));
}

TEST_CASE("plan: the library of the holders' tokens is named by its whole path") {
  const std::string good = example("plan.md", "toml", 1);
  const std::string named = replaced(good, "kdf =", "token_library = \"/usr/lib/t.so\"\nkdf =");
  const auto plan = parse_plan(named);
  REQUIRE_MESSAGE(plan.ok(), (plan ? "" : plan.error().message));
  CHECK(parse_plan(write_plan(*plan))->token_library == "/usr/lib/t.so");
  CHECK(has(refusal(replaced(named, "/usr/lib/t.so", "t.so")), "the whole path"));
}

TEST_CASE("annex: without its salt, or with every share needed, it is refused") {
  const std::string good = example("plan.md", "toml", 2);
  const auto short_salt = parse_annex(replaced(good, "1e1f", ""));
  REQUIRE(!short_salt.ok());
  CHECK(has(short_salt.error().message, "256 random bits"));
  const auto all = parse_annex(replaced(good, "threshold = 2", "threshold = 3"));
  REQUIRE(!all.ok());
  CHECK(has(all.error().message, "every share would be needed"));
}

TEST_CASE("vault: a signing key's example reads and writes byte for byte, and is no root's") {
  const std::string text = example("vault.md", "json", 2);
  const auto header = read_vault_header(text);
  REQUIRE_MESSAGE(header.ok(), (header ? "" : header.error().message));
  CHECK(header->is_signing_key());
  CHECK(header->root_sha256.empty());
  CHECK(*write_vault_header(*header) == text);
  for (const auto& [what, with] : std::vector<std::pair<std::string, std::string>>{
           {"conclave-signing-vault-1", "conclave-vault-1"},
           {"conclave-signing-vault-1", "conclave-signing-vault-2"},
           {"signing-key.csr", "other.csr"},
           {"\"public_key\"", "\"root_public_key\""},
           {"request_sha256", "root_certificate_sha256"},
           {"3b8b1f2d", "3b8b1f2d\", \"x\": \""}}) {
    const auto refused = read_vault_header(replaced(text, what, with));
    const std::string changed(what);
    CHECK_MESSAGE(!refused.ok(), changed);
  }
  VaultHeader neither = *header;
  neither.request_sha256.clear();
  CHECK(!write_vault_header(neither).ok());
  VaultHeader both = *header;
  both.root_sha256 = both.blob_sha256;
  CHECK(!write_vault_header(both).ok());
}

TEST_CASE("vault: the example of the documentation reads and writes byte for byte") {
  const std::string text = example("vault.md", "json", 1);
  const auto header = read_vault_header(text);
  REQUIRE_MESSAGE(header.ok(), (header ? "" : header.error().message));
  CHECK(*write_vault_header(*header) == text);
  for (const auto& [what, with] : std::vector<std::pair<std::string, std::string>>{
           {"conclave-vault-1", "conclave-vault-2"},
           {"REHEARSAL", "REHEARSED"},
           {"ed25519", "ed448"},
           {"\"generation\": 1", "\"generation\": 0"},
           {"\"generation\": 1", "\"generation\": 1, \"extra\": 3"},
           {"000102", "00010"},
           {"MCow", "MCo"},
           {"blob_opens_with", "opens_with"}}) {
    const auto refused = read_vault_header(replaced(text, what, with));
    const std::string changed(what);
    CHECK_MESSAGE(!refused.ok(), changed);
  }
}

}  // namespace
}  // namespace ceremony
