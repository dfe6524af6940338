// ca/extension.h - X.509 extensions as values: written as DER here, read by OpenSSL.
//
// Source: RFC 5280 sections 4.2 (certificates), 5.2 and 5.3 (CRLs).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace ca {

namespace oid {
constexpr std::string_view kSubjectKeyIdentifier = "2.5.29.14";
constexpr std::string_view kKeyUsage = "2.5.29.15";
constexpr std::string_view kSubjectAlternativeName = "2.5.29.17";
constexpr std::string_view kBasicConstraints = "2.5.29.19";
constexpr std::string_view kCrlNumber = "2.5.29.20";
constexpr std::string_view kReasonCode = "2.5.29.21";
constexpr std::string_view kDeltaCrlIndicator = "2.5.29.27";
constexpr std::string_view kIssuingDistributionPoint = "2.5.29.28";
constexpr std::string_view kNameConstraints = "2.5.29.30";
constexpr std::string_view kCrlDistributionPoints = "2.5.29.31";
constexpr std::string_view kNoRevocationAvailable = "2.5.29.56";
constexpr std::string_view kCertificatePolicies = "2.5.29.32";
constexpr std::string_view kAnyPolicy = "2.5.29.32.0";
constexpr std::string_view kAuthorityKeyIdentifier = "2.5.29.35";
constexpr std::string_view kExtendedKeyUsage = "2.5.29.37";
constexpr std::string_view kAnyExtendedKeyUsage = "2.5.29.37.0";
constexpr std::string_view kAuthorityInformationAccess = "1.3.6.1.5.5.7.1.1";
constexpr std::string_view kOcspSigning = "1.3.6.1.5.5.7.3.9";
constexpr std::string_view kCaIssuers = "1.3.6.1.5.5.7.48.2";
constexpr std::string_view kOcspBasic = "1.3.6.1.5.5.7.48.1.1";
constexpr std::string_view kOcspNonce = "1.3.6.1.5.5.7.48.1.2";
constexpr std::string_view kOcspNoCheck = "1.3.6.1.5.5.7.48.1.5";
constexpr std::string_view kHardwareModuleName = "1.3.6.1.5.5.7.8.4";
constexpr std::string_view kSha1 = "1.3.14.3.2.26";
}  // namespace oid

enum class Criticality { kNotCritical, kCritical };

// One extension as it stands: `value` is what is inside its OCTET STRING.
struct Extension {
  std::string oid;
  Criticality criticality = Criticality::kNotCritical;
  base::Bytes value;

  friend bool operator==(const Extension&, const Extension&) = default;
};

// "basicConstraints" where OpenSSL knows a name for the object identifier, else the identifier.
std::string name_of_oid(std::string_view oid);
// The object identifier of a short name ("serverAuth"), or of a dotted form. Nothing for others.
std::optional<std::string> oid_of_name(std::string_view name);

// Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }.
base::Bytes encode(const Extension& extension);
// SEQUENCE OF Extension.
base::Bytes encode(const std::vector<Extension>& extensions);

// RFC 5280 section 4.2.1.9.
struct BasicConstraints {
  bool is_ca = false;
  std::optional<std::uint64_t> path_length;
};

// The bits of KeyUsage (RFC 5280 section 4.2.1.3); the number is the bit's place in the standard.
enum class KeyUsageBit : std::uint8_t {
  kDigitalSignature = 0,
  kNonRepudiation = 1,
  kKeyEncipherment = 2,
  kDataEncipherment = 3,
  kKeyAgreement = 4,
  kKeyCertSign = 5,
  kCrlSign = 6,
  kEncipherOnly = 7,
  kDecipherOnly = 8,
};

// A set of key usage bits.
struct KeyUsage {
  std::uint16_t bits = 0;

  [[nodiscard]] bool has(KeyUsageBit bit) const {
    return (bits >> static_cast<unsigned>(bit) & 1U) != 0;
  }
  void set(KeyUsageBit bit) {
    bits = static_cast<std::uint16_t>(bits | 1U << static_cast<unsigned>(bit));
  }
  friend bool operator==(const KeyUsage&, const KeyUsage&) = default;
};

