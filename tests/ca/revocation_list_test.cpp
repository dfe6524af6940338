// CRLs: one mutant for each rule, the ledger's invariants, and what comes back from the bytes.

#include "ca/revocation_list.h"

#include <algorithm>
#include <functional>
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "ca/der.h"
#include "ca/issuer.h"
#include "ca/revocation_list_builder.h"
#include "ca/revocation_list_lint.h"
#include "ca/serial_number.h"
#include "ca/signature_algorithm.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using namespace ca;
using support::at;

// A root, two certificates in its ledger, and what a plan says.
struct Ledger {
  support::TestRoot root = support::make_root(Algorithm::kP256);
  CertificateProfile profile = support::profile_named("crl");
  RevocationListPlan plan;
  std::vector<IssuedCertificate> issued;
  std::vector<Revocation> revocations;

  Ledger() {
    plan.this_update = at("2026-06-01T00:00:00Z");
    plan.next_update = at("2027-05-31T23:59:59Z");
    for (int i = 0; i < 2; ++i) {
      issue("2033-12-31T23:59:59Z");
    }
    revoke(0, RevocationReason::kKeyCompromise);
    revoke(1, RevocationReason::kUnspecified);
  }

  void issue(const char* not_after) {
    issued.push_back({.issuer = root.certificate.subject().der(),
                      .serial = new_serial_number(),
                      .not_after = at(not_after)});
  }

  void revoke(std::size_t which, RevocationReason reason) {
    revocations.push_back({.issuer = issued[which].issuer,
                           .serial = issued[which].serial,
                           .revoked_at = at("2026-05-01T12:00:00Z"),
                           .reason = reason});
  }

  [[nodiscard]] RevocationListParts parts(const RevocationList* previous = nullptr) const {
    return {.profile = profile,
            .plan = plan,
            .issuer = root.certificate,
            .issued = IssuedCertificates(root.certificate.subject(), issued),
            .revocations = Revocations(root.certificate.subject(), revocations),
            .previous = previous == nullptr ? std::nullopt : std::optional(*previous)};
  }

  base::Result<RevocationList> sign(const RevocationList* previous = nullptr) {
    base::Result<RevocationListDraft> draft = RevocationListDraft::of(parts(previous));
    if (!draft) {
      return draft.error();
    }
    return sign_revocation_list(std::move(*draft), *root.key);
  }

  // A CRL of that number, as it was published some time ago.
  [[nodiscard]] RevocationList published(std::uint64_t number) const {
    RevocationListPlan first = plan;
    first.known_number = 0;
    first.step = NumberStep::kNext;
    const DistinguishedName& issuer = root.certificate.subject();
    TbsRevocationList tbs = build_revocation_list({.profile = profile,
                                                   .plan = first,
                                                   .issuer = root.certificate,
                                                   .issued = IssuedCertificates(issuer, issued),
                                                   .revocations = Revocations(issuer, revocations)})
                                .value()
                                .tbs;
    for (Extension& extension : tbs.extensions) {
      if (extension.oid == oid::kCrlNumber) {
        extension.value = encode_crl_number(number);
      }
    }
    const base::Bytes bytes = encode(tbs);
    return RevocationList::parse(assemble({.tbs = bytes,
                                           .algorithm = tbs.algorithm,
                                           .signature = root.key->sign(bytes).value()}))
        .value();
  }

  // The next CRL after `list`, `days` later.
  void advance_after(const RevocationList& list, int days) {
    plan.known_number = list.number().value();
    plan.this_update = list.this_update().instant + std::chrono::days{days};
    plan.next_update = plan.this_update + std::chrono::days{364};
  }
};

// A CRL in the making, and what the lint is told about it.
struct Bench {
  TbsRevocationList tbs;
  std::vector<Revocation> entries;
  TbsCertificate issuer;
  bool is_issuer_changed = false;
  LintStage stage = LintStage::kSigned;
  std::optional<std::uint64_t> known_number = 0;
  bool has_ledger = true;
  base::Bytes outer_algorithm;
  std::function<base::Bytes(base::Bytes)> afterwards;
  Ledger* ledger = nullptr;

