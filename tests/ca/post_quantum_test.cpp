// Post-quantum keys from the request to the CRL: for real where libcrypto has them (OpenSSL 3.5 on,
// `scripts/test --debian13`), and refused by name where it has not.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "ca/der.h"
#include "ca/issuer.h"
#include "ca/public_key.h"
#include "ca/signature_algorithm.h"
#include "ca/weak_key.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/ca_lint_workshop.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using namespace ca;

constexpr std::array kPostQuantum{Algorithm::kMlDsa65,
                                  Algorithm::kMlDsa87,
                                  Algorithm::kSlhDsa128s,
                                  Algorithm::kSlhDsa192s,
                                  Algorithm::kSlhDsa256s};

// A request of OpenSSL 3.5 (tests/vectors/post_quantum), and the algorithm of its key.
struct KeptRequest {
  Algorithm algorithm;
  const char* file;
};
constexpr std::array kKept{KeptRequest{Algorithm::kMlDsa65, "ml-dsa-65.csr"},
                           KeptRequest{Algorithm::kSlhDsa128s, "slh-dsa-sha2-128s.csr"}};

RequestCheck kept_request(const KeptRequest& kept) {
  return check_request(support::read_file(std::string(TEST_VECTORS "/post_quantum/") + kept.file),
                       {});
}

void expect_openssl(const std::vector<std::string>& arguments, const char* text) {
  const support::CommandOutcome outcome = support::run_command("openssl", arguments);
  INFO(outcome.output);
  CHECK(outcome.exit_code == 0);
  CHECK(support::has(outcome.output, text));
}

// A root, a subordinate of the same algorithm below it, and an end entity below that.
struct Tree {
  support::TestRoot root;
  support::TestRoot middle;
  Certificate leaf;
};

Tree tree_of(Algorithm algorithm) {
  support::TestRoot root = support::make_root(algorithm, support::root_plan_of_today());
  auto below = support::make_certificate(root, "subordinate-code-signing", algorithm);
  support::TestRoot middle{.key = std::move(below.key),
                           .certificate = std::move(below.certificate)};
  Certificate leaf = support::make_certificate(middle, "code-signing", algorithm).certificate;
  return {.root = std::move(root), .middle = std::move(middle), .leaf = std::move(leaf)};
}

// The CRL of an issuer with one certificate, which it revokes.
RevocationList list_with(const support::TestRoot& issuer, const Certificate& revoked) {
  const std::vector<IssuedCertificate> issued{{.issuer = revoked.issuer().der(),
                                               .serial = revoked.serial(),
                                               .not_after = revoked.not_after().instant}};
  const std::vector<Revocation> revocations{{.issuer = revoked.issuer().der(),
                                             .serial = revoked.serial(),
                                             .revoked_at = support::today(),
                                             .reason = RevocationReason::kKeyCompromise}};
  RevocationListPlan plan;
  plan.this_update = support::today();
  plan.next_update = support::today() + std::chrono::days{300};
  const CertificateProfile profile = support::profile_named("crl");
  const DistinguishedName& name = issuer.certificate.subject();
  const auto draft = RevocationListDraft::of({.profile = profile,
                                              .plan = plan,
                                              .issuer = issuer.certificate,
                                              .issued = IssuedCertificates(name, issued),
                                              .revocations = Revocations(name, revocations)});
  REQUIRE(draft.ok());
  CHECK(support::rules_of(draft->findings()).empty());
  auto list = sign_revocation_list(*draft, *issuer.key);
  REQUIRE(list.ok());
  return std::move(list).value();
}

