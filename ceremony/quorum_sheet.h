// ceremony/quorum_sheet.h - the choices of k as the owners of the key see them, in plain text.

#pragma once

#include <string>
#include <vector>

#include "ceremony/quorum_plan.h"

namespace ceremony {

struct QuorumFigures {
  QuorumPlaces places;
  LossRates rates;
  std::vector<QuorumChoice> choices;
  std::vector<QuorumProposal> proposals;
};

// Tables and what they mean, at most 100 characters a line; ends in LF. CONFIDENTIAL: for the
// terminal of an owner of the key, never for a file.
std::string quorum_sheet(const QuorumFigures& figures);

// A chance for people: "12 %", "0.86 %", "1 in 2,600,000", "below 1 in 10^15", "none".
std::string chance_text(double chance);

}  // namespace ceremony
