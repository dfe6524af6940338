// ceremony/vault.h - what lies at a site: the encrypted root key, and all that is public about it.
//
//   vault.json    the clear header (docs/formats/vault.md)
//   root-key.blob the root key, PKCS #8 under AES-256-KWP (RFC 5649)
//   root.pem      the root certificate
//   ca/*.pem      certificates that the root signed
//   crl/N.crl     its CRLs, DER
//   ledger/       the closed public records, one folder each, nothing else
// Nothing in it depends on k or n, and nothing in it opens without a quorum of shares.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/algorithm.h"
#include "ceremony/mode.h"
#include "shamir/set_header.h"

namespace ceremony {

inline constexpr std::size_t kLargestCertificate = 1U << 16U;  // bytes, of a file with one

struct VaultHeader {
  ca::Algorithm algorithm = ca::Algorithm::kP384;
  base::Bytes public_key_info;  // of the root, DER
  std::string blob_sha256;      // 64 hex digits
  std::string root_sha256;      // of the root certificate's DER
  shamir::SetHeader set;        // with the mode
};

// The text of vault.json, with a final LF. Errors: kInvalidArgument.
base::Result<std::string> write_vault_header(const VaultHeader& header);

// Strict: every member must be there, and no other. Errors: kMalformed.
base::Result<VaultHeader> read_vault_header(std::string_view text);

// A vault as it was read from a site: each part checked against the header.
struct Vault {
  VaultHeader header;
  base::Bytes blob;
  base::Bytes root_certificate;  // DER
};

// Errors: kNotFound, kMalformed; kInconsistent where a part is not the one that the header names.
base::Result<Vault> read_vault(const std::filesystem::path& site);

}  // namespace ceremony