void check_tree(const Tree& tree, const char* algorithm) {
  const support::TemporaryFolder folder;
  const auto file = [&](const char* name) { return (folder / name).string(); };
  const RevocationList list = list_with(tree.root, tree.middle.certificate);
  support::plant(file("root.pem"), tree.root.certificate.pem());
  support::plant(file("middle.pem"), tree.middle.certificate.pem());
  support::plant(file("leaf.pem"), tree.leaf.pem());
  support::plant(file("list.pem"), list.pem());
  std::vector<std::string> verify{"verify",
                                  "-x509_strict",
                                  "-check_ss_sig",
                                  "-CAfile",
                                  file("root.pem"),
                                  "-untrusted",
                                  file("middle.pem"),
                                  file("leaf.pem")};
  expect_openssl(verify, ": OK");
  expect_openssl({"crl", "-in", file("list.pem"), "-CAfile", file("root.pem"), "-noout"},
                 "verify OK");
  for (const char* const name : {"root.pem", "middle.pem", "leaf.pem"}) {
    expect_openssl({"x509", "-in", file(name), "-noout", "-text"},
                   (std::string("Signature Algorithm: ") + algorithm).c_str());
  }
  // What the CRL revokes is refused, and by its signature, for it is the only one.
  verify = {"verify", "-x509_strict", "-crl_check", "-CRLfile", file("list.pem"), "-CAfile"};
  verify.insert(verify.end(), {file("root.pem"), file("middle.pem")});
  const support::CommandOutcome revoked = support::run_command("openssl", verify);
  INFO(revoked.output);
  CHECK(revoked.exit_code != 0);
  CHECK(support::has(revoked.output, "certificate revoked"));
}

// The DER of a public key of that algorithm with these parameters and this many bytes of key.
base::Bytes key_info(Algorithm algorithm, base::ByteView parameters, std::size_t bytes) {
  const base::Bytes identifier = signature_algorithm_of(algorithm);
  base::ByteView oid(identifier);
  oid = contents_of(oid);
  return der(DerTag::kSequence,
             {der(DerTag::kSequence, {oid, parameters}),
              der(DerTag::kBitString, {base::Bytes(1 + bytes, 0x00)})});
}

}  // namespace

TEST_CASE("post-quantum: there is what OpenSSL lists, and the rest is refused by its name") {
  const std::string listed =
      support::run_command("openssl", {"list", "-signature-algorithms"}).output;
  for (const Algorithm algorithm : kPostQuantum) {
    CAPTURE(name_of(algorithm));
    REQUIRE(post_quantum_name_of(algorithm) != nullptr);
    const bool is_listed =
        listed.find(std::string(", ") + post_quantum_name_of(algorithm)) != std::string::npos;
    const auto named = algorithm_named(name_of(algorithm));
    CHECK(named.ok() == is_listed);
    const auto key = SoftwareKey::generate(algorithm);
    REQUIRE(key.ok() == is_listed);
    if (!key) {
      CHECK(named.error().code == base::ErrorCode::kRefusedByPolicy);
      CHECK(named.error().message == support::refusal_of(algorithm));
      CHECK(key.error().message == support::refusal_of(algorithm));
      continue;
    }
    CHECK((*key)->algorithm() == algorithm);
    CHECK(post_quantum_algorithm_of((*key)->public_key_info()) == algorithm);
    CHECK(key_kind_of((*key)->public_key_info()) == name_of(algorithm));
    CHECK(find_key_faults((*key)->public_key_info()).empty());
  }
}

TEST_CASE("post-quantum: requests of OpenSSL 3.5 are certified, or the machine is too old") {
  const support::TestRoot root = support::make_root(Algorithm::kP384);
  for (const KeptRequest& kept : kKept) {
    CAPTURE(kept.file);
    const RequestCheck check = kept_request(kept);
    REQUIRE(check.request);
    CHECK(check.request->subject().value_of("CN") == "Example PQ CA");
    CHECK(key_kind_of(check.request->public_key_info()) == name_of(kept.algorithm));
    if (!support::is_here(kept.algorithm)) {
      REQUIRE(support::rules_of(check.findings) ==
              std::vector<std::string>{"key-needs-newer-openssl"});
      CHECK(check.findings[0].message ==
            "The key cannot be judged here: " + support::refusal_of(kept.algorithm) + ".");
      CHECK(read_public_key(check.request->public_key_info()).error().code ==
            base::ErrorCode::kRefusedByPolicy);
      continue;
    }
    CHECK(support::rules_of(check.findings).empty());
    const auto draft =
        CertificateDraft::of_subordinate({.profile = support::profile_named("subordinate-general"),
                                          .plan = support::subordinate_plan(),
                                          .request = *check.request,
                                          .issuer = root.certificate},
                                         {});
    REQUIRE(draft.ok());
    CHECK(support::rules_of(draft->findings()).empty());
    CHECK(sign_certificate(*draft, *root.key).ok());
  }
}

