// `conclave request check` and `conclave certificate lint`, run as a person or a program runs them.

#include "support/ca_commands.h"

#include <filesystem>
#include <sys/resource.h>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "ca/der.h"
#include "ca/issuer.h"
#include "ca/pem.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"

namespace {

using namespace ca;
using nlohmann::json;

support::CommandOutcome conclave(const std::vector<std::string>& arguments) {
  return support::run_command(CONCLAVE_PROGRAM, arguments);
}

// A folder with a root, a subordinate, a CRL and a request in it.
struct Files {
  support::TemporaryFolder folder;
  support::TestRoot root = support::make_root(Algorithm::kP256);
  std::unique_ptr<SoftwareKey> key = support::new_key(Algorithm::kP256);
  SigningRequest request = support::request_for(*key, "Example CA");
  Certificate subordinate = sign_subordinate();

  Files() {
    plant("root.pem", root.certificate.pem());
    plant("sub.pem", subordinate.pem());
    plant("chain.pem", chain_pem({subordinate, root.certificate}));
    plant("sub.der", std::string(base::text_of(subordinate.der())));
    plant("request.pem", request.pem());
    plant("list.pem", sign_list().pem());
  }

  [[nodiscard]] std::string path(const char* name) const { return (folder / name).string(); }
  void plant(const char* name, const std::string& text) const {
    support::plant(folder / name, text);
  }

  Certificate sign_subordinate() {
    const CertificateProfile profile = support::profile_named("subordinate-tls");
    const CertificatePlan plan = support::subordinate_plan();
    return sign_certificate(CertificateDraft::of_subordinate({.profile = profile,
                                                              .plan = plan,
                                                              .request = request,
                                                              .issuer = root.certificate},
                                                             {})
                                .value(),
                            *root.key)
        .value();
  }

  RevocationList sign_list() {
    const CertificateProfile profile = support::profile_named("crl");
    RevocationListPlan plan;
    plan.this_update = support::at("2026-06-01T00:00:00Z");
    plan.next_update = support::at("2027-05-31T00:00:00Z");
    return sign_revocation_list(
               RevocationListDraft::of({.profile = profile,
                                        .plan = plan,
                                        .issuer = root.certificate,
                                        .issued = IssuedCertificates(root.certificate.subject()),
                                        .revocations = Revocations(root.certificate.subject())})
                   .value(),
               *root.key)
        .value();
  }
};

std::vector<std::string> rules_in(const json& document) {
  std::vector<std::string> rules;
  for (const json& finding : document.at("findings")) {
    rules.push_back(finding.at("rule"));
  }
  return rules;
}

}  // namespace

TEST_CASE("request check: a good request is shown with its key and its digest in words") {
  const Files files;
  const support::CommandOutcome outcome = conclave({"request", "check", files.path("request.pem")});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.output.find("C=DE, O=Example Devices, CN=Example CA") != std::string::npos);
  CHECK(outcome.output.find("p-256") != std::string::npos);
  CHECK(outcome.output.find(base::digest_hex(files.request.digest())) != std::string::npos);
  CHECK(outcome.output.find("Nothing stands against signing.") != std::string::npos);
}

TEST_CASE("request check: a bad one exits 1 and says why, as text and as JSON") {
  const Files files;
  const auto other = support::new_key(Algorithm::kP256);
  const base::Bytes forged =
      support::signed_request(support::request_parts(*files.key, "Example CA"), *other);
  files.plant("forged.der", std::string(base::text_of(forged)));
  const support::CommandOutcome text = conclave({"request", "check", files.path("forged.der")});
  CHECK(text.exit_code == 1);
  CHECK(text.output.find("error: The request is not signed by its own key (proof of possession)") !=
        std::string::npos);
  const support::CommandOutcome outcome =
      conclave({"request", "check", "--json", files.path("forged.der")});
  CHECK(outcome.exit_code == 1);
  const json document = json::parse(outcome.output);
  CHECK(document.at("format") == "conclave-request-check-1");
  CHECK(document.at("ok") == false);
  CHECK(rules_in(document) == std::vector<std::string>{"request-proof-of-possession"});
  CHECK(document.at("findings")[0].at("severity") == "error");
  CHECK(document.at("findings")[0].at("file") == files.path("forged.der"));
}

