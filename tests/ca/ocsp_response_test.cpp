// OCSP responses that a root signs itself: one mutant for each rule, what is no response, and what
// OpenSSL and GnuTLS say of a good one.

#include "ca/ocsp_response.h"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "ca/certificate_builder.h"
#include "ca/der.h"
#include "ca/issuer.h"
#include "ca/ocsp_response_builder.h"
#include "ca/ocsp_response_lint.h"
#include "ca/revocation_list_builder.h"
#include "ca/signature_algorithm.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using namespace ca;
using support::at;
using support::has;

support::TestRoot root_by(const char* profile,
                          std::unique_ptr<SoftwareKey> key,
                          const CertificatePlan& plan) {
  const CertificateDraft draft =
      CertificateDraft::of_root(support::profile_named(profile), plan, key->public_key_info())
          .value();
  Certificate certificate = sign_certificate(draft, *key).value();
  return {.key = std::move(key), .certificate = std::move(certificate)};
}

// The days of a CRL.
struct Days {
  Instant this_update;
  Instant next_update;
};
const Days usual_days{.this_update = at("2026-06-01T00:00:00Z"),
                      .next_update = at("2027-05-31T23:59:59Z")};

// A root that may answer, three subordinates, and the CRL that revokes two of them.
struct Office {
  explicit Office(Algorithm algorithm = Algorithm::kP256,
                  const CertificatePlan& plan = support::root_plan(),
                  const Days& days = usual_days)
      : root(root_by("root-ocsp", support::new_key(algorithm), plan)),
        good(subordinate("Good CA")),
        revoked(subordinate("Revoked CA")),
        unexplained(subordinate("Unexplained CA")),
        list(revoking(days)) {}

  Certificate subordinate(const std::string& name) {
    const auto key = support::new_key(Algorithm::kP256);
    const CertificateProfile tls = support::profile_named("subordinate-tls");
    CertificatePlan plan = support::subordinate_plan();
    plan.validity = {.not_before = root.certificate.not_before().instant,
                     .not_after = root.certificate.not_before().instant + std::chrono::days{2000}};
    const auto draft =
        CertificateDraft::of_subordinate({.profile = tls,
                                          .plan = plan,
                                          .request = support::request_for(*key, name),
                                          .issuer = root.certificate},
                                         {});
    return sign_certificate(draft.value(), *root.key).value();
  }

  RevocationList revoking(const Days& days) {
    RevocationListPlan plan;
    plan.this_update = days.this_update;
    plan.next_update = days.next_update;
    const DistinguishedName& name = root.certificate.subject();
    std::vector<IssuedCertificate> issued;
    for (const Certificate* each : {&good, &revoked, &unexplained}) {
      issued.push_back(
          {.issuer = name.der(), .serial = each->serial(), .not_after = each->not_after().instant});
    }
    const std::vector<Revocation> revocations{
        {.issuer = name.der(),
         .serial = revoked.serial(),
         .revoked_at = days.this_update - std::chrono::days{30},
         .reason = RevocationReason::kKeyCompromise},
        {.issuer = name.der(),
         .serial = unexplained.serial(),
         .revoked_at = days.this_update - std::chrono::days{20},
         .reason = RevocationReason::kUnspecified}};
    auto draft = RevocationListDraft::of({.profile = profile,
                                          .plan = plan,
                                          .issuer = root.certificate,
                                          .issued = IssuedCertificates(name, issued),
                                          .revocations = Revocations(name, revocations)});
    return sign_revocation_list(std::move(draft).value(), *root.key).value();
  }

  [[nodiscard]] OcspResponseParts about(const Certificate& certificate) const {
    return {
        .profile = profile, .issuer = root.certificate, .certificate = certificate, .list = list};
  }

  base::Result<OcspResponse> answer(const Certificate& certificate) {
    const auto draft = OcspResponseDraft::of(about(certificate));
    return draft ? sign_ocsp_response(*draft, *root.key)
                 : base::Result<OcspResponse>(draft.error());
  }

  CertificateProfile profile = support::profile_named("crl");
  support::TestRoot root;
  Certificate good;
  Certificate revoked;
  Certificate unexplained;
  RevocationList list;
};

