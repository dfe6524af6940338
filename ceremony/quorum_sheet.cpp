#include "ceremony/quorum_sheet.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <sstream>
#include <string_view>

namespace ceremony {

namespace {

constexpr double kLeastPercentage = 0.001;  // below it, "1 in N" says more
constexpr double kLeastTold = 1e-15;
constexpr double kAlmostCertain = 0.995;

std::string padded(std::string text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + std::move(text);
}

// "2,600,000".
std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) {
    digits.insert(at - 3, ",");
  }
  return digits;
}

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// "Asia 3, Europe 4".
std::string continents_text(const std::map<Continent, unsigned>& counts) {
  std::string text;
  for (const auto& [continent, count] : counts) {
    text +=
        (text.empty() ? "" : ", ") + std::string(name_of(continent)) + " " + std::to_string(count);
  }
  return text;
}

std::string head_lines(const QuorumFigures& figures) {
  std::map<Continent, unsigned> counts;
  std::set<std::string> sites;
  for (const PlacedHolder& holder : figures.places.holders) {
    ++counts[holder.continent];
    sites.insert(holder.site);
  }
  std::string copies;
  for (const Continent continent : figures.places.backup_sites) {
    copies += (copies.empty() ? "" : ", ") + std::string(name_of(continent));
  }
  if (copies.empty()) {
    copies = "none named, so no continent counts as able to act alone";
  }
  return "CONFIDENTIAL - for the owners of the key only. Shown on this terminal, written "
         "nowhere.\n\n" +
         counted(figures.places.holders.size(), "holder", "holders") + " at " +
         counted(sites.size(), "site", "sites") + " on " +
         counted(counts.size(), "continent", "continents") + ": " + continents_text(counts) +
         ".\nCopies of the encrypted key: " + copies +
         ".\nChance that a share is of no use: " + chance_text(figures.rates.holder) +
         "; that a site is lost with every share there: " + chance_text(figures.rates.site) +
         ".\n\n";
}

std::string choice_name(const QuorumChoice& choice) {
  return std::to_string(choice.threshold) + " of " + std::to_string(choice.shares);
}

constexpr std::string_view kChoiceHead =
    "   k of n     losses      sites    holders      sites continents   any one     chance that\n"
    "            survived   survived    collude    suffice      alone continent     key is lost\n";

std::string choice_line(const QuorumChoice& choice) {
  return padded(choice_name(choice), 9) + padded(std::to_string(choice.spare), 11) +
         padded(std::to_string(choice.sites_survived), 11) +
         padded(std::to_string(choice.threshold), 11) +
         padded(std::to_string(choice.sites_with_quorum), 11) +
         padded(std::to_string(choice.continents_able), 11) +
         padded(choice.survives_any_continent ? "survived" : "fatal", 10) +
         padded(chance_text(choice.loss), 16) + "\n";
}

constexpr std::string_view kColumns =
    "\n"
    "losses survived    n - k: so many shares may be lost, and the key can still be opened\n"
    "sites survived     so many whole sites may be lost, whichever they are\n"
    "holders collude    so many holders together, or whoever coerces them, can misuse the key\n"
    "sites suffice      so few sites hold k shares together: whoever robs them has the key's "
    "shares\n"
    "continents alone   continents with k holders and a copy of the encrypted key\n"
    "any one continent  whether k holders and a copy are left when any one continent is lost\n";

// "2 to 5", "2, 4", "none".
std::string thresholds_text(const std::vector<unsigned>& thresholds) {
  if (thresholds.size() > 2 && thresholds.back() - thresholds.front() + 1 == thresholds.size()) {
    return std::to_string(thresholds.front()) + " to " + std::to_string(thresholds.back());
  }
  std::string text;
  for (const unsigned one : thresholds) {
    text += (text.empty() ? "" : ", ") + std::to_string(one);
  }
  return text;
}

std::string inference_text(const Inference& inference) {
  const bool is_told = inference.verdict == InferenceVerdict::kRevealsExactly;
  return thresholds_text(inference.thresholds) + (is_told ? " (told!)" : "");
}

