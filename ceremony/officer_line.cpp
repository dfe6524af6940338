#include "ceremony/officer_line.h"

#include <utility>

#include "ca/key_file.h"
#include "ceremony/signed_note.h"
#include "shamir/passphrase.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error has_not_signed(const std::string& role) {
  return Error{ErrorCode::kInsufficient,
               "the " + role +
                   " has not signed; hand in the key file with its passphrase, or the signature "
                   "line from the own machine"};
}

// The Ed25519 seed out of the officer's key file.
Result<base::SecretBytes> officer_seed(const std::string& role, const client::Input& input) {
  const auto file = input.secrets.find(std::string(kSigningKey));
  const auto typed = input.secrets.find(std::string(kSigningPassphrase));
  if (file == input.secrets.end() || typed == input.secrets.end()) {
    return has_not_signed(role);
  }
  const auto passphrase = shamir::Passphrase::from_typed(typed->second);
  if (!passphrase) {
    return passphrase.error();
  }
  const base::SecretBytes::Reader content = file->second.read();
  return ca::read_key_file(
      {.kind = ca::FileKey::kEd25519, .text = content.bytes(), .passphrase = passphrase->text()});
}

Result<std::string> line_by_key(const ToSign& what, const client::Input& input) {
  auto seed = officer_seed(what.officer.role, input);
  if (!seed) {
    return std::move(seed).error();
  }
  auto vkey = parse_vkey(what.officer.vkey);
  if (!vkey) {
    return std::move(vkey).error();
  }
  const NoteSigner signer{.name = vkey->name, .seed = std::move(seed).value()};
  auto own = vkey_of(signer);
  if (!own || own->text() != what.officer.vkey) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this is not the key that the plan names for the " + what.officer.role +
                     "; nothing was signed; use the key of the paper roster"};
  }
  return sign_note_line(signer, what.text);
}

// A line that was signed elsewhere, with or without its LF.
Result<std::string> line_from_elsewhere(const ToSign& what, std::string line) {
  if (!line.ends_with('\n')) {
    line += '\n';
  }
  auto signature = parse_signature_line(line);
  if (!signature) {
    return std::move(signature).error();
  }
  auto vkey = parse_vkey(what.officer.vkey);
  if (!vkey) {
    return std::move(vkey).error();
  }
  auto verified = verify_signature(*vkey, {.text = what.text, .signature = &*signature});
  if (!verified) {
    return std::move(verified).error();
  }
  return line;
}

}  // namespace

std::vector<client::Ask> officer_asks(std::string_view role) {
  const std::string whose = "The " + std::string(role) + "'s ";
  return {{.name = std::string(kSigningKey),
           .kind = client::AskKind::kSecretFile,
           .prompt = whose + "key file",
           .expected = {},
           .is_optional = true},
          {.name = std::string(kSigningPassphrase),
           .kind = client::AskKind::kSecret,
           .prompt = whose + "passphrase for the key file",
           .expected = {},
           .is_optional = true},
          {.name = std::string(kSignatureLine),
           .kind = client::AskKind::kText,
           .prompt = "Or the signature line from the " + std::string(role) + "'s own machine",
           .expected = {},
           .is_optional = true}};
}

Result<std::string> officer_line(const ToSign& what, const client::Input& input) {
  const auto line = input.texts.find(std::string(kSignatureLine));
  return line == input.texts.end() || line->second.empty()
             ? line_by_key(what, input)
             : line_from_elsewhere(what, line->second);
}

}  // namespace ceremony