// A response in the making, and what the lint is told about it.
struct Bench {
  TbsOcspResponse tbs;
  base::Bytes algorithm;
  base::Bytes certificates;
  bool has_list = true;
  bool is_of_plain_root = false;  // the same key and name by the profile "root"
  LintStage stage = LintStage::kSigned;
  std::function<base::Bytes(base::Bytes)> afterwards;
  Office* office = nullptr;

  OcspAnswerParts& answer() { return tbs.answers.front(); }
};

Bench good_bench(Office& office) {
  Bench bench;
  bench.tbs = build_ocsp_response(office.about(office.good)).value();
  bench.algorithm = signature_algorithm_of(Algorithm::kP256);
  bench.office = &office;
  return bench;
}

base::Bytes der_of(const Bench& bench) {
  const base::Bytes tbs = encode(bench.tbs);
  base::Bytes whole = seal_ocsp_response({.tbs = tbs,
                                          .algorithm = bench.algorithm,
                                          .signature = bench.office->root.key->sign(tbs).value(),
                                          .certificates = bench.certificates});
  return bench.afterwards ? bench.afterwards(std::move(whole)) : whole;
}

// The same key under the same name, by a profile that does not let it answer.
Certificate plain_root(Office& office) {
  const CertificateDraft draft =
      CertificateDraft::of_root(
          support::profile_named("root"), support::root_plan(), office.root.key->public_key_info())
          .value();
  return sign_certificate(draft, *office.root.key).value();
}

base::Findings lint(const Bench& bench) {
  const auto response = OcspResponse::parse(der_of(bench));
  REQUIRE_MESSAGE(response.ok(), (response ? "" : response.error().message));
  Office& office = *bench.office;
  const Certificate issuer = bench.is_of_plain_root ? plain_root(office) : office.root.certificate;
  return lint_ocsp_response(*response,
                            {.profile = &office.profile,
                             .issuer = &issuer,
                             .certificate = &office.good,
                             .list = bench.has_list ? &office.list : nullptr,
                             .stage = bench.stage});
}

base::Bytes time(const char* text) {
  return der_generalized_time(at(text));
}

// RevokedInfo with a reason that our own writer does not write.
base::Bytes revoked_for(std::uint8_t reason) {
  return der(DerTag::kContext1Constructed,
             {time("2026-05-02T00:00:00Z"),
              der(DerTag::kContext0Constructed,
                  {der(DerTag::kEnumerated, {std::array<std::uint8_t, 1>{reason}})})});
}

base::Bytes revoked_on(const char* day, RevocationReason reason) {
  return encode({.status = OcspStatus::kRevoked, .revoked_at = at(day), .reason = reason});
}

base::Bytes sha256_certificate_id(const Certificate& certificate) {
  const base::Bytes digest(32, 0x11);
  const base::Bytes hash = der(DerTag::kOctetString, {digest});
  const base::Bytes algorithm = der(
      DerTag::kSequence, {der_object_identifier("2.16.840.1.101.3.4.2.1"), der(DerTag::kNull, {})});
  return der(DerTag::kSequence,
             {algorithm, hash, hash, der(DerTag::kInteger, {certificate.serial()})});
}

Extension odd_extension(std::string_view oid) {
  return {.oid = std::string(oid), .value = der(DerTag::kOctetString, {base::bytes_of("0123")})};
}

struct Mutant {
  std::string rule;
  std::function<void(Bench&)> breaks;
};

