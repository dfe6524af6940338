#include "ceremony/evaluation_facts.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "ceremony/evaluation_chain.h"
#include "ceremony/evaluation_entries.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error facts_at_odds(const char* what) {
  return Error{ErrorCode::kInconsistent, what};
}

bool is_root(const CertificateFact& certificate) {
  return certificate.public_key == certificate.issuer_public_key;
}

Result<void> add_key_facts(EntryReader& reader, EntryRef ref, AnchorFacts& anchor) {
  const std::string& type = reader.entry().type;
  if (type == "key.generate") {
    auto key = read_key_fact(reader, std::move(ref));
    if (!key) {
      return std::move(key).error();
    }
    anchor.key = std::move(key).value();
  } else if (type == "shares.issue") {
    auto set = read_share_set_fact(reader, std::move(ref));
    if (!set) {
      return std::move(set).error();
    }
    anchor.share_sets.push_back(std::move(set).value());
  } else if (type == "site.activate" || type == "site.return") {
    SiteFact site{.entry = std::move(ref), .site = reader.text("site"), .reason = {}};
    site.reason = type == "site.activate" ? reader.text("reason") : std::string();
    anchor.sites.push_back(std::move(site));
  } else if (type == "shares.health") {
    const bool all_good = reader.text("result") == "all-shares-verified";
    anchor.health.push_back({.entry = std::move(ref), .all_good = all_good});
  } else if (type == "evaluation") {
    anchor.published.push_back({.entry = std::move(ref),
                                .sha256 = reader.digest("sha256"),
                                .bytes = reader.record().evaluation});
  }
  return reader.finish();
}

Result<void> add_certificate(EntryReader& reader, EntryRef ref, AnchorFacts& anchor) {
  auto certificate = read_certificate_fact(reader, std::move(ref));
  if (!certificate) {
    return std::move(certificate).error();
  }
  if (!is_root(*certificate)) {
    anchor.issued.push_back(std::move(certificate).value());
    return {};
  }
  if (anchor.root && anchor.root->public_key != certificate->public_key) {
    return facts_at_odds(
        "the records of one chain have two root keys; evaluate each root key with its own records");
  }
  anchor.root = std::move(certificate).value();
  return {};
}

// The list that entries of `type` go into, or nullptr where they are no evidence by themselves.
std::vector<EntryRef>* list_for(const std::string& type, AnchorFacts& anchor) {
  const std::map<std::string_view, std::vector<EntryRef>*> lists = {
      {"key.wrap", &anchor.wrapped},
      {"shares.verify", &anchor.shares_verified},
      {"restore.prove", &anchor.restored},
      {"key.destroy", &anchor.destroyed},
      {"key.end", &anchor.ended},
  };
  const auto found = lists.find(type);
  return found == lists.end() ? nullptr : found->second;
}

// What a ceremony that was given up, or never finished, has done all the same.
bool stays_done(const CeremonySummary& ceremony, const TranscriptEntry& entry) {
  if (entry.type == "evaluation" || entry.type == "key.end") {
    return true;  // the world has read it; nothing comes back
  }
  if (entry.type == "shares.issue") {  // live from its set.live on, whatever came later
    const auto generation = number_member(entry.data, "generation");
    return generation && ceremony.generations.contains(*generation);
  }
  if (entry.type == "site.activate" || entry.type == "site.return") {
    return ceremony.outputs_live;
  }
  // Where a member is no text, the certificate counts, and reading it names the fault.
  const auto key = string_member(entry.data, "public_key");
  const auto issuer = string_member(entry.data, "issuer_public_key");
  return entry.type == "cert.issue" && (!key || !issuer || *key != *issuer);
}

bool counts(const CeremonySummary& ceremony, const TranscriptEntry& entry) {
  if (ceremony.is_drill) {
    return ceremony.is_completed && entry.type == "drill.result";
  }
  return ceremony.is_completed || stays_done(ceremony, entry);
}

