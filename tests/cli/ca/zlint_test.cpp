// `conclave certificate lint` beside zlint: the real one, and ones that fail in every way.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "ca/issuer.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using namespace ca;
using nlohmann::json;
using support::has;

// A PATH that holds what a test puts there, and then the old one or nothing.
class OwnPath {
 public:
  enum class Rest { kOldPath, kNothing };

  explicit OwnPath(Rest rest) : old_(std::getenv("PATH")) {
    const std::string more = rest == Rest::kOldPath ? ":" + old_ : "";
    setenv("PATH", (folder_.path().string() + more).c_str(), 1);
  }
  ~OwnPath() { setenv("PATH", old_.c_str(), 1); }
  OwnPath(const OwnPath&) = delete;
  OwnPath& operator=(const OwnPath&) = delete;

  // Puts a program "zlint" there that does this.
  void plant_zlint(const std::string& script) const {
    support::plant(folder_ / "zlint", "#!/bin/sh\n" + script + "\n");
    std::filesystem::permissions(folder_ / "zlint", std::filesystem::perms::owner_all);
  }

 private:
  std::string old_;
  support::TemporaryFolder folder_;
};

// Files with a good root, a CRL, and a root that our own lint refuses.
struct Judged {
  support::TemporaryFolder folder;
  std::string good = (folder / "good.pem").string();
  std::string bad = (folder / "bad.der").string();
  std::string list = (folder / "list.pem").string();

  Judged() {
    const support::TestRoot root = support::make_root(Algorithm::kP256);
    support::plant(good, root.certificate.pem());
    std::string der(base::text_of(root.certificate.der()));
    der.back() = static_cast<char>(der.back() ^ 1);
    support::plant(bad, der);
    const CertificateProfile profile = support::profile_named("crl");
    RevocationListPlan plan;
    plan.this_update = support::at("2026-06-01T00:00:00Z");
    plan.next_update = support::at("2027-05-31T00:00:00Z");
    const DistinguishedName& issuer = root.certificate.subject();
    auto draft = RevocationListDraft::of({.profile = profile,
                                          .plan = plan,
                                          .issuer = root.certificate,
                                          .issued = IssuedCertificates(issuer),
                                          .revocations = Revocations(issuer)});
    support::plant(list, sign_revocation_list(std::move(*draft), *root.key)->pem());
  }
};

support::CommandOutcome lint(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"certificate", "lint", "--zlint-seconds", "2"});
  return support::run_command(CONCLAVE_PROGRAM, arguments);
}

json lint_json(const std::vector<std::string>& files) {
  std::vector<std::string> arguments{"--json"};
  arguments.insert(arguments.end(), files.begin(), files.end());
  return json::parse(lint(arguments).output);
}

// What must hold whatever zlint does: ours says what it says.
void check_that_ours_stays(const Judged& judged, const std::string& trouble) {
  CAPTURE(trouble);
  const json document = lint_json({judged.good, judged.bad});
  REQUIRE(document.at("findings").size() == 1);
  CHECK(document.at("findings")[0].at("rule") == "signature-invalid");
  CHECK(document.at("zlint").at("asked") == true);
  CHECK(document.at("zlint").at("findings").empty());
  REQUIRE_FALSE(document.at("zlint").at("troubles").empty());
  const json& first = document.at("zlint").at("troubles")[0];
  CHECK(first.at("file") == judged.good);
  CHECK(has(first.at("message").get<std::string>(), "zlint " + trouble));
  const support::CommandOutcome good = lint({judged.good});
  CHECK(good.exit_code == 0);
  CHECK(has(good.output, "Nothing to report.\n"));
  CHECK(has(good.output, judged.good + ": zlint " + trouble));
}

}  // namespace

TEST_CASE("zlint: the real one is asked, and its findings stand beside ours with their sources") {
  const Judged judged;
  const json document = lint_json({judged.good, judged.bad, judged.list});
  const json& zlint = document.at("zlint");
  CHECK(zlint.at("asked") == true);
  CHECK(zlint.at("why_not").is_null());
  CHECK_FALSE(zlint.at("version").get<std::string>().empty());
  CHECK(zlint.at("troubles").empty());
  REQUIRE_FALSE(zlint.at("findings").empty());
  const json& first = zlint.at("findings")[0];
  CHECK(first.at("rule") == "n_ca_digital_signature_not_set");
  CHECK(first.at("severity") == "notice");
  CHECK(first.at("level") == "info");
  CHECK(has(first.at("source").get<std::string>(), "CABF_BR, "));
  CHECK(first.at("file") == judged.good);
  CHECK(has(first.at("message").get<std::string>(), "OCSP"));
  // Ours are the same as without it.
  CHECK(document.at("findings").size() == 1);
  CHECK(document.at("ok") == false);
}