std::vector<Mutant> frame_mutants() {
  return {
      {"ocsp-version",
       [](Bench& b) {
         b.tbs.version = der(DerTag::kContext0Constructed, {der_unsigned(std::uint64_t{0})});
       }},
      {"ocsp-signature-algorithm-refused",
       [](Bench& b) {
         b.algorithm = der(DerTag::kSequence, {der_object_identifier("1.2.840.10045.4.1")});
         b.stage = LintStage::kDraft;
       }},
      {"ocsp-signature-algorithm-not-of-key",
       [](Bench& b) {
         b.algorithm = signature_algorithm_of(Algorithm::kP384);
         b.stage = LintStage::kDraft;
       }},
      {"ocsp-signature-invalid",
       [](Bench& b) {
         b.afterwards = [](base::Bytes whole) {
           whole.back() ^= 1U;
           return whole;
         };
       }},
      {"ocsp-issuer-may-not-sign", [](Bench& b) { b.is_of_plain_root = true; }},
      {"ocsp-responder-wrong",
       [](Bench& b) { b.tbs.responder = encode_responder_key(b.office->good.public_key_info()); }},
      {"ocsp-responder-wrong",
       [](Bench& b) {  // byName
         b.tbs.responder =
             der(DerTag::kContext1Constructed, {b.office->root.certificate.subject().der()});
       }},
      {"ocsp-certificates",
       [](Bench& b) {
         b.certificates = der(DerTag::kContext0Constructed,
                              {der(DerTag::kSequence, {b.office->root.certificate.der()})});
       }},
      {"ocsp-nonce", [](Bench& b) { b.tbs.extensions.push_back(odd_extension(oid::kOcspNonce)); }},
      {"ocsp-extension",
       [](Bench& b) { b.tbs.extensions.push_back(odd_extension("1.3.6.1.5.5.7.48.1.9")); }},
      {"ocsp-answer-count", [](Bench& b) { b.tbs.answers.push_back(b.answer()); }},
      {"ocsp-answer-count", [](Bench& b) { b.tbs.answers.clear(); }},
      {"ocsp-answer-extension",
       [](Bench& b) { b.answer().extensions.push_back(odd_extension("2.999.1")); }},
  };
}

std::vector<Mutant> answer_mutants() {
  return {
      {"ocsp-id-digest",
       [](Bench& b) { b.answer().certificate_id = sha256_certificate_id(b.office->good); }},
      {"ocsp-id-issuer-wrong",
       [](Bench& b) {
         const support::TestRoot other = support::make_root(Algorithm::kP256);  // of that name
         b.answer().certificate_id =
             encode_certificate_id(other.certificate, b.office->good.serial());
       }},
      {"ocsp-id-serial-wrong",
       [](Bench& b) {
         b.answer().certificate_id =
             encode_certificate_id(b.office->root.certificate, b.office->root.certificate.serial());
       }},
      {"ocsp-date-encoding",
       [](Bench& b) {
         b.answer().next_update =
             der(DerTag::kGeneralizedTime, {base::bytes_of("20270531235959.5Z")});
       }},
      {"ocsp-date-encoding",
       [](Bench& b) {
         b.tbs.produced_at = der(DerTag::kGeneralizedTime, {base::bytes_of("202606010000Z")});
       }},
      {"ocsp-next-update-missing", [](Bench& b) { b.answer().next_update.clear(); }},
      {"ocsp-dates-reversed",
       [](Bench& b) {
         b.answer().next_update = b.answer().this_update;
         b.has_list = false;
       }},
      {"ocsp-too-long",
       [](Bench& b) {
         b.answer().next_update = time("2027-06-01T00:00:00Z");
         b.has_list = false;
       }},
      {"ocsp-outside-issuer",
       [](Bench& b) {
         b.answer().this_update = b.tbs.produced_at = time("2045-06-01T00:00:00Z");
         b.answer().next_update = time("2046-01-01T00:00:00Z");
         b.has_list = false;
       }},
      {"ocsp-outside-issuer",
       [](Bench& b) {
         b.answer().this_update = b.tbs.produced_at = time("2025-12-31T23:59:59Z");
         b.answer().next_update = time("2026-06-01T00:00:00Z");
         b.has_list = false;
       }},
      {"ocsp-produced-outside", [](Bench& b) { b.tbs.produced_at = time("2026-05-31T23:59:59Z"); }},
      {"ocsp-produced-outside", [](Bench& b) { b.tbs.produced_at = time("2027-06-01T00:00:00Z"); }},
      {"ocsp-status-unknown",
       [](Bench& b) { b.answer().status = encode({.status = OcspStatus::kUnknown}); }},
      {"ocsp-revocation-in-future",
       [](Bench& b) {
         b.answer().status = revoked_on("2026-06-01T00:00:01Z", RevocationReason::kKeyCompromise);
         b.has_list = false;
       }},
      {"ocsp-reason-unspecified",
       [](Bench& b) {
         b.answer().status = revoked_for(0);
         b.has_list = false;
       }},
      {"ocsp-reason-not-allowed",
       [](Bench& b) {
         b.answer().status = revoked_for(6);  // certificateHold
         b.has_list = false;
       }},
      {"ocsp-crl-contradicts",
       [](Bench& b) {
         b.answer().status = revoked_on("2026-05-02T00:00:00Z", RevocationReason::kKeyCompromise);
       }},
      {"ocsp-dates-not-of-crl",
       [](Bench& b) { b.answer().next_update = time("2027-05-31T23:59:58Z"); }},
      {"ocsp-dates-not-of-crl",
       [](Bench& b) { b.answer().this_update = b.tbs.produced_at = time("2026-06-01T00:00:01Z"); }},
  };
}

