// Issuing end to end with software keys, judged by OpenSSL's and GnuTLS' own programs.

#include "ca/issuer.h"

#include <doctest/doctest.h>

#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"

namespace {

using namespace ca;
using support::at;

// Does what it is told, counts, and may lie.
class StrangeSigner final : public Signer {
 public:
  explicit StrangeSigner(SoftwareKey& key) : key_(key) {}

  [[nodiscard]] Algorithm algorithm() const override { return key_.algorithm(); }
  [[nodiscard]] const base::Bytes& public_key_info() const override {
    return key_.public_key_info();
  }
  base::Result<base::Bytes> sign(base::ByteView message) override {
    ++signatures;
    base::Bytes bytes(message.begin(), message.end());
    if (signs_something_else) {
      bytes.back() ^= 1U;
    }
    base::Result<base::Bytes> signature = key_.sign(bytes);
    if (signature && flips_a_bit) {
      signature->back() ^= 1U;
    }
    return signature;
  }

  int signatures = 0;
  bool signs_something_else = false;
  bool flips_a_bit = false;

 private:
  SoftwareKey& key_;
};

base::Result<CertificateDraft> subordinate_draft(const support::TestRoot& root,
                                                 const SigningRequest& request,
                                                 const CertificatePlan& plan) {
  const CertificateProfile profile = support::profile_named("subordinate-tls");
  return CertificateDraft::of_subordinate(
      {.profile = profile, .plan = plan, .request = request, .issuer = root.certificate}, {});
}

base::Bytes text_bytes(const std::string& text) {
  return {text.begin(), text.end()};
}

IssuedCertificate ledger_row(const Certificate& certificate) {
  return {.issuer = certificate.issuer().der(),
          .serial = certificate.serial(),
          .not_after = certificate.not_after().instant};
}

RevocationListPlan list_plan(std::uint64_t known_number) {
  RevocationListPlan plan;
  plan.known_number = known_number;
  plan.this_update = support::today();
  plan.next_update = support::today() + std::chrono::days{300};
  return plan;
}

void check_with_peers(const support::TestRoot& root,
                      const Certificate& subordinate,
                      const RevocationList& list) {
  const support::TemporaryFolder folder;
  const auto file = [&](const char* name) { return (folder.path() / name).string(); };
  support::write_file(file("root.pem"), text_bytes(root.certificate.pem()));
  support::write_file(file("sub.pem"), text_bytes(subordinate.pem()));
  support::write_file(file("chain.pem"), text_bytes(chain_pem({subordinate, root.certificate})));
  support::write_file(file("list.pem"), text_bytes(list.pem()));
  const auto expect = [](const support::CommandOutcome& outcome, const char* text) {
    INFO(outcome.output);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.output.find(text) != std::string::npos);
  };
  expect(support::run_command("openssl",
                              {"verify",
                               "-x509_strict",
                               "-check_ss_sig",
                               "-CAfile",
                               file("root.pem"),
                               file("root.pem")}),
         ": OK");
  expect(support::run_command("openssl",
                              {"verify",
                               "-x509_strict",
                               "-crl_check",
                               "-CRLfile",
                               file("list.pem"),
                               "-CAfile",
                               file("root.pem"),
                               file("sub.pem")}),
         ": OK");
  expect(support::run_command(
             "openssl", {"crl", "-in", file("list.pem"), "-CAfile", file("root.pem"), "-noout"}),
         "verify OK");
  expect(support::run_command(
             "certtool",
             {"--verify", "--load-ca-certificate", file("root.pem"), "--infile", file("sub.pem")}),
         "Verified");
  expect(support::run_command("certtool", {"--verify-chain", "--infile", file("chain.pem")}),
         "Verified");
  expect(support::run_command("certtool",
                              {"--verify-crl",
                               "--load-ca-certificate",
                               file("root.pem"),
                               "--infile",
                               file("list.pem")}),
         "Verified");
}

}  // namespace

