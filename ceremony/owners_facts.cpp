#include "ceremony/owners_facts.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/bytes.h"
#include "base/digest.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr const char* kShareVerifiedType = "share-verified";
constexpr const char* kStepCompletedType = "complete";

Error bad_journal(const char* what) {
  return Error{ErrorCode::kMalformed,
               std::string("a journal cannot be read: ") + what +
                   "; give a copy that is whole, or leave the journals out"};
}

// The list `name` of a "holders" entry.
Result<std::vector<Json>> list_of_places(const Json& data, const char* name) {
  const auto list = data.is_object() ? data.find(name) : data.end();
  if (!data.is_object() || list == data.end() || !list->is_array()) {
    return bad_journal("its list of places is not there");
  }
  return list->get<std::vector<Json>>();
}

struct NamedPlace {
  std::string name;
  Continent continent = Continent::kEurope;
  ShareHealth health = ShareHealth::kGood;  // of a holder's share
};

// A member of such a list, called by its member `label`.
Result<NamedPlace> place_in(const Json& one, const char* label) {
  const auto text = string_member(one, "continent");
  const auto name = string_member(one, label);
  if (!text || !name) {
    return bad_journal("a place in it has no continent, or no seat or site");
  }
  auto continent = continent_named(*text);
  if (!continent) {
    return std::move(continent).error();
  }
  return NamedPlace{.name = *name, .continent = *continent, .health = ShareHealth::kGood};
}

// A list, and what its members are called by.
struct ListOfPlaces {
  const char* name;
  const char* label;
};

Result<std::vector<NamedPlace>> places_in(const Json& data, const ListOfPlaces& list) {
  auto members = list_of_places(data, list.name);
  if (!members) {
    return std::move(members).error();
  }
  std::vector<NamedPlace> places;
  for (const Json& one : *members) {
    auto place = place_in(one, list.label);
    if (!place) {
      return std::move(place).error();
    }
    places.push_back(std::move(place).value());
  }
  return places;
}

// All places of a set.
struct NamedPlaces {
  std::vector<NamedPlace> holders;
  std::vector<NamedPlace> sites;
};

// A holder of an annex with the own share.
Result<NamedPlace> place_of(const PlannedHolder& holder) {
  auto continent = continent_named(holder.continent);
  if (!continent) {
    return std::move(continent).error();
  }
  const auto health = share_health_named(holder.health);
  if (!health) {
    return Error{ErrorCode::kInvalidArgument,
                 "the annex: the \"health\" of a share must be \"good\", \"lost\" or "
                 "\"suspect\"; correct it"};
  }
  return NamedPlace{.name = holder.seat, .continent = *continent, .health = *health};
}

OwnersFacts facts_from(shamir::Quorum quorum, const NamedPlaces& places) {
  OwnersFacts facts{.quorum = quorum, .holders = {}, .sites = {}};
  for (const NamedPlace& holder : places.holders) {
    facts.holders.push_back(
        {.seat = holder.name, .place = {.continent = holder.continent, .health = holder.health}});
  }
  for (const NamedPlace& site : places.sites) {
    facts.sites.push_back({.name = site.name, .continent = site.continent});
  }
  return facts;
}

Result<OwnersFacts> read_holders(const Json& data) {
  auto holders = places_in(data, {.name = "holders", .label = "seat"});
  if (!holders) {
    return std::move(holders).error();
  }
  auto sites = places_in(data, {.name = "sites", .label = "site"});
  if (!sites) {
    return std::move(sites).error();
  }
  const auto threshold = number_member(data, "threshold");
  if (!threshold || *threshold > shamir::kMostShares || holders->size() > shamir::kMostShares) {
    return bad_journal("its list of holders is not as a ceremony writes it");
  }
  auto quorum = shamir::Quorum::of({.threshold = static_cast<unsigned>(*threshold),
                                    .shares = static_cast<unsigned>(holders->size())});
  if (!quorum) {
    return bad_journal("its list of holders is not one that a ceremony can have");
  }
  return facts_from(*quorum, {.holders = *holders, .sites = *sites});
}

// Whether a journal's entry holds the public line of that hash.
bool is_public_line(const JournalEntry& entry, const std::string& sha256) {
  const auto line = entry.type == "public" ? string_member(entry.data, "line")
                                           : Result<std::string>(std::string());
  return line && base::sha256_hex(base::bytes_of(*line)) == sha256;
}

