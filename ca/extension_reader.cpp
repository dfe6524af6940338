#include <algorithm>
#include <array>
#include <memory>

#include "ca/der.h"
#include "ca/extension.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/openssl_ptr.h"

namespace ca {

namespace {

base::Error malformed() {
  forget_openssl_errors();
  return base::Error{base::ErrorCode::kMalformed,
                     "this extension does not hold what its name says; have it made again"};
}

// What OpenSSL's d2i function reads, when that is all of `value`, and DER.
template <typename Ptr, auto Read>
Ptr read_all(base::ByteView value) {
  if (find_der_fault(value)) {
    return nullptr;
  }
  const unsigned char* at = value.data();
  Ptr pointer(Read(nullptr, &at, static_cast<long>(value.size())));
  return at == value.data() + value.size() ? std::move(pointer) : nullptr;
}

std::string dotted(const ASN1_OBJECT* object) {
  std::array<char, 160> text{};
  const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  return size > 0 && size < static_cast<int>(text.size()) ? std::string(text.data()) : "?";
}

// The URIs among general names; `others` becomes true for any other form of a name.
void collect_uris(const GENERAL_NAMES* names, std::vector<std::string>& uris, bool& others) {
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_URI) {
      uris.emplace_back(base::text_of(bytes_of_string(name->d.uniformResourceIdentifier)));
    } else {
      others = true;
    }
  }
}

bool is_only_full_name(const DIST_POINT& point) {
  return point.reasons == nullptr && point.CRLissuer == nullptr && point.distpoint != nullptr &&
         point.distpoint->type == 0;
}

}  // namespace

base::Result<BasicConstraints> decode_basic_constraints(base::ByteView value) {
  const auto read = read_all<BasicConstraintsPtr, d2i_BASIC_CONSTRAINTS>(value);
  if (read == nullptr) {
    return malformed();
  }
  BasicConstraints constraints;
  constraints.is_ca = read->ca != 0;
  if (read->pathlen != nullptr) {
    std::uint64_t path_length = 0;
    if (ASN1_INTEGER_get_uint64(&path_length, read->pathlen) != 1) {
      return malformed();
    }
    constraints.path_length = path_length;
  }
  return constraints;
}

base::Result<KeyUsage> decode_key_usage(base::ByteView value) {
  const auto read = read_all<Asn1BitStringPtr, d2i_ASN1_BIT_STRING>(value);
  if (read == nullptr) {
    return malformed();
  }
  KeyUsage usage;
  for (unsigned bit = 0; bit <= static_cast<unsigned>(KeyUsageBit::kDecipherOnly); ++bit) {
    if (ASN1_BIT_STRING_get_bit(read.get(), static_cast<int>(bit)) == 1) {
      usage.set(static_cast<KeyUsageBit>(bit));
    }
  }
  // Bits that the standard does not know, and trailing zero bits, do not come back the same.
  const base::Bytes again = encode_key_usage(usage);
  if (!std::equal(again.begin(), again.end(), value.begin(), value.end())) {
    return malformed();
  }
  return usage;
}

base::Result<std::vector<std::string>> decode_extended_key_usage(base::ByteView value) {
  const auto read = read_all<ExtendedKeyUsagePtr, d2i_EXTENDED_KEY_USAGE>(value);
  if (read == nullptr || sk_ASN1_OBJECT_num(read.get()) == 0) {
    return malformed();
  }
  std::vector<std::string> oids;
  oids.reserve(static_cast<std::size_t>(sk_ASN1_OBJECT_num(read.get())));
  for (int i = 0; i < sk_ASN1_OBJECT_num(read.get()); ++i) {
    oids.push_back(dotted(sk_ASN1_OBJECT_value(read.get(), i)));
  }
  return oids;
}

base::Result<base::Bytes> decode_key_identifier(base::ByteView value) {
  const auto read = read_all<Asn1OctetStringPtr, d2i_ASN1_OCTET_STRING>(value);
  if (read == nullptr || ASN1_STRING_length(read.get()) == 0) {
    return malformed();
  }
  const base::ByteView bytes = bytes_of_string(read.get());
  return base::Bytes(bytes.begin(), bytes.end());
}

base::Result<AuthorityKeyIdentifier> decode_authority_key_identifier(base::ByteView value) {
  const auto read = read_all<AuthorityKeyidPtr, d2i_AUTHORITY_KEYID>(value);
  if (read == nullptr) {
    return malformed();
  }
  AuthorityKeyIdentifier identifier;
  if (read->keyid != nullptr) {
    const base::ByteView bytes = bytes_of_string(read->keyid);
    identifier.key_identifier.assign(bytes.begin(), bytes.end());
  }
  identifier.names_issuer_and_serial = read->issuer != nullptr || read->serial != nullptr;
  return identifier;
}

base::Result<std::vector<std::string>> decode_policies(base::ByteView value) {
  const auto read = read_all<CertificatePoliciesPtr, d2i_CERTIFICATEPOLICIES>(value);
  if (read == nullptr || sk_POLICYINFO_num(read.get()) == 0) {
    return malformed();
  }
  std::vector<std::string> oids;
  oids.reserve(static_cast<std::size_t>(sk_POLICYINFO_num(read.get())));
  for (int i = 0; i < sk_POLICYINFO_num(read.get()); ++i) {
    oids.push_back(dotted(sk_POLICYINFO_value(read.get(), i)->policyid));
  }
  return oids;
}

