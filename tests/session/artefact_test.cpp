// A signing key's life as whole ceremonies: born and split, asked for its certificate, and signing
// files; with something wrong in each.

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/text_encoding.h"
#include "ca/issuer.h"
#include "ceremony/ledger.h"
#include "ceremony/vault.h"
#include "session/stage.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/public_folders.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using ceremony::PlannedArtefact;
using ceremony::PlannedSigning;
using ceremony::client::Input;
using ceremony::client::StepView;
using support::content_of;
using support::count_of;
using support::has;
using support::plant;
namespace fs = std::filesystem;

constexpr const char* kBirth = "0001-signing-key-generation";
constexpr const char* kSigning = "0002-artefact-signing";
constexpr std::string_view kPump = "firmware 4.2 of the pump";
constexpr std::string_view kValve = "firmware 1.9 of the valve";

void must(const base::Result<void>& done) {
  REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
}

std::string sha256_of(std::string_view text) {
  return base::sha256_hex(base::bytes_of(text));
}

// A root elsewhere that certifies the signing key.
struct Elsewhere {
  Elsewhere() : root(support::make_root(ca::Algorithm::kP256, plan_of_root())) {}

  static ca::CertificatePlan plan_of_root() {
    ca::CertificatePlan plan = support::root_plan();
    plan.validity = {.not_before = support::today() - std::chrono::days{60},
                     .not_after = support::today() + std::chrono::days{7000}};
    return plan;
  }

  // The certificate of the key whose request that is, from so many days ago to so many on.
  [[nodiscard]] ca::Certificate certify(const ca::SigningRequest& request,
                                        const std::string& profile_name,
                                        std::pair<int, int> days) {
    return certify_for(request,
                       profile_name,
                       {.not_before = support::today() + std::chrono::days{days.first},
                        .not_after = support::today() + std::chrono::days{days.second}});
  }

  [[nodiscard]] ca::Certificate certify_for(const ca::SigningRequest& request,
                                            const std::string& profile_name,
                                            const ca::Validity& validity) {
    const ca::CertificateProfile profile = support::profile_named(profile_name);
    ca::CertificatePlan plan;
    plan.validity = validity;
    plan.policies = {"2.999.1.1"};
    const auto draft = ca::CertificateDraft::of_subordinate(
        {.profile = profile, .plan = plan, .request = request, .issuer = root.certificate}, {});
    REQUIRE_MESSAGE(draft.ok(), (draft ? std::string() : draft.error().message));
    auto certificate = ca::sign_certificate(*draft, *root.key);
    REQUIRE_MESSAGE(certificate.ok(), (certificate ? std::string() : certificate.error().message));
    return std::move(certificate).value();
  }

  support::TestRoot root;
};

// A stage with a signing key and two files to be signed.
class Works {
 public:
  explicit Works(const stage::Setting& setting = {}, stage::Hook hook = {})
      : stage_(setting, std::move(hook)) {}

  stage::Stage& stage() { return stage_; }
  Elsewhere& elsewhere() { return elsewhere_; }
  [[nodiscard]] fs::path in() const { return stage_.out() / "transfer" / "in"; }
  [[nodiscard]] fs::path delivered() const { return stage_.out() / "transfer" / "out" / kSigning; }

  void begin() {
    must(stage_.rehearsal().prepare());
    must(stage_.rehearsal().generate_signing_key());
    plant(in() / "pump.bin", kPump);
    plant(in() / "valve.bin", kValve);
  }

  [[nodiscard]] ca::SigningRequest request() const {
    const std::string text = content_of(stage_.out() / "site-1" / "signing-key.csr");
    auto request = ca::SigningRequest::parse(base::bytes_of(text));
    REQUIRE_MESSAGE(request.ok(), (request ? std::string() : request.error().message));
    return std::move(request).value();
  }

  // Brings that text as the file with the signing certificate.
  [[nodiscard]] PlannedSigning bring(const std::string& pem) const {
    plant(in() / "signer.pem", pem);
    return {.certificate = "signer.pem", .sha256 = sha256_of(pem)};
  }

  [[nodiscard]] PlannedSigning good_certificate() {
    const ca::Certificate leaf = elsewhere_.certify(request(), "code-signing", {-1, 700});
    return bring(leaf.pem() + elsewhere_.root.certificate.pem());
  }

  [[nodiscard]] static std::vector<PlannedArtefact> both() {
    return {{.file = "pump.bin", .sha256 = sha256_of(kPump), .form = "cms"},
            {.file = "valve.bin", .sha256 = sha256_of(kValve), .form = "raw"}};
  }