const OwnersJournal* journal_with(const std::vector<OwnersJournal>& journals,
                                  const std::string& public_line) {
  for (const OwnersJournal& journal : journals) {
    const bool is_it =
        std::any_of(journal.begin(), journal.end(), [&public_line](const JournalEntry& entry) {
          return is_public_line(entry, public_line);
        });
    if (is_it) {
      return &journal;
    }
  }
  return nullptr;
}

// A report as it stands in a journal.
struct WrittenReport {
  std::string seat;
  std::string health;
};

Result<SeatHealth> read_report(const WrittenReport& written) {
  auto health = share_health_named(written.health);
  if (!health) {
    return std::move(health).error();
  }
  return SeatHealth{.seat = written.seat, .health = *health};
}

// One report: a seat and its "health"; where that is not said, the share proved itself.
Result<SeatHealth> report_in(const Json& data) {
  auto seat = string_member(data, "seat");
  if (!seat) {
    return bad_journal("a report on a share names no seat");
  }
  if (!data.contains("health")) {
    return SeatHealth{.seat = std::move(seat).value(), .health = ShareHealth::kGood};
  }
  const auto name = string_member(data, "health");
  return read_report({.seat = std::move(seat).value(), .health = name ? *name : std::string()});
}

// The health of all seats, also of those that nobody brought, with which a step was completed.
Result<std::vector<SeatHealth>> reports_of_step(const Json& data) {
  std::vector<SeatHealth> reports;
  const Json facts = data.value("facts", Json::object());
  const auto health = facts.is_object() ? facts.find("health") : facts.end();
  if (!facts.is_object() || health == facts.end() || !health->is_object()) {
    return reports;
  }
  for (const auto& [seat, name] : health->items()) {
    auto report = read_report(
        {.seat = seat, .health = name.is_string() ? name.get<std::string>() : std::string()});
    if (!report) {
      return std::move(report).error();
    }
    reports.push_back(std::move(report).value());
  }
  return reports;
}

// What one entry of a journal reports.
Result<std::vector<SeatHealth>> reports_in(const JournalEntry& entry) {
  if (entry.type == kStepCompletedType) {
    return reports_of_step(entry.data);
  }
  if (entry.type != kShareVerifiedType) {
    return std::vector<SeatHealth>();
  }
  auto report = report_in(entry.data);
  if (!report) {
    return std::move(report).error();
  }
  return std::vector<SeatHealth>{std::move(report).value()};
}

// Adds the reports of one ceremony to those before it.
Result<void> add_reports(const OwnersJournal& journal,
                         const CeremonyFact& ceremony,
                         std::vector<SeatHealth>& reports) {
  for (const JournalEntry& entry : journal) {
    auto found = reports_in(entry);
    if (!found) {
      return std::move(found).error();
    }
    std::copy_if(found->begin(),
                 found->end(),
                 std::back_inserter(reports),
                 [&ceremony](const SeatHealth& report) {
                   return ceremony.is_completed || report.health != ShareHealth::kGood;
                 });
  }
  return {};
}

}  // namespace

std::string_view name_of(ShareHealth health) {
  switch (health) {
    case ShareHealth::kGood:
      return "good";
    case ShareHealth::kLost:
      return "lost";
    case ShareHealth::kSuspect:
      return "suspect";
  }
  return "?";
}

base::Result<ShareHealth> share_health_named(std::string_view name) {
  for (const auto health : {ShareHealth::kGood, ShareHealth::kLost, ShareHealth::kSuspect}) {
    if (name_of(health) == name) {
      return health;
    }
  }
  return bad_journal("a share in it is neither good nor lost nor suspect");
}

base::Result<std::optional<OwnersFacts>> owners_facts_in(const std::vector<OwnersJournal>& journals,
                                                         const std::string& share_set_entry) {
  const OwnersJournal* const journal = journal_with(journals, share_set_entry);
  if (journal == nullptr) {
    return std::optional<OwnersFacts>();
  }
  Json holders;  // of the split that counts: the last one before the public line
  for (const JournalEntry& entry : *journal) {
    if (is_public_line(entry, share_set_entry)) {
      break;
    }
    holders = entry.type == "holders" ? entry.data : holders;
  }
  auto facts = read_holders(holders);
  if (!facts) {
    return std::move(facts).error();
  }
  return std::optional<OwnersFacts>(std::move(facts).value());
}

