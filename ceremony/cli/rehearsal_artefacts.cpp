// The ceremonies of a rehearsal in which files are signed under a split signing key.

#include <utility>

#include "ceremony/cli/rehearsal.h"
#include "ceremony/cli/rehearsal_text.h"

namespace ceremony::cli {

using base::Result;

Result<void> Rehearsal::generate_signing_key() {
  Plan plan = new_plan("signing-key-generation");
  plan.signing_key =
      PlannedSigningKey{.algorithm = options_.algorithm,
                        .name = {.common_name = "REHEARSAL Update signing - not trusted",
                                 .organization = "Conclave Rehearsal",
                                 .country = "DE"}};
  const Annex annex = full_annex();
  auto result = hold(std::move(plan), &annex, room(), {});
  if (!result) {
    return std::move(result).error();
  }
  say_held("signing key generation",
           result->seconds,
           std::string(ca::name_of(options_.algorithm)) +
               " key, every share read back, restored by a quorum drawn by lot, request signed");
  return learn_possession_keys("0001-signing-key-generation");
}

Result<void> Rehearsal::sign_artefacts(const PlannedSigning& signing,
                                       const std::vector<PlannedArtefact>& artefacts) {
  Plan plan = new_plan("artefact-signing");
  plan.signing = signing;
  plan.artefacts = artefacts;
  auto result = hold(std::move(plan), nullptr, room(), quorum_from(0));
  if (!result) {
    return std::move(result).error();
  }
  say_held("artefact signing",
           result->seconds,
           std::to_string(artefacts.size()) + " signatures, each verified before it was written");
  return {};
}

}  // namespace ceremony::cli
