#include "ca/revocation_list_builder.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "ca/algorithm.h"
#include "ca/der.h"
#include "ca/public_key.h"
#include "ca/signature_algorithm.h"

namespace ca {

namespace {

constexpr std::uint64_t kVersion2 = 1;

base::Error refused(std::string message) {
  return base::Error{base::ErrorCode::kRefusedByPolicy, std::move(message)};
}

base::Error does_not_fit(std::string message) {
  return base::Error{base::ErrorCode::kInvalidArgument, std::move(message)};
}

bool is_shorter_or_smaller(const base::Bytes& one, const base::Bytes& other) {
  return one.size() != other.size() ? one.size() < other.size() : one < other;
}

using EndsBySerial = std::map<base::Bytes, Instant>;

EndsBySerial ends_of(const RevocationListParts& parts) {
  EndsBySerial ends;
  for (const IssuedCertificate& each : parts.issued) {
    if (each.issuer == parts.issuer.subject().der()) {
      ends.emplace(each.serial, each.not_after);
    }
  }
  return ends;
}

bool is_end_entity(const RevocationListParts& parts, const base::Bytes& serial) {
  return std::any_of(parts.issued.begin(), parts.issued.end(), [&](const IssuedCertificate& one) {
    return one.serial == serial && !one.is_ca;
  });
}

base::Result<void> check_revocation(const RevocationListParts& parts,
                                    const EndsBySerial& ends,
                                    const Revocation& revocation) {
  if (revocation.issuer != parts.issuer.subject().der()) {
    return refused(
        "a revocation is for a certificate of another issuer, and a CRL lists only its own; "
        "correct the issuer and the serial number");
  }
  if (parts.issuer.is_self_issued() && revocation.serial == parts.issuer.serial()) {
    return refused(
        "the serial number is that of the root itself, and no CRL can revoke the root that signs "
        "it; devices must be told to distrust it in another way");
  }
  if (ends.count(revocation.serial) == 0) {
    return refused(
        "no certificate with this serial number was issued here; serial numbers are written in "
        "hexadecimal, so compare it digit by digit with the certificate");
  }
  if (parts.profile.list.only_ca_certificates == Presence::kRequired &&
      is_end_entity(parts, revocation.serial)) {
    return refused(
        "the serial number is that of a certificate that is no CA's, and this CRL lists CA "
        "certificates only, so nobody would heed it; tell those who use it in another way");
  }
  if (revocation.revoked_at > parts.plan.this_update) {
    return refused("a revocation is dated " + text_of(revocation.revoked_at) +
                   ", after the date of the CRL, " + text_of(parts.plan.this_update) +
                   "; correct one of them");
  }
  const std::vector<std::string>& reasons = parts.profile.list.reasons;
  if (std::find(reasons.begin(), reasons.end(), name_of(revocation.reason)) == reasons.end()) {
    return refused("a revocation gives a reason that the profile does not allow; choose another");
  }
  return {};
}

// Entries of the previous CRL by serial; empty when there was none.
using EntriesBySerial = std::map<base::Bytes, const ListedRevocation*>;

EntriesBySerial previous_entries(const RevocationList* previous) {
  EntriesBySerial entries;
  if (previous != nullptr) {
    for (const ListedRevocation& entry : previous->entries()) {
      entries.emplace(entry.serial, &entry);
    }
  }
  return entries;
}

bool is_unchanged(const ListedRevocation& before, const Revocation& now) {
  const auto reason = static_cast<std::uint8_t>(now.reason);
  return before.revoked_at.instant == now.revoked_at && before.reason.value_or(0) == reason;
}

// Whether an entry of the previous CRL has done its duty: it stood in a CRL that was made after its
// certificate had ended. Requires: a previous CRL.
bool may_leave(const RevocationListParts& parts,
               const EndsBySerial& ends,
               const base::Bytes& serial) {
  const auto end = ends.find(serial);
  return end != ends.end() && parts.previous->this_update().instant > end->second;
}

// Whether `previous` is what its issuer published last: a stick or folder may have been changed.
base::Result<void> check_previous(const RevocationListPlan& plan,
                                  const RevocationList& previous,
                                  const Certificate& issuer) {
  if (previous.issuer() != issuer.subject()) {
    return does_not_fit("the last CRL is of another issuer; use the one of this issuer");
  }
  if (!previous.verify_with(issuer.public_key_info())) {
    return base::Error{base::ErrorCode::kInconsistent,
                       "the last CRL was not signed by this issuer or was altered since, and a "
                       "revocation could be missing in it; bring the CRL that was published"};
  }
  const std::optional<std::uint64_t> number = previous.number();
  if (!number || *number > plan.known_number) {
    return does_not_fit(
        "the last CRL has a higher number than the one the plan knows, so a newer CRL exists; "
        "fetch it and correct the plan");
  }
  if (*number < plan.known_number) {
    return does_not_fit(
        "the last CRL has a lower number than the one the plan knows, so it is an old one and a "
        "revocation could be missing in it; fetch the newest");
  }
  // Programs that hold both CRLs take the one with the later date, whatever its number.
  if (plan.this_update < previous.this_update().instant) {
    return does_not_fit("the CRL would be dated " + text_of(plan.this_update) +
                        ", before the last one, " + text_of(previous.this_update().instant) +
                        ", and programs would keep the old one; correct the date");
  }
  return {};
}

// The highest number that was ever signed: the next one is above it.
std::uint64_t used_number(const RevocationListPlan& plan) {
  return std::max(plan.known_number, plan.void_number);
}

// What a CRL needs of the plan before anything is built.
base::Result<void> check_plan(const RevocationListParts& parts) {
  const RevocationListPlan& plan = parts.plan;
  if (parts.profile.kind != ProfileKind::kRevocationList) {
    return does_not_fit("a CRL needs a profile of the kind crl; correct the plan");
  }
  const auto step = static_cast<std::uint64_t>(plan.step);
  if (used_number(plan) > std::numeric_limits<std::uint64_t>::max() - step) {
    return does_not_fit("the number of the last CRL leaves no room for another; check it");
  }
  if (parts.previous != nullptr) {
    return check_previous(plan, *parts.previous, parts.issuer);
  }
  if (plan.known_number != 0) {
    return does_not_fit(
        "the last CRL is not at hand, and without it a revocation could be lost; fetch it");
  }
  return {};
}

}  // namespace

base::Bytes encode_entries(const std::vector<Revocation>& entries) {
  base::Bytes list;
  for (const Revocation& entry : entries) {
    base::Bytes extensions;
    if (entry.reason != RevocationReason::kUnspecified) {
      extensions = encode(std::vector<Extension>{
          {.oid = std::string(oid::kReasonCode),
           .value = encode_reason(static_cast<std::uint8_t>(entry.reason))}});
    }
    append(list,
           der(DerTag::kSequence,
               {der(DerTag::kInteger, {entry.serial}), der_time(entry.revoked_at), extensions}));
  }
  return list.empty() ? list : der(DerTag::kSequence, {list});
}

base::Bytes encode(const TbsRevocationList& tbs) {
  base::Bytes extensions;
  if (!tbs.extensions.empty()) {
    extensions = der(DerTag::kContext0Constructed, {encode(tbs.extensions)});
  }
  return der(DerTag::kSequence,
             {tbs.version,
              tbs.algorithm,
              tbs.issuer,
              tbs.this_update,
              tbs.next_update,
              tbs.entries,
              extensions});
}

base::Result<std::vector<Revocation>> select_entries(const RevocationListParts& parts) {
  const EndsBySerial ends = ends_of(parts);
  const EntriesBySerial before = previous_entries(parts.previous);
  std::set<base::Bytes> seen;
  std::vector<Revocation> selected;
  for (const Revocation& revocation : parts.revocations) {
    if (const base::Result<void> fine = check_revocation(parts, ends, revocation); !fine) {
      return fine.error();
    }
    if (!seen.insert(revocation.serial).second) {
      return refused("one certificate is revoked twice; remove one of the two revocations");
    }
    const auto listed = before.find(revocation.serial);
    if (listed != before.end() && !is_unchanged(*listed->second, revocation)) {
      return refused(
          "a revocation has another date or reason than in the last CRL; what was published does "
          "not change, so correct the ledger");
    }
    if (listed == before.end() || !may_leave(parts, ends, revocation.serial)) {
      selected.push_back(revocation);
    }
  }
  for (const auto& [serial, entry] : before) {
    if (seen.count(serial) == 0 && !may_leave(parts, ends, serial)) {
      return refused(
          "a certificate that the last CRL revokes would no longer be revoked; a revocation is "
          "for good, so complete the ledger");
    }
  }
  std::sort(selected.begin(), selected.end(), [](const Revocation& a, const Revocation& b) {
    return is_shorter_or_smaller(a.serial, b.serial);
  });
  return selected;
}

base::Result<TbsRevocationList> build_revocation_list(const RevocationListParts& parts) {
  if (const base::Result<void> fine = check_plan(parts); !fine) {
    return fine.error();
  }
  const base::Result<std::vector<Revocation>> entries = select_entries(parts);
  if (!entries) {
    return entries.error();
  }
  const base::Result<Algorithm> algorithm = algorithm_of_public_key(parts.issuer.public_key_info());
  if (!algorithm) {
    return algorithm.error();
  }
  const std::optional<base::Bytes>& key_identifier = parts.issuer.known().subject_key_identifier;
  if (!key_identifier) {
    return does_not_fit(
        "the issuer's certificate has no key identifier, so programs would not find its CRL; use "
        "another issuer");
  }
  TbsRevocationList tbs;
  tbs.version = der_unsigned(kVersion2);
  tbs.algorithm = signature_algorithm_of(*algorithm);
  tbs.issuer = parts.issuer.subject().der();
  tbs.this_update = der_time(parts.plan.this_update);
  tbs.next_update = der_time(parts.plan.next_update);
  tbs.entries = encode_entries(*entries);
  tbs.extensions.push_back({.oid = std::string(oid::kAuthorityKeyIdentifier),
                            .value = encode_authority_key_identifier(*key_identifier)});
  const std::uint64_t number =
      used_number(parts.plan) + static_cast<std::uint64_t>(parts.plan.step);
  tbs.extensions.push_back(
      {.oid = std::string(oid::kCrlNumber), .value = encode_crl_number(number)});
  if (parts.profile.list.only_ca_certificates == Presence::kRequired) {
    tbs.extensions.push_back({.oid = std::string(oid::kIssuingDistributionPoint),
                              .criticality = Criticality::kCritical,
                              .value = encode_only_ca_certificates()});
  }
  return tbs;
}

}  // namespace ca
