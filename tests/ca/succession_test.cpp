// Renewal, re-key and cross-signing: what must stay byte for byte, and what must not.

#include "ca/succession.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "ca/issuer.h"
#include "support/ca_issuance.h"
#include "support/texts.h"

namespace {

using namespace ca;
using Rules = std::vector<std::string>;

// A root and a subordinate of it, which is to be followed.
struct Generations {
  support::TestRoot root = support::make_root(Algorithm::kP384, support::root_plan_of_today());
  support::TestCertificate before =
      support::make_certificate(root, "subordinate-tls", Algorithm::kP256);
  CertificateProfile profile = support::profile_named("subordinate-tls");
  CertificatePlan plan = plan_of_today();

  static CertificatePlan plan_of_today() {
    CertificatePlan plan = support::subordinate_plan();
    plan.validity = {.not_before = support::today(),
                     .not_after = support::today() + std::chrono::days{2000}};
    return plan;
  }

  // What stands against the certificate for `key` that follows `before`.
  base::Result<CertificateDraft> follow(Succession succession, SoftwareKey& key) {
    const Predecessor predecessor{.succession = succession, .certificate = before.certificate};
    KeyRegistry seen;
    seen.add(root.certificate.public_key_info(), "the root");
    seen.add(before.certificate.public_key_info(), "the certificate before");
    return CertificateDraft::of_subordinate(
        {.profile = profile,
         .plan = plan,
         .request = support::request_for(key, "A name that is not taken"),
         .issuer = root.certificate,
         .predecessor = &predecessor},
        seen);
  }
};

}  // namespace

TEST_CASE("succession: its names are those of plans") {
  for (const Succession one : {Succession::kRenewal, Succession::kRekey, Succession::kCross}) {
    CHECK(succession_named(name_of(one)) == one);
  }
  CHECK_FALSE(succession_named("copy").has_value());
  CHECK(keeps_key(Succession::kRenewal));
  CHECK(keeps_key(Succession::kCross));
  CHECK_FALSE(keeps_key(Succession::kRekey));
}

TEST_CASE("succession: a renewal has name, key and identifier of the certificate before") {
  Generations two;
  const auto draft = two.follow(Succession::kRenewal, *two.before.key);
  REQUIRE(draft.ok());
  CHECK(support::rules_of(draft->findings()) == Rules{});
  const auto renewed = sign_certificate(*draft, *two.root.key);
  REQUIRE(renewed.ok());
  CHECK(renewed->subject() == two.before.certificate.subject());
  CHECK(renewed->public_key_info() == two.before.certificate.public_key_info());
  CHECK(renewed->known().subject_key_identifier ==
        two.before.certificate.known().subject_key_identifier);
  CHECK(renewed->serial() != two.before.certificate.serial());
  CHECK(renewed->not_after().instant > two.before.certificate.not_after().instant);
}

TEST_CASE("succession: a renewal of another key is refused, and a re-key of the same one") {
  Generations two;
  const auto other = support::new_key(Algorithm::kP256);
  const auto renewal = two.follow(Succession::kRenewal, *other);
  REQUIRE(renewal.ok());
  const Rules found = support::rules_of(renewal->findings());
  CHECK(std::ranges::find(found, "predecessor-key-differs") != found.end());
  CHECK_FALSE(sign_certificate(*renewal, *two.root.key).ok());
  const auto rekey = two.follow(Succession::kRekey, *two.before.key);
  REQUIRE(rekey.ok());
  CHECK(support::rules_of(rekey->findings()) ==
        Rules{"request-key-already-used", "predecessor-key-same"});
}

TEST_CASE("succession: a re-key has the name of before, and its own key and identifier") {
  Generations two;
  const auto other = support::new_key(Algorithm::kEd25519);
  const auto draft = two.follow(Succession::kRekey, *other);
  REQUIRE(draft.ok());
  CHECK(support::rules_of(draft->findings()) == Rules{});
  const auto made = sign_certificate(*draft, *two.root.key);
  REQUIRE(made.ok());
  CHECK(made->subject() == two.before.certificate.subject());
  CHECK(made->known().subject_key_identifier !=
        two.before.certificate.known().subject_key_identifier);
}

TEST_CASE("succession: a key that somebody else has is refused in a renewal, too") {
  Generations two;
  const auto other = support::new_key(Algorithm::kP256);
  const Predecessor predecessor{.succession = Succession::kRenewal,
                                .certificate = two.before.certificate};
  KeyRegistry seen;
  seen.add(other->public_key_info(), "the certificate of somebody else");
  const auto draft =
      CertificateDraft::of_subordinate({.profile = two.profile,
                                        .plan = two.plan,
                                        .request = support::request_for(*other, "Example"),
                                        .issuer = two.root.certificate,
                                        .predecessor = &predecessor},
                                       seen);
  REQUIRE(draft.ok());
  const Rules found = support::rules_of(draft->findings());
  CHECK(std::ranges::find(found, "request-key-already-used") != found.end());
}

TEST_CASE("succession: a root is renewed with its own key, and what it issued verifies with both") {
  Generations two;
  CertificatePlan plan = support::root_plan_of_today();
  plan.subject.reset();  // it comes from the root before
  plan.validity.not_before = support::today();
  plan.validity.not_after = support::today() + std::chrono::days{9000};
  const Predecessor predecessor{.succession = Succession::kRenewal,
                                .certificate = two.root.certificate};
  const auto draft = CertificateDraft::of_root(
      support::profile_named("root"), plan, two.root.key->public_key_info(), &predecessor);
  REQUIRE(draft.ok());
  CHECK(support::rules_of(draft->findings()) == Rules{});
  const auto renewed = sign_certificate(*draft, *two.root.key);
  REQUIRE(renewed.ok());
  CHECK(renewed->subject() == two.root.certificate.subject());
  CHECK(support::rules_of(lint_certificate(two.before.certificate, {.issuer = &*renewed})) ==
        Rules{"validity-outside-issuer"});  // it began before; all else fits
}

TEST_CASE("succession: what stands in the certificate before is copied, not made anew") {
  // The identifier of the other CA is of another method than our profile's.
  Generations two;
  two.profile.certificate.key_identifier = KeyIdentifierMethod::kRfc7093;
  const auto draft = two.follow(Succession::kRenewal, *two.before.key);
  REQUIRE(draft.ok());
  CHECK(support::rules_of(draft->findings()) == Rules{});
  CHECK(draft->unsigned_form().known().subject_key_identifier ==
        two.before.certificate.known().subject_key_identifier);
}