constexpr std::string_view kPublishingHead =
    "\nWhat publishing would tell: the k that remain possible for a reader of\n\n"
    "   k of n   spare and continents          spare alone     continents alone  guess n = 2k - "
    "1\n";

std::string publishing_line(const QuorumChoice& choice) {
  const PublishingOutlook& publishing = choice.publishing;
  const std::optional<unsigned>& guess = publishing.spare_alone.if_simple_majority;
  const std::string guess_text = guess ? "k = " + std::to_string(*guess) : "none";
  return padded(choice_name(choice), 9) + padded(inference_text(publishing.together), 23) +
         padded(inference_text(publishing.spare_alone), 21) +
         padded(inference_text(publishing.continents_alone), 21) +
         padded(guess_text + (publishing.is_majority_guess_right ? " (right!)" : ""), 18) + "\n";
}

bool tells(const Inference& inference) {
  return inference.verdict == InferenceVerdict::kRevealsExactly;
}

// What can still be published where both figures together leave a single k.
std::string way_out(const PublishingOutlook& publishing) {
  if (!tells(publishing.spare_alone) && !publishing.is_majority_guess_right) {
    return "publish the spare shares alone";
  }
  if (!tells(publishing.continents_alone)) {
    return "publish the continents alone";
  }
  return "publish neither";
}

std::string refusals(const std::vector<QuorumChoice>& choices) {
  std::string text;
  for (const QuorumChoice& choice : choices) {
    if (tells(choice.publishing.together)) {
      text += "  " + choice_name(choice) + ": " + way_out(choice.publishing) + ".\n";
    }
  }
  if (text.empty()) {
    return "\nNo choice leaves a reader of both figures with a single k.\n";
  }
  return "\nREFUSED: with these, the two figures together leave a single k, so publishing them is\n"
         "telling it. `conclave evaluate` refuses to publish both until the owners withhold "
         "one:\n" +
         text;
}

// ", with 1 holder more in Asia and a copy in Asia".
std::string changes_text(const QuorumProposal& proposal) {
  std::map<Continent, unsigned> added;
  for (const Continent continent : proposal.new_holders) {
    ++added[continent];
  }
  std::string text;
  const auto join = [&](const std::string& what) {
    text += (text.empty() ? ", with " : " and ") + what;
  };
  for (const auto& [continent, count] : added) {
    join(counted(count, "holder", "holders") + " more in " + std::string(name_of(continent)));
  }
  for (const Continent continent : proposal.new_copies) {
    join("a copy in " + std::string(name_of(continent)));
  }
  return text;
}

std::string proposal_lines(const std::vector<QuorumProposal>& proposals) {
  std::string text =
      "\nLayouts that the draft names (section 5.3.1), for these holders or with few changes\n\n" +
      std::string(kChoiceHead);
  for (const QuorumProposal& proposal : proposals) {
    text += "  " + std::string(name_of(proposal.layout)) + changes_text(proposal) + "\n" +
            choice_line(proposal.choice);
  }
  return text;
}

}  // namespace

std::string chance_text(double chance) {
  if (chance <= 0) {
    return "none";
  }
  if (chance >= kAlmostCertain) {
    return "almost certain";
  }
  std::ostringstream text;
  if (chance >= kLeastPercentage) {
    text.precision(2);
    text << chance * 100 << " %";
    return text.str();
  }
  if (chance < kLeastTold) {
    return "below 1 in 10^15";
  }
  const double one_in = 1 / chance;
  const double unit = std::pow(10, std::floor(std::log10(one_in)) - 1);
  return "1 in " +
         with_commas(static_cast<std::uint64_t>(std::llround(one_in / unit) * std::llround(unit)));
}

std::string quorum_sheet(const QuorumFigures& figures) {
  std::string text = head_lines(figures) + std::string(kChoiceHead);
  for (const QuorumChoice& choice : figures.choices) {
    text += choice_line(choice);
  }
  text += kColumns;
  text += kPublishingHead;
  for (const QuorumChoice& choice : figures.choices) {
    text += publishing_line(choice);
  }
  return text + refusals(figures.choices) + proposal_lines(figures.proposals);
}

}  // namespace ceremony