  // What is said to that; and the record of the attempt is taken away.
  std::string refusal_of(const PlannedSigning& signing, const std::vector<PlannedArtefact>& files) {
    const auto done = stage_.rehearsal().sign_artefacts(signing, files);
    CHECK_FALSE(fs::exists(delivered()));
    fs::remove_all(stage_.out() / "record" / "confidential" / kSigning);
    fs::remove_all(stage_.out() / "record" / "public" / kSigning);
    return done ? std::string("nothing was refused") : done.error().message;
  }

 private:
  stage::Stage stage_;
  Elsewhere elsewhere_;
};

// The shipped data, with one more step behind `sign` for which the key must still be open: so a
// ceremony that is cut off before it goes back and comes to the signature again.
class LongerScript {
 public:
  LongerScript(const std::string& script, const std::string& sign) {
    fs::copy(DATA_FOLDER, data(), fs::copy_options::recursive);
    const fs::path file = data() / "scripts" / (script + ".toml");
    std::string text = content_of(file);
    const std::size_t at = text.find("[[step]]", text.find("id = \"" + sign + "\""));
    REQUIRE(at != std::string::npos);
    text.insert(at,
                "[[step]]\nid = \"one-more\"\nkind = \"attest\"\ntitle = \"One more\"\n"
                "actor = \"director\"\nwitness = \"internal-witness\"\n"
                "needs = [\"root-key\"]\n\n");
    plant(file, text);
  }

  [[nodiscard]] fs::path data() const { return folder_ / "data"; }

 private:
  support::TemporaryFolder folder_;
};

// Both signatures as openssl sees them.
void check_with_openssl(Works& works) {
  const support::TemporaryFolder folder;
  const auto file = [&](const char* name) { return (folder / name).string(); };
  plant(file("root.pem"), works.elsewhere().root.certificate.pem());
  const std::string pump = (works.in() / "pump.bin").string();
  const std::string valve = (works.in() / "valve.bin").string();
  const auto cms = [&](const std::string& content) {
    return support::run_command("openssl",
                                {"cms",
                                 "-verify",
                                 "-binary",
                                 "-inform",
                                 "DER",
                                 "-in",
                                 (works.delivered() / "pump.bin.p7s").string(),
                                 "-content",
                                 content,
                                 "-CAfile",
                                 file("root.pem"),
                                 "-purpose",
                                 "any",
                                 "-out",
                                 "/dev/null"});
  };
  const support::CommandOutcome good = cms(pump);
  INFO(good.output);
  CHECK(good.exit_code == 0);
  CHECK(cms(valve).exit_code != 0);
  REQUIRE(support::run_command("openssl",
                               {"x509",
                                "-in",
                                (works.in() / "signer.pem").string(),
                                "-pubkey",
                                "-noout",
                                "-out",
                                file("key.pem")})
              .exit_code == 0);
  const auto raw = [&](const std::string& content) {
    return support::run_command("openssl",
                                {"dgst",
                                 "-sha256",
                                 "-verify",
                                 file("key.pem"),
                                 "-signature",
                                 (works.delivered() / "valve.bin.sig").string(),
                                 content});
  };
  CHECK(raw(valve).exit_code == 0);
  CHECK(raw(pump).exit_code != 0);
}

}  // namespace

TEST_CASE("a signing key is born, asks for its certificate, and signs what the plan names") {
  Works works;
  works.begin();
  const fs::path out = works.stage().out();
  for (const char* const site : {"site-1", "site-2"}) {
    const auto vault = ceremony::read_vault(out / site);
    REQUIRE_MESSAGE(vault.ok(), (vault ? std::string() : vault.error().message));
    CHECK(vault->header.is_signing_key());
    CHECK(vault->root_certificate.empty());
    CHECK_FALSE(fs::exists(out / site / "root.pem"));
  }
  CHECK(support::run_command("openssl",
                             {"req",
                              "-verify",
                              "-noout",
                              "-in",
                              (out / "transfer" / "out" / kBirth / "signing-key.csr").string()})
            .exit_code == 0);
  const std::string birth = transcript_of(works.stage(), kBirth);
  CHECK(has(birth,
            R"("type":"key.request","data":{"subject":"C=DE, O=Conclave Rehearsal, CN=REHEARSAL)"));
  CHECK(count_of(birth, R"("type":"cert.issue")") == 0);
  must(works.stage().rehearsal().sign_artefacts(works.good_certificate(), Works::both()));
  check_with_openssl(works);
  const std::string record = transcript_of(works.stage(), kSigning);
  const std::string cms = content_of(works.delivered() / "pump.bin.p7s");
  CHECK(has(record,
            R"("type":"artefact.sign","data":{"artefact":")" + sha256_of(kPump) +
                R"(","form":"cms","signature":")" + sha256_of(cms)));
  CHECK(has(record, R"("data":{"artefact":")" + sha256_of(kValve) + R"(","form":"raw")"));
  CHECK(has(record, R"("compared_with":"signing-certificate")"));
  must(works.stage().rehearsal().verify_shares());
  const auto state = ceremony::read_ledger(out / "site-2" / "ledger");
  REQUIRE(state.ok());
  CHECK(state->sequence == 3);
  CHECK(state->signing_request == base::digest_hex(works.request().digest()));
}