TEST_CASE("post-quantum: a request that another key has signed is no proof of possession") {
  for (const KeptRequest& kept : kKept) {
    CAPTURE(kept.file);
    const RequestCheck check = kept_request(kept);
    REQUIRE(check.request);
    base::Bytes changed = check.request->der();
    changed.back() ^= 0x01U;
    const char* const rule = support::is_here(kept.algorithm) ? "request-proof-of-possession"
                                                              : "key-needs-newer-openssl";
    CHECK(support::rules_of(check_request(changed, {}).findings) == std::vector<std::string>{rule});
  }
}

TEST_CASE("post-quantum: root, subordinate, end entity and CRL pass openssl's strict rules") {
  for (const Algorithm algorithm : kPostQuantum) {
    CAPTURE(name_of(algorithm));
    if (!support::is_here(algorithm)) {
      CHECK(SoftwareKey::generate(algorithm).error().message == support::refusal_of(algorithm));
      continue;
    }
    check_tree(tree_of(algorithm), post_quantum_name_of(algorithm));
  }
}

TEST_CASE("post-quantum: a key with parameters, or of another length, is no such key") {
  constexpr std::size_t kOfMlDsa65 = 1952;
  constexpr std::size_t kOfSlhDsa128s = 32;
  const base::Bytes null = der(DerTag::kNull, {});
  for (const auto& one : {std::pair(Algorithm::kMlDsa65, kOfMlDsa65),
                          std::pair(Algorithm::kSlhDsa128s, kOfSlhDsa128s)}) {
    const Algorithm algorithm = one.first;
    const std::size_t size = one.second;
    CAPTURE(name_of(algorithm));
    const base::Bytes good = key_info(algorithm, {}, size);
    CHECK(post_quantum_algorithm_of(good) == algorithm);
    CHECK(find_key_faults(good).empty() == support::is_here(algorithm));
    CHECK_FALSE(find_key_faults(key_info(algorithm, null, size)).empty());
    CHECK_FALSE(find_key_faults(key_info(algorithm, {}, size + 1)).empty());
    CHECK_FALSE(find_key_faults(key_info(algorithm, {}, size - 1)).empty());
    CHECK_FALSE(post_quantum_algorithm_of(key_info(algorithm, null, size)));
  }
  CHECK_FALSE(post_quantum_algorithm_of(support::new_key(Algorithm::kP256)->public_key_info()));
  CHECK_FALSE(post_quantum_algorithm_of({}));
}

TEST_CASE("post-quantum: in a certificate the key signs, and secrets have nothing to do with it") {
  lint_workshop::Workshop workshop;
  lint_workshop::Bench bench = workshop.of(lint_workshop::Of::kCodeSigner);
  bench.has_profile = false;  // whoever may have made it
  bench.set_key(kept_request(kKept[0]).request->public_key_info());
  KeyUsage usage;
  usage.set(KeyUsageBit::kDigitalSignature);
  bench.extension(oid::kKeyUsage).value = encode_key_usage(usage);
  std::vector<std::string> expected;
  if (!support::is_here(kKept[0].algorithm)) {
    expected.emplace_back("key-needs-newer-openssl");
  }
  CHECK(support::rules_of(workshop.lint(bench)) == expected);
  usage.set(KeyUsageBit::kKeyAgreement);
  bench.extension(oid::kKeyUsage).value = encode_key_usage(usage);
  expected.emplace_back("key-usage-beyond-signing-key");
  std::vector<std::string> found = support::rules_of(workshop.lint(bench));
  std::ranges::sort(found);
  CHECK(found == expected);
}
