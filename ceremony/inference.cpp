#include "ceremony/inference.h"

#include <algorithm>
#include <iterator>

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

// One set, two dates: the threshold must explain both, and shares were only lost in between.
base::Result<InferenceOverTime> infer_one_set(const TwoPublications& publications) {
  const std::vector<QuorumHypothesis> before = all_that_explain(publications.before);
  std::vector<QuorumHypothesis> left;
  for (const QuorumHypothesis& now : all_that_explain(publications.after)) {
    const bool possible = std::any_of(before.begin(), before.end(), [&now](const auto& then) {
      return then.threshold == now.threshold && then.shares >= now.shares;
    });
    if (possible) {
      left.push_back(now);
    }
  }
  auto now = inference_from(std::move(left), publications.before.spare);
  if (!now) {
    return std::move(now).error();
  }
  InferenceOverTime over_time{.now = std::move(now).value(), .if_threshold_kept = {}};
  over_time.if_threshold_kept = over_time.now.thresholds;
  return over_time;
}

std::string listed(const std::vector<unsigned>& numbers) {
  std::string text;
  for (const unsigned number : numbers) {
    text += (text.empty() ? "" : ", ") + std::to_string(number);
  }
  return text.empty() ? "none" : text;
}

std::string figures_text(const PublishedFigures& figures) {
  std::string text = "Spare shares: ";
  text += figures.spare ? std::to_string(figures.spare->count()) : "not published";
  text += ". Continents: ";
  text += figures.continents ? std::to_string(figures.continents->count()) : "not published";
  return text + ".\n";
}

std::string_view verdict_text(InferenceVerdict verdict) {
  switch (verdict) {
    case InferenceVerdict::kRevealsExactly:
      return "This REVEALS the number of holders who must be brought together. Publish the spare "
             "shares alone.\n";
    case InferenceVerdict::kSmallSet:
      return "That is a small set: a good guess is easy. Consider publishing the spare shares "
             "alone.\n";
    case InferenceVerdict::kFine:
      return "That leaves a reader with much to guess.\n";
  }
  return "";
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

base::Result<InferenceOverTime> infer(const TwoPublications& publications) {
  if (publications.sets == ShareSets::kSameSet) {
    return infer_one_set(publications);
  }
  auto before = infer(publications.before);
  if (!before) {
    return std::move(before).error();
  }
  auto now = infer(publications.after);
  if (!now) {
    return std::move(now).error();
  }
  InferenceOverTime over_time{.now = std::move(now).value(), .if_threshold_kept = {}};
  std::set_intersection(before->thresholds.begin(),
                        before->thresholds.end(),
                        over_time.now.thresholds.begin(),
                        over_time.now.thresholds.end(),
                        std::back_inserter(over_time.if_threshold_kept));
  return over_time;
}

std::string owners_sheet(const PublishedFigures& figures, const InferenceOverTime& inference) {
  std::string sheet = "CONFIDENTIAL - what a reader could infer. For the owners of the key only.\n";
  sheet += figures_text(figures);
  sheet += "Numbers of holders needed that would explain it: " + listed(inference.now.thresholds);
  sheet += ".\n";
  sheet += verdict_text(inference.now.verdict);
  if (inference.now.if_simple_majority) {
    sheet += "A reader who supposes a simple majority (n = 2k - 1, the draft's example) gets k = " +
             std::to_string(*inference.now.if_simple_majority) +
             ". If that is your layout, even the spare shares alone tell it.\n";
  }
  if (inference.if_threshold_kept != inference.now.thresholds) {
    sheet +=
        "A reader of the earlier publication who supposes that the number was kept is left "
        "with: " +
        listed(inference.if_threshold_kept) + ".\n";
  }
  return sheet;
}

}  // namespace ceremony