TEST_CASE("an artefact is signed only where file, digest and plan agree") {
  Works works;
  works.begin();
  const PlannedSigning signing = works.good_certificate();
  plant(works.in() / "pump.bin", "firmware 6.6.6 of the pump");
  CHECK(has(works.refusal_of(signing, Works::both()),
            "pump.bin: this is not the file that the plan was reviewed with (its digest differs)"));
  fs::remove(works.in() / "pump.bin");
  CHECK(has(works.refusal_of(signing, Works::both()), "pump.bin"));
  CHECK(has(works.refusal_of(signing, {}), "the plan names no artefact"));
}

TEST_CASE("an artefact is signed only under a certificate for code signing, of this key, today") {
  Works works;
  works.begin();
  Elsewhere& elsewhere = works.elsewhere();
  const ca::SigningRequest request = works.request();
  const auto refused = [&](const ca::Certificate& certificate) {
    return works.refusal_of(works.bring(certificate.pem()), Works::both());
  };
  const auto other = support::new_key(ca::Algorithm::kP256);
  CHECK(has(refused(elsewhere.certify(
                support::request_for(*other, "Another signer"), "code-signing", {-1, 9})),
            "is of another key than the one in this vault"));
  CHECK(has(refused(elsewhere.certify(request, "code-signing", {-30, -1})),
            "and not through the end of the plan's day"));
  CHECK(has(refused(elsewhere.certify(request, "code-signing", {1, 30})),
            "and not through the end of the plan's day"));
  CHECK(has(refused(elsewhere.certify(request, "subordinate-code-signing", {-1, 9})),
            "is that of a CA"));
  const support::TemporaryFolder folder;
  plant(folder / "request.csr", request.pem());
  plant(folder / "ext", "keyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n");
  REQUIRE(support::run_command("openssl",
                               {"req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-nodes",
                                "-subj",
                                "/CN=ca",
                                "-keyout",
                                (folder / "ca.key").string(),
                                "-out",
                                (folder / "ca.pem").string()})
              .exit_code == 0);
  REQUIRE(support::run_command("openssl",
                               {"x509",
                                "-req",
                                "-in",
                                (folder / "request.csr").string(),
                                "-CA",
                                (folder / "ca.pem").string(),
                                "-CAkey",
                                (folder / "ca.key").string(),
                                "-days",
                                "9",
                                "-extfile",
                                (folder / "ext").string(),
                                "-out",
                                (folder / "tls.pem").string()})
              .exit_code == 0);
  CHECK(has(works.refusal_of(works.bring(content_of(folder / "tls.pem")), Works::both()),
            "extendedKeyUsage lacks codeSigning"));
}

TEST_CASE(
    "a certificate that begins on the plan's own day signs, and one that ends on it does not") {
  Works works;
  works.begin();
  const ca::Instant noon = support::today() + std::chrono::hours{12};
  const auto bring = [&](const ca::Validity& validity) {
    return works.bring(
        works.elsewhere().certify_for(works.request(), "code-signing", validity).pem());
  };
  CHECK(has(works.refusal_of(bring({.not_before = noon - std::chrono::days{9}, .not_after = noon}),
                             Works::both()),
            "and not through the end of the plan's day"));
  must(works.stage().rehearsal().sign_artefacts(
      bring({.not_before = noon, .not_after = noon + std::chrono::days{9}}), Works::both()));
  const support::CommandOutcome shown =
      support::run_command("openssl",
                           {"cms",
                            "-cmsout",
                            "-print",
                            "-noout",
                            "-inform",
                            "DER",
                            "-in",
                            (works.delivered() / "pump.bin.p7s").string()});
  CHECK(has(shown.output,
            " 12:00:00 "));  // the time that the signature states is in the certificate's
}

TEST_CASE("the file with the signing certificate is the one of the plan, whole and in order") {
  Works works;
  works.begin();
  PlannedSigning signing = works.good_certificate();
  const std::string leaf =
      works.elsewhere().certify(works.request(), "code-signing", {-1, 9}).pem();
  const std::string stranger = support::make_root(ca::Algorithm::kP256).certificate.pem();
  CHECK(has(works.refusal_of(works.bring(leaf + stranger), Works::both()),
            "do not follow on each other"));
  CHECK(has(works.refusal_of(works.bring("no certificate"), Works::both()), "signer.pem"));
  plant(works.in() / "signer.pem", leaf);
  CHECK(has(works.refusal_of(signing, Works::both()),
            "this is not the signing certificate that the plan was reviewed with"));
  fs::remove(works.in() / "signer.pem");
  CHECK(has(works.refusal_of(signing, Works::both()), "signer.pem"));
}

