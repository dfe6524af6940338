#include "ceremony/expiry_sheet.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text_encoding.h"
#include "ca/certificate.h"
#include "ca/revocation_list.h"
#include "ca/validity.h"
#include "ceremony/drafts.h"
#include "ceremony/issued_facts.h"
#include "ceremony/ledger.h"
#include "ceremony/site_facts.h"

namespace ceremony {

namespace {

using base::Result;

constexpr std::string_view kNever = "9999-12-31";

std::string day_of(ca::Instant time) {
  return ca::text_of(time).substr(0, 10);
}

// Gathers what expires; what is revoked is left out at the end, when the newest CRL is known.
class Gatherer {
 public:
  explicit Gatherer(const Workplace& work) : work_(work) {
    sheet_.record = record_name(work.plan);
    sheet_.origin = work.plan.origin;
    sheet_.day = work.plan.date;
    sheet_.mode = work.plan.mode;
  }

  void add_ledger(const LedgerState& ledger) {
    for (const auto& [serial, revocation] : ledger.revoked) {
      revoked_.insert(serial);
    }
    for (const IssuedCertificate& one : ledger.issued) {
      if (!one.is_void) {
        add({.day = one.not_after,
             .kind = one.is_root ? ExpiryKind::kRoot : ExpiryKind::kCertificate,
             .name = one.subject,
             .serial = one.serial});
      }
    }
    crl_ = {.day = ledger.crl_next_update,
            .kind = ExpiryKind::kCrl,
            .name = "CRL number " + std::to_string(ledger.crl_number),
            .serial = {}};
  }

  void add_certificate(const ca::Certificate& certificate, ExpiryKind kind) {
    add({.day = day_of(certificate.not_after().instant),
         .kind = kind,
         .name = certificate.subject().text(),
         .serial = certificate.serial_hex()});
  }

  void add_crl(const ca::RevocationList& list) {
    for (const ca::ListedRevocation& entry : list.entries()) {
      revoked_.insert(base::to_hex(entry.serial));
    }
    crl_.kind = ExpiryKind::kCrl;
    crl_.name = "CRL number " + std::to_string(list.number().value_or(0));
    crl_.day = list.next_update() ? day_of(list.next_update()->instant) : std::string();
  }

  // Requires: everything was added.
  ExpirySheet finish() {
    if (!crl_.day.empty()) {
      sheet_.lines.push_back(crl_);
    }
    if (work_.plan.crl && !work_.plan.crl->next_ceremony.empty()) {
      sheet_.lines.push_back({.day = work_.plan.crl->next_ceremony,
                              .kind = ExpiryKind::kNextCeremony,
                              .name = "The next CRL is made",
                              .serial = {}});
    }
    std::erase_if(sheet_.lines, [&](const Expiry& line) {
      return line.day < sheet_.day || revoked_.contains(line.serial);
    });
    sheet_.without_end = static_cast<std::size_t>(
        std::ranges::count(sheet_.lines, kNever, [](const Expiry& line) { return line.day; }));
    std::erase_if(sheet_.lines, [](const Expiry& line) { return line.day == kNever; });
    std::ranges::stable_sort(sheet_.lines, {}, &Expiry::day);
    return std::move(sheet_);
  }

 private:
  void add(Expiry line) { sheet_.lines.push_back(std::move(line)); }

  const Workplace& work_;
  ExpirySheet sheet_;
  Expiry crl_;
  std::set<std::string> revoked_;  // serials
};

Result<void> add_own(const Workplace& work, Gatherer& gatherer) {
  auto root = root_of(work);
  if (!root) {
    return std::move(root).error();
  }
  if (work.plan.root) {
    gatherer.add_certificate(*root, ExpiryKind::kRoot);
  }
  auto added = for_each_issued(work, Proof::kNone, [&](const IssuedFact& issued) -> Result<void> {
    gatherer.add_certificate(issued.certificate, ExpiryKind::kCertificate);
    return {};
  });
  const auto crl = work.facts.find("crl");
  if (!added || crl == work.facts.end()) {
    return added;
  }
  auto list = crl_as_signed(crl->second.at("der"), *root);
  if (!list) {
    return std::move(list).error();
  }
  gatherer.add_crl(*list);
  return {};
}

}  // namespace

Result<ExpirySheet> expiry_sheet_of(const Workplace& work) {
  Gatherer gatherer(work);
  auto home = home_site(work);
  if (!home) {
    return std::move(home).error();
  }
  auto ledger = read_ledger(*home / "ledger");
  if (!ledger) {
    return std::move(ledger).error();
  }
  gatherer.add_ledger(*ledger);
  if (auto added = add_own(work, gatherer); !added) {
    return std::move(added).error();
  }
  return gatherer.finish();
}

}  // namespace ceremony
