#include "ceremony/evaluation_publications.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/digest.h"
#include "ceremony/evaluation.h"
#include "ceremony/evaluation_rules.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error not_an_evaluation(const std::string& what) {
  return Error{ErrorCode::kMalformed,
               "an evaluation that was published cannot be read: " + what +
                   "; give the file as it was published"};
}

Error of_something_else(const char* what) {
  return Error{ErrorCode::kInconsistent,
               std::string("an evaluation that was published ") + what +
                   "; leave it out, or give the records that it was made from"};
}

// The member at the end of `path`, or null.
Json member_at(const Json& whole, std::initializer_list<const char*> path) {
  const Json* at = &whole;
  for (const char* const name : path) {
    const auto found = at->is_object() ? at->find(name) : at->end();
    if (!at->is_object() || found == at->end()) {
      return {};
    }
    at = &*found;
  }
  return *at;
}

std::string text_or_none(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

// A figure of at most 16; none for a text ("at least 1") or null.
std::optional<unsigned> figure_in(const Json& value) {
  const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() <= shamir::kMostShares;
  return fits ? std::optional<unsigned>(value.get<unsigned>()) : std::nullopt;
}

// The entry whose "extra" the evaluation speaks of.
std::string share_set_in(const Json& evidence) {
  for (const Json& one : evidence) {
    if (text_or_none(member_at(one, {"pointer"})) == "/data/extra") {
      return text_or_none(member_at(one, {"h"}));
    }
  }
  return {};
}

// The bytes of the evaluation that a record vouches for.
Result<std::string> bytes_of_publication(const PublicationFact& fact,
                                         const std::vector<std::string>& others) {
  const auto is_it = [&fact](const std::string& bytes) {
    return base::sha256_hex(base::bytes_of(bytes)) == fact.sha256;
  };
  if (is_it(fact.bytes)) {
    return fact.bytes;
  }
  const auto found = std::find_if(others.begin(), others.end(), is_it);
  if (found != others.end()) {
    return *found;
  }
  return Error{ErrorCode::kInsufficient,
               "the records tell of an evaluation that was published earlier, and its file is not "
               "with them; what a reader has from it must be counted, so give that "
               "evaluation.json too (--earlier)"};
}

// Everything that was published, read, oldest first.
Result<std::vector<PublishedEvaluation>> all_published(const AnchorFacts& facts,
                                                       const std::vector<std::string>& others) {
  std::vector<std::string> files;
  for (const PublicationFact& fact : facts.published) {
    auto bytes = bytes_of_publication(fact, others);
    if (!bytes) {
      return std::move(bytes).error();
    }
    files.push_back(std::move(bytes).value());
  }
  files.insert(files.end(), others.begin(), others.end());
  std::vector<PublishedEvaluation> all;
  for (const std::string& file : files) {
    auto figures = figures_published_in(file);
    if (!figures) {
      return std::move(figures).error();
    }
    all.push_back(std::move(figures).value());
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& left, const auto& right) {
    return left.as_of < right.as_of;
  });
  return all;
}

Result<PublishedFigures> checked_figures(const PublishedEvaluation& evaluation,
                                         const ShareSetFact& set) {
  PublishedFigures figures;
  if (evaluation.spare) {
    if (*evaluation.spare > set.extra.count()) {
      return of_something_else("tells of more spare shares than its share set was made with");
    }
    auto left = SpareSharesLeft::after_loss(set.extra, set.extra.count() - *evaluation.spare);
    if (!left) {
      return std::move(left).error();
    }
    figures.spare = *left;
  }
  if (evaluation.continents) {
    auto continents = ContinentCount::of(*evaluation.continents);
    if (!continents) {
      return std::move(continents).error();
    }
    figures.continents = *continents;
  }
  return figures;
}

using ShareSetIterator = std::vector<ShareSetFact>::const_iterator;

