// `conclave request check`: what a request asks, and everything that is wrong with it. Works
// outside the vault, on any machine, before anybody travels.

#include <iostream>
#include <memory>
#include <string>

#include "base/digest.h"
#include "base/digest_words.h"
#include "ca/extension_text.h"
#include "ca/signing_request.h"
#include "ca/weak_key.h"
#include "ceremony/cli/command.h"
#include "ceremony/cli/input_file.h"
#include "ceremony/cli/request_batch.h"
#include "ceremony/cli/request_file.h"
#include "ceremony/cli/request_review.h"

namespace ceremony::cli {

namespace {

constexpr std::string_view kRequestFormat = "conclave-request-check-1";

struct CheckArguments {
  RequestPapers papers;
  bool json = false;
};

// What the room will see and read aloud. A plan names the digest of the file as it lies there.
std::string request_text(const LookedAtRequest& one) {
  if (!one.check.request) {
    return "";
  }
  const ca::SigningRequest& request = *one.check.request;
  const std::string der = base::digest_hex(request.digest());
  std::string text = one.file + "\n  subject:         " + request.subject().text() +
                     "\n  key:             " + ca::key_kind_of(request.public_key_info()) + "\n";
  for (const ca::Extension& extension : request.requested_extensions()) {
    text += "  asks for:        " + ca::name_of_oid(extension.oid);
    text += extension.criticality == ca::Criticality::kCritical ? " (critical): " : ": ";
    text += ca::text_of(extension) + "\n";
  }
  text += "  SHA-256 (file):  " + one.file_sha256 +
          "\n  in 32 words:     " + base::digest_words(*base::parse_digest_hex(one.file_sha256)) +
          "\n";
  if (der != one.file_sha256) {
    text += "  SHA-256 (DER):   " + der + "\n";
  }
  return text;
}

ExitCode check(const CheckArguments& arguments) {
  const base::Result<RequestBatch> batch = look_at_requests(arguments.papers);
  if (!batch) {
    return report(batch.error());
  }
  const bool ok = batch->is_acceptable();
  if (arguments.json) {
    std::cout << findings_json(
        kRequestFormat, batch->findings(), ok, batch_json(*batch, arguments.papers));
  } else {
    for (const LookedAtRequest& one : batch->requests) {
      std::cout << request_text(one);
    }
    std::cout << findings_text(batch->findings());
    for (const std::string& line : compared_lines(*batch, arguments.papers)) {
      std::cout << line << "\n";
    }
    std::cout << (ok ? "Nothing stands against signing.\n" : "This will not be signed.\n");
  }
  return ok ? ExitCode::kDone : ExitCode::kRefused;
}

}  // namespace

base::Result<ReadRequest> check_request_file(const std::string& file, const ca::KeyRegistry& seen) {
  // One byte more than a request may have, so that the check itself can say that it is too large.
  const base::Result<base::Bytes> bytes = read_input(file, ca::kLargestRequest + 1);
  if (!bytes && bytes.error().code == base::ErrorCode::kMalformed) {
    const base::Bytes too_large(ca::kLargestRequest + 1);
    return ReadRequest{.file_sha256 = {}, .check = ca::check_request(too_large, seen)};
  }
  if (!bytes) {
    return bytes.error();
  }
  return ReadRequest{.file_sha256 = base::sha256_hex(*bytes),
                     .check = ca::check_request(*bytes, seen)};
}

void add_request_commands(CLI::App& app, Outcome& outcome) {
  CLI::App* const request =
      app.add_subcommand("request", "Certificate signing requests (PKCS #10)");
  request->require_subcommand(1);
  CLI::App* const check_app = request->add_subcommand(
      "check",
      "Show what requests ask for and everything that is wrong with them.\n"
      "Their keys are compared with each other, and with those that the options name.\n"
      "Example: conclave request check *.csr --profile subordinate-tls --history site-1/ca\n"
      "Exit code 0: they can be signed; 1: one of them will be refused, or cannot be read.");
  const auto arguments = std::make_shared<CheckArguments>();
  add_paper_options(*check_app, arguments->papers);
  check_app->add_flag("--json", arguments->json, "Print requests and findings as JSON");
  check_app->callback([arguments, &outcome] { outcome.code = check(*arguments); });
  add_review_command(*request, outcome);
}

}  // namespace ceremony::cli