base::Result<DistributionPoints> decode_distribution_points(base::ByteView value) {
  const auto read = read_all<CrlDistPointsPtr, d2i_CRL_DIST_POINTS>(value);
  if (read == nullptr || sk_DIST_POINT_num(read.get()) == 0) {
    return malformed();
  }
  DistributionPoints points;
  for (int i = 0; i < sk_DIST_POINT_num(read.get()); ++i) {
    const DIST_POINT& point = *sk_DIST_POINT_value(read.get(), i);
    if (is_only_full_name(point)) {
      collect_uris(point.distpoint->name.fullname, points.uris, points.has_others);
    } else {
      points.has_others = true;
    }
  }
  return points;
}

base::Result<AuthorityInformation> decode_authority_information(base::ByteView value) {
  const auto read = read_all<AuthorityInfoAccessPtr, d2i_AUTHORITY_INFO_ACCESS>(value);
  if (read == nullptr || sk_ACCESS_DESCRIPTION_num(read.get()) == 0) {
    return malformed();
  }
  AuthorityInformation information;
  for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(read.get()); ++i) {
    const ACCESS_DESCRIPTION& access = *sk_ACCESS_DESCRIPTION_value(read.get(), i);
    const int method = OBJ_obj2nid(access.method);
    if (access.location->type != GEN_URI ||
        (method != NID_ad_ca_issuers && method != NID_ad_OCSP)) {
      information.has_others = true;
      continue;
    }
    std::vector<std::string>& list =
        method == NID_ad_ca_issuers ? information.ca_issuers : information.ocsp;
    list.emplace_back(base::text_of(bytes_of_string(access.location->d.uniformResourceIdentifier)));
  }
  return information;
}

base::Result<IssuingDistributionPoint> decode_issuing_distribution_point(base::ByteView value) {
  const auto read = read_all<IssuingDistPointPtr, d2i_ISSUING_DIST_POINT>(value);
  if (read == nullptr) {
    return malformed();
  }
  IssuingDistributionPoint point;
  point.only_ca_certificates = read->onlyCA > 0;
  point.has_others = read->distpoint != nullptr || read->onlyuser > 0 ||
                     read->onlysomereasons != nullptr || read->indirectCRL > 0 ||
                     read->onlyattr > 0;
  return point;
}

base::Result<HardwareModuleName> decode_hardware_module_name(base::ByteView value) {
  const auto names = read_all<GeneralNamesPtr, d2i_GENERAL_NAMES>(value);
  if (names == nullptr || sk_GENERAL_NAME_num(names.get()) != 1 ||
      sk_GENERAL_NAME_value(names.get(), 0)->type != GEN_OTHERNAME) {
    return malformed();
  }
  const OTHERNAME& other = *sk_GENERAL_NAME_value(names.get(), 0)->d.otherName;
  if (dotted(other.type_id) != oid::kHardwareModuleName || other.value->type != V_ASN1_SEQUENCE) {
    return malformed();
  }
  const base::ByteView fields = contents_of(bytes_of_string(other.value->value.sequence));
  const base::ByteView type = first_value(fields);
  const base::ByteView serial = first_value(fields.subspan(type.size()));
  const unsigned char* at = type.data();
  const Asn1ObjectPtr object(d2i_ASN1_OBJECT(nullptr, &at, static_cast<long>(type.size())));
  if (object == nullptr || serial.empty()) {
    return malformed();
  }
  const base::ByteView digits = contents_of(serial);
  HardwareModuleName name{.type = dotted(object.get()), .serial = {digits.begin(), digits.end()}};
  // Anything else in it does not come back the same.
  const base::Bytes again = encode_hardware_module_name(name);
  if (!std::equal(again.begin(), again.end(), value.begin(), value.end())) {
    return malformed();
  }
  return name;
}

bool is_module_name(const Extension& extension) {
  return extension.oid == oid::kSubjectAlternativeName &&
         extension.criticality == Criticality::kNotCritical &&
         decode_hardware_module_name(extension.value).ok();
}

base::Result<base::Bytes> decode_integer(base::ByteView value) {
  if (find_der_fault(value) || value.front() != static_cast<std::uint8_t>(DerTag::kInteger)) {
    return malformed();
  }
  const base::ByteView contents = contents_of(value);
  return base::Bytes(contents.begin(), contents.end());
}

base::Result<std::uint8_t> decode_reason(base::ByteView value) {
  const auto read = read_all<Asn1EnumeratedPtr, d2i_ASN1_ENUMERATED>(value);
  std::int64_t reason = -1;
  if (read == nullptr || ASN1_ENUMERATED_get_int64(&reason, read.get()) != 1 || reason < 0 ||
      reason > 127) {
    return malformed();
  }
  return static_cast<std::uint8_t>(reason);
}

}  // namespace ca
