#include "ceremony/old_set.h"

#include <algorithm>
#include <utility>

#include "ceremony/vault.h"

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
    return Error{ErrorCode::kInconsistent,
                 "the old share set was not looked at yet; check it first"};
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
  OldSet old{.header = *header, .quorum = *quorum, .holders = {}};
  for (const Json& one : inventory->at("holders")) {
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
                       const std::filesystem::path& site,
                       std::uint32_t generation,
                       BlobState state) {
  return work.journal.append(state == BlobState::kDestroyed ? kDoneType : kBegunType,
                             {{"site", site.filename().string()}, {"generation", generation}});
}

bool is_noted_of(const Workplace& work, std::string_view type, const std::string& seat) {
  return std::ranges::any_of(work.journal.entries(), [&](const JournalEntry& entry) {
    return entry.type == type && entry.data.value("seat", "") == seat;
  });
}

Result<Remains> remains_of(const Workplace& work, const OldSet& old) {
  if (work.annex.sites.empty()) {
    return Error{ErrorCode::kInconsistent,
                 "the annex names no site, so nobody can say where encrypted keys are left; bring "
                 "an annex that names every site"};
  }
  Remains remains;
  for (const PlannedSite& site : work.annex.sites) {
    if (blob_state(work, site.name, old.header.set.generation) != BlobState::kDestroyed) {
      remains.open_sites.push_back(site.name);
    }
  }
  for (const PlannedHolder& holder : old.holders) {
    if (!is_noted_of(work, "share-destroyed", holder.seat)) {
      remains.open_seats.push_back(holder.seat);
    }
  }
  const auto access = shamir::ConfidentialAccess::in_the_room();
  remains.are_blobs_gone = remains.open_sites.empty();
  remains.are_shares_gone = remains.open_seats.size() < old.quorum.threshold(access);
  return remains;
}

}  // namespace ceremony
