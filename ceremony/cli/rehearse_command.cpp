#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/secret_bytes.h"
#include "ceremony/cli/command.h"
#include "ceremony/cli/data_folder.h"
#include "ceremony/cli/rehearsal.h"
#include "ceremony/cli/request_file.h"

namespace ceremony::cli {

namespace {

struct Options {
  std::string out;
  unsigned threshold = 3;
  unsigned shares = 5;
  std::string algorithm = "p-384";
  std::vector<std::string> requests;
  std::string kdf = "fast";
  bool is_all = false;
};

// A request that cannot be signed is refused before anything is made.
base::Result<void> check_requests(const std::vector<std::string>& files) {
  ca::KeyRegistry seen;
  for (const std::string& file : files) {
    const auto read = check_request_file(file, seen);
    if (!read) {
      return base::Error(read.error()).while_doing(file);
    }
    const ca::RequestCheck& check = read->check;
    const auto& findings = check.findings;
    const auto worst = std::find_if(findings.begin(), findings.end(), [](const auto& finding) {
      return finding.severity == base::Severity::kError;
    });
    if (worst != findings.end()) {
      return base::Error{base::ErrorCode::kRefusedByPolicy,
                         file + ": " + worst->message +
                             " Nothing was done; \"conclave request check\" says all that is "
                             "wrong with it."};
    }
    if (check.request) {
      seen.add(check.request->public_key_info(), "the request " + file);
    }
  }
  return {};
}

base::Result<RehearsalOptions> checked(const Options& options) {
  auto quorum = shamir::Quorum::of({.threshold = options.threshold, .shares = options.shares});
  if (!quorum) {
    return std::move(quorum).error();
  }
  auto algorithm = ca::algorithm_named(options.algorithm);
  if (!algorithm) {
    return std::move(algorithm).error();
  }
  if (auto requests = check_requests(options.requests); !requests) {
    return std::move(requests).error();
  }
  auto data = find_data_folder();
  if (!data) {
    return std::move(data).error();
  }
  return RehearsalOptions{.out = options.out,
                          .quorum = *quorum,
                          .algorithm = *algorithm,
                          .requests = {options.requests.begin(), options.requests.end()},
                          .kdf = options.kdf,
                          .data = *data,
                          .is_all = options.is_all};
}

// The people's second key.
std::string where_the_signing_key_is(const std::string& out) {
  const std::string key = out + "/signing-key";
  return "The signing key's life lies in " + key +
         ", in folders of the same names. Verify its record and a signature:\n"
         "  python3 " +
         key + "/record/public/verify.py --signers " + key + "/signers.vkey " + key +
         "/record/public\n"
         "  openssl cms -verify -binary -inform DER -in " +
         key + "/transfer/out/0002-artefact-signing/pump.bin.p7s -content " + key +
         "/transfer/in/pump.bin -CAfile " + key +
         "/code-signing-ca.pem -purpose any -out /dev/null\n";
}

std::string where_to_look(const std::string& out) {
  return "\nDone. Everything lies in " + out +
         ":\n"
         "  site-1/ site-2/      the vaults: the encrypted root key, certificates, CRLs, ledger\n"
         "  holders/NAME/        each holder's stick: locked share, card as text and SVG\n"
         "  transfer/out/        what the world gets: certificates, chains, CRLs\n"
         "  record/confidential/ journals, plans: for the people in the room\n"
         "  record/public/       transcripts, seals, evaluation.json, report.html, verify.py\n"
         "Look first at " +
         out +
         "/record/public/report.html, then verify the record yourself:\n"
         "  python3 " +
         out + "/record/public/verify.py --signers " + out + "/signers.vkey " + out +
         "/record/public\n";
}

ExitCode rehearse(const Options& options) {
  if (auto locked = base::require_secret_memory(std::size_t{1} << 20U); !locked) {
    return report(locked.error());
  }
  auto settled = checked(options);
  if (!settled) {
    return report(settled.error());
  }
  std::cout << "REHEARSAL of a root key's life, with throw-away keys and invented people.\n"
            << std::flush;
  Rehearsal rehearsal(*settled);
  if (auto done = rehearsal.run(); !done) {
    return report(done.error());
  }
  std::cout << where_to_look(options.out)
            << (options.is_all ? where_the_signing_key_is(options.out) : std::string());
  return ExitCode::kDone;
}

}  // namespace

void add_rehearse_command(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* const verb = app.add_subcommand(
      "rehearse",
      "Run a root key's whole life unattended, with throw-away keys: root generation,\n"
      "subordinate signing, CRL, share verification, backup activation and return, recovery\n"
      "drill, evaluation. Example: conclave rehearse --out rehearsal --algorithm p-384");
  verb->add_option("--out", options->out, "Folder to write to; must not exist yet")->required();
  verb->add_option("--threshold", options->threshold, "Shares needed to open the key (default 3)");
  verb->add_option("--shares", options->shares, "Shares made (default 5)");
  verb->add_option("--algorithm",
                   options->algorithm,
                   "rsa-3072, rsa-4096, p-256, p-384 (default), p-521, ed25519; with OpenSSL 3.5 "
                   "or newer ml-dsa-65, ml-dsa-87, slh-dsa-sha2-128s, slh-dsa-sha2-192s, "
                   "slh-dsa-sha2-256s");
  verb->add_option("--csr", options->requests, "A request to be signed; may be given again");
  verb->add_option("--kdf",
                   options->kdf,
                   "Cost of a passphrase: fast (default, 64 MiB) or production (1 GiB)")
      ->check(CLI::IsMember({"production", "fast"}));
  verb->add_flag("--all",
                 options->is_all,
                 "All ceremonies but those that only a mishap asks for (set retirement, ledger\n"
                 "merge): also share hand-over, re-share, a last CRL and key destruction; and, in\n"
                 "OUT/signing-key, signing key generation and artefact signing");
  verb->callback([options, &outcome] { outcome.code = rehearse(*options); });
}

}  // namespace ceremony::cli
