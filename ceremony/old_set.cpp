#include "ceremony/old_set.h"

#include <algorithm>
#include <utility>

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kBegunType = "blob-destroying";
constexpr std::string_view kDoneType = "blob-destroyed";

}  // namespace

Result<OldSet> old_set_of(const Workplace& work) {
  auto text = work.text_fact("old-set");
  auto inventory = work.fact("inventory");
  if (!text || !inventory) {
    return Error{ErrorCode::kInconsistent, "the share set was not looked at yet; check it first"};
  }
  auto header = shamir::read_set_header(*text);
  if (!header) {
    return std::move(header).error();
  }
  auto quorum = shamir::Quorum::of(
      {.threshold = inventory->value("threshold", 0U), .shares = inventory->value("shares", 0U)});
  if (!quorum) {
    return std::move(quorum).error();
  }
  const Json& left = inventory->at("left");
  OldSet old{.header = *header,
             .quorum = *quorum,
             .holders = {},
             .sites = left.at("sites").get<std::vector<std::string>>()};
  const auto seats = left.at("seats").get<std::vector<std::string>>();
  for (const Json& one : inventory->at("holders")) {
    if (std::ranges::find(seats, one.value("seat", "")) == seats.end()) {
      continue;  // its share was destroyed in an earlier ceremony
    }
    old.holders.push_back({.folder = one.value("folder", ""),
                           .seat = one.value("seat", ""),
                           .continent = one.value("continent", ""),
                           .possession_key = one.value("possession_key", "")});
  }
  return old;
}

BlobState blob_state(const Workplace& work, const std::string& site, std::uint32_t generation) {
  BlobState state = BlobState::kThere;
  for (const JournalEntry& entry : work.journal.entries()) {
    const bool is_begun = entry.type == kBegunType;
    if ((!is_begun && entry.type != kDoneType) || entry.data.value("site", "") != site ||
        entry.data.value("generation", 0U) != generation) {
      continue;
    }
    state = is_begun ? BlobState::kBegun : BlobState::kDestroyed;
  }
  return state;
}

Result<void> note_blob(const Workplace& work,
                       const std::string& site,
                       std::uint32_t generation,
                       BlobState state) {
  return work.journal.append(state == BlobState::kDestroyed ? kDoneType : kBegunType,
                             {{"site", site}, {"generation", generation}});
}

bool is_noted_of(const Workplace& work, std::string_view type, const std::string& seat) {
  return std::ranges::any_of(work.journal.entries(), [&](const JournalEntry& entry) {
    return entry.type == type && entry.data.value("seat", "") == seat;
  });
}

std::vector<std::string> sites_with_unseen_blob(const Workplace& work) {
  std::vector<std::string> sites;
  for (const JournalEntry& entry : work.journal.entries()) {
    const std::string site = entry.type == kBlobUnseen ? entry.data.value("site", "") : "";
    const bool is_open =
        !site.empty() &&
        blob_state(work, site, entry.data.value("generation", 0U)) != BlobState::kDestroyed;
    if (is_open && std::ranges::find(sites, site) == sites.end()) {
      sites.push_back(site);
    }
  }
  return sites;
}

Remains remains_of(const Workplace& work, const OldSet& old) {
  Remains remains;
  for (const std::string& site : old.sites) {
    if (blob_state(work, site, old.header.set.generation) != BlobState::kDestroyed) {
      remains.open_sites.push_back(site);
    }
  }
  for (const std::string& site : sites_with_unseen_blob(work)) {
    if (std::ranges::find(remains.open_sites, site) == remains.open_sites.end()) {
      remains.open_sites.push_back(site);
    }
  }
  for (const PlannedHolder& holder : old.holders) {
    if (!is_noted_of(work, kShareDestroyed, holder.seat)) {
      remains.open_seats.push_back(holder.seat);
    }
  }
  const auto access = shamir::ConfidentialAccess::in_the_room();
  remains.are_blobs_gone = remains.open_sites.empty();
  remains.are_shares_gone = remains.open_seats.size() < old.quorum.threshold(access);
  return remains;
}

const char* gone_or_left(bool is_gone) {
  return is_gone ? "gone" : "left";
}

HiddenFact left_fact(const Remains& remains) {
  return {.name = "left", .value = {{"sites", remains.open_sites}, {"seats", remains.open_seats}}};
}

}  // namespace ceremony
