// A root that asks another root for a cross-certificate: our own profile and OpenSSL certify it,
// and what is below it is found under the other root.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "ca/certificate.h"
#include "ca/issuer.h"
#include "ca/pem.h"
#include "ca/signing_request.h"
#include "session/stage.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

namespace fs = std::filesystem;
using support::count_of;
using support::has;

std::string told(const base::Result<void>& done) {
  return done ? "" : done.error().message;
}

constexpr const char* kRecord = "0003-cross-csr";

// A root with subordinates that has asked.
class Asking {
 public:
  explicit Asking(stage::PowerCut cut = {})
      : stage_(
            [&] {
              stage::Setting setting;
              setting.cut = std::move(cut);
              return setting;
            }(),
            [this](const ceremony::client::StepView& step, ceremony::client::Input&) {
              if (step.id == "consent-cross-request") {
                shown_ = step.shown;
              }
            }) {
    REQUIRE(stage_.generate_root() == "");
    REQUIRE(told(stage_.rehearsal().sign_subordinates()) == "");
    REQUIRE(told(stage_.rehearsal().ask_for_cross()) == "");
  }

  stage::Stage& stage() { return stage_; }
  [[nodiscard]] const std::vector<std::string>& shown() const { return shown_; }
  [[nodiscard]] fs::path file(const std::string& name) const {
    return stage_.out() / "transfer" / "out" / kRecord / name;
  }
  [[nodiscard]] ca::SigningRequest request() const {
    return ca::SigningRequest::parse(support::read_file(file("0003-cross.csr"))).value();
  }
  [[nodiscard]] ca::Certificate root() const {
    const auto objects = ca::read_objects(support::read_file(file("root.pem")));
    return ca::Certificate::parse(objects.value().front().der).value();
  }
  // A certificate that this root has issued.
  [[nodiscard]] fs::path subordinate() const {
    return stage_.out() / "transfer" / "out" / "0002-subordinate-signing" / "device-identity-1.pem";
  }

 private:
  std::vector<std::string> shown_;
  stage::Stage stage_;
};

support::CommandOutcome verified(const fs::path& anchor,
                                 const fs::path& untrusted,
                                 const fs::path& leaf) {
  return support::run_command("openssl",
                              {"verify",
                               "-x509_strict",
                               "-CAfile",
                               anchor.string(),
                               "-untrusted",
                               untrusted.string(),
                               leaf.string()});
}

}  // namespace

TEST_CASE("cross-csr: the request is for exactly the root's name, key and key identifier") {
  Asking asking;
  const ca::SigningRequest request = asking.request();
  const ca::Certificate root = asking.root();
  CHECK(request.subject().der() == root.subject().der());
  CHECK(request.public_key_info() == root.public_key_info());
  REQUIRE(request.requested_extensions().size() == 1);
  CHECK(request.requested_extensions()[0] == *root.find(ca::oid::kSubjectKeyIdentifier));
  CHECK(ca::is_acceptable(request.check({})));
  CHECK(support::read_file(asking.file("0003-cross.csr.der")) == request.der());
  CHECK(root.der() ==
        ca::Certificate::parse(
            ca::read_objects(support::read_file(asking.stage().out() / "site-1" / "root.pem"))
                .value()
                .front()
                .der)
            .value()
            .der());
  REQUIRE(asking.shown().size() == 3);
  CHECK(has(asking.shown()[0], root.subject().text()));

  const std::string transcript = stage::transcript_of(asking.stage(), kRecord);
  CHECK(has(transcript, R"("type":"cross.request","data":{"subject":")"));
  CHECK(has(transcript, R"("certificate":")" + base::sha256_hex(root.der()) + "\""));
  CHECK(has(transcript, "\"request\":\"" + base::digest_hex(request.digest()) + "\""));
  CHECK(has(transcript, R"("type":"key.destroy")"));
}

