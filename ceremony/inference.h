// ceremony/inference.h - what a reader of published figures can work out about k and n.
//
// The draft lets n - k be published (5.3.1) and asks for the number of continents on which the key
// can be recovered (6.2). Together they say more than either: c continents that each hold k shares
// need n >= c k, and with e = n - k that is k <= e / (c - 1) for c >= 2. So (e, c) = (2, 2) tells
// everybody that k is 2. Here this is counted out over all 2 <= k < n <= 16; reference: the
// arithmetic in docs/formats/evaluation.md, "What the two figures reveal".
//
// All numbers here are a reader's hypotheses, made from published figures alone. Nothing in this
// unit is given the house's own k or n. Still, a list of one hypothesis is the secret: it is shown
// to the owners only, and never in an Error.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "shamir/quorum.h"

namespace ceremony {

inline constexpr unsigned kContinentsOnEarth = 7;

// On how many continents the key can be recovered. May be published, after the inference check.
class ContinentCount {
 public:
  // Errors: kInvalidArgument above seven.
  static base::Result<ContinentCount> of(unsigned count);

  [[nodiscard]] constexpr unsigned count() const { return count_; }
  friend constexpr bool operator==(ContinentCount, ContinentCount) = default;

 private:
  constexpr explicit ContinentCount(unsigned count) : count_(count) {}
  unsigned count_;
};

// Spare shares that are left as of a date: n - k of the set, less the shares lost since. 0 to 14.
class SpareSharesLeft {
 public:
  constexpr explicit SpareSharesLeft(shamir::SpareShares issued) : count_(issued.count()) {}

  // Errors: kInsufficient where more are lost than were spare: the key cannot be recovered.
  static base::Result<SpareSharesLeft> after_loss(shamir::SpareShares issued, unsigned lost);

  [[nodiscard]] constexpr unsigned count() const { return count_; }
  friend constexpr bool operator==(SpareSharesLeft, SpareSharesLeft) = default;

 private:
  constexpr explicit SpareSharesLeft(unsigned count) : count_(count) {}
  unsigned count_;
};

// What the world is told at one time.
struct PublishedFigures {
  std::optional<SpareSharesLeft> spare;
  std::optional<ContinentCount> continents;
};

// One pair that would explain the figures. `shares` are those still good (n less those lost).
struct QuorumHypothesis {
  unsigned threshold = 0;
  unsigned shares = 0;

  friend bool operator==(const QuorumHypothesis&, const QuorumHypothesis&) = default;
};

enum class InferenceVerdict {
  kRevealsExactly,  // one threshold is left: publishing is telling
  kSmallSet,        // kSmallSetSize or fewer are left
  kFine,
};

inline constexpr std::size_t kSmallSetSize = 3;

// "reveals-exactly", "small-set", "fine".
std::string_view name_of(InferenceVerdict verdict);

// The anonymity set.
struct Inference {
  std::vector<QuorumHypothesis> hypotheses;  // by threshold, then by shares
  std::vector<unsigned> thresholds;          // without repeats, rising
  InferenceVerdict verdict = InferenceVerdict::kFine;

  // What a reader gets who trusts in the draft's n = 2k - 1 (5.3.1): e + 1, where it fits the rest.
  std::optional<unsigned> if_simple_majority;
};

// What is left for a reader of these figures. c of 0 or 1 excludes nothing: a continent counts only
// when a backup copy lies there too, so that holders beyond any bound may live where none is.
// Errors: kInconsistent where no share set of this house can have both figures.
base::Result<Inference> infer(const PublishedFigures& figures);

// All that was ever published of a key, oldest first. What its public records show of a share set
// (n - k when it was made) is a publication too.
struct Publications {
  std::vector<PublishedFigures> of_set;                        // of the newest share set
  std::vector<std::vector<PublishedFigures>> of_earlier_sets;  // before each re-share
};

// What is left of the newer set for a reader of all of them.
struct InferenceOverTime {
  Inference now;
  // The thresholds that stay for a reader who guesses that k was kept at every re-share. Empty:
  // that guess is refuted. Without an earlier set: the same as now.thresholds.
  std::vector<unsigned> if_threshold_kept;
  // The worse of the two readings.
  InferenceVerdict verdict = InferenceVerdict::kFine;
};

// Within one set shares are supposed to be lost only, and where the figures rose, to have been
// found again. Errors: kInconsistent where nothing explains the figures of one set.
base::Result<InferenceOverTime> infer(const Publications& publications);

// One thing that could be published, and what it would tell.
struct Prospect {
  std::string what;             // "the spare shares alone, 3 (choose spare)"
  PublishedFigures figures;     // of it
  InferenceOverTime inference;  // with all that was published before
};

// The check as the owners see it, in plain words with numbers; ends in LF. CONFIDENTIAL: for the
// eyes of those who know k and n already, before they choose what is published.
// Errors: kInconsistent where no share set can have the figures of a prospect.
base::Result<std::string> owners_sheet(const std::vector<Prospect>& prospects);

}  // namespace ceremony