// What a CRL and an answer about its revoked certificate say to each other.
std::vector<std::string> rules_against_list(Office& office, const base::Bytes& status) {
  Bench bench = good_bench(office);
  bench.tbs = build_ocsp_response(office.about(office.revoked)).value();
  bench.answer().status = status;
  const auto response = OcspResponse::parse(der_of(bench));
  return support::rules_of(lint_ocsp_response(response.value(),
                                              {.profile = &office.profile,
                                               .issuer = &office.root.certificate,
                                               .certificate = &office.revoked,
                                               .list = &office.list}));
}

// A signer at fault: another bit comes back, or another key signs.
class OddSigner final : public Signer {
 public:
  OddSigner(SoftwareKey& key, SoftwareKey& signs) : key_(key), signs_(signs) {}

  [[nodiscard]] Algorithm algorithm() const override { return key_.algorithm(); }
  [[nodiscard]] const base::Bytes& public_key_info() const override {
    return key_.public_key_info();
  }
  base::Result<base::Bytes> sign(base::ByteView message) override { return signs_.sign(message); }

 private:
  SoftwareKey& key_;
  SoftwareKey& signs_;
};

std::string message_of(const base::Result<OcspResponse>& response) {
  return response ? "" : response.error().message;
}

}  // namespace

TEST_CASE("ocsp response: good answers have no finding, and every rule has a mutant") {
  Office office;
  CHECK(support::rules_of(lint(good_bench(office))).empty());
  std::set<std::string> broken{"ocsp-reason-missing"};  // a notice, in a case of its own
  std::vector<Mutant> mutants = frame_mutants();
  for (Mutant& mutant : answer_mutants()) {
    mutants.push_back(std::move(mutant));
  }
  for (const Mutant& mutant : mutants) {
    CAPTURE(mutant.rule);
    Bench bench = good_bench(office);
    mutant.breaks(bench);
    CHECK(support::rules_of(lint(bench)) == std::vector<std::string>{mutant.rule});
    broken.insert(mutant.rule);
  }
  std::set<std::string> rules;
  for (const LintRule& rule : ocsp_response_rules()) {
    rules.insert(std::string(rule.name));
    CHECK_FALSE(rule.field.empty());
    CHECK_FALSE(rule.source.empty());
  }
  CHECK(broken == rules);
  MESSAGE(mutants.size(), " mutants of ", rules.size(), " rules");
}

TEST_CASE("ocsp response: whether, when and why it was revoked are as in the CRL") {
  Office office;
  const auto same = revoked_on("2026-05-02T00:00:00Z", RevocationReason::kKeyCompromise);
  CHECK(rules_against_list(office, same).empty());
  const std::vector<std::string> contradicts{"ocsp-crl-contradicts"};
  CHECK(rules_against_list(office, encode(OcspStatusParts())) == contradicts);
  CHECK(rules_against_list(office,
                           revoked_on("2026-05-02T00:00:01Z", RevocationReason::kKeyCompromise)) ==
        contradicts);
  CHECK(rules_against_list(office,
                           revoked_on("2026-05-02T00:00:00Z", RevocationReason::kSuperseded)) ==
        contradicts);
  CHECK(rules_against_list(office,
                           revoked_on("2026-05-02T00:00:00Z", RevocationReason::kUnspecified)) ==
        contradicts);
}