TEST_CASE("a file that is exchanged between its check and its signature is not signed") {
  fs::path file;
  Works works({}, [&](const StepView& view, Input& /*input*/) {
    if (view.id == "sign-artefacts") {
      stage::flip_byte(file);
    }
  });
  works.begin();
  file = works.in() / "valve.bin";
  CHECK(has(works.refusal_of(works.good_certificate(), Works::both()),
            "valve.bin: this is not the file that the plan was reviewed with"));
}

TEST_CASE("people see each file, its digest in words, its form, and whose signature it will be") {
  std::vector<std::string> shown;
  Works works({}, [&](const StepView& view, Input& input) {
    if (view.id == "consent-artefacts") {
      shown = view.shown;
      input.texts["phrase"] = "SIGN ARTEFACT";
    }
  });
  works.begin();
  CHECK(has(works.refusal_of(works.good_certificate(), Works::both()),
            "what was typed is not \"SIGN ARTEFACTS\", letter by letter"));
  REQUIRE(shown.size() == 8);
  CHECK(has(shown[0], "REHEARSAL Update signing"));
  CHECK(shown[2] == "File: pump.bin");
  CHECK(shown[4] == "Form: CMS, beside the file");
  CHECK(shown[7] == "Form: the bare signature over the file");
}

TEST_CASE("after a power cut behind the signatures, nothing is signed twice") {
  const LongerScript longer("artefact-signing", "sign-artefacts");
  int signs = 0;
  Works works({.cut = {.before = "one-more"}, .data = longer.data()},
              [&](const StepView& view, Input& /*input*/) {
                signs += view.id == "sign-artefacts" ? 1 : 0;
              });
  works.begin();
  must(works.stage().rehearsal().sign_artefacts(works.good_certificate(), Works::both()));
  check_with_openssl(works);
  const std::string record = transcript_of(works.stage(), kSigning);
  CHECK(count_of(record, R"("type":"artefact.sign")") == 2);
  CHECK(has(record, sha256_of(content_of(works.delivered() / "valve.bin.sig"))));
  CHECK(has(record, sha256_of(content_of(works.delivered() / "pump.bin.p7s"))));
  CHECK(signs == 2);  // the step was done twice, and signed once
}

TEST_CASE("after a power cut behind the request that was signed, it is kept") {
  const LongerScript longer("signing-key-generation", "sign-request");
  int signs = 0;
  Works works(
      {.cut = {.before = "one-more"}, .data = longer.data()},
      [&](const StepView& view, Input& /*input*/) { signs += view.id == "sign-request" ? 1 : 0; });
  works.begin();
  CHECK(signs == 2);
  CHECK(count_of(transcript_of(works.stage(), kBirth), R"("type":"key.request")") == 1);
  must(works.stage().rehearsal().sign_artefacts(works.good_certificate(), Works::both()));
}

TEST_CASE("the vault of a signing key is refused where a root is needed, and the reverse") {
  Works works;
  works.begin();
  const auto as_root = works.stage().rehearsal().sign_subordinates();
  REQUIRE(!as_root.ok());
  CHECK(has(as_root.error().message,
            "this is the vault of a signing key, and this ceremony is for a root"));
  stage::Stage root;
  REQUIRE(root.generate_root() == "");
  const auto as_key = root.rehearsal().sign_artefacts(
      {.certificate = "signer.pem", .sha256 = sha256_of("")}, Works::both());
  REQUIRE(!as_key.ok());
  CHECK(has(as_key.error().message, "this is the vault of a root"));
}

TEST_CASE("a signing key's vault whose request was exchanged is refused") {
  Works works;
  works.begin();
  const fs::path request = works.stage().out() / "site-1" / "signing-key.csr";
  const auto other = support::new_key(ca::Algorithm::kP256);
  plant(request, support::request_for(*other, "Another").pem());
  CHECK(has(works.refusal_of(works.bring(""), Works::both()),
            "the request (signing-key.csr) is not the one that this vault's header names"));
}

TEST_CASE("the public records of a signing key do not depend on k and n") {
  std::vector<std::unique_ptr<Works>> all;
  for (const unsigned threshold : {2U, 4U}) {
    all.push_back(
        std::make_unique<Works>(stage::Setting{.threshold = threshold, .shares = threshold + 2}));
    all.back()->begin();
    must(all.back()->stage().rehearsal().sign_artefacts(all.back()->good_certificate(),
                                                        Works::both()));
  }
  CHECK(support::first_difference_in_shape(all[0]->stage().out() / "record" / "public",
                                           all[1]->stage().out() / "record" / "public") == "");
}