  Extension& extension(std::string_view oid) {
    return *std::find_if(tbs.extensions.begin(), tbs.extensions.end(), [&](const auto& each) {
      return each.oid == oid;
    });
  }
  void remove(std::string_view oid) {
    tbs.extensions.erase(std::remove_if(tbs.extensions.begin(),
                                        tbs.extensions.end(),
                                        [&](const auto& each) { return each.oid == oid; }),
                         tbs.extensions.end());
  }
  void add(std::string_view oid, base::Bytes value) {
    tbs.extensions.push_back({.oid = std::string(oid), .value = std::move(value)});
  }
  // Entries written as they stand, and no ledger to compare them with.
  void set_entries(const std::vector<Revocation>& list) {
    tbs.entries = encode_entries(Revocations(ledger->root.certificate.subject(), list));
    has_ledger = false;
  }
  // The first entry with these extensions.
  void set_entry_extensions(const std::vector<Extension>& extensions) {
    const base::Bytes entry = der(DerTag::kSequence,
                                  {der(DerTag::kInteger, {entries[0].serial}),
                                   der_time(entries[0].revoked_at),
                                   encode(extensions)});
    tbs.entries = der(DerTag::kSequence, {entry});
    has_ledger = false;
  }
};

Bench bench_of(Ledger& ledger) {
  Bench bench;
  const BuiltRevocationList built = build_revocation_list(ledger.parts()).value();
  bench.tbs = built.tbs;
  for (const RevocationRow& row : built.entries.rows()) {
    const base::ByteView serial = row.serial.octets();
    bench.entries.push_back({.issuer = ledger.root.certificate.subject().der(),
                             .serial = {serial.begin(), serial.end()},
                             .revoked_at = row.revoked_at,
                             .reason = row.reason});
  }
  bench.outer_algorithm = bench.tbs.algorithm;
  bench.ledger = &ledger;
  bench.issuer =
      build_root(
          support::profile_named("root"), support::root_plan(), ledger.root.key->public_key_info())
          .value();
  return bench;
}

base::Findings lint(const Bench& bench) {
  SoftwareKey& key = *bench.ledger->root.key;
  const base::Bytes tbs = encode(bench.tbs);
  base::Bytes whole = assemble(
      {.tbs = tbs, .algorithm = bench.outer_algorithm, .signature = key.sign(tbs).value()});
  if (bench.afterwards) {
    whole = bench.afterwards(std::move(whole));
  }
  const base::Result<RevocationList> list =
      RevocationList::parse(whole, Encoding::kWhateverIsFound);
  REQUIRE(list.ok());
  std::optional<Certificate> issuer = bench.ledger->root.certificate;
  if (bench.is_issuer_changed) {
    const base::Bytes other = encode(bench.issuer);
    issuer = Certificate::parse(assemble({.tbs = other,
                                          .algorithm = bench.issuer.algorithm,
                                          .signature = key.sign(other).value()}))
                 .value();
  }
  const Revocations expected(bench.ledger->root.certificate.subject(), bench.entries);
  return lint_revocation_list(*list,
                              {.profile = &bench.ledger->profile,
                               .issuer = &*issuer,
                               .stage = bench.stage,
                               .known_number = bench.known_number,
                               .expected = bench.has_ledger ? &expected : nullptr});
}

struct Mutant {
  std::string rule;
  std::function<void(Bench&)> breaks;
};

