// `conclave share inspect|card`: what a file says to everybody, and a share as a card.

#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "base/media.h"
#include "ceremony/cli/share_command.h"
#include "shamir/share_card.h"

namespace ceremony::cli {

namespace {

using base::Result;

constexpr std::size_t kMostFileBytes = 16384;
constexpr std::string_view kHeaderBeginning = "format: conclave-set-header-";

base::Finding notice(std::string rule, std::string message) {
  return {.rule = std::move(rule),
          .severity = base::Severity::kNotice,
          .field = "file",
          .source = "docs/formats/share.md",
          .message = std::move(message)};
}

base::Finding problem(const base::Error& error) {
  return {.rule = "share-not-readable",
          .severity = base::Severity::kError,
          .field = "file",
          .source = "docs/formats/share.md",
          .message = error.message};
}

base::Finding describe_header(base::ByteView bytes) {
  const Result<shamir::SetHeader> header = shamir::read_set_header(base::text_of(bytes));
  if (!header) {
    return problem(header.error());
  }
  return notice("set-header",
                "set header, " + std::string(name_of(header->set.mode)) + ", generation " +
                    std::to_string(header->set.generation) + ", for a secret of " +
                    std::to_string(header->secret_bytes) + " bytes, words of the set: " +
                    base::short_digest_words(base::sha256(header->set.id)));
}

base::Finding describe(const std::string& file) {
  const Result<base::Bytes> bytes = base::read_file(file, kMostFileBytes);
  if (!bytes) {
    return problem(bytes.error());
  }
  if (base::text_of(*bytes).substr(0, kHeaderBeginning.size()) == kHeaderBeginning) {
    return describe_header(*bytes);
  }
  const Result<base::Bytes> envelope = read_envelope(file);
  if (!envelope) {
    return problem(envelope.error());
  }
  const Result<shamir::EnvelopeHeader> header = shamir::inspect_envelope(*envelope);
  if (!header) {
    return problem(header.error());
  }
  const std::string kind =
      shamir::looks_like_envelope(*bytes) ? "locked share" : "locked share on a card";
  return notice("locked-share",
                kind + ", " + std::string(name_of(header->mode)) +
                    ", passphrase by Argon2id with " + std::to_string(header->kdf.passes) +
                    " passes over " + std::to_string(header->kdf.memory_mib) +
                    " MiB; whole, and not opened; which set it is of is inside the lock");
}

}  // namespace

ExitCode inspect_files(const CombineArguments& arguments) {
  std::vector<FileFinding> findings;
  bool ok = true;
  for (const std::string& file : arguments.files) {
    findings.push_back({.file = file, .finding = describe(file)});
    ok = ok && findings.back().finding.severity == base::Severity::kNotice;
  }
  const Result<void> printed =
      print_text(arguments.json ? findings_json("conclave-share-inspection-1", findings, ok)
                                : findings_text(findings));
  if (!printed) {
    return report(printed.error());
  }
  return ok ? ExitCode::kDone : ExitCode::kRefused;
}

ExitCode print_card(const CardArguments& arguments) {
  const Result<base::Bytes> envelope = read_envelope(arguments.file);
  if (!envelope) {
    return report(envelope.error());
  }
  const Result<std::string> card =
      arguments.svg ? shamir::card_svg(*envelope) : shamir::card_text(*envelope);
  if (!card) {
    return report(base::Error{card.error()}.while_doing(label_of(arguments.file)));
  }
  const Result<void> printed = print_text(*card);
  return printed ? ExitCode::kDone : report(printed.error());
}

}  // namespace ceremony::cli
