// `conclave request check`: what a request asks, and everything that is wrong with it. Works
// outside the vault, on any machine, before anybody travels.

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/digest_words.h"
#include "ca/signing_request.h"
#include "ca/weak_key.h"
#include "ceremony/cli/command.h"
#include "ceremony/cli/input_file.h"
#include "ceremony/cli/request_file.h"

namespace ceremony::cli {

namespace {

constexpr std::string_view kRequestFormat = "conclave-request-check-1";

struct CheckArguments {
  std::vector<std::string> files;
  bool json = false;
};

// What the room will see and read aloud.
void show(const std::string& file, const ca::SigningRequest& request) {
  const base::Digest digest = request.digest();
  std::cout << file << "\n  subject:         " << request.subject().text()
            << "\n  key:             " << ca::key_kind_of(request.public_key_info())
            << "\n  SHA-256 (DER):   " << base::digest_hex(digest)
            << "\n  in 32 words:     " << base::digest_words(digest) << "\n";
}

// What was found so far, and the keys of the requests looked at.
struct Look {
  std::vector<FileFinding> findings;
  ca::KeyRegistry seen;
  bool ok = true;
};

void note(Look& look, const std::string& file, const ca::RequestCheck& check) {
  if (check.request) {
    look.seen.add(check.request->public_key_info(), "the request " + file);
  }
  look.ok = look.ok && ca::is_acceptable(check.findings);
  for (const base::Finding& finding : check.findings) {
    look.findings.push_back({file, finding});
  }
}

ExitCode check(const CheckArguments& arguments) {
  Look look;
  for (const std::string& file : arguments.files) {
    const base::Result<ca::RequestCheck> check = check_request_file(file, look.seen);
    if (!check) {
      return report(base::Error(check.error()).while_doing(file));
    }
    if (check->request && !arguments.json) {
      show(file, *check->request);
    }
    note(look, file, *check);
  }
  const char* const verdict =
      look.ok ? "Nothing stands against signing.\n" : "This will not be signed.\n";
  std::cout << (arguments.json ? findings_json(kRequestFormat, look.findings, look.ok)
                               : findings_text(look.findings) + verdict);
  return look.ok ? ExitCode::kDone : ExitCode::kRefused;
}

}  // namespace

base::Result<ca::RequestCheck> check_request_file(const std::string& file,
                                                  const ca::KeyRegistry& seen) {
  // One byte more than a request may have, so that the check itself can say that it is too large.
  const base::Result<base::Bytes> bytes = read_input(file, ca::kLargestRequest + 1);
  if (!bytes && bytes.error().code == base::ErrorCode::kMalformed) {
    const base::Bytes too_large(ca::kLargestRequest + 1);
    return ca::check_request(too_large, seen);
  }
  if (!bytes) {
    return bytes.error();
  }
  return ca::check_request(*bytes, seen);
}

void add_request_commands(CLI::App& app, Outcome& outcome) {
  CLI::App* const request =
      app.add_subcommand("request", "Certificate signing requests (PKCS #10)");
  request->require_subcommand(1);
  CLI::App* const check_app = request->add_subcommand(
      "check",
      "Show what requests ask for and everything that is wrong with them.\n"
      "Exit code 0: they can be signed; 1: one of them will be refused, or cannot be read.");
  const auto arguments = std::make_shared<CheckArguments>();
  check_app->add_option("FILE", arguments->files, "Requests in PEM or DER")->required();
  check_app->add_flag("--json", arguments->json, "Print the findings as JSON");
  check_app->callback([arguments, &outcome] { outcome.code = check(*arguments); });
}

}  // namespace ceremony::cli
