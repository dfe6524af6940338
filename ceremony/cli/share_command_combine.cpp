// `conclave share combine|verify`: locked shares are opened, checked, and put together again.

#include <utility>

#include "ceremony/cli/share_command.h"
#include "shamir/share_set.h"

namespace ceremony::cli {

namespace {

using base::ErrorCode;
using base::Result;
using std::filesystem::path;

// Opens a share file with the passphrases that may be its own, by `open`, until one is right or
// something else is wrong. Only a wrong passphrase has the code kInvalidArgument.
template <typename Open>
Result<void> with_passphrases(const PassphraseSearch& search, Open open) {
  const Result<base::Bytes> envelope = read_envelope(search.share);
  if (!envelope) {
    return envelope.error();
  }
  const Result<std::vector<path>> candidates = passphrases_to_try(search);
  if (!candidates) {
    return candidates.error();
  }
  Result<void> verdict;
  for (const path& candidate : *candidates) {
    const Result<shamir::Passphrase> passphrase = read_passphrase(candidate);
    if (!passphrase) {
      return passphrase.error();
    }
    const std::string label = label_of(search.share);
    verdict = open(
        shamir::PresentedCard{.envelope = *envelope, .passphrase = *passphrase, .label = label});
    if (verdict || verdict.error().code != ErrorCode::kInvalidArgument) {
      return verdict;
    }
  }
  return verdict;
}

base::Finding finding_of(const Result<void>& verdict) {
  if (verdict) {
    return {.rule = "share-verified",
            .severity = base::Severity::kNotice,
            .field = "share",
            .source = "Conclave DESIGN 3",
            .message = "opens with its passphrase, is of this set, and is as the dealer made it"};
  }
  return {.rule = "share-not-verified",
          .severity = base::Severity::kError,
          .field = "share",
          .source = "Conclave DESIGN 3",
          .message = verdict.error().message};
}

}  // namespace

ExitCode combine_locked(const CombineArguments& arguments) {
  const Result<shamir::SetHeader> header = read_header(arguments.header);
  if (!header) {
    return report(header.error());
  }
  shamir::ShareSet set(*header);
  for (const std::string& file : arguments.files) {
    const Result<void> taken =
        with_passphrases({arguments.passphrase_dir, file},
                         [&set](const shamir::PresentedCard& card) { return set.present(card); });
    if (!taken) {
      report(taken.error());  // the others stay, and may suffice
    }
  }
  const Result<base::SecretBytes> secret = set.combine();
  if (!secret) {
    return report(secret.error());
  }
  const Result<void> written =
      write_secret(*secret, arguments.raw ? SecretForm::kRaw : SecretForm::kHex);
  return written ? ExitCode::kDone : report(written.error());
}

ExitCode verify_files(const CombineArguments& arguments) {
  const Result<shamir::SetHeader> header = read_header(arguments.header);
  if (!header) {
    return report(header.error());
  }
  std::vector<FileFinding> findings;
  bool ok = true;
  for (const std::string& file : arguments.files) {
    const Result<void> verdict = with_passphrases(
        {arguments.passphrase_dir, file}, [&header](const shamir::PresentedCard& card) {
          Result<shamir::HeldShare> held = shamir::verify_share(*header, card);
          return held ? Result<void>() : Result<void>(std::move(held).error());
        });
    ok = ok && verdict.ok();
    findings.push_back({.file = file, .finding = finding_of(verdict)});
  }
  const Result<void> printed =
      print_text(arguments.json ? findings_json("conclave-share-verification-1", findings, ok)
                                : findings_text(findings));
  if (!printed) {
    return report(printed.error());
  }
  return ok ? ExitCode::kDone : ExitCode::kVerificationFailed;
}

}  // namespace ceremony::cli
