#include "ceremony/officer_line.h"

#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "ca/key_file.h"
#include "ca/software_key.h"
#include "ceremony/signed_note.h"

namespace {

using base::ErrorCode;
using base::SecretBytes;
using ceremony::client::Input;

constexpr std::string_view kText = "pki.example/x\n3\nAAAA\n";
constexpr std::string_view kName = "pki.example/x/director";
constexpr std::string_view kWords = "words for the key file";

SecretBytes secret(std::string_view text) {
  return SecretBytes::copy_of(base::bytes_of(text));
}

ceremony::NoteSigner new_signer() {
  return {.name = std::string(kName), .seed = SecretBytes::random(32)};
}

ceremony::PlannedSigner planned(const ceremony::NoteSigner& signer) {
  return {.role = "director", .vkey = ceremony::vkey_of(signer).value().text()};
}

// What the director hands in: the key file of `signer`, and `words`.
Input with_key_file(const ceremony::NoteSigner& signer, std::string_view words) {
  const auto file = ca::write_key_file({.kind = ca::FileKey::kEd25519,
                                        .raw = signer.seed,
                                        .passphrase = secret(kWords),
                                        .cost = ca::KeyFileCost::kMinimal});
  REQUIRE(file.ok());
  Input input;
  input.secrets.emplace(ceremony::kSigningKey, SecretBytes::copy_of(*file));
  input.secrets.emplace(ceremony::kSigningPassphrase, secret(words));
  return input;
}

Input with_line(std::string line) {
  Input input;
  input.texts.emplace(ceremony::kSignatureLine, std::move(line));
  return input;
}

void check_refused(const ceremony::PlannedSigner& officer,
                   const Input& input,
                   ErrorCode code,
                   std::string_view why) {
  const auto line = ceremony::officer_line({.officer = officer, .text = kText}, input);
  REQUIRE_FALSE(line.ok());
  CHECK(line.error().code == code);
  CHECK_MESSAGE(line.error().message.find(why) != std::string::npos, line.error().message);
}

}  // namespace

TEST_CASE("officer line: the key file and its passphrase give the officer's line") {
  const ceremony::NoteSigner signer = new_signer();
  const ceremony::PlannedSigner officer = planned(signer);
  const auto line =
      ceremony::officer_line({.officer = officer, .text = kText}, with_key_file(signer, kWords));
  REQUIRE_MESSAGE(line.ok(), (line.ok() ? "" : line.error().message));
  CHECK(*line == ceremony::sign_note_line(signer, kText).value());
}

TEST_CASE("officer line: a line from the own machine counts, with or without its end") {
  const ceremony::NoteSigner signer = new_signer();
  const ceremony::PlannedSigner officer = planned(signer);
  const std::string made = ceremony::sign_note_line(signer, kText).value();
  for (const std::string& typed : {made, made.substr(0, made.size() - 1)}) {
    const auto line = ceremony::officer_line({.officer = officer, .text = kText}, with_line(typed));
    REQUIRE_MESSAGE(line.ok(), (line.ok() ? "" : line.error().message));
    CHECK(*line == made);
  }
}

TEST_CASE("officer line: a P-256 key signs elsewhere, and its line counts here") {
  auto key = ca::SoftwareKey::generate(ca::Algorithm::kP256).value();
  const base::ByteView info = key->public_key_info();
  const auto vkey = ceremony::make_vkey({.name = std::string(kName),
                                         .algorithm = ceremony::NoteAlgorithm::kP256,
                                         .public_key = base::Bytes(info.begin(), info.end())});
  REQUIRE(vkey.ok());
  const ceremony::PlannedSigner officer{.role = "director", .vkey = vkey->text()};
  const ceremony::NoteSignature signature{.name = vkey->name,
                                          .key_hash = vkey->key_hash,
                                          .signature = key->sign(base::bytes_of(kText)).value()};
  CHECK(ceremony::officer_line({.officer = officer, .text = kText}, with_line(signature.line()))
            .ok());
  check_refused(officer,
                with_key_file(new_signer(), kWords),
                ErrorCode::kRefusedByPolicy,
                "this is not the key that the plan names for the director");
}

TEST_CASE("officer line: nothing, half of it, or the wrong thing signs nothing") {
  const ceremony::NoteSigner signer = new_signer();
  const ceremony::PlannedSigner officer = planned(signer);
  check_refused(officer, {}, ErrorCode::kInsufficient, "the director has not signed");
  Input half = with_key_file(signer, kWords);
  half.secrets.erase(std::string(ceremony::kSigningPassphrase));
  check_refused(officer, half, ErrorCode::kInsufficient, "the director has not signed");
  check_refused(officer,
                with_key_file(signer, "other words"),
                ErrorCode::kRefusedByPolicy,
                "the passphrase does not open this key file");
  check_refused(officer,
                with_key_file(new_signer(), kWords),
                ErrorCode::kRefusedByPolicy,
                "this is not the key that the plan names for the director");
  Input empty = with_key_file(signer, kWords);
  empty.secrets.insert_or_assign(std::string(ceremony::kSigningPassphrase), secret(""));
  check_refused(officer, empty, ErrorCode::kInvalidArgument, "");
}

TEST_CASE("officer line: a line under another text, by another key, or that is none, is refused") {
  const ceremony::NoteSigner signer = new_signer();
  const ceremony::PlannedSigner officer = planned(signer);
  check_refused(officer,
                with_line(ceremony::sign_note_line(signer, "another text\n").value()),
                ErrorCode::kInconsistent,
                "");
  check_refused(officer,
                with_line(ceremony::sign_note_line(new_signer(), kText).value()),
                ErrorCode::kInconsistent,
                "");
  check_refused(officer, with_line("I sign this"), ErrorCode::kMalformed, "");
}
