#include "ca/revocation_list_builder.h"

#include <algorithm>
#include <array>
#include <limits>

#include "ca/algorithm.h"
#include "ca/der.h"
#include "ca/public_key.h"
#include "ca/signature_algorithm.h"

namespace ca {

namespace {

constexpr std::uint64_t kVersion2 = 1;

// Octets of an entry with 20 of a serial number, a GeneralizedTime and a reason.
constexpr std::size_t kLongestEntry = 2 + 22 + 17 + 14;
// A name, extensions and a signature, be it one of SLH-DSA-SHA2-256s (29,792 octets).
constexpr std::size_t kRoomForTheRest = 32'768;

base::Error refused(std::string message) {
  return base::Error{base::ErrorCode::kRefusedByPolicy, std::move(message)};
}

base::Error does_not_fit(std::string message) {
  return base::Error{base::ErrorCode::kInvalidArgument, std::move(message)};
}

// The ledger of one CRL, sorted, and what is asked of it.
class Selection {
 public:
  // Requires: tables that are sorted.
  explicit Selection(const RevocationListParts& parts)
      : parts_(parts),
        issued_(parts.issued.rows()),
        revoked_(parts.revocations.rows()),
        listed_(parts.revocations.rows().size()),
        leaves_(parts.revocations.rows().size()) {}

  // Whether every revocation may stand in the CRL.
  base::Result<void> check_revocations();

  // Whether nothing of the previous CRL is lost or changed; notes what has done its duty.
  base::Result<void> check_previous_entries(const RevocationList& previous);

  // Which rows need not be listed any more.
  [[nodiscard]] const std::vector<bool>& leaves() const { return leaves_; }

 private:
  base::Result<void> check(const RevocationRow& revocation);
  base::Result<void> check_previous_entry(const ListedRevocation& entry);
  bool has_done_its_duty(const SerialNumber& serial);

