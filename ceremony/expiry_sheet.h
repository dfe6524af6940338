// ceremony/expiry_sheet.h - what expires when, at the end of each signing: a page, and a calendar.
//
// A CA fails quietly by a date that nobody had in a calendar. The sheet holds nothing but what is
// public; it is made from the record and is not the record. The calendar is iCalendar (RFC 5545):
// ours writes the few lines that it needs, since the libraries for it read time zones from disk.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "ceremony/action.h"
#include "ceremony/ledger.h"

namespace ceremony {

enum class ExpiryKind : std::uint8_t {
  kRoot,          // the root's own certificate
  kCertificate,   // one that the root has issued
  kCrl,           // the CRL that counts on the day of the ceremony: its nextUpdate
  kNextCeremony,  // the day on which the next CRL is to be made
  kReserveCrl,    // one that is to be published: its thisUpdate
  kOcsp,          // the newest OCSP response about a certificate: its nextUpdate
  kLastCrl,       // the last reserve CRL, where it is yet to be published: its nextUpdate
};

struct Expiry {
  std::string day;  // YYYY-MM-DD
  ExpiryKind kind = ExpiryKind::kCertificate;
  std::string name;              // subject; of a CRL its number
  std::string serial;            // hex; "" for what has none
  std::uint64_t crl_number = 0;  // of a reserve CRL
};

struct ExpirySheet {
  std::string record;  // "0002-subordinate-signing"
  std::string origin;  // "pki.example/root-g1"
  std::string day;     // of the ceremony
  Mode mode = Mode::kRehearsal;
  std::vector<Expiry> lines;    // by day; in no CRL, and not over on the day of the ceremony
  std::size_t without_end = 0;  // certificates that never expire
  std::vector<ReserveCrl> void_reserve = {};  // made void by this ceremony, and not over on its day
  std::uint64_t sequence = 0;                 // the record's number
  std::string root_key = {};  // SHA-256 of the root's SubjectPublicKeyInfo, hex; what its sheets
                              // have in common, since each ceremony has an origin of its own
};

// What stands after this ceremony: the ledger of its site, and what it has signed itself. Errors:
// as read_ledger(); kMalformed for a fact that is no certificate or CRL.
base::Result<ExpirySheet> expiry_sheet_of(const Workplace& work);

// The page, for paper and screen.
std::string expiry_html(const ExpirySheet& sheet);

// The calendar: an event of a whole day for each day and kind, with alarms 180, 60 and 14 days
// before. The event of a reserve CRL is the same on every sheet that names it, by its UID: a later
// calendar replaces it, and cancels it once the CRL is void (RFC 5545 sections 3.8.1.11 and
// 3.8.7.4). The same sheet gives the same bytes.
std::string expiry_calendar(const ExpirySheet& sheet);

}  // namespace ceremony
