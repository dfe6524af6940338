#include "ca/distinguished_name.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <openssl/objects.h>

#include "base/text_encoding.h"
#include "ca/der.h"
#include "ca/distinguished_name_rules.h"
#include "ca/extension.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/openssl_ptr.h"

namespace ca {

namespace {

std::string type_of(const X509_NAME_ENTRY* entry) {
  const ASN1_OBJECT* const object = X509_NAME_ENTRY_get_object(entry);
  const int nid = OBJ_obj2nid(object);
  if (nid != NID_undef) {
    return OBJ_nid2sn(nid);
  }
  std::array<char, 160> text{};
  OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  return text.data();
}

std::string value_of_entry(const X509_NAME_ENTRY* entry) {
  const ASN1_STRING* const data = X509_NAME_ENTRY_get_data(entry);
  unsigned char* utf8 = nullptr;
  const int length = ASN1_STRING_to_UTF8(&utf8, data);
  const OpensslBlock block(utf8);
  forget_openssl_errors();
  if (length < 0) {
    return "#" + base::to_hex(bytes_of_string(data));
  }
  return {utf8, utf8 + length};
}

DerTag string_tag_of(std::string_view type) {
  if (type == "C" || type == "serialNumber" || type == "dnQualifier") {
    return DerTag::kPrintableString;
  }
  return type == "DC" || type == "emailAddress" ? DerTag::kIa5String : DerTag::kUtf8String;
}

}  // namespace

X509NamePtr read_name(base::ByteView der) {
  const unsigned char* at = der.data();
  X509NamePtr name(d2i_X509_NAME(nullptr, &at, static_cast<long>(der.size())));
  const bool whole = at == der.data() + der.size();
  forget_openssl_errors();
  return whole ? std::move(name) : nullptr;
}

base::Result<DistinguishedName> DistinguishedName::parse(base::ByteView der) {
  const X509NamePtr read = read_name(der);
  if (read == nullptr) {
    return base::Error{base::ErrorCode::kMalformed,
                       "this is not a name in the form that certificates use; have it sent again"};
  }
  DistinguishedName name;
  name.der_.assign(der.begin(), der.end());
  for (int i = 0; i < X509_NAME_entry_count(read.get()); ++i) {
    const X509_NAME_ENTRY* const entry = X509_NAME_get_entry(read.get(), i);
    name.attributes_.push_back({.type = type_of(entry), .value = value_of_entry(entry)});
  }
  return name;
}

base::Result<DistinguishedName> DistinguishedName::of(
    const std::vector<NameAttribute>& attributes) {
  base::Bytes names;
  for (const NameAttribute& attribute : attributes) {
    const std::optional<std::string> oid = oid_of_name(attribute.type);
    if (!oid) {
      return base::Error{base::ErrorCode::kInvalidArgument,
                         "a name has an attribute of a type that is not known here; use C, O, OU, "
                         "CN, L, ST or serialNumber"};
    }
    const base::Bytes pair =
        ca::der(DerTag::kSequence,
                {der_object_identifier(*oid),
                 ca::der(string_tag_of(attribute.type), {base::bytes_of(attribute.value)})});
    append(names, ca::der(DerTag::kSet, {pair}));
  }
  base::Result<DistinguishedName> name = parse(ca::der(DerTag::kSequence, {names}));
  if (!name) {
    return name.error();
  }
  for (const base::Finding& finding : find_name_faults(*name, "name")) {
    if (finding.severity == base::Severity::kError) {
      return base::Error{base::ErrorCode::kRefusedByPolicy, finding.message};
    }
  }
  return name;
}

std::optional<std::string_view> DistinguishedName::value_of(std::string_view type) const {
  const auto found = std::find_if(
      attributes_.begin(), attributes_.end(), [&](const auto& each) { return each.type == type; });
  return found == attributes_.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

std::string DistinguishedName::text() const {
  std::string text;
  for (const NameAttribute& attribute : attributes_) {
    text += (text.empty() ? "" : ", ") + attribute.type + "=" + shown_safely(attribute.value);
  }
  return text;
}

}  // namespace ca