std::vector<Mutant> frame_mutants() {
  return {
      {"crl-not-der",
       [](Bench& b) {
         b.afterwards = [](base::Bytes whole) {
           REQUIRE(whole[1] == 0x82);
           whole[1] = 0x83;
           whole.insert(whole.begin() + 2, 0x00);
           return whole;
         };
       }},
      {"crl-version", [](Bench& b) { b.tbs.version = der_unsigned(std::uint64_t{2}); }},
      {"crl-signature-algorithms-differ",
       [](Bench& b) { b.outer_algorithm = signature_algorithm_of(Algorithm::kP384); }},
      {"crl-signature-algorithm-refused",
       [](Bench& b) {
         b.tbs.algorithm = der(DerTag::kSequence, {der_object_identifier("1.2.840.10045.4.1")});
         b.outer_algorithm = b.tbs.algorithm;
         b.stage = LintStage::kDraft;
       }},
      {"crl-signature-algorithm-not-of-key",
       [](Bench& b) {
         b.tbs.algorithm = b.outer_algorithm = signature_algorithm_of(Algorithm::kP384);
         b.stage = LintStage::kDraft;
       }},
      {"crl-signature-invalid",
       [](Bench& b) {
         b.afterwards = [](base::Bytes whole) {
           whole.back() ^= 1U;
           return whole;
         };
       }},
      {"crl-issuer-bytes-differ",
       [](Bench& b) { b.tbs.issuer = support::example_name("Example root").der(); }},
      {"crl-issuer-may-not-sign",
       [](Bench& b) {
         b.is_issuer_changed = true;
         KeyUsage usage;
         usage.set(KeyUsageBit::kKeyCertSign);
         for (Extension& each : b.issuer.extensions) {
           if (each.oid == oid::kKeyUsage) {
             each.value = encode_key_usage(usage);
           }
         }
       }},
      {"crl-date-encoding",
       [](Bench& b) {
         b.tbs.next_update = der(DerTag::kGeneralizedTime, {base::bytes_of("20270531235959Z")});
       }},
      {"crl-next-update-missing", [](Bench& b) { b.tbs.next_update = {}; }},
      {"crl-dates-reversed", [](Bench& b) { b.tbs.next_update = b.tbs.this_update; }},
      {"crl-too-long", [](Bench& b) { b.tbs.next_update = der_time(at("2027-06-01T00:00:00Z")); }},
      {"crl-outside-issuer",
       [](Bench& b) {
         b.tbs.this_update = der_time(at("2045-06-01T00:00:00Z"));
         b.tbs.next_update = der_time(at("2046-01-01T00:00:00Z"));
       }},
      {"crl-extension-duplicate",
       [](Bench& b) { b.tbs.extensions.push_back(b.extension(oid::kCrlNumber)); }},
      {"crl-extension-malformed",
       [](Bench& b) {
         b.extension(oid::kCrlNumber).value = {0x05, 0x00};
       }},
      {"crl-extension-not-in-profile",
       [](Bench& b) {
         b.add(oid::kAuthorityInformationAccess, encode_ca_issuers({"http://a.example/c"}));
       }},
      {"crl-number-missing", [](Bench& b) { b.remove(oid::kCrlNumber); }},
      {"crl-number-critical",
       [](Bench& b) { b.extension(oid::kCrlNumber).criticality = Criticality::kCritical; }},
      {"crl-number-form",
       [](Bench& b) {
         b.extension(oid::kCrlNumber).value = der(DerTag::kInteger, {base::Bytes{0x85}});
       }},
      {"crl-number-form",
       [](Bench& b) { b.extension(oid::kCrlNumber).value = der_unsigned(base::Bytes(21, 0x11)); }},
      {"crl-number-not-rising", [](Bench& b) { b.known_number = 1; }},
      {"crl-authority-key-identifier-missing",
       [](Bench& b) { b.remove(oid::kAuthorityKeyIdentifier); }},
      {"crl-authority-key-identifier-critical",
       [](Bench& b) {
         b.extension(oid::kAuthorityKeyIdentifier).criticality = Criticality::kCritical;
       }},
      {"crl-authority-key-identifier-form",
       [](Bench& b) {
         b.extension(oid::kAuthorityKeyIdentifier).value = {0x30, 0x00};
       }},
      {"crl-authority-key-identifier-wrong",
       [](Bench& b) { b.extension(oid::kAuthorityKeyIdentifier).value.back() ^= 1U; }},
      {"crl-distribution-point-missing",
       [](Bench& b) { b.remove(oid::kIssuingDistributionPoint); }},
      {"crl-distribution-point-not-critical",
       [](Bench& b) {
         b.extension(oid::kIssuingDistributionPoint).criticality = Criticality::kNotCritical;
       }},
      {"crl-distribution-point-wrong",
       [](Bench& b) {  // onlyContainsUserCerts
         b.extension(oid::kIssuingDistributionPoint).value = {0x30, 0x03, 0x81, 0x01, 0xff};
       }},
      {"crl-delta",
       [](Bench& b) {
         b.add(oid::kDeltaCrlIndicator, encode_crl_number(0));
         b.tbs.extensions.back().criticality = Criticality::kCritical;
       }},
  };
}

