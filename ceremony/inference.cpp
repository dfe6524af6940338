#include "ceremony/inference.h"

#include <algorithm>
#include <utility>

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

// Whether a share set with this many good shares would be published with these figures.
bool explains(const PublishedFigures& figures, const QuorumHypothesis& hypothesis) {
  const unsigned spare = hypothesis.shares - hypothesis.threshold;
  if (figures.spare ? figures.spare->count() != spare : spare == 0) {
    return false;  // with no figure a reader need not suppose that every spare share is lost
  }
  return !figures.continents ||
         hypothesis.shares >= figures.continents->count() * hypothesis.threshold;
}

std::vector<QuorumHypothesis> all_that_explain(const PublishedFigures& figures) {
  std::vector<QuorumHypothesis> list;
  for (unsigned threshold = 2; threshold < shamir::kMostShares; ++threshold) {
    for (unsigned shares = threshold; shares <= shamir::kMostShares; ++shares) {
      list.push_back({.threshold = threshold, .shares = shares});
    }
  }
  std::erase_if(list, [&figures](const auto& one) { return !explains(figures, one); });
  return list;
}

std::vector<unsigned> thresholds_of(const std::vector<QuorumHypothesis>& hypotheses) {
  std::vector<unsigned> thresholds;
  for (const QuorumHypothesis& hypothesis : hypotheses) {
    if (thresholds.empty() || thresholds.back() != hypothesis.threshold) {
      thresholds.push_back(hypothesis.threshold);
    }
  }
  return thresholds;
}

InferenceVerdict verdict_of(std::size_t count) {
  if (count <= 1) {
    return InferenceVerdict::kRevealsExactly;
  }
  return count <= kSmallSetSize ? InferenceVerdict::kSmallSet : InferenceVerdict::kFine;
}

// What n = 2k - 1 makes of a number of spare shares, where it is among `thresholds`.
std::optional<unsigned> majority_guess(const std::optional<SpareSharesLeft>& issued,
                                       const std::vector<unsigned>& thresholds) {
  if (!issued) {
    return std::nullopt;
  }
  const unsigned guess = issued->count() + 1;
  const bool fits = std::find(thresholds.begin(), thresholds.end(), guess) != thresholds.end() &&
                    2 * guess - 1 <= shamir::kMostShares;
  return fits ? std::optional<unsigned>(guess) : std::nullopt;
}

base::Result<Inference> inference_from(std::vector<QuorumHypothesis> hypotheses,
                                       const std::optional<SpareSharesLeft>& issued) {
  if (hypotheses.empty()) {
    return Error{ErrorCode::kInconsistent,
                 "no share set can have these figures together, so one of them is wrong; compare "
                 "the number of spare shares and the list of holders with the record"};
  }
  Inference inference;
  inference.thresholds = thresholds_of(hypotheses);
  inference.hypotheses = std::move(hypotheses);
  inference.verdict = verdict_of(inference.thresholds.size());
  inference.if_simple_majority = majority_guess(issued, inference.thresholds);
  return inference;
}

// What a reader supposes of the shares of one set from one publication to the next.
enum class Supposed { kOnlyLost, kLostOrFound };

// The pairs with the threshold of `most`, and at most its shares, that one publication leaves.
std::vector<QuorumHypothesis> explaining(const PublishedFigures& figures,
                                         const QuorumHypothesis& most) {
  std::vector<QuorumHypothesis> left;
  for (unsigned shares = most.threshold; shares <= most.shares; ++shares) {
    const QuorumHypothesis one{.threshold = most.threshold, .shares = shares};
    if (explains(figures, one)) {
      left.push_back(one);
    }
  }
  return left;
}

// The pairs of this threshold that are left after all publications of one set.
std::vector<QuorumHypothesis> left_for(unsigned threshold,
                                       const std::vector<PublishedFigures>& publications,
                                       Supposed supposed) {
  std::vector<QuorumHypothesis> left;
  unsigned most = shamir::kMostShares;  // never more than were good before, or were made
  for (const PublishedFigures& figures : publications) {
    left = explaining(figures, {.threshold = threshold, .shares = most});
    if (left.empty()) {
      return left;
    }
    const bool is_first = &figures == &publications.front();
    most = is_first || supposed == Supposed::kOnlyLost ? left.back().shares : most;
  }
  return left;
}