TEST_CASE("zlint: an error that it finds is shown, and the exit code stays ours") {
  const Judged judged;
  OwnPath path(OwnPath::Rest::kOldPath);
  path.plant_zlint(
      "case \"$1\" in\n"
      "-version) echo 'ZLint version 9.8.7' ;;\n"
      "-list-lints-json) echo '{\"name\":\"e_one\",\"description\":\"It is bad.\","
      "\"source\":\"RFC5280\",\"citation\":\"RFC 5280: 4.2\"}' ;;\n"
      "*) cat >/dev/null; echo '{\"e_one\":{\"result\":\"error\",\"details\":\"here\"},"
      "\"w_two\":{\"result\":\"warn\"},\"e_three\":{\"result\":\"pass\"},"
      "\"e_four\":{\"result\":\"NA\"},\"e_five\":7,\"e_six\":{\"result\":\"fatal\"}}' ;;\n"
      "esac");
  const support::CommandOutcome outcome = lint({judged.good});
  CHECK(outcome.exit_code == 0);
  CHECK(has(outcome.output,
            judged.good + ": zlint error: It is bad. (here) [e_one; RFC5280, RFC 5280: 4.2]\n"));
  CHECK(has(outcome.output, judged.good + ": zlint warn:  [w_two; zlint]\n"));
  CHECK(
      has(outcome.output, "zlint 9.8.7 was asked. What it reports is shown, and decides nothing"));
  const json document = lint_json({judged.good});
  CHECK(document.at("ok") == true);
  CHECK(document.at("zlint").at("version") == "9.8.7");
  REQUIRE(document.at("zlint").at("findings").size() == 3);
  CHECK(document.at("zlint").at("findings")[0].at("severity") == "error");
  CHECK(document.at("zlint").at("findings")[1].at("severity") == "warning");
  CHECK(document.at("zlint").at("findings")[2].at("severity") == "error");
}

TEST_CASE("zlint: one that crashes, fails, or answers with rubbish neither hides nor spoils ours") {
  const Judged judged;
  OwnPath path(OwnPath::Rest::kOldPath);
  path.plant_zlint("kill -SEGV $$");
  check_that_ours_stays(judged, "crashed (signal 11), so it has not judged this.");
  path.plant_zlint("echo '{\"e_one\":{\"result\":\"error\"}}'; exit 3");
  check_that_ours_stays(judged, "failed (exit code 3), so it has not judged this.");
  for (const char* rubbish :
       {"echo '{\"e_one\": {'", "echo '[]'", "echo '{}'", "true", "head -c 1000 /dev/zero"}) {
    path.plant_zlint(rubbish);
    check_that_ours_stays(judged, "gave an answer that cannot be read, so it has not judged this.");
  }
  path.plant_zlint("yes | head -c 20000000");
  check_that_ours_stays(judged, "wrote more than anybody would read and was stopped");
  path.plant_zlint("this is no program");
  check_that_ours_stays(judged, "failed (exit code 127)");
}

TEST_CASE("zlint: one that hangs is stopped, with all that it started, and asked no more") {
  const Judged judged;
  OwnPath path(OwnPath::Rest::kOldPath);
  for (const char* hanging : {"sleep 100", "exec >&-; sleep 100", "sleep 100 & exit 0"}) {
    CAPTURE(std::string(hanging));
    path.plant_zlint("[ \"$1\" = -version ] && exit 0\n" + std::string(hanging));
    const auto begin = std::chrono::steady_clock::now();
    const json document = lint_json({judged.good, judged.bad, judged.list});
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
    CHECK(document.at("findings").size() == 1);
    REQUIRE(document.at("zlint").at("troubles").size() == 1);
    CHECK(has(document.at("zlint").at("troubles")[0].at("message").get<std::string>(),
              "did not end in time and was stopped"));
  }
}

TEST_CASE("zlint: where there is none, or nothing for it, that is said") {
  const Judged judged;
  {
    const OwnPath path(OwnPath::Rest::kNothing);
    const support::CommandOutcome outcome = lint({judged.good});
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.output == "Nothing to report.\nzlint: not asked (it is not installed).\n");
    const json document = lint_json({judged.good});
    CHECK(document.at("zlint").at("asked") == false);
    CHECK(document.at("zlint").at("why_not") == "it is not installed");
    CHECK(document.at("zlint").at("version").is_null());
  }
  support::plant(judged.folder / "note.txt", "no certificate\n");
  CHECK(has(lint({(judged.folder / "note.txt").string()}).output,
            "zlint: not asked (there is nothing for it to judge)."));
}

TEST_CASE("zlint: one in the folder where somebody works is not run") {
  const Judged judged;
  OwnPath path(OwnPath::Rest::kNothing);
  support::plant(judged.folder / "here/zlint",
                 "#!/bin/sh\ntouch " + judged.folder.path().string() + "/was-run\n");
  std::filesystem::permissions(judged.folder / "here/zlint", std::filesystem::perms::owner_all);
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(judged.folder / "here");
  for (const char* relative : {"", ".", ":", "./", "../here"}) {
    setenv("PATH", relative, 1);
    CHECK(has(lint({judged.good}).output, "zlint: not asked (it is not installed)."));
  }
  std::filesystem::current_path(before);
  CHECK_FALSE(std::filesystem::exists(judged.folder / "was-run"));
}

TEST_CASE("zlint: what it writes cannot play with the terminal") {
  const Judged judged;
  OwnPath path(OwnPath::Rest::kOldPath);
  path.plant_zlint(
      "printf '{\"e_\\\\u001b[2J\":{\"result\":\"error\",\"details\":\"\\\\u001b]0;x\\\\n\"}}'");
  const support::CommandOutcome outcome = lint({judged.good});
  CHECK(has(outcome.output, "zlint error: ?]0;x? [e_?[2J; zlint]"));
  CHECK(outcome.output.find('\x1b') == std::string::npos);
}