std::vector<Mutant> entry_mutants() {
  return {
      {"crl-empty-list",
       [](Bench& b) {
         b.tbs.entries = der(DerTag::kSequence, {});
         b.has_ledger = false;
       }},
      {"crl-entry-serial",
       [](Bench& b) {
         b.entries[0].serial = {0x80, 0x01};
         b.set_entries(b.entries);
       }},
      {"crl-entry-duplicate",
       [](Bench& b) {
         b.entries[1] = b.entries[0];
         b.set_entries(b.entries);
       }},
      {"crl-entry-of-issuer",
       [](Bench& b) {
         b.entries[0].serial = b.ledger->root.certificate.serial();
         b.set_entries(b.entries);
       }},
      {"crl-entry-date-in-future",
       [](Bench& b) {
         b.entries[0].revoked_at = at("2026-06-01T00:00:01Z");
         b.set_entries(b.entries);
       }},
      {"crl-entry-date-encoding",
       [](Bench& b) {
         const base::Bytes entry =
             der(DerTag::kSequence,
                 {der(DerTag::kInteger, {b.entries[0].serial}),
                  der(DerTag::kGeneralizedTime, {base::bytes_of("20260501000000Z")})});
         b.tbs.entries = der(DerTag::kSequence, {entry});
         b.has_ledger = false;
       }},
      {"crl-reason-unspecified",
       [](Bench& b) {
         b.set_entry_extensions(
             {{.oid = std::string(oid::kReasonCode), .value = encode_reason(0)}});
       }},
      {"crl-reason-not-allowed",
       [](Bench& b) {  // certificateHold
         b.set_entry_extensions(
             {{.oid = std::string(oid::kReasonCode), .value = encode_reason(6)}});
       }},
      {"crl-reason-critical",
       [](Bench& b) {
         b.set_entry_extensions({{.oid = std::string(oid::kReasonCode),
                                  .criticality = Criticality::kCritical,
                                  .value = encode_reason(1)}});
       }},
      {"crl-entry-extension",
       [](Bench& b) {  // invalidityDate
         b.set_entry_extensions(
             {{.oid = "2.5.29.24",
               .value = der(DerTag::kGeneralizedTime, {base::bytes_of("20260401000000Z")})}});
       }},
      {"crl-not-as-ledger", [](Bench& b) { b.entries.pop_back(); }},
      {"crl-not-as-ledger", [](Bench& b) { b.entries[0].reason = RevocationReason::kSuperseded; }},
  };
}

std::string message_of(const base::Result<RevocationList>& result) {
  return result ? "" : result.error().message;
}

}  // namespace

TEST_CASE("CRL lint: each mutant is refused by exactly the rule it breaks") {
  Ledger ledger;
  CHECK(support::rules_of(lint(bench_of(ledger))).empty());
  std::vector<Mutant> mutants = frame_mutants();
  for (const Mutant& mutant : entry_mutants()) {
    mutants.push_back(mutant);
  }
  std::set<std::string> broken;
  for (const Mutant& mutant : mutants) {
    CAPTURE(mutant.rule);
    Bench bench = bench_of(ledger);
    mutant.breaks(bench);
    const std::vector<std::string> found = support::rules_of(lint(bench));
    CAPTURE(found.size());
    CHECK((found.empty() ? "nothing" : found.back()) == mutant.rule);
    CHECK(found.size() == 1);
    broken.insert(mutant.rule);
  }
  std::set<std::string> rules;
  for (const LintRule& rule : revocation_list_rules()) {
    rules.emplace(rule.name);
  }
  CHECK(rules == broken);
  MESSAGE(rules.size(),
          " rules for CRLs, ",
          mutants.size(),
          " mutants, ",
          100 * broken.size() / rules.size(),
          " % of the rules broken and reported");
}

TEST_CASE("CRL: the first of a root without revocations has no list at all") {
  Ledger ledger;
  ledger.revocations.clear();
  const base::Result<RevocationList> list = ledger.sign();
  REQUIRE(list.ok());
  CHECK(list->entries().empty());
  CHECK_FALSE(list->has_empty_list());
  CHECK(list->number() == 1);
}

