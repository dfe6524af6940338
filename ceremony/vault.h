// ceremony/vault.h - what lies at a site: the encrypted key, and all that is public about it.
//
//   vault.json       the clear header (docs/formats/vault.md)
//   root-key.blob    the key, PKCS #8 under AES-256-KWP (RFC 5649)
//   root.pem         of a root: its certificate
//   ca/*.pem         of a root: certificates that it signed
//   crl/N.crl        of a root: its CRLs, DER
//   reserve/N.crl    of a root: CRLs that are published when their day comes, or never
//   ocsp/N-SERIAL.ocsp  of a root: what it answers by OCSP, as its CRL number N says
//   signing-key.csr  of a signing key: the request for its certificate
//   confidential/    the ceremonies' journals, for record keepers (site_journals.h)
//   ledger/          the closed public records, one folder each, nothing else
//   generation-N/    from the first re-share on: vault.json and root-key.blob of that generation
// Nothing in it depends on k or n, and nothing in it opens without a quorum of shares.

#pragma once

#include <cstddef>
#include <cstdint>
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
inline constexpr std::size_t kLargestVaultFile = 1U << 16U;    // bytes, of header or blob
inline constexpr const char* kBlobFile = "root-key.blob";
inline constexpr const char* kVaultHeaderFile = "vault.json";

inline constexpr const char* kReserveFolder = "reserve";
inline constexpr const char* kOcspFolder = "ocsp";
inline constexpr const char* kRequestFile = "signing-key.csr";

// Of a root, or of a signing key: exactly one of the last two digests is there.
struct VaultHeader {
  ca::Algorithm algorithm = ca::Algorithm::kP384;
  base::Bytes public_key_info;      // DER
  std::string blob_sha256;          // 64 hex digits
  std::string root_sha256;          // of the root certificate's DER
  shamir::SetHeader set;            // with the mode
  std::string request_sha256 = {};  // of the DER of a signing key's request

  [[nodiscard]] bool is_signing_key() const { return !request_sha256.empty(); }
};

// The text of vault.json, with a final LF. Errors: kInvalidArgument.
base::Result<std::string> write_vault_header(const VaultHeader& header);

// Strict: every member must be there, and no other. Errors: kMalformed.
base::Result<VaultHeader> read_vault_header(std::string_view text);

// A vault as it was read from a site: each part checked against the header.
struct Vault {
  VaultHeader header;
  base::Bytes blob;
  base::Bytes root_certificate;  // DER; empty for a signing key
  base::Bytes request = {};      // DER; empty for a root
};

// Where header and blob of a generation of the share set lie at a site: the first ones beside the
// root certificate, later ones in a folder of their own, for nothing is ever overwritten.
std::filesystem::path generation_folder(const std::filesystem::path& site,
                                        std::uint32_t generation);

// Header of that generation (1: the first), and certificate or request, without the blob, which
// stays empty: what there is of a set whose blob was destroyed. Errors: as read_vault().
base::Result<Vault> read_vault_papers(const std::filesystem::path& site, std::uint32_t generation);

// The vault of that generation (1: the first; so is 0, before there is a record).
// Errors: kNotFound, kMalformed; kInconsistent where a part is not the one that the header names.
base::Result<Vault> read_vault(const std::filesystem::path& site, std::uint32_t generation = 1);

}  // namespace ceremony