TEST_CASE("request check: the same key twice in one go is noticed") {
  const Files files;
  files.plant("again.pem", files.request.pem());
  const support::CommandOutcome outcome =
      conclave({"request", "check", "--json", files.path("request.pem"), files.path("again.pem")});
  CHECK(outcome.exit_code == 1);
  CHECK(rules_in(json::parse(outcome.output)) ==
        std::vector<std::string>{"request-key-already-used"});
}

TEST_CASE("request check: a file of 100 MB is refused without being read, in less than 64 MB") {
  const Files files;
  files.plant("large.der", "\x30");
  // Not through our own memory: what a child uses is counted from what its parent had.
  std::filesystem::resize_file(files.path("large.der"), 100'000'000);
  const support::CommandOutcome outcome = conclave({"request", "check", files.path("large.der")});
  CHECK(outcome.exit_code == 1);
  CHECK(
      outcome.output.find("this file is larger than 64 KiB, and no request is; look whether it is "
                          "the right file") != std::string::npos);
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  CHECK(usage.ru_maxrss < 64 * 1024);  // KiB, the largest of all children so far
}

TEST_CASE("request check: a file that is cut off, longer, in BER or no request at all says so") {
  const Files files;
  const std::string der(base::text_of(files.request.der()));
  const std::string end = std::to_string(der.size());
  std::string indefinite = der;
  indefinite[1] = '\x80';
  const std::string again = "; have it made and sent again";
  const std::vector<std::pair<std::string, std::string>> cases{
      {der.substr(0, 100),
       "this is not a proper request (byte 0): a value is cut off or does not fit into what holds "
       "it" +
           again},
      {der + '\0',
       "this is not a proper request (byte " + end + "): more bytes follow behind its end" + again},
      {indefinite, "this is not a proper request (byte 0): a length is indefinite" + again},
      {files.request.pem().substr(0, 100),
       "object 1 of this file is cut off or damaged; have the file sent again"},
      {files.request.pem() + "more",
       "something stands in this file behind the end of the request; remove it, or have the "
       "request sent again"},
      {"%PDF-1.7",
       "this file holds no object in PEM or DER; look whether it is the right file, and have it "
       "sent again"}};
  for (const auto& [content, message] : cases) {
    files.plant("bad.csr", content);
    const support::CommandOutcome outcome =
        conclave({"request", "check", "--json", files.path("bad.csr")});
    CHECK(outcome.exit_code == 1);
    const json document = json::parse(outcome.output);
    CHECK(rules_in(document) == std::vector<std::string>{"request-malformed"});
    CHECK(document.at("findings")[0].at("message") == message);
    CHECK(document.at("findings")[0].at("file") == files.path("bad.csr"));
  }
}

TEST_CASE("request check: no file, and a file that is not there") {
  CHECK(conclave({"request", "check"}).exit_code == 2);
  CHECK(conclave({"request", "check", "/no/such/file"}).exit_code == 1);
  CHECK(conclave({"request", "check", "--help"}).exit_code == 0);
}

TEST_CASE("certificate lint: ours have nothing to report, alone, in a chain, in DER, and the CRL") {
  const Files files;
  for (const char* name : {"root.pem", "sub.pem", "sub.der", "chain.pem", "list.pem"}) {
    CAPTURE(std::string(name));
    const support::CommandOutcome outcome = conclave({"certificate",
                                                      "lint",
                                                      "--no-zlint",
                                                      "--issuer",
                                                      files.path("root.pem"),
                                                      files.path(name)});
    INFO(outcome.output);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.output == "Nothing to report.\nzlint: not asked (--no-zlint).\n");
    CHECK(conclave({"certificate", "lint", files.path(name)}).exit_code == 0);
  }
}