// The bit of that name as RFC 5280 spells it ("keyCertSign"). Nothing for others.
std::optional<KeyUsageBit> key_usage_bit_of(std::string_view name);

// RFC 5280 section 4.2.1.1.
struct AuthorityKeyIdentifier {
  base::Bytes key_identifier;            // empty: absent
  bool names_issuer_and_serial = false;  // authorityCertIssuer or authorityCertSerialNumber
};

// RFC 5280 section 4.2.2.1.
struct AuthorityInformation {
  std::vector<std::string> ca_issuers;  // URIs only
  std::vector<std::string> ocsp;
  bool has_others = false;  // other access methods, or other forms of a name
};

// RFC 5280 section 4.2.1.13.
struct DistributionPoints {
  std::vector<std::string> uris;
  bool has_others = false;  // reasons, cRLIssuer, relative names, other forms of a name
};

// RFC 4108 section 5: which hardware it is, and which piece of it.
struct HardwareModuleName {
  std::string type;    // object identifier of the maker's, dotted
  base::Bytes serial;  // of the device, as its maker writes it

  friend bool operator==(const HardwareModuleName&, const HardwareModuleName&) = default;
};

// RFC 5280 section 5.2.5.
struct IssuingDistributionPoint {
  bool only_ca_certificates = false;
  bool has_others = false;  // anything but onlyContainsCACerts
};

// Writers. All lists must not be empty; object identifiers and URIs must have been tested.
base::Bytes encode_basic_constraints(const BasicConstraints& constraints);
base::Bytes encode_key_usage(KeyUsage usage);
base::Bytes encode_extended_key_usage(const std::vector<std::string>& oids);
base::Bytes encode_key_identifier(base::ByteView key_identifier);
base::Bytes encode_authority_key_identifier(base::ByteView key_identifier);
base::Bytes encode_policies(const std::vector<std::string>& oids);
base::Bytes encode_distribution_points(const std::vector<std::string>& uris);
base::Bytes encode_ca_issuers(const std::vector<std::string>& uris);
base::Bytes encode_crl_number(std::uint64_t number);
base::Bytes encode_only_ca_certificates();
base::Bytes encode_reason(std::uint8_t reason);
base::Bytes encode_null();  // RFC 6960 section 4.2.2.2.1, RFC 9608 section 2
base::Bytes encode_hardware_module_name(const HardwareModuleName& name);  // a subjectAltName

// Readers of an extension's value. Errors: kMalformed for anything that is not exactly that value.
base::Result<BasicConstraints> decode_basic_constraints(base::ByteView value);
base::Result<KeyUsage> decode_key_usage(base::ByteView value);
base::Result<std::vector<std::string>> decode_extended_key_usage(base::ByteView value);
base::Result<base::Bytes> decode_key_identifier(base::ByteView value);
base::Result<AuthorityKeyIdentifier> decode_authority_key_identifier(base::ByteView value);
base::Result<std::vector<std::string>> decode_policies(base::ByteView value);
base::Result<DistributionPoints> decode_distribution_points(base::ByteView value);
base::Result<AuthorityInformation> decode_authority_information(base::ByteView value);
base::Result<IssuingDistributionPoint> decode_issuing_distribution_point(base::ByteView value);
// Of a subjectAltName that holds one hardwareModuleName and nothing else.
base::Result<HardwareModuleName> decode_hardware_module_name(base::ByteView value);
// Whether an extension is that, and not critical.
bool is_module_name(const Extension& extension);

// The content octets of an INTEGER (big-endian, two's complement): CRL numbers may be long.
base::Result<base::Bytes> decode_integer(base::ByteView value);
// CRLReason (RFC 5280 section 5.3.1), a small ENUMERATED.
base::Result<std::uint8_t> decode_reason(base::ByteView value);

}  // namespace ca
