// ca/distinguished_name.h - a name of RFC 5280 (X.501), kept as the DER bytes that it came in.
//
// Names are compared and copied as bytes and never written anew: a CA whose CRLs carried the same
// name in another string type had to revoke (Mozilla bug 1888371).

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/finding.h"
#include "base/result.h"

namespace ca {

// One attribute of a name. `type` is a short name ("CN") or, where there is none, dotted digits.
struct NameAttribute {
  std::string type;
  std::string value;  // UTF-8

  friend bool operator==(const NameAttribute&, const NameAttribute&) = default;
};

class DistinguishedName {
 public:
  // A name of one attribute per relative name, in that order: PrintableString for C, serialNumber
  // and dnQualifier, IA5String for DC and emailAddress, else UTF8String (RFC 5280 section 4.1.2.4).
  // Errors: kInvalidArgument for an unknown type; kRefusedByPolicy for the first error that
  // find_name_faults() would report.
  static base::Result<DistinguishedName> of(const std::vector<NameAttribute>& attributes);

  // The name in exactly these DER bytes. Errors: kMalformed. Says nothing about its sense.
  static base::Result<DistinguishedName> parse(base::ByteView der);

  [[nodiscard]] const base::Bytes& der() const { return der_; }

  // The attributes in the order of the DER; values that are no text are shown as "#" and hex.
  [[nodiscard]] const std::vector<NameAttribute>& attributes() const { return attributes_; }

  // The first value of that type.
  [[nodiscard]] std::optional<std::string_view> value_of(std::string_view type) const;

  // "C=DE, O=Example, CN=Example Root": the order of the DER. Control, bidi and invisible
  // characters, and those that separate, are shown as \u{202E}: safe on a terminal.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] bool empty() const { return attributes_.empty(); }

  // Byte for byte.
  friend bool operator==(const DistinguishedName& one, const DistinguishedName& other) {
    return one.der_ == other.der_;
  }

 private:
  DistinguishedName() = default;

  base::Bytes der_;
  std::vector<NameAttribute> attributes_;
};

// All that is wrong with a name by the rules of RFC 5280 appendix A (string types, upper bounds)
// and of this house (no NUL, control, bidi or invisible characters, one attribute per relative
// name). `field` ("subject") goes into the findings. An empty name is one finding.
base::Findings find_name_faults(const DistinguishedName& name, std::string_view field);

}  // namespace ca