std::vector<QuorumHypothesis> all_left(const std::vector<PublishedFigures>& publications,
                                       Supposed supposed) {
  std::vector<QuorumHypothesis> all;
  for (unsigned threshold = 2; threshold < shamir::kMostShares; ++threshold) {
    const auto some = left_for(threshold, publications, supposed);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

base::Result<Inference> infer_one_set(const std::vector<PublishedFigures>& publications) {
  if (publications.empty()) {
    return infer(PublishedFigures{});
  }
  auto left = all_left(publications, Supposed::kOnlyLost);
  if (left.empty()) {
    left = all_left(publications, Supposed::kLostOrFound);
  }
  return inference_from(std::move(left), publications.front().spare);
}

std::string listed(const std::vector<unsigned>& numbers) {
  std::string text;
  for (const unsigned number : numbers) {
    text += (text.empty() ? "" : ", ") + std::to_string(number);
  }
  return text.empty() ? "none" : text;
}

std::string_view verdict_text(InferenceVerdict verdict) {
  switch (verdict) {
    case InferenceVerdict::kRevealsExactly:
      return "    This REVEALS the number of holders who must be brought together.\n";
    case InferenceVerdict::kSmallSet:
      return "    That is a small set: a good guess is easy.\n";
    case InferenceVerdict::kFine:
      return "    That leaves a reader with much to guess.\n";
  }
  return "";
}

base::Result<std::string> prospect_text(const Prospect& prospect) {
  auto alone = infer(prospect.figures);
  if (!alone) {
    return std::move(alone).error();
  }
  const InferenceOverTime& inference = prospect.inference;
  std::string text = "\n" + prospect.what + "\n";
  text += "    to a reader of this alone: " + listed(alone->thresholds) + "\n";
  text += "    with all that was published before: " + listed(inference.now.thresholds) + "\n";
  if (inference.if_threshold_kept != inference.now.thresholds) {
    text += "    if the number was kept at each re-share: " + listed(inference.if_threshold_kept) +
            "\n";
  }
  return text + std::string(verdict_text(inference.verdict));
}

}  // namespace

base::Result<ContinentCount> ContinentCount::of(unsigned count) {
  if (count > kContinentsOnEarth) {
    return Error{ErrorCode::kInvalidArgument,
                 "there are seven continents and more were counted; correct the places of the "
                 "holders"};
  }
  return ContinentCount(count);
}

base::Result<SpareSharesLeft> SpareSharesLeft::after_loss(shamir::SpareShares issued,
                                                          unsigned lost) {
  if (lost > issued.count()) {
    return Error{ErrorCode::kInsufficient,
                 "more shares are lost than were spare, so the key can no longer be recovered from "
                 "them; find lost shares again or replace the root key"};
  }
  return SpareSharesLeft(issued.count() - lost);
}

std::string_view name_of(InferenceVerdict verdict) {
  switch (verdict) {
    case InferenceVerdict::kRevealsExactly:
      return "reveals-exactly";
    case InferenceVerdict::kSmallSet:
      return "small-set";
    case InferenceVerdict::kFine:
      return "fine";
  }
  return "?";
}

base::Result<Inference> infer(const PublishedFigures& figures) {
  return inference_from(all_that_explain(figures), figures.spare);
}

base::Result<InferenceOverTime> infer(const Publications& publications) {
  auto now = infer_one_set(publications.of_set);
  if (!now) {
    return std::move(now).error();
  }
  InferenceOverTime over_time{.now = std::move(now).value(), .if_threshold_kept = {}};
  over_time.if_threshold_kept = over_time.now.thresholds;
  for (const std::vector<PublishedFigures>& earlier : publications.of_earlier_sets) {
    auto then = infer_one_set(earlier);
    if (!then) {
      return std::move(then).error();
    }
    std::erase_if(over_time.if_threshold_kept, [&then](unsigned threshold) {
      return std::find(then->thresholds.begin(), then->thresholds.end(), threshold) ==
             then->thresholds.end();
    });
  }
  over_time.verdict = over_time.now.verdict;
  if (!over_time.if_threshold_kept.empty()) {
    over_time.verdict = verdict_of(over_time.if_threshold_kept.size());  // never more are left
  }
  return over_time;
}

base::Result<std::string> owners_sheet(const std::vector<Prospect>& prospects) {
  std::string sheet =
      "CONFIDENTIAL - what a reader could infer. For the owners of the key only.\n"
      "Numbers of holders needed that stay possible, for each thing that can be published:\n";
  for (const Prospect& prospect : prospects) {
    auto text = prospect_text(prospect);
    if (!text) {
      return text;
    }
    sheet += *text;
  }
  if (!prospects.empty() && prospects.front().inference.now.if_simple_majority) {
    sheet +=
        "\nA reader who supposes a simple majority (n = 2k - 1, the draft's example) gets k = " +
        std::to_string(*prospects.front().inference.now.if_simple_majority) +
        ".\nIf that is your layout, even the spare shares alone tell it.\n";
  }
  return sheet;
}

}  // namespace ceremony