TEST_CASE("cross-csr: another root of ours certifies it, and what is below is found under it") {
  Asking asking;
  const support::TestRoot other =
      support::make_root(ca::Algorithm::kP384, support::root_plan_of_today());
  const ca::Certificate root = asking.root();
  const ca::SigningRequest request = asking.request();
  const ca::CertificateProfile profile = support::profile_named("cross-certificate");
  ca::CertificatePlan plan = support::subordinate_plan();
  plan.validity = {.not_before = root.not_before().instant,
                   .not_after = root.not_before().instant + std::chrono::days{4000}};
  const ca::Predecessor own{.succession = ca::Succession::kCross, .certificate = root};
  const auto draft = ca::CertificateDraft::of_subordinate({.profile = profile,
                                                           .plan = plan,
                                                           .request = request,
                                                           .issuer = other.certificate,
                                                           .predecessor = &own},
                                                          {});
  REQUIRE_MESSAGE(draft.ok(), (draft ? "" : draft.error().message));
  const auto cross = ca::sign_certificate(*draft, *other.key);
  REQUIRE_MESSAGE(cross.ok(), (cross ? "" : cross.error().message));
  CHECK(cross->known().subject_key_identifier == root.known().subject_key_identifier);

  const support::TemporaryFolder folder;
  support::write_file(folder / "other.pem", base::bytes_of(other.certificate.pem()));
  support::write_file(folder / "cross.pem", base::bytes_of(cross->pem()));
  const auto judged = verified(folder / "other.pem", folder / "cross.pem", asking.subordinate());
  INFO(judged.output);
  CHECK(judged.exit_code == 0);
  CHECK_FALSE(
      verified(folder / "other.pem", folder / "other.pem", asking.subordinate()).exit_code == 0);
}

TEST_CASE("cross-csr: openssl x509 -req certifies it with the extension that it asks for") {
  Asking asking;
  const support::TemporaryFolder folder;
  const auto path = [&](const char* name) { return (folder / name).string(); };
  support::write_file(folder / "other.cnf",
                      base::bytes_of("[req]\ndistinguished_name = dn\nx509_extensions = v3\n[dn]\n"
                                     "[v3]\nbasicConstraints = critical, CA:TRUE\n"
                                     "keyUsage = critical, keyCertSign, cRLSign\n"
                                     "subjectKeyIdentifier = hash\n"));
  const auto made = support::run_command("openssl",
                                         {"req",
                                          "-x509",
                                          "-config",
                                          path("other.cnf"),
                                          "-newkey",
                                          "ec",
                                          "-pkeyopt",
                                          "ec_paramgen_curve:P-384",
                                          "-nodes",
                                          "-keyout",
                                          path("other.key"),
                                          "-out",
                                          path("other.pem"),
                                          "-subj",
                                          "/CN=Other Root",
                                          "-days",
                                          "4000"});
  REQUIRE_MESSAGE(made.exit_code == 0, made.output);
  support::write_file(folder / "ca.cnf",
                      base::bytes_of("basicConstraints = critical, CA:TRUE\n"
                                     "keyUsage = critical, keyCertSign, cRLSign\n"
                                     "authorityKeyIdentifier = keyid\n"));
  const auto signed_by = support::run_command("openssl",
                                              {"x509",
                                               "-req",
                                               "-in",
                                               asking.file("0003-cross.csr").string(),
                                               "-CA",
                                               path("other.pem"),
                                               "-CAkey",
                                               path("other.key"),
                                               "-copy_extensions",
                                               "copy",
                                               "-extfile",
                                               path("ca.cnf"),
                                               "-days",
                                               "3000",
                                               "-out",
                                               path("cross.pem")});
  INFO(signed_by.output);
  REQUIRE(signed_by.exit_code == 0);
  CHECK(has(signed_by.output, "signature ok"));
  const auto objects = ca::read_objects(support::read_file(folder / "cross.pem"));
  const auto cross = ca::Certificate::parse(objects.value().front().der).value();
  CHECK(cross.subject() == asking.root().subject());
  CHECK(cross.known().subject_key_identifier == asking.root().known().subject_key_identifier);
  const auto judged = verified(folder / "other.pem", folder / "cross.pem", asking.subordinate());
  INFO(judged.output);
  CHECK(judged.exit_code == 0);
  const auto as_der = support::run_command("openssl",
                                           {"req",
                                            "-inform",
                                            "DER",
                                            "-in",
                                            asking.file("0003-cross.csr.der").string(),
                                            "-verify",
                                            "-noout"});
  CHECK(has(as_der.output, "verify OK"));
}

TEST_CASE("cross-csr: after a power cut it is asked for once, whenever that was") {
  for (const char* const step : {"sign-cross-request", "destroy-key", "deliver"}) {
    CAPTURE(step);
    Asking asking({.before = step, .ceremony = "cross-csr"});
    const std::string transcript = stage::transcript_of(asking.stage(), kRecord);
    CHECK(count_of(transcript, R"("type":"cross.request")") == 1);
    CHECK(has(transcript, base::digest_hex(asking.request().digest())));
  }
}