// The share set that a publication is about; the end where the records do not have it.
ShareSetIterator set_of_publication(const AnchorFacts& facts, const PublishedEvaluation& one) {
  return std::find_if(
      facts.share_sets.begin(), facts.share_sets.end(), [&one](const ShareSetFact& made) {
        return made.entry.sha256 == one.share_set_entry;
      });
}

// The newest set's figures apart from those of the sets before it.
Publications by_newest(const AnchorFacts& facts,
                       std::vector<std::vector<PublishedFigures>> by_set) {
  Publications all;
  const ShareSetFact* const newest = newest_share_set(facts);
  for (std::size_t at = 0; at < by_set.size(); ++at) {
    if (&facts.share_sets[at] == newest) {
      all.of_set = std::move(by_set[at]);
    } else {
      all.of_earlier_sets.push_back(std::move(by_set[at]));
    }
  }
  return all;
}

}  // namespace

base::Result<Json> read_evaluation(std::string_view bytes) {
  Json whole = Json::parse(bytes, nullptr, false);
  if (whole.is_discarded() || !whole.is_object()) {
    return not_an_evaluation("it is no JSON object");
  }
  if (text_or_none(member_at(whole, {"format"})) != kEvaluationFormat) {
    return not_an_evaluation("its format is not \"" + std::string(kEvaluationFormat) + "\"");
  }
  if (whole.dump(2, ' ', true, Json::error_handler_t::replace) + "\n" != bytes) {
    return not_an_evaluation("its bytes are not as Conclave writes them");
  }
  return whole;
}

base::Result<PublishedEvaluation> figures_published_in(std::string_view bytes) {
  const auto whole = read_evaluation(bytes);
  if (!whole) {
    return whole.error();
  }
  const char* const extra = "identity-shared-split-extra";
  const char* const continents = "identity-shared-split-continents";
  PublishedEvaluation read{
      .mode = text_or_none(member_at(*whole, {"mode"})),
      .public_key = text_or_none(member_at(*whole, {"subject", "spki_sha256"})),
      .as_of = text_or_none(member_at(*whole, {"as_of"})),
      .share_set_entry = share_set_in(member_at(*whole, {"fields", extra, "evidence"})),
      .spare = figure_in(member_at(*whole, {"fields", extra, "value"})),
      .continents = figure_in(member_at(*whole, {"fields", continents, "value"}))};
  if (!is_date(read.as_of)) {
    return not_an_evaluation("its \"as_of\" is no date");
  }
  const bool has_figures = read.spare || read.continents;
  if (has_figures && !is_sha256_hex(read.share_set_entry)) {
    return not_an_evaluation("it has figures, and does not say of which share set");
  }
  return read;
}

base::Result<Publications> publications_of(const AnchorFacts& facts,
                                           std::string_view mode,
                                           const std::vector<std::string>& others) {
  auto published = all_published(facts, others);
  if (!published) {
    return std::move(published).error();
  }
  std::vector<std::vector<PublishedFigures>> by_set;
  for (const ShareSetFact& set : facts.share_sets) {
    by_set.push_back({{.spare = SpareSharesLeft(set.extra), .continents = {}}});
  }
  for (const PublishedEvaluation& one : *published) {
    const bool is_ours = one.public_key.empty() || one.public_key == public_key_of(facts);
    if (!is_ours || one.mode != mode) {
      return of_something_else("is about another root key, or of another mode");
    }
    if (one.share_set_entry.empty()) {
      continue;
    }
    const auto set = set_of_publication(facts, one);
    if (set == facts.share_sets.end()) {
      return of_something_else("is about a share set that the records do not have");
    }
    auto figures = checked_figures(one, *set);
    if (!figures) {
      return std::move(figures).error();
    }
    by_set[static_cast<std::size_t>(set - facts.share_sets.begin())].push_back(*figures);
  }
  return by_newest(facts, std::move(by_set));
}

}  // namespace ceremony
