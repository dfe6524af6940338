// `conclave request review`: the page, by profile and by plan.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/digest_words.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using namespace ca;
using support::has;
using Arguments = std::vector<std::string>;

// A root, and a request made by openssl that asks for more than it gets.
struct Papers {
  support::TemporaryFolder folder;
  support::TestRoot root = support::make_root(Algorithm::kP384);

  Papers() {
    support::plant(folder / "root.pem", root.certificate.pem());
    const support::CommandOutcome made = support::run_command("openssl",
                                                              {"req",
                                                               "-newkey",
                                                               "ec",
                                                               "-pkeyopt",
                                                               "ec_paramgen_curve:P-256",
                                                               "-nodes",
                                                               "-keyout",
                                                               "/dev/null",
                                                               "-subj",
                                                               "/C=DE/O=Example/CN=<b>TLS CA",
                                                               "-addext",
                                                               "basicConstraints=critical,CA:TRUE",
                                                               "-addext",
                                                               "subjectAltName=DNS:evil.example",
                                                               "-out",
                                                               path("tls.csr")});
    REQUIRE_MESSAGE(made.exit_code == 0, made.output);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder / name).string(); }

  [[nodiscard]] std::string digest() const {
    return base::sha256_hex(base::bytes_of(support::content_of(folder / "tls.csr")));
  }

  // A plan for the request, with that digest and those last words of its section.
  void plan(const std::string& sha256, const std::string& more) const {
    support::plant(
        folder / "plan.toml",
        "ceremony = \"subordinate-signing\"\nmode = \"REHEARSAL\"\nsequence = 2\n"
        "date = \"2026-11-23\"\norigin = \"pki.example/root-g1/0002-subordinate-signing\"\n"
        "previous_head = \"" +
            std::string(64, '1') +
            "\"\nsite = \"site-1\"\nkdf = \"fast\"\n\n[[request]]\nfile = \"tls.csr\"\n"
            "sha256 = \"" +
            sha256 + "\"\nnot_before = \"2026-11-23\"\n" + more +
            "\n[[signer]]\nrole = \"director\"\nvkey = \"pki.example/root-g1/director+"
            "d2dbe0c9+ARNzXQXYn5VXFvtSh4+5RtTyAkOvqaTqT1cXMbYCKzfC\"\n");
  }

  [[nodiscard]] support::CommandOutcome review(Arguments arguments) const {
    arguments.insert(arguments.begin(), {"request", "review", "--out", path("page.html")});
    return support::run_command(CONCLAVE_PROGRAM, arguments);
  }

  // The page that is written, once.
  [[nodiscard]] std::string page(Arguments arguments, int exit_code) const {
    std::filesystem::remove(folder / "page.html");
    const support::CommandOutcome outcome = review(std::move(arguments));
    INFO(outcome.output);
    CHECK(outcome.exit_code == exit_code);
    CHECK(has(outcome.output, "Written: " + path("page.html")));
    return support::content_of(folder / "page.html");
  }
};

constexpr const char* kGoodPlan =
    "profile = \"subordinate-tls\"\nnot_after = \"2030-11-22\"\npolicies = [ \"2.999.1.7\" ]\n"
    "crl_uris = [ \"http://pki.example/root.crl\" ]\n"
    "ca_issuer_uris = [ \"http://pki.example/root.cer\" ]\n";

}  // namespace

TEST_CASE("request review: by a profile, what is asked, what will be signed, and why") {
  const Papers papers;
  const std::string page = papers.page({"--profile", "subordinate-tls", papers.path("tls.csr")}, 0);
  CHECK(has(page, papers.digest()));
  CHECK(has(page, base::digest_words(*base::parse_digest_hex(papers.digest()))));
  CHECK(has(page, "Nothing stands against signing."));
  CHECK(has(
      page,
      "<tr class=\"left-out\"><th scope=\"row\">basic constraints</th><td>CA:TRUE (critical)</td>"
      "<td>CA:TRUE, pathlen:0 (critical)</td><td class=\"why\">Profile 2.1: whether it is a CA, "
      "and how many CAs may come below it. What the request asks for is not copied.</td>"));
  CHECK(
      has(page,
          "<tr class=\"left-out\"><th scope=\"row\">subject alt name</th><td>DNS:evil.example</td>"
          "<td><span class=\"none\">nothing</span></td><td class=\"why\">Profile 2.1: such an "
          "extension is not in it, so it is not copied.</td>"));
  CHECK(has(page,
            "<td>what the plan gives</td><td class=\"why\">Profile 2.1: the plan must give it."));
  CHECK(has(page, "<td>what the plan gives, or nothing</td>"));
  CHECK(has(page, "the dates of the plan, at most 2920 days"));
  CHECK(has(page, "<td>the CA that signs</td>"));
  CHECK(has(page, "<td>that of the issuer</td>"));
  CHECK(has(page, "Issuer: not checked (give --issuer FILE)"));
  CHECK(!has(page, "2.999"));  // a stand-in is never shown
}