  const RevocationListParts& parts_;
  RowsBySerial<IssuedRow> issued_;
  RowsBySerial<RevocationRow> revoked_;
  std::vector<bool> listed_;  // in the previous CRL
  std::vector<bool> leaves_;
};

base::Result<void> Selection::check(const RevocationRow& revocation) {
  if (parts_.issuer.is_self_issued() &&
      std::ranges::equal(revocation.serial.octets(), parts_.issuer.serial())) {
    return refused(
        "the serial number is that of the root itself, and no CRL can revoke the root that signs "
        "it; devices must be told to distrust it in another way");
  }
  const IssuedRow* const issued = issued_.find(revocation.serial);
  if (issued == nullptr) {
    return refused(
        "no certificate with this serial number was issued here; serial numbers are written in "
        "hexadecimal, so compare it digit by digit with the certificate");
  }
  if (parts_.profile.list.only_ca_certificates == Presence::kRequired && !issued->is_ca) {
    return refused(
        "the serial number is that of a certificate that is no CA's, and this CRL lists CA "
        "certificates only, so nobody would heed it; tell those who use it in another way");
  }
  if (revocation.revoked_at > parts_.plan.this_update) {
    return refused("a revocation is dated " + text_of(revocation.revoked_at) +
                   ", after the date of the CRL, " + text_of(parts_.plan.this_update) +
                   "; correct one of them");
  }
  const std::vector<std::string>& reasons = parts_.profile.list.reasons;
  if (std::find(reasons.begin(), reasons.end(), name_of(revocation.reason)) == reasons.end()) {
    return refused("a revocation gives a reason that the profile does not allow; choose another");
  }
  return {};
}

base::Result<void> Selection::check_revocations() {
  if (parts_.revocations.has_foreign()) {
    return refused(
        "a revocation is for a certificate of another issuer, and a CRL lists only its own; "
        "correct the issuer and the serial number");
  }
  if (parts_.revocations.has_impossible_serial()) {
    return refused(
        "a revocation has a serial number without digits or of more than 20 octets, and no "
        "certificate has one like that; compare it digit by digit with the certificate");
  }
  const RevocationRow* before = nullptr;
  for (const RevocationRow& row : parts_.revocations.rows()) {
    if (before != nullptr && before->serial == row.serial) {
      return refused("one certificate is revoked twice; remove one of the two revocations");
    }
    if (base::Result<void> fine = check(row); !fine) {
      return fine;
    }
    before = &row;
  }
  return {};
}

// Whether an entry of the previous CRL has done its duty: it stood in a CRL that was made after its
// certificate had ended.
bool Selection::has_done_its_duty(const SerialNumber& serial) {
  const IssuedRow* const issued = issued_.find(serial);
  return issued != nullptr && parts_.previous->this_update().instant > issued->not_after;
}

base::Result<void> Selection::check_previous_entry(const ListedRevocation& entry) {
  const std::optional<SerialNumber> serial = SerialNumber::of(entry.serial);
  const RevocationRow* const row = serial ? revoked_.find(*serial) : nullptr;
  const bool may_leave = serial && has_done_its_duty(*serial);
  if (row == nullptr) {
    return may_leave ? base::Result<void>()
                     : refused(
                           "a certificate that the last CRL revokes would no longer be revoked; a "
                           "revocation is for good, so complete the ledger");
  }
  const auto number = static_cast<std::size_t>(row - parts_.revocations.rows().data());
  if (listed_[number]) {
    return {};  // others list one twice; the first counts
  }
  if (entry.revoked_at.instant != row->revoked_at ||
      entry.reason.value_or(0) != static_cast<std::uint8_t>(row->reason)) {
    return refused(
        "a revocation has another date or reason than in the last CRL; what was published does "
        "not change, so correct the ledger");
  }
  listed_[number] = true;
  leaves_[number] = may_leave;
  return {};
}

base::Result<void> Selection::check_previous_entries(const RevocationList& previous) {
  for (const ListedRevocation& entry : previous.entries()) {
    if (base::Result<void> fine = check_previous_entry(entry); !fine) {
      return fine;
    }
  }
  return {};
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
  if (parts.previous) {
    return check_previous(plan, *parts.previous, parts.issuer);
  }
  if (plan.known_number != 0) {
    return does_not_fit(
        "the last CRL is not at hand, and without it a revocation could be lost; fetch it");
  }
  return {};
}

}  // namespace

base::Bytes encode_entries(const Revocations& entries) {
  std::array<base::Bytes, 256> extensions;  // by the number of the reason
  for (const NamedRevocationReason& each : kRevocationReasons) {
    const auto number = static_cast<std::uint8_t>(each.reason);
    if (each.reason != RevocationReason::kUnspecified) {
      extensions.at(number) = encode(std::vector<Extension>{
          {.oid = std::string(oid::kReasonCode), .value = encode_reason(number)}});
    }
  }
  base::Bytes list;
  if (entries.rows().empty()) {
    return list;
  }
  list.reserve(entries.rows().size() * kLongestEntry + kRoomForTheRest);
  for (const RevocationRow& row : entries.rows()) {
    const base::ByteView serial = row.serial.octets();
    const base::Bytes& reason = extensions.at(static_cast<std::uint8_t>(row.reason));
    const std::size_t size = 2 + serial.size() + size_of_time(row.revoked_at) + reason.size();
    append_header(list, DerTag::kSequence, size);
    append_der(list, DerTag::kInteger, {serial});
    append_time(list, row.revoked_at);
    append(list, reason);
  }
  return wrapped(DerTag::kSequence, std::move(list));
}

base::Bytes encode(TbsRevocationList tbs) {
  base::Bytes whole = std::move(tbs.entries);
  if (!tbs.extensions.empty()) {
    append_der(whole, DerTag::kContext0Constructed, {encode(tbs.extensions)});
  }
  base::Bytes before = std::move(tbs.version);
  for (const base::Bytes& part : {tbs.algorithm, tbs.issuer, tbs.this_update, tbs.next_update}) {
    append(before, part);
  }
  whole.insert(whole.begin(), before.begin(), before.end());
  return wrapped(DerTag::kSequence, std::move(whole));
}

base::Bytes seal(base::Bytes tbs, const SealParts& parts) {
  constexpr std::array<std::uint8_t, 1> kNoUnusedBits{0};
  append(tbs, parts.algorithm);
  append_der(tbs, DerTag::kBitString, {kNoUnusedBits, parts.signature});
  return wrapped(DerTag::kSequence, std::move(tbs));
}

base::Result<Revocations> select_entries(RevocationListParts parts) {
  parts.issued.sort();
  parts.revocations.sort();
  Selection selection(parts);
  if (const base::Result<void> fine = selection.check_revocations(); !fine) {
    return fine.error();
  }
  if (parts.previous) {
    if (const base::Result<void> fine = selection.check_previous_entries(*parts.previous); !fine) {
      return fine.error();
    }
  }
  parts.revocations.remove(selection.leaves());
  return std::move(parts.revocations);
}

base::Result<BuiltRevocationList> build_revocation_list(RevocationListParts parts) {
  if (const base::Result<void> fine = check_plan(parts); !fine) {
    return fine.error();
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
  base::Result<Revocations> entries = select_entries(std::move(parts));
  if (!entries) {
    return entries.error();
  }
  tbs.entries = encode_entries(*entries);
  return BuiltRevocationList{.tbs = std::move(tbs), .entries = std::move(*entries)};
}

}  // namespace ca
