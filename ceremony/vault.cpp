#include "ceremony/vault.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ca/certificate.h"
#include "ca/pem.h"
#include "ceremony/json_lines.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kFormat = "conclave-vault-1";
constexpr std::string_view kRecovery =
    "openssl enc -d -id-aes256-wrap-pad -K KEK_IN_HEX -iv A65959A6 -in root-key.blob";
constexpr std::size_t kLargestHeader = 1U << 16U;
constexpr std::size_t kLargestBlob = 4096;

// The texts of vault.json that are read back, in the order of the file.
constexpr std::array<std::string_view, 11> kTexts{"format",
                                                  "mode",
                                                  "algorithm",
                                                  "root_public_key",
                                                  "root_certificate_sha256",
                                                  "blob_sha256",
                                                  "blob_opens_with",
                                                  "set_id",
                                                  "kek_commitment",
                                                  "dealer_key",
                                                  "root_certificate"};

Error malformed(const std::string& what) {
  return Error{ErrorCode::kMalformed,
               "the vault's header (vault.json) " + what +
                   "; nothing was done; use the vault copy of the other site"};
}

// Fills a fixed array from hex digits.
template <std::size_t N>
bool from_hex_into(const std::string& text, std::array<std::uint8_t, N>& out) {
  auto bytes = base::from_hex(text);
  if (!bytes || bytes->size() != N) {
    return false;
  }
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return true;
}

// A file of the vault; an error says that it is one.
Result<base::Bytes> read_named_file(const std::filesystem::path& path, std::size_t most) {
  auto bytes = base::read_file(path, most);
  if (!bytes) {
    return std::move(bytes).error().while_doing("the vault");
  }
  return bytes;
}

Result<void> read_set(const Json& json, VaultHeader& header) {
  const auto mode = shamir::mode_of_name(json.at("mode").get<std::string>());
  const Json& generation = json.at("generation");
  if (!mode || !generation.is_number_unsigned() || generation.get<std::uint64_t>() == 0 ||
      generation.get<std::uint64_t>() > UINT32_MAX) {
    return malformed("has a mode or generation that does not exist");
  }
  header.set.set.mode = *mode;
  header.set.set.generation = generation.get<std::uint32_t>();
  if (!from_hex_into(json.at("set_id").get<std::string>(), header.set.set.id) ||
      !from_hex_into(json.at("kek_commitment").get<std::string>(), header.set.commitment) ||
      !from_hex_into(json.at("dealer_key").get<std::string>(), header.set.dealer)) {
    return malformed("has a number of the share set that is cut or altered");
  }
  return {};
}

}  // namespace

Result<std::string> write_vault_header(const VaultHeader& header) {
  const Json json = {{"format", kFormat},
                     {"mode", shamir::name_of(header.set.set.mode)},
                     {"algorithm", ca::name_of(header.algorithm)},
                     {"root_public_key", base::to_base64(header.public_key_info)},
                     {"root_certificate", "root.pem"},
                     {"root_certificate_sha256", header.root_sha256},
                     {"blob_sha256", header.blob_sha256},
                     {"blob_opens_with", kRecovery},
                     {"set_id", base::to_hex(header.set.set.id)},
                     {"generation", header.set.set.generation},
                     {"kek_commitment", base::to_hex(header.set.commitment)},
                     {"dealer_key", base::to_hex(header.set.dealer)}};
  return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

Result<VaultHeader> read_vault_header(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || json.size() != kTexts.size() + 1 || !json.contains("generation")) {
    return malformed("is not what Conclave writes");
  }
  for (const std::string_view name : kTexts) {
    if (!json.contains(name) || !json.at(std::string(name)).is_string()) {
      return malformed("lacks \"" + std::string(name) + "\"");
    }
  }
  if (json.at("format").get<std::string>() != kFormat) {
    return malformed("is of another format than " + std::string(kFormat));
  }
  VaultHeader header;
  auto algorithm = ca::algorithm_named(json.at("algorithm").get<std::string>());
  if (!algorithm) {
    return std::move(algorithm).error().while_doing("the vault's header");
  }
  header.algorithm = *algorithm;
  auto key = base::from_base64(json.at("root_public_key").get<std::string>());
  if (!key) {
    return malformed("has a public key that is cut or altered");
  }
  header.public_key_info = std::move(key).value();
  header.root_sha256 = json.at("root_certificate_sha256").get<std::string>();
  header.blob_sha256 = json.at("blob_sha256").get<std::string>();
  if (auto set = read_set(json, header); !set) {
    return std::move(set).error();
  }
  auto written = write_vault_header(header);
  if (!written || *written != text) {
    return malformed("was altered");
  }
  return header;
}

Result<Vault> read_vault(const std::filesystem::path& site) {
  auto text = read_named_file(site / "vault.json", kLargestHeader);
  if (!text) {
    return std::move(text).error();
  }
  auto header = read_vault_header(base::text_of(*text));
  if (!header) {
    return std::move(header).error();
  }
  auto blob = read_named_file(site / "root-key.blob", kLargestBlob);
  if (!blob) {
    return std::move(blob).error();
  }
  if (base::sha256_hex(*blob) != header->blob_sha256) {
    return Error{ErrorCode::kInconsistent,
                 "the encrypted root key (root-key.blob) is not the one that this vault's header "
                 "names: it was altered or belongs to another vault; nothing was done; use the "
                 "vault copy of the other site"};
  }
  auto pem = read_named_file(site / "root.pem", kLargestCertificate);
  if (!pem) {
    return std::move(pem).error();
  }
  auto objects = ca::read_objects(*pem);
  if (!objects) {
    return std::move(objects).error().while_doing("the vault's root certificate");
  }
  base::Bytes der = std::move(objects->front().der);
  if (objects->size() != 1 || base::sha256_hex(der) != header->root_sha256) {
    return Error{ErrorCode::kInconsistent,
                 "the root certificate (root.pem) is not the one that this vault's header names; "
                 "nothing was done; use the vault copy of the other site"};
  }
  const auto root = ca::Certificate::parse(der);
  if (!root || !std::ranges::equal(root->public_key_info(), header->public_key_info)) {
    return Error{ErrorCode::kInconsistent,
                 "the public key in this vault's header is not the one of its root certificate; "
                 "nothing was done; use the vault copy of the other site"};
  }
  return Vault{.header = std::move(header).value(),
               .blob = std::move(blob).value(),
               .root_certificate = std::move(der)};
}

}  // namespace ceremony