base::Result<std::optional<OwnersFacts>> owners_facts_in(const Annex& annex) {
  if (!annex.quorum) {
    return std::optional<OwnersFacts>();
  }
  NamedPlaces places;
  for (const PlannedHolder& holder : annex.holders) {
    auto place = place_of(holder);
    if (!place) {
      return std::move(place).error();
    }
    places.holders.push_back(std::move(place).value());
  }
  for (const PlannedSite& site : annex.sites) {
    auto continent = continent_named(site.continent);
    if (!continent) {
      return std::move(continent).error();
    }
    places.sites.push_back(
        {.name = site.name, .continent = *continent, .health = ShareHealth::kGood});
  }
  return std::optional<OwnersFacts>(facts_from(*annex.quorum, places));
}

base::Result<std::vector<SeatHealth>> reports_on_shares(const std::vector<OwnersJournal>& journals,
                                                        const EvaluationRecord& record) {
  std::vector<SeatHealth> reports;
  for (const CeremonyFact& ceremony : record.since_set()) {
    const OwnersJournal* const journal = journal_with(journals, ceremony.opening);
    if (journal == nullptr && ceremony.has_health) {
      return Error{ErrorCode::kInsufficient,
                   "the journal of record " + record.records()[ceremony.record].id +
                       " is not here, and it says whether shares were found lost; without it the "
                       "figures could be too high; give its folder of record/confidential too"};
    }
    if (journal == nullptr) {
      continue;
    }
    if (auto added = add_reports(*journal, ceremony, reports); !added) {
      return std::move(added).error();
    }
  }
  return reports;
}

base::Result<void> check_told_health(const OwnersFacts& annex,
                                     const std::vector<SeatHealth>& reports) {
  for (const OwnersHolder& holder : annex.holders) {
    ShareHealth told = ShareHealth::kGood;
    for (const SeatHealth& report : reports) {
      told = report.seat == holder.seat ? report.health : told;
    }
    if (holder.place.health != ShareHealth::kGood && holder.place.health != told) {
      return Error{ErrorCode::kInconsistent,
                   "the annex says that a share is lost or suspect, and no record of a share "
                   "verification says so; hold a share verification, so that everybody can count "
                   "it, or correct the annex and review the plan again"};
    }
  }
  return {};
}

base::Result<void> take_reports(const std::vector<SeatHealth>& reports, OwnersFacts& facts) {
  for (const SeatHealth& report : reports) {
    const auto holder = std::find_if(
        facts.holders.begin(), facts.holders.end(), [&report](const OwnersHolder& one) {
          return one.seat == report.seat;
        });
    if (holder == facts.holders.end()) {
      return Error{ErrorCode::kInconsistent,
                   "a share verification reports on a seat that no holder of the newest share set "
                   "has; compare the list of holders with the records"};
    }
    holder->place.health = report.health;
  }
  return {};
}

base::Result<Reserve> reserve_of(const OwnersFacts& facts,
                                 const EvaluationRecord& record,
                                 shamir::ConfidentialAccess proof) {
  ConfidentialFacts known{.quorum = facts.quorum, .holders = {}, .backup_sites = {}};
  for (const OwnersHolder& holder : facts.holders) {
    known.holders.push_back(holder.place);
  }
  for (const OwnersSite& site : facts.sites) {
    if (record.only_site().empty() || site.name == record.only_site()) {
      known.backup_sites.push_back(site.continent);
    }
  }
  if (known.backup_sites.empty() && !record.only_site().empty()) {
    return Error{ErrorCode::kInconsistent,
                 "the site that was activated is none of those that the owners' list of sites "
                 "names; correct the list"};
  }
  return reserve_of(known, proof);
}

base::Result<std::optional<Reserve>> reserve_in(const std::vector<OwnersJournal>& journals,
                                                const EvaluationRecord& record,
                                                shamir::ConfidentialAccess proof) {
  auto facts = owners_facts_in(journals, record.share_set_entry());
  if (!facts) {
    return std::move(facts).error();
  }
  if (!facts->has_value()) {
    return std::optional<Reserve>();
  }
  auto reports = reports_on_shares(journals, record);
  if (!reports) {
    return std::move(reports).error();
  }
  if (auto taken = take_reports(*reports, **facts); !taken) {
    return std::move(taken).error();
  }
  auto reserve = reserve_of(**facts, record, proof);
  return reserve ? base::Result<std::optional<Reserve>>(*reserve)
                 : base::Result<std::optional<Reserve>>(std::move(reserve).error());
}

}  // namespace ceremony