TEST_CASE("certificate lint: findings exit 3, as text and as JSON") {
  const Files files;
  std::string der(base::text_of(files.subordinate.der()));
  der.back() = static_cast<char>(der.back() ^ 1);
  files.plant("changed.der", der);
  const std::vector<std::string> arguments{"certificate",
                                           "lint",
                                           "--json",
                                           "--issuer",
                                           files.path("root.pem"),
                                           files.path("changed.der")};
  const support::CommandOutcome outcome = conclave(arguments);
  CHECK(outcome.exit_code == 3);
  const json document = json::parse(outcome.output);
  CHECK(document.at("format") == "conclave-certificate-lint-1");
  CHECK(document.at("ok") == false);
  CHECK(rules_in(document) == std::vector<std::string>{"signature-invalid"});
  for (const char* key : {"rule", "severity", "field", "source", "file", "message"}) {
    CHECK(document.at("findings")[0].contains(key));
  }
}

TEST_CASE("certificate lint: the fault of a chain is told with its place") {
  const Files files;
  const support::TestRoot stranger = support::make_root(Algorithm::kP384);
  files.plant("mixed.pem", chain_pem({stranger.certificate, files.subordinate}));
  const support::CommandOutcome outcome =
      conclave({"certificate", "lint", "--json", files.path("mixed.pem")});
  CHECK(outcome.exit_code == 3);
  const json document = json::parse(outcome.output);
  CHECK(document.at("findings")[0].at("file") == files.path("mixed.pem") + "#2");
}

TEST_CASE("certificate lint: of a root and its successor of the same name, each has its own") {
  const Files files;
  const support::TestRoot successor = support::make_root(Algorithm::kP384);
  REQUIRE(successor.certificate.subject() == files.root.certificate.subject());
  files.plant("both.pem",
              chain_pem({successor.certificate, files.root.certificate, files.subordinate}));
  CHECK(conclave({"certificate", "lint", files.path("both.pem")})
            .output.rfind("Nothing to report.\n", 0) == 0);
  // A root that is given counts, whatever else of its name lies in the file.
  files.plant("successor.pem", successor.certificate.pem());
  const support::CommandOutcome outcome = conclave({"certificate",
                                                    "lint",
                                                    "--json",
                                                    "--issuer",
                                                    files.path("successor.pem"),
                                                    files.path("chain.pem")});
  CHECK(outcome.exit_code == 3);
  CHECK(rules_in(json::parse(outcome.output)).front() == "signature-invalid");
}

TEST_CASE("certificate lint: files without a certificate, or with a damaged one") {
  const Files files;
  files.plant("note.txt", "no certificate\n");
  const auto rules_of_file = [&](const char* name) {
    const support::CommandOutcome outcome =
        conclave({"certificate", "lint", "--json", files.path(name)});
    CHECK(outcome.exit_code == 3);
    return rules_in(json::parse(outcome.output));
  };
  CHECK(rules_of_file("note.txt") == std::vector<std::string>{"file-without-certificate"});
  CHECK(rules_of_file("request.pem") == std::vector<std::string>{"file-without-certificate"});
  files.plant("cut.pem", files.root.certificate.pem() + files.subordinate.pem().substr(0, 100));
  const support::CommandOutcome cut =
      conclave({"certificate", "lint", "--json", files.path("cut.pem")});
  CHECK(json::parse(cut.output).at("findings")[0].at("message") ==
        "object 2 of this file is cut off or damaged; have the file sent again.");
  files.plant("bad.pem", pem_text("CERTIFICATE", base::Bytes{0x30, 0x00}));
  CHECK(rules_of_file("bad.pem") == std::vector<std::string>{"certificate-malformed"});
  CHECK(conclave({"certificate", "lint", "/no/such/file"}).exit_code == 1);
  CHECK(conclave({"certificate", "lint"}).exit_code == 2);
  CHECK(conclave({"certificate", "lint", "--issuer", files.path("note.txt"), files.path("sub.pem")})
            .exit_code == 1);
}