TEST_CASE("issuer: root, subordinate and CRL of every algorithm pass openssl and certtool") {
  for (const Algorithm algorithm : {Algorithm::kP256,
                                    Algorithm::kP384,
                                    Algorithm::kP521,
                                    Algorithm::kRsa3072,
                                    Algorithm::kRsa4096,
                                    Algorithm::kEd25519}) {
    CAPTURE(name_of(algorithm));
    CertificatePlan root_plan = support::root_plan();
    root_plan.validity = {.not_before = support::today() - std::chrono::days{60},
                          .not_after = support::today() + std::chrono::days{7000}};
    CertificatePlan plan_below = support::subordinate_plan();
    plan_below.validity = {.not_before = support::today() - std::chrono::days{30},
                           .not_after = support::today() + std::chrono::days{2800}};
    const support::TestRoot root = support::make_root(algorithm, root_plan);
    const auto sub_key = support::new_key(Algorithm::kP256);
    const SigningRequest request = support::request_for(*sub_key, "Example TLS CA");
    const base::Result<CertificateDraft> draft = subordinate_draft(root, request, plan_below);
    REQUIRE(draft.ok());
    CHECK(support::rules_of(draft->findings()).empty());
    const base::Result<Certificate> subordinate = sign_certificate(*draft, *root.key);
    REQUIRE(subordinate.ok());

    // A second one, which the CRL revokes.
    const auto other_key = support::new_key(Algorithm::kEd25519);
    const base::Result<Certificate> other = sign_certificate(
        *subordinate_draft(root, support::request_for(*other_key, "Example Lost CA"), plan_below),
        *root.key);
    REQUIRE(other.ok());
    const std::vector<IssuedCertificate> issued{ledger_row(*subordinate), ledger_row(*other)};
    const std::vector<Revocation> revocations{
        {.issuer = other->issuer().der(),
         .serial = other->serial(),
         .revoked_at = support::today() - std::chrono::days{2},
         .reason = RevocationReason::kKeyCompromise}};
    const CertificateProfile profile = support::profile_named("crl");
    const RevocationListPlan plan = list_plan(0);
    const base::Result<RevocationListDraft> list_draft = RevocationListDraft::of(
        {.profile = profile,
         .plan = plan,
         .issuer = root.certificate,
         .issued = IssuedCertificates(root.certificate.subject(), issued),
         .revocations = Revocations(root.certificate.subject(), revocations)});
    REQUIRE(list_draft.ok());
    CHECK(support::rules_of(list_draft->findings()).empty());
    const base::Result<RevocationList> list = sign_revocation_list(*list_draft, *root.key);
    REQUIRE(list.ok());
    CHECK(list->number() == 1);
    REQUIRE(list->entries().size() == 1);
    CHECK(std::ranges::equal((*list->entries().begin()).serial, other->serial()));
    check_with_peers(root, *subordinate, *list);
  }
}

TEST_CASE("issuer: what was linted is what was signed, byte for byte") {
  const auto key = support::new_key(Algorithm::kP256);
  const base::Result<CertificateDraft> draft = CertificateDraft::of_root(
      support::profile_named("root"), support::root_plan(), key->public_key_info());
  REQUIRE(draft.ok());
  const base::Result<Certificate> root = sign_certificate(*draft, *key);
  REQUIRE(root.ok());
  const base::ByteView before = draft->unsigned_form().tbs();
  const base::ByteView after = root->tbs();
  CHECK(base::Bytes(before.begin(), before.end()) == base::Bytes(after.begin(), after.end()));
  CHECK_FALSE(draft->unsigned_form().verify_with(key->public_key_info()).ok());
}

TEST_CASE("issuer: a finding against it, and the key is never asked") {
  const support::TestRoot root = support::make_root(Algorithm::kP256);
  const auto key = support::new_key(Algorithm::kP256);
  const SigningRequest request = support::request_for(*key, "Example TLS CA");
  CertificatePlan plan = support::subordinate_plan();
  plan.validity.not_before = at("2040-01-01T00:00:00Z");
  plan.validity.not_after = at("2046-01-01T00:00:00Z");
  const base::Result<CertificateDraft> draft = subordinate_draft(root, request, plan);
  REQUIRE(draft.ok());
  StrangeSigner signer(*root.key);
  const base::Result<Certificate> signed_one = sign_certificate(*draft, signer);
  REQUIRE_FALSE(signed_one.ok());
  CHECK(signed_one.error().code == base::ErrorCode::kRefusedByPolicy);
  CHECK(signed_one.error().message ==
        "nothing was signed: The certificate would be valid from 2040-01-01T00:00:00Z through "
        "2046-01-01T00:00:00Z, and its issuer is valid from 2026-01-01T00:00:00Z through "
        "2045-12-31T23:59:59Z; choose dates inside these. [validity-outside-issuer; Conclave "
        "DESIGN 4]");
  CHECK(signer.signatures == 0);
}

TEST_CASE("issuer: a request that is refused is refused here too") {
  const support::TestRoot root = support::make_root(Algorithm::kP256);
  const auto key = support::new_key(Algorithm::kP256);
  const auto other = support::new_key(Algorithm::kP256);
  support::RequestParts parts = support::request_parts(*key, "Example TLS CA");
  const base::Result<SigningRequest> forged =
      SigningRequest::parse(support::signed_request(parts, *other));
  REQUIRE(forged.ok());
  const base::Result<CertificateDraft> draft =
      subordinate_draft(root, *forged, support::subordinate_plan());
  REQUIRE(draft.ok());
  StrangeSigner signer(*root.key);
  const base::Result<Certificate> signed_one = sign_certificate(*draft, signer);
  REQUIRE_FALSE(signed_one.ok());
  CHECK(signed_one.error().message.find(
            "The request is not signed by its own key (proof of possession)") != std::string::npos);
  CHECK(signer.signatures == 0);
}