TEST_CASE("CRL: numbers are known + 1, and known + 100 after an activation") {
  Ledger ledger;
  const RevocationList seventh = ledger.published(7);
  ledger.plan.known_number = 7;
  CHECK(ledger.sign(&seventh)->number() == 8);
  ledger.plan.step = NumberStep::kAfterActivation;
  CHECK(ledger.sign(&seventh)->number() == 107);
  ledger.plan.known_number = ~std::uint64_t{0} - 100;
  const RevocationList last = ledger.published(ledger.plan.known_number);
  CHECK(ledger.sign(&last)->number() == ~std::uint64_t{0});
  ledger.plan.known_number += 1;
  CHECK(message_of(ledger.sign(&last)) ==
        "the number of the last CRL leaves no room for another; check it");
}

TEST_CASE("CRL: the last one must be at hand, and be the one that the plan knows") {
  Ledger ledger;
  const RevocationList eighth = ledger.published(8);
  ledger.plan.known_number = 7;
  CHECK(message_of(ledger.sign(&eighth)) ==
        "the last CRL has a higher number than the one the plan knows, so a newer CRL exists; "
        "fetch it and correct the plan");
  ledger.plan.known_number = 9;
  CHECK(message_of(ledger.sign(&eighth)) ==
        "the last CRL has a lower number than the one the plan knows, so it is an old one and a "
        "revocation could be missing in it; fetch the newest");
  CHECK(message_of(ledger.sign()) ==
        "the last CRL is not at hand, and without it a revocation could be lost; fetch it");
}

TEST_CASE("CRL: a last one from which somebody has taken an entry is noticed") {
  Ledger ledger;
  const base::Result<RevocationList> first = ledger.sign();
  REQUIRE(first.ok());
  base::Bytes changed = first->der();
  const base::Bytes& serial = ledger.revocations.front().serial;
  const auto entry = std::search(changed.begin(), changed.end(), serial.begin(), serial.end());
  REQUIRE(entry != changed.end());
  *(entry + 1) ^= 1U;
  const base::Result<RevocationList> forged = RevocationList::parse(changed);
  REQUIRE(forged.ok());
  ledger.advance_after(*first, 30);
  const base::Result<RevocationList> second = ledger.sign(&*forged);
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().code == base::ErrorCode::kInconsistent);
  CHECK(
      second.error().message ==
      "the last CRL was not signed by this issuer or was altered since, and a revocation could be "
      "missing in it; bring the CRL that was published");
}

TEST_CASE("CRL: its date does not go back behind the last one's") {
  Ledger ledger;
  const base::Result<RevocationList> first = ledger.sign();
  REQUIRE(first.ok());
  ledger.advance_after(*first, 0);  // twice on one day is fine
  CHECK(ledger.sign(&*first).ok());
  ledger.advance_after(*first, -1);
  CHECK(message_of(ledger.sign(&*first)) ==
        "the CRL would be dated 2026-05-31T00:00:00Z, before the last one, 2026-06-01T00:00:00Z, "
        "and programs would keep the old one; correct the date");
}

TEST_CASE("CRL: the last one of another issuer is refused") {
  Ledger ledger;
  Ledger other;
  CertificatePlan plan = support::root_plan();
  plan.subject = support::example_name("Other Root");
  other.root = support::make_root(Algorithm::kP256, plan);
  other.revocations.clear();
  const base::Result<RevocationList> last = other.sign();
  REQUIRE(last.ok());
  ledger.advance_after(*last, 30);
  CHECK(message_of(ledger.sign(&*last)) ==
        "the last CRL is of another issuer; use the one of this issuer");
}

TEST_CASE("CRL: a revocation that stood in the last CRL cannot be dropped or changed") {
  Ledger ledger;
  const base::Result<RevocationList> first = ledger.sign();
  REQUIRE(first.ok());
  ledger.advance_after(*first, 30);
  SUBCASE("unchanged, it goes on") {
    const base::Result<RevocationList> second = ledger.sign(&*first);
    REQUIRE(second.ok());
    CHECK(second->entries().size() == 2);
    CHECK(second->number() == 2);
  }
  SUBCASE("dropped") {
    ledger.revocations.pop_back();
    CHECK(message_of(ledger.sign(&*first)) ==
          "a certificate that the last CRL revokes would no longer be revoked; a revocation is for "
          "good, so complete the ledger");
  }
  SUBCASE("changed") {
    ledger.revocations[1].reason = RevocationReason::kSuperseded;
    CHECK(message_of(ledger.sign(&*first)) ==
          "a revocation has another date or reason than in the last CRL; what was published does "
          "not change, so correct the ledger");
  }
}

