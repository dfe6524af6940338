#include "ceremony/expiry_sheet.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/digest.h"
#include "base/text_encoding.h"
#include "ca/certificate.h"
#include "ca/revocation_list.h"
#include "ca/validity.h"
#include "ceremony/drafts.h"
#include "ceremony/issued_facts.h"
#include "ceremony/site_facts.h"

namespace ceremony {

namespace {

using base::Result;

constexpr std::string_view kNever = "9999-12-31";
constexpr std::string_view kGoodAnswer = "OCSP response: good";

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
    sheet_.sequence = work.plan.sequence;
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
    crl_ = {.number = ledger.crl_number, .this_update = {}, .next_update = ledger.crl_next_update};
    for (const ReserveCrl& one : ledger.reserve_crls) {
      (one.is_void ? sheet_.void_reserve : reserve_).push_back(one);
    }
    forget_ended_void_ones();
    for (const auto& [serial, answer] : ledger.answers) {
      add_answer(answer);
    }
  }

  void set_root(const ca::Certificate& root) {
    sheet_.root_key = base::sha256_hex(root.public_key_info());
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
    crl_ = {
        .number = list.number().value_or(0),
        .this_update = {},
        .next_update = list.next_update() ? day_of(list.next_update()->instant) : std::string()};
    std::ranges::move(reserve_, std::back_inserter(sheet_.void_reserve));
    reserve_.clear();
    forget_ended_void_ones();
  }

  void add_reserve(const ca::RevocationList& list) {
    reserve_.push_back(
        {.number = list.number().value_or(0),
         .this_update = day_of(list.this_update().instant),
         .next_update = day_of(list.next_update().value_or(ca::EncodedTime{}).instant)});
  }

  void add_answer(const IssuedOcspResponse& answer) {
    answers_.insert_or_assign(answer.serial,
                              Expiry{.day = answer.next_update,
                                     .kind = ExpiryKind::kOcsp,
                                     .name = "OCSP response: " + answer.status,
                                     .serial = answer.serial});
  }

  // Requires: everything was added.
  ExpirySheet finish() {
    add_crls();
    for (auto& [serial, line] : answers_) {
      const bool is_outdated = line.name == kGoodAnswer && revoked_.contains(serial);
      line.name += is_outdated ? ", which is true no longer: publish it no more" : "";
      add(line);
    }
    if (work_.plan.crl && !work_.plan.crl->next_ceremony.empty()) {
      sheet_.lines.push_back({.day = work_.plan.crl->next_ceremony,
                              .kind = ExpiryKind::kNextCeremony,
                              .name = "The next CRL is made",
                              .serial = {}});
    }
    std::erase_if(sheet_.lines, [&](const Expiry& line) {
      return line.day < sheet_.day ||
             (line.kind != ExpiryKind::kOcsp && revoked_.contains(line.serial));
    });
    sheet_.without_end = static_cast<std::size_t>(
        std::ranges::count(sheet_.lines, kNever, [](const Expiry& line) { return line.day; }));
    std::erase_if(sheet_.lines, [](const Expiry& line) { return line.day == kNever; });
    std::ranges::stable_sort(sheet_.lines, {}, &Expiry::day);
    return std::move(sheet_);
  }

 private:
  static Expiry reserve_line_of(const ReserveCrl& one) {
    return {
        .day = one.this_update,
        .kind = ExpiryKind::kReserveCrl,
        .name = "CRL number " + std::to_string(one.number) + ", which ends on " + one.next_update,
        .serial = {},
        .crl_number = one.number};
  }

  static Expiry end_of(const ReserveCrl& one, ExpiryKind kind) {
    return {.day = one.next_update,
            .kind = kind,
            .name = "CRL number " + std::to_string(one.number) +
                    (one.this_update.empty()
                         ? std::string()
                         : ", a reserve CRL to be published from " + one.this_update + " on"),
            .serial = {}};
  }

  // The CRL that counts on the day of the ceremony, the reserve, and the end of its last one.
  void add_crls() {
    const ReserveCrl* counts = &crl_;
    const ReserveCrl* last = &crl_;
    for (const ReserveCrl& one : reserve_) {
      if (one.this_update <= sheet_.day && one.number > counts->number) {
        counts = &one;
      }
      if (one.number > last->number) {
        last = &one;
      }
    }
    if (!counts->next_update.empty()) {
      add(end_of(*counts, ExpiryKind::kCrl));
    }
    for (const ReserveCrl& one : reserve_) {
      add(reserve_line_of(one));
    }
    if (last != counts) {
      add(end_of(*last, ExpiryKind::kLastCrl));
    }
  }

  void forget_ended_void_ones() {
    std::erase_if(sheet_.void_reserve,
                  [&](const ReserveCrl& one) { return one.next_update < sheet_.day; });
  }

  void add(Expiry line) { sheet_.lines.push_back(std::move(line)); }

  const Workplace& work_;
  ExpirySheet sheet_;
  ReserveCrl crl_;                         // the newest that is of no reserve; without thisUpdate
  std::vector<ReserveCrl> reserve_;        // standing ones
  std::map<std::string, Expiry> answers_;  // by serial
  std::set<std::string> revoked_;          // serials
};

// What was signed with the CRL of this ceremony.
Result<void> add_signed_with_crl(const Workplace& work,
                                 const ca::Certificate& root,
                                 Gatherer& gatherer) {
  const auto facts_of = [&](const char* name) {
    const auto found = work.facts.find(name);
    return found == work.facts.end() ? Json::array() : found->second;
  };
  for (const Json& one : facts_of("reserve-crls")) {
    auto list = crl_as_signed(one.at("der"), root);
    if (!list) {
      return std::move(list).error();
    }
    gatherer.add_reserve(*list);
  }
  for (const Json& one : facts_of("ocsp")) {
    auto response = ocsp_as_signed(one.at("der"), root);
    if (!response) {
      return std::move(response).error();
    }
    const ca::OcspAnswer& answer = response->answers().front();
    gatherer.add_answer(
        {.serial = one.at("serial").get<std::string>(),
         .sha256 = {},
         .status = std::string(ca::name_of(answer.status)),
         .date = {},
         .reason = {},
         .next_update = day_of(answer.next_update.value_or(ca::OcspTime{}).instant)});
  }
  return {};
}

Result<void> add_own(const Workplace& work, Gatherer& gatherer) {
  auto root = root_of(work);
  if (!root) {
    return std::move(root).error();
  }
  gatherer.set_root(*root);
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
  return add_signed_with_crl(work, *root, gatherer);
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
