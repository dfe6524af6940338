// What a responder's certificate of ours is good for, by OpenSSL's own responder and client.

#include <algorithm>
#include <cctype>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "ca/issuer.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using namespace ca;
using support::has;

// OpenSSL's index knows serial numbers in no other way.
std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

// A root with a subordinate, and somebody who answers for it.
class Answers {
 public:
  explicit Answers(Algorithm algorithm)
      : root_(support::make_root(algorithm)), subordinate_key_(support::new_key(Algorithm::kP256)) {
    const auto subordinate =
        issued("subordinate-tls", *subordinate_key_, support::subordinate_plan());
    write("root.pem", root_.certificate.pem());
    write("sub.pem", subordinate.pem());
    write("index.txt",
          "R\t331231235959Z\t261101000000Z,cessationOfOperation\t" +
              in_capitals(subordinate.serial_hex()) + "\tunknown\t/CN=Example TLS CA\n");
  }

  // What the client says of an answer that a certificate of that profile has signed.
  support::CommandOutcome answered_by(const std::string& profile, Algorithm algorithm) {
    const auto key = support::new_key(algorithm);
    CertificatePlan plan;
    plan.validity = {.not_before = support::today() - std::chrono::days{1},
                     .not_after = support::today() + std::chrono::days{300}};
    if (profile != "ocsp-responder") {
      plan.policies = {"2.999.1"};
    }
    write("responder.pem", issued(profile, *key, plan).pem());
    const auto der = key->to_pkcs8();
    REQUIRE(der.ok());
    support::write_file(folder_ / "responder.key", der->read().bytes());  // a throw-away key
    expect_done({"ocsp",
                 "-issuer",
                 file("root.pem"),
                 "-cert",
                 file("sub.pem"),
                 "-no_nonce",
                 "-reqout",
                 file("request.der")});
    expect_done({"pkey",
                 "-inform",
                 "DER",
                 "-in",
                 file("responder.key"),
                 "-out",
                 file("responder.key.pem")});
    expect_done({"ocsp",
                 "-index",
                 file("index.txt"),
                 "-CA",
                 file("root.pem"),
                 "-rsigner",
                 file("responder.pem"),
                 "-rkey",
                 file("responder.key.pem"),
                 "-reqin",
                 file("request.der"),
                 "-respout",
                 file("response.der")});
    return support::run_command("openssl",
                                {"ocsp",
                                 "-respin",
                                 file("response.der"),
                                 "-CAfile",
                                 file("root.pem"),
                                 "-issuer",
                                 file("root.pem"),
                                 "-cert",
                                 file("sub.pem"),
                                 "-no_nonce"});
  }

  support::CommandOutcome verified() {
    return support::run_command("openssl",
                                {"verify",
                                 "-x509_strict",
                                 "-purpose",
                                 "ocsphelper",
                                 "-CAfile",
                                 file("root.pem"),
                                 file("responder.pem")});
  }

  support::CommandOutcome verified_by_gnutls() {
    return support::run_command(
        "certtool",
        {"--verify", "--load-ca-certificate", file("root.pem"), "--infile", file("responder.pem")});
  }

 private:
  std::string file(const std::string& name) { return (folder_ / name).string(); }

  void write(const std::string& name, const std::string& text) {
    support::write_file(folder_ / name, base::bytes_of(text));
  }

  static void expect_done(const std::vector<std::string>& arguments) {
    const auto outcome = support::run_command("openssl", arguments);
    REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.output);
  }

  Certificate issued(const std::string& profile_name,
                     SoftwareKey& key,
                     const CertificatePlan& plan) {
    const CertificateProfile profile = support::profile_named(profile_name);
    const SigningRequest request = support::request_for(key, "Example " + profile_name);
    const auto draft = CertificateDraft::of_subordinate(
        {.profile = profile, .plan = plan, .request = request, .issuer = root_.certificate}, {});
    REQUIRE_MESSAGE(draft.ok(), (draft ? "" : draft.error().message));
    auto certificate = sign_certificate(*draft, *root_.key);
    REQUIRE_MESSAGE(certificate.ok(), (certificate ? "" : certificate.error().message));
    return std::move(certificate).value();
  }

  support::TemporaryFolder folder_;
  support::TestRoot root_;
  std::unique_ptr<SoftwareKey> subordinate_key_;
};

}  // namespace

TEST_CASE("ocsp responder: OpenSSL answers with its certificate, and believes the answer") {
  for (const Algorithm algorithm : {Algorithm::kP256, Algorithm::kP384, Algorithm::kRsa3072}) {
    Answers answers(algorithm);
    const auto answer = answers.answered_by("ocsp-responder", algorithm);
    CHECK_MESSAGE(answer.exit_code == 0, answer.output);
    CHECK(has(answer.output, "Response verify OK"));
    CHECK(has(answer.output, ": revoked"));
    CHECK(has(answers.verified().output, ": OK"));
    CHECK(has(answers.verified_by_gnutls().output, "Verified"));
  }
}

TEST_CASE("ocsp responder: nobody believes an answer under a certificate of another profile") {
  Answers answers(Algorithm::kP256);
  const auto answer = answers.answered_by("code-signing", Algorithm::kP256);
  CHECK(!has(answer.output, "Response verify OK"));
  CHECK(has(answer.output, "Response Verify Failure"));
}