TEST_CASE("CRL: an entry leaves only after it stood in a CRL made after its certificate's end") {
  Ledger ledger;
  ledger.issue("2026-07-01T00:00:00Z");
  ledger.revoke(2, RevocationReason::kSuperseded);
  const base::Result<RevocationList> first = ledger.sign();
  REQUIRE(first.ok());
  CHECK(first->entries().size() == 3);
  ledger.advance_after(*first, 60);  // 2026-07-31: ended, and not yet listed after its end
  const base::Result<RevocationList> second = ledger.sign(&*first);
  REQUIRE(second.ok());
  CHECK(second->entries().size() == 3);
  ledger.advance_after(*second, 60);
  const base::Result<RevocationList> third = ledger.sign(&*second);
  REQUIRE(third.ok());
  CHECK(third->entries().size() == 2);
}

TEST_CASE("CRL: only certificates that this CA issued can be revoked, and not the root itself") {
  Ledger ledger;
  Revocation& last = ledger.revocations.back();
  SUBCASE("an unknown serial") {
    last.serial = new_serial_number();
    CHECK(message_of(ledger.sign()) ==
          "no certificate with this serial number was issued here; serial numbers are written in "
          "hexadecimal, so compare it digit by digit with the certificate");
  }
  SUBCASE("the root") {
    last.serial = ledger.root.certificate.serial();
    CHECK(message_of(ledger.sign()) ==
          "the serial number is that of the root itself, and no CRL can revoke the root that signs "
          "it; devices must be told to distrust it in another way");
  }
  SUBCASE("another issuer") {
    last.issuer = support::example_name("Other").der();
    CHECK(message_of(ledger.sign()) ==
          "a revocation is for a certificate of another issuer, and a CRL lists only its own; "
          "correct the issuer and the serial number");
  }
  SUBCASE("a serial number that none can have") {
    last.serial.assign(21, 0x01);
    CHECK(message_of(ledger.sign()) ==
          "a revocation has a serial number without digits or of more than 20 octets, and no "
          "certificate has one like that; compare it digit by digit with the certificate");
  }
  SUBCASE("one twice") {
    last.serial = ledger.revocations.front().serial;
    CHECK(message_of(ledger.sign()) ==
          "one certificate is revoked twice; remove one of the two revocations");
  }
  SUBCASE("in the future") {
    last.revoked_at = at("2026-06-01T00:00:01Z");
    CHECK(message_of(ledger.sign()) ==
          "a revocation is dated 2026-06-01T00:00:01Z, after the date of the CRL, "
          "2026-06-01T00:00:00Z; correct one of them");
  }
  SUBCASE("for a reason outside the profile") {
    ledger.profile.list.reasons = {"unspecified"};
    CHECK(message_of(ledger.sign()) ==
          "a revocation gives a reason that the profile does not allow; choose another");
  }
}

TEST_CASE("CRL: one second decides about its length") {
  Ledger ledger;
  ledger.plan.next_update = at("2027-06-01T00:00:00Z");
  CHECK(message_of(ledger.sign()) ==
        "nothing was signed: The CRL would count for 365 days and 1 second (2026-06-01T00:00:00Z "
        "through 2027-06-01T00:00:00Z, both included), and the profile allows 365 days. "
        "[crl-too-long; BR 4.9.7]");
  ledger.plan.next_update = at("2027-05-31T23:59:59Z");
  CHECK(ledger.sign().ok());
}

