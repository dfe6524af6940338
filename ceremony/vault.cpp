#include "ceremony/vault.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ca/certificate.h"
#include "ca/pem.h"
#include "ca/signing_request.h"
#include "ceremony/json_lines.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// The names in vault.json that differ between a root's vault and a signing key's.
struct HeaderTerms {
  std::string_view format;
  std::string_view public_key;
  std::string_view file_member;    // names the file that speaks for the key
  std::string_view digest_member;  // its digest
  std::string_view file;
};

constexpr HeaderTerms kRootTerms{.format = "conclave-vault-1",
                                 .public_key = "root_public_key",
                                 .file_member = "root_certificate",
                                 .digest_member = "root_certificate_sha256",
                                 .file = "root.pem"};
constexpr HeaderTerms kSigningTerms{.format = "conclave-signing-vault-1",
                                    .public_key = "public_key",
                                    .file_member = "request",
                                    .digest_member = "request_sha256",
                                    .file = kRequestFile};
constexpr std::string_view kRecovery =
    "openssl enc -d -id-aes256-wrap-pad -K KEK_IN_HEX -iv A65959A6 -in root-key.blob";
constexpr std::size_t kLargestBlob = 4096;

// The texts of vault.json that are read back.
std::array<std::string_view, 11> texts_of(const HeaderTerms& terms) {
  return {"format",
          "mode",
          "algorithm",
          terms.public_key,
          terms.digest_member,
          "blob_sha256",
          "blob_opens_with",
          "set_id",
          "kek_commitment",
          "dealer_key",
          terms.file_member};
}

const HeaderTerms& terms_of(const VaultHeader& header) {
  return header.is_signing_key() ? kSigningTerms : kRootTerms;
}

Error bad_vault_header(const std::string& what) {
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
    return bad_vault_header("has a mode or generation that does not exist");
  }
  header.set.set.mode = *mode;
  header.set.set.generation = generation.get<std::uint32_t>();
  if (!from_hex_into(json.at("set_id").get<std::string>(), header.set.set.id) ||
      !from_hex_into(json.at("kek_commitment").get<std::string>(), header.set.commitment) ||
      !from_hex_into(json.at("dealer_key").get<std::string>(), header.set.dealer)) {
    return bad_vault_header("has a number of the share set that is cut or altered");
  }
  return {};
}

// Whether all members are there, and no others; and whose vault it is.
Result<HeaderTerms> check_members(const Json& json) {
  constexpr std::size_t kMembers = 12;
  if (!json.is_object() || json.size() != kMembers || !json.contains("generation")) {
    return bad_vault_header("is not what Conclave writes");
  }
  const bool is_signing_key = json.contains("format") && json.at("format") == kSigningTerms.format;
  const HeaderTerms& terms = is_signing_key ? kSigningTerms : kRootTerms;
  for (const std::string_view name : texts_of(terms)) {
    if (!json.contains(name) || !json.at(std::string(name)).is_string()) {
      return bad_vault_header("lacks \"" + std::string(name) + "\"");
    }
  }
  if (json.at("format").get<std::string>() != terms.format) {
    return bad_vault_header("is of another format than " + std::string(kRootTerms.format) + " or " +
                            std::string(kSigningTerms.format));
  }
  return terms;
}

// The one object of the file that speaks for the key: certificate or request.
Result<base::Bytes> read_object_of(const std::filesystem::path& site, const VaultHeader& header) {
  const std::string file(terms_of(header).file);
  auto pem = read_named_file(site / file, kLargestCertificate);
  if (!pem) {
    return std::move(pem).error();
  }
  const std::string what = header.is_signing_key() ? "request" : "root certificate";
  auto objects = ca::read_objects(*pem);
  if (!objects) {
    return std::move(objects).error().while_doing("the vault's " + what);
  }
  base::Bytes der = std::move(objects->front().der);
  const std::string& named = header.is_signing_key() ? header.request_sha256 : header.root_sha256;
  if (objects->size() != 1 || base::sha256_hex(der) != named) {
    return Error{ErrorCode::kInconsistent,
                 "the " + what + " (" + file +
                     ") is not the one that this vault's header names; nothing was done; use the "
                     "vault copy of the other site"};
  }
  return der;
}

