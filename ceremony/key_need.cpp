#include "ceremony/key_need.h"

#include <set>

#include "base/text_encoding.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// Serial numbers as numbers: without zeros before.
std::string bare_serial(const std::string& serial) {
  const std::size_t first = serial.find_first_not_of('0');
  return first == serial.npos ? "0" : serial.substr(first);
}

Error still_needed(const IssuedCertificate& one) {
  return Error{ErrorCode::kRefusedByPolicy,
               "the certificate " + one.serial + " (" + one.subject + ") is valid until " +
                   one.not_after +
                   " and not revoked, so this key is still needed; nothing was done; revoke it "
                   "by a CRL ceremony first, or wait until it has expired"};
}

Error ends_too_early(const IssuedCertificate& one, const std::string& next_update) {
  return Error{ErrorCode::kRefusedByPolicy,
               "the newest CRL ends on " + next_update + ", before the revoked certificate " +
                   one.serial + " does on " + one.not_after +
                   ", and when the key is gone nobody can sign another one; nothing was done; sign "
                   "a last CRL (profile crl-last) that lasts until then first"};
}

}  // namespace

Result<void> check_unneeded(const LedgerState& ledger,
                            const ca::RevocationList& last,
                            const std::string& date) {
  std::set<std::string> revoked;
  for (const ca::ListedRevocation& entry : last.entries()) {
    revoked.insert(bare_serial(base::to_hex(entry.serial)));
  }
  const std::string next_update =
      last.next_update() ? ca::text_of(last.next_update()->instant).substr(0, date.size()) : "";
  for (const IssuedCertificate& one : ledger.issued) {
    if (one.is_root || one.not_after < date) {
      continue;
    }
    if (!revoked.contains(bare_serial(one.serial))) {
      return still_needed(one);
    }
    if (next_update < one.not_after) {
      return ends_too_early(one, next_update);
    }
  }
  return {};
}

}  // namespace ceremony