TEST_CASE("CRL: ten thousand random serials of every form come back as they went in") {
  Ledger ledger;
  const unsigned seed = std::random_device{}();
  MESSAGE("seed ", seed);
  std::mt19937 random(seed);
  std::set<base::Bytes> serials{{0x00, 0x80}, {0x00, 0xff, 0xff}, {0x7f}, {0x01}};
  while (serials.size() < 10'000) {
    base::Bytes serial(1 + random() % 20);
    for (std::uint8_t& octet : serial) {
      octet = static_cast<std::uint8_t>(random());
    }
    if (serial.front() >= 0x80 && serial.size() < 20) {
      serial.insert(serial.begin(), 0x00);
    }
    const bool is_shortest =
        serial.front() < 0x80 && (serial.front() != 0 || (serial.size() > 1 && serial[1] >= 0x80));
    if (is_shortest) {
      serials.insert(serial);
    }
  }
  ledger.issued.clear();
  ledger.revocations.clear();
  for (const base::Bytes& serial : serials) {
    ledger.issued.push_back({.issuer = ledger.root.certificate.subject().der(),
                             .serial = serial,
                             .not_after = at("2040-01-01T00:00:00Z")});
    ledger.revoke(ledger.issued.size() - 1, RevocationReason::kCessationOfOperation);
  }
  const base::Result<RevocationList> list = ledger.sign();
  REQUIRE(list.ok());
  std::set<base::Bytes> found;
  for (const ListedRevocation& entry : list->entries()) {
    found.insert(base::Bytes(entry.serial.begin(), entry.serial.end()));
  }
  CHECK(found == serials);
  CHECK(list->entries().size() == serials.size());
}

TEST_CASE("CRL: the last one may list its entries in any order, and one twice") {
  Ledger ledger;
  for (int i = 0; i < 20; ++i) {
    ledger.issue("2033-12-31T23:59:59Z");
    ledger.revoke(ledger.issued.size() - 1, RevocationReason::kSuperseded);
  }
  const DistinguishedName& issuer = ledger.root.certificate.subject();
  BuiltRevocationList built = build_revocation_list(ledger.parts()).value();
  base::Bytes entries;
  for (const std::size_t which : {21U, 3U, 7U, 0U, 12U, 3U, 1U, 20U, 2U}) {
    const base::Bytes list = encode_entries(Revocations(issuer, {ledger.revocations[which]}));
    append(entries, contents_of(list));
  }
  built.tbs.entries = der(DerTag::kSequence, {entries});
  const base::Bytes algorithm = built.tbs.algorithm;
  const base::Bytes tbs = encode(std::move(built.tbs));
  const auto last = RevocationList::parse(assemble(
      {.tbs = tbs, .algorithm = algorithm, .signature = ledger.root.key->sign(tbs).value()}));
  REQUIRE(last.ok());
  ledger.advance_after(*last, 30);
  const base::Result<RevocationList> next = ledger.sign(&*last);
  REQUIRE(next.ok());
  CHECK(next->entries().size() == 22);
  ledger.revocations.erase(ledger.revocations.begin() + 12);
  CHECK(message_of(ledger.sign(&*last)) ==
        "a certificate that the last CRL revokes would no longer be revoked; a revocation is for "
        "good, so complete the ledger");
}

