// ca/succession.h - a certificate that takes the place of another one, or stands beside it.
//
// Programs find an issuer by its name and key identifier, so the bytes of the name and, for the
// same key, of the identifier must be those of the certificate before. Source: RFC 5280
// sections 3.2 and 4.2.1.1; CA/Browser Forum Baseline Requirements 7.1.2.2 (cross-certified
// subordinate CAs).

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ca/certificate.h"

namespace ca {

enum class Succession : std::uint8_t {
  kRenewal,  // same name, same key, other dates
  kRekey,    // same name, another key
  kCross,    // another CA's own certificate, for the same name and key
};

// What stands before a new certificate; borrowed.
struct Predecessor {
  Succession succession = Succession::kRenewal;
  const Certificate& certificate;
};

// Whether the new certificate is for the same key.
bool keeps_key(Succession succession);

// "renewal", "re-key", "cross", and back; nothing for others.
std::string_view name_of(Succession succession);
std::optional<Succession> succession_named(std::string_view name);

}  // namespace ca