TEST_CASE("ocsp response: what is built says of each certificate what the CRL says") {
  Office office;
  const OcspResponse good = office.answer(office.good).value();
  REQUIRE(good.answers().size() == 1);
  CHECK(good.answers()[0].status == OcspStatus::kGood);
  CHECK(good.answers()[0].certificate.serial == office.good.serial());
  CHECK(good.answers()[0].this_update.instant == office.list.this_update().instant);
  CHECK(good.answers()[0].next_update->instant == office.list.next_update()->instant);
  CHECK(good.produced_at().instant == office.list.this_update().instant);
  CHECK(good.extensions().empty());

  const OcspResponse revoked = office.answer(office.revoked).value();
  CHECK(revoked.answers()[0].status == OcspStatus::kRevoked);
  CHECK(revoked.answers()[0].revoked_at->instant == at("2026-05-02T00:00:00Z"));
  CHECK(revoked.answers()[0].reason == std::uint8_t{1});

  const auto draft = OcspResponseDraft::of(office.about(office.unexplained)).value();
  CHECK_FALSE(draft.unsigned_form().answers()[0].reason.has_value());
  REQUIRE(draft.findings().size() == 1);
  CHECK(draft.findings()[0].rule == "ocsp-reason-missing");
  CHECK(draft.findings()[0].severity == base::Severity::kNotice);
  CHECK(office.answer(office.unexplained).ok());
}

TEST_CASE("ocsp response: nothing is built about strange, ended or unlisted certificates") {
  Office office;
  const auto message = [](const OcspResponseParts& parts) {
    const auto draft = OcspResponseDraft::of(parts);
    return draft ? "" : draft.error().message;
  };
  const char* const foreign = "a CA answers by OCSP only for certificates that it has issued";
  CHECK(has(message(office.about(office.root.certificate)), foreign));
  const support::TestRoot strange = root_by("root-ocsp", support::new_key(Algorithm::kP256), [] {
    CertificatePlan plan = support::root_plan();
    plan.subject = support::example_name("Another Root");
    return plan;
  }());
  CHECK(has(message({.profile = office.profile,
                     .issuer = strange.certificate,
                     .certificate = office.good,
                     .list = office.list}),
            foreign));
  const RevocationList later = office.revoking(
      {.this_update = at("2032-06-01T00:00:00Z"), .next_update = at("2032-09-01T00:00:00Z")});
  CHECK(has(message({.profile = office.profile,
                     .issuer = office.root.certificate,
                     .certificate = office.good,
                     .list = later}),
            "has ended, and nobody asks for it any more"));
}

TEST_CASE("ocsp response: a root without digitalSignature signs none") {
  Office office;
  const Certificate plain = plain_root(office);
  const auto draft = OcspResponseDraft::of({.profile = office.profile,
                                            .issuer = plain,
                                            .certificate = office.good,
                                            .list = office.list});
  REQUIRE(draft.ok());
  const std::string message = message_of(sign_ocsp_response(*draft, *office.root.key));
  CHECK(has(message, "nothing was signed"));
  CHECK(has(message, "ocsp-issuer-may-not-sign; RFC 5280 section 4.2.1.3"));
}

TEST_CASE("ocsp response: another key, and a signature that does not fit, are caught") {
  Office office;
  const auto other = support::new_key(Algorithm::kP256);
  const auto draft = OcspResponseDraft::of(office.about(office.good)).value();
  CHECK(has(message_of(sign_ocsp_response(draft, *other)),
            "the key at hand is not the key of the issuer's certificate"));
  OddSigner odd(*office.root.key, *other);
  CHECK(has(message_of(sign_ocsp_response(draft, odd)), "the signature does not fit"));
}

TEST_CASE("ocsp response: a client believes it under its own issuer and under no other") {
  Office office;
  Office other;
  const OcspResponse response = office.answer(office.good).value();
  CHECK(response.believed_under(office.root.certificate).ok());
  CHECK(response.verify_with(office.root.certificate.public_key_info()).ok());
  const auto refused = response.believed_under(other.root.certificate);
  REQUIRE_FALSE(refused.ok());
  CHECK(has(refused.error().message, "OpenSSL does not believe this OCSP response"));
  CHECK_FALSE(response.verify_with(other.root.certificate.public_key_info()).ok());
}

