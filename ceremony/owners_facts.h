// ceremony/owners_facts.h - what only the owners know of the newest share set, from journals or
// from the annex of a plan, with what share verifications have found since.
//
// Seats are the room's labels of holders, and no names. Nothing of what stands here goes into an
// error. docs/formats/evaluation.md, "Shares that are lost".

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ceremony/evaluation.h"
#include "ceremony/evaluation_reserve.h"
#include "ceremony/journal.h"
#include "ceremony/plan.h"

namespace ceremony {

struct OwnersHolder {
  std::string seat;
  HolderPlace place;
};

// A site that keeps a copy of what the shares open.
struct OwnersSite {
  std::string name;
  Continent continent = Continent::kEurope;
};

struct OwnersFacts {
  shamir::Quorum quorum;
  std::vector<OwnersHolder> holders;  // one for each share that was made
  std::vector<OwnersSite> sites;
};

// What was last found of the share of a seat.
struct SeatHealth {
  std::string seat;
  ShareHealth health = ShareHealth::kGood;
};

// "good", "lost", "suspect".
std::string_view name_of(ShareHealth health);

// The health of that name. Errors: kMalformed.
base::Result<ShareHealth> share_health_named(std::string_view name);

// The entries of one ceremony's journal, oldest first.
using OwnersJournal = std::vector<JournalEntry>;

// The facts as the ceremony noted them that issued the share set with that public entry; nothing
// where none of the journals is that ceremony's. Every share is good then. Errors: kMalformed.
base::Result<std::optional<OwnersFacts>> owners_facts_in(const std::vector<OwnersJournal>& journals,
                                                         const std::string& share_set_entry);

// The same from an annex that names the quorum; nothing where it does not. The shares are as the
// annex has them. Errors: kInvalidArgument for a place that is no continent, and for a health of
// another name than those.
base::Result<std::optional<OwnersFacts>> owners_facts_in(const Annex& annex);

// What the journals report of the shares of the newest set, oldest first: the newest report on a
// seat stands. A ceremony that was given up can report a share lost, but none good.
// Errors: kInsufficient where the journal of a ceremony with reports is not among them, naming the
// record; kMalformed.
base::Result<std::vector<SeatHealth>> reports_on_shares(const std::vector<OwnersJournal>& journals,
                                                        const EvaluationRecord& record);

// What the annex calls lost or suspect, the newest report on that seat must call so: the journals
// say it to everybody who evaluates later, and what the annex alone knows would count in one
// ceremony and in no other. Errors: kInconsistent.
base::Result<void> check_told_health(const OwnersFacts& annex,
                                     const std::vector<SeatHealth>& reports);

// Errors: kInconsistent for a report on a seat that no holder has.
base::Result<void> take_reports(const std::vector<SeatHealth>& reports, OwnersFacts& facts);

// The two figures of a set that `facts` describe. Copies count at the sites that the record has not
// shown to be lost, out of reach or unsafe. Errors: as reserve_of(); kInconsistent where the site
// that was activated is not among them.
base::Result<Reserve> reserve_of(const OwnersFacts& facts,
                                 const EvaluationRecord& record,
                                 shamir::ConfidentialAccess proof);

// The same from journals alone: the facts of the newest share set with the reports on its shares;
// nothing where none of the journals is that of the ceremony that issued it. Errors: as all of the
// above.
base::Result<std::optional<Reserve>> reserve_in(const std::vector<OwnersJournal>& journals,
                                                const EvaluationRecord& record,
                                                shamir::ConfidentialAccess proof);

}  // namespace ceremony
