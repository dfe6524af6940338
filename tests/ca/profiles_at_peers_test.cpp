// Certificates of every profile, alone and in chains of two, three and four levels, judged by
// OpenSSL's and GnuTLS' own programs.

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "ca/certificate_profile.h"
#include "ca/issuer.h"
#include "ca/public_key.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using namespace ca;

void expect(const support::CommandOutcome& outcome, const std::string& text) {
  INFO(outcome.output);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.output.find(text) != std::string::npos);
}

bool is_post_quantum(const Certificate& certificate) {
  return post_quantum_algorithm_of(certificate.public_key_info()).has_value();
}

// A chain, the leaf first and the anchor last, as both programs see it.
void check_chain(const std::vector<Certificate>& chain) {
  const support::TemporaryFolder folder;
  const std::string anchor = (folder / "anchor.pem").string();
  const std::string leaf = (folder / "leaf.pem").string();
  const std::string whole = (folder / "chain.pem").string();
  support::write_file(anchor, base::bytes_of(chain.back().pem()));
  support::write_file(leaf, base::bytes_of(chain.front().pem()));
  support::write_file(whole, base::bytes_of(chain_pem(chain)));
  expect(support::run_command("openssl",
                              {"verify",
                               "-x509_strict",
                               "-check_ss_sig",
                               "-CAfile",
                               anchor,
                               "-untrusted",
                               whole,
                               leaf}),
         ": OK");
  if (std::ranges::any_of(chain, is_post_quantum)) {
    return;  // GnuTLS has no such signatures
  }
  const support::CommandOutcome other = support::run_command(
      "certtool", {"--verify", "--load-ca-certificate", anchor, "--infile", whole});
  if (chain.size() > 1) {
    expect(other, "Verified");
    return;
  }
  // GnuTLS takes no anchor that is not a CA's: of a PKI of one level that is all it has to say.
  CHECK(support::has(other.output,
                     "Output: Not verified. The certificate is NOT trusted. The certificate issuer "
                     "is not a CA. The certificate chain violates the signer's constraints. \n"));
}

// The CA of `parent` that a profile makes, ready to issue.
support::TestRoot below(const support::TestRoot& parent, const char* profile) {
  support::TestCertificate made = support::make_certificate(parent, profile, Algorithm::kP384);
  return {.key = std::move(made.key), .certificate = std::move(made.certificate)};
}

}  // namespace

TEST_CASE("profiles at their peers: every profile under a root of every algorithm verifies") {
  const auto profiles = load_profiles(TEST_VECTORS "/../../ca/profiles");
  REQUIRE(profiles.ok());
  int made = 0;
  for (const Algorithm algorithm : support::algorithms_here()) {
    const support::TestRoot root = support::make_root(algorithm, support::root_plan_of_today());
    for (const auto& each : *profiles) {
      const std::string& name = each.first;
      const CertificateProfile& profile = each.second;
      if (profile.kind == ProfileKind::kRoot || profile.kind == ProfileKind::kRevocationList) {
        continue;
      }
      CAPTURE(name);
      CAPTURE(ca::name_of(algorithm));
      const bool signs_itself = profile.kind == ProfileKind::kSelfSigned;
      const auto one =
          support::make_certificate(root, name, signs_itself ? algorithm : Algorithm::kP256);
      check_chain(signs_itself ? std::vector<Certificate>{one.certificate}
                               : std::vector<Certificate>{one.certificate, root.certificate});
      ++made;
    }
  }
  MESSAGE(made, " certificates of ", profiles->size(), " profiles");
  CHECK(made >= 60);
}

TEST_CASE("profiles at their peers: every profile that takes a post-quantum key certifies one") {
  const auto profiles = load_profiles(TEST_VECTORS "/../../ca/profiles");
  REQUIRE(profiles.ok());
  const support::TestRoot root =
      support::make_root(Algorithm::kP384, support::root_plan_of_today());
  for (const Algorithm algorithm : {Algorithm::kMlDsa65, Algorithm::kSlhDsa128s}) {
    CAPTURE(ca::name_of(algorithm));
    if (!support::is_here(algorithm)) {
      CHECK(SoftwareKey::generate(algorithm).error().message == support::refusal_of(algorithm));
      continue;
    }
    int made = 0;
    for (const auto& each : *profiles) {
      const std::vector<std::string>& kinds = each.second.certificate.key_kinds;
      const bool is_issued = each.second.kind == ProfileKind::kSubordinate ||
                             each.second.kind == ProfileKind::kEndEntity;
      if (!is_issued || std::ranges::find(kinds, ca::name_of(algorithm)) == kinds.end()) {
        continue;
      }
      const std::string& name = each.first;
      CAPTURE(name);
      const auto one = support::make_certificate(root, name, algorithm);
      check_chain({one.certificate, root.certificate});
      ++made;
    }
    CHECK(made >= 8);
  }
}

TEST_CASE("profiles at their peers: two, three and four levels verify, and a fifth does not") {
  const support::TestRoot root =
      support::make_root(Algorithm::kP384, support::root_plan_of_today());
  const support::TestRoot issuing = below(root, "subordinate-device-identity");
  const support::TestRoot intermediate = below(root, "subordinate-intermediate");
  const support::TestRoot second = below(intermediate, "subordinate-device-identity");
  const auto device = [](const support::TestRoot& issuer) {
    return support::make_certificate(issuer, "device-identity", Algorithm::kP256).certificate;
  };
  check_chain({device(root), root.certificate});
  check_chain({device(issuing), issuing.certificate, root.certificate});
  check_chain({device(second), second.certificate, intermediate.certificate, root.certificate});

  const auto key = support::new_key(Algorithm::kP256);
  const auto draft =
      CertificateDraft::of_subordinate({.profile = support::profile_named("subordinate-tls"),
                                        .plan = support::subordinate_plan(),
                                        .request = support::request_for(*key, "Too Deep CA"),
                                        .issuer = second.certificate},
                                       {});
  REQUIRE(draft.ok());
  const std::vector<std::string> rules = support::rules_of(draft->findings());
  CHECK(std::ranges::find(rules, "path-length-beyond-issuer") != rules.end());
}

TEST_CASE(
    "profiles at their peers: what another root has issued verifies over the cross-certificate") {
  const support::TestRoot ours =
      support::make_root(Algorithm::kP384, support::root_plan_of_today());
  CertificatePlan elsewhere = support::root_plan_of_today();
  elsewhere.subject = support::example_name("Another Root");
  const support::TestRoot theirs = support::make_root(Algorithm::kP256, elsewhere);
  const support::TestRoot below_theirs = below(theirs, "subordinate-device-identity");
  const auto device =
      support::make_certificate(below_theirs, "device-identity", Algorithm::kP256).certificate;
  CertificatePlan plan;
  plan.validity = {.not_before = support::today(),
                   .not_after = support::today() + std::chrono::days{1000}};
  plan.policies = {"2.999.1"};
  const Predecessor predecessor{.succession = Succession::kCross,
                                .certificate = theirs.certificate};
  const auto draft = CertificateDraft::of_subordinate(
      {.profile = support::profile_named("cross-certificate"),
       .plan = plan,
       .request = support::request_for(*theirs.key, "Another Root"),
       .issuer = ours.certificate,
       .predecessor = &predecessor},
      {});
  REQUIRE(draft.ok());
  const auto cross = sign_certificate(*draft, *ours.key);
  REQUIRE(cross.ok());
  CHECK(cross->subject() == theirs.certificate.subject());
  check_chain({device, below_theirs.certificate, *cross, ours.certificate});
  check_chain({device, below_theirs.certificate, theirs.certificate});
}