TEST_CASE("ocsp response: whatever is none, or answers nothing, is refused") {
  Office office;
  const base::Bytes whole = office.answer(office.good).value().der();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CHECK_FALSE(OcspResponse::parse(base::ByteView(whole).first(length)).ok());
  }
  base::Bytes longer = whole;
  longer.push_back(0);
  CHECK(has(message_of(OcspResponse::parse(longer)), "this is not a proper OCSP response"));
  const base::Bytes try_later{0x30, 0x03, 0x0a, 0x01, 0x03};
  CHECK_FALSE(OcspResponse::parse(try_later).ok());
  // An answer of another type, and a basic one that is no DER inside its OCTET STRING.
  const base::Bytes other_type = [&] {
    base::Bytes changed = whole;
    const base::Bytes type = der_object_identifier(oid::kOcspBasic);
    const auto found = std::search(changed.begin(), changed.end(), type.begin(), type.end());
    REQUIRE(found != changed.end());
    *(found + static_cast<std::ptrdiff_t>(type.size()) - 1) = 2;
    return changed;
  }();
  CHECK_FALSE(OcspResponse::parse(other_type).ok());
  Bench bench = good_bench(office);
  bench.answer().this_update = der(DerTag::kGeneralizedTime, {base::bytes_of("20261301000000Z")});
  CHECK_FALSE(OcspResponse::parse(der_of(bench)).ok());
  CHECK_FALSE(OcspResponse::parse(wrapped_as_response(base::bytes_of("no sequence"))).ok());
}

TEST_CASE("ocsp response: no changed byte goes unnoticed") {
  Office office;
  const base::Bytes whole = office.answer(office.revoked).value().der();
  int read = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    base::Bytes changed = whole;
    changed[i] ^= 0x01;
    const auto response = OcspResponse::parse(changed);
    if (response) {
      ++read;
      CHECK(response->der() == changed);
      CHECK_FALSE(response->believed_under(office.root.certificate).ok());
    }
  }
  CHECK(read > 0);
}

TEST_CASE("ocsp response: OpenSSL and GnuTLS believe those of a root of every algorithm") {
  const Days days{.this_update = support::today(),
                  .next_update = support::today() + std::chrono::days{180}};
  for (const Algorithm algorithm : {Algorithm::kP256,
                                    Algorithm::kP384,
                                    Algorithm::kP521,
                                    Algorithm::kRsa3072,
                                    Algorithm::kEd25519}) {
    CAPTURE(ca::name_of(algorithm));
    Office office(algorithm, support::root_plan_of_today(), days);
    const support::TemporaryFolder folder;
    const auto file = [&](const char* name) { return (folder / name).string(); };
    support::write_file(folder / "root.pem", base::bytes_of(office.root.certificate.pem()));
    for (const auto& [certificate, status] :
         {std::pair(office.good, ": good"), std::pair(office.revoked, ": revoked")}) {
      const auto response = office.answer(certificate);
      REQUIRE_MESSAGE(response.ok(), message_of(response));
      support::write_file(folder / "sub.pem", base::bytes_of(certificate.pem()));
      support::write_file(folder / "response.ocsp", response->der());
      const auto answer = support::run_command("openssl",
                                               {"ocsp",
                                                "-respin",
                                                file("response.ocsp"),
                                                "-issuer",
                                                file("root.pem"),
                                                "-cert",
                                                file("sub.pem"),
                                                "-CAfile",
                                                file("root.pem"),
                                                "-no_nonce"});
      INFO(answer.output);
      CHECK(answer.exit_code == 0);
      CHECK(has(answer.output, "Response verify OK"));
      CHECK(has(answer.output, status));
      CHECK_FALSE(has(answer.output, "WARNING"));
      CHECK(support::count_of(answer.output, "keyCompromise") ==
            support::count_of(status, "revoked"));
      const auto other = support::run_command("ocsptool",
                                              {"--verify-response",
                                               "--load-response",
                                               file("response.ocsp"),
                                               "--load-signer",
                                               file("root.pem")});
      INFO(other.output);
      CHECK(other.exit_code == 0);
      CHECK(has(other.output, "Success"));
    }
  }
}