TEST_CASE("CRL: sealed in place, the bytes are those of any other signed object") {
  const base::Bytes algorithm = signature_algorithm_of(Algorithm::kP384);
  for (const std::size_t size : {0U, 100U, 200U, 70'000U}) {
    const base::Bytes tbs = der(DerTag::kSequence, {base::Bytes(size, 0x05)});
    const base::Bytes signature(size % 150, 0x77);
    CHECK(seal(tbs, {.algorithm = algorithm, .signature = signature}) ==
          assemble({.tbs = tbs, .algorithm = algorithm, .signature = signature}));
  }
}

namespace {

// What a fault of memory or a false token could do while it signs.
class FlippingSigner final : public Signer {
 public:
  enum class Flip { kBeforeSigning, kAfterSigning, kInSignature };

  FlippingSigner(SoftwareKey& key, Flip flip) : key_(key), flip_(flip) {}

  [[nodiscard]] Algorithm algorithm() const override { return key_.algorithm(); }
  [[nodiscard]] const base::Bytes& public_key_info() const override {
    return key_.public_key_info();
  }
  base::Result<base::Bytes> sign(base::ByteView message) override {
    // The last octet of the last extension but one: the number of the CRL, still DER.
    const base::Bytes number = encode_crl_number(1);
    const auto place = std::search(message.begin(), message.end(), number.begin(), number.end());
    const auto offset = static_cast<std::size_t>(place - message.begin()) + number.size() - 1;
    auto* const octet = const_cast<std::uint8_t*>(&message[offset]);
    *octet ^= flip_ == Flip::kBeforeSigning ? 2U : 0U;
    base::Result<base::Bytes> signature = key_.sign(message);
    *octet ^= flip_ == Flip::kAfterSigning ? 2U : 0U;
    signature->back() ^= flip_ == Flip::kInSignature ? 1U : 0U;
    return signature;
  }

 private:
  SoftwareKey& key_;
  Flip flip_;
};

}  // namespace

TEST_CASE("CRL: a bit that flips before, while or after it is signed is noticed") {
  using Flip = FlippingSigner::Flip;
  const std::string ending = "; destroy it, and look for the fault before anything else is signed";
  struct Row {
    Flip flip;
    const char* what;
  };
  for (const Row& row : {Row{Flip::kBeforeSigning, "the CRL is another one"},
                         Row{Flip::kAfterSigning, "the CRL is another one"},
                         Row{Flip::kInSignature, "the signature does not fit"}}) {
    CAPTURE(row.what);
    Ledger ledger;
    base::Result<RevocationListDraft> draft = RevocationListDraft::of(ledger.parts());
    REQUIRE(draft.ok());
    FlippingSigner signer(*ledger.root.key, row.flip);
    const base::Result<RevocationList> list = sign_revocation_list(std::move(*draft), signer);
    REQUIRE_FALSE(list.ok());
    CHECK(list.error().code == base::ErrorCode::kInconsistent);
    CHECK(list.error().message ==
          "what came back from the key is not what was agreed: " + std::string(row.what) + ending);
  }
}

namespace {

// What a program says of the CRL.
std::string judged(const support::TestRoot& root, const RevocationList& list, const char* program) {
  const support::TemporaryFolder folder;
  const std::string root_file = folder / "root.pem";
  const std::string list_file = folder / "list.pem";
  support::plant(root_file, root.certificate.pem());
  support::plant(list_file, list.pem());
  if (program == std::string("openssl")) {
    return support::run_command(program, {"crl", "-in", list_file, "-CAfile", root_file, "-noout"})
        .output;
  }
  return support::run_command(program,
                              {"--verify-crl",
                               "--no-text",
                               "--load-ca-certificate",
                               root_file,
                               "--infile",
                               list_file})
      .output;
}

}  // namespace

TEST_CASE("CRL: a hundred thousand entries pass openssl, and three thousand certtool") {
  CertificatePlan root_plan = support::root_plan();
  root_plan.validity = {.not_before = support::today() - std::chrono::days{60},
                        .not_after = support::today() + std::chrono::days{7000}};
  // certtool's time grows with the square of the number: 100,000 take it more than six minutes.
  struct Judge {
    const char* program;
    const char* verdict;
    int count;
  };
  for (const Judge& judge : {Judge{"openssl", "verify OK", 100'000},
                             Judge{"certtool", "Verification output: Verified.", 3'000}}) {
    CAPTURE(judge.program);
    Ledger ledger;
    ledger.root = support::make_root(Algorithm::kP384, root_plan);
    ledger.plan.this_update = support::today() - std::chrono::days{1};
    ledger.plan.next_update = support::today() + std::chrono::days{300};
    ledger.issued.clear();
    ledger.revocations.clear();
    const Instant end = at("2040-12-31T23:59:59Z");
    for (int i = 0; i < judge.count; ++i) {
      const auto digits = static_cast<std::uint32_t>(i) * 2'654'435'761U;  // in no order
      base::Bytes serial(16, 0x5a);
      for (std::size_t octet = 0; octet < 4; ++octet) {
        serial[octet + 1] = static_cast<std::uint8_t>(digits >> (8 * octet));
      }
      ledger.issued.push_back({.issuer = ledger.root.certificate.subject().der(),
                               .serial = std::move(serial),
                               .not_after = end});
      const auto row = static_cast<std::size_t>(i);
      ledger.revoke(row, kRevocationReasons[row % kRevocationReasons.size()].reason);
      ledger.revocations.back().revoked_at =
          ledger.plan.this_update - std::chrono::seconds{i * 100};
    }
    const base::Result<RevocationList> list = ledger.sign();
    REQUIRE(list.ok());
    CHECK(list->entries().size() == ledger.revocations.size());
    CHECK(support::has(judged(ledger.root, *list, judge.program), judge.verdict));
  }
}
