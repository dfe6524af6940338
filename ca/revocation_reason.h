// ca/revocation_reason.h - why a certificate was revoked (RFC 5280 section 5.3.1).

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ca {

// The reasons that a CRL of ours may give; the numbers are those of CRLReason. "unspecified" (0) is
// written by leaving the reason out (RFC 5280: "SHOULD be absent instead of using unspecified
// (0)"). certificateHold and removeFromCRL do not exist here: a revocation is for good.
enum class RevocationReason : std::uint8_t {
  kUnspecified = 0,
  kKeyCompromise = 1,
  kCaCompromise = 2,
  kAffiliationChanged = 3,
  kSuperseded = 4,
  kCessationOfOperation = 5,
  kPrivilegeWithdrawn = 9,
};

struct NamedRevocationReason {
  std::string_view name;
  RevocationReason reason;
};

// All of them, by the names of RFC 5280 that plans and records use.
constexpr std::array kRevocationReasons{
    NamedRevocationReason{"unspecified", RevocationReason::kUnspecified},
    NamedRevocationReason{"keyCompromise", RevocationReason::kKeyCompromise},
    NamedRevocationReason{"cACompromise", RevocationReason::kCaCompromise},
    NamedRevocationReason{"affiliationChanged", RevocationReason::kAffiliationChanged},
    NamedRevocationReason{"superseded", RevocationReason::kSuperseded},
    NamedRevocationReason{"cessationOfOperation", RevocationReason::kCessationOfOperation},
    NamedRevocationReason{"privilegeWithdrawn", RevocationReason::kPrivilegeWithdrawn},
};

// Nothing for a name or number that is not among them.
constexpr std::optional<RevocationReason> revocation_reason_named(std::string_view name) {
  for (const NamedRevocationReason& each : kRevocationReasons) {
    if (each.name == name) {
      return each.reason;
    }
  }
  return std::nullopt;
}

constexpr std::string_view name_of(RevocationReason reason) {
  for (const NamedRevocationReason& each : kRevocationReasons) {
    if (each.reason == reason) {
      return each.name;
    }
  }
  return "?";
}

}  // namespace ca
