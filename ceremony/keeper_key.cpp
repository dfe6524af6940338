#include "ceremony/keeper_key.h"

#include <string>
#include <utility>

#include "ca/key_file.h"
#include "shamir/passphrase.h"

namespace ceremony {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

std::vector<client::Ask> keeper_asks() {
  return {{.name = std::string(kKeeperKey),
           .kind = client::AskKind::kSecretFile,
           .prompt = "A record keeper's key file",
           .expected = {},
           .is_optional = true},
          {.name = std::string(kKeeperPassphrase),
           .kind = client::AskKind::kSecret,
           .prompt = "The record keeper's passphrase for the key file",
           .expected = {},
           .is_optional = true}};
}

Result<std::optional<SecretBytes>> keeper_secret_in(const client::Input& input) {
  const auto file = input.secrets.find(std::string(kKeeperKey));
  if (file == input.secrets.end()) {
    return std::optional<SecretBytes>();
  }
  const auto typed = input.secrets.find(std::string(kKeeperPassphrase));
  if (typed == input.secrets.end()) {
    return Error{ErrorCode::kInsufficient,
                 "a record keeper's key file was handed in without its passphrase; type it, and do "
                 "this step again"};
  }
  const auto passphrase = shamir::Passphrase::from_typed(typed->second);
  if (!passphrase) {
    return passphrase.error();
  }
  const SecretBytes::Reader content = file->second.read();
  auto secret = ca::read_key_file(
      {.kind = ca::FileKey::kX25519, .text = content.bytes(), .passphrase = passphrase->text()});
  if (!secret) {
    return std::move(secret).error();
  }
  return std::optional<SecretBytes>(std::move(secret).value());
}

}  // namespace ceremony