TEST_CASE("request review: a request of a batch is found in the list beside it") {
  const Papers papers;
  const std::string list = papers.digest() + "  tls.csr\n";
  support::plant(papers.folder / "list.sha256", list);
  papers.plan(papers.digest(), kGoodPlan);
  std::string plan = support::content_of(papers.folder / "plan.toml");
  const std::string one = "[[request]]\nfile = \"tls.csr\"\nsha256 = \"" + papers.digest();
  const std::size_t at = plan.find(one);
  REQUIRE(at != std::string::npos);
  plan.replace(
      at,
      one.size(),
      "[batch]\nlist = \"list.sha256\"\nsha256 = \"" + base::sha256_hex(base::bytes_of(list)));
  support::plant(papers.folder / "plan.toml", plan);
  const Arguments arguments{"--plan",
                            papers.path("plan.toml"),
                            "--issuer",
                            papers.path("root.pem"),
                            papers.path("tls.csr")};
  CHECK(has(papers.page(arguments, 0), "2026-11-23T00:00:00Z to 2030-11-22T23:59:59Z"));
  support::plant(papers.folder / "list.sha256", "another list");
  std::filesystem::remove(papers.folder / "page.html");
  const support::CommandOutcome refused = papers.review(arguments);
  CHECK(refused.exit_code == 1);
  CHECK(has(refused.output, "is not the one that the plan was reviewed with"));
}

TEST_CASE("request review: a device's certificate has no end, and the page says so") {
  const Papers papers;
  const std::string page = papers.page({"--profile", "device-identity", papers.path("tls.csr")}, 1);
  CHECK(has(page, "without an end"));
}

TEST_CASE("request review: everything is escaped, and nothing is loaded or run") {
  const Papers papers;
  const std::string page = papers.page({"--profile", "subordinate-tls", papers.path("tls.csr")}, 0);
  CHECK(has(page, "CN=&lt;b&gt;TLS CA"));
  CHECK(!has(page, "<b>TLS"));
  CHECK(has(page, "default-src 'none'"));
  for (const char* word : {"<script", "src=", "href=", "url(", "@import"}) {
    CHECK(!has(page, word));
  }
}

TEST_CASE("request review: by plan and issuer the page has the very certificate") {
  const Papers papers;
  papers.plan(papers.digest(), kGoodPlan);
  const std::string page = papers.page({"--plan",
                                        papers.path("plan.toml"),
                                        "--issuer",
                                        papers.path("root.pem"),
                                        papers.path("tls.csr")},
                                       0);
  for (const char* part : {"2026-11-23T00:00:00Z to 2030-11-22T23:59:59Z",
                           "C=DE, O=Example Devices, CN=Example Root",
                           "ecdsa-with-SHA384",
                           "Policy: 2.999.1.7",
                           "URI:http://pki.example/root.crl",
                           "CA Issuers - URI:http://pki.example/root.cer",
                           "Profile: as the plan says"}) {
    CHECK(has(page, part));
  }
  CHECK(has(page,
            "Plan: SHA-256 " + base::sha256_hex(base::bytes_of(
                                   support::content_of(papers.folder / "plan.toml")))));
}

TEST_CASE("request review: what stands against it is on top, and the exit code says so") {
  const Papers papers;
  const Arguments with_issuer{"--plan",
                              papers.path("plan.toml"),
                              "--issuer",
                              papers.path("root.pem"),
                              papers.path("tls.csr")};
  papers.plan(std::string(64, '2'), kGoodPlan);
  CHECK(has(papers.page(with_issuer, 1), "The plan names no file with this digest"));
  papers.plan(papers.digest(),
              "profile = \"subordinate-tls\"\nnot_after = \"2030-11-22\"\npolicies = []\n");
  CHECK(has(papers.page(with_issuer, 1), "the plan gives no certificate policy"));
  papers.plan(papers.digest(),
              "profile = \"subordinate-tls\"\nnot_after = \"2046-11-22\"\n"
              "policies = [ \"2.999.1\" ]\n");
  const std::string late = papers.page(with_issuer, 1);
  CHECK(has(late, "This will not be signed as it is."));
  CHECK(has(late, "<li class=\"error\">"));
  CHECK(late.find("<li class=\"error\">") < late.find("You will sign"));
  support::plant(papers.folder / "none.csr", "no request");
  const std::string none =
      papers.page({"--profile", "subordinate-tls", papers.path("none.csr")}, 1);
  CHECK(has(none, "request-malformed"));
  CHECK(!has(none, "You will sign"));
}

TEST_CASE("request review: each request begins on a sheet of its own") {
  const Papers papers;
  const auto key = support::new_key(Algorithm::kP256);
  support::plant(papers.folder / "other.csr", support::request_for(*key, "Example CA").pem());
  const std::string page = papers.page(
      {"--profile", "subordinate-tls", papers.path("tls.csr"), papers.path("other.csr")}, 0);
  CHECK(support::count_of(page, "<section class=\"request\">") == 2);
  CHECK(has(page, ".request { break-before: page; }"));
}

TEST_CASE("request review: no file is written over, and nothing without profile or plan") {
  const Papers papers;
  const Arguments arguments{"--profile", "subordinate-tls", papers.path("tls.csr")};
  support::plant(papers.folder / "page.html", "mine");
  CHECK(papers.review(arguments).exit_code == 1);
  CHECK(support::content_of(papers.folder / "page.html") == "mine");
  std::filesystem::remove(papers.folder / "page.html");
  const support::CommandOutcome neither = papers.review({papers.path("tls.csr")});
  CHECK(neither.exit_code == 2);
  CHECK(has(neither.output, "give --profile or --plan"));
  CHECK(papers.review({"--profile", "crl", "--plan", "x", papers.path("tls.csr")}).exit_code == 2);
  CHECK(papers.review({"--plan", papers.path("no.toml"), papers.path("tls.csr")}).exit_code == 1);
  papers.plan(papers.digest(), "profile = \"no-such\"\nnot_after = \"2030-11-22\"\n");
  CHECK(papers.review({"--plan", papers.path("plan.toml"), papers.path("tls.csr")}).exit_code == 1);
  CHECK_FALSE(std::filesystem::exists(papers.folder / "page.html"));
}
