// The ceremonies of a rehearsal in which files are signed under a split signing key.

#include <array>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "ca/signing_request.h"
#include "ceremony/cli/rehearsal.h"
#include "ceremony/cli/rehearsal_certifier.h"
#include "ceremony/cli/rehearsal_text.h"

namespace ceremony::cli {

namespace {

using base::Result;

constexpr const char* kSigningKeyFolder = "signing-key";  // below that of the root's rehearsal
constexpr const char* kSignerFile = "signer.pem";

// A file that is to be signed, in one form and in the other.
struct InventedArtefact {
  const char* file;
  std::string_view content;
  const char* form;
};
constexpr std::array kArtefacts{
    InventedArtefact{.file = "pump.bin", .content = "REHEARSAL: pump 4.2\n", .form = "cms"},
    InventedArtefact{.file = "valve.bin", .content = "REHEARSAL: valve 1.9\n", .form = "raw"}};

// The same people, who have shares of another key now.
RehearsedPeople with_new_shares(RehearsedPeople people) {
  for (RehearsedHolder& holder : people.holders) {
    holder.planned.possession_key.clear();
    holder.planned.bag.clear();
  }
  return people;
}

}  // namespace

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

// What the request that the ceremony wrote comes back as, from a CA elsewhere.
Result<PlannedSigning> Rehearsal::certify_signing_key() const {
  auto bytes = base::read_file(options_.out / live_site_ / "signing-key.csr", ca::kLargestRequest);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto request = ca::SigningRequest::parse(*bytes);
  if (!request) {
    return std::move(request).error();
  }
  auto certified = certify_elsewhere(*request, options_.data / "profiles", today_);
  if (!certified) {
    return std::move(certified).error();
  }
  auto root = base::save_new(options_.out / "code-signing-ca.pem", base::bytes_of(certified->root));
  if (!root) {
    return std::move(root).error();
  }
  auto chain = base::save_new(options_.out / "transfer" / "in" / kSignerFile,
                              base::bytes_of(certified->chain));
  if (!chain) {
    return std::move(chain).error();
  }
  return PlannedSigning{.certificate = kSignerFile,
                        .sha256 = base::sha256_hex(base::bytes_of(certified->chain))};
}

Result<std::vector<PlannedArtefact>> Rehearsal::bring_artefacts() const {
  std::vector<PlannedArtefact> planned;
  for (const auto& [file, content, form] : kArtefacts) {
    auto saved = base::save_new(options_.out / "transfer" / "in" / file, base::bytes_of(content));
    if (!saved) {
      return std::move(saved).error();
    }
    planned.push_back({.file = file, .sha256 = saved->sha256, .form = form});
  }
  return planned;
}

// Its birth, and what it is for.
Result<void> Rehearsal::live_as_signing_key() {
  if (auto room = prepare_room(); !room) {
    return room;
  }
  if (auto born = generate_signing_key(); !born) {
    return born;
  }
  auto signing = certify_signing_key();
  if (!signing) {
    return std::move(signing).error();
  }
  auto artefacts = bring_artefacts();
  if (!artefacts) {
    return std::move(artefacts).error();
  }
  if (auto done = sign_artefacts(*signing, *artefacts); !done) {
    return done;
  }
  return publish();
}

// The last part of all: the people go on to the other key, whose records are a chain of their own.
Result<void> Rehearsal::rehearse_signing_key() {
  RehearsalOptions options = options_;
  options.out /= kSigningKeyFolder;
  Rehearsal other(std::move(options), with_new_shares(std::move(people_)));
  return other.live_as_signing_key();
}

}  // namespace ceremony::cli