bool is_key_of(const VaultHeader& header, base::ByteView der) {
  if (header.is_signing_key()) {
    const auto request = ca::SigningRequest::parse(der);
    return request && std::ranges::equal(request->public_key_info(), header.public_key_info);
  }
  const auto root = ca::Certificate::parse(der);
  return root && std::ranges::equal(root->public_key_info(), header.public_key_info);
}

}  // namespace

Result<std::string> write_vault_header(const VaultHeader& header) {
  const HeaderTerms& terms = terms_of(header);
  const bool is_signing_key = header.is_signing_key();
  if (is_signing_key == !header.root_sha256.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "a vault is that of a root or of a signing key; nothing was written"};
  }
  const Json json = {{"format", terms.format},
                     {"mode", shamir::name_of(header.set.set.mode)},
                     {"algorithm", ca::name_of(header.algorithm)},
                     {std::string(terms.public_key), base::to_base64(header.public_key_info)},
                     {std::string(terms.file_member), terms.file},
                     {std::string(terms.digest_member),
                      is_signing_key ? header.request_sha256 : header.root_sha256},
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
  auto terms = check_members(json);
  if (!terms) {
    return std::move(terms).error();
  }
  VaultHeader header;
  auto algorithm = ca::algorithm_named(json.at("algorithm").get<std::string>());
  if (!algorithm) {
    return std::move(algorithm).error().while_doing("the vault's header");
  }
  header.algorithm = *algorithm;
  auto key = base::from_base64(json.at(std::string(terms->public_key)).get<std::string>());
  if (!key) {
    return bad_vault_header("has a public key that is cut or altered");
  }
  header.public_key_info = std::move(key).value();
  (terms->format == kSigningTerms.format ? header.request_sha256 : header.root_sha256) =
      json.at(std::string(terms->digest_member)).get<std::string>();
  header.blob_sha256 = json.at("blob_sha256").get<std::string>();
  if (auto set = read_set(json, header); !set) {
    return std::move(set).error();
  }
  auto written = write_vault_header(header);
  if (!written || *written != text) {
    return bad_vault_header("was altered");
  }
  return header;
}

std::filesystem::path generation_folder(const std::filesystem::path& site,
                                        std::uint32_t generation) {
  return generation <= 1 ? site : site / ("generation-" + std::to_string(generation));
}

Result<Vault> read_vault_papers(const std::filesystem::path& site, std::uint32_t generation) {
  auto text =
      read_named_file(generation_folder(site, generation) / kVaultHeaderFile, kLargestVaultFile);
  auto header = text ? read_vault_header(base::text_of(*text)) : Result<VaultHeader>(text.error());
  if (!header) {
    return std::move(header).error();
  }
  if (header->set.set.generation != std::max(generation, std::uint32_t{1})) {
    return Error{ErrorCode::kInconsistent,
                 "a vault's header (vault.json) names another generation of shares than its folder "
                 "does; nothing was done; use the vault copy of the other site"};
  }
  auto der = read_object_of(site, *header);
  if (!der) {
    return std::move(der).error();
  }
  if (!is_key_of(*header, *der)) {
    return Error{ErrorCode::kInconsistent,
                 "the public key in this vault's header is not the one of its " +
                     std::string(header->is_signing_key() ? "request" : "root certificate") +
                     "; nothing was done; use the vault copy of the other site"};
  }
  Vault vault{.header = std::move(header).value(), .blob = {}, .root_certificate = {}};
  (vault.header.is_signing_key() ? vault.request : vault.root_certificate) = std::move(der).value();
  return vault;
}

Result<Vault> read_vault(const std::filesystem::path& site, std::uint32_t generation) {
  auto vault = read_vault_papers(site, generation);
  if (!vault) {
    return vault;
  }
  auto blob = read_named_file(generation_folder(site, generation) / kBlobFile, kLargestBlob);
  if (!blob) {
    return std::move(blob).error();
  }
  if (base::sha256_hex(*blob) != vault->header.blob_sha256) {
    return Error{ErrorCode::kInconsistent,
                 "the encrypted root key (root-key.blob) is not the one that this vault's header "
                 "names: it was altered or belongs to another vault; nothing was done; use the "
                 "vault copy of the other site"};
  }
  vault->blob = std::move(blob).value();
  return vault;
}

}  // namespace ceremony