Result<void> add_entry(const CeremonySummary& ceremony,
                       const TranscriptEntry& entry,
                       std::pair<std::size_t, AnchorFacts*> place) {
  const auto [place_in_list, anchor] = place;
  if (!counts(ceremony, entry)) {
    return {};
  }
  EntryRef ref{.record = place_in_list, .i = entry.i, .sha256 = entry.sha256};
  if (entry.type == "drill.result") {
    anchor->drilled.push_back(std::move(ref));
    return {};
  }
  if (std::vector<EntryRef>* const list = list_for(entry.type, *anchor); list != nullptr) {
    list->push_back(std::move(ref));
    return {};
  }
  EntryReader reader(*ceremony.record, entry);
  if (entry.type == "cert.issue") {
    return add_certificate(reader, std::move(ref), *anchor);
  }
  return add_key_facts(reader, std::move(ref), *anchor);
}

Result<void> add_ceremony(const CeremonySummary& ceremony,
                          std::pair<std::size_t, AnchorFacts*> place) {
  for (const TranscriptEntry& entry : ceremony.record->transcript.entries()) {
    auto added = add_entry(ceremony, entry, place);
    if (!added) {
      return added;
    }
  }
  return {};
}

// Two share sets of one number from two ceremonies: each may open a key of its own.
Result<void> check_one_newest_set(const AnchorFacts& anchor) {
  std::map<std::uint64_t, std::set<std::size_t>> made_in;
  for (const ShareSetFact& set : anchor.share_sets) {
    made_in[set.generation].insert(set.entry.record);
  }
  if (made_in.empty() || made_in.rbegin()->second.size() == 1) {
    return {};
  }
  return facts_at_odds(
      "two ceremonies have each made a share set of the newest generation, so nobody can say which "
      "is live; hold a re-share, and evaluate then");
}

// Adds the facts of the ceremonies of one group, oldest first.
Result<void> add_group(const std::vector<CeremonySummary>& ceremonies,
                       const std::vector<std::size_t>& members,
                       RecordFacts& facts) {
  AnchorFacts anchor;
  std::vector<CeremonySummary> chain;
  for (const std::size_t member : members) {
    const CeremonySummary& ceremony = ceremonies[member];
    const auto& entries = ceremony.record->transcript.entries();
    chain.push_back(ceremony);
    anchor.as_of = std::max(anchor.as_of, entries.back().date);  // in a transcript they only rise
    if (!ceremony.is_drill) {
      anchor.ceremonies.push_back({.record = member,
                                   .opening = entries.front().sha256,
                                   .is_completed = ceremony.is_completed,
                                   .has_health = ceremony.has_health});
    }
    if (auto added = add_ceremony(ceremony, {member, &anchor}); !added) {
      return added;
    }
  }
  if (auto checked = check_not_forked(chain); !checked) {
    return checked;
  }
  if (auto checked = check_one_newest_set(anchor); !checked) {
    return checked;
  }
  anchor.whole = is_whole(chain);
  facts.anchors.push_back(std::move(anchor));
  return {};
}

}  // namespace

base::Result<RecordFacts> facts_of(const std::vector<PublicRecord>& records) {
  if (records.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "there is no record to evaluate; give the folders of the public records"};
  }
  auto ceremonies = summarise_all(records);
  if (!ceremonies) {
    return std::move(ceremonies).error();
  }
  auto mode = common_mode(*ceremonies);
  if (!mode) {
    return std::move(mode).error();
  }
  auto groups = grouped(*ceremonies);
  if (!groups) {
    return std::move(groups).error();
  }
  RecordFacts facts;
  facts.mode = *mode;
  for (const CeremonySummary& ceremony : *ceremonies) {
    facts.records.push_back({.id = ceremony.record->id,
                             .origin = ceremony.record->origin,
                             .seal_sha256 = ceremony.record->seal_sha256,
                             .head = ceremony.head});
  }
  for (const std::vector<std::size_t>& group : *groups) {
    if (auto added = add_group(*ceremonies, group, facts); !added) {
      return std::move(added).error();
    }
  }
  return facts;
}

}  // namespace ceremony
