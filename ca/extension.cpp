#include "ca/extension.h"

#include <algorithm>
#include <array>

#include "ca/der.h"
#include "ca/openssl_error.h"
#include "ca/openssl_ptr.h"

namespace ca {

namespace {

constexpr std::array<std::uint8_t, 1> kTrue{0xff};

struct KeyUsageName {
  std::string_view name;
  KeyUsageBit bit;
};

constexpr std::array kKeyUsageNames{
    KeyUsageName{"digitalSignature", KeyUsageBit::kDigitalSignature},
    KeyUsageName{"nonRepudiation", KeyUsageBit::kNonRepudiation},
    KeyUsageName{"keyEncipherment", KeyUsageBit::kKeyEncipherment},
    KeyUsageName{"dataEncipherment", KeyUsageBit::kDataEncipherment},
    KeyUsageName{"keyAgreement", KeyUsageBit::kKeyAgreement},
    KeyUsageName{"keyCertSign", KeyUsageBit::kKeyCertSign},
    KeyUsageName{"cRLSign", KeyUsageBit::kCrlSign},
    KeyUsageName{"encipherOnly", KeyUsageBit::kEncipherOnly},
    KeyUsageName{"decipherOnly", KeyUsageBit::kDecipherOnly},
};

}  // namespace

std::string name_of_oid(std::string_view oid) {
  const Asn1ObjectPtr object(OBJ_txt2obj(std::string(oid).c_str(), 1));
  const int nid = object == nullptr ? NID_undef : OBJ_obj2nid(object.get());
  forget_openssl_errors();
  return nid == NID_undef ? std::string(oid) : std::string(OBJ_nid2sn(nid));
}

std::optional<std::string> oid_of_name(std::string_view name) {
  const Asn1ObjectPtr object(OBJ_txt2obj(std::string(name).c_str(), 0));
  forget_openssl_errors();
  std::array<char, 160> text{};
  if (object == nullptr ||
      OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object.get(), 1) <= 0) {
    return std::nullopt;
  }
  return std::string(text.data());
}

std::optional<KeyUsageBit> key_usage_bit_of(std::string_view name) {
  const auto* const row = std::find_if(kKeyUsageNames.begin(),
                                       kKeyUsageNames.end(),
                                       [&](const KeyUsageName& each) { return each.name == name; });
  return row == kKeyUsageNames.end() ? std::nullopt : std::optional(row->bit);
}

base::Bytes encode(const Extension& extension) {
  base::Bytes critical;
  if (extension.criticality == Criticality::kCritical) {
    critical = der(DerTag::kBoolean, {kTrue});
  }
  return der(DerTag::kSequence,
             {der_object_identifier(extension.oid),
              critical,
              der(DerTag::kOctetString, {extension.value})});
}

base::Bytes encode(const std::vector<Extension>& extensions) {
  base::Bytes all;
  for (const Extension& extension : extensions) {
    append(all, encode(extension));
  }
  return der(DerTag::kSequence, {all});
}

base::Bytes encode_basic_constraints(const BasicConstraints& constraints) {
  base::Bytes is_ca;
  base::Bytes path_length;
  if (constraints.is_ca) {
    is_ca = der(DerTag::kBoolean, {kTrue});
  }
  if (constraints.path_length) {
    path_length = der_unsigned(*constraints.path_length);
  }
  return der(DerTag::kSequence, {is_ca, path_length});
}

base::Bytes encode_key_usage(KeyUsage usage) {
  // Named bits: trailing zero bits are left out (X.690 section 11.2.2).
  std::array<std::uint8_t, 3> value{};
  unsigned last = 0;
  for (unsigned bit = 0; bit <= static_cast<unsigned>(KeyUsageBit::kDecipherOnly); ++bit) {
    if ((usage.bits >> bit & 1U) != 0) {
      std::uint8_t& byte = value.at(1 + bit / 8);
      byte = static_cast<std::uint8_t>(byte | 0x80U >> bit % 8);
      last = bit + 1;
    }
  }
  const std::size_t bytes = (last + 7) / 8;
  value[0] = static_cast<std::uint8_t>(bytes * 8 - last);
  return der(DerTag::kBitString, {base::ByteView(value).first(1 + bytes)});
}

base::Bytes encode_extended_key_usage(const std::vector<std::string>& oids) {
  base::Bytes all;
  for (const std::string& each : oids) {
    append(all, der_object_identifier(each));
  }
  return der(DerTag::kSequence, {all});
}

base::Bytes encode_key_identifier(base::ByteView key_identifier) {
  return der(DerTag::kOctetString, {key_identifier});
}

base::Bytes encode_authority_key_identifier(base::ByteView key_identifier) {
  return der(DerTag::kSequence, {der(DerTag::kContext0, {key_identifier})});
}

base::Bytes encode_policies(const std::vector<std::string>& oids) {
  base::Bytes all;
  for (const std::string& each : oids) {
    append(all, der(DerTag::kSequence, {der_object_identifier(each)}));
  }
  return der(DerTag::kSequence, {all});
}

base::Bytes encode_distribution_points(const std::vector<std::string>& uris) {
  base::Bytes all;
  for (const std::string& uri : uris) {
    const base::Bytes name = der(DerTag::kContext6, {base::bytes_of(uri)});
    const base::Bytes full_name = der(DerTag::kContext0Constructed, {name});
    append(all, der(DerTag::kSequence, {der(DerTag::kContext0Constructed, {full_name})}));
  }
  return der(DerTag::kSequence, {all});
}

base::Bytes encode_ca_issuers(const std::vector<std::string>& uris) {
  base::Bytes all;
  for (const std::string& uri : uris) {
    append(all,
           der(DerTag::kSequence,
               {der_object_identifier(oid::kCaIssuers),
                der(DerTag::kContext6, {base::bytes_of(uri)})}));
  }
  return der(DerTag::kSequence, {all});
}

base::Bytes encode_crl_number(std::uint64_t number) {
  return der_unsigned(number);
}

base::Bytes encode_only_ca_certificates() {
  return der(DerTag::kSequence, {der(DerTag::kContext2, {kTrue})});  // onlyContainsCACerts
}

base::Bytes encode_reason(std::uint8_t reason) {
  return der(DerTag::kEnumerated, {std::array<std::uint8_t, 1>{reason}});
}

base::Bytes encode_hardware_module_name(const HardwareModuleName& name) {
  const base::Bytes module =
      der(DerTag::kSequence,
          {der_object_identifier(name.type), der(DerTag::kOctetString, {name.serial})});
  const base::Bytes other_name = der(DerTag::kContext0Constructed,
                                     {der_object_identifier(oid::kHardwareModuleName),
                                      der(DerTag::kContext0Constructed, {module})});
  return der(DerTag::kSequence, {other_name});
}

base::Bytes encode_null() {
  return der(DerTag::kNull, {});
}

}  // namespace ca