TEST_CASE("issuer: a key that was seen before is refused with its owner") {
  const support::TestRoot root = support::make_root(Algorithm::kP256);
  KeyRegistry seen;
  seen.add(root.key->public_key_info(), "the root");
  const SigningRequest request = support::request_for(*root.key, "Example TLS CA");
  const CertificateProfile profile = support::profile_named("subordinate-tls");
  const CertificatePlan plan = support::subordinate_plan();
  const base::Result<CertificateDraft> draft = CertificateDraft::of_subordinate(
      {.profile = profile, .plan = plan, .request = request, .issuer = root.certificate}, seen);
  REQUIRE(draft.ok());
  CHECK(support::rules_of(draft->findings()) ==
        std::vector<std::string>{"request-key-already-used", "key-of-issuer"});
  CHECK(draft->findings()[0].message ==
        "This key is already used by the root; each certificate needs a key of its own, so have a "
        "new key made.");
}

TEST_CASE("issuer: a signature that does not fit is caught") {
  const auto key = support::new_key(Algorithm::kP384);
  const base::Result<CertificateDraft> draft = CertificateDraft::of_root(
      support::profile_named("root"), support::root_plan(), key->public_key_info());
  REQUIRE(draft.ok());
  for (const bool flips : {true, false}) {
    StrangeSigner signer(*key);
    signer.flips_a_bit = flips;
    signer.signs_something_else = !flips;
    const base::Result<Certificate> root = sign_certificate(*draft, signer);
    REQUIRE_FALSE(root.ok());
    CHECK(root.error().code == base::ErrorCode::kInconsistent);
    CHECK(signer.signatures == 1);
  }
}

TEST_CASE("issuer: another key than the issuer's is refused before it signs") {
  const auto key = support::new_key(Algorithm::kP384);
  const auto other = support::new_key(Algorithm::kP384);
  const base::Result<CertificateDraft> draft = CertificateDraft::of_root(
      support::profile_named("root"), support::root_plan(), key->public_key_info());
  REQUIRE(draft.ok());
  StrangeSigner signer(*other);
  const base::Result<Certificate> root = sign_certificate(*draft, signer);
  REQUIRE_FALSE(root.ok());
  CHECK(root.error().message ==
        "nothing was signed: the key at hand is not the key of the issuer's certificate; use the "
        "right key or the right certificate");
  CHECK(signer.signatures == 0);
}

TEST_CASE("issuer: a warning is signed only when the plan accepts that rule by name") {
  const base::Findings warning{{.rule = "path-length-not-in-profile",
                                .severity = base::Severity::kWarning,
                                .field = "",
                                .source = "",
                                .message = ""}};
  CHECK_FALSE(may_be_signed(warning, {}));
  CHECK_FALSE(may_be_signed(warning, {"another-rule"}));
  CHECK(may_be_signed(warning, {"path-length-not-in-profile"}));
  base::Findings error = warning;
  error[0].severity = base::Severity::kError;
  CHECK_FALSE(may_be_signed(error, {"path-length-not-in-profile"}));
  base::Findings notice = warning;
  notice[0].severity = base::Severity::kNotice;
  CHECK(may_be_signed(notice, {}));
}

TEST_CASE("issuer: nothing that a request asks for is copied") {
  const support::TestRoot root = support::make_root(Algorithm::kP256);
  const auto key = support::new_key(Algorithm::kP256);
  support::RequestParts parts = support::request_parts(*key, "Example TLS CA");
  const base::Bytes wishes = encode(std::vector<Extension>{
      {.oid = std::string(oid::kBasicConstraints),
       .criticality = Criticality::kCritical,
       .value = encode_basic_constraints({.is_ca = true, .path_length = 5})},
      {.oid = std::string(oid::kExtendedKeyUsage),
       .value = encode_extended_key_usage(
           {std::string(oid::kAnyExtendedKeyUsage), std::string(oid::kOcspSigning)})}});
  const base::Bytes attribute =
      der(DerTag::kSequence,
          {der_object_identifier("1.2.840.113549.1.9.14"), der(DerTag::kSet, {wishes})});
  parts.attributes = der(DerTag::kContext0Constructed, {attribute});
  const base::Result<SigningRequest> request =
      SigningRequest::parse(support::signed_request(parts, *key));
  REQUIRE(request.ok());
  CHECK(request->requested_extensions().size() == 2);
  const base::Result<CertificateDraft> draft =
      subordinate_draft(root, *request, support::subordinate_plan());
  REQUIRE(draft.ok());
  CHECK(support::rules_of(draft->findings()).empty());
  CHECK(draft->unsigned_form().known().basic_constraints->path_length == 0);
  CHECK(draft->unsigned_form().known().extended_key_usage ==
        std::vector<std::string>{"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"});
}
