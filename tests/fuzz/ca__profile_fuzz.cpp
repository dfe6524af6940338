// Profiles from anywhere: refused, or with the rules that every profile keeps.

#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"
#include "ca/certificate_profile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::Result<ca::CertificateProfile> profile =
      ca::parse_profile(base::text_of({data, size}));
  if (!profile || profile->kind == ca::ProfileKind::kRevocationList) {
    return 0;
  }
  const ca::CertificateRules& rules = profile->certificate;
  const bool is_root = profile->kind == ca::ProfileKind::kRoot;
  const bool is_end_entity = profile->kind == ca::ProfileKind::kEndEntity;
  if (rules.key_usage.has(ca::KeyUsageBit::kKeyCertSign) == is_end_entity ||
      profile->longest.count() < 1 || (is_end_entity && rules.extended_key_usage.empty()) ||
      (is_root && !rules.extended_key_usage.empty()) ||
      ((is_root || is_end_entity) && rules.path_length)) {
    std::abort();
  }
  return 0;
}
